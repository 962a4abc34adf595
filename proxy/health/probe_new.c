/* SPDX-License-Identifier: Apache-2.0 */
/* The making of probes, and their settings. */
#include "proxy/health/probe_priv.h"

#include <stdlib.h>
#include <string.h>

const struct probe_kind *probe_kind_find(const struct conf_check *check)
{
    size_t i = 0;
    if (check->role != CONF_ROLE_ANY && check->kind == CONF_CHECK_PGSQL)
        return &probe_kind_pgsql_role;
    if (check->role != CONF_ROLE_ANY && check->kind == CONF_CHECK_MYSQL)
        return &probe_kind_mysql_role;
    while (probe_kinds[i] != NULL && probe_kinds[i]->kind != check->kind)
        i++;
    return probe_kinds[i] != NULL ? probe_kinds[i] : probe_kinds[0];
}

/* The server's own address, but for what `addr` and `port` say. */
static void set_address(struct probe *probe, const struct conf_server *conf)
{
    const struct conf_server_check *check = &conf->check;
    probe->follows = check->addr.text == NULL;
    probe->port = check->port;
    if (!probe->follows) {
        probe->server_addr = check->addr.sa;
        probe->server_addr_len = check->addr.sa_len;
        probe_set_port(&probe->server_addr,
                       check->addr.port > 0 ? check->addr.port : conf->addr.port);
    }
    if (check->port > 0)
        probe_set_port(&probe->server_addr, check->port);
}

void probe_set_times(struct probe *probe, const struct conf_global *global,
                     const struct conf_proxy *proxy, const struct conf_server *conf)
{
    unsigned inter_ms = probe->is_agent ? conf->agent.inter_ms : conf->check.inter_ms;
    unsigned fast_ms = probe->is_agent ? 0 : conf->check.fastinter_ms;
    unsigned down_ms = probe->is_agent ? 0 : conf->check.downinter_ms;
    probe->inter_ms = inter_ms > 0 ? inter_ms : 2000;
    probe->fastinter_ms = fast_ms > 0 ? fast_ms : probe->inter_ms;
    probe->downinter_ms = down_ms > 0 ? down_ms : probe->inter_ms;
    probe->connect_ms = proxy->timeout.connect_ms;
    probe->check_ms = proxy->timeout.check_ms;
    probe->spread_percent = global->spread_checks;
}

/* "a,b"; NULL where there is none. False when memory runs out. */
static bool join_words(const struct conf_words *words, char **text_out)
{
    size_t len = 1;
    for (size_t i = 0; i < words->count; i++)
        len += strlen(words->items[i]) + 1;
    *text_out = words->count > 0 ? malloc(len) : NULL;
    char *end = *text_out;
    for (size_t i = 0; end != NULL && i < words->count; i++)
        end = stpcpy(i > 0 ? stpcpy(end, ",") : end, words->items[i]);
    return *text_out != NULL || words->count == 0;
}

static bool configure(struct probe *probe, const struct conf_server *conf)
{
    const char *sni = conf->check.sni != NULL ? conf->check.sni : conf->tls.sni;
    set_address(probe, conf);
    probe->tls = conf->check.tls;
    probe->reuse = conf->check.reuse;
    probe->send_proxy = conf->check.send_proxy;
    probe->via_socks4 = conf->check.via_socks4;
    probe->sni = sni != NULL ? strdup(sni) : NULL;
    return (probe->sni != NULL || sni == NULL) && join_words(&conf->check.alpn, &probe->alpn);
}

static struct probe *make(struct loop *control, struct server *server, struct script *script)
{
    struct probe *probe = calloc(1, sizeof(*probe));
    if (probe == NULL)
        return NULL;
    list_init(&probe->node);
    probe->loop = control;
    probe->server = server;
    probe->script = script;
    script->references++;
    probe->conn.source.fd = probe->socket = probe->external.source.fd = -1;
    probe->random = (uint32_t)(uintptr_t)probe | 1;
    wheel_timer_init(&probe->timer, probe_on_timer);
    return probe;
}

struct probe *probe_new(struct loop *control, struct server *server, struct script *script,
                        const struct conf_global *global, const struct conf_proxy *proxy,
                        const struct conf_server *conf)
{
    struct probe *probe = make(control, server, script);
    if (probe == NULL)
        return NULL;
    probe_set_times(probe, global, proxy, conf);
    if (!configure(probe, conf)) {
        probe_free(probe);
        return NULL;
    }
    server->probe = probe;
    server->hurry = probe_hurry;
    return probe;
}

struct probe *probe_new_agent(struct loop *control, struct server *server, struct script *script,
                              const struct conf_global *global, const struct conf_proxy *proxy,
                              const struct conf_server *conf)
{
    const struct conf_agent *agent = &conf->agent;
    struct probe *probe = make(control, server, script);
    if (probe == NULL)
        return NULL;
    probe->is_agent = true;
    probe_set_times(probe, global, proxy, conf);
    probe->follows = agent->addr.text == NULL;
    probe->port = agent->port;
    probe->server_addr = agent->addr.sa;
    probe->server_addr_len = agent->addr.sa_len;
    probe_set_port(&probe->server_addr, agent->port);
    probe->greeting = agent->send != NULL ? strdup(agent->send) : NULL;
    if (agent->send != NULL && probe->greeting == NULL) {
        probe_free(probe);
        return NULL;
    }
    server->agent_probe = probe;
    return probe;
}
