/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of defaults, frontends, backends and listens. Their nested words are in keywords_http.c. */
#include "config/keyword.h"
#include "config/own.h"
#include "lb-algos/algo.h"

#define AT(member) .offset = offsetof(struct draft_proxy, p.member)
#define TURNS_ON(member) .turns_on = offsetof(struct draft_proxy, p.member)

enum {
    FRONT = IN_DEFAULTS | IN_FRONTEND,
    BACK = IN_DEFAULTS | IN_BACKEND,
    ANY = FRONT | BACK,
    NAMED = IN_FRONTEND | IN_BACKEND, /* anything with a name, that is not defaults */
};

static const struct keyword_choice modes[] = {
    {"http", CONF_MODE_HTTP, NULL},
    {"tcp", CONF_MODE_TCP, "only HTTP is proxied so far"},
    {"health", CONF_MODE_HTTP, "use monitor-uri"},
    {NULL, 0, NULL},
};

static const char *algorithm_name(size_t i)
{
    return lb_algos[i] != NULL ? lb_algos[i]->name : NULL;
}

/* HAProxy's algorithms that lb-algos does not have yet; one that it gets is taken from there. */
static const struct keyword_choice other_algorithms[] = {
    {"static-rr", 0, "roundrobin is the nearest"},
    {"first", 0, "leastconn is the nearest"},
    {"source", 0, "roundrobin and leastconn are there"},
    {"uri", 0, "roundrobin and leastconn are there"},
    {"url_param", 0, "roundrobin and leastconn are there"},
    {"random", 0, "leastconn is the nearest"},
    {"hdr", 0, "roundrobin and leastconn are there"},
    {"hash", 0, "roundrobin and leastconn are there"},
    {"rdp-cookie", 0, "roundrobin and leastconn are there"},
    {NULL, 0, NULL},
};

static const struct keyword_choice reuses[] = {
    {"never", CONF_REUSE_NEVER, NULL},
    {"safe", CONF_REUSE_SAFE, NULL},
    {"aggressive", CONF_REUSE_AGGRESSIVE, NULL},
    {"always", CONF_REUSE_ALWAYS, NULL},
    {NULL, 0, NULL},
};

/* clang-format off */
static const struct keyword proxy_rows[] = {
    {.name = "mode", .kind = KW_CHOICE, .scopes = ANY, AT(mode), .choices = modes, .initial = "http",
     .doc = "What is proxied. (haproxy.cfg, where it is not given, means tcp.)"},
    {.name = "description", .kind = KW_STRING, .scopes = NAMED, AT(description), .otherwise = "none",
     .doc = "Text about the proxy, shown in the statistics."},
    {.name = "disabled", .kind = KW_FLAG, .scopes = ANY, AT(disabled), .initial = "false",
     .doc = "The proxy is known and checked, but not started."},
    {.name = "enabled", .kind = KW_FLAG_OFF, .scopes = ANY, AT(disabled), .otherwise = "a proxy is enabled",
     .doc = "Undoes a disabled of defaults."},
    {.name = "id", .kind = KW_UINT, .scopes = NAMED, AT(id), .min = 1, .max = 2147483647,
     .otherwise = "counted from 2 in the order of the file", .doc = "Number of the proxy in the statistics."},

    {.name = "bind", .kind = KW_LIST, .scopes = IN_FRONTEND, AT(binds), .plural = "binds",
     .params = LEVEL_BIND, .list = &own_bind_list, .otherwise = "nobody can connect",
     .doc = "An address where clients connect."},
    {.name = "maxconn", .kind = KW_UINT, .scopes = FRONT, AT(maxconn), .max = 10000000,
     .otherwise = "that of the global section", .doc = "How many client connections the frontend takes at a time; more wait in the kernel's queue."},
    {.name = "default_backend", .kind = KW_OWN, .scopes = FRONT, .set = own_default_backend,
     .takes = "the name of a backend or listen", .otherwise = "a listen uses its own servers; a frontend answers 503",
     .doc = "Where requests go."},
    {.name = "monitor-uri", .kind = KW_STRING, .scopes = FRONT, AT(monitor_uri), .min = 1,
     .otherwise = "none", .doc = "A path that is answered with 200 without asking a server, for whoever watches weir."},
    {.name = "http-request", .kind = KW_LIST, .scopes = NAMED, AT(actions), .plural = "http_request",
     .params = LEVEL_ACTION, .list = &own_action_list, .otherwise = "requests go to a server",
     .doc = "A rule that answers requests itself. The first that fits counts."},

    {.name = "balance", .kind = KW_NAME, .scopes = BACK, AT(balance), .names = algorithm_name, .choices = other_algorithms,
     .initial = "roundrobin", .doc = "How a server is picked for each request."},
    {.name = "server", .kind = KW_LIST, .scopes = IN_BACKEND, AT(servers), .plural = "servers",
     .params = LEVEL_SERVER, .list = &own_server_list, .otherwise = "requests are answered with 503",
     .doc = "A server of the backend."},
    {.name = "default-server", .kind = KW_GROUP, .scopes = BACK, .offset = offsetof(struct draft_proxy, default_server),
     .params = LEVEL_SERVER, .otherwise = "servers begin with the defaults of each word",
     .doc = "What the servers of this backend begin with."},
    {.name = "http-reuse", .kind = KW_CHOICE, .scopes = BACK, AT(reuse), .choices = reuses, .initial = "safe",
     .since = "1.6", .doc = "Which requests may use an idle server connection that served another client: safe = all but the first of a client connection."},
    {.name = "retries", .kind = KW_UINT, .scopes = BACK, AT(retries), .max = 1000, .initial = "3",
     .doc = "How often connecting to a server is tried again when it fails."},
    {.name = "option redispatch", .kind = KW_OWN, .scopes = BACK, AT(redispatch), .set = own_redispatch,
     .takes = "true, false, or a number", .initial = "false",
     .doc = "Which retry goes to another server: true = the last, N = every Nth."},
    {.name = "fullconn", .kind = KW_UINT, .scopes = BACK, AT(fullconn), .max = 10000000,
     .otherwise = "a tenth of the maxconn of the frontends", .doc = "Load at which servers with minconn reach their maxconn."},
    {.name = "option allbackups", .kind = KW_FLAG, .scopes = BACK, AT(all_backups), .initial = "false",
     .doc = "When all other servers are down, use all backup servers, not only the first."},
    {.name = "option abortonclose", .kind = KW_FLAG, .scopes = BACK, AT(abortonclose), .initial = "false",
     .doc = "Drop a request that still waits for a server when its client has gone."},

    {.name = "timeout connect", .kind = KW_DURATION, .scopes = BACK, AT(timeout.connect_ms), .unit = UNIT_MS,
     .otherwise = "5s, with a warning", .doc = "Longest wait for a server to accept a connection."},
    {.name = "timeout client", .kind = KW_DURATION, .scopes = FRONT, AT(timeout.client_ms), .unit = UNIT_MS,
     .otherwise = "60s, with a warning", .doc = "Longest silence of a client while it is its turn."},
    {.name = "timeout server", .kind = KW_DURATION, .scopes = BACK, AT(timeout.server_ms), .unit = UNIT_MS,
     .otherwise = "60s, with a warning", .doc = "Longest silence of a server while it is its turn."},
    {.name = "timeout http-request", .kind = KW_DURATION, .scopes = ANY, AT(timeout.http_request_ms), .unit = UNIT_MS,
     .otherwise = "timeout client", .doc = "Longest time for a request's head to arrive as a whole."},
    {.name = "timeout http-keep-alive", .kind = KW_DURATION, .scopes = ANY, AT(timeout.http_keep_alive_ms), .unit = UNIT_MS,
     .otherwise = "timeout http-request", .doc = "Longest wait for the next request of a client."},
    {.name = "timeout queue", .kind = KW_DURATION, .scopes = BACK, AT(timeout.queue_ms), .unit = UNIT_MS,
     .otherwise = "timeout connect", .doc = "Longest wait for a free place on a server that is at its maxconn."},
    {.name = "timeout tunnel", .kind = KW_DURATION, .scopes = BACK, AT(timeout.tunnel_ms), .unit = UNIT_MS,
     .otherwise = "timeout client and timeout server", .doc = "Longest silence on both sides of a tunnel (WebSocket, CONNECT)."},
    {.name = "timeout client-fin", .kind = KW_DURATION, .scopes = FRONT, AT(timeout.client_fin_ms), .unit = UNIT_MS,
     .otherwise = "timeout client", .doc = "Longest silence of a client of which one direction is closed."},
    {.name = "timeout server-fin", .kind = KW_DURATION, .scopes = BACK, AT(timeout.server_fin_ms), .unit = UNIT_MS,
     .otherwise = "timeout server", .doc = "Longest silence of a server of which one direction is closed."},
    {.name = "timeout check", .kind = KW_DURATION, .scopes = BACK, AT(timeout.check_ms), .unit = UNIT_MS,
     .otherwise = "inter bounds the whole probe", .doc = "Longest wait for the answer to a probe, once connected."},
    {.name = "timeout tarpit", .kind = KW_DURATION, .scopes = ANY, AT(timeout.tarpit_ms), .unit = UNIT_MS,
     .otherwise = "timeout connect", .doc = "How long a tarpitted request is held."},

    {.name = "option forwardfor", .kind = KW_GROUP, .scopes = ANY, AT(forwardfor), TURNS_ON(forwardfor.enabled),
     .params = LEVEL_FORWARDFOR, .otherwise = "off", .doc = "Add the client's address to requests, in X-Forwarded-For."},
    {.name = "option forwarded-proto", .kind = KW_OWN, .scopes = ANY, AT(forwarded_proto), .set = own_forwarded_proto,
     .takes = "true, or the name of a header", .otherwise = "off", .since = "weir",
     .doc = "Tell servers whether the client came by http or https, in X-Forwarded-Proto; what the client says there is replaced."},
    {.name = "option http-server-close", .kind = KW_FLAG, .scopes = ANY, AT(http_server_close), .initial = "false",
     .doc = "Close the server side after each response; keep the client's."},
    {.name = "option httpclose", .kind = KW_FLAG, .scopes = ANY, AT(http_close), .initial = "false",
     .doc = "Close both sides after each response."},
    {.name = "option http-keep-alive", .kind = KW_FLAG, .scopes = ANY, AT(http_keep_alive), .initial = "false",
     .doc = "Keep both sides open, which is the default; undoes the two above that defaults gave."},
    {.name = "option tcpka", .kind = KW_FLAG, .scopes = ANY, AT(tcpka), .initial = "false",
     .doc = "TCP keep-alive packets on both sides."},
    {.name = "option clitcpka", .kind = KW_FLAG, .scopes = FRONT, AT(clitcpka), .initial = "false",
     .doc = "TCP keep-alive packets on the client side."},
    {.name = "option srvtcpka", .kind = KW_FLAG, .scopes = BACK, AT(srvtcpka), .initial = "false",
     .doc = "TCP keep-alive packets on the server side."},
    {.name = "option accept-invalid-http-request", .kind = KW_FLAG, .scopes = FRONT, AT(accept_invalid_request), .initial = "false",
     .doc = "Let some malformed requests pass. Opens the door to request smuggling; a last resort."},
    {.name = "option accept-invalid-http-response", .kind = KW_FLAG, .scopes = BACK, AT(accept_invalid_response), .initial = "false",
     .doc = "Let some malformed responses pass; a last resort."},

    {.name = "log", .kind = KW_LIST, .scopes = ANY, AT(logs), .plural = "logs", .params = LEVEL_LOG, .list = &own_log_list,
     .otherwise = "nothing is logged", .doc = "Where access lines go; \"global\" stands for the targets of the global section."},
    {.name = "log-tag", .kind = KW_STRING, .scopes = ANY, AT(log_tag), .min = 1, .since = "1.6",
     .otherwise = "that of the global section", .doc = "Name of the program in the lines of this proxy."},
    {.name = "option httplog", .kind = KW_SET, .scopes = ANY, AT(log_format), .value = CONF_LOG_HTTP,
     .otherwise = "a short line", .doc = "HAProxy's HTTP log line: timers, status, termination code, request."},
    {.name = "option tcplog", .kind = KW_SET, .scopes = ANY, AT(log_format), .value = CONF_LOG_TCP,
     .otherwise = "a short line", .doc = "HAProxy's TCP log line."},
    {.name = "option httpslog", .kind = KW_SET, .scopes = ANY, AT(log_format), .value = CONF_LOG_HTTPS, .since = "2.5",
     .otherwise = "a short line", .doc = "The HTTP log line with words about TLS."},
    {.name = "option dontlognull", .kind = KW_FLAG, .scopes = FRONT, AT(dontlognull), .initial = "false",
     .doc = "No line for connections without a request."},
    {.name = "option logasap", .kind = KW_FLAG, .scopes = FRONT, AT(logasap), .initial = "false",
     .doc = "Log when the response's head is there, not when its body has passed."},
    {.name = "option dontlog-normal", .kind = KW_FLAG, .scopes = FRONT, AT(dontlog_normal), .initial = "false",
     .doc = "No line for requests that went well."},
    {.name = "option log-separate-errors", .kind = KW_FLAG, .scopes = FRONT, AT(log_separate_errors), .initial = "false",
     .doc = "Lines about errors have level err."},
    {.name = "errorfile", .kind = KW_LIST, .scopes = ANY, AT(error_files), .plural = "errorfiles", .params = LEVEL_ERROR_FILE,
     .list = &own_error_list, .otherwise = "a short page of weir's own", .doc = "A whole HTTP response to send for a status."},

    {.name = "stats enable", .kind = KW_FLAG, .scopes = ANY, AT(stats.enabled), .initial = "false",
     .doc = "Serve the statistics page in this proxy."},
    {.name = "stats uri", .kind = KW_STRING, .scopes = ANY, AT(stats.uri), TURNS_ON(stats.enabled), .min = 1,
     .initial = "/haproxy?stats", .doc = "Path of the page; \";csv\" and \";json\" follow it."},
    {.name = "stats realm", .kind = KW_STRING, .scopes = ANY, AT(stats.realm), TURNS_ON(stats.enabled),
     .initial = "HAProxy Statistics", .doc = "What browsers show when they ask for the password."},
    {.name = "stats auth", .kind = KW_OWN, .scopes = ANY, AT(stats.auth), TURNS_ON(stats.enabled), .set = own_stats_auth,
     .takes = "user:password", .otherwise = "open to everybody", .doc = "Who may see the page; may be given several times."},
    {.name = "stats refresh", .kind = KW_DURATION, .scopes = ANY, AT(stats.refresh_s), TURNS_ON(stats.enabled), .unit = UNIT_S,
     .otherwise = "not by itself", .doc = "How often the page refreshes itself."},
    {.name = "stats hide-version", .kind = KW_FLAG, .scopes = ANY, AT(stats.hide_version), .initial = "false",
     .doc = "The page does not say which version this is."},
    {.name = "stats show-node", .kind = KW_OWN, .scopes = ANY, AT(stats), .value = 0, .set = own_stats_text,
     .takes = "true, or a name", .otherwise = "not shown", .doc = "Show the node's name on the page."},
    {.name = "stats show-desc", .kind = KW_OWN, .scopes = ANY, AT(stats), .value = 1, .set = own_stats_text,
     .takes = "true, or a text", .otherwise = "not shown", .doc = "Show the node's description on the page."},
    {.name = "stats show-legends", .kind = KW_FLAG, .scopes = ANY, AT(stats.show_legends), .initial = "false",
     .doc = "More about each line of the page, where the pointer rests."},
    {.name = "stats admin", .kind = KW_FLAG, .scopes = ANY, AT(stats.admin), .initial = "false",
     .doc = "Let who may see the page take servers out and back. (haproxy.cfg: stats admin if TRUE.)"},

    {.name = "option splice-auto", .kind = KW_NOTHING, .scopes = ANY, .note = "weir moves bodies in large pieces, which costs no more", .doc = "Let the kernel forward bodies."},
    {.name = "option splice-request", .kind = KW_NOTHING, .scopes = ANY, .note = "weir moves bodies in large pieces, which costs no more", .doc = "Let the kernel forward requests."},
    {.name = "option splice-response", .kind = KW_NOTHING, .scopes = ANY, .note = "weir moves bodies in large pieces, which costs no more", .doc = "Let the kernel forward responses."},
    {.name = "option tcp-smart-accept", .kind = KW_NOTHING, .scopes = FRONT, .note = "the kernel decides", .doc = "Save a packet when accepting."},
    {.name = "option tcp-smart-connect", .kind = KW_NOTHING, .scopes = BACK, .note = "the kernel decides", .doc = "Save a packet when connecting."},
    {.name = "option contstats", .kind = KW_NOTHING, .scopes = FRONT, .note = "counters are always up to date", .doc = "Update counters during long transfers."},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table proxy_keywords = {LEVEL_PROXY, proxy_rows, 0};
