/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words whose lines are in the language of rules: conditions, expressions, actions. Here they are
 * only kept, in order; proxy/rules compiles them.
 */
#include "config/loader.h"

enum {
    FRONT = IN_DEFAULTS | IN_FRONTEND,
    BACK = IN_DEFAULTS | IN_BACKEND,
    ANY = FRONT | BACK,
    NAMED = IN_FRONTEND | IN_BACKEND,
};

/* One that may stand alone has min 0. */
#define LINES(word, where, which)                                                                  \
    .name = word, .kind = KW_LINES, .scopes = where, .value = which, .min = 1,                     \
    .otherwise = "none", .offset = offsetof(struct draft_proxy, p.lines)

/* In libconfig such a text is not split into words. */
#define TEXT(word, where, which)                                                                   \
    .name = word, .kind = KW_LINES, .scopes = where, .value = which, .min = 1, .bare = true,       \
    .offset = offsetof(struct draft_proxy, p.lines)

/* clang-format off */
static const struct keyword rows[] = {
    {LINES("acl", ANY, CONF_LINE_ACL),
     .doc = "Names a condition: NAME EXPRESSION [FLAGS] [OPERATOR] VALUES... Several lines of one name are alternatives."},
    {LINES("tcp-request connection", FRONT, CONF_LINE_TCP_CONNECTION), .strict = true,
     .doc = "A rule for each new connection, before anything is read of it: ACTION [if|unless CONDITION]."},
    {LINES("tcp-request session", FRONT, CONF_LINE_TCP_SESSION), .strict = true, .since = "1.8",
     .doc = "A rule for each connection after PROXY header and TLS handshake."},
    {LINES("tcp-request content", ANY, CONF_LINE_TCP_CONTENT),
     .doc = "A rule for what a client sends, asked anew as more of it comes, until tcp-request inspect-delay is over."},
    {LINES("tcp-response content", BACK, CONF_LINE_TCP_RESPONSE), .strict = true, .doc = "A rule for what a server sends."},
    {LINES("http-request", ANY, CONF_LINE_HTTP_REQUEST), .doc = "A rule for requests: ACTION [PARAMETERS] [if|unless CONDITION]."},
    {LINES("http-response", ANY, CONF_LINE_HTTP_RESPONSE), .doc = "A rule for responses of servers."},
    {LINES("http-after-response", ANY, CONF_LINE_HTTP_AFTER_RESPONSE), .since = "2.2",
     .doc = "A rule for all responses, also those that weir gives itself."},
    {LINES("http-error", ANY, CONF_LINE_HTTP_ERROR), .since = "2.2",
     .doc = "What is answered in place of an error page: status CODE [content-type TYPE] [string TEXT] [hdr NAME VALUE]..."},
    {LINES("redirect", NAMED, CONF_LINE_REDIRECT), .doc = "Answers with a redirection: location|prefix|scheme VALUE [OPTIONS] [if|unless CONDITION]."},
    {LINES("use_backend", IN_FRONTEND, CONF_LINE_USE_BACKEND), .doc = "Chooses a backend by a condition; the first that holds counts. The name may hold %[EXPRESSION]."},
    {LINES("use-server", IN_BACKEND, CONF_LINE_USE_SERVER), .doc = "Chooses a server by a condition."},
    {LINES("stats http-request", NAMED, CONF_LINE_STATS_HTTP_REQUEST), .doc = "A rule for requests to the statistics: allow, deny or auth."},
    {LINES("stats admin", NAMED, CONF_LINE_STATS_ADMIN), .turns_on = offsetof(struct draft_proxy, p.stats.admin),
     .doc = "Lets who may see the page take servers out and back: if|unless CONDITION."},
    {LINES("monitor fail", IN_FRONTEND, CONF_LINE_MONITOR_FAIL), .doc = "When monitor-uri answers 503: if|unless CONDITION."},
    {LINES("force-persist", IN_BACKEND, CONF_LINE_FORCE_PERSIST), .doc = "When the server that a cookie names is used although it is down."},
    {LINES("ignore-persist", IN_BACKEND, CONF_LINE_IGNORE_PERSIST), .doc = "When the server that a cookie names does not count."},
    {LINES("stick", IN_BACKEND, CONF_LINE_STICK), .doc = "Keeps clients on their server by a stick table: on|match|store-request|store-response EXPRESSION [table NAME] [if|unless CONDITION]."},
    {LINES("stick-table", NAMED, CONF_LINE_STICK_TABLE), .doc = "A table of counters and servers by a key: type TYPE size N [expire TIME] [store DATA,...]."},
    {LINES("capture", IN_FRONTEND, CONF_LINE_CAPTURE), .doc = "Keeps a header or cookie for the log: request header NAME len N, response header NAME len N, cookie NAME len N."},
    {LINES("declare capture", IN_FRONTEND, CONF_LINE_CAPTURE), .strict = true, .since = "1.6", .doc = "Room for what an action captures: request|response len N."},
    {TEXT("log-format", FRONT, CONF_LINE_LOG_FORMAT), .turns_on = offsetof(struct draft_proxy, p.log_format_is_own), .otherwise = "by option httplog, tcplog or httpslog",
     .doc = "Log lines by a format string with %tokens and %[expressions]; or json, or ecs."},
    {TEXT("log-format-sd", FRONT, CONF_LINE_LOG_FORMAT_SD), .otherwise = "none", .doc = "Structured data of RFC 5424 log lines, by a format string."},
    {TEXT("error-log-format", FRONT, CONF_LINE_ERROR_LOG_FORMAT), .otherwise = "as HAProxy has it", .since = "2.5",
     .doc = "Log lines of connections that failed before there was a request, by a format string."},
    {TEXT("unique-id-format", FRONT, CONF_LINE_UNIQUE_ID_FORMAT), .otherwise = "none", .doc = "Identifier of each request, by a format string."},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table rules_keywords = {LEVEL_PROXY, rows, 0};
