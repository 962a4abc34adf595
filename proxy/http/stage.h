/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A data thread without a network, as `weir explain` has it: sessions, rules and pools are the real ones, but
 * whatever would leave the process goes to whoever built the stage.
 *
 * Thread:  the data thread.
 */
#ifndef WEIR_HTTP_STAGE_H
#define WEIR_HTTP_STAGE_H

#include "proxy/http/thread.h"
#include "proxy/rules/trace.h"

struct http_stage {
    struct rule_trace *trace; /* of all sessions and streams */
    struct addr destination;  /* where clients connected to */
    /* A connected descriptor in place of one to that server, or a libuv code. */
    int (*reach)(struct http_stage *stage, struct server *server);
};

static inline struct rule_trace *stage_trace(const struct http_thread *thread)
{
    return thread->stage != NULL ? thread->stage->trace : NULL;
}

#endif
