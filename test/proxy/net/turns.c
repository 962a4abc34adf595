/* SPDX-License-Identifier: Apache-2.0 */
/* Loops that run as far as a test says; see turns.h. */
#include "test/proxy/net/turns.h"

#include <poll.h>

#define QUIET_MS 4

struct turn {
    struct loop_task task;
    struct loop *loop;
};

static void end_turn(struct loop_task *task)
{
    atomic_store(&LIST_ITEM(task, struct turn, task)->loop->stopping, true);
}

void turns_one(struct loop *loop)
{
    struct turn turn = {{.run = end_turn}, loop};
    list_init(&turn.task.node);
    atomic_store(&loop->stopping, false);
    loop_soon(loop, &turn.task); /* so it does not sleep, and ends after one turn */
    loop_run(loop);
}

static bool has_events(struct loop *loop)
{
    struct pollfd fd = {.fd = loop->epoll_fd, .events = POLLIN};
    return poll(&fd, 1, QUIET_MS) > 0;
}

void turns_settle(struct loop *loop)
{
    do
        turns_one(loop);
    while (!list_is_empty(&loop->soon) || has_events(loop));
}

uint64_t turns_clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void turns_wait(struct loop *loop, unsigned ms)
{
    uint64_t end = turns_clock_ms() + ms;
    do
        turns_settle(loop);
    while (turns_clock_ms() < end);
}
