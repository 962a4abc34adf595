/* SPDX-License-Identifier: Apache-2.0 */
/* The floor's endpoints and loop; see floor.h for what it is and what it is not. */
#include "bench/floor.h"

#include "bench/net.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 256 };

static struct {
    uint16_t listen_port;
    uint16_t origin_port;
    size_t response_bytes;
    bool close_after_response;
    bool splice;
    const char *pem_path;
    int cpu;
} options = {.cpu = -1};

static int epoll_fd;
static struct ssl_ctx_st *tls_context;
static struct endpoint *idle_servers; /* last used first */
static struct endpoint
    *dead; /* closed in this turn; later events of the turn may still name them */
static struct buffer *free_buffers;

static struct buffer *buffer_take(void)
{
    struct buffer *buffer = free_buffers;
    if (buffer == NULL && (buffer = malloc(sizeof *buffer)) == NULL)
        die("no memory");
    else if (buffer == free_buffers)
        free_buffers = buffer->next;
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

ssize_t endpoint_receive(struct endpoint *endpoint, void *bytes, size_t len)
{
    if (endpoint->tls != NULL)
        return floor_tls_receive(endpoint, bytes, len);
    ssize_t n = recv(endpoint->fd, bytes, len, 0);
    endpoint->readable =
        n == (ssize_t)len; /* else the socket is empty, and says so when it is not */
    return n;
}

ssize_t endpoint_send(struct endpoint *endpoint, const void *bytes, size_t len)
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

static bool endpoint_is_blocked(const struct endpoint *endpoint)
{
    return endpoint->backlog != NULL || endpoint->channel != NULL;
}

/* Sends what it can of the backlog. */
static void endpoint_flush(struct endpoint *endpoint)
{
    struct buffer *buffer = endpoint->backlog;
    if (endpoint->channel != NULL) {
        floor_splice_flush(endpoint);
        return;
    }
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
        server = endpoint_new(SERVER, loopback_connect(options.origin_port));
    else
        idle_servers = server->next;
    server->response_left = options.response_bytes;
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
    if (!options.close_after_response)
        return;
    client->closing = true;
    if (!endpoint_is_blocked(client))
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
    if (options.splice && from->kind == SERVER && from->peer != NULL)
        return floor_splice_forward(from, from->peer);
    struct buffer *buffer = buffer_take();
    ssize_t n = endpoint_receive(from, buffer->bytes, sizeof buffer->bytes);
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
    while (endpoint_has_more(from) && (from->peer == NULL || !endpoint_is_blocked(from->peer))) {
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

static void on_endpoint_event(struct endpoint *endpoint, uint32_t events)
{
    if (endpoint->fd < 0)
        return;
    if (endpoint_is_blocked(endpoint) && events & EPOLLOUT) {
        endpoint_flush(endpoint);
        bool is_blocked = endpoint_is_blocked(endpoint);
        if (!is_blocked && endpoint->closing) {
            endpoint_close(endpoint);
            return;
        }
        if (!is_blocked && endpoint->peer != NULL)
            endpoint_relay(endpoint->peer);
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        endpoint->readable = true;
        endpoint_relay(endpoint);
    }
}

static void on_listener_event(int listener)
{
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct endpoint *client = endpoint_new(CLIENT, fd);
        if (tls_context != NULL)
            floor_tls_start(client, tls_context);
    }
    if (errno != EAGAIN && errno != ECONNABORTED)
        die("accept4");
}

static void bury_dead(void)
{
    while (dead != NULL) {
        struct endpoint *endpoint = dead;
        dead = endpoint->next;
        free(endpoint);
    }
}

static void serve(int listener)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event) != 0)
        die("epoll");
    for (;;) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(epoll_fd, events, EVENTS, -1);
        if (count < 0 && errno != EINTR)
            die("epoll_wait");
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == NULL)
                on_listener_event(listener);
            else
                on_endpoint_event(events[i].data.ptr, events[i].events);
        }
        bury_dead();
    }
}

static void options_parse(int argc, char **argv)
{
    static const struct option names[] = {{"listen", required_argument, NULL, 'l'},
                                          {"origin", required_argument, NULL, 'o'},
                                          {"response-bytes", required_argument, NULL, 'r'},
                                          {"close", no_argument, NULL, 'x'},
                                          {"tls", required_argument, NULL, 't'},
                                          {"splice", no_argument, NULL, 's'},
                                          {"cpu", required_argument, NULL, 'c'},
                                          {0}};
    int option;

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (option) {
        case 'l':
            options.listen_port = (uint16_t)number_parse("--listen", optarg);
            break;
        case 'o':
            options.origin_port = (uint16_t)number_parse("--origin", optarg);
            break;
        case 'r':
            options.response_bytes = (size_t)number_parse("--response-bytes", optarg);
            break;
        case 'x':
            options.close_after_response = true;
            break;
        case 's':
            options.splice = true;
            break;
        case 't':
            options.pem_path = optarg;
            break;
        case 'c':
            options.cpu = (int)number_parse("--cpu", optarg);
            break;
        default:
            exit(2);
        }
    }
}

int main(int argc, char **argv)
{
    options_parse(argc, argv);
    if (options.listen_port == 0 || options.origin_port == 0 || options.response_bytes == 0) {
        fprintf(stderr,
                "usage: floor --listen PORT --origin PORT --response-bytes N [--close] [--splice] "
                "[--tls PEM] [--cpu N]\n");
        return 2;
    }
    process_pin(options.cpu);
    process_raise_fd_limit();
    if (options.pem_path != NULL)
        tls_context = floor_tls_context_new(options.pem_path);
    serve(loopback_listen(options.listen_port));
}
