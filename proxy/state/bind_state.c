/* SPDX-License-Identifier: Apache-2.0 */
/* See bind_state.h. */
#include "proxy/state/bind_state.h"

#include <stdlib.h>
#include <string.h>

static struct bind_state *bind_state_new(unsigned threads)
{
    struct bind_state *state = calloc(1, sizeof(*state));
    if (state == NULL)
        return NULL;
    state->references = 1;
    state->counters = counter_set_new(threads + 1);
    if (state->counters != NULL)
        return state;
    free(state);
    return NULL;
}

static bool is_same(const struct conf_bind *a, const struct conf_bind *b)
{
    bool has_name = a->name != NULL && b->name != NULL;
    return strcmp(a->addr.text, b->addr.text) == 0 &&
           (has_name ? strcmp(a->name, b->name) == 0 : a->name == b->name);
}

struct bind_state *bind_state_take(const struct conf_bind *conf, const struct proxy *old,
                                   unsigned threads)
{
    for (size_t i = 0; old != NULL && i < old->conf->bind_count; i++) {
        struct bind_state *state = old->binds[i].state;
        if (state != NULL && is_same(old->binds[i].conf, conf)) {
            state->references++;
            return state;
        }
    }
    return bind_state_new(threads);
}

void bind_state_free(struct bind_state *state)
{
    if (state == NULL || --state->references > 0)
        return;
    counter_set_free(state->counters);
    free(state);
}

void bind_enter(struct bind_state *state)
{
    if (state == NULL)
        return;
    unsigned now = atomic_fetch_add_explicit(&state->sessions, 1, memory_order_relaxed) + 1;
    counter_set_raise_sessions(state->counters, now);
}

void bind_leave(struct bind_state *state)
{
    if (state != NULL)
        atomic_fetch_sub_explicit(&state->sessions, 1, memory_order_relaxed);
}
