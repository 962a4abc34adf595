/* SPDX-License-Identifier: Apache-2.0 */
/* Accepting; see listener.h. Sockets are bound elsewhere, sessions live elsewhere. */
#include "proxy/net/listener.h"

#include <errno.h>
#include <sys/socket.h>

#define ACCEPT_BATCH 64     /* then others get their turn */
#define ACCEPT_RETRY_MS 100 /* after the process or the system has run out of descriptors */

/* One connection. 1: go on, 0: no more now, negative: stopped by lack of something. */
static int listener_accept(struct listener *listener)
{
    struct sockaddr_storage from = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof(from);
    int fd = accept4(listener->source.fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0 && listener->accepted(listener, fd, (struct sockaddr *)&from))
        return 1;
    if (fd >= 0) {
        listener_pause(listener);
        return -1;
    }
    switch (errno) {
    case ECONNABORTED: /* gone before we came */
    case EINTR:
    case EPROTO:
    case EPERM: /* a firewall rule */
        return 1;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        listener_pause(listener);
        loop_arm(listener->loop, &listener->retry, ACCEPT_RETRY_MS);
        return -1;
    default:
        return 0;
    }
}

static void on_listener_ready(struct loop_source *source, uint32_t events)
{
    struct listener *listener = LIST_ITEM(source, struct listener, source);
    (void)events;
    for (int i = 0; i < ACCEPT_BATCH && !listener->paused; i++)
        if (listener_accept(listener) <= 0)
            return;
}

static void on_retry(struct wheel_timer *timer)
{
    listener_resume(LIST_ITEM(timer, struct listener, retry));
}

int listener_start(struct listener *listener, struct loop *loop, int fd,
                   bool (*accepted)(struct listener *, int, const struct sockaddr *))
{
    *listener = (struct listener){
        .source = {.ready = on_listener_ready, .fd = fd},
        .loop = loop,
        .accepted = accepted,
    };
    wheel_timer_init(&listener->retry, on_retry);
    return loop_add_listener(loop, &listener->source);
}

void listener_pause(struct listener *listener)
{
    if (listener->paused)
        return;
    listener->paused = true;
    loop_pause_listener(listener->loop, &listener->source);
}

void listener_resume(struct listener *listener)
{
    if (!listener->paused || listener->source.fd < 0)
        return;
    listener->paused = false;
    if (loop_add_listener(listener->loop, &listener->source) != 0) {
        listener->paused = true;
        loop_arm(listener->loop, &listener->retry, ACCEPT_RETRY_MS);
    }
}

void listener_stop(struct listener *listener)
{
    if (listener->source.fd < 0)
        return;
    for (int i = 0; i < 4 * ACCEPT_BATCH && listener_accept(listener) > 0; i++)
        continue;
    if (!listener->paused)
        loop_pause_listener(listener->loop, &listener->source);
    listener->paused = true;
    wheel_forget(&listener->loop->wheel, &listener->retry);
    listener->source.fd = -1;
}
