/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The live half of a proxy: made at its first load, freed with the last snapshot that names it.
 */
#include "proxy/state/proxy_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct proxy_state *proxy_state_new(const char *name, unsigned threads)
{
    struct proxy_state *state = calloc(1, sizeof(*state));
    if (state == NULL)
        return NULL;
    state->references = 1;
    pthread_mutex_init(&state->frontend.rate_lock, NULL);
    state->name = strdup(name);
    state->frontend.counters = counter_set_new(threads + 1);
    if (state->name == NULL || state->frontend.counters == NULL ||
        !backend_init(&state->backend, state->name, threads)) {
        counter_set_free(state->frontend.counters);
        free(state->name);
        free(state);
        return NULL;
    }
    return state;
}

void proxy_state_free(struct proxy_state *state)
{
    if (state == NULL || --state->references > 0)
        return;
    backend_destroy(&state->backend);
    pthread_mutex_destroy(&state->frontend.rate_lock);
    counter_set_free(state->frontend.counters);
    free(state->name);
    free(state);
}

enum { RATE_PERIOD_MS = 1000 };

static bool is_below_rate(struct frontend *frontend, unsigned most, uint64_t now_ms)
{
    pthread_mutex_lock(&frontend->rate_lock);
    bool is_below = rate_window_read(&frontend->rate, RATE_PERIOD_MS, (uint32_t)now_ms) < most;
    pthread_mutex_unlock(&frontend->rate_lock);
    return is_below;
}

bool frontend_has_room(struct frontend *frontend, uint64_t now_ms)
{
    unsigned maxconn = atomic_load_explicit(&frontend->maxconn, memory_order_relaxed);
    unsigned rate = atomic_load_explicit(&frontend->sessions_per_second, memory_order_relaxed);
    bool has_place =
        maxconn == 0 || atomic_load_explicit(&frontend->sessions, memory_order_relaxed) < maxconn;
    return has_place && (rate == 0 || is_below_rate(frontend, rate, now_ms));
}

static void count_rate(struct frontend *frontend, uint64_t now_ms)
{
    pthread_mutex_lock(&frontend->rate_lock);
    rate_window_add(&frontend->rate, RATE_PERIOD_MS, 1, (uint32_t)now_ms);
    pthread_mutex_unlock(&frontend->rate_lock);
}

void frontend_enter(struct frontend *frontend, uint64_t now_ms)
{
    if (atomic_load_explicit(&frontend->sessions_per_second, memory_order_relaxed) != 0)
        count_rate(frontend, now_ms);
    unsigned now = atomic_fetch_add_explicit(&frontend->sessions, 1, memory_order_relaxed) + 1;
    _Atomic unsigned *max = &frontend->counters->sessions_max;
    unsigned before = atomic_load_explicit(max, memory_order_relaxed);
    while (now > before && !atomic_compare_exchange_weak_explicit(
                               max, &before, now, memory_order_relaxed, memory_order_relaxed))
        ;
}

void frontend_leave(struct frontend *frontend)
{
    unsigned before = atomic_fetch_sub_explicit(&frontend->sessions, 1, memory_order_relaxed);
    assert(before > 0);
    (void)before;
}

void proxy_state_tick(struct proxy_state *state, uint32_t now_s)
{
    counter_set_tick(state->frontend.counters, now_s);
}
