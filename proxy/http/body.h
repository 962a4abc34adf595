/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has come of a message's body while its head is still being judged: rules and services look at it
 * before it goes on. Only what the buffer holds; chunks are put together in the scratch.
 *
 * Thread:  the stream's.
 */
#ifndef WEIR_HTTP_BODY_H
#define WEIR_HTTP_BODY_H

#include "proxy/http/stream.h"

/* Has all of the body come, or so many bytes of it, or all that the buffer can hold? */
bool body_is_ready(const struct stream *s, bool is_response, size_t at_least);
/* The client was waited for in vain: 408. */
enum stream_state body_is_late(struct stream *s);
/* Tells a client that waits for it to send its body: RFC 9110 10.1.1. The server is not asked again. */
void body_invite(struct stream *s);

/* The body without its framing; false when there is no room in the scratch. */
bool body_text(struct sample_env *env, bool is_response, struct sample_text *out);

#endif
