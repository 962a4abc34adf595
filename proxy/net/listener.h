/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accepts connections from one listening descriptor on one thread, as long as it is allowed to.
 *
 * While paused (a frontend at its maxconn) clients wait in the kernel's backlog. Descriptors running out
 * pauses the listener for a moment by itself.
 *
 * Ownership: embedded in its owner; the descriptor is borrowed.
 * Thread:    the loop's.
 */
#ifndef WEIR_NET_LISTENER_H
#define WEIR_NET_LISTENER_H

#include "proxy/net/loop.h"

#include <sys/socket.h>

struct listener {
    struct loop_source source;
    struct loop *loop;
    /* Gets a non-blocking descriptor and owns it. False: it was one too many, pause until listener_resume(). */
    bool (*accepted)(struct listener *listener, int fd, const struct sockaddr *from);
    struct wheel_timer retry;
    bool paused;
};

MUST_CHECK int listener_start(struct listener *listener, struct loop *loop, int fd,
                              bool (*accepted)(struct listener *, int, const struct sockaddr *));
void listener_pause(struct listener *listener);
void listener_resume(struct listener *listener);
/* Accepts what has been waiting in the backlog first, so that no connection is lost with the socket. */
void listener_stop(struct listener *listener);

#endif
