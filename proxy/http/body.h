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
/*
 * The same of a request that is waited for, or its client has left. One that waits for it is told to send the
 * body (RFC 9110 10.1.1), and the server is not asked again. The request is whole, for the log, when it has come.
 */
bool body_has_come(struct stream *s, size_t at_least);

/* The body without its framing; false when there is no room in the scratch. */
bool body_text(struct sample_env *env, bool is_response, struct sample_text *out);

#endif
