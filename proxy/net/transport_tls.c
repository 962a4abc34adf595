/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TLS transport: a tls_session that reads and writes the socket of its connection. It
 * translates between the statuses of tls/ and those of conn.h; TLS itself is in tls/.
 */
#include "proxy/net/conn.h"
#include "proxy/net/socket_io.h"
#include "tls/session.h"

#include <limits.h>

static ssize_t io_result(ssize_t n)
{
    if (n >= 0)
        return n;
    return n == UV_EAGAIN ? TLS_IO_AGAIN : TLS_IO_ERROR;
}

static ssize_t io_recv(void *io, void *buf, size_t len)
{
    return io_result(socket_recv(io, buf, len));
}

static ssize_t io_send(void *io, const void *buf, size_t len)
{
    struct iovec piece = {.iov_base = (void *)buf, .iov_len = len};
    return io_result(socket_sendv(io, &piece, 1));
}

static const struct tls_io socket_io = {.recv = io_recv, .send = io_send};

static int uv_status(int status)
{
    switch (status) {
    case TLS_WANT_READ:
    case TLS_WANT_WRITE:
        return UV_EAGAIN;
    case TLS_CLOSED:
        return 0;
    case TLS_EOF:
        return UV_EOF;
    default:
        return UV_EPROTO;
    }
}

static int tls_transport_handshake(struct conn *conn)
{
    int rc = tls_session_handshake(conn->tls);
    return rc == 0 ? 0 : rc == TLS_CLOSED ? UV_EOF : uv_status(rc);
}

static ssize_t tls_transport_recv(struct conn *conn, void *buf, size_t len)
{
    int n = tls_session_read(conn->tls, buf, len > INT_MAX ? INT_MAX : len);
    if (n == TLS_EOF && conn->fin_is_end)
        return 0;
    return n >= 0 ? n : uv_status(n);
}

static ssize_t tls_transport_sendv(struct conn *conn, const struct iovec *iov, int count)
{
    int n = tls_session_writev(conn->tls, iov, count);
    return n >= 0 ? n : n == TLS_CLOSED ? UV_EPIPE : uv_status(n);
}

static void tls_transport_end_writing(struct conn *conn)
{
    /* a full send buffer loses the alert; the FIN behind it still says that we are done */
    int rc = tls_session_shutdown(conn->tls);
    (void)rc;
    shutdown(conn->source.fd, SHUT_WR);
}

static void tls_transport_release(struct conn *conn)
{
    if (conn->writable && !tls_session_has_unsent(conn->tls)) {
        int rc = tls_session_shutdown(conn->tls);
        (void)rc;
    }
    tls_session_free(conn->tls);
    conn->tls = NULL;
}

static bool tls_transport_has_buffered(const struct conn *conn)
{
    return tls_session_has_pending(conn->tls);
}

static const struct transport transport_tls = {
    .name = "tls",
    .recv = tls_transport_recv,
    .sendv = tls_transport_sendv,
    .handshake = tls_transport_handshake,
    .end_writing = tls_transport_end_writing,
    .release = tls_transport_release,
    .has_buffered = tls_transport_has_buffered,
};

static int conn_put_on_tls(struct conn *conn, struct tls_session *session)
{
    if (session == NULL)
        return UV_ENOMEM;
    conn->tls = session;
    conn->transport = &transport_tls;
    return 0;
}

int conn_start_tls_server(struct conn *conn, struct tls_context *context)
{
    return conn_put_on_tls(conn, tls_session_accept(context, &socket_io, conn));
}

int conn_start_tls_client(struct conn *conn, struct tls_client_context *context, const char *sni)
{
    return conn_put_on_tls(conn, tls_session_connect(context, sni, &socket_io, conn));
}

int conn_offer_protocols(struct conn *conn, const char *alpn)
{
    return tls_session_offer(conn->tls, alpn) == 0 ? 0 : UV_ENOMEM;
}

bool conn_awaits_ticket(const struct conn *conn)
{
    return conn->tls != NULL && tls_session_awaits_ticket(conn->tls);
}

void conn_was_idle(struct conn *conn)
{
    if (conn->tls != NULL)
        tls_session_idle(conn->tls);
}

void conn_tls_error(const struct conn *conn, struct tls_error_text *text_out)
{
    text_out->text[0] = '\0';
    if (conn->tls != NULL)
        tls_session_error(conn->tls, text_out);
}
