/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes from socket to socket without a copy in between: splice(2) through pipes that a thread keeps for all its
 * connections. A connection holds one only while bytes are in it, so thousands of quiet tunnels hold none.
 *
 * Bounds:    SPLICE_PIPES_MAX pipes for each thread, and SPLICE_BYTES in each.
 * Errors:    as of conn_recv() and conn_sendv().
 * Ownership: the loop's; a pipe with bytes in it is whose they are.
 * Thread:    the loop's.
 */
#ifndef WEIR_NET_SPLICE_H
#define WEIR_NET_SPLICE_H

#include "proxy/net/conn.h"

#define SPLICE_BYTES                                                                               \
    (256 * 1024) /* moved at once; a pipe has twice the room, as pages may be half full */
#define SPLICE_PIPES_MAX 64

struct splice_pipe {
    struct splice_pipe *next; /* of those that are free */
    int read_fd, write_fd;
    size_t held; /* bytes in it */
};

/* An empty one; NULL when there is none to be had: then bytes are copied. */
struct splice_pipe *splice_pipe_take(struct loop *loop);
/* Back to the thread; with the bytes in it, should there be some, it goes for good. */
void splice_pipe_give(struct loop *loop, struct splice_pipe *pipe);
/* Closes what nobody needed since the last call. */
void splice_pool_trim(struct splice_pool *pool);
/* All that are free; for loop_destroy(). */
void splice_pool_destroy(struct splice_pool *pool);

/* Both are what the socket carries: no TLS in between. */
static inline bool conn_can_splice(const struct conn *from, const struct conn *to)
{
    return from->transport->is_raw && to->transport->is_raw;
}

/* Fills an empty pipe with what has come; pipe->held says how much that is. */
MUST_CHECK ssize_t conn_splice_in(struct conn *from, struct splice_pipe *pipe);
/* Sends what the other side takes of it. */
MUST_CHECK ssize_t conn_splice_out(struct conn *to, struct splice_pipe *pipe);

#endif
