/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HAProxy's words of bind and server lines that do nothing here, or are yet to be
 * built: each is known, and says why.
 */
#include "config/keyword.h"

#define IGNORED(word, where, why, text)                                                            \
    .name = word, .kind = KW_NOTHING, .scopes = where, .note = why, .doc = text
#define MISSING(word, where, why, text)                                                            \
    .name = word, .kind = KW_REFUSED, .scopes = where, .note = why, .doc = text
#define LATER(word, where, why, text)                                                              \
    .name = word, .kind = KW_LATER, .scopes = where, .note = why, .doc = text

/* clang-format off */
static const struct keyword bind_rows[] = {
    {IGNORED("expose-fd", IN_BIND, "a reload keeps the listening sockets by itself", "Whether another process may ask the admin socket for the listening sockets."), .words = 1, .grammar = "{listeners}"},
    {IGNORED("id", IN_BIND, "binds are not numbered here", "Number of the bind."), .words = 1, .grammar = "<1..2147483647>"},
    {IGNORED("nice", IN_BIND, "all connections are equal", "Priority of connections."), .words = 1, .grammar = "<-1024..1024>"},
    {IGNORED("shards", IN_BIND, "every thread has its own socket", "Sockets of a bind."), .words = 1, .grammar = "<number>"},
    {IGNORED("allow-0rtt", IN_BIND, "early data is not taken, clients send it again", "Early data of TLS 1.3.")},
    {MISSING("ca-sign-file", IN_BIND, "certificates are not made for clients", "Authority of made certificates."), .words = 1},
    {MISSING("ca-sign-pass", IN_BIND, "certificates are not made for clients", "Password of the authority."), .words = 1},
    {MISSING("generate-certificates", IN_BIND, "certificates are not made for clients", "Make certificates by name.")},
    {IGNORED("npn", IN_BIND, "see alpn", "Former word for alpn."), .words = 1},
    {MISSING("force-sslv3", IN_BIND, "there is no SSLv3", "SSLv3 only.")},
    {IGNORED("guid-prefix", IN_BIND, "binds have no statistics of their own", "Beginning of a name in saved statistics."), .words = 1, .since = "3.0"},
    {IGNORED("idle-ping", IN_BIND, "it is for HTTP/2", "How often idle clients are asked whether they live."), .words = 1, .since = "3.2", .grammar = "<time>"},
    {IGNORED("quic-cc-algo", IN_BIND, "there is no QUIC", "Congestion control of QUIC."), .words = 1, .since = "2.9"},
    {IGNORED("quic-force-retry", IN_BIND, "there is no QUIC", "Address validation of QUIC."), .since = "2.6"},
    {IGNORED("quic-socket", IN_BIND, "there is no QUIC", "Sockets of QUIC."), .words = 1, .since = "2.9", .grammar = "{connection|listener}"},
    {.name = NULL},
};

static const struct keyword server_rows[] = {
    {IGNORED("allow-0rtt", IN_SERVER | IN_DEFAULT_SERVER, "early data is not sent", "Early data of TLS 1.3.")},
    {IGNORED("log-proto", IN_SERVER | IN_DEFAULT_SERVER, "it is for log servers", "Protocol of log servers."), .words = 1, .grammar = "{legacy|octet-count}"},
    {IGNORED("npn", IN_SERVER | IN_DEFAULT_SERVER, "see alpn", "Former word for alpn."), .words = 1},
    {IGNORED("ws", IN_SERVER | IN_DEFAULT_SERVER, "WebSocket is HTTP/1 here", "Protocol of WebSocket."), .words = 1, .grammar = "{auto|h1|h2}"},
    {IGNORED("guid", IN_SERVER | IN_DEFAULT_SERVER, "servers are known by their names", "A name in saved statistics."), .words = 1, .since = "3.0"},
    {IGNORED("idle-ping", IN_SERVER | IN_DEFAULT_SERVER, "it is for HTTP/2", "How often idle connections are asked whether they live."), .words = 1, .since = "3.2", .grammar = "<time>"},
    {IGNORED("log-bufsize", IN_SERVER | IN_DEFAULT_SERVER, "it is for log servers", "Room for lines to a log server."), .words = 1, .since = "2.9", .grammar = "<size>"},
    {IGNORED("pool-conn-name", IN_SERVER | IN_DEFAULT_SERVER, "connections are for whoever asks for the same name", "Which requests share a connection."), .words = 1, .since = "3.2"},
    {IGNORED("check-pool-conn-name", IN_SERVER | IN_DEFAULT_SERVER, "probes have connections of their own", "Which connection probes use."), .words = 1, .since = "3.2"},
    {IGNORED("cc", IN_SERVER | IN_DEFAULT_SERVER, "the kernel's default", "Congestion control of TCP."), .words = 1, .since = "3.2"},
    {MISSING("tcp-md5sig", IN_SERVER | IN_DEFAULT_SERVER, "segments are not signed", "Key that signs each TCP segment."), .words = 1, .since = "3.1"},
    {MISSING("force-sslv3", IN_SERVER | IN_DEFAULT_SERVER, "there is no SSLv3", "SSLv3 only.")},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table other_bind_keywords = {LEVEL_BIND, bind_rows, 0};
const struct keyword_table other_server_keywords = {LEVEL_SERVER, server_rows, 0};
