/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a server says first, while tcp-response content rules look at it.
 *
 *   connected --> rules --wait: more bytes, or inspect-delay is over--> rules ...
 *                   |--> accept, or none decided: stick rules, then the bytes and all that follows go on
 *                   |--> close: so do the bytes, but nothing follows
 *                   `--> reject: ended
 *
 * Meanwhile the client's bytes go to the server as in any tunnel, and its deadlines are a tunnel's.
 */
#include "proxy/http/stream_steps.h"
#include "proxy/tcp/tcp_priv.h"

#include "proxy/http/rules.h"
#include "proxy/http/sticking.h"
#include "proxy/rules/trace.h"
#include "proxy/state/bind_state.h"

void tcp_expect_answer(struct stream *s)
{
    struct rule_progress *p = &s->rules;
    s->inspects_answer = ruleset_of(s->backend->conf->rules, RULES_TCP_RESPONSE) != NULL;
    if (!s->inspects_answer)
        return;
    if (p->message.first != NULL) /* the variables of the request have had their time */
        var_store_clear(&p->message);
    p->wait_until_ms = 0;
    p->wait_is_over = false;
}

static enum stream_state reject(struct stream *s)
{
    unsigned thread = s->thread->loop->index;
    bind_count(s->session->bind, thread, COUNTER_DENIED_RESP, 1);
    counters_add(backend_counters(&s->backend->state->backend, thread), COUNTER_DENIED_RESP, 1);
    stream_blame(s, CAUSE_PROXY); /* counted above, and not as a failure */
    return stream_fail(s, CAUSE_PROXY, 0);
}

static enum stream_state wait_for_more(struct stream *s)
{
    struct rule_progress *p = &s->rules;
    unsigned delay_ms = s->backend->conf->response_inspect_delay_ms;
    if (p->wait_until_ms == 0) {
        trace_tell(s->trace, TRACE_STEP,
                   "waits for bytes of the server, or until %u ms have passed", delay_ms);
        p->wait_until_ms = s->thread->loop->now_ms + delay_ms;
    }
    return STREAM_TUNNEL;
}

/* The bytes may go on, and what follows them without a look. */
static enum stream_state let_through(struct stream *s)
{
    struct relay_bytes *head = &s->resp_head;
    enum relay_status status = RELAY_WAITS;
    struct gather g;
    size_t used;
    sticking_response(s); /* which may look at the same bytes */
    s->inspects_answer = false;
    gather_init(&g);
    if (head->len > 0)
        status = relay_push(&s->down, &g, head->data + head->off, head->len, &used);
    relay_bytes_free(head);
    *head = (struct relay_bytes){0};
    if (s->closes_server)
        s->down.input_done = s->up_broken = true;
    if (status == RELAY_NO_MEMORY)
        return stream_fail(s, CAUSE_RESOURCE, 0);
    if (status == RELAY_TO_FAILED)
        return stream_fail(s, CAUSE_CLIENT_ABORT, 0);
    return STREAM_TUNNEL;
}

static enum stream_state run_rules(struct stream *s)
{
    struct rule_progress *p = &s->rules;
    struct sample_env env;
    rules_env(s, s->backend, true, &env);
    env.is_final = s->backend->conf->response_inspect_delay_ms == 0 || p->wait_is_over;
    p->at = 0; /* as HAProxy: what is before may tell more of more bytes, too */
    switch (ruleset_run(ruleset_of(s->backend->conf->rules, RULES_TCP_RESPONSE), &env, &p->at)) {
    case RULE_WAITS:
        return wait_for_more(s);
    case RULE_ANSWERS:
        return reject(s);
    case RULE_FAILS:
        return stream_fail(s, CAUSE_INTERNAL, 0);
    default:
        return let_through(s);
    }
}

enum stream_state tcp_look_at_answer(struct stream *s)
{
    size_t before = s->resp_head.len;
    int rc = tcp_read(&s->sconn->conn, &s->resp_head);
    if (rc == UV_ENOMEM)
        return stream_fail(s, CAUSE_RESOURCE, 0);
    if (rc < 0 && rc != UV_EAGAIN)
        return stream_fail(s, CAUSE_SERVER_ABORT, 0);
    if (s->resp_head.len != before)
        stream_refresh_deadlines(s);
    if (rc == 0 || s->resp_head.len >= INSPECTED_BYTES_MAX)
        s->rules.wait_is_over = true;
    return run_rules(s);
}
