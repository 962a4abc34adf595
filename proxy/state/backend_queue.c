/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Those who wait for a slot: one queue for the backend, and one for each server that streams insist
 * on.
 *
 * Invariant at each unlock: if somebody waits for any server, none in use has a free slot; if
 * somebody waits for one, that one has none. So who arrives need not look at the queues first, and
 * cannot overtake.
 */
#include "proxy/state/backend_priv.h"
#include "proxy/state/server.h"

static void on_grant(struct loop_message *message);

static struct queue_entry *first_of(const struct list *queue)
{
    return list_is_empty(queue) ? NULL : LIST_ITEM(queue->next, struct queue_entry, node);
}

/* Where those wait whom it waits with, and how many they are. */
static _Atomic unsigned *queue_gauge(struct queue_entry *entry)
{
    return entry->waits_for != NULL ? &entry->waits_for->queued : &entry->backend->queued;
}

/* How many wait there already. */
static unsigned enter_queue(struct queue_entry *entry)
{
    struct server *server = entry->waits_for;
    _Atomic unsigned *gauge = queue_gauge(entry);
    struct counter_set *counters = server != NULL ? server->counters : entry->backend->counters;
    const unsigned ahead = GET(*gauge);
    SET(*gauge, ahead + 1);
    raise_max(&counters->queued_max, ahead + 1);
    list_push_back(server != NULL ? &server->queue : &entry->backend->queue, &entry->node);
    return ahead;
}

static void leave_queue(struct queue_entry *entry)
{
    _Atomic unsigned *gauge = queue_gauge(entry);
    list_remove(&entry->node);
    SET(*gauge, GET(*gauge) - 1);
}

bool queue_has_room(const struct server *server)
{
    unsigned max = GET(server->maxqueue);
    return max == 0 || GET(server->queued) < max;
}

enum assign_result queue_wait(struct backend *backend, struct server *server, struct server *avoid,
                              struct queue_entry *entry)
{
    if (entry == NULL || (server != NULL && !queue_has_room(server)))
        return QUEUE_FULL;
    entry->backend = backend;
    entry->avoid = avoid;
    entry->waits_for = server;
    entry->ticket = backend->next_ticket++;
    entry->state = QUEUE_WAITING;
    entry->wants_one = server != NULL;
    entry->ahead = enter_queue(entry);
    backend_add_sessions(backend, 1);
    return QUEUED;
}

static void grant(struct queue_entry *entry, struct server *server, uint64_t now_us,
                  struct list *granted)
{
    leave_queue(entry);
    list_push_back(granted, &entry->node);
    entry->server = server;
    entry->state = QUEUE_GRANTED;
    backend_take_slot(server, now_us);
}

/* The one who came first of those for whom there is a slot. */
static bool serve_one(struct backend *backend, struct server *server, uint64_t now_us,
                      struct list *granted)
{
    struct queue_entry *any = first_of(&backend->queue), *own = NULL;
    struct server *picked = NULL;
    if (server != NULL && server->slot != LB_NONE && !list_is_empty(&server->queue) &&
        !backend_server_is_full(server))
        own = first_of(&server->queue);
    if (any != NULL && (own == NULL || any->ticket < own->ticket))
        picked = backend_pick(backend, LB_NO_KEY, any->avoid);
    if (picked != NULL)
        grant(any, picked, now_us, granted);
    else if (own != NULL)
        grant(own, server, now_us, granted);
    return picked != NULL || own != NULL;
}

unsigned queue_serve(struct backend *backend, struct server *server, uint64_t now_us,
                     struct list *granted)
{
    unsigned count = 0;
    while (serve_one(backend, server, now_us, granted))
        count++;
    return count;
}

/* Into the queue of the backend, at the place its ticket says. */
static void wait_for_any(struct queue_entry *entry)
{
    struct backend *backend = entry->backend;
    leave_queue(entry);
    entry->waits_for = NULL;
    enter_queue(entry);
    struct list *before = backend->queue.prev->prev;
    list_remove(&entry->node);
    while (before != &backend->queue &&
           LIST_ITEM(before, struct queue_entry, node)->ticket > entry->ticket)
        before = before->prev;
    list_insert_after(before, &entry->node);
}

static void leave_server(struct server *server, bool all)
{
    struct list *next;
    for (struct list *node = server->queue.next; node != &server->queue; node = next) {
        struct queue_entry *entry = LIST_ITEM(node, struct queue_entry, node);
        next = node->next;
        if (all || !entry->wish.insists)
            wait_for_any(entry);
    }
}

void queue_forsake(struct server *server)
{
    leave_server(server, true);
}

unsigned queue_serve_all(struct backend *backend, uint64_t now_us, struct list *granted)
{
    unsigned count = 0;
    for (unsigned i = 0; i < backend->pool.count; i++) {
        struct server *server = backend->servers[i];
        if (server == NULL || list_is_empty(&server->queue))
            continue;
        if (!backend->pool.servers[i].up)
            leave_server(server, false);
        count += queue_serve(backend, server, now_us, granted);
    }
    return count + queue_serve(backend, NULL, now_us, granted);
}

void queue_post_grants(struct list *granted)
{
    for (struct list *node; (node = list_pop_front(granted)) != NULL;) {
        struct queue_entry *entry = LIST_ITEM(node, struct queue_entry, node);
        entry->message.run = on_grant;
        loop_post(entry->loop, &entry->message);
    }
}

bool queue_cancel(struct queue_entry *entry)
{
    struct backend *backend = entry->backend;
    if (backend == NULL)
        return true; /* it never waited */
    pthread_mutex_lock(&backend->lock);
    if (entry->state == QUEUE_WAITING) {
        leave_queue(entry);
        entry->state = QUEUE_IDLE;
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
