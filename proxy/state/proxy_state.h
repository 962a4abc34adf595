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
#include "proxy/state/rate_gate.h"

/* Client side: sessions from accept to close. */
enum frontend_state {
    FRONTEND_OPEN,
    FRONTEND_PAUSED,  /* by the operator, until he opens it again */
    FRONTEND_STOPPED, /* for good */
};

struct frontend {
    _Atomic enum frontend_state state;
    _Atomic unsigned session_rate_limit; /* 0 = no bound */
    struct rate_gate gate;
    _Atomic unsigned sessions; /* scur; exact over all threads, as sessions_max of the counters */
    _Atomic unsigned maxconn;  /* slim; 0 = no bound */
    struct counter_set *counters; /* owned */
};

struct proxy_state {
    char *name; /* owned */
    struct frontend frontend;
    struct backend backend;
    unsigned references; /* snapshots that name it; the control thread's */
};

/*
 * Whether one more session may be accepted. Asked before the accept, so threads that ask at the
 * same moment may go over maxconn by one each.
 */
MUST_CHECK bool frontend_has_room(const struct frontend *frontend, uint32_t now_s);
/* A session arrives. One locked instruction for each connection; requests take none. */
void frontend_enter(struct frontend *frontend, uint32_t now_s);
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
