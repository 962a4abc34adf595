/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of our own: error pages, and what services (statistics, fixed replies) produce. They use the
 * stream's way down, so back-pressure and deadlines are the usual ones.
 */
#include "proxy/http/error_pages.h"
#include "proxy/http/error_set.h"
#include "proxy/http/head.h"
#include "proxy/http/reply.h"
#include "proxy/http/rules.h"
#include "proxy/http/stream.h"
#include "proxy/rules/trace.h"

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

/* A body that has come with the head needs no reading: it is behind us. */
static void skip_body(struct stream *s)
{
    const struct http_msg *m = &s->req;
    if (s->head_us == 0 || s->up.input_done || m->body != HTTP_BODY_LENGTH || s->up.from != NULL ||
        s->keeps_body || s->in_len - m->head_bytes < m->content_length)
        return;
    s->in_used = m->head_bytes + (uint32_t)m->content_length;
    s->up.input_done = true;
}

static void start_answer(struct stream *s, int status)
{
    s->status = status;
    s->resp_started = true;
    s->state = STREAM_ANSWERING;
    relay_start(&s->down, &s->session->client, &s->session->client, HTTP_BODY_NONE, 0, false, 0);
    stream_client_lives(s, stream_client_ms(s));
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

/* ---- heads: http-after-response changes them too ------------------------------------------------- */

/* A copy of the head as a message in the scratch, with room behind it. False when that is used up. */
static bool read_own_head(struct stream *s, struct sample_text head)
{
    struct sample_scratch *scratch = &s->thread->sample_scratch;
    size_t room = head.len + 2 + s->thread->buffer_bytes;
    if (scratch->size - scratch->used < room)
        return false;
    s->resp_base = scratch->base + scratch->used;
    scratch->used += room;
    memcpy(s->resp_base, head.data, head.len);
    memcpy(s->resp_base + head.len, "\r\n", 2);
    s->resp_len = (uint32_t)head.len + 2;
    s->resp_top = (uint32_t)room;
    h1_response_init(&s->parser, &s->resp, (enum http_method)s->asked_method, H1_LENIENT);
    return h1_head_parse(&s->parser, s->resp_base, s->resp_len) == H1_DONE;
}

/* Status line and fields, without the connection's and the empty line. False: the rules failed. */
static bool add_own_head(struct stream *s, struct gather *g, struct sample_text head)
{
    if (!rules_wants_after_response(s)) {
        gather_add(g, head.data, head.len);
        return true;
    }
    struct http_msg *m = &s->resp;
    char line[32];
    if (!read_own_head(s, head) || !rules_after_response(s)) {
        s->rules.has_failed = true;
        return false;
    }
    if ((m->flags & HTTP_MSG_LINE_EDITED) != 0)
        s->status = m->status;
    head_drop(m, HTTP_HDR_CONNECTION);
    gather_text(g, line, (size_t)snprintf(line, sizeof(line), "HTTP/1.1 %u ", m->status));
    gather_add(g, s->resp_base + m->reason_off, m->reason_len);
    gather_literal(g, "\r\n");
    m->flags |= HTTP_MSG_FIELDS_EDITED; /* the empty line is not to go with the last of them */
    head_add_fields(g, m, s->resp_base, false);
    return true;
}

/* ---- error pages, and what rules answer ---------------------------------------------------------- */

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

/* A whole answer at hand. has_connection: its head says already what becomes of the connection. */
static enum stream_state give(struct stream *s, int status, struct sample_text head,
                              struct sample_text body, bool has_connection)
{
    struct gather g;
    bool is_anew = rules_wants_after_response(s);
    gather_init(&g);
    start_answer(s, status);
    if (head.len > 0) { /* an empty error file: close without a word */
        if (!add_own_head(s, &g, head))
            return local_error(s, 500);
        if (!has_connection || is_anew)
            add_connection(s, &g);
        gather_literal(&g, "\r\n");
        if (s->asked_method != HTTP_METHOD_HEAD)
            gather_add(&g, body.data, body.len);
    }
    s->down.input_done = true;
    enum relay_status sent = relay_send(&s->down, &g);
    s->thread->sample_scratch.used = 0;
    if (sent != RELAY_WAITS) {
        s->keep_client = false;
        return stream_end(s);
    }
    return finish_answer(s);
}

/*
 * The head of a page. Pages for requests that could not be read have the connection's field in the midst; for one
 * that was read it comes last, as with HAProxy.
 */
static struct sample_text head_of(struct stream *s, const struct error_page *page)
{
    static const char field[] = "Connection: close\r\n";
    struct sample_scratch *scratch = &s->thread->sample_scratch;
    struct sample_text head = {page->bytes, page->len > 0 ? page->head_len - 2 : 0};
    const char *at = memmem(head.data, head.len, field, sizeof(field) - 1);
    if (at == NULL || s->head_us == 0 || scratch->size - scratch->used < head.len)
        return head;
    char *to = scratch->base + scratch->used;
    size_t before = (size_t)(at - head.data), after = head.len - before - (sizeof(field) - 1);
    scratch->used += head.len;
    memcpy(to, head.data, before);
    memcpy(to + before, at + sizeof(field) - 1, after);
    return (struct sample_text){to, before + after};
}

/* http-error; false: nothing was said for that status. */
static bool find_reply(struct stream *s, int status, struct rule_decision *out)
{
    const struct proxy *owner = s->backend;
    const struct reply *reply = reply_for_error(owner, (unsigned)status);
    struct sample_env env;
    if (reply == NULL) {
        owner = s->frontend;
        reply = reply_for_error(owner, (unsigned)status);
    }
    if (reply == NULL || s->rules.has_failed)
        return false;
    rules_env(s, owner, false, &env);
    if (reply_give(&env, reply, s->cause, false) != RULE_ANSWERS ||
        s->decision.kind != DECIDED_REPLY)
        return false;
    *out = s->decision;
    return true;
}

enum stream_state local_error(struct stream *s, int status)
{
    struct rule_decision decision;
    if (find_reply(s, status, &decision))
        return local_reply(s, &decision);
    const struct error_page *page = error_page_of(s, (unsigned)status);
    skip_body(s);
    s->keep_client =
        !page->says_close && page->len > 0 && status != 400 && status != 408 && may_keep_client(s);
    struct sample_text body = {page->bytes + page->head_len, page->len - page->head_len};
    /* logged is what went wrong, whatever status the page has */
    return give(s, status, head_of(s, page), body, page->says_close && s->head_us == 0);
}

enum stream_state local_reply(struct stream *s, const struct rule_decision *decision)
{
    dispatch_leave_queue(s);
    dispatch_release(s, false);
    skip_body(s);
    s->keep_client = may_keep_client(s);
    s->thread->sample_scratch.used = decision->scratch_used;
    return give(s, decision->status, decision->head, decision->body, false);
}

/* ---- services ------------------------------------------------------------------------------------ */

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
    if (head.len == 0 || !add_own_head(s, g, head))
        return false;
    add_connection(s, g);
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
    if (!add_service_head(s, &g)) {
        s->down.chunk_out = false;
        return local_error(s, 500);
    }
    s->down.input_done = s->asked_method == HTTP_METHOD_HEAD || s->answer.content_length == 0;
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

/* HAProxy's page for monitors, or its 503. */
bool local_try_monitor(struct stream *s, const struct proxy *proxy, enum stream_state *next_out)
{
    const char *uri = proxy->conf->monitor_uri;
    const struct http_msg *m = &s->req;
    size_t len = m->target_off + m->target_len - m->path_off; /* with its query */
    if (strlen(uri) != len || memcmp(uri, s->in + m->path_off, len) != 0)
        return false;
    if (s->trace != NULL)
        trace_note(s->trace, TRACE_ANSWER, &proxy->conf->place, true, "answered by monitor-uri");
    stream_blame(s, CAUSE_LOCAL);
    s->logged = true; /* a probe each second would fill the log */
    *next_out = local_error(s, rules_monitor_fails(s, proxy) ? 503 : 200);
    return true;
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
                                      .may_admin = rules_may_admin(s, proxy)};
    bool whole = body_is_here(s, &request);
    enum service_verdict verdict = proxy->service->handle(&request, &s->answer);
    if (verdict == SERVICE_PASS)
        return false;
    s->up.input_done = whole;
    if (s->trace != NULL)
        trace_note(s->trace, TRACE_ANSWER, &proxy->conf->place, true,
                   "answered by weir itself: statistics or metrics");
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
