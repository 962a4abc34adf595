/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of counting and logging share: stream_count.c counts, stream_log.c makes the record of a stream and
 * hands it over, session_log.c does so for sessions without one.
 */
#ifndef WEIR_HTTP_STREAM_LOG_PRIV_H
#define WEIR_HTTP_STREAM_LOG_PRIV_H

#include "proxy/http/stream_log.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/ruleset.h"
#include "proxy/state/access_record.h"

/* Counts a stream that has ended. */
void stream_count_end(const struct stream *s);

/* -1: one of the two never came. */
static inline int access_phase_ms(uint64_t from_us, uint64_t to_us)
{
    return from_us != 0 && to_us >= from_us ? (int)((to_us - from_us) / 1000) : -1;
}

/* Where the client connected to, which a wildcard bind does not tell. Only HAProxy's shortest format shows it. */
void access_fill_local(const struct session *session, struct addr *local, struct access_record *r);
/* Version, cipher and name of a connection in TLS. */
void access_fill_tls(const struct session *session, struct access_record *r);
/* What the line of a stream, or of what was to become one, is written by; or NULL. */
static inline const struct format *access_format(const struct proxy_rules *rules, bool is_request)
{
    if (rules == NULL)
        return NULL;
    return is_request || rules->error_log_format == NULL ? rules->log_format
                                                         : rules->error_log_format;
}
/* The line by the frontend's format, then on to the log; what it took of the scratch is given back. */
void access_hand_over(struct sample_env *env, struct access_record *r, const struct format *format);

#endif
