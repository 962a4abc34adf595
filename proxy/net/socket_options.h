/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a socket is told before it connects, or once it is accepted.
 *
 * Errors:  ints are 0 or a negative libuv code. Options that only make a connection better are tried and
 *          forgotten; those that decide whence and whereto it goes must succeed.
 * Thread:  any.
 */
#ifndef WEIR_NET_SOCKET_OPTIONS_H
#define WEIR_NET_SOCKET_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* 0 = as the kernel has it. */
struct keepalive {
    bool enabled;
    unsigned idle_s, interval_s, count;
};

/* What the kernel puts on a connection's packets. Marks need CAP_NET_ADMIN. */
struct packet_marks {
    int mark; /* for routing and filters of this machine */
    uint8_t tos;
    bool has_mark, has_tos;
};

struct conn_options {
    struct keepalive keepalive;
    bool slow_ack;     /* the handshake's ACK waits for our first bytes or reset: for probes */
    bool smart;        /* the same, for connections that go on: the first bytes bring it along */
    bool fast_open;    /* those bytes go with the first packet, if the server is known */
    bool reset_at_end; /* nothing of the connection is to linger in the kernel */
    bool is_foreign;   /* `source` need not be an address of this machine */
    unsigned user_timeout_ms;      /* longest wait for an acknowledgement; 0 = the kernel's */
    const struct sockaddr *source; /* borrowed: connect from there; NULL = as routed */
    socklen_t source_len;
    unsigned source_ports; /* how many ports may be taken, from its own on; 0 = that one */
    const char *interface; /* borrowed; NULL = as routed */
    const char *netns;     /* borrowed; NULL = the process's own namespace */
    struct packet_marks marks;
};

/* A non-blocking TCP or unix socket in the named network namespace (NULL: in ours). */
MUST_CHECK int socket_new(sa_family_t family, const char *netns);
/* Before connect(); options may be NULL. */
MUST_CHECK int socket_prepare(int fd, sa_family_t family, const struct conn_options *options);
/* Of an accepted socket. */
void socket_keep_alive(int fd, const struct keepalive *keepalive);
void socket_reset_at_end(int fd);
void socket_slow_ack(int fd);
/* Of any socket. */
void socket_mark(int fd, sa_family_t family, const struct packet_marks *marks);

#endif
