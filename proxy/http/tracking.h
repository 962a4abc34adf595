/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stick counters: entries of stick tables that `track-sc` rules tie to a connection or to a request, and
 * the events that are counted in them.
 *
 *   connection  tcp-request connection, session    counts from then to the connection's end
 *   request     tcp-request content, http-request  counts for that request; goes before the connection's
 *
 * Thread:  the session's; tables lock for themselves.
 */
#ifndef WEIR_HTTP_TRACKING_H
#define WEIR_HTTP_TRACKING_H

#include "proxy/state/stick_table.h"

struct http_thread;
struct session;
struct stream;

enum {
    TRACK_COUNTERS = 12, /* sc0 to sc11; HAProxy has 3 unless tune.stick-counters says more */
    STICK_STORES = 8,    /* tables that one stream stores its server in */
};

/* Of a session: allocated by the first rule that tracks. */
struct tracked_set {
    struct stick_entry *entries[TRACK_COUNTERS]; /* held */
};

/* Of a stream: taken from the thread's pool when first needed. */
struct stream_stick {
    struct stick_entry *tracked[TRACK_COUNTERS]; /* held */
    struct stick_entry *stores[STICK_STORES];    /* held: what is to learn the server */
    unsigned store_count;
};

/* What a counter is tied to: the stream's, else the session's; or NULL. stream may be NULL. */
struct stick_entry *tracking_find(const struct session *session, const struct stream *stream,
                                  unsigned n);
/*
 * Ties a held entry to a counter, of the stream if there is one, and counts a connection. False: it is
 * tied already, or memory ran out; the entry is then dropped.
 */
bool tracking_start(struct session *session, struct stream *stream, unsigned n,
                    struct stick_entry *entry);
/* Another table's entry that is to learn the server, held. False, and it is dropped: there is no room. */
bool tracking_store(struct stream *s, struct stick_entry *entry);
/* The request's counters: also those that are tied to the connection. */
void tracking_change(struct stream *s, const struct stick_change *changes, size_t count);

/* Events. */
void tracking_session_begins(struct session *session);
void tracking_session_ends(struct session *session);
void tracking_request(struct stream *s);
void tracking_client_error(struct stream *s);   /* 4xx, denied, malformed */
void tracking_server_failure(struct stream *s); /* 5xx but 501 and 505, no answer */
void tracking_stream_ends(struct stream *s);
/* Of a stream that is no more. NULL is fine. */
void tracking_let_go(struct http_thread *thread, struct stream_stick *stick);

#endif
