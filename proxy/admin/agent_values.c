/* SPDX-License-Identifier: Apache-2.0 */
/* What the columns show of agents, of servers that are tracked or start slowly, and of traffic. */
#include <stdio.h>

#include "proxy/admin/values.h"
#include "proxy/admin/values_priv.h"

GETTER(get_agent_status)
{
    struct check_result agent;
    UNUSED(field);
    if (!s->server->agent_enabled)
        return;
    server_read_agent(s->server, &agent);
    set_string(v, health_status_rows[agent.status].word);
}

GETTER(get_agent_code)
{
    struct check_result agent;
    UNUSED(field);
    server_read_agent(s->server, &agent);
    if (s->server->agent_enabled && health_status_rows[agent.status].has_code)
        set_u32(v, (unsigned)agent.code);
}

GETTER(get_agent_duration)
{
    struct check_result agent;
    UNUSED(field);
    server_read_agent(s->server, &agent);
    if (s->server->agent_enabled && agent.duration_ms >= 0)
        set_u64(v, (uint64_t)agent.duration_ms);
}

GETTER(get_agent_desc)
{
    struct check_result agent;
    UNUSED(field);
    if (!s->server->agent_enabled)
        return;
    server_read_agent(s->server, &agent);
    set_string(v, health_status_rows[agent.status].description);
}

GETTER(get_last_agt)
{
    struct check_result agent;
    UNUSED(field);
    if (!s->server->agent_enabled)
        return;
    server_read_agent(s->server, &agent);
    snprintf(v->room, sizeof(v->room), "%s", agent.info);
    set_string(v, v->room);
}

/* One word of an agent is enough, for rise as for fall. */
GETTER(get_agent_rise)
{
    UNUSED(field);
    if (s->server->agent_enabled)
        set_u32(v, 1);
}

GETTER(get_agent_health)
{
    UNUSED(field);
    if (s->server->agent_enabled)
        set_u32(v, s->server->agent_health);
}

GETTER(get_hanafail)
{
    UNUSED(field);
    if (s->server->observe != CONF_OBSERVE_NONE)
        set_u64(v, s->server->failed_analyses);
}

/* Only while it grows. */
GETTER(get_throttle)
{
    UNUSED(field);
    unsigned percent = server_throttle_percent(s->server);
    if (percent < 100)
        set_u32(v, percent);
}

GETTER(get_tracked)
{
    UNUSED(field);
    server_tracked_text(s->server, v->room, sizeof(v->room));
    if (*v->room != '\0')
        set_string(v, v->room);
}
