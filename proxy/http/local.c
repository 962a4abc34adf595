/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of our own: error pages, and what services (statistics, fixed replies) produce. They use the
 * stream's way down, so back-pressure and deadlines are the usual ones.
 */
#include "proxy/http/error_pages.h"
#include "proxy/http/error_set.h"
#include "proxy/http/stream.h"

#include <stdio.h>

#define PRODUCE_BYTES (16 * 1024)
/* The control thread answers within milliseconds, unless it loads a configuration. */
#define PREPARE_MS 10000

/* After an answer of ours the connection goes on only if the request has been read to its end. */
static bool may_keep_client(const struct stream *s)
{
    if (s->thread->draining || s->frontend->conf->http_close || session_is_orphan(s->session))
        return false;
    if ((s->req.flags & HTTP_MSG_KEEP_ALIVE) == 0)
        return false;
    return s->up.input_done;
}

static void start_answer(struct stream *s, int status)
{
    s->status = status;
    s->resp_started = true;
    s->state = STREAM_ANSWERING;
    relay_start(&s->down, &s->session->client, &s->session->client, HTTP_BODY_NONE, 0, false, 0);
    stream_client_lives(s, s->frontend->conf->timeout.client_ms);
}

static void add_connection(const struct stream *s, struct gather *g)
{
    if (!s->keep_client)
        gather_literal(g, "Connection: close\r\n");
    else if (s->req.version_minor == 0)
        gather_literal(g, "Connection: keep-alive\r\n");
}

static enum stream_state finish_answer(struct stream *s)
{
    if (relay_is_blocked(&s->down)) {
        stream_arm(s);
        return STREAM_ANSWERING;
    }
    return stream_end(s);
}

/* ---- error pages -------------------------------------------------------------------------------- */

static const struct error_page *error_page_of(const struct stream *s, unsigned status)
{
    const struct error_page *page =
        s->backend != NULL ? error_set_find(s->backend->errors, status) : NULL;
    if (page == NULL)
        page = error_set_find(s->frontend->errors, status);
    if (page == NULL)
        page = error_page_find(status);
    return page != NULL ? page : error_page_find(500);
}

enum stream_state local_error(struct stream *s, int status)
{
    const struct error_page *page = error_page_of(s, (unsigned)status);
    struct gather g;
    gather_init(&g);
    s->keep_client =
        !page->says_close && page->len > 0 && status != 400 && status != 408 && may_keep_client(s);
    start_answer(s, page->status);
    if (page->len > 0) { /* an empty error file: close without a word */
        gather_add(&g, page->bytes, page->head_len - 2);
        if (!page->says_close)
            add_connection(s, &g);
        gather_literal(&g, "\r\n");
        if (s->req.method != HTTP_METHOD_HEAD)
            gather_add(&g, page->bytes + page->head_len, page->len - page->head_len);
    }
    if (relay_send(&s->down, &g) != RELAY_WAITS) {
        s->keep_client = false;
        return stream_end(s);
    }
    return finish_answer(s);
}

/* ---- services ------------------------------------------------------------------------------------ */

static void add_service_head(struct stream *s, struct gather *g)
{
    const struct service_answer *a = &s->answer;
    char line[64];
    int n = snprintf(line, sizeof(line), "HTTP/1.1 %d ", a->status);
    gather_text(g, line, (size_t)n);
    const char *reason = http_status_reason((unsigned)a->status);
    gather_add(g, reason, strlen(reason));
    gather_literal(g, "\r\n");
    gather_text(g, a->headers, strlen(a->headers));
    if (a->content_length != SERVICE_CHUNKED) {
        n = snprintf(line, sizeof(line), "Content-Length: %llu\r\n",
                     (unsigned long long)a->content_length);
        gather_text(g, line, (size_t)n);
    } else if (s->req.version_minor == 1) {
        gather_literal(g, "Transfer-Encoding: chunked\r\n");
    }
    add_connection(s, g);
    gather_literal(g, "\r\n");
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
        stream_client_lives(s, s->frontend->conf->timeout.client_ms);
    return finish_answer(s);
}

static enum stream_state start_service(struct stream *s)
{
    struct gather g;
    gather_init(&g);
    bool chunked = s->answer.content_length == SERVICE_CHUNKED;
    s->keep_client = may_keep_client(s) && !(chunked && s->req.version_minor == 0);
    stream_blame(s, CAUSE_LOCAL);
    if (s->answer.name != NULL) /* HAProxy takes it for a server then */
        s->assigned_us = s->connected_us = s->response_us = s->thread->loop->now_us;
    s->logged = s->answer.unlogged;
    start_answer(s, s->answer.status);
    s->down.chunk_out = chunked && s->req.version_minor == 1;
    add_service_head(s, &g);
    s->down.input_done = s->req.method == HTTP_METHOD_HEAD || s->answer.content_length == 0;
    if (s->down.input_done)
        s->down.chunk_out = false;
    if (s->answer.fixed != NULL && !s->down.input_done) {
        gather_add(&g, s->answer.fixed, s->answer.content_length);
        s->down.input_done = true;
    }
    if (relay_send(&s->down, &g) != RELAY_WAITS)
        return stream_fail(s, CAUSE_CLIENT_ABORT, 0);
    return local_continue(s);
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

bool local_try_service(struct stream *s, const struct proxy *proxy, enum stream_state *next_out)
{
    if (proxy->service == NULL)
        return false;
    struct service_request request = {.proxy = proxy,
                                      .snapshot = s->snapshot,
                                      .loop = s->thread->loop,
                                      .msg = &s->req,
                                      .base = s->in};
    bool whole = body_is_here(s, &request);
    enum service_verdict verdict = proxy->service->handle(&request, &s->answer);
    if (verdict == SERVICE_PASS)
        return false;
    s->up.input_done = whole;
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
