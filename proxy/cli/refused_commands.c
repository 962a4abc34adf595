/* SPDX-License-Identifier: Apache-2.0 */
/* What HAProxy's admin socket can do and weir's cannot: each says what to do instead. */
#include "proxy/cli/cli_priv.h"

#define AUTHORITIES "Authorities, and lists of what they revoked, are read from their files: replace the file, then reload."
#define LISTS "Lists of certificates are read from their files: change the list, then reload."
#define SERVERS "Servers are added and removed by the configuration: change it, then reload."
#define COOKIES "Keys of cookies stand in the configuration: change it, then reload."
#define DEBUGGERS "weir has no such view of itself; a debugger or perf has."

/* clang-format off */
const struct cli_command cli_refused_commands[] = {
    {"add server", CONF_ADMIN_ADMIN, "add server <bk>/<srv>", "create a new server", NULL, SERVERS},
    {"del server", CONF_ADMIN_ADMIN, "del server <bk>/<srv>", "remove a dynamically added server", NULL, SERVERS},
    {"set ssl", CONF_ADMIN_ADMIN, NULL, NULL, NULL, AUTHORITIES},
    {"commit ssl", CONF_ADMIN_ADMIN, NULL, NULL, NULL, AUTHORITIES},
    {"abort ssl", CONF_ADMIN_ADMIN, NULL, NULL, NULL, AUTHORITIES},
    {"new ssl", CONF_ADMIN_ADMIN, NULL, NULL, NULL, AUTHORITIES},
    {"del ssl", CONF_ADMIN_ADMIN, NULL, NULL, NULL, AUTHORITIES},
    {"add ssl crt-list", CONF_ADMIN_ADMIN, "add ssl crt-list <list> <cert> [opts]*", "add to crt-list file <list> a line <cert> or a payload", NULL, LISTS},
    {"set dynamic-cookie-key backend", CONF_ADMIN_ADMIN, "set dynamic-cookie-key backend <bk> <k>", "change a backend secret key for dynamic cookies", NULL, COOKIES},
    {"enable dynamic-cookie backend", CONF_ADMIN_ADMIN, "enable dynamic-cookie backend <bk>", "enable dynamic cookies on a specific backend", NULL, COOKIES},
    {"disable dynamic-cookie backend", CONF_ADMIN_ADMIN, "disable dynamic-cookie backend <bk>", "disable dynamic cookies on a specific backend", NULL, COOKIES},
    {"set var", CONF_ADMIN_ADMIN, "set var <name> {<expr>|fmt <fmt>}", "set a process-wide variable", NULL, "Rules set variables of the process: http-request set-var(proc.NAME)."},
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
