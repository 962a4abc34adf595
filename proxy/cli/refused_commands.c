/* SPDX-License-Identifier: Apache-2.0 */
/* What HAProxy's admin socket can do and weir's cannot: each says what to do instead. */
#include "proxy/cli/cli_priv.h"

#define AUTHORITIES "Authorities, and lists of what they revoked, are read from their files: replace the file, then reload."
#define SERVERS "Servers are added and removed by the configuration: change it, then reload."
#define COOKIES "Keys of cookies stand in the configuration: change it, then reload."
#define DEBUGGERS "weir has no such view of itself; a debugger or perf has."

/* clang-format off */
const struct cli_command cli_refused_commands[] = {
    {"add server", CONF_ADMIN_ADMIN, "add server <bk>/<srv>", "create a new server", NULL, SERVERS},
    {"del server", CONF_ADMIN_ADMIN, "del server <bk>/<srv>", "remove a dynamically added server", NULL, SERVERS},
    {"set ssl ca-file", CONF_ADMIN_ADMIN, "set ssl ca-file <cafile> <payload>", "replace a CA file", NULL, AUTHORITIES},
    {"set ssl crl-file", CONF_ADMIN_ADMIN, "set ssl crl-file <crlfile> <payload>", "replace a CRL file", NULL, AUTHORITIES},
    {"commit ssl ca-file", CONF_ADMIN_ADMIN, "commit ssl ca-file <cafile>", "commit a CA file", NULL, AUTHORITIES},
    {"commit ssl crl-file", CONF_ADMIN_ADMIN, "commit ssl crl-file <crlfile>", "commit a CRL file", NULL, AUTHORITIES},
    {"abort ssl ca-file", CONF_ADMIN_ADMIN, "abort ssl ca-file <cafile>", "abort a transaction for a CA file", NULL, AUTHORITIES},
    {"abort ssl crl-file", CONF_ADMIN_ADMIN, "abort ssl crl-file <crlfile>", "abort a transaction for a CRL file", NULL, AUTHORITIES},
    {"new ssl ca-file", CONF_ADMIN_ADMIN, "new ssl ca-file <cafile>", "create a new CA file to be used in a crt-list", NULL, AUTHORITIES},
    {"new ssl crl-file", CONF_ADMIN_ADMIN, "new ssl crl-file <crlfile>", "create a new CRL file to be used in a crt-list", NULL, AUTHORITIES},
    {"del ssl ca-file", CONF_ADMIN_ADMIN, "del ssl ca-file <cafile>", "delete an unused CA file", NULL, AUTHORITIES},
    {"del ssl crl-file", CONF_ADMIN_ADMIN, "del ssl crl-file <crlfile>", "delete an unused CRL file", NULL, AUTHORITIES},
    {"set ssl tls-key", CONF_ADMIN_ADMIN, "set ssl tls-key [id|file] <key>", "set the next TLS key for the <id> or <file> listener to <key>", NULL, "Ticket keys are made by weir, or stand in the file of tls-ticket-keys: change it, then reload."},
    {"set dynamic-cookie-key backend", CONF_ADMIN_ADMIN, "set dynamic-cookie-key backend <bk> <k>", "change a backend secret key for dynamic cookies", NULL, COOKIES},
    {"enable dynamic-cookie backend", CONF_ADMIN_ADMIN, "enable dynamic-cookie backend <bk>", "enable dynamic cookies on a specific backend", NULL, COOKIES},
    {"disable dynamic-cookie backend", CONF_ADMIN_ADMIN, "disable dynamic-cookie backend <bk>", "disable dynamic cookies on a specific backend", NULL, COOKIES},
    {"show fd", CONF_ADMIN_OPERATOR, "show fd [num]", "dump list of file descriptors in use or a specific one", NULL, "See /proc/<pid>/fd, or ss -p; show info tells the pid."},
    {"show libs", CONF_ADMIN_OPERATOR, "show libs", "show loaded object files and libraries", NULL, "See /proc/<pid>/maps; show info tells the pid."},
    {"show profiling", CONF_ADMIN_OPERATOR, "show profiling [<what>|<#lines>|byaddr]*", "show profiling state (all,status,tasks,memory)", NULL, DEBUGGERS},
    {"set profiling", CONF_ADMIN_ADMIN, "set profiling <what> {auto|on|off}", "enable/disable resource profiling (tasks,memory)", NULL, DEBUGGERS},
    {"show tasks", CONF_ADMIN_OPERATOR, "show tasks", "show running tasks", NULL, DEBUGGERS},
    {"show trace", CONF_ADMIN_OPERATOR, "show trace [<module>]", "show live tracing state", NULL, "Send a request with the header of explain-secret: the log tells what became of it."},
    {"trace", CONF_ADMIN_ADMIN, "trace [<module>|0] [cmd [args...]]", "manage live tracing (empty to list, 0 to stop all)", NULL, "Send a request with the header of explain-secret: the log tells what became of it."},
    {0},
};
/* clang-format on */
