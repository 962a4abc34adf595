/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One server comes to a new snapshot: what it takes over from the server it follows or from saved states, its numbers,
 * its health, its place in the pool.
 */
#include "proxy/state/commit_priv.h"

#include "proxy/state/backend_priv.h"
#include "proxy/state/saved_state.h"
#include "proxy/state/server.h"
#include "proxy/state/server_address.h"
#include "proxy/state/server_state_priv.h"

#include <stdlib.h>
#include <string.h>

static void start_health(struct server *server, uint64_t now_us)
{
    SET(server->up, server_begin_health(server));
    SET(server->leaving, false);
    SET(server->last_change_s, now_us / 1000000);
    server->check = (struct check_result){
        .status = GET(server->check_enabled) ? HEALTH_INIT : HEALTH_UNKNOWN, .duration_ms = -1};
}

/* The same verdict, and as many probes from turning it, where rise and fall allow. */
static void carry_health(struct server *server, unsigned rise_before, unsigned health)
{
    unsigned rise = GET(server->rise), top = rise + GET(server->fall) - 1;
    if (GET(server->up))
        health = health >= rise_before ? health - rise_before + rise : rise;
    else
        health = health < rise ? health : rise - 1;
    SET(server->check_health, health < top ? health : top);
}

/* Without memory for them, they are forgotten. */
static void inherit_transitions(struct server *server, const struct server *from)
{
    size_t bytes = SERVER_TRANSITIONS * sizeof(*from->transitions);
    for (size_t i = 0; i < SERVER_STATES; i++)
        SET(server->transition_totals[i], GET(from->transition_totals[i]));
    server->transitions = from->transitions != NULL ? malloc(bytes) : NULL;
    if (server->transitions == NULL)
        return;
    memcpy(server->transitions, from->transitions, bytes);
    server->transition_count = from->transition_count;
}

/* The heir of a server whose definition changed goes on with its history, and its health if it may.
 */
static void inherit(struct server *server, const struct server *from)
{
    SET(server->admin, GET(from->admin));
    SET(server->inherited, GET(from->inherited));
    SET(server->failed_checks, GET(from->failed_checks));
    SET(server->down_count, GET(from->down_count));
    SET(server->down_s, GET(from->down_s));
    SET(server->last_change_s, GET(from->last_change_s));
    SET(server->failed_analyses, GET(from->failed_analyses));
    SET(server->ejected, GET(from->ejected));
    server->outlier = from->outlier;
    server->role = from->role;
    inherit_transitions(server, from);
    server->conf_disabled = from->conf_disabled;
    if (strcmp(server->check_definition, from->check_definition) == 0) {
        SET(server->up, GET(from->up));
        SET(server->leaving, GET(from->leaving));
        SET(server->rise, GET(from->rise));
        SET(server->check_health, GET(from->check_health));
        server->check = from->check;
    }
    SET(server->agent_enabled, GET(from->agent_enabled));
    SET(server->agent_health, GET(from->agent_health));
    server->agent = from->agent;
    server_inherit_address(server, from);
}

static void take_numbers(struct server *server, const struct conf_proxy *proxy,
                         const struct conf_server *conf, bool is_new)
{
    SET(server->id, conf->id);
    if (is_new || server->weight_conf != conf->weight)
        SET(server->weight, conf->weight); /* else what the operator set stays */
    server->weight_conf = conf->weight;
    SET(server->maxconn, conf->maxconn);
    SET(server->minconn, conf->minconn > 0 ? conf->minconn : conf->maxconn);
    SET(server->maxqueue, conf->maxqueue);
    SET(server->pool_max_conn, conf->pool_max_conn);
    SET(server->max_uses, conf->max_uses);
    SET(server->pool_low_conn, conf->pool_low_conn);
    SET(server->strict_maxconn, conf->strict_maxconn && conf->maxconn > 0);
    SET(server->pool_purge_ms, conf->pool_purge_ms);
    server->backup = conf->backup;
    SET(server->slowstart_ms, conf->slowstart_ms);
    /* no write may go on to a server that is no writer any more */
    server->shutdown_sessions_on_down =
        conf->shutdown_sessions_on_down || conf_server_plan(proxy, conf)->role == CONF_ROLE_WRITER;
    server->shutdown_backups_on_up = conf->watch.shutdown_backups_on_up;
    server->on_error = conf->watch.on_error;
    SET(server->error_limit, conf->watch.error_limit > 0 ? conf->watch.error_limit : 10);
    SET(server->observe, conf->check.enabled ? conf->watch.observe : CONF_OBSERVE_NONE);
    server->log_health_checks = proxy->log_health_checks;
    if (is_new ? conf->disabled : conf->disabled != server->conf_disabled)
        SET(server->admin, conf->disabled ? SERVER_MAINT : SERVER_READY);
    server->conf_disabled = conf->disabled;
}

static void take_health(struct server *server, const struct conf_server *conf, bool is_new,
                        uint64_t now_us)
{
    unsigned rise_before = GET(server->rise), health = GET(server->check_health);
    SET(server->rise, conf->check.rise > 0 ? conf->check.rise : 1);
    SET(server->fall, conf->check.fall > 0 ? conf->check.fall : 1);
    SET(server->check_enabled, conf->check.enabled);
    server->init_state = conf->init_state;
    if (!GET(server->agent_enabled) || !conf->agent.enabled)
        SET(server->agent_health, 1); /* until it says otherwise */
    SET(server->agent_enabled, conf->agent.enabled);
    bool has_inherited = rise_before > 0; /* a server that is new altogether has none yet */
    if (is_new ? !has_inherited : server->health_restarts)
        start_health(server, now_us);
    else
        carry_health(server, rise_before, health);
}

static void join_pool(struct server *server, uint32_t order)
{
    struct backend *backend = server->backend;
    server->slot = lb_pool_add(&backend->pool, GET(server->weight), order, server->backup);
    backend->servers[server->slot] = server;
}

void commit_server(struct server *server, const struct conf_proxy *proxy, size_t index,
                   struct loop *control)
{
    const struct conf_server *conf = &proxy->servers[index];
    struct lb_pool *pool = &server->backend->pool;
    bool is_new = server->slot == LB_NONE, is_heir = server->forerunner != NULL;
    if (is_heir)
        inherit(server, server->forerunner);
    server->hash_key = conf->hash_key;
    SET(server->line, (unsigned)index);
    if (is_new)
        server_warm_on(server, server->forerunner, control);
    server->forerunner = NULL;
    take_numbers(server, proxy, conf, is_new && !is_heir);
    take_health(server, conf, is_new, control->now_us);
    if (is_new && !is_heir)
        saved_state_apply(server, conf, proxy->saved_state, control->now_us);
    if (is_new)
        join_pool(server, (uint32_t)index);
    lb_pool_set_place(pool, (unsigned)server->slot, (uint32_t)index, server->backup);
    lb_pool_set_identity(pool, (unsigned)server->slot, conf->id, server_ring_base(server));
}
