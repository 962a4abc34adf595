/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor of TCP: each client gets a server connection of its own, and whatever comes on one goes to the other
 * until both sides have ended: a half-closed connection is none that may be cut. Nothing is timed, queued, counted
 * or logged. With --splice bytes go through a pipe and never through here, unless a client speaks TLS.
 */
#include "bench/floor.h"

#include "bench/net.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* response_left, which has no other use here, of an endpoint that sends no more. */
#define ENDED SIZE_MAX

enum { PIPE_BYTES = 256 * 1024 };

static struct floor_options options = {.cpu = -1};
static bool is_splicing;
static int epoll_fd;
static struct endpoint *dead;
static struct buffer *free_buffers;
static int pipe_fds[2]; /* empty between two calls, unless `stuck` */

static struct endpoint *endpoint_new(enum endpoint_kind kind, int fd)
{
    struct endpoint *endpoint = calloc(1, sizeof *endpoint);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.ptr = endpoint};
    if (endpoint == NULL)
        die("no memory");
    endpoint->kind = kind;
    endpoint->fd = fd;
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
        die("epoll_ctl");
    return endpoint;
}

static void on_accepted(int fd)
{
    struct endpoint *client = endpoint_new(CLIENT, fd);
    if (options.tls_context != NULL)
        floor_tls_start(client, options.tls_context);
    client->peer = endpoint_new(SERVER, loopback_connect(options.origin_port));
    client->peer->peer = client;
}

static void bury(struct endpoint *endpoint)
{
    if (endpoint->tls != NULL)
        floor_tls_end(endpoint);
    close(endpoint->fd);
    free(endpoint->backlog);
    endpoint->fd = -1;
    endpoint->next = dead;
    dead = endpoint;
}

static void end_both(struct endpoint *endpoint)
{
    bury(endpoint->peer);
    bury(endpoint);
}

static struct buffer *buffer_take(void)
{
    struct buffer *buffer = free_buffers;
    if (buffer != NULL)
        free_buffers = buffer->next;
    else if ((buffer = malloc(sizeof *buffer)) == NULL)
        die("no memory");
    return buffer;
}

static ssize_t send_some(struct endpoint *to, const void *bytes, size_t len)
{
    return to->tls != NULL ? floor_tls_send(to, bytes, len)
                           : send(to->fd, bytes, len, MSG_NOSIGNAL);
}

/* False when the other side takes no more, or is gone. */
static bool flush(struct endpoint *to)
{
    struct buffer *buffer = to->backlog;
    while (buffer->start < buffer->end) {
        ssize_t n = send_some(to, buffer->bytes + buffer->start, buffer->end - buffer->start);
        if (n < 0 && errno == EAGAIN)
            return false;
        if (n <= 0) {
            end_both(to);
            return false;
        }
        buffer->start += (size_t)n;
    }
    to->backlog = NULL;
    buffer->next = free_buffers;
    free_buffers = buffer;
    return true;
}

/* What does not leave the pipe at once is taken out again: only bulk against a slow reader pays for that. */
static bool unload_pipe(struct endpoint *to, size_t len)
{
    while (len > 0) {
        ssize_t n = splice(pipe_fds[0], NULL, to->fd, NULL, len, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
        if (n <= 0)
            break;
        len -= (size_t)n;
    }
    if (len == 0)
        return true;
    struct buffer *buffer = buffer_take();
    if (read(pipe_fds[0], buffer->bytes, len) != (ssize_t)len)
        die("pipe");
    buffer->start = 0;
    buffer->end = len;
    to->backlog = buffer;
    return false;
}

static ssize_t forward_by_splice(struct endpoint *from)
{
    ssize_t n =
        splice(from->fd, NULL, pipe_fds[1], NULL, PIPE_BYTES, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (n > 0)
        unload_pipe(from->peer, (size_t)n);
    return n;
}

static ssize_t forward_by_copy(struct endpoint *from)
{
    struct buffer *buffer = buffer_take();
    size_t room = from->peer->tls != NULL ? READ_FOR_TLS_BYTES : READ_BYTES;
    ssize_t n = from->tls != NULL ? floor_tls_receive(from, buffer->bytes, room)
                                  : recv(from->fd, buffer->bytes, room, 0);
    if (from->tls == NULL)
        from->readable =
            n == (ssize_t)room || (from->closing && n > 0); /* its end raises no event again */
    buffer->start = 0;
    buffer->end = n > 0 ? (size_t)n : 0;
    from->peer->backlog = buffer;
    flush(from->peer);
    return n;
}

/* One direction is done; the other one goes on, unless it has ended before, or the connection is broken. */
static void on_end(struct endpoint *from, bool is_orderly)
{
    from->readable = false;
    if (!is_orderly || from->peer->response_left == ENDED) {
        end_both(from);
        return;
    }
    from->response_left = ENDED;
    shutdown(from->peer->fd, SHUT_WR);
}

static bool has_more(const struct endpoint *endpoint)
{
    return endpoint->fd >= 0 &&
           (endpoint->readable || (endpoint->tls != NULL && floor_tls_has_more(endpoint)));
}

static void relay(struct endpoint *from)
{
    while (has_more(from) && from->peer->backlog == NULL) {
        bool by_splice = is_splicing && from->tls == NULL && from->peer->tls == NULL;
        ssize_t n = by_splice ? forward_by_splice(from) : forward_by_copy(from);
        if (n < 0 && errno == EAGAIN) {
            from->readable = false;
            return;
        }
        if (from->fd >= 0 && n <= 0) {
            on_end(from, n == 0);
            return;
        }
    }
}

static void on_ready(void *object, uint32_t events)
{
    struct endpoint *endpoint = object;
    if (endpoint->fd < 0)
        return;
    if (endpoint->backlog != NULL && (events & EPOLLOUT) != 0 && flush(endpoint))
        relay(endpoint->peer);
    if (endpoint->fd >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
        endpoint->readable = true;
        endpoint->closing |= (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
        relay(endpoint);
    }
}

static void bury_dead(void)
{
    for (struct endpoint *next; dead != NULL; dead = next) {
        next = dead->next;
        free(dead);
    }
}

static const struct server_program tunnel_program = {on_accepted, on_ready, bury_dead};

static void options_parse(int argc, char **argv)
{
    static const struct option names[] = {
        {"listen", required_argument, NULL, 'l'}, {"origin", required_argument, NULL, 'o'},
        {"splice", no_argument, NULL, 's'},       {"tls", required_argument, NULL, 't'},
        {"cpu", required_argument, NULL, 'c'},    {0}};
    for (int option; (option = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        switch (option) {
        case 'l':
            options.listen_port = (uint16_t)number_parse("--listen", optarg);
            break;
        case 'o':
            options.origin_port = (uint16_t)number_parse("--origin", optarg);
            break;
        case 's':
            is_splicing = true;
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
    if (options.listen_port == 0 || options.origin_port == 0) {
        fprintf(
            stderr,
            "usage: floor_tunnel --listen PORT --origin PORT [--splice] [--tls PEM] [--cpu N]\n");
        return 2;
    }
    process_pin(options.cpu);
    process_raise_fd_limit();
    if (options.pem_path != NULL)
        options.tls_context = floor_tls_context_new(options.pem_path);
    if (pipe2(pipe_fds, O_NONBLOCK | O_CLOEXEC) != 0 ||
        fcntl(pipe_fds[1], F_SETPIPE_SZ, 2 * PIPE_BYTES) < 0)
        die("pipe");
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    serve_clients(epoll_fd, loopback_listen(options.listen_port), &tunnel_program);
}
