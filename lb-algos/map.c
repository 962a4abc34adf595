/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A map of all turns of one round, as many for each server as its weight says, spread over the
 * round. static-rr goes through it; with a hash the key says which turn. So the load is as even as
 * the keys are, but any change of servers moves nearly all keys.
 *
 * The order of turns, and so the server of each key, is HAProxy's.
 */
#include "lb-algos/algo.h"
#include "lb-algos/pool.h"

#include <stddef.h>

static void map_change(struct lb_pool *pool, unsigned index)
{
    (void)index;
    pool->table.fresh = false;
}

static void map_reweigh(struct lb_pool *pool, unsigned index, uint32_t old_weight)
{
    (void)old_weight;
    map_change(pool, index);
}

static uint32_t greatest_divisor(uint32_t a, uint32_t b)
{
    while (b != 0) {
        uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/*
 * Each turn every server gains its weight, and who has most whole rounds to its credit, the first in
 * order among equals, pays for the turn.
 */
static unsigned next_in_round(struct lb_pool *pool, uint32_t unit, int64_t total)
{
    unsigned best = 0;
    int64_t most = -1;
    for (unsigned i = 0; i < pool->count; i++) {
        struct lb_server *server = &pool->servers[i];
        if (!server->candidate)
            continue;
        server->turn += server->weight / unit;
        int64_t rounds = ((int64_t)server->turn + total) / total;
        if (rounds > most || (rounds == most && server->order < pool->servers[best].order)) {
            most = rounds;
            best = i;
        }
    }
    pool->servers[best].turn -= (uint64_t)total;
    return best;
}

static void map_make(struct lb_pool *pool)
{
    uint32_t unit = 0, total = 0;
    for (unsigned i = 0; i < pool->count; i++) {
        if (!pool->servers[i].candidate)
            continue;
        unit = greatest_divisor(pool->servers[i].weight, unit);
        total += pool->servers[i].weight;
        pool->servers[i].turn = 0;
    }
    if (unit == 0) {
        pool->table.count = 0;
    } else {
        if (!lb_table_begin(&pool->table, total / unit))
            return;
        for (uint32_t n = 0; n < total / unit; n++)
            lb_table_add(&pool->table, 0, next_in_round(pool, unit, total / unit));
    }
    pool->table.fresh = true;
}

/* Along the round from `start` on; LB_NONE if nobody is found. start_out: behind the one found. */
static int search(const struct lb_pool *pool, uint64_t start, int avoid, bool may_be_full,
                  uint64_t *next_out)
{
    const struct lb_table *table = &pool->table;
    int second = LB_NONE;
    for (uint32_t n = 0; n < table->count; n++) {
        uint64_t at = (start + n) % table->count;
        uint32_t index = table->slots[at].server;
        const struct lb_server *server = &pool->servers[index];
        if (!server->candidate || (server->full && !may_be_full))
            continue;
        if (second == LB_NONE || (int)index != avoid)
            *next_out = (at + 1) % table->count;
        if ((int)index != avoid)
            return (int)index;
        second = avoid;
    }
    return second;
}

static int map_pick(struct lb_pool *pool, uint64_t key, int avoid)
{
    if (!pool->table.fresh)
        map_make(pool);
    uint64_t next = 0;
    if (key != LB_NO_KEY)
        return search(pool, key, avoid, true, &next);
    if (pool->table.next >= pool->table.count)
        pool->table.next = 0;
    int index = search(pool, pool->table.next, avoid, false, &next);
    if (index != LB_NONE)
        pool->table.next = next;
    return index;
}

static int turn_pick(struct lb_pool *pool, uint64_t key, int avoid)
{
    (void)key;
    return map_pick(pool, LB_NO_KEY, avoid);
}

const struct lb_algo lb_map_based = {
    .name = "map-based",
    .summary = "the key's place among all turns of a round",
    .keeps_full = true,
    .join = map_change,
    .leave = map_change,
    .reweigh = map_reweigh,
    .pick = map_pick,
};

const struct lb_algo lb_static_rr = {
    .name = "static-rr",
    .takes_turns = true,
    .summary = "one after the other, by weight, along a fixed round",
    .keeps_full = true,
    .join = map_change,
    .leave = map_change,
    .reweigh = map_reweigh,
    .pick = turn_pick,
};
