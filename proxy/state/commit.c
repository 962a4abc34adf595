/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bringing the pools to a new snapshot. Nothing here can fail: state_build() made all that needs
 * memory, except where noted.
 *
 * Order in each backend, under one lock: who left goes, who came joins, who stayed gets its new
 * numbers; so a stream sees the pool before or after, never in between. One server's part is in commit_server.c.
 */
#include "proxy/state/build.h"

#include "lb-algos/algo.h"
#include "proxy/state/backend_priv.h"
#include "proxy/state/commit_priv.h"
#include "proxy/state/proxy_state.h"
#include "proxy/state/server.h"
#include "proxy/state/server_state_priv.h"

#include <stdlib.h>
#include <string.h>

/* Takes out those the new snapshot does not name; they learn of it after the unlock. */
static void remove_servers(struct backend *backend, const struct snapshot *snapshot)
{
    for (unsigned i = 0; i < backend->pool.count; i++) {
        struct server *server = backend->servers[i];
        if (server == NULL || server->named_by == snapshot)
            continue;
        queue_forsake(server);
        lb_pool_remove(&backend->pool, i);
        backend->servers[i] = NULL;
        server->slot = LB_NONE;
    }
}

static bool has_dynamic_limits(const struct conf_proxy *conf)
{
    for (size_t i = 0; i < conf->server_count; i++) {
        const struct conf_server *server = &conf->servers[i];
        if (server->minconn > 0 && server->minconn < server->maxconn)
            return conf->fullconn > 0;
    }
    return false;
}

static const struct lb_algo *algo_of(const struct conf_proxy *conf)
{
    const struct lb_algo *algo = NULL;
    if (conf->balance.key != CONF_KEY_NONE)
        algo = lb_hash_type_find(conf->hash.method);
    else if (conf->balance.name != NULL)
        algo = lb_algo_find(conf->balance.name);
    return algo != NULL ? algo : lb_algos[0];
}

static void set_algo(struct lb_pool *pool, const struct conf_proxy *conf)
{
    struct lb_options options = {.draws = conf->balance.draws,
                                 .balance_factor_percent = conf->hash.balance_factor_percent,
                                 .seed = (uintptr_t)pool}; /* another in each process */
    lb_pool_set_options(pool, &options);
    lb_pool_set_algo(pool, algo_of(conf));
}

static void commit_backend(struct snapshot *snapshot, struct proxy *proxy, bool is_new,
                           struct loop *control)
{
    uint64_t now_us = control->now_us;
    const struct conf_proxy *conf = proxy->conf;
    struct backend *backend = &proxy->state->backend;
    bool was_up = backend_is_up(backend);

    backend_lock(backend);
    set_algo(&backend->pool, conf);
    lb_pool_set_all_backups(&backend->pool, conf->all_backups);
    backend->fullconn = conf->fullconn;
    backend->has_dynamic_limits = has_dynamic_limits(conf);
    backend->is_listen = conf->caps == CONF_LISTEN;
    backend->panic_percent = conf->panic_percent;
    remove_servers(backend, snapshot);
    for (size_t i = 0; i < conf->server_count; i++)
        commit_server(proxy->servers[i], conf, i, control);
    backend_refresh_weights(backend);
    backend_refresh_up(backend);
    backend_refresh_limits(backend);
    backend_unlock(backend, now_us);
    if (is_new)
        SET(backend->last_change_s, now_us / 1000000);
    else
        backend_note_change(backend, was_up, now_us);
}

/* Threads on the old snapshot may be about to use the context it had: it goes with that snapshot.
 */
static void replace_tls(struct server *server, struct tls_client_context **new_tls,
                        struct snapshot *old)
{
    struct tls_client_context *before = atomic_exchange(&server->tls, *new_tls);
    *new_tls = NULL;
    if (before == NULL)
        return;
    struct replaced_tls *replaced = malloc(sizeof(*replaced));
    if (replaced == NULL)
        return; /* out of memory: rather keep it for ever than free it under a user */
    *replaced = (struct replaced_tls){old->replaced, before};
    old->replaced = replaced;
}

static void retire(struct server *server)
{
    atomic_store(&server->retired, true);
    server_notify(server, NOTICE_RETIRED);
}

/* Servers of the old snapshot that the new one does not name, whether their backend stayed or not.
 */
static void retire_servers(const struct snapshot *snapshot, const struct snapshot *old)
{
    for (size_t i = 0; i < old->config->proxy_count; i++) {
        const struct proxy *proxy = &old->proxies[i];
        for (size_t k = 0; k < proxy->conf->server_count; k++) {
            if (proxy->servers[k]->named_by != snapshot)
                retire(proxy->servers[k]);
        }
    }
}

/* Before any lock: what takes time. */
static void note_definition(struct server *server, const struct conf_proxy *proxy,
                            const struct conf_server *conf, const struct snapshot *snapshot)
{
    bool is_new = server->named_by == NULL; /* and defined by this very line */
    server->named_by = snapshot;
    if (is_new)
        return;
    char *definition = server_check_definition_text(proxy, conf);
    server->health_restarts =
        definition != NULL && strcmp(definition, server->check_definition) != 0;
    if (server->health_restarts) {
        free(server->check_definition);
        server->check_definition = definition;
    } else {
        free(definition);
    }
}

static void note_definitions(struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->config->proxy_count; i++) {
        const struct proxy *proxy = &snapshot->proxies[i];
        for (size_t k = 0; k < proxy->conf->server_count; k++)
            note_definition(proxy->servers[k], proxy->conf, &proxy->conf->servers[k], snapshot);
    }
}

static void forget_trackers(const struct snapshot *snapshot)
{
    for (size_t i = 0; snapshot != NULL && i < snapshot->config->proxy_count; i++) {
        const struct proxy *proxy = &snapshot->proxies[i];
        for (size_t k = 0; k < proxy->conf->server_count; k++) {
            struct server *server = proxy->servers[k];
            server->tracked = server->first_tracker = server->next_tracker = NULL;
        }
    }
}

/* Who follows whom may be another matter in each load. */
static void link_trackers(struct snapshot *snapshot, struct snapshot *old, struct loop *control)
{
    forget_trackers(old);
    forget_trackers(snapshot);
    for (size_t i = 0; i < snapshot->config->proxy_count; i++) {
        const struct proxy *proxy = &snapshot->proxies[i];
        for (size_t k = 0; k < proxy->conf->server_count; k++) {
            const struct conf_watch *watch = &proxy->conf->servers[k].watch;
            struct server *server = proxy->servers[k];
            if (watch->track == NULL)
                continue;
            server->tracked = snapshot->proxies[watch->track_proxy].servers[watch->track_server];
            server->next_tracker = server->tracked->first_tracker;
            server->tracked->first_tracker = server;
        }
    }
    for (size_t i = 0; i < snapshot->config->proxy_count; i++) {
        for (size_t k = 0; k < snapshot->proxies[i].conf->server_count; k++)
            server_follow(snapshot->proxies[i].servers[k], old != NULL, control);
    }
}

void state_commit(struct snapshot *snapshot, struct snapshot *old, struct loop *control)
{
    note_definitions(snapshot);
    for (size_t i = 0; i < snapshot->config->proxy_count; i++) {
        struct proxy *proxy = &snapshot->proxies[i];
        for (size_t k = 0; k < proxy->conf->server_count; k++)
            replace_tls(proxy->servers[k], &snapshot->new_tls[i][k], old);
        SET(proxy->state->frontend.maxconn, proxy->conf->maxconn);
        SET(proxy->state->frontend.session_rate_limit, proxy->conf->session_rate_limit);
        commit_backend(snapshot, proxy,
                       old == NULL || snapshot_find_state(old, proxy->state) == NULL, control);
    }
    link_trackers(snapshot, old, control);
    if (old != NULL)
        retire_servers(snapshot, old);
}
