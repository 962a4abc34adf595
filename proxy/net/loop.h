/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread's event loop: a libuv loop (async messages, signals, processes, whatever is rare) inside an
 * epoll set of our own (all sockets of sessions, servers and probes).
 *
 *      epoll_wait -> sockets' callbacks      each is added once, edge-triggered, never modified
 *                 -> uv_run(NOWAIT)          when libuv's descriptor is ready, or a uv timer due
 *                 -> timer wheel -> messages posted by other threads -> deferred frees
 *
 * libuv's descriptor is a member of our set, not ours of libuv's: a socket event then takes one
 * epoll_wait, as on bare epoll, instead of two. uv_backend_fd() is made for this.
 *
 * Thread:  everything belongs to the thread that runs the loop, except loop_post() and loop_stop().
 * Errors:  ints are 0 or a negative libuv code.
 */
#ifndef WEIR_NET_LOOP_H
#define WEIR_NET_LOOP_H

#include "proxy/base/wheel.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include <uv.h>

#define LOOP_SCRATCH_BYTES (256 * 1024)
#define LOOP_SCRATCH_MARGIN (64 * 1024) /* behind these: for what is written to go with them */

/* A descriptor in the epoll set; embedded in the object it serves. */
struct loop_source {
    void (*ready)(struct loop_source *source, uint32_t epoll_events);
    int fd; /* -1 = not in use; owned: closed by whoever embeds it */
};

/* Something for another thread to do; embedded in the object it is about. */
struct loop_message {
    struct loop_message *next;
    void (*run)(struct loop_message *message); /* on the receiver's thread */
};

/* Memory that may still be named in the batch of events at hand. */
struct loop_garbage {
    struct loop_garbage *next;
    void (*free)(struct loop_garbage *garbage);
};

/* Work that goes on in the next turn, after others have had theirs; embedded. */
struct loop_task {
    struct list node; /* detached while not waiting */
    void (*run)(struct loop_task *task);
};

/* Pipes that are free, see splice.h. */
struct splice_pool {
    struct splice_pipe *free;
    unsigned free_count, in_use;
    unsigned low_water; /* fewest free since the last trim */
};

struct loop {
    uv_loop_t uv;
    int epoll_fd;
    unsigned index;  /* data threads count from 0; the control thread is the last */
    uint64_t now_us; /* monotonic, as of the last epoll_wait */
    uint64_t now_ms;
    uint64_t made_us; /* monotonic: when it began */
    int64_t wall_minus_mono_us; /* now_us + this: since 1970; follows clock steps each second */
    struct wheel wheel;
    char *
        scratch; /* owned: LOOP_SCRATCH_BYTES to read into, until the callback returns; and a margin */
    struct splice_pool pipes;
    struct loop_garbage *garbage;
    struct list soon; /* tasks of the next turn */
    uv_async_t wakeup;
    struct loop_source uv_source;
    _Atomic(struct loop_message *) mailbox;
    atomic_bool stopping;
    void *owner; /* borrowed: the room above that runs this loop */
};

MUST_CHECK int loop_init(struct loop *loop, unsigned index);
/* Runs until loop_stop(); then the sources should have been closed by their owners. */
void loop_run(struct loop *loop);
/* From any thread; the loop ends after the batch at hand. */
void loop_stop(struct loop *loop);
void loop_destroy(struct loop *loop);

/* Adds source->fd, edge-triggered, for EPOLLIN|EPOLLOUT|EPOLLRDHUP. Closing it removes it. */
MUST_CHECK int loop_add(struct loop *loop, struct loop_source *source);
/* For listeners: EPOLLIN, level-triggered; loop_pause takes it out of the set again. */
MUST_CHECK int loop_add_listener(struct loop *loop, struct loop_source *source);
void loop_pause_listener(struct loop *loop, struct loop_source *source);

/* From any thread. The message must live until it has run. Messages of one sender run in order. */
void loop_post(struct loop *to, struct loop_message *message);

/* Runs the task once in the next turn; asking twice is asking once. */
void loop_soon(struct loop *loop, struct loop_task *task);

/* Frees after the batch of events at hand, which may still name the object. */
void loop_free_later(struct loop *loop, struct loop_garbage *garbage,
                     void (*free)(struct loop_garbage *));

/* Frees now; for the end, when no batch is at hand. */
void loop_collect_garbage(struct loop *loop);

static inline void loop_arm(struct loop *loop, struct wheel_timer *timer, uint64_t delay_ms)
{
    wheel_arm(&loop->wheel, timer, loop->now_ms + delay_ms);
}

static inline int64_t loop_wall_us(const struct loop *loop)
{
    return (int64_t)loop->now_us + loop->wall_minus_mono_us;
}

#endif
