/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stream's life and its states. stream.h draws them and says which file does what.
 */
#include "proxy/http/stream_steps.h"

#include "proxy/http/explain.h"
#include "proxy/http/handover.h"
#include "proxy/http/rules.h"
#include "proxy/http/stage.h"

#include <stdlib.h>

void stream_init(struct stream *s, struct session *session, const struct stream_mode *mode,
                 struct pool *pool)
{
    struct http_thread *thread = session->thread;
    s->session = session;
    s->thread = thread;
    s->mode = mode;
    s->pool = pool;
    s->snapshot = snapshot_hold(session->snapshot, thread->loop->index);
    s->frontend = session->bind->proxy;
    s->began_us = thread->loop->now_us;
    s->trace = stage_trace(thread);
    s->phase = '-';
    s->status = -1;
}

struct stream *stream_new(struct session *session)
{
    struct pool *pool = &session->thread->stream_pool;
    struct stream *s = pool_take(pool);
    if (s == NULL)
        return NULL;
    memset(s, 0, offsetof(struct stream, answer.headers));
    s->answer.headers[0] = '\0';
    s->resp.status = 0; /* whatever the stream had that was here before */
    s->in_top = (uint32_t)(session->thread->buffer_bytes + session->thread->rewrite_bytes);
    stream_init(s, session, &stream_http, pool);
    h1_request_init(&s->parser, &s->req,
                    s->frontend->conf->accept_invalid_request ? H1_LENIENT : 0);
    return s;
}

void stream_free(struct stream *s)
{
    snapshot_release(s->snapshot, s->thread->loop->index);
    free(s->unique_id);
    pool_give(s->pool, s);
}

/* ---- the way of a request ------------------------------------------------------------------------- */

static void count_request(struct stream *s)
{
    struct counters *cells =
        frontend_counters(&s->frontend->state->frontend, s->thread->loop->index);
    counters_add(cells, COUNTER_REQUESTS, 1);
    rate_count(&cells->rates[RATE_REQUESTS], (uint32_t)(s->thread->loop->now_us / 1000000));
}

/* As it came: for logs and captures, whatever rules make of it. */
static void note_request_line(struct stream *s)
{
    const struct http_msg *m = &s->req;
    uint32_t end = m->target_off + m->target_len + (uint32_t)sizeof(" HTTP/1.1") - 1;
    if (end > m->head_bytes - 1) /* HTTP/0.9, leniently: there is no version */
        end = m->target_off + m->target_len;
    s->line_off = m->method_off;
    s->line_len = end - m->method_off;
    s->asked_method = m->method;
}

/* The head is whole, or refused, or more of it must come. */
static enum stream_state read_head(struct stream *s)
{
    enum h1_status status = h1_head_parse(&s->parser, s->in, s->in_len);
    if (status == H1_MORE && s->in_len < s->thread->buffer_bytes)
        return STREAM_HEAD;
    if (status == H1_DONE) {
        struct http_edit edit = stream_edit(s, false);
        s->head_us = s->whole_us = s->thread->loop->now_us;
        if (s->req.authority_len > 0 && !edit_drop_default_port(&edit))
            return stream_fail(s, CAUSE_PROXY,
                               400); /* the head fills the buffer to the last byte */
        s->in_used = s->req.head_bytes;
        s->up.input_done = s->req.body == HTTP_BODY_NONE;
        note_request_line(s);
        count_request(s);
        if (s->session->handover != NULL)
            handover_take(s);
        explain_if_asked(s);
        return rules_request(s);
    }
    s->bad = status == H1_BAD ? s->parser.error : h1_too_large(&s->parser);
    trace_tell(s->trace, TRACE_ANSWER, "refused before any rule, status %d: %s", s->bad.status,
               s->bad.reason);
    return stream_fail(s, CAUSE_PROXY, s->bad.status);
}

void stream_parse_head(struct stream *s)
{
    /* a service may have asked for the body: then the head is known already */
    enum stream_state next = s->head_us == 0 ? read_head(s) : rules_request(s);
    if (next != STREAM_ENDED)
        s->state = next;
}

/* ---- events --------------------------------------------------------------------------------------- */

/* A client that hangs up while we look for a server need not be served. One that only ended its side may
 * still read: RFC 9112 9.6. */
bool stream_is_forsaken(const struct stream *s)
{
    const struct conn *client = &s->session->client;
    return client->broken || (client->peer_ended && s->mode->is_forsaken(s));
}

static enum stream_state watch_client(struct stream *s)
{
    return stream_is_forsaken(s) ? stream_fail(s, CAUSE_CLIENT_ABORT, 0) : s->state;
}

static enum stream_state time_out_queue(struct stream *s)
{
    return stream_fail(s, CAUSE_SERVER_TIMEOUT, 503);
}

static enum stream_state time_out_connect(struct stream *s)
{
    if (s->retries < stream_retries(s))
        return dispatch_retry_connect(s);
    return stream_fail(s, CAUSE_SERVER_TIMEOUT, 503);
}

static enum stream_state look_again(struct stream *s)
{
    return s->mode->look_again(s);
}

static enum stream_state end_of_wait(struct stream *s)
{
    return s->mode->waited(s);
}

static enum stream_state errand_is_back(struct stream *s)
{
    return s->mode->go_on(s);
}

typedef enum stream_state stream_step(struct stream *s);

/* Every path a stream can take. An empty cell: the event changes nothing in that state. */
static stream_step *const steps[STREAM_STATES][STREAM_EVENTS] = {
    [STREAM_RULES] = {[STREAM_CLIENT_READY] = look_again,
                      [STREAM_RESUMED] = look_again,
                      [STREAM_PREPARED] = errand_is_back,
                      [STREAM_TIMED_OUT] = end_of_wait},
    [STREAM_QUEUED] = {[STREAM_GRANTED] = dispatch_granted,
                       [STREAM_CLIENT_READY] = watch_client,
                       [STREAM_TIMED_OUT] = time_out_queue},
    [STREAM_PAUSED] = {[STREAM_CLIENT_READY] = watch_client, [STREAM_TIMED_OUT] = dispatch_resume},
    [STREAM_CONNECTING] = {[STREAM_SERVER_READY] = dispatch_connecting,
                           [STREAM_CLIENT_READY] = watch_client,
                           [STREAM_SERVER_DOWN] = dispatch_server_down,
                           [STREAM_TIMED_OUT] = time_out_connect},
    [STREAM_WAITING] = {[STREAM_SERVER_READY] = stream_pump_server,
                        [STREAM_CLIENT_READY] = stream_pump_client,
                        [STREAM_RESUMED] = stream_pump,
                        [STREAM_SERVER_DOWN] = dispatch_server_down,
                        [STREAM_TIMED_OUT] = stream_pump_timed_out},
    [STREAM_HOLDING] = {[STREAM_SERVER_READY] = response_read_more,
                        [STREAM_CLIENT_READY] = watch_client,
                        [STREAM_TIMED_OUT] = response_waited},
    [STREAM_RELAYING] = {[STREAM_SERVER_READY] = stream_pump_server,
                         [STREAM_CLIENT_READY] = stream_pump_client,
                         [STREAM_RESUMED] = stream_pump,
                         [STREAM_TIMED_OUT] = stream_pump_timed_out},
    [STREAM_TUNNEL] = {[STREAM_SERVER_READY] = stream_pump_server,
                       [STREAM_CLIENT_READY] = stream_pump_client,
                       [STREAM_RESUMED] = stream_pump,
                       [STREAM_TIMED_OUT] = stream_pump_timed_out},
    [STREAM_PREPARING] = {[STREAM_PREPARED] = local_prepared, [STREAM_TIMED_OUT] = local_late},
    [STREAM_ANSWERING] =
        {[STREAM_CLIENT_READY] = local_continue, [STREAM_TIMED_OUT] = stream_pump_timed_out},
};

void stream_handle(struct stream *s, enum stream_event event)
{
    stream_step *step = steps[s->state][event];
    if (step == NULL)
        return;
    enum stream_state next = step(s);
    if (next != STREAM_ENDED) /* else its memory may be gone */
        s->state = next;
}
