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

/* ---- variables ------------------------------------------------------------------------------- */

static const char *type_name(enum sample_type type)
{
    static const char *const names[SAMPLE_TYPES] = {
        [SAMPLE_BOOL] = "bool",  [SAMPLE_INT] = "sint",   [SAMPLE_IPV4] = "ipv4",
        [SAMPLE_IPV6] = "ipv6",  [SAMPLE_STRING] = "str", [SAMPLE_BINARY] = "bin",
        [SAMPLE_METHOD] = "meth"};
    return names[type] != NULL ? names[type] : "any";
}

static void run_get_var(struct cli_call *call)
{
    static const char scope[] = "proc.";
    const char *name = call->words[2];
    struct loop *loop = cli_call_loop(call);
    struct sample_scratch scratch = {.base = loop->scratch, .size = LOOP_SCRATCH_BYTES};
    struct sample_env env = {.loop = loop, .scratch = &scratch};
    struct sample value;
    env.vars[VAR_PROC] = &var_process_store;
    if (*name == '\0') {
        cli_fail(call, "Missing process-wide variable identifier.\n");
        return;
    }
    bool is_of_process = strncmp(name, scope, sizeof(scope) - 1) == 0;
    const char *rest = name + sizeof(scope) - 1;
    if (!is_of_process ||
        !var_get(&env, (struct var_name){VAR_PROC, var_id(rest, strlen(rest))}, &value)) {
        cli_fail(call, "Variable not found.\n");
        return;
    }
    text_printf(call->out, "%s: type=%s value=<", name, type_name(value.type));
    if (sample_cast(&value, SAMPLE_STRING, &env))
        text_bytes(call->out, value.text.data, value.text.len);
    text_put(call->out, ">"); /* the end of the answer ends the line */
}

/* clang-format off */
const struct cli_command cli_process_commands[] = {
    {"show version", CONF_ADMIN_USER, "show version", "show version of the current process", run_version, NULL},
    {"show env", CONF_ADMIN_OPERATOR, "show env [var]", "dump environment variables known to the process", run_env, NULL},
    {"get var", CONF_ADMIN_OPERATOR, "get var <name>", "retrieve contents of a process-wide variable", run_get_var, NULL},
    {"show backend", CONF_ADMIN_USER, "show backend", "list backends in the current running config", run_backends, NULL},
    {0},
};
/* clang-format on */
