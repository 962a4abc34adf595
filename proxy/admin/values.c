/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads who a row is about, what it carries and what was counted. Where HAProxy leaves a field
 * empty (no limit, no probe, no server) so do these. State and probes are in health_values.c.
 */
#include "proxy/admin/values_priv.h"

#include "proxy/http/server_cookie.h"
#include "proxy/state/backend.h"
#include "proxy/state/bind_state.h"
#include "proxy/state/counters.h"
#include "proxy/state/proxy_state.h"
#include "proxy/state/server.h"
#include "proxy/state/server_address.h"

/* --- counts, rates and times: the same for all kinds --- */

GETTER(get_counter)
{
    set_u64(v, counter_set_total(s->counters, (enum counter)field->arg));
}

GETTER(get_zero)
{
    UNUSED(s);
    /* limits are 32 bits wide, counters 64 */
    if (field->tags[1] == 'L')
        set_u32(v, 0);
    else
        set_u64(v, 0);
}

/* Behind the frontend streams are counted where they are placed, under one lock for all threads. */
GETTER(get_rate)
{
    if (s->kind == STATS_FRONTEND)
        set_u32(v, counter_set_rate(s->counters, (enum rate_kind)field->arg, s->now_us));
    else
        set_u32(v, rate_read(&s->counters->pick_rate, s->now_us));
}

GETTER(get_rate_max)
{
    set_u32(v, s->kind == STATS_FRONTEND ? s->counters->rate_max[field->arg]
                                         : s->counters->pick_rate.max);
}

GETTER(get_lbtot)
{
    UNUSED(field);
    set_u64(v, s->counters->picks);
}

/* Behind the frontend a session is a stream that was placed; a total of its own would count the
 * same. */
GETTER(get_stot)
{
    if (s->kind == STATS_FRONTEND)
        set_u64(v, counter_set_total(s->counters, COUNTER_SESSIONS));
    else if (s->kind == STATS_LISTENER)
        set_u64(v, counter_set_total(s->counters, COUNTER_CONNECTIONS)); /* also those refused */
    else
        get_lbtot(field, s, v);
}

GETTER(get_average)
{
    set_u32(v, counter_set_average_ms(s->counters, (enum time_kind)field->arg));
}

GETTER(get_time_max)
{
    set_u32(v, counter_set_time_max_ms(s->counters, (enum time_kind)field->arg));
}

/* --- who it is --- */

GETTER(get_pxname)
{
    UNUSED(field);
    set_string(v, s->proxy->conf->name);
}

GETTER(get_svname)
{
    UNUSED(field);
    static const char *const names[] = {[STATS_FRONTEND] = "FRONTEND", [STATS_BACKEND] = "BACKEND"};
    if (s->kind == STATS_LISTENER)
        set_string(v, stats_listener_name(s, v->room));
    else
        set_string(v, s->kind == STATS_SERVER ? s->server->name : names[s->kind]);
}

GETTER(get_type)
{
    UNUSED(field);
    set_u32(v, s->kind);
}

/* HAProxy numbers its processes, and there has been but one for long. */
GETTER(get_pid)
{
    UNUSED(field), UNUSED(s);
    set_u32(v, 1);
}

GETTER(get_iid)
{
    UNUSED(field);
    set_u32(v, s->proxy->conf->id);
}

GETTER(get_sid)
{
    UNUSED(field);
    set_u32(v, stats_row_id(s));
}

GETTER(get_addr)
{
    UNUSED(field);
    _Static_assert(sizeof(v->room) >= SERVER_ADDRESS_BYTES, "no room for an address");
    set_string(v, v->room);
    if (s->kind == STATS_LISTENER)
        stats_listener_address(s->bind, v->room, sizeof(v->room));
    else
        server_address_text(s->server, v->room);
}

/* What the persistence cookie is called, or calls the server. */
GETTER(get_cookie)
{
    UNUSED(field);
    const char *cookie = s->kind == STATS_SERVER
                             ? server_cookie(s->proxy->conf, s->server_conf, s->server, v->room)
                             : s->proxy->conf->cookie.name;
    if (cookie != NULL)
        set_string(v, cookie);
}

GETTER(get_mode)
{
    UNUSED(field);
    set_string(v, s->proxy->conf->mode == CONF_MODE_HTTP ? "http" : "tcp");
}

GETTER(get_algo)
{
    UNUSED(field);
    set_string(v,
               s->proxy->conf->balance.name != NULL ? s->proxy->conf->balance.name : "roundrobin");
}

GETTER(get_dash)
{
    UNUSED(field), UNUSED(s);
    set_string(v, "-");
}

/* --- load --- */

GETTER(get_qcur)
{
    UNUSED(field);
    set_u32(v, s->kind == STATS_BACKEND  ? backend_of(s)->queued
               : s->kind == STATS_SERVER ? s->server->queued
                                         : 0);
}

GETTER(get_qmax)
{
    UNUSED(field);
    set_u32(v, s->counters->queued_max);
}

GETTER(get_scur)
{
    UNUSED(field);
    if (s->kind == STATS_SERVER)
        set_u32(v, s->server->in_flight);
    else if (s->kind == STATS_LISTENER)
        set_u32(v, s->bind->state->sessions);
    else
        set_u32(v, s->kind == STATS_BACKEND ? backend_of(s)->sessions : frontend_of(s)->sessions);
}

GETTER(get_smax)
{
    UNUSED(field);
    set_u32(v, s->counters->sessions_max);
}

GETTER(get_slim)
{
    UNUSED(field);
    if (s->kind == STATS_SERVER)
        set_limit(v, s->server->maxconn);
    else if (s->kind == STATS_LISTENER)
        set_u32(v, s->bind->conf->maxconn);
    else
        set_u32(v, s->kind == STATS_BACKEND ? s->proxy->conf->fullconn : frontend_of(s)->maxconn);
}

GETTER(get_rate_lim)
{
    UNUSED(field);
    set_u32(v, frontend_of(s)->session_rate_limit);
}

GETTER(get_qlimit)
{
    UNUSED(field);
    set_limit(v, s->server->maxqueue);
}

GETTER(get_lastsess)
{
    UNUSED(field);
    uint64_t last_s = s->counters->last_session_s;
    uint64_t now_s = s->now_us / US_PER_SECOND;
    v->type = STATS_S32;
    v->negative = last_s == 0 ? -1 : (int32_t)(now_s > last_s ? now_s - last_s : 0);
}
