/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor: what relaying costs when nothing is understood.
 *
 *   client --(TLS?)--> client endpoint <--peer--> server endpoint --> origin
 *
 * A client is given a server connection with its first bytes and keeps it until the response has
 * passed, which the floor knows only because the command line says how many bytes that is. Idle
 * server connections lie on a stack. Each message then costs one receive and one send, and a client
 * connection one accept4, one epoll_ctl and one close. Nothing is parsed, logged, timed or counted,
 * and a failure of the origin ends the program: no proxy can be cheaper.
 *
 * Thread: there is one.
 */
#ifndef WEIR_BENCH_FLOOR_H
#define WEIR_BENCH_FLOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Measured: large reads make large sends; with TLS the plain text should still be in the cache when
 * it is enciphered. */
enum { READ_BYTES = 512 * 1024, READ_FOR_TLS_BYTES = 128 * 1024 };

struct ssl_st;
struct ssl_ctx_st;

struct floor_options {
    uint16_t listen_port;
    uint16_t origin_port;
    size_t response_bytes;          /* head and body */
    bool close_after_response;      /* else the client says when */
    const char *pem_path;           /* NULL for plain text */
    struct ssl_ctx_st *tls_context; /* from pem_path */
    int cpu;
};

/* Bytes on their way. Pooled, and owned by an endpoint only while its descriptor does not take
 * them. */
struct buffer {
    struct buffer *next; /* in the pool */
    size_t start;
    size_t end;
    char bytes[READ_BYTES];
};

struct endpoint {
    enum endpoint_kind { CLIENT, SERVER } kind;
    int fd;
    bool readable;          /* the descriptor may hold more to receive */
    bool closing;           /* once the backlog has left */
    bool more;              /* further bytes follow those being sent */
    struct endpoint *peer;  /* borrowed: the other side of the request under way, or NULL */
    struct endpoint *next;  /* of idle servers, and of the dead of this turn */
    struct buffer *backlog; /* owned: what the descriptor did not take yet, or NULL */
    struct ssl_st *tls;     /* owned: NULL for plain text */
    size_t response_left;   /* server: bytes of the response still to come */
};

void endpoints_init(const struct floor_options *options, int epoll_fd);
/* A client has connected; fd is the endpoint's from now on. */
void client_new(int fd);
/* Does what the events of epoll ask for; the endpoint may be dead afterwards. */
void endpoint_handle(struct endpoint *endpoint, uint32_t events);
/* Frees the dead, once per turn of the loop. */
void endpoints_bury_dead(void);

/* All that return a size: a count of bytes, 0 at the end of the stream, or -1 with EAGAIN. */

/* Contexts for clients that speak TLS; key and chain in one PEM file. */
struct ssl_ctx_st *floor_tls_context_new(const char *pem_path);
void floor_tls_start(struct endpoint *endpoint, struct ssl_ctx_st *context);
void floor_tls_end(struct endpoint *endpoint);
/* Whether received bytes still wait to be deciphered. */
bool floor_tls_has_more(const struct endpoint *endpoint);
ssize_t floor_tls_receive(struct endpoint *endpoint, void *bytes, size_t len);
ssize_t floor_tls_send(struct endpoint *endpoint, const void *bytes, size_t len);

#endif
