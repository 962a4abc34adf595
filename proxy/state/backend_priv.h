/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What backend.c and backend_queue.c share. All of it with the backend's lock held, but for
 * queue_post_grants().
 */
#ifndef WEIR_STATE_BACKEND_PRIV_H
#define WEIR_STATE_BACKEND_PRIV_H

#include "proxy/state/backend.h"

#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)
#define SET(cell, value) atomic_store_explicit(&(cell), (value), memory_order_relaxed)

static inline void raise_max(_Atomic unsigned *max, unsigned value)
{
    if (value > GET(*max))
        SET(*max, value);
}

static inline void backend_add_sessions(struct backend *backend, unsigned n)
{
    unsigned sessions = GET(backend->sessions) + n;
    SET(backend->sessions, sessions);
    raise_max(&backend->counters->sessions_max, sessions);
}

/*
 * backend.c: who is next; NULL if nobody is there. With a key it may be a full server. Without one
 * it never is.
 */
struct server *backend_pick(struct backend *backend, uint64_t key, const struct server *avoid);
/* Of a server in the pool: whether it has no slot left. */
bool backend_server_is_full(struct server *server);
void backend_take_slot(struct server *server, uint64_t now_us);

/* backend_queue.c: the stream waits, for the server or (NULL) for any. QUEUE_FULL without an entry,
 * or over maxqueue. */
enum assign_result queue_wait(struct backend *backend, struct server *server, struct server *avoid,
                              struct queue_entry *entry);
bool queue_has_room(const struct server *server);
/* Gives free slots to those who wait, for any server or for this one; moves them to `granted`, and
 * returns how many. */
unsigned queue_serve(struct backend *backend, struct server *server, uint64_t now_us,
                     struct list *granted);
/* After any change of servers: those who wait for one that is gone wait for another. */
unsigned queue_serve_all(struct backend *backend, uint64_t now_us, struct list *granted);
/* The server leaves the pool for good: who waits for it waits for any. */
void queue_forsake(struct server *server);
/* Without the lock: each entry may be gone as soon as its message is posted. */
void queue_post_grants(struct list *granted);

#endif
