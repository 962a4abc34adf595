/* SPDX-License-Identifier: Apache-2.0 */
/* The load's connections; see load.h. */
#include "bench/load.h"

#include "bench/net.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 256 * 1024, OPENING_MAX = 64 };

struct part part;
const char *first_fault;
static char fault_text[160];

static const struct load_options *options;
/* So that one host after another is not that of the next rule. */
enum { HOST_STRIDE = 7919 };

static struct request request;
static int epoll_fd;
static struct conn *conns;
static long conns_opened;
static struct conn *idle_conns;

uint64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

void conns_init(const struct load_options *load_options, int load_epoll_fd)
{
    options = load_options;
    epoll_fd = load_epoll_fd;
    request = request_render(options);
    conns = calloc((size_t)options->connections, sizeof *conns);
    if (conns == NULL)
        die("no memory");
    for (long i = 0; i < options->connections; i++)
        conns[i].fd = -1;
}

long conns_opened_count(void)
{
    return conns_opened;
}

static void conn_open(struct conn *conn)
{
    conn->fd = loopback_connect(options->port);
    conn->tls = options->tls != TLS_NONE ? load_tls_new(conn->fd) : NULL;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = conn};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, conn->fd, &event) != 0)
        die("epoll_ctl");
}

/* A reset, so that no address stays in TIME_WAIT on either side and later runs do not pay for
 * earlier ones. */
static void conn_close(struct conn *conn)
{
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    load_tls_free(conn->tls);
    conn->tls = NULL;
    setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(conn->fd);
    conn->fd = -1;
}

static void conn_write(struct conn *conn)
{
    if (request.host_digits != NULL)
        request_set_host(&request, conn->host);
    while (conn->sent < request.len) {
        const char *rest = request.bytes + conn->sent;
        size_t rest_len = request.len - conn->sent;
        ssize_t n = conn->tls != NULL ? load_tls_send(conn->tls, rest, rest_len)
                                      : send(conn->fd, rest, rest_len, MSG_NOSIGNAL);
        if (n <= 0)
            return; /* not ready; or broken, which the next receive reports */
        conn->sent += (size_t)n;
    }
}

static void conn_begin(struct conn *conn)
{
    part.begun++;
    if (part.latency_us != NULL)
        conn->begun_ns = clock_ns();
    conn->state = CONN_BUSY;
    conn->sent = 0;
    if (options->hosts > 0)
        conn->host = part.begun * HOST_STRIDE % options->hosts;
    conn->response.head_len = 0;
    conn->response.body_len = 0;
    conn->response.head_complete = false;
    if (conn->fd < 0)
        conn_open(conn); /* the loop sends when it is connected */
    else
        conn_write(conn);
}

/* What a connection does when it has nothing to do. */
static void conn_rest(struct conn *conn)
{
    conn->state = CONN_IDLE;
    if (options->rate_per_s > 0) {
        conn->next_idle = idle_conns;
        idle_conns = conn;
    } else if (part.begun < part.wanted) {
        conn_begin(conn);
    }
}

static void on_wrong(struct conn *conn, const char *why)
{
    part.wrong++;
    if (first_fault == NULL) {
        first_fault = fault_text;
        snprintf(fault_text, sizeof fault_text, "%s (request %ld, %zu bytes of body so far)", why,
                 part.begun, conn->response.body_len);
    }
    conn_close(conn);
    conn_rest(conn);
}

/* The first connections have no session to resume. */
static bool is_handshake_as_asked(const struct conn *conn)
{
    if (conn->tls == NULL || (options->tls == TLS_RESUMED && part.latency_us == NULL))
        return true;
    return load_tls_is_resumed(conn->tls) == (options->tls == TLS_RESUMED);
}

/* Few at a time, or thousands of connections would overrun the queue of the listener. */
static void open_next(void)
{
    conn_rest(&conns[conns_opened++]);
    if (conns_opened == options->connections)
        conns_start();
}

static void on_response(struct conn *conn)
{
    if (!is_handshake_as_asked(conn)) {
        on_wrong(conn, "the handshake was not of the kind asked for");
        return;
    }
    if (part.latency_us != NULL)
        part.latency_us[part.right] = (uint32_t)((clock_ns() - conn->begun_ns) / 1000);
    part.right++;
    conn->state = options->close ? CONN_ENDING : CONN_IDLE;
    bool is_opening = conns_opened < options->connections && part.begun < part.wanted;
    if (!options->close && (!is_opening || options->rate_per_s > 0))
        conn_rest(
            conn); /* else it waits until all are open, so that no more are busy than at first */
    if (is_opening)
        open_next();
}

static void on_stream_end(struct conn *conn)
{
    if (conn->state == CONN_BUSY) {
        on_wrong(conn, "the connection ended before the response");
        return;
    }
    if (conn->state == CONN_IDLE)
        die("the proxy closed an idle connection");
    conn_close(conn);
    conn_rest(conn);
}

/* True as long as there may be more to receive. */
static bool conn_read(struct conn *conn)
{
    static char buffer[READ_BYTES];
    const char *why;
    ssize_t n = conn->tls != NULL ? load_tls_receive(conn->tls, buffer, sizeof buffer)
                                  : recv(conn->fd, buffer, sizeof buffer, 0);
    if (n < 0 && errno == EAGAIN)
        return false;
    if (n <= 0) {
        on_stream_end(conn);
        return false;
    }
    if (conn->state != CONN_BUSY) {
        on_wrong(conn, "bytes after the response");
        return false;
    }
    switch (response_feed(&conn->response, options->body_bytes, buffer, (size_t)n, &why)) {
    case RESPONSE_WRONG:
        on_wrong(conn, why);
        return false;
    case RESPONSE_COMPLETE:
        on_response(conn);
        break;
    case RESPONSE_PARTIAL:
        break;
    }
    return conn->tls != NULL || n == READ_BYTES || conn->state == CONN_ENDING;
}

void conn_handle(struct conn *conn, uint32_t events)
{
    if (conn->fd < 0)
        return;
    if (conn->state == CONN_BUSY && conn->sent < request.len)
        conn_write(conn);
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        while (conn_read(conn))
            ;
}

void conns_start(void)
{
    if (conns_opened == 0)
        conns_opened = options->connections < OPENING_MAX ? options->connections : OPENING_MAX;
    else if (options->rate_per_s > 0)
        return; /* they wait in line already */
    for (long i = 0; i < conns_opened; i++)
        if (conns[i].state == CONN_IDLE)
            conn_rest(&conns[i]);
}

bool conns_begin_one(void)
{
    struct conn *conn = idle_conns;
    if (conn == NULL)
        return false;
    idle_conns = conn->next_idle;
    conn_begin(conn);
    return true;
}
