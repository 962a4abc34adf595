/* SPDX-License-Identifier: Apache-2.0 */
/* Commands about the conversation itself: help, prompt, rights, timeouts. */
#include "proxy/base/addr.h"
#include "proxy/cli/cli_priv.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

static const char *const level_names[] = {
    [CONF_ADMIN_USER] = "user", [CONF_ADMIN_OPERATOR] = "operator", [CONF_ADMIN_ADMIN] = "admin"};

static void run_help(struct cli_call *call)
{
    cli_command_help(call, 1);
}

static void run_prompt(struct cli_call *call)
{
    call->session->is_interactive = !call->session->is_interactive;
}

static void run_quit(struct cli_call *call)
{
    call->session->is_leaving = true;
}

/* ---- rights ---------------------------------------------------------------------------------- */

static void lower(struct cli_call *call, enum conf_admin_level level)
{
    if (cli_call_may(call, level))
        call->session->level = level;
}

static void run_user(struct cli_call *call)
{
    lower(call, CONF_ADMIN_USER);
}

static void run_operator(struct cli_call *call)
{
    lower(call, CONF_ADMIN_OPERATOR);
}

static void run_show_level(struct cli_call *call)
{
    cli_say(call, LOG_INFO, "%s\n", level_names[call->session->level]);
}

/* ---- settings of the session ----------------------------------------------------------------- */

static void run_severity(struct cli_call *call)
{
    static const char *const names[] = {[CONF_SEVERITY_NONE] = "none",
                                        [CONF_SEVERITY_NUMBER] = "number",
                                        [CONF_SEVERITY_STRING] = "string"};
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(call->words[2], names[i]) == 0) {
            call->session->severity = (enum conf_severity_output)i;
            return;
        }
    }
    cli_fail(call, "one of 'none', 'number', 'string' is a required argument\n");
}

/* "5s"; without a unit these are seconds. */
static bool read_delay(const char *text, unsigned *ms_out)
{
    static const struct {
        const char *name;
        unsigned long long us;
    } units[] = {{"us", 1},          {"ms", 1000},         {"s", 1000000},
                 {"m", 60000000ull}, {"h", 3600000000ull}, {"d", 86400000000ull},
                 {"", 1000000}};
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (end == text || *text == '-' || errno != 0)
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(end, units[i].name) != 0)
            continue;
        unsigned long long ms = n > ULLONG_MAX / units[i].us ? ULLONG_MAX : n * units[i].us / 1000;
        *ms_out = ms > INT_MAX ? INT_MAX : (unsigned)ms;
        return *ms_out > 0;
    }
    return false;
}

static void run_timeout(struct cli_call *call)
{
    if (strcmp(call->words[2], "cli") != 0)
        cli_fail(call, "'set timeout' only supports 'cli'.\n");
    else if (!read_delay(call->words[3], &call->session->timeout_ms))
        cli_fail(call, "Invalid timeout value.\n");
}

/* ---- the sockets ----------------------------------------------------------------------------- */

static void put_address(struct text *out, const struct cli_listener *l)
{
    struct sockaddr_storage sa = {.ss_family = AF_UNSPEC};
    const struct sockaddr_un *sun = (const struct sockaddr_un *)&sa;
    socklen_t len = sizeof(sa);
    char host[ADDR_TEXT_BYTES];
    struct addr addr;
    (void)getsockname(l->socket->fds[0], (struct sockaddr *)&sa, &len);
    addr_set(&addr, (const struct sockaddr *)&sa);
    if (sa.ss_family != AF_INET && sa.ss_family != AF_INET6) {
        /* a name in the file system is not the one it was bound under, see socket_open.h */
        bool is_abstract = sun->sun_path[0] == '\0' && len > offsetof(struct sockaddr_un, sun_path);
        const char *name = strchr(l->text, '@');
        text_printf(out, "%s@%s", is_abstract ? "abns" : "unix", name != NULL ? name + 1 : l->text);
        return;
    }
    addr_format(&addr, host);
    text_printf(out, "%s@%s:%u", sa.ss_family == AF_INET6 ? "ipv6" : "ipv4", host,
                addr_port(&addr));
}

static enum cli_progress more_sockets(struct cli_call *call, struct text *out)
{
    const struct list *head = &call->cli->listeners, *node = head->next;
    if (call->at == 0)
        text_put(out, "# socket lvl processes\n");
    for (size_t i = 0; i < call->at && node != head; i++)
        node = node->next;
    if (node == head)
        return CLI_DONE;
    const struct cli_listener *l = LIST_ITEM(node, struct cli_listener, node);
    put_address(out, l);
    text_printf(out, " %s all\n", level_names[l->conf.level]);
    call->at++;
    return CLI_MORE;
}

static void run_show_sockets(struct cli_call *call)
{
    call->more = more_sockets;
}

/* clang-format off */
const struct cli_command cli_session_commands[] = {
    {"help", CONF_ADMIN_USER, NULL, NULL, run_help, NULL},
    {"prompt", CONF_ADMIN_USER, NULL, NULL, run_prompt, NULL},
    {"quit", CONF_ADMIN_USER, NULL, NULL, run_quit, NULL},
    {"user", CONF_ADMIN_USER, "user", "lower the level of the current CLI session to user", run_user, NULL},
    {"operator", CONF_ADMIN_USER, "operator", "lower the level of the current CLI session to operator", run_operator, NULL},
    {"set severity-output", CONF_ADMIN_USER, "set severity-output [none|number|string]", "set presence of severity level in feedback information", run_severity, NULL},
    {"set timeout", CONF_ADMIN_USER, "set timeout [cli] <delay>", "change a timeout setting", run_timeout, NULL},
    {"show cli level", CONF_ADMIN_USER, "show cli level", "display the level of the current CLI session", run_show_level, NULL},
    {"show cli sockets", CONF_ADMIN_OPERATOR, "show cli sockets", "dump list of cli sockets", run_show_sockets, NULL},
    {0},
};
/* clang-format on */
