/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of set server that are about probes and agents, and enable and disable of both. */
#include "proxy/cli/set_server.h"
#include "proxy/health/probe_orders.h"

#include <stdlib.h>
#include <string.h>

/* ---- where they ask -------------------------------------------------------------------------- */

/* Of the health check or, where it begins with "agent", of the agent. */
static bool is_of_agent(const struct cli_call *call)
{
    return strncmp(call->words[3], "agent", 5) == 0;
}

/* False after a message. */
static bool require_probe(struct cli_call *call, const struct server *server)
{
    bool is_agent = is_of_agent(call);
    if (probe_order_exists(server, is_agent))
        return true;
    cli_fail(call, is_agent ? "agent checks are not enabled on this server\n"
                            : "health checks are not enabled on this server\n");
    return false;
}

/* False after a message. */
static bool read_port(struct cli_call *call, const char *word, uint16_t *port_out)
{
    char *end;
    long port = strtol(word, &end, 10);
    *port_out = (uint16_t)port;
    if (end == word || *end != '\0')
        cli_fail(call, "provided port is not an integer\n");
    else if (port < 0 || port > UINT16_MAX)
        cli_fail(call, "provided port is invalid\n");
    else
        return true;
    return false;
}

void cli_set_probe_port(struct cli_call *call, struct server *server, char *const *words)
{
    uint16_t port;
    if (!require_probe(call, server))
        return;
    if (*words[0] == '\0')
        cli_fail(call, "set server <b>/<s> %s requires a port.\n", call->words[3]);
    else if (read_port(call, words[0], &port))
        probe_order_port(server, is_of_agent(call), port);
}

void cli_set_probe_host(struct cli_call *call, struct server *server, char *const *words)
{
    struct sockaddr_storage host;
    socklen_t len;
    uint16_t port = 0;
    bool has_port = strcmp(words[1], "port") == 0;
    if (!require_probe(call, server))
        return;
    if (*words[0] == '\0')
        cli_fail(call, "set server <b>/<s> %s requires an address and optionally a port.\n",
                 call->words[3]);
    else if (!cli_read_address(words[0], &host, &len))
        cli_fail(call, "invalid addr '%s'\n", words[0]);
    else if (!has_port || read_port(call, words[2], &port)) {
        probe_order_host(server, is_of_agent(call), &host, len);
        if (has_port)
            probe_order_port(server, is_of_agent(call), port);
    }
}

void cli_set_agent_send(struct cli_call *call, struct server *server, char *const *words)
{
    if (!probe_order_exists(server, true))
        cli_fail(call, "agent checks are not enabled on this server.\n");
    else if (!probe_order_greeting(server, words[0]))
        cli_fail(call, "cannot allocate memory for new string.\n");
}

/* ---- whether they ask ------------------------------------------------------------------------ */

static void switch_on(struct cli_call *call, bool is_agent, const char *complaint)
{
    struct server *server = cli_find_server(call, call->words[2], NULL);
    if (server == NULL)
        return;
    if (probe_order_exists(server, is_agent))
        probe_order_switch(server, is_agent, true);
    else
        cli_fail(call, "%s", complaint);
}

static void switch_off(struct cli_call *call, bool is_agent)
{
    struct server *server = cli_find_server(call, call->words[2], NULL);
    if (server != NULL)
        probe_order_switch(server, is_agent, false);
}

static void run_enable_health(struct cli_call *call)
{
    switch_on(call, false, "Health check was not configured on this server, cannot enable.\n");
}

static void run_disable_health(struct cli_call *call)
{
    switch_off(call, false);
}

static void run_enable_agent(struct cli_call *call)
{
    switch_on(call, true, "Agent was not configured on this server, cannot enable.\n");
}

static void run_disable_agent(struct cli_call *call)
{
    switch_off(call, true);
}

/* clang-format off */
const struct cli_command cli_set_probe_commands[] = {
    {"enable health", CONF_ADMIN_ADMIN, "enable health", "enable health checks", run_enable_health, NULL},
    {"disable health", CONF_ADMIN_ADMIN, "disable health", "disable health checks", run_disable_health, NULL},
    {"enable agent", CONF_ADMIN_ADMIN, "enable agent", "enable agent checks", run_enable_agent, NULL},
    {"disable agent", CONF_ADMIN_ADMIN, "disable agent", "disable agent checks", run_disable_agent, NULL},
    {0},
};
/* clang-format on */
