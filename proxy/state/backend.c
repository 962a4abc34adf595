/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots on servers; who has to wait for one is in backend_queue.c. Everything between lock and
 * unlock is arithmetic; messages to other threads are collected and posted after the unlock.
 */
#include "proxy/state/backend_priv.h"

#include "lb-algos/algo.h"
#include "proxy/state/server.h"

#include <assert.h>
#include <stdlib.h>

#define US_PER_SECOND 1000000u

bool backend_init(struct backend *backend, const char *name, unsigned threads)
{
    backend->counters = counter_set_new(threads + 1);
    if (backend->counters == NULL)
        return false;
    backend->name = name;
    SET(backend->weight_scale, 1);
    list_init(&backend->queue);
    lb_pool_init(&backend->pool, &lb_round_robin);
    /* held for nanoseconds: a waiter does better to spin a little than to sleep */
    pthread_mutexattr_t adaptive;
    pthread_mutexattr_init(&adaptive);
    pthread_mutexattr_settype(&adaptive, PTHREAD_MUTEX_ADAPTIVE_NP);
    pthread_mutex_init(&backend->lock, &adaptive);
    pthread_mutexattr_destroy(&adaptive);
    return true;
}

void backend_destroy(struct backend *backend)
{
    assert(list_is_empty(&backend->queue));
    lb_pool_destroy(&backend->pool);
    free(backend->servers);
    counter_set_free(backend->counters);
    pthread_mutex_destroy(&backend->lock);
}

static void count_pick(struct counter_set *counters, uint64_t now_us)
{
    SET(counters->picks, GET(counters->picks) + 1);
    rate_count(&counters->pick_rate, (uint32_t)(now_us / US_PER_SECOND));
    SET(counters->last_session_s, now_us / US_PER_SECOND);
}

/* Whether the server may take one more; for those that are in the pool. */
static void refresh_full(struct server *server)
{
    unsigned limit = server_limit(server);
    lb_pool_set_full(&server->backend->pool, (unsigned)server->slot,
                     limit > 0 && GET(server->in_flight) >= limit);
}

void backend_refresh_limits(struct backend *backend)
{
    for (unsigned i = 0; i < backend->pool.count; i++) {
        if (backend->servers[i] != NULL)
            refresh_full(backend->servers[i]);
    }
}

bool backend_server_is_full(struct server *server)
{
    if (server->backend->has_dynamic_limits)
        refresh_full(server); /* its limit may have shrunk with the load of the backend */
    return server->backend->pool.servers[server->slot].full;
}

void backend_take_slot(struct server *server, uint64_t now_us)
{
    struct backend *backend = server->backend;
    unsigned in_flight = GET(server->in_flight) + 1;
    SET(server->in_flight, in_flight);
    raise_max(&server->counters->sessions_max, in_flight);
    lb_pool_enter(&backend->pool, (unsigned)server->slot);
    if (GET(server->maxconn) > 0)
        refresh_full(server);
    count_pick(server->counters, now_us);
    count_pick(backend->counters, now_us);
}

static struct server *pick_once(struct backend *backend, uint64_t key, int avoid)
{
    int slot;
    while ((slot = lb_pool_pick(&backend->pool, key, avoid)) != LB_NONE) {
        struct server *server = backend->servers[slot];
        if (key != LB_NO_KEY || !backend->has_dynamic_limits || !backend_server_is_full(server))
            return server;
    }
    return NULL;
}

struct server *backend_pick(struct backend *backend, uint64_t key, const struct server *avoid)
{
    int avoid_slot = avoid != NULL && avoid->backend == backend ? avoid->slot : LB_NONE;
    struct server *server = pick_once(backend, key, avoid_slot);
    if (server == NULL && backend->has_dynamic_limits) {
        backend_refresh_limits(backend);
        server = pick_once(backend, key, avoid_slot);
    }
    return server;
}

static void give_slot_back(struct server *server)
{
    unsigned in_flight = GET(server->in_flight);
    assert(in_flight > 0);
    SET(server->in_flight, in_flight - 1);
    if (server->slot == LB_NONE)
        return;
    lb_pool_leave(&server->backend->pool, (unsigned)server->slot);
    if (GET(server->maxconn) > 0)
        refresh_full(server);
}

/* The one server that will do, or NULL if several would. */
static struct server *wished_server(struct backend *backend, const struct backend_wish *wish,
                                    const struct server *avoid)
{
    struct server *server = wish->server;
    if (server != NULL && server->backend == backend && server->slot != LB_NONE &&
        (server != avoid || wish->insists))
        return server;
    return wish->has_key ? backend_pick(backend, wish->key, avoid) : NULL;
}

static enum assign_result assign(struct backend *backend, struct server *avoid,
                                 struct queue_entry *entry, uint64_t now_us,
                                 struct server **server_out)
{
    static const struct backend_wish nothing;
    struct server *server = wished_server(backend, entry != NULL ? &entry->wish : &nothing, avoid);
    if (server != NULL && backend_server_is_full(server)) {
        if (queue_has_room(server) || entry->wish.insists || server != entry->wish.server)
            return queue_wait(backend, server, avoid, entry);
        server = NULL; /* persistence gives way */
    }
    if (server == NULL)
        server = backend_pick(backend, LB_NO_KEY, avoid);
    if (server == NULL && lb_pool_usable(&backend->pool) == 0)
        return NO_SERVER;
    if (server == NULL)
        return queue_wait(backend, NULL, avoid, entry);
    backend_take_slot(server, now_us);
    backend_add_sessions(backend, 1);
    *server_out = server;
    return ASSIGNED;
}

enum assign_result backend_assign(struct backend *backend, struct server *avoid,
                                  struct queue_entry *entry, uint64_t now_us,
                                  struct server **server_out)
{
    pthread_mutex_lock(&backend->lock);
    enum assign_result result = assign(backend, avoid, entry, now_us, server_out);
    pthread_mutex_unlock(&backend->lock);
    return result;
}

void backend_release(struct server *server, uint64_t now_us)
{
    struct backend *backend = server->backend;
    struct list granted = LIST_INIT(granted);
    pthread_mutex_lock(&backend->lock);
    give_slot_back(server);
    SET(backend->sessions, GET(backend->sessions) - 1);
    queue_serve(backend, server, now_us, &granted);
    pthread_mutex_unlock(&backend->lock);
    queue_post_grants(&granted);
}

void backend_lock(struct backend *backend)
{
    pthread_mutex_lock(&backend->lock);
}

unsigned backend_unlock(struct backend *backend, uint64_t now_us)
{
    struct list granted = LIST_INIT(granted);
    unsigned count = queue_serve_all(backend, now_us, &granted);
    SET(backend->active_up, backend->pool.active_usable);
    SET(backend->backup_up, backend->pool.backup_usable);
    SET(backend->weight_total,
        (backend->pool.weight_total + GET(backend->weight_scale) - 1) / GET(backend->weight_scale));
    pthread_mutex_unlock(&backend->lock);
    queue_post_grants(&granted);
    return count;
}

bool backend_reserve(struct backend *backend, unsigned more)
{
    pthread_mutex_lock(&backend->lock);
    bool reserved = lb_pool_reserve(&backend->pool, more);
    if (reserved && backend->pool.capacity > 0) {
        struct server **servers =
            realloc(backend->servers, backend->pool.capacity * sizeof(struct server *));
        reserved = servers != NULL;
        if (reserved)
            backend->servers = servers;
    }
    pthread_mutex_unlock(&backend->lock);
    return reserved;
}

void backend_note_change(struct backend *backend, bool was_up, uint64_t now_us)
{
    bool is_up = backend_is_up(backend);
    if (was_up == is_up)
        return;
    uint64_t since_s = GET(backend->last_change_s), now_s = now_us / US_PER_SECOND;
    if (is_up && now_s > since_s)
        SET(backend->down_s, GET(backend->down_s) + now_s - since_s);
    if (!is_up)
        SET(backend->down_count, GET(backend->down_count) + 1);
    SET(backend->last_change_s, now_s);
}

uint64_t backend_down_s(const struct backend *backend, uint64_t now_us)
{
    uint64_t down_s = GET(backend->down_s), since_s = GET(backend->last_change_s);
    uint64_t now_s = now_us / US_PER_SECOND;
    return backend_is_up(backend) || now_s <= since_s ? down_s : down_s + now_s - since_s;
}
