/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said on a new connection to a server before TLS and before the client's own bytes: SOCKS4 to the
 * proxy on the way, then the PROXY protocol header.
 *
 * Errors:  0 done, UV_EAGAIN, or why it failed.
 * Thread:  the connection's.
 */
#ifndef WEIR_HTTP_SERVER_GREET_H
#define WEIR_HTTP_SERVER_GREET_H

#include <stddef.h>
#include <stdint.h>

struct server;
struct server_conn;
struct stream;

/* To be called again, as long as it gives UV_EAGAIN, when the connection is ready. */
MUST_CHECK int server_greet(struct server_conn *sconn);
/* The PROXY header that the server is to get for the stream, into PROXY_OUT_BYTES; returns its length. */
size_t server_header_write(struct stream *s, const struct server *server, uint8_t *out);

#endif
