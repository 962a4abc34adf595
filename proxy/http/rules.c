/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all lists of rules on a stream's way share: what they see, one run, and what becomes of a decision. See rules.h;
 * the way of requests is rules_request.c, that of responses rules_response.c.
 */
#include "proxy/http/rules.h"

#include "proxy/http/captures.h"
#include "proxy/http/stream_log.h"
#include "proxy/http/stream_steps.h"
#include "proxy/rules/trace.h"
#include "proxy/state/bind_state.h"

void rules_env(struct stream *s, const struct proxy *proxy, bool is_response,
               struct sample_env *env_out)
{
    *env_out = (struct sample_env){
        .session = s->session,
        .stream = s,
        .snapshot = s->snapshot,
        .proxy = proxy,
        .loop = s->thread->loop,
        .scratch = &s->thread->sample_scratch,
        .vars = {[VAR_PROC] = &var_process_store,
                 [VAR_SESS] = &s->session->vars,
                 [VAR_TXN] = &s->rules.txn},
        .trace = s->trace,
        .make_record = stream_log_record,
        .is_response = is_response,
        .lacks_message = s->mode != &stream_http,
        .is_lenient = s->rules.is_lenient,
    };
    env_out->vars[is_response ? VAR_RES : VAR_REQ] = &s->rules.message;
}

struct http_edit stream_edit(struct stream *s, bool is_response)
{
    if (is_response)
        return (struct http_edit){&s->resp, s->resp_base, s->resp_len, &s->resp_top};
    return (struct http_edit){&s->req, s->in, s->in_len, &s->in_top};
}

/* ---- for actions --------------------------------------------------------------------------------------- */

enum rule_verdict rules_decide(struct sample_env *env, const struct rule_decision *decision)
{
    env->stream->decision = *decision;
    env->stream->decision.scratch_used = env->scratch->used;
    return RULE_ANSWERS;
}

bool rules_may_wait_errand(struct sample_env *env, const struct rule *rule, unsigned timeout_ms)
{
    struct rule_progress *p = &env->stream->rules;
    uint64_t now_ms = env->loop->now_ms;
    if (p->held != rule)
        p->wait_until_ms = now_ms + timeout_ms;
    p->held = rule;
    return now_ms < p->wait_until_ms;
}

bool rules_may_wait(struct sample_env *env, const struct rule *rule, unsigned timeout_ms)
{
    return rules_may_wait_errand(env, rule, timeout_ms) && !env->stream->rules.wait_is_over;
}

/* ---- one list ------------------------------------------------------------------------------------------ */

/* From where it stands; the rule that waited goes on first. */
static enum rule_verdict run_rest(struct rule_progress *p, const struct ruleset *set,
                                  struct sample_env *env)
{
    if (p->held != NULL) {
        size_t used = env->scratch->used;
        enum rule_verdict verdict = p->held->action->run(env, p->held);
        env->scratch->used = used;
        if (verdict == RULE_WAITS)
            return verdict;
        p->held = NULL;
        p->wait_until_ms = 0;
        p->at++;
        if (verdict != RULE_GOES_ON && !(verdict == RULE_FAILS && env->is_lenient))
            return verdict;
    }
    return ruleset_run(set, env, &p->at);
}

enum rule_verdict rules_run_on(struct stream *s, const struct ruleset *set, struct sample_env *env)
{
    enum rule_verdict verdict = run_rest(&s->rules, set, env);
    rule_progress_note(&s->rules, set, verdict);
    return verdict;
}

static void count_denial(const struct stream *s, enum counter which)
{
    unsigned thread = s->thread->loop->index;
    bind_count(s->session->bind, thread, which, 1);
    if (s->backend != NULL)
        counters_add(backend_counters(&s->backend->state->backend, thread), which, 1);
}

/* What a rule decided; the list has been left. */
enum stream_state rules_act(struct stream *s, const struct proxy *proxy, enum counter denied)
{
    const struct rule_decision *d = &s->decision;
    enum stream_state next;
    stream_blame(s, (enum stream_cause)d->cause);
    if (d->is_denial) {
        count_denial(s, denied);
        if (denied == COUNTER_DENIED_REQ) {
            tracking_client_error(s);
            s->rules.was_denied = d->kind != DECIDED_CLOSE;
            if (s->rules.was_denied)
                captures_take_cookie(s, false); /* as HAProxy: who was it? */
        }
    }
    switch (d->kind) {
    case DECIDED_ERROR:
        trace_tell(s->trace, TRACE_ANSWER, "answered with the error page of status %d", d->status);
        return stream_fail(s, s->cause, d->status);
    case DECIDED_REPLY:
        return local_reply(s, d);
    case DECIDED_METRICS:
        s->cause = CAUSE_NONE; /* the service's answer says it */
        return local_try_service(s, proxy, SERVICE_METRICS, &next)
                   ? next
                   : stream_fail(s, CAUSE_INTERNAL, 500);
    default:
        return stream_fail(s, s->cause, 0);
    }
}
