/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accepts connections from one listening descriptor on one thread, as long as it is allowed to.
 *
 * Clients wait in the kernel's backlog while it is paused: a frontend is at its maxconn, or
 * descriptors have run out.
 *
 * Ownership: embedded in its owner; the descriptor is borrowed.
 * Thread:    the loop's.
 */
#ifndef WEIR_NET_LISTENER_H
#define WEIR_NET_LISTENER_H

#include "proxy/net/loop.h"

#include <sys/socket.h>

#define LISTENER_RETRY_MS 50

struct listener;

struct listener_owner {
    /* Asked before each accept: may one more come in? If not, the listener pauses. */
    bool (*admit)(struct listener *listener);
    /* Gets a non-blocking descriptor and owns it. */
    void (*accepted)(struct listener *listener, int fd, const struct sockaddr *from);
};

struct listener {
    struct loop_source source;
    struct loop *loop;
    const struct listener_owner *owner;
    struct wheel_timer retry;
    bool paused;
};

MUST_CHECK int listener_start(struct listener *listener, struct loop *loop, int fd,
                              const struct listener_owner *owner);
/* Ends a pause at once; without it the listener looks again every LISTENER_RETRY_MS. */
void listener_resume(struct listener *listener);
/* Accepts what has been waiting in the backlog first, so that no
 * connection is lost with the socket. */
void listener_stop(struct listener *listener);

#endif
