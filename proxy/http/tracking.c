/* SPDX-License-Identifier: Apache-2.0 */
/* Stick counters of sessions and streams; see tracking.h. */
#include "proxy/http/tracking.h"

#include "proxy/http/stream.h"

#include <stdlib.h>

struct stick_entry *tracking_find(const struct session *session, const struct stream *stream,
                                  unsigned n)
{
    if (stream != NULL && stream->stick != NULL && stream->stick->tracked[n] != NULL)
        return stream->stick->tracked[n];
    return session->tracked != NULL ? session->tracked->entries[n] : NULL;
}

/* NULL when memory runs out. */
static struct stream_stick *stick_of(struct stream *s)
{
    if (s->stick == NULL) {
        s->stick = pool_take(&s->thread->stick_pool);
        if (s->stick != NULL)
            *s->stick = (struct stream_stick){0};
    }
    return s->stick;
}

static struct stick_entry **place_of(struct session *session, struct stream *stream, unsigned n)
{
    if (stream != NULL)
        return stick_of(stream) != NULL ? &stream->stick->tracked[n] : NULL;
    if (session->tracked == NULL)
        session->tracked = calloc(1, sizeof(*session->tracked));
    return session->tracked != NULL ? &session->tracked->entries[n] : NULL;
}

bool tracking_start(struct session *session, struct stream *stream, unsigned n,
                    struct stick_entry *entry)
{
    static const struct stick_change connection[] = {
        {CONF_STICK_CONN_CUR, 0, 1}, {CONF_STICK_CONN_CNT, 0, 1}, {CONF_STICK_CONN_RATE, 0, 1}};
    uint64_t now_ms = session->thread->loop->now_ms;
    struct stick_entry **place = place_of(session, stream, n);
    if (place == NULL || *place != NULL) {
        stick_entry_drop(entry, now_ms);
        return false;
    }
    stick_entry_change(entry, connection, 3, now_ms);
    *place = entry;
    return true;
}

bool tracking_store(struct stream *s, struct stick_entry *entry)
{
    struct stream_stick *stick = stick_of(s);
    bool has_room = stick != NULL && stick->store_count < STICK_STORES;
    if (has_room)
        stick->stores[stick->store_count++] = entry;
    else
        stick_entry_drop(entry, s->thread->loop->now_ms);
    return has_room;
}

static void let_go(struct stick_entry *entry, uint64_t now_ms)
{
    static const struct stick_change end = {CONF_STICK_CONN_CUR, 0, -1};
    stick_entry_change(entry, &end, 1, now_ms);
    stick_entry_drop(entry, now_ms);
}

void tracking_change(struct stream *s, const struct stick_change *changes, size_t count)
{
    const struct session *session = s->session;
    if (s->stick == NULL && session->tracked == NULL)
        return;
    for (unsigned n = 0; n < TRACK_COUNTERS; n++) {
        struct stick_entry *entry = tracking_find(session, s, n);
        if (entry != NULL)
            stick_entry_change(entry, changes, count, s->thread->loop->now_ms);
    }
}

void tracking_request(struct stream *s)
{
    static const struct stick_change request[] = {{CONF_STICK_HTTP_REQ_CNT, 0, 1},
                                                  {CONF_STICK_HTTP_REQ_RATE, 0, 1}};
    tracking_change(s, request, 2);
}

void tracking_client_error(struct stream *s)
{
    static const struct stick_change error[] = {{CONF_STICK_HTTP_ERR_CNT, 0, 1},
                                                {CONF_STICK_HTTP_ERR_RATE, 0, 1}};
    tracking_change(s, error, 2);
}

void tracking_server_failure(struct stream *s)
{
    static const struct stick_change failure[] = {{CONF_STICK_HTTP_FAIL_CNT, 0, 1},
                                                  {CONF_STICK_HTTP_FAIL_RATE, 0, 1}};
    tracking_change(s, failure, 2);
}

static void count_bytes(struct stream *s)
{
    int64_t in = (int64_t)s->mode->uploaded(s), out = (int64_t)s->down.bytes_out;
    const struct stick_change bytes[] = {{CONF_STICK_BYTES_IN_CNT, 0, in},
                                         {CONF_STICK_BYTES_IN_RATE, 0, in},
                                         {CONF_STICK_BYTES_OUT_CNT, 0, out},
                                         {CONF_STICK_BYTES_OUT_RATE, 0, out}};
    tracking_change(s, bytes, 4);
}

void tracking_let_go(struct http_thread *thread, struct stream_stick *stick)
{
    uint64_t now_ms = thread->loop->now_ms;
    if (stick == NULL)
        return;
    for (unsigned n = 0; n < TRACK_COUNTERS; n++)
        if (stick->tracked[n] != NULL)
            let_go(stick->tracked[n], now_ms);
    for (unsigned i = 0; i < stick->store_count; i++)
        stick_entry_drop(stick->stores[i], now_ms);
    pool_give(&thread->stick_pool, stick);
}

void tracking_stream_ends(struct stream *s)
{
    if (s->stick != NULL || s->session->tracked != NULL)
        count_bytes(s);
    tracking_let_go(s->thread, s->stick);
    s->stick = NULL;
}

void tracking_session_begins(struct session *session)
{
    static const struct stick_change begin[] = {{CONF_STICK_SESS_CNT, 0, 1},
                                                {CONF_STICK_SESS_RATE, 0, 1}};
    for (unsigned n = 0; session->tracked != NULL && n < TRACK_COUNTERS; n++)
        if (session->tracked->entries[n] != NULL)
            stick_entry_change(session->tracked->entries[n], begin, 2,
                               session->thread->loop->now_ms);
}

void tracking_session_ends(struct session *session)
{
    for (unsigned n = 0; session->tracked != NULL && n < TRACK_COUNTERS; n++)
        if (session->tracked->entries[n] != NULL)
            let_go(session->tracked->entries[n], session->thread->loop->now_ms);
    free(session->tracked);
    session->tracked = NULL;
}
