/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event loop of a thread; loop.h draws it. It leaves sockets to conn.c and listener.c and knows nothing
 * of what runs on them.
 */
#include "proxy/net/loop.h"
#include "proxy/net/splice.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define BATCH 256
#define WALL_CLOCK_CHECK_MS 1000
#define CACHE_LINE_BYTES 64
#define PREFETCH_LINES 3

static uint64_t clock_us(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void loop_read_clock(struct loop *loop)
{
    uint64_t before_s = loop->now_ms / WALL_CLOCK_CHECK_MS;
    loop->now_us = clock_us(CLOCK_MONOTONIC);
    loop->now_ms = loop->now_us / 1000;
    if (loop->now_ms / WALL_CLOCK_CHECK_MS != before_s)
        loop->wall_minus_mono_us = (int64_t)(clock_us(CLOCK_REALTIME) - loop->now_us);
}

/* Takes the whole mailbox at once and turns it round: senders push in front. */
static void loop_run_messages(struct loop *loop)
{
    struct loop_message *newest =
        atomic_exchange_explicit(&loop->mailbox, NULL, memory_order_acquire);
    struct loop_message *oldest = NULL;
    while (newest != NULL) {
        struct loop_message *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    while (oldest != NULL) {
        struct loop_message *next = oldest->next; /* run() may free or post it again */
        oldest->run(oldest);
        oldest = next;
    }
}

static void on_wakeup(uv_async_t *async)
{
    loop_run_messages(async->data);
}

static void on_uv_ready(struct loop_source *source, uint32_t events)
{
    struct loop *loop = LIST_ITEM(source, struct loop, uv_source);
    (void)events;
    uv_run(&loop->uv, UV_RUN_NOWAIT);
}

static int loop_epoll(struct loop *loop, int op, struct loop_source *source, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = source};
    if (epoll_ctl(loop->epoll_fd, op, source->fd, &event) != 0)
        return uv_translate_sys_error(errno);
    return 0;
}

int loop_init(struct loop *loop, unsigned index)
{
    *loop = (struct loop){.index = index, .epoll_fd = -1};
    int rc = uv_loop_init(&loop->uv);
    if (rc != 0)
        return rc;
    loop->scratch = malloc(LOOP_SCRATCH_BYTES + LOOP_SCRATCH_MARGIN);
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop->scratch == NULL || loop->epoll_fd < 0) {
        rc = loop->scratch == NULL ? UV_ENOMEM : uv_translate_sys_error(errno);
        goto fail;
    }
    rc = uv_async_init(&loop->uv, &loop->wakeup, on_wakeup);
    if (rc != 0)
        goto fail;
    loop->wakeup.data = loop;
    loop->uv_source = (struct loop_source){.ready = on_uv_ready, .fd = uv_backend_fd(&loop->uv)};
    rc = loop_epoll(loop, EPOLL_CTL_ADD, &loop->uv_source, EPOLLIN);
    if (rc != 0)
        goto fail;
    list_init(&loop->soon);
    loop_read_clock(loop);
    loop->made_us = loop->now_us;
    loop->wall_minus_mono_us = (int64_t)(clock_us(CLOCK_REALTIME) - loop->now_us);
    wheel_init(&loop->wheel, loop->now_ms);
    return 0;
fail:
    loop_destroy(loop);
    return rc;
}

void loop_collect_garbage(struct loop *loop)
{
    while (loop->garbage != NULL) {
        struct loop_garbage *item = loop->garbage;
        loop->garbage = item->next;
        item->free(item);
    }
}

/* How long to sleep: until the wheel, a uv timer or uv's own unfinished business wants us. */
static int loop_wait_ms(struct loop *loop)
{
    if (!list_is_empty(&loop->soon))
        return 0;
    int wheel = wheel_wait_ms(&loop->wheel, loop->now_ms);
    int uv = uv_backend_timeout(&loop->uv);
    if (wheel < 0)
        return uv;
    return uv >= 0 && uv < wheel ? uv : wheel;
}

/* Those that wait now; what they ask for is for the turn after. */
static void loop_run_tasks(struct loop *loop)
{
    if (list_is_empty(&loop->soon))
        return;
    struct list end; /* marks where this turn's tasks end */
    list_push_back(&loop->soon, &end);
    while (loop->soon.next != &end) {
        struct loop_task *task = LIST_ITEM(loop->soon.next, struct loop_task, node);
        list_remove(&task->node);
        task->run(task);
    }
    list_remove(&end);
}

/* Of thousands of connections the next one is in no cache. Owners keep what they need first close behind. */
static void prefetch_source(const struct loop_source *source)
{
    for (unsigned line = 0; line < PREFETCH_LINES; line++)
        __builtin_prefetch((const char *)source + line * CACHE_LINE_BYTES);
}

static void loop_turn(struct loop *loop)
{
    struct epoll_event events[BATCH];
    int count = epoll_wait(loop->epoll_fd, events, BATCH, loop_wait_ms(loop));
    loop_read_clock(loop);
    if (count < 0)
        return; /* we were stopped for a while: what came in time is seen to before anybody is told that it did not */
    for (int i = 0; i < count; i++) {
        struct loop_source *source = events[i].data.ptr;
        if (i + 1 < count)
            prefetch_source(events[i + 1].data.ptr);
        if (source->fd >= 0) /* closed by an earlier callback of this batch */
            source->ready(source, events[i].events);
    }
    if (uv_backend_timeout(&loop->uv) == 0)
        uv_run(&loop->uv, UV_RUN_NOWAIT);
    wheel_turn(&loop->wheel, loop->now_ms);
    loop_run_tasks(loop);
    loop_collect_garbage(loop);
}

void loop_run(struct loop *loop)
{
    /* libuv adds its descriptors to its epoll set when it runs, not when they are started */
    uv_run(&loop->uv, UV_RUN_NOWAIT);
    while (!atomic_load_explicit(&loop->stopping, memory_order_relaxed)) {
        uv_update_time(&loop->uv);
        loop_turn(loop);
    }
}

void loop_stop(struct loop *loop)
{
    atomic_store(&loop->stopping, true);
    uv_async_send(&loop->wakeup);
}

static void close_handle(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

void loop_destroy(struct loop *loop)
{
    loop_collect_garbage(loop);
    uv_walk(&loop->uv, close_handle, NULL);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    int rc = uv_loop_close(&loop->uv);
    assert(rc == 0);
    if (loop->epoll_fd >= 0)
        close(loop->epoll_fd);
    splice_pool_destroy(&loop->pipes);
    free(loop->scratch);
}

int loop_add(struct loop *loop, struct loop_source *source)
{
    return loop_epoll(loop, EPOLL_CTL_ADD, source, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

/* Threads may share the socket: one of them is woken, and the same one while it has nothing to do, so that a client
 * which comes again finds the server connections it had. */
int loop_add_listener(struct loop *loop, struct loop_source *source)
{
    return loop_epoll(loop, EPOLL_CTL_ADD, source, EPOLLIN | EPOLLEXCLUSIVE);
}

void loop_pause_listener(struct loop *loop, struct loop_source *source)
{
    int rc = loop_epoll(loop, EPOLL_CTL_DEL, source, 0);
    assert(rc == 0);
}

void loop_post(struct loop *to, struct loop_message *message)
{
    struct loop_message *head = atomic_load_explicit(&to->mailbox, memory_order_relaxed);
    do {
        message->next = head;
    } while (!atomic_compare_exchange_weak_explicit(&to->mailbox, &head, message,
                                                    memory_order_release, memory_order_relaxed));
    if (head == NULL) /* else whoever filled the empty mailbox has rung the bell */
        uv_async_send(&to->wakeup);
}

void loop_soon(struct loop *loop, struct loop_task *task)
{
    if (list_is_empty(&task->node))
        list_push_back(&loop->soon, &task->node);
}

void loop_free_later(struct loop *loop, struct loop_garbage *garbage,
                     void (*free_it)(struct loop_garbage *))
{
    garbage->free = free_it;
    garbage->next = loop->garbage;
    loop->garbage = garbage;
}
