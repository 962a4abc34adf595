/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a server is, which name servers may change while weir runs. A server whose name has no
 * address is in maintenance until it has one again; connections to a former address end with what
 * they are doing.
 *
 * Thread: reading from any thread, changes on the control thread, whose loop is the last argument.
 */
#ifndef WEIR_STATE_SERVER_ADDRESS_H
#define WEIR_STATE_SERVER_ADDRESS_H

#include "proxy/state/server.h"

#define SERVER_ADDRESS_BYTES 64

/* Copies under the lock; family AF_UNSPEC: it has none. Returns the length. */
socklen_t server_read_address(const struct server *server, struct sockaddr_storage *sa_out);
/* "10.0.0.1:80", "[::1]:80", "unix" as in the CSV's addr; "" for none. */
void server_address_text(const struct server *server, char text[SERVER_ADDRESS_BYTES]);

/* It is there from now on; by: who says so, for the log. Ends the lack of an address, too. */
void server_set_address(struct server *server, const struct sockaddr_storage *sa, socklen_t len,
                        const char *by, struct loop *control);
/* Its name is another one; what it has stays until that is answered. False when memory runs out. */
MUST_CHECK bool server_set_name(struct server *server, const char *fqdn);
/* Connections to it speak TLS from now on, or do not; those of before are not kept. */
void server_set_tls(struct server *server, bool enabled, struct loop *control);
/* Nobody knows where it is; why: in HAProxy's words ("DNS NX status"). */
void server_lose_address(struct server *server, const char *why, struct loop *control);
/* Of a service: the host that the next address is of. False when memory runs out. */
MUST_CHECK bool server_set_target(struct server *server, const char *host);
void server_forget_target(struct server *server);

/* To the log of the backend: what is wrong with the names of its servers. */
void backend_tell_of_names(const struct backend *backend, const char *text);

/* For state_commit(): an heir goes on where its forerunner is, if that has the same name. */
void server_inherit_address(struct server *server, const struct server *from);
/* What stands for it on a ring; without an address of IP it has but its number. */
uint32_t server_ring_base(const struct server *server);

#endif
