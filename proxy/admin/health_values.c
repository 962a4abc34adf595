/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the state of servers and backends, what the probes say, and the connections kept to a
 * server. */
#include "proxy/admin/values_priv.h"

#include "proxy/state/backend.h"
#include "proxy/state/health_status.h"
#include "proxy/state/server.h"

#include <stdio.h>

/* Servers that take part, for the "(3/4)" of a page that hides the others. */
static unsigned count_running(const struct proxy *proxy)
{
    unsigned running = 0;
    for (size_t i = 0; i < proxy->conf->server_count; i++) {
        enum stats_state state = stats_server_state(proxy->servers[i]);
        running += state != STATE_DOWN && state != STATE_MAINT;
    }
    return running;
}

static void get_backend_status(const struct stats_subject *s, struct stats_value *v)
{
    const char *word = stats_backend_is_up(s->proxy) ? "UP" : "DOWN";
    set_string(v, word);
    if (!s->query->hide_down && !s->query->hide_maint)
        return;
    snprintf(v->room, sizeof(v->room), "%s (%u/%zu)", word, count_running(s->proxy),
             s->proxy->conf->server_count);
    v->string = v->room;
}

GETTER(get_status)
{
    UNUSED(field);
    if (s->kind == STATS_FRONTEND) {
        static const char *const words[] = {
            [FRONTEND_OPEN] = "OPEN", [FRONTEND_PAUSED] = "PAUSED", [FRONTEND_STOPPED] = "STOP"};
        /* gcc 12 makes a plain read of an atomic that is a subscript */
        const enum frontend_state state = frontend_of(s)->state;
        set_string(v, s->proxy->conf->disabled ? "STOP" : words[state]);
    } else if (s->kind == STATS_BACKEND) {
        get_backend_status(s, v);
    } else if (s->kind == STATS_LISTENER) {
        set_string(v, listener_state_names[stats_listener_state(s->bind)]);
    } else {
        set_string(v, v->room);
        server_status_text(s->server, v->room, sizeof(v->room));
    }
}

GETTER(get_weight)
{
    UNUSED(field);
    set_u32(v, s->kind == STATS_SERVER ? server_effective_weight(s->server)
                                       : backend_of(s)->weight_total);
}

GETTER(get_uweight)
{
    if (s->kind == STATS_SERVER)
        set_u32(v, s->server->weight);
    else
        get_weight(field, s, v);
}

GETTER(get_act)
{
    UNUSED(field);
    set_u32(v, s->kind == STATS_SERVER ? !s->server_conf->backup : backend_of(s)->active_up);
}

GETTER(get_bck)
{
    UNUSED(field);
    set_u32(v, s->kind == STATS_SERVER ? s->server_conf->backup : backend_of(s)->backup_up);
}

GETTER(get_chkfail)
{
    UNUSED(field);
    if (s->server->check_enabled)
        set_u64(v, s->server->failed_checks);
}

GETTER(get_chkdown)
{
    UNUSED(field);
    if (s->kind == STATS_BACKEND)
        set_u64(v, backend_of(s)->down_count);
    else if (s->server->check_enabled)
        set_u64(v, s->server->down_count);
}

GETTER(get_lastchg)
{
    UNUSED(field);
    uint64_t changed_s =
        s->kind == STATS_SERVER ? s->server->last_change_s : backend_of(s)->last_change_s;
    uint64_t now_s = s->now_us / US_PER_SECOND;
    set_u32(v, now_s > changed_s ? now_s - changed_s : 0);
}

GETTER(get_downtime)
{
    UNUSED(field);
    if (s->kind == STATS_BACKEND) {
        if (s->proxy->conf->server_count > 0)
            set_u32(v, backend_down_s(backend_of(s), s->now_us));
    } else if (s->server->check_enabled) {
        set_u32(v, server_down_s(s->server, s->now_us));
    }
}

/* How many servers are in each state is told by metrics alone; the CSV has a zero here, in HAProxy
 * too. */
GETTER(get_agg_server_status)
{
    UNUSED(field), UNUSED(s);
    set_u32(v, 0);
}

GETTER(get_agg_server_check_status)
{
    get_agg_server_status(field, s, v);
}

GETTER(get_agg_check_status)
{
    get_agg_server_status(field, s, v);
}

/* --- probes --- */

/* As in HAProxy: nobody probes a server in maintenance, so there is nothing to tell of it. */
static bool is_probed(const struct server *server)
{
    return server->check_enabled && !server_is_in_maintenance(server);
}

GETTER(get_check_status)
{
    UNUSED(field);
    if (!is_probed(s->server))
        return;
    struct check_result check;
    server_read_check(s->server, &check);
    /* a star while the next probe runs, as HAProxy marks it */
    snprintf(v->room, sizeof(v->room), "%s%s", s->server->check_running ? "* " : "",
             health_status_rows[check.status].word);
    set_string(v, v->room);
}

GETTER(get_check_code)
{
    UNUSED(field);
    if (!is_probed(s->server))
        return;
    struct check_result check;
    server_read_check(s->server, &check);
    if (health_status_rows[check.status].has_code)
        set_u32(v, (unsigned)check.code);
}

GETTER(get_check_duration)
{
    UNUSED(field);
    if (!is_probed(s->server))
        return;
    struct check_result check;
    server_read_check(s->server, &check);
    if (check.duration_ms >= 0)
        set_u64(v, (uint64_t)check.duration_ms);
}

GETTER(get_last_chk)
{
    UNUSED(field);
    if (!is_probed(s->server))
        return;
    struct check_result check;
    server_read_check(s->server, &check);
    snprintf(v->room, sizeof(v->room), "%s", check.info);
    set_string(v, v->room);
}

GETTER(get_check_desc)
{
    UNUSED(field);
    if (!is_probed(s->server))
        return;
    struct check_result check;
    server_read_check(s->server, &check);
    set_string(v, health_status_rows[check.status].description);
}

GETTER(get_check_rise)
{
    UNUSED(field);
    if (is_probed(s->server))
        set_u32(v, s->server->rise);
}

GETTER(get_check_fall)
{
    UNUSED(field);
    if (is_probed(s->server))
        set_u32(v, s->server->fall);
}

GETTER(get_check_health)
{
    UNUSED(field);
    if (is_probed(s->server))
        set_u32(v, s->server->check_health);
}

/* --- connections to the server --- */

static unsigned sum_gauges(const struct server *server, size_t offset)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < server->thread_count; i++) {
        const char *thread = (const char *)&server->threads[i];
        sum += *(const _Atomic unsigned *)(const void *)(thread + offset);
    }
    return sum;
}

GETTER(get_srv_icur)
{
    UNUSED(field);
    set_u32(v, s->server->idle_total);
}

GETTER(get_src_ilim)
{
    UNUSED(field);
    if (s->server->pool_max_conn != UINT32_MAX)
        set_u32(v, s->server->pool_max_conn);
}

GETTER(get_idle_conn_cur)
{
    UNUSED(field);
    set_u32(v, sum_gauges(s->server, offsetof(struct server_idle, idle_gauge)));
}

GETTER(get_safe_conn_cur)
{
    UNUSED(field);
    set_u32(v, sum_gauges(s->server, offsetof(struct server_idle, safe_gauge)));
}

GETTER(get_used_conn_cur)
{
    UNUSED(field);
    set_u32(v, sum_gauges(s->server, offsetof(struct server_idle, used_gauge)));
}

/* As many as are in use: each thread keeps what it needs, there is no forecast. */
GETTER(get_need_conn_est)
{
    get_used_conn_cur(field, s, v);
}

/* --- for metrics and the page --- */

enum stats_state stats_server_state(const struct server *server)
{
    if (server_is_in_maintenance(server))
        return STATE_MAINT;
    if (!server->up)
        return STATE_DOWN;
    return server_is_draining(server) ? STATE_DRAIN : STATE_UP;
}

bool stats_backend_is_up(const struct proxy *proxy)
{
    return proxy->conf->server_count == 0 || proxy->state->backend.weight_total > 0;
}
