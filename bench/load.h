/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The load: a fixed number of requests over a fixed number of connections, and no answer taken on
 * trust.
 *
 * The number is fixed so that the processor time of the proxy divides by it exactly. Each response
 * must be a 200 with the expected Content-Length and the bytes of pattern.h; anything else is
 * counted as wrong and fails the run.
 *
 * It runs in two parts so that whoever starts it can read the proxy's clock and memory in between:
 * it opens its connections and warms up, prints one line, waits for a line on standard input, makes
 * the measured requests, prints a line of JSON, and holds its connections open until standard input
 * ends.
 *
 * Thread: there is one.
 */
#ifndef WEIR_BENCH_LOAD_H
#define WEIR_BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum tls_use {
    TLS_NONE,
    TLS_FULL,    /* every connection makes a whole handshake */
    TLS_RESUMED, /* every connection resumes a session of one before it */
};

struct load_options {
    uint16_t port;
    const char *path;
    long warmup;   /* requests before the measured ones, over the same connections */
    long requests; /* the measured ones */
    long connections;
    size_t body_bytes;   /* of each response */
    size_t upload_bytes; /* of each request; 0 makes it a GET */
    long hosts; /* how many names the requests are for, in turns; 0 is one, that of the origin */
    bool browser_headers;
    bool close; /* a connection for each request */
    enum tls_use tls;
    long rate_per_s; /* of requests begun; 0 is as fast as they are answered */
    long timeout_s;
    int cpu;
};

/* The options of the command line; exits with 2 when they make no sense. */
struct load_options load_options_parse(int argc, char **argv);

/* One request, head and body, as it is sent each time. */
struct request {
    char *bytes; /* owned */
    size_t len;
    char *host_digits; /* within them: which host; NULL without --hosts */
};
struct request request_render(const struct load_options *options);
/* Makes it a request for one of the hosts. */
void request_set_host(struct request *request, long host);

/* One response as it arrives. Zeroed, it awaits the first byte. */
struct response {
    size_t head_len;
    size_t body_len; /* so far */
    bool head_complete;
    char head[2048];
};
enum response_verdict { RESPONSE_PARTIAL, RESPONSE_COMPLETE, RESPONSE_WRONG };
/* On RESPONSE_WRONG why_out says what is wrong. */
enum response_verdict response_feed(struct response *response, size_t body_bytes, const char *data,
                                    size_t len, const char **why_out);

/*
 * One client connection.
 *
 *   open --> [TLS handshake] --> request --> response --+--> next request on the same connection
 *                                                       +--> wait for the proxy to close, open
 * again
 */
struct conn {
    int fd; /* -1 between two connections */
    enum conn_state { CONN_IDLE, CONN_BUSY, CONN_ENDING } state;
    struct ssl_st *tls; /* owned: NULL for plain text */
    size_t sent;
    long host; /* of its request, with --hosts */
    uint64_t begun_ns;
    struct response response;
    struct conn *next_idle; /* with --rate */
};

/* The part of the load that runs, warm-up or measured. */
struct part {
    long wanted; /* requests */
    long begun;
    long right;
    long wrong;
    uint32_t *latency_us; /* of the right ones; NULL while warming up */
    uint64_t start_ns;
};
extern struct part part;
/* What was wrong first, in words; NULL while nothing was. */
extern const char *first_fault;

/* Prepares all connections without opening one. */
void conns_init(const struct load_options *options, int epoll_fd);
/* Puts those to work that have nothing to do; the first time some, and more as answers come. */
void conns_start(void);
/* Begins a request on an idle connection; false when there is none. Only with --rate. */
bool conns_begin_one(void);
/* How many have been opened. */
long conns_opened_count(void);
void conn_handle(struct conn *conn, uint32_t events);
uint64_t clock_ns(void);

struct ssl_st;
/* Client sides of TLS 1.3, all with the same group and cipher so that every proxy does the same
 * arithmetic. */
void load_tls_init(enum tls_use use);
struct ssl_st *load_tls_new(int fd);
bool load_tls_is_resumed(struct ssl_st *tls);
void load_tls_free(struct ssl_st *tls);
/* A count of bytes, 0 at the end of the stream, -1 with EAGAIN or another errno. */
ssize_t load_tls_receive(struct ssl_st *tls, void *bytes, size_t len);
ssize_t load_tls_send(struct ssl_st *tls, const void *bytes, size_t len);

#endif
