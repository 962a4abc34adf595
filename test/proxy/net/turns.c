/* SPDX-License-Identifier: Apache-2.0 */
/* Loops that run as far as a test says; see turns.h. */
#include "test/proxy/net/turns.h"

#include <assert.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUIET_MS 4

/* ---- the clock: the linker puts these in the place of clock_gettime(), see CMakeLists.txt ---- */

static _Atomic uint64_t skipped_ms;
static struct timespec held; /* the monotonic clock's, from turns_hold() on */

int __real_clock_gettime(clockid_t clock, struct timespec *now_out);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now_out);

int __wrap_clock_gettime(clockid_t clock, struct timespec *now_out)
{
    uint64_t ms = atomic_load(&skipped_ms);
    int rc = __real_clock_gettime(clock, now_out);
    if (clock == CLOCK_MONOTONIC && held.tv_sec > 0)
        *now_out = held;
    now_out->tv_sec += (time_t)(ms / 1000);
    now_out->tv_nsec += (long)(ms % 1000) * 1000000;
    if (now_out->tv_nsec >= 1000000000) {
        now_out->tv_nsec -= 1000000000;
        now_out->tv_sec++;
    }
    return rc;
}

void turns_hold(void)
{
    __real_clock_gettime(CLOCK_MONOTONIC, &held);
}

void turns_skip(uint64_t ms)
{
    atomic_fetch_add(&skipped_ms, ms);
}

uint64_t turns_clock_ms(void)
{
    struct timespec t;
    __real_clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- turns ----------------------------------------------------------------------------------- */

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

/*
 * Loopback delivers within the call that sends, unless the machine is so busy that the kernel leaves
 * that to a thread of its own. It keeps the order: a letter to oneself comes behind all the rest.
 */
void turns_await_loopback(void)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(in);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    char letter = 0;
    bool came = bind(fd, (struct sockaddr *)&in, len) == 0 &&
                getsockname(fd, (struct sockaddr *)&in, &len) == 0 &&
                sendto(fd, &letter, 1, 0, (struct sockaddr *)&in, len) == 1 &&
                recv(fd, &letter, 1, 0) == 1;
    assert(came);
    close(fd);
}

static bool has_events(struct loop *loop)
{
    struct pollfd fd = {.fd = loop->epoll_fd, .events = POLLIN};
    turns_await_loopback();
    return poll(&fd, 1, QUIET_MS) > 0;
}

void turns_settle(struct loop *loop)
{
    do
        turns_one(loop);
    while (!list_is_empty(&loop->soon) || has_events(loop));
}

bool turns_until(struct loop *loop, bool (*is_so)(void))
{
    for (uint64_t end = turns_clock_ms() + TURNS_PATIENCE_MS; !is_so();) {
        if (turns_clock_ms() >= end)
            return false;
        turns_settle(loop);
    }
    return true;
}
