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
    {IGNORED("expose-fd", IN_BIND, "a reload hands its sockets over anyway", "Hand sockets to the next process."), .words = 1},
    {IGNORED("id", IN_BIND, "binds are not numbered here", "Number of the bind."), .words = 1},
    {IGNORED("level", IN_BIND, "there is no admin socket yet", "Rights on the admin socket."), .words = 1},
    {IGNORED("nice", IN_BIND, "all connections are equal", "Priority of connections."), .words = 1},
    {IGNORED("severity-output", IN_BIND, "there is no admin socket yet", "Form of answers on the admin socket."), .words = 1},
    {IGNORED("shards", IN_BIND, "every thread has its own socket", "Sockets of a bind."), .words = 1},
    {IGNORED("allow-0rtt", IN_BIND, "early data is not taken, clients send it again", "Early data of TLS 1.3.")},
    {MISSING("ca-sign-file", IN_BIND, "certificates are not made for clients", "Authority of made certificates."), .words = 1},
    {MISSING("ca-sign-pass", IN_BIND, "certificates are not made for clients", "Password of the authority."), .words = 1},
    {MISSING("generate-certificates", IN_BIND, "certificates are not made for clients", "Make certificates by name.")},
    {IGNORED("npn", IN_BIND, "see alpn", "Former word for alpn."), .words = 1},
    {MISSING("force-sslv3", IN_BIND, "there is no SSLv3", "SSLv3 only.")},
    {.name = NULL},
};

static const struct keyword server_rows[] = {
    {IGNORED("allow-0rtt", IN_SERVER | IN_DEFAULT_SERVER, "early data is not sent", "Early data of TLS 1.3.")},
    {IGNORED("log-proto", IN_SERVER | IN_DEFAULT_SERVER, "it is for log servers", "Protocol of log servers."), .words = 1},
    {MISSING("set-proxy-v2-tlv-fmt", IN_SERVER | IN_DEFAULT_SERVER, "see proxy-v2-options", "Facts in the PROXY header."), .words = 1},
    {IGNORED("npn", IN_SERVER | IN_DEFAULT_SERVER, "see alpn", "Former word for alpn."), .words = 1},
    {IGNORED("ws", IN_SERVER | IN_DEFAULT_SERVER, "WebSocket is HTTP/1 here", "Protocol of WebSocket."), .words = 1},
    {MISSING("force-sslv3", IN_SERVER | IN_DEFAULT_SERVER, "there is no SSLv3", "SSLv3 only.")},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table other_bind_keywords = {LEVEL_BIND, bind_rows, 0};
const struct keyword_table other_server_keywords = {LEVEL_SERVER, server_rows, 0};
