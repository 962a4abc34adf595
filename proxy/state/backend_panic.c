/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who of a backend is in the pool. Mostly that is each server's own affair; but below the panic
 * threshold too few are left to carry the load, and probes that fail everywhere at once more likely
 * err themselves: then all that the operator has not taken out get traffic.
 */
#include "proxy/state/server_state_priv.h"

#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)
#define SET(cell, value) atomic_store_explicit(&(cell), (value), memory_order_relaxed)

static bool is_panicking(const struct backend *backend)
{
    unsigned all = 0, well = 0;
    for (unsigned i = 0; backend->panic_percent > 0 && i < backend->pool.count; i++) {
        const struct server *server = backend->servers[i];
        if (server == NULL || server->backup || !server_is_wanted(server))
            continue;
        all++;
        well += server_takes_streams(server);
    }
    return well * 100 < all * backend->panic_percent;
}

void backend_refresh_up(struct backend *backend)
{
    SET(backend->panic, is_panicking(backend));
    for (unsigned i = 0; i < backend->pool.count; i++) {
        const struct server *server = backend->servers[i];
        if (server == NULL)
            continue;
        bool is_up =
            server_takes_streams(server) || (GET(backend->panic) && server_is_wanted(server));
        if (backend->pool.servers[i].up != is_up)
            lb_pool_set_up(&backend->pool, i, is_up);
    }
}
