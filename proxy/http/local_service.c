/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of our own that a service produces part by part: statistics and metrics; see service.h. */
#include <stdio.h>

#include "proxy/http/local_priv.h"
#include "proxy/http/stream_steps.h"
#include "proxy/http1/error_pages.h"
#include "proxy/rules/trace.h"

#define PRODUCE_BYTES (16 * 1024)
/* The control thread answers within milliseconds, unless it loads a configuration. */
#define PREPARE_MS 10000

/* In the scratch; len 0 when there is no room. */
static struct sample_text write_service_head(struct stream *s)
{
    const struct service_answer *a = &s->answer;
    struct sample_scratch *scratch = &s->thread->sample_scratch;
    char *text = scratch->base + scratch->used;
    size_t room = SERVICE_HEADERS_BYTES + 128;
    if (scratch->size - scratch->used < room)
        return (struct sample_text){0};
    int n = snprintf(text, room, "HTTP/1.1 %d %s\r\n%s", a->status,
                     http_status_reason((unsigned)a->status), a->headers);
    if (a->content_length != SERVICE_CHUNKED)
        n += snprintf(text + n, room - (size_t)n, "Content-Length: %llu\r\n",
                      (unsigned long long)a->content_length);
    else if (s->req.version_minor == 1)
        n += snprintf(text + n, room - (size_t)n, "Transfer-Encoding: chunked\r\n");
    scratch->used += (size_t)n;
    return (struct sample_text){text, (size_t)n};
}

/* False: the rules failed. */
static bool add_service_head(struct stream *s, struct gather *g)
{
    struct sample_text head = write_service_head(s);
    if (head.len == 0 || !local_add_head(s, g, head))
        return false;
    local_add_connection(s, g);
    gather_literal(g, "\r\n");
    return true;
}

static void end_service_body(struct stream *s, struct gather *g)
{
    if (s->down.chunk_out)
        gather_literal(g, "0\r\n\r\n");
    s->down.input_done = true;
}

static enum relay_status produce_part(struct stream *s)
{
    char part[PRODUCE_BYTES], head[H1_CHUNK_HEAD_BYTES_MAX];
    struct gather g;
    gather_init(&g);
    size_t n =
        s->answer.produce != NULL ? s->answer.produce(s->answer.state, part, sizeof(part)) : 0;
    if (n == 0) {
        end_service_body(s, &g);
    } else if (s->down.chunk_out) {
        gather_text(&g, head, h1_format_chunk_head(head, n));
        gather_add(&g, part, n);
        gather_literal(&g, "\r\n");
    } else {
        gather_add(&g, part, n);
    }
    return relay_send(&s->down, &g);
}

/* Goes on as long as the client takes it. */
enum stream_state local_continue(struct stream *s)
{
    uint64_t taken = s->down.bytes_out;
    enum relay_status status = relay_flush(&s->down);
    while (status == RELAY_WAITS && !relay_is_blocked(&s->down) && !s->down.input_done)
        status = produce_part(s);
    if (status != RELAY_WAITS)
        return stream_fail(s, CAUSE_CLIENT_ABORT, 0);
    if (s->down.bytes_out != taken)
        stream_client_lives(s, stream_client_ms(s));
    return local_finish(s);
}

static enum stream_state start_service(struct stream *s)
{
    struct gather g;
    gather_init(&g);
    bool chunked = s->answer.content_length == SERVICE_CHUNKED;
    s->keep_client = local_may_keep_client(s) && !(chunked && s->req.version_minor == 0);
    stream_blame(s, CAUSE_LOCAL);
    if (s->answer.name != NULL) /* HAProxy takes it for a server then */
        s->assigned_us = s->connected_us = s->response_us = s->thread->loop->now_us;
    s->logged = s->answer.unlogged;
    local_start(s, s->answer.status);
    s->down.chunk_out = chunked && s->req.version_minor == 1;
    if (!add_service_head(s, &g)) {
        s->down.chunk_out = false;
        return local_error(s, 500);
    }
    s->down.input_done = !local_has_body(s) || s->answer.content_length == 0;
    if (s->down.input_done)
        s->down.chunk_out = false;
    if (s->answer.fixed != NULL && !s->down.input_done) {
        gather_add(&g, s->answer.fixed, s->answer.content_length);
        s->down.input_done = true;
    }
    enum relay_status sent = relay_send(&s->down, &g);
    s->thread->sample_scratch.used = 0;
    return sent == RELAY_WAITS ? local_continue(s) : stream_fail(s, CAUSE_CLIENT_ABORT, 0);
}

/* ---- answers that another thread completes ------------------------------------------------------- */

static enum stream_state prepare(struct stream *s)
{
    s->answer.wait->stream = s;
    s->state = STREAM_PREPARING;
    stream_server_lives(s, PREPARE_MS);
    stream_arm(s);
    return STREAM_PREPARING;
}

enum stream_state local_prepared(struct stream *s)
{
    return start_service(s);
}

enum stream_state local_late(struct stream *s)
{
    return stream_fail(s, CAUSE_RESOURCE, 503);
}

void service_resume(struct service_wait *wait)
{
    struct stream *s = wait->stream;
    if (s == NULL)
        return;
    wait->stream = NULL;
    s->answer.wait = NULL;
    stream_handle(s, STREAM_PREPARED); /* of a late answer that is being refused: changes nothing */
}

/* ---- asking the services ------------------------------------------------------------------------- */

/* The request's body as far as it came with the head. True when that is all of it. */
static bool body_is_here(struct stream *s, struct service_request *request)
{
    const struct http_msg *m = &s->req;
    request->body = s->in + m->head_bytes;
    request->body_len = s->in_len - m->head_bytes;
    s->in_used = m->head_bytes;
    if (m->body == HTTP_BODY_NONE) {
        request->body_len = 0;
        return true;
    }
    if (m->body != HTTP_BODY_LENGTH || request->body_len < m->content_length)
        return false;
    request->body_len = (size_t)m->content_length;
    s->in_used += (uint32_t)m->content_length;
    return true;
}

/* The rest of the body is to come: the service is asked again when it has, if it can be held. */
static enum stream_state await_body(struct stream *s)
{
    bool too_large = s->req.body != HTTP_BODY_LENGTH ||
                     s->req.head_bytes + s->req.content_length > s->thread->buffer_bytes;
    return too_large ? stream_fail(s, CAUSE_PROXY, 413) : STREAM_HEAD;
}

bool local_try_service(struct stream *s, const struct proxy *proxy, enum service_kind kind,
                       enum stream_state *next_out)
{
    if (proxy->service == NULL)
        return false;
    struct service_request request = {.kind = kind,
                                      .proxy = proxy,
                                      .snapshot = s->snapshot,
                                      .loop = s->thread->loop,
                                      .msg = &s->req,
                                      .base = s->in,
                                      .may_admin = kind == SERVICE_STATS &&
                                                   service_is_stats(proxy->conf, &s->req, s->in) &&
                                                   rules_may_admin(s, proxy)};
    bool whole = body_is_here(s, &request);
    enum service_verdict verdict = proxy->service->handle(&request, &s->answer);
    if (verdict == SERVICE_PASS)
        return false;
    s->up.input_done = whole;
    if (kind == SERVICE_METRICS) /* a rule asked for them */
        trace_tell(s->trace, TRACE_ANSWER, "answered by weir itself: metrics");
    else if (s->trace != NULL)
        trace_note(s->trace, TRACE_ANSWER, &proxy->conf->place, true,
                   "answered by weir itself: statistics");
    if (verdict == SERVICE_DENIES)
        *next_out = stream_fail(s, CAUSE_PROXY, s->answer.status);
    else if (verdict == SERVICE_WANTS_BODY && !whole)
        *next_out = await_body(s);
    else if (verdict == SERVICE_WAITS)
        *next_out = prepare(s);
    else
        *next_out = start_service(s);
    return true;
}
