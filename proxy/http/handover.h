/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stream of TCP leaves to the first one of HTTP, where the session goes on in HTTP: its rules have been run, and
 * are not run again. For that one request it is as if the two were one stream, as in HAProxy.
 *
 *   handover_leave(TCP stream) ---> session->handover ---> handover_take(HTTP stream with a whole head)
 *
 * The session stays with its snapshot meanwhile, as what is left names rules and proxies of it.
 */
#ifndef WEIR_HTTP_HANDOVER_H
#define WEIR_HTTP_HANDOVER_H

#include <stdbool.h>

struct handover;
struct session;
struct stream;

/* The stream is about to be dismissed. False when memory runs out. */
MUST_CHECK bool handover_leave(struct stream *s);
/* What its session has for it. */
void handover_take(struct stream *s);
/* The session ends; NULL: there is none, or somebody took it. */
void handover_drop(struct session *session, struct handover *left);

#endif
