/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that show what belongs to the process: its version, environment, variables. */
#include "proxy/cli/cli_priv.h"

#include "proxy/rules/vars.h"

#include <string.h>

extern char **environ;

static void run_version(struct cli_call *call)
{
    cli_say(call, LOG_INFO, WEIR_VERSION "\n");
}

/* ---- environment ----------------------------------------------------------------------------- */

static enum cli_progress more_env(struct cli_call *call, struct text *out)
{
    const char *entry = environ[call->at];
    if (entry == NULL)
        return CLI_DONE;
    text_printf(out, "%s\n", entry);
    call->at++;
    return CLI_MORE;
}

static void run_env(struct cli_call *call)
{
    const char *name = call->words[2];
    size_t len = strlen(name);
    if (len == 0) {
        call->more = more_env;
        return;
    }
    for (char **entry = environ; *entry != NULL; entry++) {
        if (strncmp(*entry, name, len) == 0 && (*entry)[len] == '=') {
            text_printf(call->out, "%s\n", *entry);
            return;
        }
    }
    cli_fail(call, "Variable not found\n");
}

/* ---- backends -------------------------------------------------------------------------------- */

static enum cli_progress more_backends(struct cli_call *call, struct text *out)
{
    const struct config *config = call->snapshot->config;
    if (call->item++ == 0)
        text_put(out, "# name\n");
    if (call->at == config->proxy_count)
        return CLI_DONE;
    const struct conf_proxy *proxy = &config->proxies[call->at++];
    if ((proxy->caps & CONF_BACKEND) != 0)
        text_printf(out, "%s\n", proxy->name);
    return CLI_MORE;
}

static void run_backends(struct cli_call *call)
{
    call->more = more_backends;
}

/* clang-format off */
const struct cli_command cli_process_commands[] = {
    {"show version", CONF_ADMIN_USER, "show version", "show version of the current process", run_version},
    {"show env", CONF_ADMIN_OPERATOR, "show env [var]", "dump environment variables known to the process", run_env},
    {"show backend", CONF_ADMIN_USER, "show backend", "list backends in the current running config", run_backends},
    {0},
};
/* clang-format on */
