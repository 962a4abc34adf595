/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bulk bytes from one plain connection to another through a pipe, without a copy to user space.
 *
 * Ownership: a pipe with bytes in it belongs to one relay; empty ones wait in their loop for the
 *            next.
 * Errors:    as conn_recv() and conn_sendv().
 * Thread:    the loop's.
 */
#ifndef WEIR_NET_SPLICE_H
#define WEIR_NET_SPLICE_H

#include "proxy/net/conn.h"

struct splice_pipe;

/* Whether both ends are sockets that the kernel may join. */
bool splice_is_possible(const struct conn *from, const struct conn *to);
/* An empty pipe, or NULL (no more descriptors: copy instead). */
struct splice_pipe *splice_pipe_take(struct loop *loop);
/* in_pipe bytes are still in it: then it is closed. NULL is fine. */
void splice_pipe_give(struct loop *loop, struct splice_pipe *pipe, size_t in_pipe);
/* Closes pipes that wait unused. */
void splice_trim(struct loop *loop);

/* At most len bytes into the pipe. 0: the peer has ended. */
ssize_t splice_in(struct conn *from, struct splice_pipe *pipe, size_t len);
/* At most len of the bytes in the pipe out of it; more: others will follow at once. */
ssize_t splice_out(struct splice_pipe *pipe, struct conn *to, size_t len, bool more);

#endif
