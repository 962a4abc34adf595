/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of dispatching share: dispatch.c finds a server, dispatch_retry.c goes on when one has failed. */
#ifndef WEIR_HTTP_DISPATCH_PRIV_H
#define WEIR_HTTP_DISPATCH_PRIV_H

#include "proxy/http/stream.h"

/* Of the stream's thread. */
static inline struct counters *dispatch_server_cells(const struct stream *s, struct server *server)
{
    return server_counters(server, s->thread->loop->index);
}

static inline struct counters *dispatch_backend_cells(const struct stream *s)
{
    return backend_counters(&s->backend->state->backend, s->thread->loop->index);
}

/* For the server at hand, and the backend. */
static inline void dispatch_count(struct stream *s, enum counter which)
{
    counters_add(dispatch_server_cells(s, s->server), which, 1);
    counters_add(dispatch_backend_cells(s), which, 1);
}

#endif
