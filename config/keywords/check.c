/* SPDX-License-Identifier: Apache-2.0 */
/* Rows about probes: which kind, its settings, and the lines of its script. */
#include "config/script/lines.h"

#define AT(member) .offset = offsetof(struct draft_proxy, p.member)
#define PLAN_AT(member) .offset = offsetof(struct conf_healthcheck, member)
#define CHECK_AT(member) .offset = offsetof(struct conf_check, member)
#define GLOBAL_AT(member) .offset = offsetof(struct draft_global, g.member)
#define OUTLIERS_AT(member) .offset = offsetof(struct conf_outliers, member)
#define SERVER_AT(member) .offset = offsetof(struct conf_server, member)

enum { BACK = IN_DEFAULTS | IN_BACKEND, IN_BOTH = IN_SERVER | IN_DEFAULT_SERVER };

/* Lists of their own, beside those of enum conf_line_kind. */
enum { LIST_OF_HTTP_CHECK = -1, LIST_OF_TCP_CHECK = -2 };

static const struct keyword_choice observes[] = {
    {"layer4", CONF_OBSERVE_LAYER4, NULL},
    {"layer7", CONF_OBSERVE_LAYER7, NULL},
    {NULL, 0, NULL},
};

static const struct keyword_choice on_errors[] = {
    {"fastinter", CONF_ON_ERROR_FASTINTER, NULL},
    {"fail-check", CONF_ON_ERROR_FAIL_CHECK, NULL},
    {"sudden-death", CONF_ON_ERROR_SUDDEN_DEATH, NULL},
    {"mark-down", CONF_ON_ERROR_MARK_DOWN, NULL},
    {NULL, 0, NULL},
};

static const struct keyword_choice marked_up_choices[] = {
    {"shutdown-backup-sessions", 1, NULL},
    {NULL, 0, NULL},
};

static const struct keyword_choice saved_states[] = {
    {"none", CONF_SAVED_NONE, NULL},
    {"global", CONF_SAVED_GLOBAL, NULL},
    {"local", CONF_SAVED_LOCAL, NULL},
    {NULL, 0, NULL},
};

static const struct keyword_choice roles[] = {
    {"primary", CONF_ROLE_WRITER, NULL},
    {"writer", CONF_ROLE_WRITER, NULL},
    {"replica", CONF_ROLE_READER, NULL},
    {"reader", CONF_ROLE_READER, NULL},
    {NULL, 0, NULL},
};

static const struct keyword_choice protocols[] = {
    {"h1", 1, NULL},
    {"none", 0, NULL},
    {"h2", 2, "probes speak HTTP/1"},
    {"fcgi", 3, "probes speak HTTP/1"},
    {NULL, 0, NULL},
};

static const struct keyword_choice versions[] = {
    {"HTTP/1.0", 10, NULL},
    {"HTTP/1.1", 11, NULL},
    {NULL, 0, NULL},
};

/* clang-format off */
/* What kind of probe: "option ..." of a proxy, "type ..." of a healthcheck section. */
#define PROBE_KINDS(prefix, where, check_at, kind_at) \
    {.name = prefix " httpchk", .kind = KW_GROUP, .scopes = where, check_at, .value = CONF_CHECK_HTTP, .params = LEVEL_HTTPCHK, \
     .set = own_check_kind, .anew = true, .otherwise = "a probe only connects", .doc = "Probes are HTTP requests."}, \
    {.name = prefix " tcp-check", .kind = KW_SET, .scopes = where, kind_at, .value = CONF_CHECK_SCRIPT, \
     .otherwise = "a probe only connects", .doc = "Probes follow the lines of tcp-check; without any they only connect."}, \
    {.name = prefix " mysql-check", .kind = KW_GROUP, .scopes = where, check_at, .value = CONF_CHECK_MYSQL, .params = LEVEL_DATABASE_CHECK, \
     .set = own_check_kind, .anew = true, .otherwise = "a probe only connects", .doc = "Probes greet a MySQL or MariaDB server, and log in where a user is given."}, \
    {.name = prefix " pgsql-check", .kind = KW_GROUP, .scopes = where, check_at, .value = CONF_CHECK_PGSQL, .params = LEVEL_DATABASE_CHECK, \
     .set = own_check_kind, .anew = true, .otherwise = "a probe only connects", .doc = "Probes begin a session with a PostgreSQL server."}, \
    {.name = prefix " redis-check", .kind = KW_SET, .scopes = where, kind_at, .value = CONF_CHECK_REDIS, \
     .otherwise = "a probe only connects", .doc = "Probes send PING to a Redis server."}, \
    {.name = prefix " ldap-check", .kind = KW_SET, .scopes = where, kind_at, .value = CONF_CHECK_LDAP, \
     .otherwise = "a probe only connects", .doc = "Probes bind anonymously to an LDAPv3 server."}, \
    {.name = prefix " smtpchk", .kind = KW_GROUP, .scopes = where, check_at, .value = CONF_CHECK_SMTP, .params = LEVEL_SMTP_CHECK, \
     .set = own_check_kind, .anew = true, .otherwise = "a probe only connects", .doc = "Probes greet an SMTP server."}, \
    {.name = prefix " ssl-hello-chk", .kind = KW_SET, .scopes = where, kind_at, .value = CONF_CHECK_TLS_HELLO, \
     .otherwise = "a probe only connects", .doc = "Probes send an SSLv3 hello, which servers of today may refuse; check-ssl makes a handshake."}, \
    {.name = prefix " spop-check", .kind = KW_SET, .scopes = where, kind_at, .value = CONF_CHECK_SPOP, .since = "1.7", \
     .otherwise = "a probe only connects", .doc = "Probes greet a SPOE agent."}

static const struct keyword proxy_rows[] = {
    PROBE_KINDS("option", BACK, AT(check), AT(check.kind)),
    {.name = "option external-check", .kind = KW_SET, .scopes = BACK, AT(check.kind), .value = CONF_CHECK_EXTERNAL, .since = "1.6",
     .otherwise = "a probe only connects", .doc = "Probes run the program of external-check command: an exit status of 0 is good."},
    {.name = "external-check command", .kind = KW_STRING, .scopes = BACK, AT(check.command), .min = 1, .since = "1.6",
     .otherwise = "none", .doc = "Program of option external-check. It is told address and port of the proxy and of the server, and is killed with its children when timeout check, or inter, is over."},
    {.name = "external-check path", .kind = KW_STRING, .scopes = BACK, AT(check.path), .since = "1.6",
     .otherwise = "empty", .doc = "PATH of that program."},
    {.name = "http-check", .kind = KW_LINES, .scopes = BACK, AT(check), .set = check_line_http, .value = LIST_OF_HTTP_CHECK,
     .otherwise = "the request of option httpchk, and a status from 200 to 399",
     .doc = "A line of the script of option httpchk: connect, send, expect, set-var, comment, disable-on-404, send-state."},
    {.name = "http-check expect status", .kind = KW_OWN, .scopes = BACK, AT(check), .set = own_expect_status,
     .takes = "a set of HTTP status codes", .otherwise = "200-399", .doc = "Statuses of a good probe, as codes and ranges."},
    {.name = "tcp-check", .kind = KW_LINES, .scopes = BACK, AT(check), .set = check_line_tcp, .value = LIST_OF_TCP_CHECK,
     .otherwise = "a probe only connects", .doc = "A line of the script of option tcp-check: connect, send, send-binary, send-lf, expect, set-var, comment."},
    {.name = "load-server-state-from-file", .kind = KW_CHOICE, .scopes = BACK, AT(saved_state_from), .choices = saved_states, .since = "1.6",
     .otherwise = "none", .doc = "Whether servers begin with the state that `show servers state` wrote: from the file of the global section, or from one of this proxy alone. A reload needs no file."},
    {.name = "server-state-file-name", .kind = KW_STRING, .scopes = BACK, AT(saved_state_name), .since = "1.6",
     .otherwise = "the name of the proxy", .doc = "File of local states, below server-state-base; use-backend-name is the name of the proxy."},
    {.name = "option outlier-ejection", .kind = KW_GROUP, .scopes = BACK, AT(outliers), .turns_on = offsetof(struct draft_proxy, p.outliers.enabled),
     .params = LEVEL_OUTLIERS, .since = "weir", .otherwise = "only probes and observe judge servers",
     .doc = "Servers that fail or dawdle far more than the others get no new streams for a while."},
    {.name = "option panic-threshold", .kind = KW_UINT, .scopes = BACK, AT(panic_percent), .max = 100, .since = "weir",
     .otherwise = "only servers that are up get traffic",
     .doc = "Percentage of servers: when fewer of them are up, traffic goes to all that the operator has not taken out, since so many at once hardly fail by themselves."},
    {.name = "option log-health-checks", .kind = KW_FLAG, .scopes = BACK, AT(log_health_checks), .initial = "false",
     .doc = "Log each change in the result of probes, not only changes of state."},
    {.name = NULL},
};

static const struct keyword healthcheck_rows[] = {
    PROBE_KINDS("type", IN_OTHERS, PLAN_AT(check), PLAN_AT(check.kind)),
    {.name = "http-check", .kind = KW_LINES, .scopes = IN_OTHERS, PLAN_AT(check), .set = check_line_http, .value = LIST_OF_HTTP_CHECK,
     .otherwise = "the request of type httpchk, and a status from 200 to 399", .doc = "A line of the script of type httpchk, as in proxies."},
    {.name = "tcp-check", .kind = KW_LINES, .scopes = IN_OTHERS, PLAN_AT(check), .set = check_line_tcp, .value = LIST_OF_TCP_CHECK,
     .otherwise = "a probe only connects", .doc = "A line of the script of type tcp-check, as in proxies."},
    {.name = NULL},
};

static const struct keyword httpchk_rows[] = {
    {.name = "method", .kind = KW_STRING, .scopes = IN_PARAMS, CHECK_AT(method), .position = 1, .min = 1,
     .initial = "OPTIONS", .doc = "Method of the probe's request."},
    {.name = "uri", .kind = KW_STRING, .scopes = IN_PARAMS, CHECK_AT(uri), .position = 2, .bare = true, .min = 1,
     .initial = "/", .doc = "Path of the probe's request."},
    {.name = "version", .kind = KW_NAME, .scopes = IN_PARAMS, CHECK_AT(version), .position = 3, .choices = versions,
     .initial = "HTTP/1.0", .doc = "Version of the probe's request."},
    {.name = "host", .kind = KW_STRING, .scopes = IN_PARAMS, CHECK_AT(host), .position = 4, .min = 1, .since = "2.9",
     .otherwise = "no Host header; with HTTP/1.1 the server's address", .doc = "Host header of the probe's request."},
    {.name = "hdr", .kind = KW_OWN, .scopes = IN_PARAMS, CHECK_AT(headers), .set = own_check_header, .adds = true,
     .takes = "a header: \"Name: value\"; may be repeated", .otherwise = "none",
     .doc = "Header of the probe's request, unless its line http-check send has headers."},
    {.name = "body", .kind = KW_STRING, .scopes = IN_PARAMS, CHECK_AT(body), .min = 1, .otherwise = "none",
     .doc = "Body of the probe's request, unless its line http-check send has one."},
    {.name = NULL},
};

static const struct keyword outliers_rows[] = {
    {.name = "errors", .kind = KW_UINT, .scopes = IN_PARAMS, OUTLIERS_AT(errors_percent), .max = 100, .initial = "50", .since = "weir",
     .doc = "Percentage of streams that fail, or are answered with 5xx, from which on a server is out; 0 does not look at errors."},
    {.name = "latency", .kind = KW_UINT, .scopes = IN_PARAMS, OUTLIERS_AT(latency_factor), .max = 1000, .initial = "5", .since = "weir",
     .doc = "How many times the response time of the others is too slow; 0 does not look at it."},
    {.name = "interval", .kind = KW_DURATION, .scopes = IN_PARAMS, OUTLIERS_AT(interval_ms), .unit = UNIT_MS, .min = 500, .initial = "10s", .since = "weir",
     .doc = "How often servers are compared."},
    {.name = "min-streams", .kind = KW_UINT, .scopes = IN_PARAMS, OUTLIERS_AT(min_streams), .min = 1, .initial = "20", .since = "weir",
     .doc = "A server with fewer streams since it was last judged has to wait."},
    {.name = "max-ejected", .kind = KW_UINT, .scopes = IN_PARAMS, OUTLIERS_AT(max_percent), .max = 100, .initial = "30", .since = "weir",
     .doc = "Percentage of the servers that may be out at once."},
    {.name = "time", .kind = KW_DURATION, .scopes = IN_PARAMS, OUTLIERS_AT(time_ms), .unit = UNIT_MS, .min = 500, .initial = "30s", .since = "weir",
     .doc = "How long a server is out."},
    {.name = NULL},
};

static const struct keyword database_rows[] = {
    {.name = "user", .kind = KW_STRING, .scopes = IN_PARAMS, CHECK_AT(user), .bare = true, .min = 1,
     .otherwise = "mysql-check only waits for the server's greeting", .doc = "Account to begin a session with; without a password."},
    {.name = "pre-41", .kind = KW_FLAG, .scopes = IN_PARAMS, CHECK_AT(is_pre_41), .initial = "false", .since = "2.4",
     .doc = "Speak to a MySQL server of before 4.1."},
    {.name = "role", .kind = KW_CHOICE, .scopes = IN_PARAMS, CHECK_AT(role), .choices = roles, .since = "weir",
     .otherwise = "any server that answers is good",
     .doc = "Log in, and look whether the server is the one that is written to (primary, writer) or one that follows it (replica, reader). A change of the role counts at once, whatever rise and fall say, and ends the sessions of a server that lost it."},
    {.name = "password", .kind = KW_STRING, .scopes = IN_PARAMS, CHECK_AT(password), .min = 1, .since = "weir",
     .otherwise = "none", .doc = "Password of the account, for role."},
    {.name = "database", .kind = KW_STRING, .scopes = IN_PARAMS, CHECK_AT(database), .min = 1, .since = "weir",
     .otherwise = "postgres; with mysql-check none", .doc = "Database to connect to, for role."},
    {.name = "max-lag", .kind = KW_DURATION, .scopes = IN_PARAMS, CHECK_AT(max_lag_ms), .unit = UNIT_MS, .min = 1000, .since = "weir",
     .otherwise = "it may be as late as it is", .doc = "How far a replica may be behind to be of use."},
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

/* clang-format off */
static const struct keyword server_rows[] = {
    {.name = "no-check-ssl", .kind = KW_FLAG_OFF, .scopes = IN_BOTH, SERVER_AT(check.tls), .otherwise = "see check-ssl", .since = "1.8",
     .doc = "Undoes a check-ssl of default-server."},
    {.name = "check-reuse-pool", .kind = KW_FLAG, .scopes = IN_BOTH, SERVER_AT(check.reuse), .initial = "false", .since = "3.2",
     .doc = "HTTP probes keep their connection, for a minute at most, rather than each opening one: cheaper, but then not every probe shows that the server accepts. It is the probe's own, not one that requests use."},
    {.name = "no-check-reuse-pool", .kind = KW_FLAG_OFF, .scopes = IN_BOTH, SERVER_AT(check.reuse), .otherwise = "see check-reuse-pool", .since = "3.2",
     .doc = "Undoes a check-reuse-pool of default-server."},
    {.name = "check-alpn", .kind = KW_OWN, .scopes = IN_BOTH, SERVER_AT(check.alpn), .set = own_alpn, .since = "1.9",
     .takes = "protocol names", .otherwise = "those of alpn", .doc = "Protocols offered by probes over TLS."},
    {.name = "check-proto", .kind = KW_CHOICE, .scopes = IN_BOTH, SERVER_AT(check.proto), .choices = protocols, .since = "2.0",
     .otherwise = "http/1", .doc = "What probes speak."},
    {.name = "healthcheck", .kind = KW_STRING, .scopes = IN_BOTH, SERVER_AT(check.plan_name), .min = 1, .since = "3.4",
     .otherwise = "the server is probed as the backend says", .doc = "The healthcheck section that says how this server is probed."},
    {.name = "slowstart", .kind = KW_DURATION, .scopes = IN_BOTH, SERVER_AT(slowstart_ms), .unit = UNIT_MS, .otherwise = "full weight at once",
     .doc = "Time over which a server that came back gets back its weight and its maxconn. A reload does not interrupt it."},
    {.name = "observe", .kind = KW_CHOICE, .scopes = IN_BOTH, SERVER_AT(watch.observe), .choices = observes, .otherwise = "only probes judge it",
     .doc = "Judge the server by its traffic too: layer4 counts connections that fail, layer7 also responses that are invalid or late, and statuses of 500 and above except 501 and 505."},
    {.name = "error-limit", .kind = KW_UINT, .loose = true, .scopes = IN_BOTH, SERVER_AT(watch.error_limit), .min = 1, .max = 1000000, .initial = "10",
     .doc = "How many errors in a row set off what on-error says."},
    {.name = "on-error", .kind = KW_CHOICE, .scopes = IN_BOTH, SERVER_AT(watch.on_error), .choices = on_errors, .initial = "fail-check",
     .doc = "What errors in a row do: probe sooner (fastinter), count as a failed probe, leave one failure to DOWN (sudden-death), or mark-down."},
    {.name = "on-marked-up", .kind = KW_OWN, .scopes = IN_BOTH, SERVER_AT(watch.shutdown_backups_on_up), .set = own_on_marked_down,
     .choices = marked_up_choices, .takes = "shutdown-backup-sessions", .otherwise = "sessions go on",
     .doc = "When a server that is no backup comes up: end the sessions on the backups."},
    {.name = "track", .kind = KW_STRING, .scopes = IN_BOTH, SERVER_AT(watch.track), .min = 1, .otherwise = "it has a state of its own",
     .doc = "Take over the state of another server, [backend/]server, instead of probing; its maintenance and draining too."},
    {.name = "agent-check", .kind = KW_FLAG, .scopes = IN_BOTH, SERVER_AT(agent.enabled), .initial = "false",
     .doc = "Ask an agent on the server for its state, its weight and its maxconn; needs agent-port."},
    {.name = "no-agent-check", .kind = KW_FLAG_OFF, .scopes = IN_BOTH, SERVER_AT(agent.enabled), .otherwise = "see agent-check",
     .doc = "Undoes an agent-check of default-server."},
    {.name = "agent-port", .kind = KW_OWN, .scopes = IN_BOTH, SERVER_AT(agent.port), .set = own_check_port,
     .takes = "a port", .otherwise = "no agent is asked", .doc = "Port of the agent."},
    {.name = "agent-addr", .kind = KW_OWN, .scopes = IN_BOTH, SERVER_AT(agent.addr), .set = own_target_address, .since = "1.8",
     .takes = "an address", .otherwise = "the server's", .doc = "Address of the agent."},
    {.name = "agent-inter", .kind = KW_DURATION, .scopes = IN_BOTH, SERVER_AT(agent.inter_ms), .unit = UNIT_MS, .min = 1, .initial = "2s",
     .doc = "Time between two questions to the agent."},
    {.name = "agent-send", .kind = KW_STRING, .scopes = IN_BOTH, SERVER_AT(agent.send), .since = "1.7",
     .otherwise = "nothing is sent", .doc = "Text sent to the agent; a line feed is for the text to bring along."},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table server_check_keywords = {LEVEL_SERVER, server_rows, 0};
/* clang-format off */
static const struct keyword global_rows[] = {
    {.name = "server-state-base", .kind = KW_STRING, .scopes = IN_GLOBAL, GLOBAL_AT(state_base), .min = 1, .since = "1.6",
     .otherwise = "the working folder", .doc = "Folder of saved server states."},
    {.name = "server-state-file", .kind = KW_STRING, .scopes = IN_GLOBAL, GLOBAL_AT(state_file), .min = 1, .since = "1.6",
     .otherwise = "none", .doc = "File of the saved states of all servers, below server-state-base."},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table global_check_keywords = {LEVEL_GLOBAL, global_rows, 0};
const struct keyword_table healthcheck_keywords = {LEVEL_HEALTHCHECK, healthcheck_rows, 0};
const struct keyword_table check_keywords = {LEVEL_PROXY, proxy_rows, 0};
const struct keyword_table httpchk_keywords = {LEVEL_HTTPCHK, httpchk_rows, 0};
const struct keyword_table database_check_keywords = {LEVEL_DATABASE_CHECK, database_rows, 0};
const struct keyword_table smtp_check_keywords = {LEVEL_SMTP_CHECK, smtp_rows, 0};
const struct keyword_table outliers_keywords = {LEVEL_OUTLIERS, outliers_rows, 0};
