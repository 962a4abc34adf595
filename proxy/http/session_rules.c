/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about connections: tcp-request connection as soon as one is accepted, tcp-request session once TLS and
 * PROXY header are through. What they refuse is closed without a word or a line, and counted.
 */
#include "proxy/http/session_priv.h"

#include "proxy/http/stage.h"
#include "proxy/rules/ruleset.h"
#include "proxy/rules/vars.h"
#include "proxy/state/bind_state.h"
#include "proxy/state/proxy_state.h"

static bool lets_in(struct session *session, enum ruleset_id id, enum counter refused)
{
    struct http_thread *thread = session->thread;
    const struct proxy *proxy = session->bind->proxy;
    const struct ruleset *set = ruleset_of(proxy->conf->rules, id);
    unsigned at = 0;
    if (set == NULL)
        return true;
    struct sample_env env = {
        .session = session,
        .snapshot = session->snapshot,
        .proxy = proxy,
        .loop = thread->loop,
        .scratch = &thread->sample_scratch,
        .vars = {[VAR_PROC] = &var_process_store, [VAR_SESS] = &session->vars},
        .trace = stage_trace(thread),
        .is_final = true,
    };
    enum rule_verdict verdict = ruleset_run(set, &env, &at);
    if (verdict == RULE_GOES_ON || verdict == RULE_STOPS)
        return true;
    bind_count(session->bind, thread->loop->index, refused, 1);
    return false;
}

bool session_is_admitted(struct session *session)
{
    return lets_in(session, RULES_TCP_CONNECTION, COUNTER_DENIED_CONN);
}

bool session_may_begin(struct session *session)
{
    return lets_in(session, RULES_TCP_SESSION, COUNTER_DENIED_SESS);
}
