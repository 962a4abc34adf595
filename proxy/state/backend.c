/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots on servers, and the queue for them. Everything between lock and unlock is arithmetic;
 * messages to other threads are collected and posted after the unlock.
 *
 * Invariant at each unlock: if somebody waits, no server in use has a free slot. So who arrives
 * need not look at the queue first, and cannot overtake.
 */
#include "proxy/state/backend.h"

#include "lb-algos/algo.h"
#include "proxy/state/server.h"

#include <assert.h>
#include <stdlib.h>

#define US_PER_SECOND 1000000u
#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)
#define SET(cell, value) atomic_store_explicit(&(cell), (value), memory_order_relaxed)

static void on_grant(struct loop_message *message);

bool backend_init(struct backend *backend, const char *name, unsigned threads)
{
    backend->counters = counter_set_new(threads + 1);
    if (backend->counters == NULL)
        return false;
    backend->name = name;
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

static void raise_max(_Atomic unsigned *max, unsigned value)
{
    if (value > GET(*max))
        SET(*max, value);
}

static void add_sessions(struct backend *backend, unsigned n)
{
    unsigned sessions = GET(backend->sessions) + n;
    SET(backend->sessions, sessions);
    raise_max(&backend->counters->sessions_max, sessions);
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

static struct server *pick(struct backend *backend, int avoid)
{
    int slot;
    while ((slot = lb_pool_pick(&backend->pool, 0, avoid)) != LB_NONE) {
        struct server *server = backend->servers[slot];
        if (!backend->has_dynamic_limits)
            return server;
        refresh_full(server); /* its limit may have shrunk with the load of the backend */
        if (!backend->pool.servers[slot].full)
            return server;
    }
    return NULL;
}

/* Reserves a slot on the server whose turn it is, or returns NULL. */
static struct server *take_slot(struct backend *backend, const struct server *avoid,
                                uint64_t now_us)
{
    int avoid_slot = avoid != NULL && avoid->backend == backend ? avoid->slot : LB_NONE;
    struct server *server = pick(backend, avoid_slot);
    if (server == NULL && backend->has_dynamic_limits) {
        backend_refresh_limits(backend);
        server = pick(backend, avoid_slot);
    }
    if (server == NULL)
        return NULL;
    unsigned in_flight = GET(server->in_flight) + 1;
    SET(server->in_flight, in_flight);
    raise_max(&server->counters->sessions_max, in_flight);
    lb_pool_enter(&backend->pool, (unsigned)server->slot);
    if (GET(server->maxconn) > 0)
        refresh_full(server);
    count_pick(server->counters, now_us);
    count_pick(backend->counters, now_us);
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

/* Gives free slots to those who wait; moves them to `granted`. Returns how many. */
static unsigned serve_queue(struct backend *backend, uint64_t now_us, struct list *granted)
{
    unsigned count = 0;
    while (!list_is_empty(&backend->queue)) {
        struct queue_entry *entry = LIST_ITEM(backend->queue.next, struct queue_entry, node);
        struct server *server = take_slot(backend, entry->avoid, now_us);
        if (server == NULL)
            break;
        list_remove(&entry->node);
        list_push_back(granted, &entry->node);
        entry->server = server;
        entry->state = QUEUE_GRANTED;
        SET(backend->queued, GET(backend->queued) - 1);
        count++;
    }
    return count;
}

/* Without the lock: each entry may be gone as soon as its message is posted. */
static void post_grants(struct list *granted)
{
    for (struct list *node; (node = list_pop_front(granted)) != NULL;) {
        struct queue_entry *entry = LIST_ITEM(node, struct queue_entry, node);
        entry->message.run = on_grant;
        loop_post(entry->loop, &entry->message);
    }
}

static enum assign_result wait_in_queue(struct backend *backend, struct server *avoid,
                                        struct queue_entry *entry)
{
    unsigned queued = GET(backend->queued);
    if (entry == NULL)
        return QUEUE_FULL;
    entry->backend = backend;
    entry->avoid = avoid;
    entry->ahead = queued;
    entry->state = QUEUE_WAITING;
    list_push_back(&backend->queue, &entry->node);
    SET(backend->queued, queued + 1);
    raise_max(&backend->counters->queued_max, queued + 1);
    add_sessions(backend, 1);
    return QUEUED;
}

enum assign_result backend_assign(struct backend *backend, struct server *avoid,
                                  struct queue_entry *entry, uint64_t now_us,
                                  struct server **server_out)
{
    enum assign_result result = ASSIGNED;
    pthread_mutex_lock(&backend->lock);
    struct server *server = take_slot(backend, avoid, now_us);
    if (server != NULL) {
        add_sessions(backend, 1);
        *server_out = server;
    } else if (lb_pool_usable(&backend->pool) == 0) {
        result = NO_SERVER;
    } else {
        result = wait_in_queue(backend, avoid, entry);
    }
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
    serve_queue(backend, now_us, &granted);
    pthread_mutex_unlock(&backend->lock);
    post_grants(&granted);
}

bool queue_cancel(struct queue_entry *entry)
{
    struct backend *backend = entry->backend;
    if (backend == NULL)
        return true; /* it never waited */
    pthread_mutex_lock(&backend->lock);
    if (entry->state == QUEUE_WAITING) {
        list_remove(&entry->node);
        entry->state = QUEUE_IDLE;
        SET(backend->queued, GET(backend->queued) - 1);
        SET(backend->sessions, GET(backend->sessions) - 1);
    } else if (entry->state == QUEUE_GRANTED) {
        entry->state = QUEUE_CANCELLED;
    }
    bool is_free = entry->state == QUEUE_IDLE;
    pthread_mutex_unlock(&backend->lock);
    return is_free;
}

/* On the entry's own thread, where queue_cancel() runs too: from here on its state needs no lock.
 */
static void on_grant(struct loop_message *message)
{
    struct queue_entry *entry = LIST_ITEM(message, struct queue_entry, message);
    struct server *server = entry->server;
    bool is_wanted = entry->state == QUEUE_GRANTED;
    entry->state = QUEUE_IDLE;
    entry->server = NULL;
    if (!is_wanted) {
        backend_release(server, entry->loop->now_us);
        server = NULL;
    }
    entry->granted(entry, server);
}

void backend_lock(struct backend *backend)
{
    pthread_mutex_lock(&backend->lock);
}

unsigned backend_unlock(struct backend *backend, uint64_t now_us)
{
    struct list granted = LIST_INIT(granted);
    unsigned count = serve_queue(backend, now_us, &granted);
    SET(backend->active_up, backend->pool.active_usable);
    SET(backend->backup_up, backend->pool.backup_usable);
    SET(backend->weight_total, backend->pool.weight_total);
    pthread_mutex_unlock(&backend->lock);
    post_grants(&granted);
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
