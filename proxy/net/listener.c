/* SPDX-License-Identifier: Apache-2.0 */
/* Accepting; see listener.h. Sockets are bound elsewhere, sessions live elsewhere. */
#include "proxy/net/listener.h"

#include <errno.h>
#include <sys/socket.h>

#define ACCEPT_BATCH 64 /* then others get their turn */

static void listener_pause(struct listener *listener)
{
    if (!listener->paused)
        loop_pause_listener(listener->loop, &listener->source);
    listener->paused = true;
    loop_arm(listener->loop, &listener->retry, LISTENER_RETRY_MS);
}

/* What accept4() failed with: is it worth another try at once? */
static bool accept_error_passes(struct listener *listener, int error)
{
    switch (error) {
    case ECONNABORTED: /* gone before we came */
    case EINTR:
    case EPROTO:
    case EPERM: /* a firewall rule */
        return true;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        listener_pause(listener);
        return false;
    default:
        return false;
    }
}

/* One connection. False: no more now. */
static bool listener_accept(struct listener *listener)
{
    struct sockaddr_storage from = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof(from);
    if (!listener->owner->admit(listener)) {
        listener_pause(listener);
        return false;
    }
    int fd =
        accept4(listener->source.fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return accept_error_passes(listener, errno);
    listener->owner->accepted(listener, fd, (struct sockaddr *)&from);
    return true;
}

static void on_listener_ready(struct loop_source *source, uint32_t events)
{
    struct listener *listener = LIST_ITEM(source, struct listener, source);
    (void)events;
    for (int i = 0; i < ACCEPT_BATCH && !listener->paused; i++)
        if (!listener_accept(listener))
            return;
}

static void on_retry(struct wheel_timer *timer)
{
    listener_resume(LIST_ITEM(timer, struct listener, retry));
}

int listener_start(struct listener *listener, struct loop *loop, int fd,
                   const struct listener_owner *owner)
{
    *listener = (struct listener){
        .source = {.ready = on_listener_ready, .fd = fd},
        .loop = loop,
        .owner = owner,
    };
    wheel_timer_init(&listener->retry, on_retry);
    return loop_add_listener(loop, &listener->source);
}

void listener_resume(struct listener *listener)
{
    if (!listener->paused || listener->source.fd < 0)
        return;
    wheel_disarm(&listener->retry);
    listener->paused = loop_add_listener(listener->loop, &listener->source) != 0;
    if (listener->paused)
        loop_arm(listener->loop, &listener->retry, LISTENER_RETRY_MS);
}

void listener_stop(struct listener *listener)
{
    if (listener->source.fd < 0)
        return;
    for (int i = 0; i < 4 * ACCEPT_BATCH && listener_accept(listener); i++)
        continue;
    if (!listener->paused)
        loop_pause_listener(listener->loop, &listener->source);
    listener->paused = true;
    wheel_forget(&listener->loop->wheel, &listener->retry);
    listener->source.fd = -1;
}
