/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool of servers of one backend and the streams that wait for one of them.
 *
 *   stream --- backend_assign() --- ASSIGNED ----------------------------- backend_release()
 *                   |                                                            |
 *                   |-- QUEUED --- granted(entry, server) on its own thread -----'
 *                   |       `----- queue_cancel()
 *                   |-- NO_SERVER    none is up: 503
 *                   `-- QUEUE_FULL   nobody is there to wait: 503
 *
 * One lock for each backend guards pool, queue and all counts of streams, so the turn of round
 * robin and the limits are exact across threads, and the maxima too. It is held for some ten
 * nanoseconds; no call is made to another room under it.
 *
 * Queue:   first come, first served over all threads. Streams wait only while every server in use
 *          is at its maxconn. When a slot frees, a server comes up or a limit is raised, the first
 *          one waiting gets the slot at once and learns of it by a message. Those that wait when
 *          the last server goes down go on waiting, until one is back or their timeout ends it, as
 *          in HAProxy; those that come later get NO_SERVER.
 *          Who wants one server, by its key or by persistence, waits in the queue of that server.
 *          A slot goes to whoever came first of both queues. When the server goes down, those that
 *          may go elsewhere move to the queue of the backend.
 * Bound:   each entry is embedded in a stream, and streams are bounded by maxconn of the frontends.
 *          maxqueue bounds the queues of servers only, as in HAProxy.
 * Thread:  all functions may be called from any thread unless they say otherwise.
 */
#ifndef WEIR_STATE_BACKEND_H
#define WEIR_STATE_BACKEND_H

#include "lb-algos/pool.h"
#include "proxy/base/list.h"
#include "proxy/net/loop.h"
#include "proxy/state/counters.h"

#include <pthread.h>

struct server;

enum assign_result { ASSIGNED, QUEUED, NO_SERVER, QUEUE_FULL };

enum queue_state {
    QUEUE_IDLE,      /* not in a queue; the state to begin with (zeroed memory) */
    QUEUE_WAITING,   /* in the queue */
    QUEUE_GRANTED,   /* a slot is reserved, the message is on its way */
    QUEUE_CANCELLED, /* as before, but nobody wants the slot any more */
};

/* What a stream wants of a backend; all zero wants nothing in particular. */
struct backend_wish {
    struct server *server; /* persistence names it: this one, be it as loaded as it may */
    bool insists;          /* waits for that server even if it goes down or its queue is full */
    bool has_key;
    uint32_t key; /* for algorithms that hash */
};

/* A stream that waits; embedded in it. The first four are for the stream to set. */
struct queue_entry {
    struct loop *loop; /* borrowed: where granted is to run */
    /*
     * The stream has a slot on server and must backend_release() it. With server NULL: the entry
     * was cancelled too late and the slot was given back; this is the last that is heard of it.
     */
    void (*granted)(struct queue_entry *entry, struct server *server);
    struct backend_wish wish;
    unsigned ahead; /* set when it starts to wait, for good: how many waited before it */
    bool wants_one; /* set then: it began in the queue of a server, not of the backend */
    /* the rest is the queue's, guarded by the backend's lock */
    struct server *waits_for; /* the server whose queue it is in; NULL = the backend's */
    struct backend *backend;
    struct server *server;
    struct server *avoid;
    uint64_t ticket; /* who came first has the lower one */
    struct list node;
    struct loop_message message;
    enum queue_state state;
};

/*
 * Finds a server for one more stream. avoid may be NULL, or a server that just failed: it is picked
 * only if no other can be. entry may be NULL: then nothing is wished for, nobody waits and a full
 * pool gives QUEUE_FULL. server_out is set with ASSIGNED only.
 */
MUST_CHECK enum assign_result backend_assign(struct backend *backend, struct server *avoid,
                                             struct queue_entry *entry, uint64_t now_us,
                                             struct server **server_out);
/* The stream is done with the server; the slot goes to the first one waiting. */
void backend_release(struct server *server, uint64_t now_us);

/*
 * Leaves the queue, at any moment, on the entry's own thread. True: the entry is nobody's any more
 * and its memory may go. False: a grant is on its way; the slot is given back when it arrives, and
 * the memory must stay until granted(entry, NULL) has been called.
 */
MUST_CHECK bool queue_cancel(struct queue_entry *entry);

struct backend {
    pthread_mutex_t lock;
    struct lb_pool pool;     /* guarded by lock, as all that follows up to `counters` */
    struct server **servers; /* owned array, by index in pool; NULL in gaps; each borrowed */
    struct list queue;
    uint64_t next_ticket;
    bool has_dynamic_limits; /* some server has minconn below maxconn */
    unsigned fullconn;
    unsigned panic_percent; /* 0 = never */
    /* written under lock, read by anyone */
    _Atomic unsigned queued;               /* qcur */
    _Atomic unsigned sessions;             /* scur: on a server or waiting */
    _Atomic unsigned active_up, backup_up; /* act, bck */
    _Atomic uint64_t weight_total;
    _Atomic unsigned weight_scale; /* of the pool's weights, see server_weight.c; 0 counts as 1 */
    atomic_bool panic;             /* too few are up: all get traffic */
    uint64_t look_ms;              /* when its outliers are looked for next; the control thread's */
    bool panic_told;               /* its own too, as the next two */
    long long timeline;            /* the newest that a database server of it has begun */
    unsigned promotions;           /* of its database servers, seen by us */
    /* written by the control thread, read by anyone */
    _Atomic uint64_t last_change_s; /* when it last became empty or stopped being empty */
    _Atomic uint64_t down_s;        /* seconds without a server, before the present time */
    _Atomic uint64_t down_count;    /* chkdown */
    const char *name;               /* borrowed: from the proxy_state */
    bool is_listen;                 /* "proxy" instead of "backend" in the log, as HAProxy says */
    struct counter_set *counters;   /* owned */
};

/* Index 0..thread_count-1 of counters: see loop->index. */
static inline struct counters *backend_counters(struct backend *backend, unsigned thread)
{
    return &backend->counters->threads[thread];
}

/* Nobody waits and no server is known; name is borrowed. False when memory runs out. */
MUST_CHECK bool backend_init(struct backend *backend, const char *name, unsigned threads);
void backend_destroy(struct backend *backend);

/* Makes room for more servers, so that those can be added without fail. */
MUST_CHECK bool backend_reserve(struct backend *backend, unsigned more);

/*
 * For the files of this room that change servers: between the two the lock is held.
 * backend_unlock() brings the numbers for readers up to date, gives free slots to those who wait,
 * and returns how many.
 */
void backend_lock(struct backend *backend);
unsigned backend_unlock(struct backend *backend, uint64_t now_us);
/* With the lock held, after limits have changed: who is full by them? */
void backend_refresh_limits(struct backend *backend);

/* The control thread: keeps the times and counts of the whole backend going up and down. */
void backend_note_change(struct backend *backend, bool was_up, uint64_t now_us);

/* Seconds the backend had no server, the present time included. */
uint64_t backend_down_s(const struct backend *backend, uint64_t now_us);
static inline bool backend_is_up(const struct backend *backend)
{
    return backend->active_up + backend->backup_up > 0;
}

#endif
