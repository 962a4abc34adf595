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
    {MISSING("accept-netscaler-cip", IN_BIND, "the PROXY protocol is there: accept-proxy", "A NetScaler header comes first."), .words = 1},
    {IGNORED("id", IN_BIND, "binds are not numbered here", "Number of the bind."), .words = 1},
    {IGNORED("nice", IN_BIND, "all connections are equal", "Priority of connections."), .words = 1},
    {MISSING("proto", IN_BIND, "the protocol is HTTP/1", "Protocol without asking."), .words = 1},
    {IGNORED("shards", IN_BIND, "every thread has its own socket", "Sockets of a bind."), .words = 1},
    {IGNORED("allow-0rtt", IN_BIND, "early data is not taken, clients send it again", "Early data of TLS 1.3.")},
    {MISSING("ca-ignore-err", IN_BIND, "every error counts", "Errors of client certificates to overlook."), .words = 1},
    {MISSING("crt-ignore-err", IN_BIND, "every error counts", "Errors of client certificates to overlook."), .words = 1},
    {MISSING("ca-sign-file", IN_BIND, "certificates are not made for clients", "Authority of made certificates."), .words = 1},
    {MISSING("ca-sign-pass", IN_BIND, "certificates are not made for clients", "Password of the authority."), .words = 1},
    {MISSING("generate-certificates", IN_BIND, "certificates are not made for clients", "Make certificates by name.")},
    {MISSING("ca-verify-file", IN_BIND, "name all authorities in ca-file", "More authorities."), .words = 1},
    {IGNORED("ecdhe", IN_BIND, "see curves", "Key exchange group."), .words = 1},
    {IGNORED("no-ca-names", IN_BIND, "clients are told the names", "Keep the authorities' names back.")},
    {IGNORED("npn", IN_BIND, "see alpn", "Former word for alpn."), .words = 1},
    {MISSING("tls-ticket-keys", IN_BIND, "keys are made at the start", "File of ticket keys."), .words = 1},
    {MISSING("force-sslv3", IN_BIND, "there is no SSLv3", "SSLv3 only.")},
    {.name = NULL},
};

static const struct keyword server_rows[] = {
    {IGNORED("allow-0rtt", IN_SERVER | IN_DEFAULT_SERVER, "early data is not sent", "Early data of TLS 1.3.")},
    {IGNORED("log-proto", IN_SERVER | IN_DEFAULT_SERVER, "it is for log servers", "Protocol of log servers."), .words = 1},
    {LATER("max-reuse", IN_SERVER | IN_DEFAULT_SERVER, "connections are used as long as they last", "How often a connection is used."), .words = 1},
    {MISSING("set-proxy-v2-tlv-fmt", IN_SERVER | IN_DEFAULT_SERVER, "see proxy-v2-options", "Facts in the PROXY header."), .words = 1},
    {IGNORED("ssl-reuse", IN_SERVER | IN_DEFAULT_SERVER, "it is so", "Resume TLS sessions.")},
    {LATER("no-ssl-reuse", IN_SERVER | IN_DEFAULT_SERVER, "sessions are resumed", "Do not resume TLS sessions.")},
    {IGNORED("tls-tickets", IN_SERVER | IN_DEFAULT_SERVER, "it is so", "Resume by tickets.")},
    {IGNORED("npn", IN_SERVER | IN_DEFAULT_SERVER, "see alpn", "Former word for alpn."), .words = 1},
    {IGNORED("pool-low-conn", IN_SERVER | IN_DEFAULT_SERVER, "threads keep what they opened", "Idle connections that are not taken by other threads."), .words = 1},
    {MISSING("proto", IN_SERVER | IN_DEFAULT_SERVER, "servers speak HTTP/1", "Protocol of the server."), .words = 1},
    {IGNORED("ws", IN_SERVER | IN_DEFAULT_SERVER, "WebSocket is HTTP/1 here", "Protocol of WebSocket."), .words = 1},
    {MISSING("force-sslv3", IN_SERVER | IN_DEFAULT_SERVER, "there is no SSLv3", "SSLv3 only.")},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table other_bind_keywords = {LEVEL_BIND, bind_rows, 0};
const struct keyword_table other_server_keywords = {LEVEL_SERVER, server_rows, 0};
