/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who gets which of the records that a name has: servers of one backend and name share them out.
 *
 *   server t1 --- member --- lookup app.test (A) ------- 10.0.0.1 10.0.0.2
 *   server t2 --- member -------'                          t1       t2
 *
 *   server v1 --- member --- lookup _http._tcp.x (SRV) -- a:8001 b:8002
 *                    `------ lookup a (A) --------------- 10.0.0.3        v1: 10.0.0.3:8001
 *
 * A server keeps what it has as long as the name has it. One that gets nothing is in maintenance.
 *
 * Thread:  the control thread.
 */
#ifndef WEIR_DISCOVERY_MEMBERS_H
#define WEIR_DISCOVERY_MEMBERS_H

#include "proxy/discovery/lookup.h"

struct server;

/* Begins to ask, delay_ms from now. The server is borrowed. NULL when memory runs out. */
struct member *member_new(struct resolver *resolver, struct server *server,
                          const struct conf_naming *naming, unsigned delay_ms);
void member_free(struct member *member);
bool member_is_of(const struct member *member, const struct server *server);
/* Of a server whose name is that of a host: the other one is asked for at once. False when memory runs out. */
MUST_CHECK bool member_rename(struct member *member, const char *fqdn);
/* The list of discovery.c that it is in. */
struct list *member_node(struct member *member);
struct member *member_of_node(struct list *node);

#endif
