/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of algorithms. A new one joins by a row here; nothing else asks which kind it is.
 */
#include "lb-algos/algo.h"

#include <stddef.h>
#include <string.h>

const struct lb_algo *const lb_algos[] = {
    &lb_round_robin, &lb_least_conn, &lb_static_rr, &lb_first, &lb_random, NULL,
};

const struct lb_algo *const lb_hash_types[] = {
    &lb_map_based,
    &lb_consistent,
    NULL,
};

static const struct lb_algo *find(const struct lb_algo *const *algos, const char *name)
{
    for (size_t i = 0; algos[i] != NULL; i++) {
        if (strcmp(algos[i]->name, name) == 0)
            return algos[i];
    }
    return NULL;
}

const struct lb_algo *lb_algo_find(const char *name)
{
    return find(lb_algos, name);
}

const struct lb_algo *lb_hash_type_find(const char *name)
{
    return find(lb_hash_types, name);
}
