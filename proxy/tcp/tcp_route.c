/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a connection goes: tcp-request content rules look at what the client sends, use_backend chooses.
 *
 *   content rules of the frontend --> use_backend --> content rules of the backend --> dispatch
 *        `--- wait: more bytes, or inspect-delay is over
 *
 * What is read meanwhile is the session's intake, which goes to the server first. Its bound ends the waiting as the
 * delay does.
 */
#include "proxy/http/stream_steps.h"
#include "proxy/tcp/tcp_priv.h"

#include "proxy/http/explain.h"
#include "proxy/http/rules.h"
#include "proxy/state/bind_state.h"
#include "proxy/tcp/tcp_stream.h"

#include <stdlib.h>

enum stage { AT_FRONTEND, AT_CHOICE, AT_BACKEND, STAGES };

/* ---- reading what is inspected --------------------------------------------------------------------------- */

int tcp_read(struct conn *from, struct relay_bytes *to)
{
    char *scratch = from->loop->scratch;
    while (to->len < INSPECTED_BYTES_MAX) {
        ssize_t n = conn_recv(from, scratch, INSPECTED_BYTES_MAX - to->len);
        if (n <= 0)
            return (int)n;
        if (!relay_bytes_append(to, scratch, (size_t)n))
            return UV_ENOMEM;
    }
    return UV_EAGAIN;
}

/* ---- one list of rules ------------------------------------------------------------------------------------ */

static enum stream_state refuse(struct stream *s)
{
    unsigned thread = s->thread->loop->index;
    bind_count(s->session->bind, thread, COUNTER_DENIED_REQ, 1);
    if (s->backend != NULL)
        counters_add(backend_counters(&s->backend->state->backend, thread), COUNTER_DENIED_REQ, 1);
    stream_blame(s, CAUSE_PROXY); /* counted above, and not as a failure */
    return stream_fail(s, CAUSE_PROXY, 0);
}

static enum stream_state wait_for_more(struct stream *s, unsigned delay_ms)
{
    struct rule_progress *p = &s->rules;
    if (s->session->intake.len > 0)
        trace_tell(s->trace, TRACE_STEP, "waits for more bytes, or until %u ms have passed",
                   delay_ms);
    if (p->wait_until_ms == 0)
        p->wait_until_ms = s->thread->loop->now_ms + delay_ms;
    s->server_deadline_ms = p->wait_until_ms;
    s->state = STREAM_RULES;
    stream_arm(s);
    return STREAM_RULES;
}

/* True: the stream's way is decided, or it waits; *next_out is its state. */
static bool run_list(struct stream *s, const struct proxy *proxy, enum ruleset_id id,
                     enum stream_state *next_out)
{
    struct rule_progress *p = &s->rules;
    const struct ruleset *set = ruleset_of(proxy->conf->rules, id);
    unsigned delay_ms = id == RULES_TCP_CONTENT ? proxy->conf->inspect_delay_ms : 0;
    const struct relay_bytes *intake = &s->session->intake;
    struct sample_env env;
    struct http_msg msg;
    struct request_peek peek = {.bytes = {"", 0}, .msg = &msg};
    if (set == NULL)
        return false;
    if (intake->len > 0)
        peek.bytes = (struct sample_text){intake->data + intake->off, intake->len};
    rules_env(s, proxy, false, &env);
    env.peek = &peek;
    env.is_final = delay_ms == 0 || p->wait_is_over;
    enum rule_verdict verdict = rules_run_on(s, set, &env);
    p->chosen = env.chosen_backend;
    switch (verdict) {
    case RULE_WAITS:
        if (p->held == NULL)
            p->at = 0; /* as HAProxy: what is before may tell more of more bytes, too */
        *next_out = wait_for_more(s, delay_ms);
        return true;
    case RULE_ANSWERS:
        *next_out = refuse(s);
        return true;
    case RULE_FAILS:
        *next_out = stream_fail(s, CAUSE_INTERNAL, 0);
        return true;
    default:
        return false;
    }
}

/* ---- the way ---------------------------------------------------------------------------------------------- */

static bool choose_backend(struct stream *s, enum stream_state *next_out)
{
    if (run_list(s, s->frontend, RULES_BACKEND, next_out))
        return true;
    s->backend = s->rules.chosen != NULL ? s->rules.chosen : s->frontend->default_backend;
    if (s->rules.chosen == NULL && s->trace != NULL)
        explain_default(s);
    return !dispatch_has_backend(s, 0, next_out);
}

static bool take_stage(struct stream *s, enum stream_state *next_out)
{
    switch (s->rules.stage) {
    case AT_FRONTEND:
        return run_list(s, s->frontend, RULES_TCP_CONTENT, next_out);
    case AT_CHOICE:
        return choose_backend(s, next_out);
    default:
        return s->backend != s->frontend && s->backend->conf->mode == CONF_MODE_TCP &&
               run_list(s, s->backend, RULES_TCP_CONTENT, next_out);
    }
}

enum stream_state tcp_route(struct stream *s)
{
    struct rule_progress *p = &s->rules;
    for (; p->stage < STAGES; p->stage++) {
        enum stream_state next;
        s->state = STREAM_RULES;
        if (take_stage(s, &next))
            return next;
        if (s->session->speaks_http)
            return tcp_hand_over(s);
        p->at = 0;
        p->wait_until_ms = 0;
        p->wait_is_over = false;
    }
    if (s->backend->conf->mode == CONF_MODE_HTTP)
        return tcp_hand_over(s);
    persist_request(s);
    return dispatch_start(s);
}

enum stream_state tcp_look_again(struct stream *s)
{
    int rc = tcp_read(&s->session->client, &s->session->intake);
    if (rc == UV_ENOMEM)
        return stream_fail(s, CAUSE_RESOURCE, 0);
    if (rc < 0 && rc != UV_EAGAIN)
        return stream_fail(s, CAUSE_CLIENT_ABORT, 0);
    if (rc == 0 && s->session->intake.len == 0)
        return stream_fail(s, CAUSE_CLIENT_ABORT, 0);
    if (rc == 0 || s->session->intake.len >= INSPECTED_BYTES_MAX)
        s->rules.wait_is_over = true;
    return tcp_route(s);
}

enum stream_state tcp_waited(struct stream *s)
{
    s->rules.wait_is_over = true;
    return tcp_route(s);
}
