/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns by weight, spread as evenly as they can be.
 *
 * Each server has a virtual time from which its next turn may be served (`turn`), and the turn
 * should be over one stride later, where a stride is inverse to the weight. The pool's virtual time
 * moves so that all members together make one turn of each. Among the servers whose turn has come,
 * the one that should be over first is picked (worst-case fair queueing, Bennett and Zhang 1996).
 * So no server is ever a whole turn ahead of or behind its share, which plain strides do not give:
 * heavy servers would run ahead in bursts.
 *
 *   ready    turn <= now, by the end of the turn, then by order
 *   waiting  turn > now, by the turn, heavier ones first
 *
 * A server that comes back starts now, or at its old turn if that is still to come: it neither
 * catches up what it missed nor is served twice. Others do not notice.
 */
#include "lb-algos/algo.h"
#include "lb-algos/pool.h"

#include <stddef.h>

/* A stride of weight 1. Strides of all weights keep 28 bits of precision at least. */
#define STRIDE ((uint64_t)1 << 36)
/* Virtual times are set back long before they overflow. */
#define TIME_MAX ((uint64_t)1 << 62)
/* Turns that begin at once are moved a few at a time, so that no single pick is long. */
#define MOVES_PER_PICK 8

static uint64_t stride_of(const struct lb_server *server)
{
    return STRIDE / server->weight;
}

static void push_ready(struct lb_pool *pool, uint32_t index)
{
    const struct lb_server *server = &pool->servers[index];
    lb_heap_push(&pool->ready, pool->servers,
                 (struct lb_heap_item){server->turn + stride_of(server), server->order, index});
}

static void push_waiting(struct lb_pool *pool, uint32_t index)
{
    const struct lb_server *server = &pool->servers[index];
    uint64_t lightness = LB_WEIGHT_MAX - server->weight;
    lb_heap_push(&pool->waiting, pool->servers,
                 (struct lb_heap_item){server->turn, lightness << 32 | server->order, index});
}

static void round_robin_join(struct lb_pool *pool, unsigned index)
{
    struct lb_server *server = &pool->servers[index];
    if (server->turn > pool->now) {
        push_waiting(pool, index);
        return;
    }
    server->turn = pool->now;
    push_ready(pool, index);
}

static void round_robin_leave(struct lb_pool *pool, unsigned index)
{
    lb_heap_remove(pool->servers, index);
}

/* What is left until its turn shrinks or grows with the stride. */
static void round_robin_reweigh(struct lb_pool *pool, unsigned index, uint32_t old_weight)
{
    struct lb_server *server = &pool->servers[index];
    lb_heap_remove(pool->servers, index);
    if (server->turn > pool->now) {
        uint64_t left = server->turn - pool->now;
        server->turn = pool->now + left * old_weight / server->weight;
        push_waiting(pool, index);
    } else {
        push_ready(pool, index);
    }
}

static void set_times_back(struct lb_pool *pool)
{
    uint64_t by = pool->now;
    for (unsigned i = 0; i < pool->count; i++) {
        struct lb_server *server = &pool->servers[i];
        server->turn = server->turn > by ? server->turn - by : 0;
    }
    /* all keys shrink alike, except of turns long overdue: rebuild rather than reason */
    struct lb_heap *heaps[] = {&pool->ready, &pool->waiting};
    for (size_t h = 0; h < 2; h++)
        heaps[h]->count = 0;
    pool->now = 0;
    for (unsigned i = 0; i < pool->count; i++) {
        struct lb_server *server = &pool->servers[i];
        server->place.heap = NULL;
        if (server->candidate)
            round_robin_join(pool, i);
    }
}

/* Lets in those whose turn has come; if there is none, time jumps to the next turn. */
static void begin_turns(struct lb_pool *pool)
{
    if (pool->ready.count == 0 && pool->waiting.count > 0 && pool->waiting.items[0].key > pool->now)
        pool->now = pool->waiting.items[0].key;
    for (unsigned moves = 0; moves < MOVES_PER_PICK && pool->waiting.count > 0; moves++) {
        struct lb_heap_item next = pool->waiting.items[0];
        if (next.key > pool->now)
            break;
        lb_heap_remove(pool->servers, next.server);
        push_ready(pool, next.server);
    }
}

static int round_robin_pick(struct lb_pool *pool, uint64_t key, int avoid)
{
    (void)key;
    begin_turns(pool);
    const struct lb_heap_item *next = lb_heap_first(&pool->ready, avoid);
    if (next == NULL)
        next = lb_heap_first(&pool->waiting, avoid);
    if (next == NULL)
        next = lb_heap_first(&pool->ready, LB_NONE);
    if (next == NULL)
        next = lb_heap_first(&pool->waiting, LB_NONE);
    if (next == NULL)
        return LB_NONE;

    uint32_t index = next->server;
    struct lb_server *server = &pool->servers[index];
    lb_heap_remove(pool->servers, index);
    server->turn += stride_of(server);
    pool->now += STRIDE / pool->weight_total;
    if (server->turn > pool->now)
        push_waiting(pool, index);
    else
        push_ready(pool, index);
    if (pool->now > TIME_MAX)
        set_times_back(pool);
    return (int)index;
}

const struct lb_algo lb_round_robin = {
    .name = "roundrobin",
    .takes_turns = true,
    .summary = "one after the other, by weight",
    .join = round_robin_join,
    .leave = round_robin_leave,
    .reweigh = round_robin_reweigh,
    .pick = round_robin_pick,
};
