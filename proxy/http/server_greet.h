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

struct server_conn;

/* To be called again, as long as it gives UV_EAGAIN, when the connection is ready. */
MUST_CHECK int server_greet(struct server_conn *sconn);

#endif
