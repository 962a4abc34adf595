/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a bind line to listening descriptors. TCP: one for each thread on the same address
 * (SO_REUSEPORT), so that the kernel spreads the connections and no thread wakes for nothing. Unix
 * sockets and inherited descriptors: one, shared.
 *
 * A unix socket is bound under a temporary name; socket_publish() renames it over what stands
 * there, so there is no moment at which clients find nothing.
 *
 * Errors: 0, or -1 with the reason.
 */
#ifndef WEIR_RUNTIME_SOCKET_OPEN_H
#define WEIR_RUNTIME_SOCKET_OPEN_H

#include <stdbool.h>
#include <stddef.h>

struct conf_bind;

#define SOCKET_KEY_BYTES 512

/*
 * What must be the same for a socket to be kept over a reload. The number of threads is a part of
 * it: a socket that no thread accepts from would keep its clients waiting.
 */
void socket_key(const struct conf_bind *bind, unsigned threads, unsigned ordinal,
                char key_out[SOCKET_KEY_BYTES]);

/*
 * Whether another process listens on this address already. With SO_REUSEPORT the kernel would let
 * us join it, and the two would share the clients by lot.
 */
bool socket_is_taken(const struct conf_bind *bind);

/* How many descriptors socket_open() makes: 1, or one for each thread. */
unsigned socket_count(const struct conf_bind *bind, unsigned threads);
/* Fills fds_out with `count` descriptors, non-blocking, closed on exec. */
MUST_CHECK int socket_open(const struct conf_bind *bind, unsigned backlog, int *fds_out,
                           unsigned count, char *error_out, size_t error_bytes);
/* Gives a unix socket its name; nothing to do for others. */
MUST_CHECK int socket_publish(const struct conf_bind *bind, char *error_out, size_t error_bytes);
/* Instead of socket_publish(). */
void socket_abandon(const struct conf_bind *bind);

#endif
