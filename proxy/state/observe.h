/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What data threads tell of servers that are judged by their traffic.
 *
 * Thread: any data thread; for a server of a snapshot that it holds.
 */
#ifndef WEIR_STATE_OBSERVE_H
#define WEIR_STATE_OBSERVE_H

#include "proxy/state/server.h"

enum observation {
    OBSERVED_CONNECT,
    OBSERVED_CONNECT_FAILED,
    OBSERVED_RESPONSE,     /* as it should be */
    OBSERVED_STATUS,       /* 500 and above, but for 501 and 505 */
    OBSERVED_INVALID_HEAD, /* no HTTP */
    OBSERVED_READ_ERROR,
    OBSERVED_TIMEOUT,
    OBSERVED_CLOSED, /* before it answered */
};

void server_observe_slow(struct server *server, enum observation what);

/* Nothing for servers that only probes judge. */
static inline void server_observe(struct server *server, enum observation what)
{
    if (atomic_load_explicit(&server->observe, memory_order_relaxed) != CONF_OBSERVE_NONE)
        server_observe_slow(server, what);
}

#endif
