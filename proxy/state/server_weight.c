/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What servers weigh in the pool. A server that came back and has slowstart begins with a
 * twentieth of its weight and grows; so that a weight of 1 can grow too, weights in such a backend
 * are counted in sixteenths, where their range allows it.
 */
#include "proxy/state/server_state_priv.h"

#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)
#define SET(cell, value) atomic_store_explicit(&(cell), (value), memory_order_relaxed)

enum { SCALE_MAX = 16, STEPS = 20, STEP_MS_MIN = 50 };

static void on_step(struct wheel_timer *timer);

static unsigned scale_of(const struct backend *backend)
{
    unsigned scale = 1, heaviest = 1;
    for (unsigned i = 0; i < backend->pool.count; i++) {
        const struct server *server = backend->servers[i];
        if (server == NULL)
            continue;
        if (GET(server->slowstart_ms) > 0)
            scale = SCALE_MAX;
        heaviest = GET(server->weight) > heaviest ? GET(server->weight) : heaviest;
    }
    while (scale > 1 && scale * heaviest > LB_WEIGHT_MAX)
        scale /= 2;
    return scale;
}

unsigned server_throttle_percent(const struct server *server)
{
    return GET(server->throttle_percent);
}

unsigned server_effective_weight(const struct server *server)
{
    return (GET(server->weight) * GET(server->throttle_percent) + 99) / 100;
}

unsigned server_pool_weight(const struct server *server)
{
    unsigned weight = GET(server->weight) * GET(server->backend->weight_scale);
    unsigned grown = weight * GET(server->throttle_percent) / 100;
    return grown > 0 || weight == 0 ? grown : 1;
}

void backend_refresh_weights(struct backend *backend)
{
    SET(backend->weight_scale, scale_of(backend));
    for (unsigned i = 0; i < backend->pool.count; i++) {
        if (backend->servers[i] != NULL)
            lb_pool_set_weight(&backend->pool, i, server_pool_weight(backend->servers[i]));
    }
}

/* How far it has come by now. */
static unsigned percent_at(const struct server *server, uint64_t now_ms)
{
    unsigned long_ms = GET(server->slowstart_ms);
    uint64_t gone_ms = now_ms - server->warm_since_ms;
    if (long_ms == 0 || gone_ms >= long_ms)
        return 100;
    unsigned percent = (unsigned)(gone_ms * 100 / long_ms);
    return percent > 100 / STEPS ? percent : 100 / STEPS;
}

static void grow(struct server *server)
{
    struct loop *control = server->control;
    struct backend *backend = server->backend;
    backend_lock(backend);
    SET(server->throttle_percent, percent_at(server, control->now_ms));
    if (server->slot != LB_NONE)
        lb_pool_set_weight(&backend->pool, (unsigned)server->slot, server_pool_weight(server));
    backend_refresh_limits(backend);
    backend_unlock(backend, control->now_us);
    if (GET(server->throttle_percent) == 100)
        return;
    unsigned step_ms = GET(server->slowstart_ms) / STEPS;
    loop_arm(control, &server->warmth, step_ms > STEP_MS_MIN ? step_ms : STEP_MS_MIN);
}

static void on_step(struct wheel_timer *timer)
{
    grow(LIST_ITEM(timer, struct server, warmth));
}

void server_warm_up(struct server *server, struct loop *control)
{
    server->control = control;
    if (GET(server->slowstart_ms) == 0 || GET(server->slowstart_ms) > INT32_MAX)
        return;
    server->warm_since_ms = control->now_ms;
    grow(server);
}

void server_warm_on(struct server *server, const struct server *from, struct loop *control)
{
    server->control = control;
    wheel_timer_init(&server->warmth, on_step);
    SET(server->throttle_percent, 100);
    if (from == NULL || GET(from->throttle_percent) == 100)
        return;
    server->warm_since_ms = from->warm_since_ms;
    SET(server->throttle_percent, GET(from->throttle_percent));
    loop_arm(control, &server->warmth, 0);
}

void server_warm_forget(struct server *server)
{
    if (server->control != NULL)
        wheel_forget(&server->control->wheel, &server->warmth);
}
