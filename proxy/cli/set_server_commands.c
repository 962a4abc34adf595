/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set server, and the older commands that do parts of it. What is done is in proxy/state; the messages are
 * HAProxy's, as programs compare them.
 */
#include "proxy/base/addr.h"
#include "proxy/cli/cli_priv.h"
#include "proxy/cli/set_server.h"
#include "proxy/discovery/discovery.h"
#include "proxy/state/server_address.h"
#include "proxy/state/server_state.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BY "stats socket command" /* who changed it, in messages and in the log */

/* ---- state, health --------------------------------------------------------------------------- */

static void set_state(struct cli_call *call, struct server *server, char *const *words)
{
    if (strcmp(words[0], "ready") == 0)
        server_set_admin(server, SERVER_READY, cli_call_loop(call));
    else if (strcmp(words[0], "drain") == 0)
        server_set_admin(server, SERVER_DRAIN, cli_call_loop(call));
    else if (strcmp(words[0], "maint") == 0)
        server_set_admin(server, SERVER_MAINT, cli_call_loop(call));
    else
        cli_fail(call, "'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n");
}

static void set_health(struct cli_call *call, struct server *server, char *const *words)
{
    if (server->tracked != NULL)
        cli_fail(call, "cannot change health on a tracking server.\n");
    else if (strcmp(words[0], "up") == 0)
        server_set_health(server, true, cli_call_loop(call));
    else if (strcmp(words[0], "down") == 0)
        server_set_health(server, false, cli_call_loop(call));
    else if (strcmp(words[0], "stopping") == 0)
        server_set_stopping(server, cli_call_loop(call));
    else
        cli_fail(call, "'set server <srv> health' expects 'up', 'stopping', or 'down'.\n");
}

static void set_agent(struct cli_call *call, struct server *server, char *const *words)
{
    if (!server->agent_enabled)
        cli_fail(call, "agent checks are not enabled on this server.\n");
    else if (strcmp(words[0], "up") == 0)
        server_set_agent_health(server, true, cli_call_loop(call));
    else if (strcmp(words[0], "down") == 0)
        server_set_agent_health(server, false, cli_call_loop(call));
    else
        cli_fail(call, "'set server <srv> agent' expects 'up' or 'down'.\n");
}

/* ---- weight ---------------------------------------------------------------------------------- */

/* NULL, or what is wrong. */
static const char *read_weight(const struct server *server, const char *text, unsigned *weight_out)
{
    char *end;
    long weight = strtol(text, &end, 10);
    if (end == text)
        return "Empty weight string empty or preceded by garbage\n";
    if (strcmp(end, "%") == 0) {
        if (weight < 0)
            return "Relative weight must be positive.\n";
        unsigned percent = weight > 100 * LB_WEIGHT_MAX ? 100 * LB_WEIGHT_MAX : (unsigned)weight;
        unsigned product = server->weight_conf * percent / 100;
        *weight_out = product > LB_WEIGHT_MAX ? LB_WEIGHT_MAX : product;
        return NULL;
    }
    if (weight < 0 || weight > LB_WEIGHT_MAX)
        return "Absolute weight can only be between 0 and 256 inclusive.\n";
    if (*end != '\0')
        return "Trailing garbage in weight string.\n";
    *weight_out = (unsigned)weight;
    return NULL;
}

static void change_weight(struct cli_call *call, struct server *server, const char *text)
{
    unsigned weight;
    const char *complaint =
        *text == '\0' ? "Require <weight> or <weight%>.\n" : read_weight(server, text, &weight);
    if (complaint != NULL)
        cli_fail(call, "%s", complaint);
    else
        server_set_weight(server, weight, cli_call_loop(call));
}

static void set_weight(struct cli_call *call, struct server *server, char *const *words)
{
    change_weight(call, server, words[0]);
}

static void run_set_weight(struct cli_call *call)
{
    struct server *server = cli_find_server(call, call->words[2], NULL);
    if (server != NULL)
        change_weight(call, server, call->words[3]);
}

static void run_get_weight(struct cli_call *call)
{
    const struct server *server = cli_find_server(call, call->words[2], NULL);
    if (server != NULL)
        cli_say(call, LOG_INFO, "%u (initial %u)\n", server->weight, server->weight_conf);
}

/* ---- address --------------------------------------------------------------------------------- */

bool cli_read_address(const char *text, struct sockaddr_storage *sa_out, socklen_t *len_out)
{
    struct sockaddr_in *in = (struct sockaddr_in *)sa_out;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)sa_out;
    memset(sa_out, 0, sizeof(*sa_out));
    if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
        sa_out->ss_family = AF_INET;
        *len_out = sizeof(*in);
        return true;
    }
    sa_out->ss_family = AF_INET6;
    *len_out = sizeof(*in6);
    return inet_pton(AF_INET6, text, &in6->sin6_addr) == 1;
}

static void set_port(struct sockaddr_storage *sa, unsigned port)
{
    if (sa->ss_family == AF_INET)
        ((struct sockaddr_in *)sa)->sin_port = htons((uint16_t)port);
    else
        ((struct sockaddr_in6 *)sa)->sin6_port = htons((uint16_t)port);
}

/* ", port changed from '80' to '81'"; *port becomes the new one. False: it is none. */
static bool tell_port(struct text *out, const char *word, unsigned *port)
{
    char *end;
    long to = strtol(word, &end, 10);
    if (end == word || *end != '\0') {
        text_printf(out, ", problem converting port '%s' to an int", word);
        return false;
    }
    if (to <= 0 || to > UINT16_MAX) {
        text_printf(out, ", provided port is not valid");
        return false;
    }
    if ((unsigned)to == *port)
        text_put(out, ", no need to change the port");
    else
        text_printf(out, ", port changed from '%u' to '%ld'", *port, to);
    *port = (unsigned)to;
    return true;
}

static void tell_host(struct text *out, const struct addr *from, const struct addr *to)
{
    char before[ADDR_TEXT_BYTES] = "no address", after[ADDR_TEXT_BYTES];
    if (from->family != AF_UNSPEC)
        addr_format(from, before);
    addr_format(to, after);
    if (strcmp(before, after) == 0)
        text_put(out, "no need to change the addr");
    else
        text_printf(out, "IP changed from '%s' to '%s'", before, after);
}

static void set_address(struct cli_call *call, struct server *server, char *const *words)
{
    struct sockaddr_storage from, to;
    struct addr before, after;
    socklen_t len;
    char message[512];
    struct text text;
    if (*words[0] == '\0') {
        cli_fail(call, "set server <b>/<s> addr requires an address and optionally a port.\n");
        return;
    }
    if (!cli_read_address(words[0], &to, &len)) {
        cli_say(call, LOG_NOTICE, "Invalid addr '%s' by '" BY "'\n", words[0]);
        return;
    }
    (void)server_read_address(server, &from);
    addr_set(&before, (const struct sockaddr *)&from);
    addr_set(&after, (const struct sockaddr *)&to);
    unsigned port = addr_port(&before);
    text_init(&text, message, sizeof(message));
    tell_host(&text, &before, &after);
    bool is_good = strcmp(words[1], "port") != 0 || tell_port(&text, words[2], &port);
    text_printf(&text, " by '" BY "'\n");
    cli_say(call, LOG_NOTICE, "%.*s", (int)text_len(&text), message);
    if (!is_good)
        return;
    set_port(&to, port);
    server_set_address(server, &to, len, "'" BY "'", cli_call_loop(call));
}

/* ---- its name, and TLS ----------------------------------------------------------------------- */

static void rename_server(struct cli_call *call, struct server *server, const char *fqdn)
{
    char before[256];
    snprintf(before, sizeof(before), "%s", server->fqdn);
    if (strcmp(before, fqdn) == 0)
        cli_say(call, LOG_WARNING, "no need to change the FDQN by '" BY "'\n");
    else if (!discovery_rename(call->cli->host.discovery, server, fqdn))
        cli_say(call, LOG_WARNING, "could not update %s/%s FQDN by '" BY "'\n",
                server->backend->name, server->name);
    else
        cli_say(call, LOG_WARNING, "%s/%s changed its FQDN from %s to %s by '" BY "'\n",
                server->backend->name, server->name, before, fqdn);
}

static void set_fqdn(struct cli_call *call, struct server *server, char *const *words)
{
    if (*words[0] == '\0')
        cli_fail(call, "set server <b>/<s> fqdn requires a FQDN.\n");
    else if (!server->is_resolved)
        cli_fail(call, "set server <b>/<s> fqdn failed because no resolution is configured.\n");
    else if (server->fqdn[0] == '_')
        cli_fail(call, "set server <b>/<s> fqdn failed because SRV resolution is configured.\n");
    else
        rename_server(call, server, words[0]);
}

static void set_ssl(struct cli_call *call, struct server *server, char *const *words)
{
    bool is_on = strcmp(words[0], "on") == 0;
    if (server->tls == NULL)
        cli_fail(call, "'set server <srv> ssl' cannot be set.  default-server should define ssl "
                       "settings\n");
    else if (!is_on && strcmp(words[0], "off") != 0)
        cli_fail(call, "'set server <srv> ssl' expects 'on' or 'off'.\n");
    else {
        server_set_tls(server, is_on, cli_call_loop(call));
        cli_say(call, LOG_NOTICE, "server ssl setting updated.\n");
    }
}

/* ---- set server ------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    cli_set_property *set;
} properties[] = {
    {"state", set_state},
    {"health", set_health},
    {"agent", set_agent},
    {"weight", set_weight},
    {"addr", set_address},
    {"check-port", cli_set_probe_port},
    {"check-addr", cli_set_probe_host},
    {"agent-port", cli_set_probe_port},
    {"agent-addr", cli_set_probe_host},
    {"agent-send", cli_set_agent_send},
    {"fqdn", set_fqdn},
    {"ssl", set_ssl},
};

static void run_set_server(struct cli_call *call)
{
    struct server *server = cli_find_server(call, call->words[2], NULL);
    if (server == NULL)
        return;
    for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
        if (strcmp(call->words[3], properties[i].name) == 0) {
            properties[i].set(call, server, &call->words[4]);
            return;
        }
    }
    cli_fail(call, "usage: set server <backend>/<server> addr | agent | agent-addr | agent-port | "
                   "agent-send | check-addr | check-port | fqdn | health | ssl | state | weight\n");
}

static void set_admin(struct cli_call *call, enum server_admin admin)
{
    struct server *server = cli_find_server(call, call->words[2], NULL);
    if (server != NULL)
        server_set_admin(server, admin, cli_call_loop(call));
}

static void run_enable(struct cli_call *call)
{
    set_admin(call, SERVER_READY);
}

static void run_disable(struct cli_call *call)
{
    set_admin(call, SERVER_MAINT);
}

/* clang-format off */
const struct cli_command cli_set_server_commands[] = {
    {"set server", CONF_ADMIN_ADMIN, "set server <bk>/<srv> [opts]", "change a server's state, weight, address or ssl", run_set_server, NULL},
    {"enable server", CONF_ADMIN_ADMIN, "enable server  (DEPRECATED)", "enable a disabled server (use 'set server' instead)", run_enable, NULL},
    {"disable server", CONF_ADMIN_ADMIN, "disable server (DEPRECATED)", "disable a server for maintenance (use 'set server' instead)", run_disable, NULL},
    {"get weight", CONF_ADMIN_USER, "get weight <bk>/<srv>", "report a server's current weight", run_get_weight, NULL},
    {"set weight", CONF_ADMIN_ADMIN, "set weight <bk>/<srv>  (DEPRECATED)", "change a server's weight (use 'set server' instead)", run_set_weight, NULL},
    {0},
};
/* clang-format on */
