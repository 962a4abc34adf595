/* SPDX-License-Identifier: Apache-2.0 */
/* What HAProxy's admin socket can do and weir's cannot: each says what to do instead. */
#include "proxy/cli/cli_priv.h"

#define CERTIFICATES "Certificates are read from their files: replace the file, then reload."
#define SERVERS "Servers are added and removed by the configuration: change it, then reload."
#define COOKIES "Keys of cookies stand in the configuration: change it, then reload."
#define DEBUGGERS "weir has no such view of itself; a debugger or perf has."

/* clang-format off */
const struct cli_command cli_refused_commands[] = {
    {"add server", CONF_ADMIN_ADMIN, "add server <bk>/<srv>", "create a new server", NULL, SERVERS},
    {"del server", CONF_ADMIN_ADMIN, "del server <bk>/<srv>", "remove a dynamically added server", NULL, SERVERS},
    {"set ssl", CONF_ADMIN_ADMIN, "set ssl cert <certfile> <payload>", "replace a certificate file", NULL, CERTIFICATES},
    {"commit ssl", CONF_ADMIN_ADMIN, "commit ssl cert <certfile>", "commit a certificate file", NULL, CERTIFICATES},
    {"abort ssl", CONF_ADMIN_ADMIN, "abort ssl cert <certfile>", "abort a transaction for a certificate file", NULL, CERTIFICATES},
    {"new ssl", CONF_ADMIN_ADMIN, "new ssl cert <certfile>", "create a new certificate file to be used in a crt-list or a directory", NULL, CERTIFICATES},
    {"del ssl", CONF_ADMIN_ADMIN, "del ssl cert <certfile>", "delete an unused certificate file", NULL, CERTIFICATES},
    {"add ssl", CONF_ADMIN_ADMIN, "add ssl crt-list <list> <cert> [opts]*", "add to crt-list file <list> a line <cert> or a payload", NULL, CERTIFICATES},
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
