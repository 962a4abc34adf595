/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring of 32 bits on which each server stands in sixteen places for each unit of its weight. The
 * server nearest to a key, either way, is the key's; so a server that comes or goes moves only the
 * keys beside its places. With a balance factor, a server that has more than its share of the load
 * is passed over for the next on the ring (Mirrokni, Thorup, Zadimoghaddam, arXiv:1608.01350).
 *
 * Places, distances and shares are HAProxy's, and so is the server of each key.
 */
#include "lb-algos/algo.h"
#include "lb-algos/hash.h"
#include "lb-algos/pool.h"

#include <stddef.h>
#include <stdlib.h>

enum {
    PLACES_PER_WEIGHT = 16,
    PLACES_MAX = PLACES_PER_WEIGHT * LB_WEIGHT_MAX, /* what is left between two servers' numbers */
};

uint32_t lb_ring_base_of_id(uint32_t id)
{
    return id * PLACES_MAX;
}

uint32_t lb_ring_base_of_address(const void *bytes, size_t len, uint16_t port)
{
    return lb_hash_spread(lb_hash_crc32(bytes, len) + port);
}

static void ring_change(struct lb_pool *pool, unsigned index)
{
    (void)index;
    pool->table.fresh = false;
}

static void ring_reweigh(struct lb_pool *pool, unsigned index, uint32_t old_weight)
{
    (void)old_weight;
    ring_change(pool, index);
}

static int compare_places(const void *a, const void *b)
{
    const struct lb_slot *left = a, *right = b;
    if (left->key != right->key)
        return left->key > right->key ? 1 : -1;
    return left->server > right->server ? 1 : -1;
}

/* As HAProxy counts them at its start: those of the same group, be they up or not. */
static void weigh_before(struct lb_pool *pool, struct lb_server *server)
{
    server->weight_before = 0;
    for (unsigned i = 0; i < pool->count; i++) {
        const struct lb_server *other = &pool->servers[i];
        if (other->present && other->backup == server->backup && other->order < server->order)
            server->weight_before += other->weight * PLACES_PER_WEIGHT;
    }
}

static void ring_make(struct lb_pool *pool)
{
    uint32_t places = (uint32_t)pool->weight_total * PLACES_PER_WEIGHT;
    if (places > 0 && !lb_table_begin(&pool->table, places))
        return;
    pool->table.count = 0;
    for (uint32_t i = 0; i < pool->count; i++) {
        struct lb_server *server = &pool->servers[i];
        if (!server->candidate)
            continue;
        for (uint32_t n = 0; n < server->weight * PLACES_PER_WEIGHT; n++)
            lb_table_add(&pool->table, lb_hash_spread(server->ring_base + n), i);
        if (pool->options.balance_factor_percent > 0)
            weigh_before(pool, server);
    }
    if (places > 0)
        qsort(pool->table.slots, pool->table.count, sizeof(struct lb_slot), compare_places);
    pool->table.fresh = true;
}

/* The first place at or behind the key; the count if there is none. */
static uint32_t find_place(const struct lb_table *table, uint64_t key)
{
    uint32_t low = 0, high = table->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (table->slots[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t nearest_place(const struct lb_table *table, uint32_t key)
{
    uint32_t after = find_place(table, key) % table->count;
    uint32_t before = (after + table->count - 1) % table->count;
    return key - table->slots[before].key <= table->slots[after].key - key ? before : after;
}

/* Whether one more stream leaves it within its share; all in units of weight times sixteen. */
static bool has_room(const struct lb_pool *pool, const struct lb_server *server)
{
    uint64_t factor = pool->options.balance_factor_percent;
    if (factor == 0)
        return true;
    uint64_t total = pool->weight_total * PLACES_PER_WEIGHT;
    uint64_t streams = ((pool->in_flight + 1) * factor + 99) / 100;
    uint64_t weight = server->weight * PLACES_PER_WEIGHT, rest = streams % total;
    uint64_t share = weight * (streams / total) + (server->weight_before + weight) * rest / total -
                     server->weight_before * rest / total;
    return server->in_flight < (share > 0 ? share : 1);
}

/* Around the ring from a place on; LB_NONE only if there is no candidate at all. */
static int search(const struct lb_pool *pool, uint32_t start, int avoid, bool may_be_full)
{
    const struct lb_table *table = &pool->table;
    int fallback = LB_NONE;
    for (uint32_t n = 0; n < table->count; n++) {
        uint32_t index = table->slots[(start + n) % table->count].server;
        const struct lb_server *server = &pool->servers[index];
        if (!server->candidate || (server->full && !may_be_full))
            continue;
        if ((int)index != avoid && has_room(pool, server))
            return (int)index;
        if (fallback == LB_NONE || fallback == avoid)
            fallback = (int)index;
    }
    return fallback;
}

/* Those without a key go around place by place. */
static int take_turn(struct lb_pool *pool, int avoid)
{
    struct lb_table *table = &pool->table;
    uint32_t start = find_place(table, table->next) % table->count;
    int second = LB_NONE;
    for (uint32_t n = 0; n < table->count; n++) {
        const struct lb_slot *slot = &table->slots[(start + n) % table->count];
        const struct lb_server *server = &pool->servers[slot->server];
        if (!server->candidate || server->full)
            continue;
        if (second == LB_NONE || (int)slot->server != avoid)
            table->next = (uint64_t)slot->key + 1;
        if ((int)slot->server != avoid)
            return (int)slot->server;
        second = avoid;
    }
    return second;
}

static int ring_pick(struct lb_pool *pool, uint64_t key, int avoid)
{
    if (!pool->table.fresh)
        ring_make(pool);
    if (pool->table.count == 0)
        return LB_NONE;
    if (key == LB_NO_KEY)
        return take_turn(pool, avoid);
    return search(pool, nearest_place(&pool->table, (uint32_t)key), avoid, true);
}

/* S. Vigna's splitmix64: even enough, and one addition of state. */
static uint64_t draw(struct lb_pool *pool)
{
    uint64_t x = pool->now += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

/* Relative to the weights; among equals the one drawn last, as in HAProxy. */
static bool is_lighter(const struct lb_server *a, const struct lb_server *b)
{
    return (uint64_t)a->in_flight * b->weight < (uint64_t)b->in_flight * a->weight;
}

static int random_pick(struct lb_pool *pool, uint64_t key, int avoid)
{
    (void)key;
    if (!pool->table.fresh)
        ring_make(pool);
    if (pool->table.count == 0)
        return LB_NONE;
    int best = LB_NONE;
    for (unsigned n = 0; n == 0 || n < pool->options.draws; n++) {
        uint32_t place = nearest_place(&pool->table, (uint32_t)(draw(pool) ^ pool->options.seed));
        int drawn = search(pool, place, avoid, false);
        if (drawn == LB_NONE)
            return LB_NONE;
        if (best == LB_NONE || !is_lighter(&pool->servers[best], &pool->servers[drawn]))
            best = drawn;
    }
    return best;
}

const struct lb_algo lb_consistent = {
    .name = "consistent",
    .summary = "the server nearest to the key on a ring",
    .keeps_full = true,
    .join = ring_change,
    .leave = ring_change,
    .reweigh = ring_reweigh,
    .pick = ring_pick,
};

const struct lb_algo lb_random = {
    .name = "random",
    .takes_turns = true,
    .summary = "the least loaded of some drawn at random, by weight",
    .keeps_full = true,
    .join = ring_change,
    .leave = ring_change,
    .reweigh = ring_reweigh,
    .pick = random_pick,
};
