/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of server and default-server. */
#include "config/keyword.h"
#include "config/own/own.h"

#define AT(member) .offset = offsetof(struct conf_server, member)

enum { IN_BOTH = IN_SERVER | IN_DEFAULT_SERVER };

static const struct keyword_choice verify_choices[] = {
    {"none", CONF_VERIFY_NONE, NULL},
    {"required", CONF_VERIFY_REQUIRED, NULL},
    {NULL, 0, NULL},
};

static const struct keyword_choice hash_keys[] = {
    {"id", CONF_HASH_ID, NULL},
    {"addr", CONF_HASH_ADDR, NULL},
    {"addr-port", CONF_HASH_ADDR_PORT, NULL},
    {NULL, 0, NULL},
};

static const struct keyword_choice init_states[] = {
    {"up", CONF_INIT_UP, NULL},
    {"fully-up", CONF_INIT_FULLY_UP, NULL},
    {"down", CONF_INIT_DOWN, NULL},
    {"fully-down", CONF_INIT_FULLY_DOWN, NULL},
    {NULL, 0, NULL},
};

static const struct keyword_choice marked_down_choices[] = {
    {"shutdown-sessions", 1, NULL},
    {NULL, 0, NULL},
};

/* clang-format off */
static const struct keyword server_rows[] = {
    {.name = "name", .kind = KW_STRING, .scopes = IN_SERVER, AT(name), .position = 1, .required = true,
     .min = 1, .doc = "Name of the server in logs and statistics; unique in its backend."},
    {.name = "address", .kind = KW_OWN, .scopes = IN_SERVER, AT(addr), .position = 2, .required = true,
     .set = own_server_address, .takes = "host:port, [address]:port or a socket's path",
     .doc = "Where the server listens. A host name is resolved as init-addr and resolvers say; \"_http._tcp.name\" stands for its SRV records."},
    {.name = "id", .kind = KW_UINT, .loose = true, .scopes = IN_SERVER, AT(id), .min = 1, .max = 2147483647,
     .otherwise = "counted from 1 in the order of the file", .doc = "Number of the server in the statistics."},
    {.name = "weight", .kind = KW_UINT, .loose = true, .scopes = IN_BOTH, AT(weight), .max = 256, .initial = "1",
     .doc = "Share of the load, relative to the other servers; 0 takes none."},
    {.name = "hash-key", .kind = KW_CHOICE, .scopes = IN_BOTH, AT(hash_key), .choices = hash_keys, .initial = "id", .since = "3.0",
     .doc = "What the server's share of the keys follows from with hash-type consistent; by address, the order of the servers does not matter."},
    {.name = "backup", .kind = KW_FLAG, .scopes = IN_BOTH, AT(backup), .initial = "false",
     .doc = "Used only when all other servers are down."},
    {.name = "no-backup", .kind = KW_FLAG_OFF, .scopes = IN_BOTH, AT(backup), .otherwise = "see backup", .since = "1.8",
     .doc = "Undoes backup of default-server."},
    {.name = "disabled", .kind = KW_FLAG, .scopes = IN_BOTH, AT(disabled), .initial = "false",
     .doc = "In maintenance: known, but neither used nor probed."},
    {.name = "enabled", .kind = KW_FLAG_OFF, .scopes = IN_BOTH, AT(disabled), .otherwise = "a server is enabled", .since = "1.8",
     .doc = "Undoes a disabled of default-server."},
    {.name = "maxconn", .kind = KW_UINT, .loose = true, .scopes = IN_BOTH, AT(maxconn), .max = 10000000,
     .otherwise = "no bound", .doc = "How many streams the server gets at a time; more wait in a queue."},
    {.name = "strict-maxconn", .kind = KW_FLAG, .scopes = IN_BOTH, AT(strict_maxconn), .initial = "false", .since = "3.2",
     .doc = "maxconn bounds connections, idle ones too: none is kept, so that each stream has a new one."},
    {.name = "minconn", .kind = KW_UINT, .loose = true, .scopes = IN_BOTH, AT(minconn), .max = 10000000,
     .otherwise = "maxconn does not vary", .doc = "Lower bound of a maxconn that grows with the load of the backend up to fullconn."},
    {.name = "maxqueue", .kind = KW_UINT, .loose = true, .scopes = IN_BOTH, AT(maxqueue), .max = 10000000,
     .otherwise = "no bound", .doc = "How many streams may wait for this very server. Without persistence they wait for any server, unbounded by this."},

    {.name = "check", .kind = KW_FLAG, .scopes = IN_BOTH, AT(check.enabled), .initial = "false",
     .doc = "Probe the server, and send it nothing while it is down."},
    {.name = "no-check", .kind = KW_FLAG_OFF, .scopes = IN_BOTH, AT(check.enabled), .otherwise = "see check", .since = "1.8",
     .doc = "Undoes a check of default-server."},
    {.name = "inter", .kind = KW_DURATION, .scopes = IN_BOTH, AT(check.inter_ms), .unit = UNIT_MS,
     .min = 1, .initial = "2s", .doc = "Time between two probes."},
    {.name = "fastinter", .kind = KW_DURATION, .scopes = IN_BOTH, AT(check.fastinter_ms), .unit = UNIT_MS,
     .min = 1, .otherwise = "inter", .doc = "Time between two probes while the state is changing."},
    {.name = "downinter", .kind = KW_DURATION, .scopes = IN_BOTH, AT(check.downinter_ms), .unit = UNIT_MS,
     .min = 1, .otherwise = "inter", .doc = "Time between two probes while the server is down."},
    {.name = "rise", .kind = KW_UINT, .loose = true, .scopes = IN_BOTH, AT(check.rise), .min = 1, .max = 1000000,
     .initial = "2", .doc = "Good probes in a row that bring a server back."},
    {.name = "fall", .kind = KW_UINT, .loose = true, .scopes = IN_BOTH, AT(check.fall), .min = 1, .max = 1000000,
     .initial = "3", .doc = "Bad probes in a row that take a server out."},
    {.name = "init-state", .kind = KW_CHOICE, .scopes = IN_BOTH, AT(init_state), .choices = init_states, .initial = "up", .since = "3.1",
     .doc = "How a server with check counts before its first probe, and after maintenance: up or down until that probe, or fully so, until rise or fall are reached."},
    {.name = "port", .kind = KW_OWN, .scopes = IN_BOTH, AT(check.port), .set = own_check_port,
     .takes = "a port", .otherwise = "the server's", .doc = "Port that is probed."},
    {.name = "addr", .kind = KW_OWN, .scopes = IN_BOTH, AT(check.addr), .set = own_target_address,
     .takes = "host[:port] or a socket's path", .otherwise = "the server's", .doc = "Address that is probed."},
    {.name = "check-ssl", .kind = KW_FLAG, .scopes = IN_BOTH, AT(check.tls),
     .otherwise = "as ssl, if neither port nor addr is given", .doc = "Probe over TLS."},
    {.name = "check-sni", .kind = KW_OWN, .scopes = IN_BOTH, AT(check.sni), .set = own_sni, .since = "1.9",
     .takes = "a host name", .otherwise = "none", .doc = "Name to ask for when probing over TLS."},
    {.name = "on-marked-down", .kind = KW_OWN, .scopes = IN_BOTH, AT(shutdown_sessions_on_down),
     .set = own_on_marked_down, .choices = marked_down_choices, .takes = "shutdown-sessions",
     .otherwise = "sessions go on", .doc = "What happens to the sessions of a server that goes down."},

    {.name = "ssl", .kind = KW_FLAG, .scopes = IN_BOTH, AT(tls.enabled), .initial = "false",
     .doc = "Speak TLS to the server."},
    {.name = "no-ssl", .kind = KW_FLAG_OFF, .scopes = IN_BOTH, AT(tls.enabled), .otherwise = "see ssl", .since = "1.8",
     .doc = "Undoes an ssl of default-server."},
    {.name = "verify", .kind = KW_CHOICE, .scopes = IN_BOTH, AT(tls.verify), .choices = verify_choices,
     .otherwise = "ssl-server-verify, which is required", .doc = "Whether the server's certificate must come from one of ca-file."},
    {.name = "verifyhost", .kind = KW_STRING, .scopes = IN_BOTH, AT(tls.verify_host), .min = 1,
     .otherwise = "any name", .doc = "Name that the server's certificate must bear where none is asked for by sni, whose name counts otherwise."},
    {.name = "sni", .kind = KW_OWN, .scopes = IN_BOTH, AT(tls), .set = own_server_sni,
     .takes = "a host name, or an expression", .otherwise = "none", .since = "1.6",
     .doc = "Name to ask the server for: \"app.example.com\", \"req.hdr(host)\", \"ssl_fc_sni\". With an expression each request has a connection of its own."},
    {.name = "crt", .kind = KW_OWN, .scopes = IN_BOTH, AT(tls), .set = own_server_crt,
     .takes = "a path", .otherwise = "none", .doc = "PEM file with the certificate and key to show to the server."},
    {.name = "key", .kind = KW_OWN, .scopes = IN_BOTH, AT(tls.key), .set = own_crt_path,
     .takes = "a path", .otherwise = "the key is in the crt file", .since = "weir",
     .doc = "File of the private key, where crt does not hold it."},
    {.name = "alpn", .kind = KW_OWN, .scopes = IN_BOTH, AT(tls.alpn), .set = own_alpn,
     .takes = "protocol names", .otherwise = "none are offered", .since = "1.9", .doc = "Protocols offered to the server."},

    {.name = "pool-max-conn", .kind = KW_OWN, .scopes = IN_BOTH, AT(pool_max_conn), .set = own_pool_max,
     .max = 10000000, .takes = "a number, or -1 for no bound", .initial = "-1", .since = "2.0",
     .doc = "How many idle connections to the server are kept; 0 keeps none."},
    {.name = "proto", .kind = KW_OWN, .scopes = IN_BOTH, .set = own_proto, .since = "1.9",
     .takes = "h1", .otherwise = "h1", .doc = "The protocol of the server, whatever is agreed upon."},
    {.name = "ssl-reuse", .kind = KW_FLAG, .scopes = IN_BOTH, AT(tls.reuses), .initial = "true", .since = "1.8",
     .doc = "TLS sessions are resumed; undoes a no-ssl-reuse of default-server."},
    {.name = "no-ssl-reuse", .kind = KW_FLAG_OFF, .scopes = IN_BOTH, AT(tls.reuses), .otherwise = "see ssl-reuse",
     .doc = "Each connection makes a TLS session of its own."},
    {.name = "tls-tickets", .kind = KW_FLAG, .scopes = IN_BOTH, AT(tls.tickets), .otherwise = "see no-tls-tickets", .since = "1.8",
     .doc = "Undoes a no-tls-tickets of default-server."},
    {.name = "max-reuse", .kind = KW_OWN, .scopes = IN_BOTH, AT(max_uses), .set = own_max_reuse, .max = 10000000, .since = "2.6",
     .takes = "a number, or -1 for no bound", .initial = "-1", .doc = "How often a connection is used again before it is closed."},
    {.name = "pool-low-conn", .kind = KW_UINT, .loose = true, .scopes = IN_BOTH, AT(pool_low_conn), .max = 10000000, .initial = "0", .since = "2.2",
     .doc = "Idle connections kept beyond what was in use at once, if they suit only some requests, as by their sni or PROXY header."},
    {.name = "pool-purge-delay", .kind = KW_DURATION, .scopes = IN_BOTH, AT(pool_purge_ms),
     .unit = UNIT_MS, .initial = "5s", .since = "1.9", .doc = "How often half of the unused idle connections are closed."},

    {.name = "cookie", .kind = KW_STRING, .scopes = IN_BOTH, AT(cookie), .min = 1, .otherwise = "none; see dynamic of the backend's cookie",
     .doc = "What the persistence cookie calls the server."},
    {.name = "redir", .kind = KW_STRING, .scopes = IN_BOTH, AT(redir), .min = 1, .otherwise = "requests are passed on",
     .doc = "GET and HEAD requests for this server are answered with 302, to this prefix and their own target."},
    {.name = "non-stick", .kind = KW_FLAG, .scopes = IN_BOTH, AT(non_stick), .initial = "false",
     .doc = "Stick tables do not remember the server."},
    {.name = "stick", .kind = KW_FLAG_OFF, .scopes = IN_BOTH, AT(non_stick), .otherwise = "see non-stick", .since = "1.8",
     .doc = "Undoes non-stick of default-server."},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table server_keywords = {LEVEL_SERVER, server_rows, 0};
