/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The live half of a proxy, found again by its name at each reload: the frontend's counts and
 * limits, the backend's pool.
 *
 * Thread:  made and freed by the control thread; inside, as each part says.
 */
#ifndef WEIR_STATE_PROXY_STATE_H
#define WEIR_STATE_PROXY_STATE_H

#include "proxy/state/backend.h"
#include "proxy/state/counters.h"
#include "proxy/state/rate_window.h"

/* Client side: sessions from accept to close. */
struct frontend {
    _Atomic unsigned sessions; /* scur; exact over all threads, as sessions_max of the counters */
    _Atomic unsigned maxconn;  /* slim; 0 = no bound */
    struct counter_set *counters; /* owned */
    /* rate-limit sessions: only where there is such a bound are they counted once more, and exactly */
    _Atomic unsigned sessions_per_second; /* 0 = no bound */
    pthread_mutex_t rate_lock;
    struct rate_window rate; /* guarded by rate_lock */
};

struct proxy_state {
    char *name; /* owned */
    struct frontend frontend;
    struct backend backend;
    unsigned references; /* snapshots that name it; the control thread's */
};

/*
 * Whether one more session may be accepted. Asked before the accept, so threads that ask at the
 * same moment may go over maxconn by one each. now_ms: of the loop.
 */
MUST_CHECK bool frontend_has_room(struct frontend *frontend, uint64_t now_ms);
/* A session arrives. One locked instruction for each connection; requests take none. */
void frontend_enter(struct frontend *frontend, uint64_t now_ms);
void frontend_leave(struct frontend *frontend);

static inline struct counters *frontend_counters(struct frontend *frontend, unsigned thread)
{
    return &frontend->counters->threads[thread];
}

/* threads: data threads; one more cell is made for the control thread. NULL when memory runs out.
 */
struct proxy_state *proxy_state_new(const char *name, unsigned threads);
/* Drops one reference; NULL is fine. */
void proxy_state_free(struct proxy_state *state);
/* Once in each second, on the control thread: keeps the maxima of the rates. */
void proxy_state_tick(struct proxy_state *state, uint32_t now_s);

#endif
