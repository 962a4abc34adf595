/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules on a stream's way: which lists run, in which order, and what becomes of their decisions.
 *
 *   request    content, monitor, (body), http-request, stats, redirect   of the frontend
 *              use_backend
 *              content, (body), http-request, stats, redirect            of the backend
 *   response   http-response of the backend, then of the frontend
 *   any answer http-after-response of both
 *
 * An action does not answer by itself: it leaves a decision, and once the run of its list is over
 * rules.c acts on it, as an answer may end the stream.
 *
 * Thread:  the stream's.
 */
#ifndef WEIR_HTTP_RULES_H
#define WEIR_HTTP_RULES_H

#include "proxy/http/stream.h"
#include "proxy/http1/edit.h"
#include "proxy/rules/ruleset.h"

/* What an expression sees of this stream; proxy: whose rules run. */
void rules_env(struct stream *s, const struct proxy *proxy, bool is_response,
               struct sample_env *env_out);

/* At load, when its service hangs on it: says whether streams may pass the proxy without a look at anything. */
void rules_plan(struct proxy *proxy);
/* All that happens between a whole request head and a server, from s->rules.stage on. */
enum stream_state rules_request(struct stream *s);
/* s->rules are those of a stream of TCP, whose content rules have been run, and s->backend what it has chosen. */
void rules_go_on_in_http(struct stream *s);
/* STREAM_RULES: more came of the client, or the time is over. */
enum stream_state rules_client_ready(struct stream *s);
enum stream_state rules_timed_out(struct stream *s);

/*
 * The response's head is whole, at s->resp_base. False: the rules let it pass, changed or not. Else a
 * rule answered instead or waits, and *next_out is the state; STREAM_HOLDING: to be called again.
 */
bool rules_response(struct stream *s, enum stream_state *next_out);
/* Whether a rule may have to wait: then the response must lie where it can stay. */
bool rules_may_hold_response(const struct stream *s);
/* http-after-response on s->resp, whoever made it. False when a change failed: then it becomes a 500. */
MUST_CHECK bool rules_after_response(struct stream *s);
bool rules_wants_after_response(const struct stream *s);

/* Runs a list from where it stands; the rule that waited goes on first. */
enum rule_verdict rules_run_on(struct stream *s, const struct ruleset *set, struct sample_env *env);

/* Does what an action decided, whose list has been left. denied: what counts denials. */
enum stream_state rules_act(struct stream *s, const struct proxy *proxy, enum counter denied);
/* monitor fail, stats admin: does one of the lines hold? */
bool rules_monitor_fails(struct stream *s, const struct proxy *proxy);
bool rules_may_admin(struct stream *s, const struct proxy *proxy);

/* Whether the server that was chosen has `redir` and the request is redirected; then *next_out is the state. */
bool persist_redirects(struct stream *s, enum stream_state *next_out);

/* The message that is being changed; the request's, or the response's. */
struct http_edit stream_edit(struct stream *s, bool is_response);

/* ---- for actions --------------------------------------------------------------------------------------- */

/* Leaves a decision; returns RULE_ANSWERS. */
enum rule_verdict rules_decide(struct sample_env *env, const struct rule_decision *decision);
/*
 * The rule has to wait, for more of the message or for a time to pass: true, and it returns RULE_WAITS, to be run
 * again; false when the time is over.
 */
bool rules_may_wait(struct sample_env *env, const struct rule *rule, unsigned timeout_ms);
/* It waits for its errand, whatever comes of the message meanwhile. The time begins with the first call. */
bool rules_may_wait_errand(struct sample_env *env, const struct rule *rule, unsigned timeout_ms);

#endif
