/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is counted of a bind by itself, with option socket-stats; it goes on over reloads as long as the bind has the
 * same address and name. Without the option a bind has none, and what counts for its frontend counts nowhere else.
 *
 * Thread:  made and freed by the control thread; counters as theirs, sessions by all.
 */
#ifndef WEIR_STATE_BIND_STATE_H
#define WEIR_STATE_BIND_STATE_H

#include "proxy/state/proxy_state.h"
#include "proxy/state/snapshot.h"

struct bind_state {
    _Atomic unsigned sessions;    /* scur */
    struct counter_set *counters; /* owned */
    unsigned references;          /* snapshots that name it; the control thread's */
};

/* The one of the old binds of that frontend that is the same, or a new one. NULL when memory runs out. */
struct bind_state *bind_state_take(const struct conf_bind *conf, const struct proxy *old,
                                   unsigned threads);
/* Drops one reference; NULL is fine. */
void bind_state_free(struct bind_state *state);

/* A session of it begins, or ends; NULL: nobody counts. */
void bind_enter(struct bind_state *state);
void bind_leave(struct bind_state *state);

/* For its frontend, and for itself. */
static inline void bind_count(const struct bind *bind, unsigned thread, enum counter which,
                              uint64_t n)
{
    counters_add(frontend_counters(&bind->proxy->state->frontend, thread), which, n);
    if (bind->state != NULL)
        counters_add(&bind->state->counters->threads[thread], which, n);
}

#endif
