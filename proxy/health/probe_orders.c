/* SPDX-License-Identifier: Apache-2.0 */
/* Orders for probes; see probe_orders.h. They count from the next try on. */
#include "proxy/health/probe_orders.h"

#include "proxy/health/probe_priv.h"

#include <stdlib.h>
#include <string.h>

static struct probe *probe_of(const struct server *server, bool is_agent)
{
    return is_agent ? server->agent_probe : server->probe;
}

bool probe_order_exists(const struct server *server, bool is_agent)
{
    return probe_of(server, is_agent) != NULL;
}

void probe_order_target(const struct server *server, bool is_agent, struct probe_target *target_out)
{
    const struct probe *probe = probe_of(server, is_agent);
    *target_out = (struct probe_target){.host.ss_family = AF_UNSPEC};
    if (probe == NULL)
        return;
    target_out->port = probe->port;
    if (!probe->follows)
        target_out->host = probe->server_addr;
}

static uint16_t port_at(const struct sockaddr_storage *sa)
{
    return sa->ss_family == AF_INET6  ? ntohs(((const struct sockaddr_in6 *)sa)->sin6_port)
           : sa->ss_family == AF_INET ? ntohs(((const struct sockaddr_in *)sa)->sin_port)
                                      : 0;
}

void probe_order_host(struct server *server, bool is_agent, const struct sockaddr_storage *host,
                      socklen_t len)
{
    struct probe *probe = probe_of(server, is_agent);
    if (probe == NULL)
        return;
    probe->renew_ms = 0; /* a kept connection leads elsewhere */
    const struct sockaddr_storage *before = probe->follows ? &server->addr : &probe->server_addr;
    uint16_t port = probe->port != 0 ? probe->port : port_at(before);
    probe->follows = false;
    probe->server_addr = *host;
    probe->server_addr_len = len;
    probe_set_port(&probe->server_addr, port);
}

void probe_order_port(struct server *server, bool is_agent, uint16_t port)
{
    struct probe *probe = probe_of(server, is_agent);
    if (probe == NULL)
        return;
    probe->port = port;
    probe->renew_ms = 0;
    if (!probe->follows)
        probe_set_port(&probe->server_addr, port != 0 ? port : port_at(&server->addr));
}

bool probe_order_greeting(struct server *server, const char *text)
{
    struct probe *probe = server->agent_probe;
    char *copy = strdup(text);
    if (copy == NULL || probe == NULL) {
        free(copy);
        return probe == NULL;
    }
    free(probe->greeting);
    probe->greeting = copy;
    return true;
}

void probe_order_switch(struct server *server, bool is_agent, bool is_on)
{
    struct probe *probe = probe_of(server, is_agent);
    if (probe == NULL)
        return;
    probe->is_off = !is_on;
    atomic_store(is_agent ? &server->agent_enabled : &server->check_enabled, is_on);
}
