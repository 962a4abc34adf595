/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor's connections: what arrives on one side leaves on the other, or waits as its backlog.
 *
 * Descriptors are edge-triggered and their interest is set once. So an endpoint is received from
 * until it is empty, or until its peer is full: then it rests until the peer has drained.
 */
#include "bench/floor.h"

#include "bench/net.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct floor_options *options;
static int epoll_fd;
static struct endpoint *idle_servers; /* last used first */
static struct endpoint *dead;         /* later events of the turn may still name them */
static struct buffer *free_buffers;

void endpoints_init(const struct floor_options *floor_options, int floor_epoll_fd)
{
    options = floor_options;
    epoll_fd = floor_epoll_fd;
}

static struct buffer *buffer_take(void)
{
    struct buffer *buffer = free_buffers;
    if (buffer != NULL) {
        free_buffers = buffer->next;
        return buffer;
    }
    buffer = malloc(sizeof *buffer);
    if (buffer == NULL)
        die("no memory");
    return buffer;
}

static void buffer_give(struct buffer *buffer)
{
    buffer->next = free_buffers;
    free_buffers = buffer;
}

static struct endpoint *endpoint_new(enum endpoint_kind kind, int fd)
{
    struct endpoint *endpoint = calloc(1, sizeof *endpoint);
    if (endpoint == NULL)
        die("no memory");
    endpoint->kind = kind;
    endpoint->fd = fd;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = endpoint};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
        die("epoll_ctl");
    return endpoint;
}

void client_new(int fd)
{
    struct endpoint *client = endpoint_new(CLIENT, fd);
    if (options->tls_context != NULL)
        floor_tls_start(client, options->tls_context);
}

static ssize_t endpoint_receive(struct endpoint *endpoint, void *bytes, size_t len)
{
    if (endpoint->tls != NULL)
        return floor_tls_receive(endpoint, bytes, len);
    ssize_t n = recv(endpoint->fd, bytes, len, 0);
    endpoint->readable =
        n == (ssize_t)len; /* else the socket is empty, and says so when it is not */
    return n;
}

static ssize_t endpoint_send(struct endpoint *endpoint, const void *bytes, size_t len)
{
    if (endpoint->tls != NULL)
        return floor_tls_send(endpoint, bytes, len);
    return send(endpoint->fd, bytes, len, MSG_NOSIGNAL);
}

static void endpoint_close(struct endpoint *endpoint)
{
    if (endpoint->peer != NULL)
        die("a connection ended in the middle of a response");
    if (endpoint->backlog != NULL)
        buffer_give(endpoint->backlog);
    if (endpoint->tls != NULL)
        floor_tls_end(endpoint);
    close(endpoint->fd);
    endpoint->fd = -1;
    endpoint->next = dead;
    dead = endpoint;
}

/* Sends what it can of the backlog. */
static void endpoint_flush(struct endpoint *endpoint)
{
    struct buffer *buffer = endpoint->backlog;
    while (buffer->start < buffer->end) {
        ssize_t n =
            endpoint_send(endpoint, buffer->bytes + buffer->start, buffer->end - buffer->start);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0)
            die("a connection broke under a message");
        buffer->start += (size_t)n;
    }
    endpoint->backlog = NULL;
    buffer_give(buffer);
}

static void server_attach(struct endpoint *client)
{
    struct endpoint *server = idle_servers;
    if (server == NULL)
        server = endpoint_new(SERVER, loopback_connect(options->origin_port));
    else
        idle_servers = server->next;
    server->response_left = options->response_bytes;
    server->peer = client;
    client->peer = server;
}

static void server_detach(struct endpoint *server)
{
    struct endpoint *client = server->peer;
    client->peer = NULL;
    server->peer = NULL;
    server->next = idle_servers;
    idle_servers = server;
    if (!options->close_after_response)
        return;
    client->closing = true;
    if (client->backlog == NULL)
        endpoint_close(client);
}

static bool endpoint_has_more(const struct endpoint *endpoint)
{
    return endpoint->readable || (endpoint->tls != NULL && floor_tls_has_more(endpoint));
}

/* Called when the stream of an endpoint has ended. */
static void on_end(struct endpoint *endpoint)
{
    errno = 0;
    if (endpoint->kind == SERVER)
        die("the origin closed a connection");
    endpoint_close(endpoint);
}

/* Receives once and sends what it can; a client that has no server is given one. */
static ssize_t endpoint_forward(struct endpoint *from)
{
    struct buffer *buffer = buffer_take();
    bool is_for_tls = from->peer != NULL && from->peer->tls != NULL;
    ssize_t n = endpoint_receive(from, buffer->bytes, is_for_tls ? READ_FOR_TLS_BYTES : READ_BYTES);
    if (n <= 0) {
        buffer_give(buffer);
        return n;
    }
    if (from->peer == NULL)
        server_attach(from);
    buffer->start = 0;
    buffer->end = (size_t)n;
    from->peer->backlog = buffer;
    endpoint_flush(from->peer);
    return n;
}

/* Hands on what has arrived, until the socket is empty or the other side is full. */
static void endpoint_relay(struct endpoint *from)
{
    while (endpoint_has_more(from) && (from->peer == NULL || from->peer->backlog == NULL)) {
        ssize_t n = endpoint_forward(from);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            on_end(from);
            return;
        }
        if (from->kind == CLIENT)
            continue;
        errno = 0;
        if ((size_t)n > from->response_left)
            die("a response longer than --response-bytes");
        from->response_left -= (size_t)n;
        if (from->response_left == 0) {
            server_detach(from);
            return;
        }
    }
}

void endpoint_handle(struct endpoint *endpoint, uint32_t events)
{
    if (endpoint->fd < 0)
        return;
    if (endpoint->backlog != NULL && events & EPOLLOUT) {
        endpoint_flush(endpoint);
        if (endpoint->backlog == NULL && endpoint->closing) {
            endpoint_close(endpoint);
            return;
        }
        if (endpoint->backlog == NULL && endpoint->peer != NULL)
            endpoint_relay(endpoint->peer);
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        endpoint->readable = true;
        endpoint_relay(endpoint);
    }
}

void endpoints_bury_dead(void)
{
    while (dead != NULL) {
        struct endpoint *endpoint = dead;
        dead = endpoint->next;
        free(endpoint);
    }
}
