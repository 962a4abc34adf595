/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server as an object: made from its line, compared with it at a reload, read by the
 * statistics. What changes its state is in server_state.c.
 */
#include "proxy/state/server.h"

#include "proxy/state/server_state.h"

#include "tls/context.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define US_PER_SECOND 1000000u
#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)

static bool make_threads(struct server *server, unsigned count)
{
    server->threads = aligned_alloc(CACHE_LINE_BYTES, count * sizeof(struct server_idle));
    if (server->threads == NULL)
        return false;
    memset(server->threads, 0, count * sizeof(struct server_idle));
    for (unsigned i = 0; i < count; i++) {
        list_init(&server->threads[i].idle);
        server->threads[i].server = server;
    }
    server->thread_count = count;
    return true;
}

static bool copy_text(char **to, const char *from)
{
    *to = from != NULL ? strdup(from) : NULL;
    return *to != NULL || from == NULL;
}

static bool copy_link(struct server_link *link, const struct conf_server *conf)
{
    const struct conf_addr *source =
        conf->source.usesrc == CONF_USESRC_ADDRESS ? &conf->source.usesrc_addr : &conf->source.addr;
    link->send_proxy = conf->send_proxy;
    link->has_proxy_tlvs = conf->proxy_tlvs.count > 0;
    link->tcp_ut_ms = conf->tcp_ut_ms;
    link->fast_open = conf->tfo;
    link->addr_of_client = conf->addr_of_client;
    link->port_of_client = conf->port_of_client;
    link->port_offset = conf->port_offset;
    link->name_of_request = conf->tls.enabled && conf->tls.sni_word != NULL;
    link->usesrc = conf->source.usesrc;
    link->source = source->sa;
    link->source_len = source->sa_len;
    link->source_ports = 0;
    if (source == &conf->source.addr && conf->source.last_port != 0)
        link->source_ports = conf->source.last_port - source->port + 1u;
    link->socks4 = conf->socks4.sa;
    link->socks4_len = conf->socks4.sa_len;
    return copy_text(&link->interface, conf->source.interface) &&
           copy_text(&link->netns, conf->netns);
}

void server_link_options(const struct server_link *link, struct conn_options *options)
{
    options->interface = link->interface;
    options->netns = link->netns;
    options->user_timeout_ms = link->tcp_ut_ms;
    options->is_foreign = link->usesrc == CONF_USESRC_ADDRESS;
    if (link->source.ss_family == AF_UNSPEC)
        return;
    options->source = (const struct sockaddr *)&link->source;
    options->source_len = link->source_len;
    options->source_ports = link->source_ports;
}

static bool copy_definition(struct server *server, const struct conf_proxy *proxy,
                            const struct conf_server *conf)
{
    server->addr = conf->addr.sa;
    server->addr_len = conf->addr.sa_len;
    server->tls_enabled = conf->tls.enabled;
    server->name = strdup(conf->name);
    server->conf_port = conf->addr.port;
    server->is_resolved = conf->naming.resolvers != NULL;
    server->is_lost = conf->addr.sa.ss_family == AF_UNSPEC;
    server->definition = server_definition_text(conf);
    server->check_definition = server_check_definition_text(proxy, conf);
    return server->name != NULL && copy_text(&server->fqdn, conf->naming.fqdn) &&
           copy_text(&server->sni, conf->tls.sni) && copy_link(&server->link, conf) &&
           server->definition != NULL && server->check_definition != NULL;
}

struct server *server_new(struct backend *backend, const struct conf_proxy *proxy,
                          const struct conf_server *conf, unsigned data_threads,
                          const struct server *forerunner)
{
    struct server *server = calloc(1, sizeof(*server));
    if (server == NULL)
        return NULL;
    server->backend = backend;
    server->references = 1;
    server->slot = LB_NONE;
    list_init(&server->queue);
    server->forerunner = forerunner;
    server->counters = forerunner != NULL ? counter_set_ref(forerunner->counters)
                                          : counter_set_new(data_threads + 1);
    if (server->counters == NULL || !copy_definition(server, proxy, conf) ||
        !make_threads(server, data_threads)) {
        server_free(server);
        return NULL;
    }
    return server;
}

void server_free(struct server *server)
{
    if (server == NULL || --server->references > 0)
        return;
    server_warm_forget(server);
    tls_client_context_free(GET(server->tls));
    counter_set_free(server->counters);
    free(server->threads);
    free(server->transitions);
    free(server->check_definition);
    free(server->definition);
    free(server->link.netns);
    free(server->link.interface);
    free(server->sni);
    free(server->target);
    free(server->fqdn);
    free(server->name);
    free(server);
}

bool server_is_in_maintenance(const struct server *server)
{
    return GET(server->admin) == SERVER_MAINT || GET(server->inherited) == SERVER_MAINT ||
           GET(server->is_lost);
}

bool server_is_draining(const struct server *server)
{
    return GET(server->admin) == SERVER_DRAIN || GET(server->inherited) == SERVER_DRAIN;
}

bool server_is_wanted(const struct server *server)
{
    return GET(server->admin) == SERVER_READY && GET(server->inherited) == SERVER_READY;
}

bool server_is_running(const struct server *server)
{
    return GET(server->up) && !server_is_in_maintenance(server);
}

bool server_takes_streams(const struct server *server)
{
    return GET(server->up) && !GET(server->leaving) && !GET(server->ejected) &&
           !GET(server->is_lost) && server_is_wanted(server);
}

bool server_is_usable(const struct server *server)
{
    return server_takes_streams(server) && GET(server->weight) > 0;
}

/* Whose probes decide: its own, or those at the end of the chain. */
static const struct server *server_asked_for(const struct server *server)
{
    for (const struct server *next; (next = GET(server->tracked)) != NULL; server = next)
        ;
    return server;
}

void server_tracked_text(const struct server *server, char *text, size_t size)
{
    const struct server *tracked = GET(server->tracked);
    text[0] = '\0';
    if (tracked != NULL)
        snprintf(text, size, "%s/%s", tracked->backend->name, tracked->name);
}

void server_status_text(const struct server *server, char *text, size_t size)
{
    const struct server *tracked = GET(server->tracked);
    const struct server *asked = server_asked_for(server);
    unsigned rise = GET(asked->rise), fall = GET(asked->fall);
    unsigned health = GET(asked->check_health);
    bool checked = GET(asked->check_enabled);
    if (GET(server->is_lost)) {
        snprintf(text, size, "MAINT (resolution)");
    } else if (GET(server->inherited) == SERVER_MAINT && tracked != NULL) {
        snprintf(text, size, "MAINT (via %s/%s)", tracked->backend->name, tracked->name);
    } else if (GET(server->admin) == SERVER_MAINT) {
        snprintf(text, size, "MAINT");
    } else if (!GET(server->up) && GET(asked->agent_enabled) && GET(asked->agent_health) == 0) {
        snprintf(text, size, "DOWN (agent)");
    } else if (!GET(server->up)) {
        if (checked && health > 0)
            snprintf(text, size, "DOWN %u/%u", health, rise);
        else
            snprintf(text, size, "DOWN");
    } else {
        const char *drain = GET(asked->agent_enabled) ? "DRAIN (agent)" : "DRAIN";
        const char *word = GET(server->leaving)         ? "NOLB"
                           : server_is_draining(server) ? drain
                           : GET(server->ejected)       ? "NOLB"
                           : checked                    ? "UP"
                                                        : "no check";
        if (checked && health + 1 < rise + fall)
            snprintf(text, size, "%s %u/%u", word, health + 1 - rise, fall);
        else
            snprintf(text, size, "%s", word);
    }
}

uint64_t server_down_s(const struct server *server, uint64_t now_us)
{
    uint64_t down_s = GET(server->down_s), since_s = GET(server->last_change_s);
    uint64_t now_s = now_us / US_PER_SECOND;
    return server_is_running(server) || now_s <= since_s ? down_s : down_s + now_s - since_s;
}

void server_read_check(const struct server *server, struct check_result *check_out)
{
    pthread_mutex_lock(&server->backend->lock);
    *check_out = server->check;
    pthread_mutex_unlock(&server->backend->lock);
}

void server_read_agent(const struct server *server, struct check_result *check_out)
{
    pthread_mutex_lock(&server->backend->lock);
    *check_out = server->agent;
    pthread_mutex_unlock(&server->backend->lock);
}

unsigned server_read_transitions(const struct server *server, struct server_transition *out)
{
    pthread_mutex_lock(&server->backend->lock);
    unsigned total = server->transition_count;
    unsigned count = total < SERVER_TRANSITIONS ? total : SERVER_TRANSITIONS;
    for (unsigned i = 0; i < count; i++)
        out[i] = server->transitions[(total - 1 - i) % SERVER_TRANSITIONS];
    pthread_mutex_unlock(&server->backend->lock);
    return count;
}

/* Of a bound on streams; 0 stays none. */
static unsigned warm_share(const struct server *server, unsigned bound)
{
    unsigned percent = GET(server->throttle_percent);
    if (bound == 0 || percent >= 100)
        return bound;
    unsigned share = (unsigned)((uint64_t)bound * percent / 100);
    return share > 0 ? share : 1;
}

unsigned server_limit(const struct server *server)
{
    unsigned maxconn = warm_share(server, GET(server->maxconn)), minconn = GET(server->minconn);
    const struct backend *backend = server->backend;
    unsigned sessions = GET(backend->sessions);
    if (minconn == 0 || minconn >= maxconn || sessions >= backend->fullconn)
        return maxconn;
    unsigned share = (unsigned)((uint64_t)sessions * maxconn / backend->fullconn);
    return share > minconn ? share : minconn;
}
