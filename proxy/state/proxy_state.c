/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The live half of a proxy: made at its first load, freed with the last snapshot that names it.
 */
#include "proxy/state/proxy_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)

struct proxy_state *proxy_state_new(const char *name, unsigned threads)
{
    struct proxy_state *state = calloc(1, sizeof(*state));
    if (state == NULL)
        return NULL;
    state->references = 1;
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
    counter_set_free(state->frontend.counters);
    free(state->name);
    free(state);
}

bool frontend_has_room(const struct frontend *frontend, uint32_t now_s)
{
    unsigned maxconn = GET(frontend->maxconn);
    return GET(frontend->state) == FRONTEND_OPEN &&
           (maxconn == 0 || GET(frontend->sessions) < maxconn) &&
           rate_gate_is_open(&frontend->gate, GET(frontend->session_rate_limit), now_s);
}

void frontend_enter(struct frontend *frontend, uint32_t now_s)
{
    unsigned now = atomic_fetch_add_explicit(&frontend->sessions, 1, memory_order_relaxed) + 1;
    rate_gate_count(&frontend->gate, GET(frontend->session_rate_limit), now_s);
    counter_set_raise_sessions(frontend->counters, now);
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
