/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the global section and of log targets. */
#include "config/keyword.h"
#include "config/own.h"

#define AT(member) .offset = offsetof(struct draft_global, member)
#define LOG_AT(member) .offset = offsetof(struct conf_log_target, member)

static const struct keyword_choice verify_choices[] = {
    {"none", CONF_VERIFY_NONE, NULL},
    {"required", CONF_VERIFY_REQUIRED, NULL},
    {NULL, 0, NULL},
};

/* clang-format off */
static const struct keyword global_rows[] = {
    {.name = "maxconn", .kind = KW_UINT, .scopes = IN_GLOBAL, AT(g.maxconn), .max = 10000000,
     .otherwise = "as many as the limit of open files (ulimit -n) allows",
     .example = "maxconn 20000",
     .example_libconfig = "maxconn = 20000;",
     .doc = "How many client connections the process serves at a time; more wait in the kernel's queue."},
    {.name = "nbthread", .kind = KW_UINT, .scopes = IN_GLOBAL, AT(g.nbthread), .min = 1, .max = 64,
     .otherwise = "one for each CPU the process may use",
     .doc = "Number of data threads.", .since = "1.8"},
    {.name = "daemon", .kind = KW_FLAG, .scopes = IN_GLOBAL, AT(g.daemon), .initial = "false",
     .doc = "Go to the background after the start, as -D does."},
    {.name = "master-worker", .kind = KW_FLAG, .scopes = IN_GLOBAL, AT(g.master_worker),
     .initial = "false", .since = "1.8",
     .doc = "Run as a monitor process that keeps a worker alive, as -W does."},
    {.name = "pidfile", .kind = KW_STRING, .scopes = IN_GLOBAL, AT(g.pidfile), .min = 1,
     .otherwise = "no file is written", .doc = "File that receives the process id; -p overrides it."},
    {.name = "user", .kind = KW_OWN, .scopes = IN_GLOBAL, AT(g.uid), .value = 1, .set = own_user,
     .takes = "the name of a user", .otherwise = "the user who started weir",
     .doc = "User to become once ports are bound and files are read."},
    {.name = "group", .kind = KW_OWN, .scopes = IN_GLOBAL, AT(g.gid), .value = 1, .set = own_group,
     .takes = "the name of a group", .otherwise = "the group of who started weir",
     .doc = "Group to become once ports are bound and files are read."},
    {.name = "uid", .kind = KW_UINT, .scopes = IN_GLOBAL, AT(g.uid), .max = 2147483647,
     .otherwise = "the user who started weir", .doc = "User to become, as a number."},
    {.name = "gid", .kind = KW_UINT, .scopes = IN_GLOBAL, AT(g.gid), .max = 2147483647,
     .otherwise = "the group of who started weir", .doc = "Group to become, as a number."},
    {.name = "chroot", .kind = KW_STRING, .scopes = IN_GLOBAL, AT(g.chroot), .min = 1,
     .otherwise = "no change of root", .doc = "Folder that the worker locks itself into after the start."},
    {.name = "log", .kind = KW_LIST, .scopes = IN_GLOBAL, AT(g.logs), .plural = "logs",
     .params = LEVEL_LOG, .list = &own_global_log_list, .otherwise = "nothing is logged",
     .example = "log /dev/log local0",
     .example_libconfig = "logs = ( { address = \"/dev/log\"; facility = \"local0\"; } );",
     .doc = "Where event lines go, and the access lines of proxies that log to \"global\"."},
    {.name = "log-tag", .kind = KW_STRING, .scopes = IN_GLOBAL, AT(g.log_tag), .min = 1,
     .otherwise = "the name weir was started under", .doc = "Name of the program in log lines."},
    {.name = "log-send-hostname", .kind = KW_OWN, .scopes = IN_GLOBAL, AT(g.log_send_hostname),
     .set = own_hostname, .takes = "true, or a name", .otherwise = "no host name in log lines",
     .doc = "Put a host name into log lines: this machine's, or the one given."},
    {.name = "ulimit-n", .kind = KW_UINT, .scopes = IN_GLOBAL, AT(g.ulimit_n), .max = 1000000000,
     .otherwise = "what maxconn needs", .doc = "Limit of open files to set at the start."},
    {.name = "hard-stop-after", .kind = KW_DURATION, .scopes = IN_GLOBAL, AT(g.hard_stop_after_ms),
     .unit = UNIT_MS, .otherwise = "a draining process waits for its last session", .since = "1.8",
     .doc = "Longest time a draining process may take to leave."},
    {.name = "grace", .kind = KW_DURATION, .scopes = IN_GLOBAL, AT(g.grace_ms), .unit = UNIT_MS,
     .otherwise = "draining begins at once", .since = "2.4",
     .doc = "Time between the signal to drain and the moment listeners close."},
    {.name = "spread-checks", .kind = KW_UINT, .scopes = IN_GLOBAL, AT(g.spread_checks), .max = 50,
     .initial = "0", .doc = "Percent by which the time between two probes of a server varies at random."},
    {.name = "node", .kind = KW_STRING, .scopes = IN_GLOBAL, AT(g.node),
     .otherwise = "the host name", .doc = "Name of this node, shown in the statistics."},
    {.name = "description", .kind = KW_STRING, .scopes = IN_GLOBAL, AT(g.description),
     .otherwise = "none", .doc = "Text about this node, shown in the statistics."},

    {.name = "tune.bufsize", .kind = KW_SIZE, .scopes = IN_GLOBAL, AT(g.bufsize), .min = 4096,
     .max = 16777216, .initial = "16384",
     .doc = "Bytes of a buffer: a request or response head larger than this less tune.maxrewrite is refused."},
    {.name = "tune.maxrewrite", .kind = KW_SIZE, .scopes = IN_GLOBAL, AT(g.maxrewrite), .max = 8388608,
     .initial = "1024", .doc = "Bytes of a buffer kept free for headers that are added."},
    {.name = "tune.http.maxhdr", .kind = KW_UINT, .scopes = IN_GLOBAL, AT(g.http_maxhdr), .min = 1,
     .max = 32767, .initial = "101", .doc = "Most header lines a request or response may have."},
    {.name = "tune.ssl.cachesize", .kind = KW_UINT, .scopes = IN_GLOBAL, AT(g.ssl_cachesize),
     .max = 10000000, .initial = "20000", .since = "1.5",
     .doc = "Number of TLS sessions kept for resumption, all threads together."},
    {.name = "tune.ssl.lifetime", .kind = KW_DURATION, .scopes = IN_GLOBAL, AT(g.ssl_lifetime_s),
     .unit = UNIT_S, .initial = "300s", .doc = "How long a TLS session can be resumed."},

    {.name = "ca-base", .kind = KW_STRING, .scopes = IN_GLOBAL, AT(ca_base), .min = 1,
     .otherwise = "the working folder", .doc = "Folder of relative ca-file and crl-file paths."},
    {.name = "crt-base", .kind = KW_STRING, .scopes = IN_GLOBAL, AT(crt_base), .min = 1,
     .otherwise = "the working folder", .doc = "Folder of relative crt and key paths."},
    {.name = "ssl-default-bind-ciphers", .kind = KW_STRING, .scopes = IN_GLOBAL, AT(bind_tls.ciphers),
     .otherwise = "Mozilla's intermediate list", .doc = "Ciphers of TLS 1.2 for binds that name none."},
    {.name = "ssl-default-bind-ciphersuites", .kind = KW_STRING, .scopes = IN_GLOBAL,
     AT(bind_tls.ciphersuites), .otherwise = "the library's", .since = "1.8",
     .doc = "Cipher suites of TLS 1.3 for binds that name none."},
    {.name = "ssl-default-bind-curves", .kind = KW_STRING, .scopes = IN_GLOBAL, AT(bind_tls.curves),
     .otherwise = "X25519, P-256 and P-384", .since = "2.4",
     .doc = "Key exchange groups for binds that name none."},
    {.name = "ssl-default-bind-options", .kind = KW_GROUP, .min = 1, .scopes = IN_GLOBAL, AT(bind_tls),
     .params = LEVEL_TLS_OPTIONS, .otherwise = "TLS 1.2 and 1.3, with tickets",
     .doc = "Versions and tickets for binds that say nothing else."},
    {.name = "ssl-default-server-ciphers", .kind = KW_STRING, .scopes = IN_GLOBAL,
     AT(server_tls.ciphers), .otherwise = "Mozilla's intermediate list",
     .doc = "Ciphers of TLS 1.2 towards servers that name none."},
    {.name = "ssl-default-server-ciphersuites", .kind = KW_STRING, .scopes = IN_GLOBAL,
     AT(server_tls.ciphersuites), .otherwise = "the library's", .since = "1.8",
     .doc = "Cipher suites of TLS 1.3 towards servers that name none."},
    {.name = "ssl-default-server-options", .kind = KW_GROUP, .min = 1, .scopes = IN_GLOBAL, AT(server_tls),
     .params = LEVEL_TLS_OPTIONS, .otherwise = "TLS 1.2 and 1.3, with tickets",
     .doc = "Versions and tickets towards servers that say nothing else."},
    {.name = "ssl-server-verify", .kind = KW_CHOICE, .scopes = IN_GLOBAL, AT(server_tls.verify),
     .choices = verify_choices, .initial = "required",
     .doc = "Whether the certificates of servers are verified where a server does not say."},

    {.name = "stats timeout", .kind = KW_NOTHING, .scopes = IN_GLOBAL,
     .note = "there is no admin socket yet", .doc = "Longest silence on the admin socket."},
    {.name = "tune.ssl.default-dh-param", .kind = KW_NOTHING, .scopes = IN_GLOBAL,
     .note = "the key exchange uses elliptic curves", .doc = "Size of ephemeral Diffie-Hellman keys."},
    {.name = NULL},
};

static const struct keyword_choice wire_choices[] = {
    {"local", CONF_LOG_LOCAL, NULL},
    {"rfc3164", CONF_LOG_RFC3164, NULL},
    {"rfc5424", CONF_LOG_RFC5424, NULL},
    {"raw", CONF_LOG_RAW, NULL},
    {"short", CONF_LOG_SHORT, NULL},
    {"priority", 0, "'short' is the nearest"},
    {"timed", 0, "'short' is the nearest"},
    {"iso", 0, "'rfc5424' has ISO dates"},
    {NULL, 0, NULL},
};

static const struct keyword_choice facility_choices[] = {
    {"kern", 0, NULL},    {"user", 1, NULL},    {"mail", 2, NULL},    {"daemon", 3, NULL},
    {"auth", 4, NULL},    {"syslog", 5, NULL},  {"lpr", 6, NULL},     {"news", 7, NULL},
    {"uucp", 8, NULL},    {"cron", 9, NULL},    {"auth2", 10, NULL},  {"ftp", 11, NULL},
    {"ntp", 12, NULL},    {"audit", 13, NULL},  {"alert", 14, NULL},  {"cron2", 15, NULL},
    {"local0", 16, NULL}, {"local1", 17, NULL}, {"local2", 18, NULL}, {"local3", 19, NULL},
    {"local4", 20, NULL}, {"local5", 21, NULL}, {"local6", 22, NULL}, {"local7", 23, NULL},
    {NULL, 0, NULL},
};

static const struct keyword_choice level_choices[] = {
    {"emerg", 0, NULL},  {"alert", 1, NULL}, {"crit", 2, NULL},  {"err", 3, NULL}, {"warning", 4, NULL},
    {"notice", 5, NULL}, {"info", 6, NULL},  {"debug", 7, NULL}, {NULL, 0, NULL},
};

static const struct keyword log_rows[] = {
    {.name = "address", .kind = KW_OWN, .scopes = IN_PARAMS, LOG_AT(addr), .position = 1,
     .required = true, .bare = true, .set = own_log_address,
     .takes = "host[:port], a socket's path, stdout, stderr or global",
     .doc = "Where lines go: syslog over UDP (port 514), a unix socket such as /dev/log, this process' output, or global for what the global section says."},
    {.name = "len", .kind = KW_UINT, .scopes = IN_PARAMS, LOG_AT(max_len), .min = 80, .max = 65535,
     .initial = "1024", .doc = "Bytes after which a line is cut."},
    {.name = "format", .kind = KW_CHOICE, .scopes = IN_PARAMS, LOG_AT(wire), .choices = wire_choices,
     .initial = "local", .since = "1.6", .doc = "Frame of a line: local is RFC 3164 without host name."},
    {.name = "facility", .kind = KW_CHOICE, .scopes = IN_PARAMS, LOG_AT(facility), .position = 2,
     .choices = facility_choices, .initial = "local0", .doc = "Syslog facility."},
    {.name = "level", .kind = KW_CHOICE, .scopes = IN_PARAMS, LOG_AT(level), .position = 3,
     .choices = level_choices, .initial = "debug", .doc = "Least important level that is sent."},
    {.name = "minlevel", .kind = KW_CHOICE, .scopes = IN_PARAMS, LOG_AT(min_level), .position = 4,
     .choices = level_choices, .initial = "emerg", .doc = "More important lines are sent as this level."},
    {.name = "sample", .kind = KW_REFUSED, .scopes = IN_PARAMS, .words = 1, .note = "every line is sent",
     .doc = "Send only some of the lines.", .since = "2.0"},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table global_keywords = {LEVEL_GLOBAL, global_rows, 0};
const struct keyword_table log_keywords = {LEVEL_LOG, log_rows, 0};
