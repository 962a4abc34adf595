/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows about connections as such: options of sockets, the address to connect from, the PROXY protocol, SOCKS.
 */
#include "config/keyword.h"
#include "config/own/own.h"

#define BIND_AT(member) .offset = offsetof(struct conf_bind, member)
#define SERVER_AT(member) .offset = offsetof(struct conf_server, member)
#define SOURCE_AT(member) .offset = offsetof(struct conf_outgoing, member)
#define PROXY_AT(member) .offset = offsetof(struct conf_proxy, member)
#define SEND(bits)                                                                                 \
    .value = bits, .set = own_send_proxy, .words = KEYWORD_ALONE, .takes = "true or false"

enum {
    FRONT = IN_DEFAULTS | IN_FRONTEND,
    BACK = IN_DEFAULTS | IN_BACKEND,
    ANY = FRONT | BACK,
    IN_BOTH = IN_SERVER | IN_DEFAULT_SERVER,
    V2_SSL = CONF_PROXY_V2 | CONF_PROXY_SSL,
};

/* clang-format off */
static const struct keyword bind_rows[] = {
    {.name = "accept-proxy", .kind = KW_FLAG, .scopes = IN_BIND, BIND_AT(accept_proxy), .initial = "false",
     .doc = "Connections begin with a PROXY protocol header, version 1 or 2, which tells who the client is. Whoever can connect can forge it."},
    {.name = "accept-netscaler-cip", .kind = KW_OWN, .scopes = IN_BIND, BIND_AT(netscaler_magic), .set = own_netscaler, .since = "1.7",
     .takes = "a number that its headers begin with", .otherwise = "no such header is waited for", .doc = "Connections begin with NetScaler's Client IP header, which tells who the client is. Whoever can connect can forge it."},
    {.name = "transparent", .kind = KW_FLAG, .scopes = IN_BIND, BIND_AT(transparent), .initial = "false",
     .doc = "Bind the address even if this machine does not have it (yet), and take connections that the kernel redirects here."},
    {.name = "interface", .kind = KW_STRING, .scopes = IN_BIND, BIND_AT(interface), .min = 1, .otherwise = "any",
     .doc = "Take connections from this network interface only."},
    {.name = "namespace", .kind = KW_STRING, .scopes = IN_BIND, BIND_AT(netns), .min = 1, .since = "1.6",
     .otherwise = "that of the process", .doc = "Network namespace to listen in: a name below /var/run/netns."},
    {.name = "tfo", .kind = KW_FLAG, .scopes = IN_BIND, BIND_AT(tfo), .initial = "false",
     .doc = "TCP Fast Open: known clients may send with their first packet."},
    {.name = "defer-accept", .kind = KW_FLAG, .scopes = IN_BIND, BIND_AT(defer_accept), .initial = "false",
     .doc = "Take connections only when their first bytes are there. Not for protocols in which the server speaks first."},
    {.name = "mss", .kind = KW_OWN, .scopes = IN_BIND, BIND_AT(mss), .set = own_mss, .takes = "a number of bytes, or a negative one: so much less than usual",
     .otherwise = "the kernel's", .doc = "Size of TCP segments."},
    {.name = "tcp-ut", .kind = KW_DURATION, .scopes = IN_BIND, BIND_AT(tcp_ut_ms), .unit = UNIT_MS,
     .otherwise = "the kernel's", .doc = "Longest wait for a client to acknowledge what was sent to it."},
    {.name = NULL},
};

static const struct keyword server_rows[] = {
    {.name = "send-proxy", .kind = KW_OWN, .scopes = IN_BOTH, SERVER_AT(send_proxy), SEND(CONF_PROXY_V1),
     .otherwise = "the server sees our address", .doc = "Begin connections with a PROXY protocol header of version 1, which tells who the client is."},
    {.name = "send-proxy-v2", .kind = KW_OWN, .scopes = IN_BOTH, SERVER_AT(send_proxy), SEND(CONF_PROXY_V2),
     .otherwise = "the server sees our address", .doc = "The same in version 2, which is binary."},
    {.name = "send-proxy-v2-ssl", .kind = KW_OWN, .scopes = IN_BOTH, SERVER_AT(send_proxy), SEND(V2_SSL),
     .otherwise = "the server sees our address", .doc = "Version 2, with what is known of the client's TLS."},
    {.name = "send-proxy-v2-ssl-cn", .kind = KW_OWN, .scopes = IN_BOTH, SERVER_AT(send_proxy), SEND(V2_SSL | CONF_PROXY_CN),
     .otherwise = "the server sees our address", .doc = "The same with the name in the client's certificate."},
    {.name = "proxy-v2-options", .kind = KW_OWN, .scopes = IN_BOTH, SERVER_AT(send_proxy), .set = own_proxy_options, .since = "1.9",
     .takes = "ssl, cert-cn, ssl-cipher, cert-sig, cert-key, authority, crc32c, unique-id", .otherwise = "none", .doc = "What else the header of version 2 tells."},
    {.name = "set-proxy-v2-tlv-fmt", .kind = KW_OWN, .scopes = IN_BOTH, SERVER_AT(proxy_tlvs), .set = own_proxy_tlv, .adds = true, .in_parens = true, .since = "2.9",
     .takes = "a type from 0 to 255 or 0xFF, and a format", .otherwise = "none", .doc = "A TLV of that type, with what the format makes of the stream, in the header of version 2: set-proxy-v2-tlv-fmt(0xE1) %[ssl_fc_sni]."},
    {.name = "no-send-proxy", .kind = KW_OWN, .scopes = IN_BOTH, SERVER_AT(send_proxy), SEND(~CONF_PROXY_V1), .since = "1.8",
     .otherwise = "see send-proxy", .doc = "Undoes a send-proxy of default-server."},
    {.name = "no-send-proxy-v2", .kind = KW_OWN, .scopes = IN_BOTH, SERVER_AT(send_proxy), SEND(~CONF_PROXY_V2), .since = "1.8",
     .otherwise = "see send-proxy-v2", .doc = "Undoes a send-proxy-v2 of default-server."},
    {.name = "no-send-proxy-v2-ssl", .kind = KW_OWN, .scopes = IN_BOTH, SERVER_AT(send_proxy), SEND(~V2_SSL), .since = "1.8",
     .otherwise = "see send-proxy-v2-ssl", .doc = "Undoes a send-proxy-v2-ssl of default-server."},
    {.name = "no-send-proxy-v2-ssl-cn", .kind = KW_OWN, .scopes = IN_BOTH, SERVER_AT(send_proxy), SEND(~(V2_SSL | CONF_PROXY_CN)), .since = "1.8",
     .otherwise = "see send-proxy-v2-ssl-cn", .doc = "Undoes a send-proxy-v2-ssl-cn of default-server."},
    {.name = "check-send-proxy", .kind = KW_FLAG, .scopes = IN_BOTH, SERVER_AT(check.send_proxy),
     .otherwise = "as send-proxy, if neither port nor addr is given", .doc = "Probes begin with a PROXY protocol header, too."},
    {.name = "no-check-send-proxy", .kind = KW_FLAG, .scopes = IN_BOTH, SERVER_AT(check.no_send_proxy), .initial = "false", .since = "1.8",
     .doc = "Probes begin without a PROXY protocol header."},
    {.name = "source", .kind = KW_OWN, .scopes = IN_BOTH, SERVER_AT(source), .set = own_source_address,
     .takes = "host[:port[-port]]", .otherwise = "the backend's source", .doc = "Address to connect from; of several ports each connection takes the next."},
    {.name = "usesrc", .kind = KW_OWN, .scopes = IN_BOTH, SERVER_AT(source), .set = own_usesrc,
     .takes = "client, clientip, hdr_ip(name[,occurrence]), or host[:port]", .otherwise = "that of source", .doc = "Address that the server shall see, which need not be this machine's. Needs rights, and routes back to here."},
    {.name = "interface", .kind = KW_STRING, .scopes = IN_BOTH, SERVER_AT(source.interface), .min = 1,
     .otherwise = "as routed", .doc = "Network interface to connect from."},
    {.name = "namespace", .kind = KW_STRING, .scopes = IN_BOTH, SERVER_AT(netns), .min = 1, .since = "1.6",
     .otherwise = "that of the process", .doc = "Network namespace to connect from: a name below /var/run/netns. Needs rights."},
    {.name = "socks4", .kind = KW_OWN, .scopes = IN_BOTH, SERVER_AT(socks4), .set = own_socks_address, .since = "2.1",
     .takes = "host:port", .otherwise = "the server is reached directly", .doc = "SOCKS4 proxy through which the server is reached."},
    {.name = "check-via-socks4", .kind = KW_FLAG, .scopes = IN_BOTH, SERVER_AT(check.via_socks4), .initial = "false", .since = "2.1",
     .doc = "Probes go through the SOCKS4 proxy, too."},
    {.name = "tfo", .kind = KW_FLAG, .scopes = IN_BOTH, SERVER_AT(tfo), .initial = "false", .since = "2.0",
     .doc = "TCP Fast Open: send the first bytes with the first packet."},
    {.name = "no-tfo", .kind = KW_FLAG_OFF, .scopes = IN_BOTH, SERVER_AT(tfo), .otherwise = "see tfo", .since = "2.0",
     .doc = "Undoes a tfo of default-server."},
    {.name = "tcp-ut", .kind = KW_DURATION, .scopes = IN_BOTH, SERVER_AT(tcp_ut_ms), .unit = UNIT_MS,
     .otherwise = "the kernel's", .doc = "Longest wait for the server to acknowledge what was sent to it."},
    {.name = NULL},
};

static const struct keyword source_rows[] = {
    {.name = "address", .kind = KW_OWN, .scopes = IN_PARAMS, .position = 1, .required = true, .bare = true,
     .set = own_source_address, .takes = "host[:port[-port]]", .otherwise = "as the kernel chooses", .doc = "Address to connect from; 0.0.0.0 for any. Of several ports each connection takes the next."},
    {.name = "usesrc", .kind = KW_OWN, .scopes = IN_PARAMS, .set = own_usesrc, .takes = "client, clientip, hdr_ip(name[,occurrence]), or host[:port]",
     .otherwise = "that of the address", .doc = "Address that servers shall see, which need not be this machine's. Needs rights, and routes back to here."},
    {.name = "interface", .kind = KW_STRING, .scopes = IN_PARAMS, SOURCE_AT(interface), .min = 1,
     .otherwise = "as routed", .doc = "Network interface to connect from."},
    {.name = NULL},
};

static const struct keyword proxy_rows[] = {
    {.name = "backlog", .kind = KW_UINT, .loose = true, .scopes = FRONT, PROXY_AT(backlog), .max = 1000000,
     .otherwise = "maxconn", .doc = "Length of the kernel's queues of new connections."},
    {.name = "option socket-stats", .kind = KW_FLAG, .scopes = FRONT, PROXY_AT(socket_stats), .initial = "false",
     .doc = "Statistics of each bind, too."},
    {.name = "source", .kind = KW_GROUP, .scopes = BACK, PROXY_AT(source), .params = LEVEL_SOURCE, .min = 1,
     .otherwise = "the kernel chooses", .doc = "Address to connect to servers from."},
    {.name = "option tcpka", .kind = KW_FLAG, .scopes = ANY, PROXY_AT(tcpka), .initial = "false",
     .doc = "TCP keep-alive packets on both sides."},
    {.name = "option clitcpka", .kind = KW_FLAG, .scopes = FRONT, PROXY_AT(clitcpka), .initial = "false",
     .doc = "TCP keep-alive packets on the client side."},
    {.name = "option srvtcpka", .kind = KW_FLAG, .scopes = BACK, PROXY_AT(srvtcpka), .initial = "false",
     .doc = "TCP keep-alive packets on the server side."},
    {.name = "clitcpka-cnt", .kind = KW_UINT, .surplus = true, .scopes = FRONT, PROXY_AT(client_keepalive.count), .max = 127, .since = "2.3",
     .otherwise = "the kernel's", .doc = "Keep-alive packets without an answer, after which a client is given up."},
    {.name = "clitcpka-idle", .kind = KW_DURATION, .surplus = true, .scopes = FRONT, PROXY_AT(client_keepalive.idle_s), .unit = UNIT_S, .max = 32767, .since = "2.3",
     .otherwise = "the kernel's", .doc = "Silence of a client before the first keep-alive packet."},
    {.name = "clitcpka-intvl", .kind = KW_DURATION, .surplus = true, .scopes = FRONT, PROXY_AT(client_keepalive.interval_s), .unit = UNIT_S, .max = 32767, .since = "2.3",
     .otherwise = "the kernel's", .doc = "Time between keep-alive packets to a client."},
    {.name = "srvtcpka-cnt", .kind = KW_UINT, .surplus = true, .scopes = BACK, PROXY_AT(server_keepalive.count), .max = 127, .since = "2.3",
     .otherwise = "the kernel's", .doc = "Keep-alive packets without an answer, after which a server is given up."},
    {.name = "srvtcpka-idle", .kind = KW_DURATION, .surplus = true, .scopes = BACK, PROXY_AT(server_keepalive.idle_s), .unit = UNIT_S, .max = 32767, .since = "2.3",
     .otherwise = "the kernel's", .doc = "Silence of a server before the first keep-alive packet."},
    {.name = "srvtcpka-intvl", .kind = KW_DURATION, .surplus = true, .scopes = BACK, PROXY_AT(server_keepalive.interval_s), .unit = UNIT_S, .max = 32767, .since = "2.3",
     .otherwise = "the kernel's", .doc = "Time between keep-alive packets to a server."},
    {.name = "option nolinger", .kind = KW_FLAG, .scopes = ANY, PROXY_AT(nolinger), .initial = "false",
     .doc = "Reset connections when they end, so that the kernel keeps nothing of them. What was sent last may be lost."},
    {.name = "option tcp-smart-accept", .kind = KW_FLAG, .scopes = FRONT, PROXY_AT(smart_accept), .initial = "false",
     .doc = "Do not acknowledge a client's first bytes by a packet of their own; the answer will."},
    {.name = "option tcp-smart-connect", .kind = KW_FLAG, .scopes = BACK, PROXY_AT(smart_connect), .initial = "false",
     .doc = "End the handshake with a server with the first bytes, not by a packet of its own."},
    {.name = "option splice-auto", .kind = KW_FLAG, .scopes = ANY, PROXY_AT(splice_auto), .initial = "false",
     .doc = "Let the kernel move bytes between sockets where that is cheaper. In TCP mode weir does so anyway."},
    {.name = "option splice-request", .kind = KW_FLAG, .scopes = ANY, PROXY_AT(splice_request), .initial = "false",
     .doc = "The same for what clients send."},
    {.name = "option splice-response", .kind = KW_FLAG, .scopes = ANY, PROXY_AT(splice_response), .initial = "false",
     .doc = "The same for what servers send."},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table net_bind_keywords = {LEVEL_BIND, bind_rows, 0};
const struct keyword_table net_server_keywords = {LEVEL_SERVER, server_rows, 0};
const struct keyword_table net_source_keywords = {LEVEL_SOURCE, source_rows, 0};
const struct keyword_table net_proxy_keywords = {LEVEL_PROXY, proxy_rows, 0};
