/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of algorithms. A new one joins by a row here; nothing else asks which kind it is.
 */
#include "lb-algos/algo.h"

#include <stddef.h>
#include <string.h>

const struct lb_algo *const lb_algos[] = {
    &lb_round_robin,
    &lb_least_conn,
    NULL,
};

const struct lb_algo *lb_algo_find(const char *name)
{
    for (size_t i = 0; lb_algos[i] != NULL; i++) {
        if (strcmp(lb_algos[i]->name, name) == 0)
            return lb_algos[i];
    }
    return NULL;
}
