/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection: a socket in the loop and the transport on top of it, plain or TLS. Above this header
 * nobody asks which of the two it is.
 *
 * Readiness is remembered, not asked for: the loop's edges set `readable` and `writable`, a short read or
 * a full send buffer clears them, and no epoll interest is ever changed. So who stops reading
 * (back-pressure) simply stops, and calls conn_recv() again later.
 *
 * Errors:    counts are >= 0; negative values are libuv codes. UV_EAGAIN: nothing now, an event
 *            will come. conn_recv: 0 is the end of what the peer sends (for TLS: close_notify),
 *            UV_EOF is a TLS stream cut without close_notify.
 * Ownership: embedded in its owner; conn_close() closes the descriptor and frees the TLS session. The
 *            owner's memory must outlive the batch of events (loop_free_later).
 * Thread:    the loop's.
 */
#ifndef WEIR_NET_CONN_H
#define WEIR_NET_CONN_H

#include "proxy/net/loop.h"
#include "proxy/net/socket_options.h"
#include "tls/error.h"

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

struct conn;
struct tls_context;        /* tls/context.h: server side of TLS */
struct tls_client_context; /* tls/context.h: client side of TLS */
struct tls_session;

/* What a connection runs on. Rows: transport_plain, transport_tls. */
struct transport {
    const char *name;
    bool is_raw; /* the bytes are those of the socket */
    ssize_t (*recv)(struct conn *conn, void *buf, size_t len);
    ssize_t (*sendv)(struct conn *conn, const struct iovec *iov, int count);
    int (*handshake)(struct conn *conn); /* 0 done, UV_EAGAIN, or failed */
    void (*end_writing)(struct conn *conn);
    void (*release)(struct conn *conn);
    bool (*has_buffered)(
        const struct conn *conn); /* bytes read from the socket, not yet handed up */
};

struct conn {
    struct loop_source source;
    struct loop *loop;                 /* borrowed */
    const struct transport *transport; /* borrowed: a row */
    struct tls_session *tls;           /* owned; NULL on plain connections */
    void (*on_ready)(struct conn *conn);
    bool readable, writable; /* worth a try */
    bool peer_ended; /* the peer's FIN or reset has been seen by the kernel: reads end soon */
    bool broken;     /* the kernel reports a reset, or both directions closed */
    bool connecting;
    bool
        fin_is_end; /* of a tunnel: TLS may end without saying so, as what is in it says when it is whole */
    bool more; /* the next bytes to be sent are followed at once by others, or by their end */
};

extern const struct transport transport_plain;

/* Takes over a connected, non-blocking descriptor (as accept4 gives it), on the plain transport. */
MUST_CHECK int conn_open(struct conn *conn, struct loop *loop, int fd,
                         void (*on_ready)(struct conn *));
/* Starts to connect. When on_ready comes, conn_connected() tells how it went. */
MUST_CHECK int conn_connect(struct conn *conn, struct loop *loop, const struct sockaddr *to,
                            socklen_t to_len, const struct conn_options *options,
                            void (*on_ready)(struct conn *));
/*
 * The same once more, with what conn_disconnect() of this very conn returned, towards an address of the same
 * family; the socket keeps its options. Takes the descriptor in any case.
 */
MUST_CHECK int conn_reconnect(struct conn *conn, int fd, const struct sockaddr *to,
                              socklen_t to_len);
/* 0 connected, UV_EAGAIN not yet, else why it failed. */
MUST_CHECK int conn_connected(struct conn *conn);

/* Puts TLS on top; conn_handshake() must succeed before conn_recv() and conn_sendv(). */
MUST_CHECK int conn_start_tls_server(struct conn *conn, struct tls_context *context);
/* sni may be NULL: then as the context says. */
MUST_CHECK int conn_start_tls_client(struct conn *conn, struct tls_client_context *context,
                                     const char *sni);
/* By ALPN instead of what the context says, "http/1.1,http/1.0"; after conn_start_tls_client(). */
MUST_CHECK int conn_offer_protocols(struct conn *conn, const char *alpn);
/* On a plain connection false; see tls_session_awaits_ticket(). It comes while conn_recv() finds nothing else. */
bool conn_awaits_ticket(const struct conn *conn);
/* Why the TLS session failed, for a person; "" on a plain connection. */
void conn_tls_error(const struct conn *conn, struct tls_error_text *text_out);

static inline int conn_handshake(struct conn *conn)
{
    return conn->transport->handshake != NULL ? conn->transport->handshake(conn) : 0;
}

static inline ssize_t conn_recv(struct conn *conn, void *buf, size_t len)
{
    return conn->transport->recv(conn, buf, len);
}

/* Looks at the first bytes without taking them: they are there again at the next call. Plain transport only. */
ssize_t conn_peek(struct conn *conn, void *buf, size_t len);

/* May take less than all. */
static inline ssize_t conn_sendv(struct conn *conn, const struct iovec *iov, int count)
{
    return conn->transport->sendv(conn, iov, count);
}

/* Whether conn_recv() may have something without a new event. */
static inline bool conn_can_read(const struct conn *conn)
{
    return conn->readable || (conn->tls != NULL && conn->transport->has_buffered(conn));
}

/* It was idle for so long that the network must be probed anew: the next bytes go in small records. */
void conn_was_idle(struct conn *conn);
/* No more bytes from us: FIN, after close_notify on TLS. Reading goes on. */
void conn_end_writing(struct conn *conn);
/* Idempotent. */
void conn_close(struct conn *conn);
/*
 * Ends the connection with RST, so that the kernel keeps nothing of it, but for the socket: that is returned and
 * the caller's. To make, watch and close a new one for each probe takes a quarter of a probe's time. The loop goes
 * on watching it on behalf of conn, which must outlive it. -1 if it was not open, or cannot be used again.
 */
MUST_CHECK int conn_disconnect(struct conn *conn);

static inline bool conn_is_open(const struct conn *conn)
{
    return conn->source.fd >= 0;
}

#endif
