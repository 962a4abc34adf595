/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may be picked at all. Every change of a server goes through server_update(), which derives
 * from its flags whether it is usable and a candidate, so no flag can be forgotten on the way.
 */
#include "lb-algos/pool.h"

#include "lb-algos/algo.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY_FIRST = 8 };

void lb_pool_init(struct lb_pool *pool, const struct lb_algo *algo)
{
    memset(pool, 0, sizeof(*pool));
    pool->algo = algo;
}

void lb_pool_destroy(struct lb_pool *pool)
{
    free(pool->servers);
    free(pool->ready.items);
    free(pool->waiting.items);
    lb_table_destroy(&pool->table);
    memset(pool, 0, sizeof(*pool));
}

static bool is_usable(const struct lb_server *server)
{
    return server->present && server->up && server->weight > 0;
}

/* In steps: membership counts weights, candidacy tells the algorithm. */
static void set_member(struct lb_pool *pool, unsigned index, bool member)
{
    struct lb_server *server = &pool->servers[index];
    if (server->member != member) {
        server->member = member;
        pool->weight_total += member ? server->weight : -(uint64_t)server->weight;
    }
    bool candidate = member && (!server->full || pool->algo->keeps_full);
    if (server->candidate != candidate) {
        server->candidate = candidate;
        (candidate ? pool->algo->join : pool->algo->leave)(pool, index);
    }
}

/* The backup to use when only one may be: the first usable one in order. */
static int first_backup(const struct lb_pool *pool)
{
    int first = LB_NONE;
    for (unsigned i = 0; i < pool->count; i++) {
        const struct lb_server *server = &pool->servers[i];
        if (server->backup && is_usable(server) &&
            (first == LB_NONE || server->order < pool->servers[first].order))
            first = (int)i;
    }
    return first;
}

/* The group in use may be another one: looks at every server. Rare. */
static void choose_group(struct lb_pool *pool)
{
    bool actives = pool->active_usable > 0;
    int only = !actives && !pool->all_backups ? first_backup(pool) : LB_NONE;
    for (unsigned i = 0; i < pool->count; i++) {
        const struct lb_server *server = &pool->servers[i];
        set_member(pool, i,
                   is_usable(server) && server->backup == !actives &&
                       (only == LB_NONE || only == (int)i));
    }
}

static void count_usable(struct lb_pool *pool, const struct lb_server *server, unsigned n)
{
    if (is_usable(server))
        *(server->backup ? &pool->backup_usable : &pool->active_usable) += n;
}

/* Takes the server out, lets the new values in, and counts it in again. Its turn is kept meanwhile.
 */
static void server_update(struct lb_pool *pool, unsigned index, struct lb_server changed)
{
    struct lb_server *server = &pool->servers[index];
    bool was_active = pool->active_usable > 0;
    count_usable(pool, server, -1u);
    set_member(pool, index, false);
    server->weight = changed.weight;
    server->order = changed.order;
    server->backup = changed.backup;
    server->up = changed.up;
    server->present = changed.present;
    count_usable(pool, server, 1);

    bool is_active = pool->active_usable > 0;
    if (was_active != is_active || !is_active)
        choose_group(pool);
    else
        set_member(pool, index, is_usable(server) && !server->backup);
}

void lb_pool_set_algo(struct lb_pool *pool, const struct lb_algo *algo)
{
    if (pool->algo == algo)
        return;
    for (unsigned i = 0; i < pool->count; i++)
        set_member(pool, i, false);
    for (unsigned i = 0; i < pool->count; i++)
        pool->servers[i].turn = 0;
    pool->now = 0;
    lb_table_destroy(&pool->table);
    pool->algo = algo;
    choose_group(pool);
}

void lb_pool_set_options(struct lb_pool *pool, const struct lb_options *options)
{
    pool->options = *options;
    pool->table.fresh = false;
}

void lb_pool_set_all_backups(struct lb_pool *pool, bool all_backups)
{
    pool->all_backups = all_backups;
    choose_group(pool);
}

static bool grow_heap(struct lb_heap *heap, unsigned capacity)
{
    struct lb_heap_item *items = realloc(heap->items, capacity * sizeof(*items));
    if (items != NULL)
        heap->items = items;
    return items != NULL;
}

static bool grow(struct lb_pool *pool)
{
    unsigned capacity = pool->capacity > 0 ? 2 * pool->capacity : CAPACITY_FIRST;
    if (!grow_heap(&pool->ready, capacity) || !grow_heap(&pool->waiting, capacity))
        return false;
    struct lb_server *servers = realloc(pool->servers, capacity * sizeof(*servers));
    if (servers == NULL)
        return false;
    pool->servers = servers;
    pool->capacity = capacity;
    return true;
}

bool lb_pool_reserve(struct lb_pool *pool, unsigned more)
{
    while (pool->capacity - pool->present < more) {
        if (!grow(pool))
            return false;
    }
    return true;
}

static unsigned free_index(const struct lb_pool *pool)
{
    unsigned i = pool->present == pool->count ? pool->count : 0;
    while (i < pool->count && pool->servers[i].present)
        i++;
    return i;
}

int lb_pool_add(struct lb_pool *pool, uint32_t weight, uint32_t order, bool backup)
{
    assert(weight <= LB_WEIGHT_MAX);
    unsigned index = free_index(pool);
    if (index == pool->capacity && !grow(pool))
        return LB_NONE;
    if (index == pool->count)
        pool->count++;
    pool->present++;
    uint32_t id = order + 1; /* as in a file that gives none */
    pool->servers[index] = (struct lb_server){.weight = weight,
                                              .order = order,
                                              .id = id,
                                              .ring_base = lb_ring_base_of_id(id),
                                              .backup = backup,
                                              .present = true};
    return (int)index;
}

void lb_pool_remove(struct lb_pool *pool, unsigned index)
{
    struct lb_server changed = pool->servers[index];
    changed.present = false;
    server_update(pool, index, changed);
    pool->in_flight -= changed.in_flight; /* who is still on it leaves without us */
    pool->present--;
}

void lb_pool_set_up(struct lb_pool *pool, unsigned index, bool up)
{
    struct lb_server changed = pool->servers[index];
    if (changed.up == up)
        return;
    changed.up = up;
    server_update(pool, index, changed);
}

void lb_pool_set_full(struct lb_pool *pool, unsigned index, bool full)
{
    pool->servers[index].full = full;
    set_member(pool, index, pool->servers[index].member);
}

void lb_pool_set_place(struct lb_pool *pool, unsigned index, uint32_t order, bool backup)
{
    struct lb_server changed = pool->servers[index];
    if (changed.order == order && changed.backup == backup)
        return;
    changed.order = order;
    changed.backup = backup;
    server_update(pool, index, changed);
}

void lb_pool_set_identity(struct lb_pool *pool, unsigned index, uint32_t id, uint32_t ring_base)
{
    struct lb_server *server = &pool->servers[index];
    if (server->id == id && server->ring_base == ring_base)
        return;
    bool was_member = server->member;
    set_member(pool, index, false);
    server->id = id;
    server->ring_base = ring_base;
    set_member(pool, index, was_member);
}

void lb_pool_set_weight(struct lb_pool *pool, unsigned index, uint32_t weight)
{
    assert(weight <= LB_WEIGHT_MAX);
    struct lb_server *server = &pool->servers[index];
    uint32_t old = server->weight;
    if (old == weight)
        return;
    if (server->candidate && weight > 0) {
        /* in place, for what is left until its turn is to scale */
        server->weight = weight;
        pool->weight_total += (uint64_t)weight - old;
        pool->algo->reweigh(pool, index, old);
        return;
    }
    struct lb_server changed = *server;
    changed.weight = weight;
    server_update(pool, index, changed);
}

int lb_pool_pick(struct lb_pool *pool, uint64_t key, int avoid)
{
    return pool->algo->pick(pool, key, avoid);
}

static void load_changed(struct lb_pool *pool, unsigned index)
{
    if (pool->algo->load_changed != NULL && pool->servers[index].candidate)
        pool->algo->load_changed(pool, index);
}

void lb_pool_enter(struct lb_pool *pool, unsigned index)
{
    pool->servers[index].in_flight++;
    pool->in_flight++;
    load_changed(pool, index);
}

void lb_pool_leave(struct lb_pool *pool, unsigned index)
{
    assert(pool->servers[index].in_flight > 0);
    pool->servers[index].in_flight--;
    pool->in_flight--;
    load_changed(pool, index);
}
