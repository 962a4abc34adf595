/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is told of a request besides its rules (proxy/rules/trace.h): the servers that could have been chosen.
 * And the requests that ask for it: those with the secret of `explain-secret`. Their trace goes to the event
 * log as one block when they end.
 *
 *   explain #7: GET /cart HTTP/1.1 from 192.0.2.1 at web
 *   explain #7: www.cfg:12 rule yes http-request set-header ...
 *   explain #7: end: shop/s1, status 200
 *
 * Thread:  the stream's.
 */
#ifndef WEIR_HTTP_EXPLAIN_H
#define WEIR_HTTP_EXPLAIN_H

#include "proxy/http/stream.h"
#include "proxy/rules/trace.h"

/* The head is whole. Takes the field out of it, whatever its value; with the right one the stream is traced. */
void explain_read_secret(struct stream *s);
static inline void explain_if_asked(struct stream *s)
{
    if (s->snapshot->config->global.explain_secret != NULL)
        explain_read_secret(s);
}

/* Writes the block, if there is one. */
COLD void explain_write(struct stream *s);
static inline void explain_end(struct stream *s)
{
    if (s->explained != NULL)
        explain_write(s);
}

/* s->trace is not NULL: each server of the backend, chosen or passed over. */
COLD void explain_choice(struct stream *s, enum assign_result result);
/* It has waited in the queue for its server. */
COLD void explain_granted(struct stream *s);
/* No rule chose a backend. */
COLD void explain_default(struct stream *s);
/* The backend that is due is disabled. */
COLD void explain_disabled(struct stream *s);
/* The server that persistence found, and how. */
COLD void explain_wish(struct stream *s, const char *how, const struct server *server);

#endif
