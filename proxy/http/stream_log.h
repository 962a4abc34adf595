/* SPDX-License-Identifier: Apache-2.0 */
/* What a stream leaves behind: counters of frontend, backend and server, and its access record. */
#ifndef WEIR_HTTP_STREAM_LOG_H
#define WEIR_HTTP_STREAM_LOG_H

#include <stdbool.h>

struct access_record;
struct sample_env;
struct session;
struct stream;

/* Of TCP: the short line that tells only who came goes at once. */
void stream_log_begin(struct stream *s);
/* The response's head has been sent, or the tunnel stands: the line goes now with `option logasap`. */
void stream_log_head(struct stream *s);
/* The record as the stream stands, for rules that name log fields; until the thread makes the next one. */
const struct access_record *stream_log_record(struct sample_env *env);
/* A line more, of the stream as it stands. */
void stream_log_now(struct stream *s);
/* Once for each stream that saw a byte. */
void stream_log_end(struct stream *s);
/* Counts whose fault it was; before anything is released. */
void stream_log_failure(struct stream *s);
/* A connection that ended without a request: HAProxy's line for it, unless dontlognull. */
void session_log_null(struct session *session);
/* One that never came to be served, in HAProxy's words; is_null: for want of any byte, says dontlognull. */
void session_log_failure(struct session *session, const char *text, bool is_null);
/* One that ended before TLS was agreed upon; error as of conn_handshake(), or UV_ETIMEDOUT. */
void session_log_handshake(struct session *session, int error);

#endif
