/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fewest streams in flight for its weight; suits long or uneven streams, where taking turns
 * says little about load. Among equals the one whose last pick is longest ago, so ties rotate.
 */
#include "lb-algos/algo.h"
#include "lb-algos/pool.h"

/*
 * Two loads that differ do so by 1/(256 * 256) at least, so 24 bits keep them apart; equal ones are
 * the same fraction and stay equal. 2^32 streams fit.
 */
#define LOAD_BITS 24

static struct lb_heap_item load_of(const struct lb_pool *pool, uint32_t index)
{
    const struct lb_server *server = &pool->servers[index];
    uint64_t load = ((uint64_t)server->in_flight << LOAD_BITS) / server->weight;
    return (struct lb_heap_item){load, server->turn, index};
}

static void least_conn_join(struct lb_pool *pool, unsigned index)
{
    /* at first in the order of the configuration; later picks count on from there */
    struct lb_server *server = &pool->servers[index];
    if (server->turn == 0)
        server->turn = server->order;
    if (pool->now <= server->turn)
        pool->now = server->turn + 1;
    lb_heap_push(&pool->ready, pool->servers, load_of(pool, index));
}

static void least_conn_leave(struct lb_pool *pool, unsigned index)
{
    lb_heap_remove(pool->servers, index);
}

static void least_conn_reweigh(struct lb_pool *pool, unsigned index, uint32_t old_weight)
{
    (void)old_weight;
    lb_heap_update(pool->servers, load_of(pool, index));
}

static void least_conn_load_changed(struct lb_pool *pool, unsigned index)
{
    lb_heap_update(pool->servers, load_of(pool, index));
}

static int least_conn_pick(struct lb_pool *pool, uint64_t key, int avoid)
{
    (void)key;
    const struct lb_heap_item *next = lb_heap_first(&pool->ready, avoid);
    if (next == NULL)
        next = lb_heap_first(&pool->ready, LB_NONE);
    if (next == NULL)
        return LB_NONE;
    uint32_t index = next->server;
    pool->servers[index].turn = pool->now++;
    lb_heap_update(pool->servers, load_of(pool, index));
    return (int)index;
}

const struct lb_algo lb_least_conn = {
    .name = "leastconn",
    .summary = "the fewest streams in flight, by weight",
    .join = least_conn_join,
    .leave = least_conn_leave,
    .reweigh = least_conn_reweigh,
    .load_changed = least_conn_load_changed,
    .pick = least_conn_pick,
};
