/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on the way of a response, a server's or one of ours; see rules.h. */
#include "proxy/http/captures.h"
#include "proxy/http/rules.h"
#include "proxy/http/stream_steps.h"

static const struct ruleset *list_of(const struct proxy *proxy, enum ruleset_id id)
{
    return proxy != NULL ? ruleset_of(proxy->conf->rules, id) : NULL;
}

static enum rule_verdict run_response_list(struct stream *s, const struct proxy *proxy,
                                           enum ruleset_id id)
{
    const struct ruleset *set = list_of(proxy, id);
    if (set == NULL)
        return RULE_GOES_ON;
    struct sample_env env;
    rules_env(s, proxy, true, &env);
    env.is_final = true;
    enum rule_verdict verdict = rules_run_on(s, set, &env);
    s->rules.is_lenient = env.is_lenient;
    return verdict;
}

static void begin_list(struct rule_progress *p)
{
    p->at = 0;
    p->is_lenient = p->wait_is_over = false;
}

/* The variables of the request have had their time. */
static void begin_response(struct stream *s)
{
    if (s->rules.message.first != NULL)
        var_store_clear(&s->rules.message);
    if (s->frontend->conf->rules != NULL)
        captures_take(s, s->frontend->conf->rules, true);
}

/* The lists that a response meets, in their order; the frontend's come last. */
static const struct response_stage {
    bool is_frontend;
    enum ruleset_id id;
} stages[] = {{false, RULES_TCP_RESPONSE},
              {false, RULES_HTTP_RESPONSE},
              {true, RULES_TCP_RESPONSE},
              {true, RULES_HTTP_RESPONSE}};

enum { STAGES = sizeof(stages) / sizeof(stages[0]) };

/* NULL: a listen's lists have been met already. */
static const struct proxy *proxy_of(const struct stream *s, const struct response_stage *stage)
{
    if (!stage->is_frontend)
        return s->backend;
    return s->frontend != s->backend ? s->frontend : NULL;
}

bool rules_may_hold_response(const struct stream *s)
{
    for (unsigned i = 0; i < STAGES; i++) {
        const struct ruleset *set = list_of(proxy_of(s, &stages[i]), stages[i].id);
        if (set != NULL && set->may_wait)
            return true;
    }
    return false;
}

/* One stage. True: the stream's way is decided, or it waits. */
static bool run_stage(struct stream *s, const struct response_stage *stage,
                      enum stream_state *next_out)
{
    const struct proxy *proxy = proxy_of(s, stage);
    switch (run_response_list(s, proxy, stage->id)) {
    case RULE_ANSWERS:
        s->keep_server = false;
        s->response_us = 0; /* as HAProxy: what is answered is not the server's */
        *next_out = rules_act(s, proxy, COUNTER_DENIED_RESP);
        return true;
    case RULE_FAILS:
        s->keep_server = false;
        *next_out = stream_fail(s, CAUSE_INTERNAL, 500);
        return true;
    case RULE_WAITS:
        *next_out = STREAM_HOLDING;
        return true;
    default:
        return false;
    }
}

bool rules_response(struct stream *s, enum stream_state *next_out)
{
    struct rule_progress *p = &s->rules;
    if (p->held == NULL) {
        begin_response(s);
        begin_list(p);
        p->response_stage = 0;
    }
    for (; p->response_stage < STAGES; p->response_stage++) {
        if (run_stage(s, &stages[p->response_stage], next_out))
            return true;
        begin_list(p);
    }
    return false;
}

bool rules_wants_after_response(const struct stream *s)
{
    bool is_of_no_request =
        s->head_us == 0; /* 400, 408: HAProxy has no stream yet to run rules for */
    if (s->rules.has_failed || is_of_no_request)
        return false;
    return ruleset_of(s->frontend->conf->rules, RULES_HTTP_AFTER_RESPONSE) != NULL ||
           (s->backend != NULL &&
            ruleset_of(s->backend->conf->rules, RULES_HTTP_AFTER_RESPONSE) != NULL);
}

bool rules_after_response(struct stream *s)
{
    begin_list(&s->rules);
    enum rule_verdict verdict = run_response_list(s, s->backend, RULES_HTTP_AFTER_RESPONSE);
    begin_list(&s->rules);
    if (verdict != RULE_FAILS && s->backend != s->frontend)
        verdict = run_response_list(s, s->frontend, RULES_HTTP_AFTER_RESPONSE);
    return verdict != RULE_FAILS;
}
