/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules on the way of a request: the stages between its head and a server, in HAProxy's order, and waiting in between.
 */
#include "proxy/http/body.h"
#include "proxy/http/captures.h"
#include "proxy/http/explain.h"
#include "proxy/http/rules.h"
#include "proxy/http/stream_steps.h"

static enum stream_state fail(struct stream *s)
{
    trace_tell(s->trace, TRACE_ANSWER, "the rule could not be carried out: 500");
    return stream_fail(s, CAUSE_INTERNAL, 500);
}

/* ---- the stages ---------------------------------------------------------------------------------------- */

/* True: the stream's way is decided, or it waits; *next_out is its state. */
typedef bool stage_step(struct stream *s, const struct proxy *proxy, enum stream_state *next_out);

static bool wait_for_more(struct stream *s, uint64_t until_ms, enum stream_state *next_out)
{
    trace_tell(s->trace, TRACE_STEP, "waits for more of the request, or until %llu ms have passed",
               (unsigned long long)(until_ms - s->thread->loop->now_ms));
    s->state = *next_out = STREAM_RULES;
    s->server_deadline_ms = until_ms;
    stream_arm(s);
    return true;
}

static bool run_list(struct stream *s, const struct proxy *proxy, enum ruleset_id id,
                     enum stream_state *next_out)
{
    const struct ruleset *set = ruleset_of(proxy->conf->rules, id);
    if (set == NULL)
        return false;
    struct sample_env env;
    rules_env(s, proxy, false, &env);
    bool may_wait = id == RULES_TCP_CONTENT && proxy->conf->inspect_delay_ms != 0;
    env.is_final = !may_wait || s->rules.wait_is_over;
    enum rule_verdict verdict = rules_run_on(s, set, &env);
    s->rules.is_lenient = env.is_lenient;
    s->rules.chosen = env.chosen_backend;
    switch (verdict) {
    case RULE_WAITS:
        if (s->rules.wait_until_ms == 0)
            s->rules.wait_until_ms = s->thread->loop->now_ms + proxy->conf->inspect_delay_ms;
        return wait_for_more(s, s->rules.wait_until_ms, next_out);
    case RULE_ANSWERS:
        if (id == RULES_TCP_CONTENT && proxy == s->frontend)
            s->line_len = 0; /* as far as anybody asked, there was no request yet */
        *next_out = rules_act(s, proxy, COUNTER_DENIED_REQ);
        return true;
    case RULE_FAILS:
        *next_out = fail(s);
        return true;
    default:
        return false;
    }
}

static bool run_content(struct stream *s, const struct proxy *proxy, enum stream_state *next_out)
{
    return run_list(s, proxy, RULES_TCP_CONTENT, next_out);
}

static bool try_monitor(struct stream *s, const struct proxy *proxy, enum stream_state *next_out)
{
    return proxy->conf->monitor_uri != NULL && local_try_monitor(s, proxy, next_out);
}

/* Of a list whose lines are conditions alone. */
static bool one_holds(struct stream *s, const struct proxy *proxy, enum ruleset_id id)
{
    const struct ruleset *set = ruleset_of(proxy->conf->rules, id);
    struct sample_env env;
    unsigned at = 0;
    if (set == NULL)
        return false;
    rules_env(s, proxy, false, &env);
    env.is_final = true;
    return ruleset_run(set, &env, &at) == RULE_STOPS;
}

bool rules_monitor_fails(struct stream *s, const struct proxy *proxy)
{
    return one_holds(s, proxy, RULES_MONITOR_FAIL);
}

bool rules_may_admin(struct stream *s, const struct proxy *proxy)
{
    return one_holds(s, proxy, RULES_STATS_ADMIN);
}

static bool capture(struct stream *s, const struct proxy *proxy, enum stream_state *next_out)
{
    (void)next_out;
    if (proxy->conf->rules != NULL)
        captures_take(s, proxy->conf->rules, false);
    return false;
}

/* option http-buffer-request */
static bool await_body(struct stream *s, const struct proxy *proxy, enum stream_state *next_out)
{
    const struct conf_timeouts *t = &proxy->conf->timeout;
    if (!proxy->conf->http_buffer_request)
        return false;
    if (body_has_come(s, SIZE_MAX))
        return false;
    if (s->rules.wait_until_ms == 0)
        s->rules.wait_until_ms =
            s->thread->loop->now_ms + (t->http_request_ms != 0 ? t->http_request_ms : t->client_ms);
    if (s->rules.wait_until_ms > s->thread->loop->now_ms)
        return wait_for_more(s, s->rules.wait_until_ms, next_out);
    *next_out = stream_fail(s, CAUSE_CLIENT_TIMEOUT, 408);
    return true;
}

static bool run_http(struct stream *s, const struct proxy *proxy, enum stream_state *next_out)
{
    return run_list(s, proxy, RULES_HTTP_REQUEST, next_out);
}

static bool is_plain_name(const char *name, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool is_digit = name[i] >= '0' && name[i] <= '9';
        bool is_letter = (name[i] | 0x20) >= 'a' && (name[i] | 0x20) <= 'z';
        if (!is_digit && !is_letter && name[i] != '-')
            return false;
    }
    return true;
}

/* option http-restrict-req-hdr-names */
static bool restrict_names(struct stream *s, const struct proxy *proxy, enum stream_state *next_out)
{
    struct http_edit edit = stream_edit(s, false);
    if (proxy->conf->odd_names == CONF_ODD_NAMES_PRESERVE)
        return false;
    for (unsigned i = 0; i < s->req.header_count; i++) {
        const struct http_header *h = &s->req.headers[i];
        if ((h->flags & HTTP_HEADER_DROP) != 0 || is_plain_name(s->in + h->name_off, h->name_len))
            continue;
        if (proxy->conf->odd_names == CONF_ODD_NAMES_REJECT) {
            s->decision = (struct rule_decision){
                .kind = DECIDED_ERROR, .cause = CAUSE_PROXY, .status = 403, .is_denial = true};
            *next_out = rules_act(s, proxy, COUNTER_DENIED_REQ);
            return true;
        }
        edit_drop(&edit, i);
    }
    return false;
}

static bool run_stats(struct stream *s, const struct proxy *proxy, enum stream_state *next_out)
{
    return proxy->service != NULL && service_is_stats(proxy->conf, &s->req, s->in) &&
           run_list(s, proxy, RULES_STATS, next_out);
}

static bool try_service(struct stream *s, const struct proxy *proxy, enum stream_state *next_out)
{
    return proxy->service != NULL && local_try_service(s, proxy, SERVICE_STATS, next_out);
}

static bool run_redirect(struct stream *s, const struct proxy *proxy, enum stream_state *next_out)
{
    return run_list(s, proxy, RULES_REDIRECT, next_out);
}

static bool choose_backend(struct stream *s, const struct proxy *proxy, enum stream_state *next_out)
{
    if (run_list(s, proxy, RULES_BACKEND, next_out))
        return true;
    s->backend = s->rules.chosen != NULL ? s->rules.chosen : proxy->default_backend;
    if (s->rules.chosen == NULL && s->trace != NULL)
        explain_default(s);
    if (s->backend != s->frontend)
        rule_progress_switch(&s->rules);
    return !dispatch_has_backend(s, 503, next_out);
}

enum { BEHIND_CONTENT = 1, AT_CHOICE = 10, AT_BACKEND };

/* As HAProxy: what content rules tied is counted with the rest. Where TCP has chosen the backend, it is that alone whose rules are those of HTTP: see rules_go_on_in_http(). */
static bool count_request(struct stream *s, const struct proxy *proxy, enum stream_state *next_out)
{
    (void)proxy, (void)next_out;
    tracking_request(s);
    if (s->backend != NULL)
        s->rules.stage = AT_BACKEND - 1;
    return false;
}

/* In HAProxy's order. */
static stage_step *const stages[] = {
    run_content,
    count_request,
    try_monitor,
    capture,
    await_body,
    run_http,
    restrict_names,
    run_stats,
    try_service,
    run_redirect,
    [AT_CHOICE] = choose_backend,
    [AT_BACKEND] = run_content,
    await_body,
    run_http,
    restrict_names,
    run_stats,
    try_service,
    run_redirect,
};

enum { STAGES = sizeof(stages) / sizeof(stages[0]) };

/* Most proxies have nothing of all that. */
void rules_plan(struct proxy *proxy)
{
    const struct conf_proxy *conf = proxy->conf;
    proxy->is_plain = !rules_act_on_streams(conf->rules) && proxy->service == NULL &&
                      conf->monitor_uri == NULL && !conf->http_buffer_request &&
                      conf->odd_names == CONF_ODD_NAMES_PRESERVE;
}

/* What is left for the stages from p->stage on; true: *next_out is the stream's state. */
static bool run_stages(struct stream *s, enum stream_state *next_out)
{
    struct rule_progress *p = &s->rules;
    for (; p->stage < STAGES; p->stage++) {
        if (p->stage == AT_BACKEND && (s->backend == s->frontend || s->backend->is_plain))
            break;
        if (stages[p->stage](s, p->stage < AT_BACKEND ? s->frontend : s->backend, next_out))
            return true;
        p->at = 0;
        p->wait_until_ms = 0;
        p->wait_is_over = p->is_lenient = false;
    }
    p->stage = STAGES;
    return false;
}

void rules_go_on_in_http(struct stream *s)
{
    struct rule_progress *p = &s->rules;
    p->stage = BEHIND_CONTENT;
    p->at = 0;
    p->held = NULL;
    p->wait_until_ms = 0;
    p->wait_is_over = false;
}

enum stream_state rules_request(struct stream *s)
{
    enum stream_state next;
    if (s->rules.stage == 0 && s->frontend->is_plain)
        s->rules.stage = AT_CHOICE;
    if (run_stages(s, &next))
        return next;
    if (s->rules.client_left)
        return stream_fail(s, CAUSE_CLIENT_ABORT, 0);
    request_prepare(s);
    captures_take_cookie(s, false);
    persist_request(s);
    return dispatch_start(s);
}

/* ---- waiting ------------------------------------------------------------------------------------------- */

/* A client that has ended its side may still wait for what an errand finds out, unless we are told that it does not. */
static bool waits_for_errand(const struct stream *s)
{
    return s->rules.errand != NULL && !s->session->client.broken &&
           !s->frontend->conf->abortonclose;
}

enum stream_state rules_client_ready(struct stream *s)
{
    struct session *session = s->session;
    ssize_t n = 1;
    while (stream_room(s) > 0 && n > 0) {
        n = session_read(session, s->in + s->in_len, stream_room(s));
        if (n > 0)
            s->in_len += (uint32_t)n;
    }
    const bool has_left = n <= 0 && n != UV_EAGAIN;
    if (has_left && waits_for_errand(s))
        return s->state;
    if (has_left && s->whole_us != 0)
        return stream_fail(s, CAUSE_CLIENT_ABORT, 400);
    s->rules.client_left = has_left; /* as in HAProxy, the rules that follow are run all the same */
    if (!session_own_intake(session))
        return stream_fail(s, CAUSE_RESOURCE, 500);
    if (stream_room(s) == 0 && !s->rules.is_tarpit)
        s->rules.wait_is_over = true;
    return rules_request(s);
}

enum stream_state rules_timed_out(struct stream *s)
{
    s->rules.wait_is_over = true;
    return rules_request(s);
}
