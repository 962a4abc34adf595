/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of our own that are at hand as a whole: error pages, what rules answer, and the page for monitors.
 * They use the stream's way down, so back-pressure and deadlines are the usual ones.
 */
#include "proxy/http/local_priv.h"
#include "proxy/http/reply.h"
#include "proxy/http/stream_steps.h"
#include "proxy/http1/error_pages.h"
#include "proxy/http1/error_set.h"
#include "proxy/rules/trace.h"

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
    local_start(s, status);
    if (head.len > 0) { /* an empty error file: close without a word */
        if (!local_add_head(s, &g, head))
            return local_error(s, 500);
        if (!has_connection || is_anew)
            local_add_connection(s, &g);
        gather_literal(&g, "\r\n");
        if (local_has_body(s))
            gather_add(&g, body.data, body.len);
    }
    s->down.input_done = true;
    enum relay_status sent = relay_send(&s->down, &g);
    s->thread->sample_scratch.used = 0;
    if (sent != RELAY_WAITS) {
        s->keep_client = false;
        return stream_end(s);
    }
    return local_finish(s);
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
    local_skip_body(s);
    s->keep_client = !page->says_close && page->len > 0 && status != 400 && status != 408 &&
                     local_may_keep_client(s);
    struct sample_text body = {page->bytes + page->head_len, page->len - page->head_len};
    /* logged is what went wrong, whatever status the page has */
    return give(s, status, head_of(s, page), body, page->says_close && s->head_us == 0);
}

enum stream_state local_reply(struct stream *s, const struct rule_decision *decision)
{
    dispatch_leave_queue(s);
    dispatch_release(s, false);
    local_skip_body(s);
    s->keep_client = local_may_keep_client(s);
    s->thread->sample_scratch.used = decision->scratch_used;
    return give(s, decision->status, decision->head, decision->body, false);
}

/* ---- monitor-uri ----------------------------------------------------------------------------------------- */

/* The target with its query: from the path on, or all of it where the setting is in absolute form. */
static bool asks_for(const struct stream *s, const char *uri)
{
    const struct http_msg *m = &s->req;
    size_t from = *uri == '/' ? m->path_off : m->target_off;
    size_t len = m->target_off + m->target_len - from;
    return strlen(uri) == len && memcmp(uri, s->in + from, len) == 0;
}

/* HAProxy's page for monitors, or its 503. */
bool local_try_monitor(struct stream *s, const struct proxy *proxy, enum stream_state *next_out)
{
    if (!asks_for(s, proxy->conf->monitor_uri))
        return false;
    if (s->trace != NULL)
        trace_note(s->trace, TRACE_ANSWER, &proxy->conf->place, true, "answered by monitor-uri");
    stream_blame(s, CAUSE_LOCAL);
    s->logged = true; /* a probe each second would fill the log */
    *next_out = local_error(s, rules_monitor_fails(s, proxy) ? 503 : 200);
    return true;
}
