/* SPDX-License-Identifier: Apache-2.0 */
/* Rows about probes: which kind, its settings, and the lines of its script. */
#include "config/check_lines.h"

#define AT(member) .offset = offsetof(struct draft_proxy, p.member)
#define CHECK_AT(member) .offset = offsetof(struct conf_check, member)

enum { BACK = IN_DEFAULTS | IN_BACKEND };

static const struct keyword_choice versions[] = {
    {"HTTP/1.0", 10, NULL},
    {"HTTP/1.1", 11, NULL},
    {NULL, 0, NULL},
};

/* clang-format off */
static const struct keyword proxy_rows[] = {
    {.name = "option httpchk", .kind = KW_GROUP, .scopes = BACK, AT(check), .value = CONF_CHECK_HTTP, .params = LEVEL_HTTPCHK,
     .set = own_check_kind, .otherwise = "a probe only connects", .doc = "Probes are HTTP requests."},
    {.name = "option tcp-check", .kind = KW_SET, .scopes = BACK, AT(check.kind), .value = CONF_CHECK_SCRIPT,
     .otherwise = "a probe only connects", .doc = "Probes follow the lines of tcp-check; without any they only connect."},
    {.name = "option mysql-check", .kind = KW_GROUP, .scopes = BACK, AT(check), .value = CONF_CHECK_MYSQL, .params = LEVEL_DATABASE_CHECK,
     .set = own_check_kind, .otherwise = "a probe only connects", .doc = "Probes greet a MySQL or MariaDB server, and log in where a user is given."},
    {.name = "option pgsql-check", .kind = KW_GROUP, .scopes = BACK, AT(check), .value = CONF_CHECK_PGSQL, .params = LEVEL_DATABASE_CHECK,
     .set = own_check_kind, .otherwise = "a probe only connects", .doc = "Probes begin a session with a PostgreSQL server."},
    {.name = "option redis-check", .kind = KW_SET, .scopes = BACK, AT(check.kind), .value = CONF_CHECK_REDIS,
     .otherwise = "a probe only connects", .doc = "Probes send PING to a Redis server."},
    {.name = "option ldap-check", .kind = KW_SET, .scopes = BACK, AT(check.kind), .value = CONF_CHECK_LDAP,
     .otherwise = "a probe only connects", .doc = "Probes bind anonymously to an LDAPv3 server."},
    {.name = "option smtpchk", .kind = KW_GROUP, .scopes = BACK, AT(check), .value = CONF_CHECK_SMTP, .params = LEVEL_SMTP_CHECK,
     .set = own_check_kind, .otherwise = "a probe only connects", .doc = "Probes greet an SMTP server."},
    {.name = "option ssl-hello-chk", .kind = KW_SET, .scopes = BACK, AT(check.kind), .value = CONF_CHECK_TLS_HELLO,
     .otherwise = "a probe only connects", .doc = "Probes send an SSLv3 hello, which servers of today may refuse; check-ssl makes a handshake."},
    {.name = "option spop-check", .kind = KW_SET, .scopes = BACK, AT(check.kind), .value = CONF_CHECK_SPOP, .since = "1.7",
     .otherwise = "a probe only connects", .doc = "Probes greet a SPOE agent."},
    {.name = "http-check", .kind = KW_LINES, .scopes = BACK, AT(check), .set = check_line_http,
     .otherwise = "the request of option httpchk, and a status from 200 to 399",
     .doc = "A line of the script of option httpchk: connect, send, expect, comment, disable-on-404, send-state."},
    {.name = "http-check expect status", .kind = KW_OWN, .scopes = BACK, AT(check), .set = own_expect_status,
     .takes = "a set of HTTP status codes", .otherwise = "200-399", .doc = "Statuses of a good probe, as codes and ranges."},
    {.name = "tcp-check", .kind = KW_LINES, .scopes = BACK, AT(check), .set = check_line_tcp,
     .otherwise = "a probe only connects", .doc = "A line of the script of option tcp-check: connect, send, send-binary, expect, comment."},
    {.name = "option log-health-checks", .kind = KW_FLAG, .scopes = BACK, AT(log_health_checks), .initial = "false",
     .doc = "Log each change in the result of probes, not only changes of state."},
    {.name = NULL},
};

static const struct keyword httpchk_rows[] = {
    {.name = "method", .kind = KW_STRING, .scopes = IN_PARAMS, CHECK_AT(method), .position = 1, .min = 1,
     .initial = "OPTIONS", .doc = "Method of the probe's request."},
    {.name = "uri", .kind = KW_STRING, .scopes = IN_PARAMS, CHECK_AT(uri), .position = 2, .bare = true, .min = 1,
     .initial = "/", .doc = "Path of the probe's request."},
    {.name = "version", .kind = KW_NAME, .scopes = IN_PARAMS, CHECK_AT(version), .position = 3, .choices = versions,
     .initial = "HTTP/1.0", .doc = "Version of the probe's request."},
    {.name = "host", .kind = KW_STRING, .scopes = IN_PARAMS, CHECK_AT(host), .min = 1, .since = "weir",
     .otherwise = "no Host header; with HTTP/1.1 the server's address", .doc = "Host header of the probe's request."},
    {.name = "headers", .kind = KW_OWN, .scopes = IN_PARAMS, .set = own_check_headers, .since = "weir", .takes = "\"Name: value\", or a list of them",
     .otherwise = "none", .doc = "More header fields of the probe's request."},
    {.name = NULL},
};

static const struct keyword database_rows[] = {
    {.name = "user", .kind = KW_STRING, .scopes = IN_PARAMS, CHECK_AT(user), .bare = true, .min = 1,
     .otherwise = "mysql-check only waits for the server's greeting", .doc = "Account to begin a session with; without a password."},
    {.name = "pre-41", .kind = KW_FLAG, .scopes = IN_PARAMS, CHECK_AT(is_pre_41), .initial = "false", .since = "2.4",
     .doc = "Speak to a MySQL server of before 4.1."},
    {.name = "post-41", .kind = KW_FLAG_OFF, .scopes = IN_PARAMS, CHECK_AT(is_pre_41), .otherwise = "it is so",
     .doc = "Speak to a MySQL server of 4.1 or later."},
    {.name = NULL},
};

static const struct keyword smtp_rows[] = {
    {.name = "hello", .kind = KW_STRING, .scopes = IN_PARAMS, CHECK_AT(hello), .position = 1, .bare = true, .min = 1,
     .otherwise = "HELO", .doc = "HELO or EHLO."},
    {.name = "domain", .kind = KW_STRING, .scopes = IN_PARAMS, CHECK_AT(domain), .position = 2, .min = 1,
     .otherwise = "localhost", .doc = "Name to greet with."},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table check_keywords = {LEVEL_PROXY, proxy_rows, 0};
const struct keyword_table httpchk_keywords = {LEVEL_HTTPCHK, httpchk_rows, 0};
const struct keyword_table database_check_keywords = {LEVEL_DATABASE_CHECK, database_rows, 0};
const struct keyword_table smtp_check_keywords = {LEVEL_SMTP_CHECK, smtp_rows, 0};
