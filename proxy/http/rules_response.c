/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on the way of a response, a server's or one of ours; see rules.h. */
#include "proxy/http/captures.h"
#include "proxy/http/rules.h"

static enum rule_verdict run_response_list(struct stream *s, const struct proxy *proxy,
                                           enum ruleset_id id)
{
    const struct ruleset *set = proxy != NULL ? ruleset_of(proxy->conf->rules, id) : NULL;
    if (set == NULL)
        return RULE_GOES_ON;
    struct sample_env env;
    s->rules.at = 0;
    s->rules.is_lenient = false;
    rules_env(s, proxy, true, &env);
    env.is_final = true;
    enum rule_verdict verdict = ruleset_run(set, &env, &s->rules.at);
    rule_progress_note(&s->rules, set, verdict);
    return verdict;
}

/* The variables of the request have had their time. */
static void begin_response(struct stream *s)
{
    if (s->rules.message.first != NULL)
        var_store_clear(&s->rules.message);
    if (s->frontend->conf->rules != NULL)
        captures_take(s, s->frontend->conf->rules, true);
}

bool rules_response(struct stream *s, enum stream_state *next_out)
{
    static const enum ruleset_id lists[] = {RULES_TCP_RESPONSE, RULES_HTTP_RESPONSE};
    begin_response(s);
    for (unsigned i = 0; i < 4; i++) {
        const struct proxy *proxy = i < 2 ? s->backend : s->frontend;
        if (i == 2 && proxy == s->backend)
            break;
        switch (run_response_list(s, proxy, lists[i % 2])) {
        case RULE_ANSWERS:
            s->keep_server = false;
            *next_out = rules_act(s, proxy, COUNTER_DENIED_RESP);
            return true;
        case RULE_FAILS:
        case RULE_WAITS:
            s->keep_server = false;
            *next_out = stream_fail(s, CAUSE_INTERNAL, 500);
            return true;
        default:
            break;
        }
    }
    return false;
}

bool rules_wants_after_response(const struct stream *s)
{
    if (s->rules.has_failed)
        return false;
    return ruleset_of(s->frontend->conf->rules, RULES_HTTP_AFTER_RESPONSE) != NULL ||
           (s->backend != NULL &&
            ruleset_of(s->backend->conf->rules, RULES_HTTP_AFTER_RESPONSE) != NULL);
}

bool rules_after_response(struct stream *s)
{
    enum rule_verdict verdict = run_response_list(s, s->backend, RULES_HTTP_AFTER_RESPONSE);
    if (verdict != RULE_FAILS && s->backend != s->frontend)
        verdict = run_response_list(s, s->frontend, RULES_HTTP_AFTER_RESPONSE);
    return verdict != RULE_FAILS;
}
