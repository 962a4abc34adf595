/* SPDX-License-Identifier: Apache-2.0 */
/* set maxconn, set rate-limit: bounds that hold until the next load. */
#include "proxy/cli/cli_priv.h"
#include "proxy/state/live_limits.h"
#include "proxy/state/proxy_state.h"
#include "proxy/state/server_state.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* A number from 0 to INT_MAX; false: the word is none. */
static bool read_bound(const char *word, unsigned *value_out)
{
    char *end;
    long value = strtol(word, &end, 10);
    *value_out = (unsigned)value;
    return end != word && *end == '\0' && value >= 0 && value <= INT_MAX;
}

static void run_frontend(struct cli_call *call)
{
    unsigned value;
    struct proxy *proxy = cli_find_frontend(call, call->words[3]);
    if (proxy == NULL)
        return;
    if (read_bound(call->words[4], &value))
        proxy->state->frontend.maxconn = value;
    else
        cli_fail(call, "Integer value expected.\n");
}

static void run_server(struct cli_call *call)
{
    char *end;
    struct server *server = cli_find_server(call, call->words[3], NULL);
    if (server == NULL)
        return;
    long value = strtol(call->words[4], &end, 10);
    if (end == call->words[4])
        cli_fail(call, "maxconn string empty or preceded by garbage\n");
    else if (*end != '\0')
        cli_fail(call, "Trailing garbage in maxconn string.\n");
    else if (value < 0 || value > INT_MAX)
        cli_fail(call, "Value out of range.\n");
    else
        server_set_maxconn(server, (unsigned)value, cli_call_loop(call));
}

/* Never above what the process was started for: descriptors are counted by that. */
static void run_global(struct cli_call *call)
{
    unsigned value, most = call->snapshot->config->global.maxconn;
    if (!read_bound(call->words[3], &value))
        cli_fail(call, "Expects an integer value.\n");
    else if (most != 0 && value > most)
        cli_fail(call, "Value out of range.\n");
    else
        live_limits.maxconn = value != 0 ? value : most;
}

static _Atomic unsigned *rate_of(const char *word)
{
    if (strcmp(word, "connections") == 0)
        return &live_limits.connections_per_s;
    if (strcmp(word, "sessions") == 0)
        return &live_limits.sessions_per_s;
    return strcmp(word, "ssl-sessions") == 0 ? &live_limits.tls_per_s : NULL;
}

static void run_rate(struct cli_call *call)
{
    unsigned value;
    _Atomic unsigned *rate = rate_of(call->words[2]);
    if (rate == NULL || strcmp(call->words[3], "global") != 0)
        cli_fail(call,
                 "'set rate-limit' only supports :\n"
                 "   - 'connections global' to set the per-process maximum connection rate\n"
                 "   - 'sessions global' to set the per-process maximum session rate\n"
                 "   - 'ssl-sessions global' to set the per-process maximum SSL session rate\n");
    else if (read_bound(call->words[4], &value))
        *rate = value;
    else
        cli_fail(call, "Expects an integer value.\n");
}

/* clang-format off */
const struct cli_command cli_limit_commands[] = {
    {"set maxconn frontend", CONF_ADMIN_ADMIN, "set maxconn frontend <frontend> <value>", "change a frontend's maxconn setting", run_frontend, NULL},
    {"set maxconn server", CONF_ADMIN_ADMIN, "set maxconn server <bk>/<srv>", "change a server's maxconn setting", run_server, NULL},
    {"set maxconn global", CONF_ADMIN_ADMIN, "set maxconn global <value>", "change the per-process maxconn setting", run_global, NULL},
    {"set rate-limit", CONF_ADMIN_ADMIN, "set rate-limit <setting> <value>", "change a rate limiting value", run_rate, NULL},
    {0},
};
/* clang-format on */
