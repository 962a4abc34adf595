/* SPDX-License-Identifier: Apache-2.0 */
/* A session begins with each connection, so the lower one of both rates counts. */
#include "proxy/state/live_limits.h"

#include "config/model.h"

#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)
#define SET(cell, value) atomic_store_explicit(&(cell), (value), memory_order_relaxed)

struct live_limits live_limits;

void live_limits_set(const struct conf_global *global)
{
    SET(live_limits.maxconn, global->maxconn);
    SET(live_limits.connections_per_s, global->maxconnrate);
    SET(live_limits.sessions_per_s, global->maxsessrate);
    SET(live_limits.tls_per_s, global->maxsslrate);
}

static unsigned connection_limit(void)
{
    unsigned connections = GET(live_limits.connections_per_s);
    unsigned sessions = GET(live_limits.sessions_per_s);
    return connections == 0 || (sessions != 0 && sessions < connections) ? sessions : connections;
}

bool live_limits_have_room(unsigned sessions, bool is_tls, uint32_t now_s)
{
    unsigned maxconn = GET(live_limits.maxconn);
    return (maxconn == 0 || sessions < maxconn) &&
           rate_gate_is_open(&live_limits.connections, connection_limit(), now_s) &&
           (!is_tls || rate_gate_is_open(&live_limits.tls, GET(live_limits.tls_per_s), now_s));
}

void live_limits_count(bool is_tls, uint32_t now_s)
{
    rate_gate_count(&live_limits.connections, connection_limit(), now_s);
    if (is_tls)
        rate_gate_count(&live_limits.tls, GET(live_limits.tls_per_s), now_s);
}
