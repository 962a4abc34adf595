/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the bench programs share: sockets on the loopback, a processor of their own, a loop, and one
 * way to fail.
 *
 * They fail loudly and at once. A benchmark that limps on after an error prints a figure that looks
 * like a result.
 */
#ifndef WEIR_BENCH_NET_H
#define WEIR_BENCH_NET_H

#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

/* Prints the message, with the text of errno when that is set, and exits with 1. */
noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Keeps this process on one processor; a negative number leaves it to the scheduler. */
void process_pin(int cpu);
/* As many descriptors as the hard limit grants, since every program here holds thousands of
 * connections. */
void process_raise_fd_limit(void);

/* A whole number from the command line; dies on anything else. */
long number_parse(const char *option, const char *text);

/* A non-blocking listening socket on 127.0.0.1; what it accepts has no Nagle delay either. */
int loopback_listen(uint16_t port);
/* Non-blocking and under way; the connection may complete later. */
int loopback_connect(uint16_t port);

/* What a program does when epoll speaks of its connections. */
struct server_program {
    void (*accepted)(int fd);                     /* non-blocking, and the program's from now on */
    void (*ready)(void *object, uint32_t events); /* what was added to the set as data.ptr */
    void (*turned)(void);                         /* after each batch of events; or NULL */
};

/* Accepts and tells of events, edge-triggered and without an end. */
noreturn void serve_clients(int epoll_fd, int listener, const struct server_program *program);

#endif
