/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections: sockets, readiness, and the plain transport. TLS is in transport_tls.c; who waits how long
 * for what is the owner's business.
 */
#include "proxy/net/conn.h"
#include "proxy/net/socket_io.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COALESCE_BYTES 2048 /* up to here a copy is cheaper than a gathered write */

/*
 * The system calls themselves: libc's functions are cancellation points, which in a program with threads
 * costs two more calls each, and nobody cancels a thread here.
 */
static ssize_t sys_recv(int fd, void *buf, size_t len)
{
    return syscall(SYS_recvfrom, fd, buf, len, 0, NULL, NULL);
}

static ssize_t sys_send(int fd, const void *buf, size_t len, int flags)
{
    return syscall(SYS_sendto, fd, buf, len, flags, NULL, 0);
}

static ssize_t sys_sendv(int fd, const struct iovec *iov, int count, int flags)
{
    struct msghdr msg = {.msg_iov = (struct iovec *)iov, .msg_iovlen = (size_t)count};
    return syscall(SYS_sendmsg, fd, &msg, flags);
}

ssize_t socket_recv(struct conn *conn, void *buf, size_t len)
{
    if (!conn->readable)
        return UV_EAGAIN;
    ssize_t n = sys_recv(conn->source.fd, buf, len);
    if (n < 0) {
        if (errno != EAGAIN)
            return uv_translate_sys_error(errno);
        conn->readable = false;
        return UV_EAGAIN;
    }
    /* A short read has emptied the socket: the next byte raises a new edge. But when the FIN's edge has
     * been seen, it will not come again: go on until recv says 0. */
    if ((size_t)n < len && !conn->peer_ended)
        conn->readable = false;
    return n;
}

ssize_t conn_peek(struct conn *conn, void *buf, size_t len)
{
    ssize_t n = recv(conn->source.fd, buf, len, MSG_PEEK | MSG_DONTWAIT);
    if (n < 0)
        return uv_translate_sys_error(errno);
    conn->readable = true; /* the event that tells of these bytes may still be on its way */
    return n;
}

/* Copies the pieces into whole, if all of them fit: how many bytes they are, or 0. */
static size_t coalesce(const struct iovec *iov, int count, char whole[COALESCE_BYTES])
{
    size_t len = 0;
    for (int i = 0; i < count; i++) {
        if (iov[i].iov_len > COALESCE_BYTES - len)
            return 0;
        memcpy(whole + len, iov[i].iov_base, iov[i].iov_len);
        len += iov[i].iov_len;
    }
    return len;
}

static ssize_t send_pieces(int fd, const struct iovec *iov, int count, int flags)
{
    char whole[COALESCE_BYTES];
    size_t len = coalesce(iov, count, whole);
    return len > 0 ? sys_send(fd, whole, len, flags) : sys_sendv(fd, iov, count, flags);
}

ssize_t socket_sendv(struct conn *conn, const struct iovec *iov, int count)
{
    if (!conn->writable)
        return UV_EAGAIN;
    int fd = conn->source.fd, flags = conn->more ? MSG_NOSIGNAL | MSG_MORE : MSG_NOSIGNAL;
    ssize_t n = count == 1 ? sys_send(fd, iov->iov_base, iov->iov_len, flags)
                           : send_pieces(fd, iov, count, flags);
    if (n >= 0)
        return n;
    if (errno != EAGAIN)
        return uv_translate_sys_error(errno);
    conn->writable = false;
    return UV_EAGAIN;
}

static void plain_end_writing(struct conn *conn)
{
    shutdown(conn->source.fd, SHUT_WR);
}

const struct transport transport_plain = {
    .name = "plain",
    .is_raw = true,
    .recv = socket_recv,
    .sendv = socket_sendv,
    .end_writing = plain_end_writing,
};

static void on_socket_ready(struct loop_source *source, uint32_t events)
{
    struct conn *conn = LIST_ITEM(source, struct conn, source);
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        conn->readable = true;
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
        conn->writable = true;
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        conn->peer_ended = true;
    if (events & (EPOLLHUP | EPOLLERR))
        conn->broken = true;
    conn->on_ready(conn);
}

static void conn_init(struct conn *conn, struct loop *loop, int fd, void (*on_ready)(struct conn *))
{
    *conn = (struct conn){
        .source = {.ready = on_socket_ready, .fd = fd},
        .loop = loop,
        .transport = &transport_plain,
        .on_ready = on_ready,
    };
}

int conn_open(struct conn *conn, struct loop *loop, int fd, void (*on_ready)(struct conn *))
{
    conn_init(conn, loop, fd, on_ready);
    conn->writable = true; /* a new socket has an empty send buffer */
    return loop_add(loop, &conn->source);
}

/* Takes fd over: closed when not even a beginning could be made. */
static int start_connect(int fd, const struct sockaddr *to, socklen_t to_len, int prepared)
{
    int rc = prepared;
    if (rc == 0 && (connect(fd, to, to_len) == 0 || errno == EINPROGRESS))
        return 0;
    if (rc == 0)
        rc = uv_translate_sys_error(errno);
    close(fd);
    return rc;
}

int conn_connect(struct conn *conn, struct loop *loop, const struct sockaddr *to, socklen_t to_len,
                 const struct conn_options *options, void (*on_ready)(struct conn *))
{
    conn->source.fd = -1;
    int fd = socket_new(to->sa_family, options != NULL ? options->netns : NULL);
    if (fd < 0)
        return fd;
    int rc = start_connect(fd, to, to_len, socket_prepare(fd, to->sa_family, options));
    if (rc != 0)
        return rc;
    conn_init(conn, loop, fd, on_ready);
    conn->connecting = true;
    rc = loop_add(loop, &conn->source);
    if (rc != 0)
        conn_close(conn);
    return rc;
}

int conn_reconnect(struct conn *conn, int fd, const struct sockaddr *to, socklen_t to_len)
{
    int rc = start_connect(fd, to, to_len, 0);
    if (rc != 0)
        return rc;
    conn_init(conn, conn->loop, fd, conn->on_ready);
    conn->connecting = true;
    return 0;
}

int conn_connected(struct conn *conn)
{
    if (!conn->connecting)
        return 0;
    if (!conn->writable)
        return UV_EAGAIN;
    int error = 0;
    socklen_t len = sizeof(error);
    if (conn->peer_ended && getsockopt(conn->source.fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
        error = errno;
    conn->connecting = false;
    return error != 0 ? uv_translate_sys_error(error) : 0;
}

void conn_end_writing(struct conn *conn)
{
    if (conn_is_open(conn))
        conn->transport->end_writing(conn);
}

void conn_close(struct conn *conn)
{
    if (!conn_is_open(conn))
        return;
    if (conn->transport->release != NULL)
        conn->transport->release(conn);
    close(conn->source.fd);
    conn->source.fd = -1;
    conn->readable = conn->writable = false;
}

int conn_disconnect(struct conn *conn)
{
    const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    if (!conn_is_open(conn))
        return -1;
    conn->writable = false; /* who is reset need not be told of the end of TLS */
    if (conn->transport->release != NULL)
        conn->transport->release(conn);
    int fd = conn->source.fd;
    conn->source.fd = -1; /* the loop passes over what it still has to tell of the socket */
    conn->readable = conn->writable = false;
    if (connect(fd, &nobody, sizeof(nobody)) == 0)
        return fd;
    close(fd);
    return -1;
}
