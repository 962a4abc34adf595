/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The load's connections and loop; see load.h.
 *
 *   open --> [TLS handshake] --> request --> response --+--> next request on the same connection
 *                                                       +--> wait for the proxy to close, open
 * again (--close)
 */
#include "bench/load.h"

#include "bench/net.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, READ_BYTES = 256 * 1024, OPENING_MAX = 64 };

struct conn {
    int fd; /* -1 between two connections */
    enum conn_state { CONN_IDLE, CONN_BUSY, CONN_ENDING } state;
    struct ssl_st *tls;
    size_t sent;
    uint64_t begun_ns;
    struct response response;
    struct conn *next_idle; /* with --rate */
};

static struct load_options options;
static struct request request;
static int epoll_fd;
static struct conn *conns;
static long conns_opened;
static struct conn *idle_conns;

/* Of the part that runs, warm-up or measured. */
static struct part {
    long wanted;
    long begun;
    long right;
    long wrong;
    uint32_t *latency_us; /* of the right ones; NULL while warming up */
    uint64_t start_ns;
} part;
static const char *first_fault;
static char fault_text[160];

static uint64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static void conn_open(struct conn *conn)
{
    conn->fd = loopback_connect(options.port);
    conn->tls = options.tls != TLS_NONE ? load_tls_new(conn->fd) : NULL;
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
    if (options.rate_per_s > 0) {
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
    if (conn->tls == NULL || (options.tls == TLS_RESUMED && part.latency_us == NULL))
        return true;
    return load_tls_is_resumed(conn->tls) == (options.tls == TLS_RESUMED);
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
    if (options.close)
        conn->state = CONN_ENDING;
    else
        conn_rest(conn);
    /* Few at a time, or thousands of connections would overrun the queue of the listener. */
    if (conns_opened < options.connections && part.begun < part.wanted)
        conn_rest(&conns[conns_opened++]);
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
    switch (response_feed(&conn->response, options.body_bytes, buffer, (size_t)n, &why)) {
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

static void on_conn_event(struct conn *conn, uint32_t events)
{
    if (conn->fd < 0)
        return;
    if (conn->state == CONN_BUSY && conn->sent < request.len)
        conn_write(conn);
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        while (conn_read(conn))
            ;
}

/* Begins what is due by now; returns how long the loop may sleep. */
static int64_t rate_begin_due(void)
{
    if (options.rate_per_s == 0 || part.begun == part.wanted)
        return -1;
    for (;;) {
        uint64_t due_ns =
            part.start_ns + (uint64_t)part.begun * 1000000000U / (uint64_t)options.rate_per_s;
        uint64_t now_ns = clock_ns();
        if (now_ns < due_ns)
            return (int64_t)(due_ns - now_ns);
        if (idle_conns == NULL || part.begun == part.wanted)
            return -1;
        struct conn *conn = idle_conns;
        idle_conns = conn->next_idle;
        conn_begin(conn);
    }
}

static void part_run(long requests, uint32_t *latency_us)
{
    part = (struct part){.wanted = requests, .latency_us = latency_us, .start_ns = clock_ns()};
    long at_once = conns_opened > 0 ? conns_opened : options.connections;
    if (conns_opened == 0)
        conns_opened = at_once = at_once < OPENING_MAX ? at_once : OPENING_MAX;
    if (options.rate_per_s == 0 || idle_conns == NULL)
        for (long i = 0; i < at_once; i++)
            if (conns[i].state == CONN_IDLE)
                conn_rest(&conns[i]);
    while (part.right + part.wrong < part.wanted) {
        struct epoll_event events[EVENTS];
        int64_t sleep_ns = rate_begin_due();
        struct timespec sleep = {.tv_sec = sleep_ns / 1000000000, .tv_nsec = sleep_ns % 1000000000};
        int count = epoll_pwait2(epoll_fd, events, EVENTS, sleep_ns < 0 ? NULL : &sleep, NULL);
        if (count < 0 && errno != EINTR)
            die("epoll_wait");
        for (int i = 0; i < count; i++)
            on_conn_event(events[i].data.ptr, events[i].events);
    }
}

static int latency_compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void report(void)
{
    double seconds = (double)(clock_ns() - part.start_ns) / 1e9;
    size_t count = (size_t)part.right;
    qsort(part.latency_us, count, sizeof *part.latency_us, latency_compare);
    printf("{\"right\": %ld, \"wrong\": %ld, \"seconds\": %.6f, \"p50_us\": %u, \"p99_us\": %u}\n",
           part.right, part.wrong, seconds, count > 0 ? part.latency_us[count / 2] : 0,
           count > 0 ? part.latency_us[count * 99 / 100] : 0);
    fflush(stdout);
}

/* Returns at the end of a line, or of the input. */
static void wait_for_line(void)
{
    char byte;
    while (read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n')
        ;
}

static void on_alarm(int signal)
{
    static const char text[] = "load: no end in sight: answers are missing\n";
    (void)signal;
    _exit(write(STDERR_FILENO, text, sizeof text - 1) < 0 ? 3 : 1);
}

int main(int argc, char **argv)
{
    options = load_options_parse(argc, argv);
    process_pin(options.cpu);
    process_raise_fd_limit();
    signal(SIGALRM, on_alarm);
    alarm((unsigned)options.timeout_s);
    request = request_render(&options);
    conns = calloc((size_t)options.connections, sizeof *conns);
    uint32_t *latency_us = calloc((size_t)options.requests + 1, sizeof *latency_us);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (conns == NULL || latency_us == NULL || epoll_fd < 0)
        die("cannot start");
    if (options.tls != TLS_NONE)
        load_tls_init(options.tls);
    for (long i = 0; i < options.connections; i++)
        conns[i].fd = -1;

    part_run(options.warmup, NULL);
    errno = 0;
    if (part.wrong > 0)
        die("%ld of %ld answers were wrong while warming up: %s", part.wrong, part.wanted,
            first_fault);
    printf("{\"connections\": %ld}\n", conns_opened);
    fflush(stdout);
    wait_for_line();
    part_run(options.requests, latency_us);
    report();
    if (part.wrong > 0)
        die("%ld of %ld answers were wrong: %s", part.wrong, part.wanted, first_fault);
    wait_for_line();
    return 0;
}
