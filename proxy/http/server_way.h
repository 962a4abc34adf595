/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stream decides about its connection to a server: the address it comes from and the one it goes to, the
 * marks of its packets, the name TLS asks for, the PROXY header in front.
 *
 * The identity is all of that, byte by byte: a connection that is kept suits whoever has the same. It is compared
 * as a whole and not by a hash, as clients may choose a part of it and must not meet another's connection.
 *
 * Thread:  the stream's.
 */
#ifndef WEIR_HTTP_SERVER_WAY_H
#define WEIR_HTTP_SERVER_WAY_H

#include "proxy/base/addr.h"
#include "proxy/net/proxy_protocol.h"
#include "proxy/net/socket_options.h"

#include <stddef.h>

struct conf_server;
struct server;
struct stream;

#define SERVER_NAME_BYTES 256 /* longer than DNS has them */
#define SERVER_IDENTITY_BYTES                                                                      \
    (PROXY_OUT_BYTES + SERVER_NAME_BYTES + 2 * sizeof(struct addr) + sizeof(struct packet_marks))

/* The server's line, which the object outlives: what of it was compiled belongs to the snapshot. */
const struct conf_server *server_way_line(const struct stream *s, const struct server *server);

/* Whether a connection to the server is not for any other stream, too. */
bool server_way_is_personal(const struct stream *s, const struct server *server);
/* The length of the identity; 0 if a connection that does for anyone does. */
size_t server_way_identity(struct stream *s, const struct server *server,
                           char out[SERVER_IDENTITY_BYTES]);

/* The address that the server is to see, where that is not ours; else AF_UNSPEC. False: the request lacks it. */
bool server_way_source(struct stream *s, const struct server *server, struct addr *out);
/* Where to, if the server's line leaves address or port open; else AF_UNSPEC. False when it cannot be told. */
bool server_way_destination(const struct stream *s, const struct server *server, struct addr *out);
/* The name to ask the server for, NULL if none. text is where one that the request decides is put. */
const char *server_way_name(struct stream *s, const struct server *server,
                            char text[SERVER_NAME_BYTES]);

#endif
