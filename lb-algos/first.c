/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first server, by id, that is not full: the others stay idle and may be switched off. Without
 * maxconn it gets everything.
 */
#include "lb-algos/algo.h"
#include "lb-algos/pool.h"

#include <stddef.h>

static void first_join(struct lb_pool *pool, unsigned index)
{
    const struct lb_server *server = &pool->servers[index];
    lb_heap_push(&pool->ready, pool->servers,
                 (struct lb_heap_item){server->id, server->order, index});
}

static void first_leave(struct lb_pool *pool, unsigned index)
{
    lb_heap_remove(pool->servers, index);
}

static void first_reweigh(struct lb_pool *pool, unsigned index, uint32_t old_weight)
{
    (void)pool, (void)index, (void)old_weight;
}

static int first_pick(struct lb_pool *pool, uint64_t key, int avoid)
{
    (void)key;
    const struct lb_heap_item *first = lb_heap_first(&pool->ready, avoid);
    if (first == NULL)
        first = lb_heap_first(&pool->ready, LB_NONE);
    return first != NULL ? (int)first->server : LB_NONE;
}

const struct lb_algo lb_first = {
    .name = "first",
    .summary = "the first that is not full",
    .join = first_join,
    .leave = first_leave,
    .reweigh = first_reweigh,
    .pick = first_pick,
};
