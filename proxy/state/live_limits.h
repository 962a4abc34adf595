/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bounds of the whole process as they are now: those of the configuration in use, until an operator
 * sets others; the next load sets them anew.
 *
 * Thread: set by the control thread, read by any.
 */
#ifndef WEIR_STATE_LIVE_LIMITS_H
#define WEIR_STATE_LIVE_LIMITS_H

#include "proxy/state/rate_gate.h"

struct conf_global;

struct live_limits {
    _Atomic unsigned maxconn; /* 0 = no bound, as the others */
    _Atomic unsigned connections_per_s, sessions_per_s, tls_per_s;
    struct rate_gate connections, tls;
};

extern struct live_limits live_limits;

void live_limits_set(const struct conf_global *global);
/* Whether one more client may be accepted, sessions being what is open now. */
bool live_limits_have_room(unsigned sessions, bool is_tls, uint32_t now_s);
/* One was. */
void live_limits_count(bool is_tls, uint32_t now_s);

#endif
