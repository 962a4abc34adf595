/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of rules, compiled: what a frontend or backend does with connections, requests and responses.
 *
 *   rule  condition? --yes--> action.run() --> next | stop | answered | wait | failed
 *
 * Runs of rules that test the same sample against fixed texts are found by one lookup (switch.c), with the
 * same result as one after the other.
 *
 * Thread:  immutable; any thread may run it.
 */
#ifndef WEIR_RULES_RULESET_H
#define WEIR_RULES_RULESET_H

#include "proxy/rules/condition.h"
#include "proxy/rules/rows.h"

struct stick_rules;

struct ruleset {
    const struct rule *rules;
    size_t count;
    bool may_wait; /* one of them may hold the message */
};

/* Captures declared by a frontend, in the order of their slots. */
struct rule_capture {
    const char *header; /* NULL: declared, filled by an action */
    unsigned max_len;
};

struct reply; /* of the room above: proxy/http/reply.h */

/* http-error: what stands in for the page of a status. */
struct rule_error {
    unsigned status;
    const struct reply *reply;
};

struct proxy_rules {
    bool has_lines; /* else it is here for its log format alone, and nothing is to be run */
    struct ruleset sets[RULES_COUNT];
    const struct rule_capture *request_captures, *response_captures;
    size_t request_capture_count, response_capture_count;
    const char *capture_cookie; /* or NULL; how it begins: "name=", or part of a name */
    unsigned capture_cookie_len;
    const struct rule_error *errors;
    size_t error_count;
    const struct stick_rules *sticking;                 /* of the http room; or NULL */
    const struct expr *balance_hash;                    /* `balance hash`; or NULL */
    const struct expr *rdp_cookie;                      /* `persist rdp-cookie`; or NULL */
    const struct expr *forwarded[CONF_FORWARDED_EXPRS]; /* `option forwarded`; or NULL */
    const struct format *log_format, *log_format_sd, *unique_id_format;
    const struct format *probe_id_format;  /* with what probes have; NULL unless one asks for it */
    const struct format *error_log_format; /* of what was no request; NULL: log_format counts */
    const struct format *
        failure_log_format; /* of connections that were never ready: the one before, or HAProxy's */
};

/*
 * Runs the rules from *at on; *at moves, so that the same call goes on after RULE_WAITS. RULE_GOES_ON:
 * all were run and none decided. env->trace is told of each.
 */
enum rule_verdict ruleset_run(const struct ruleset *set, struct sample_env *env, unsigned *at);

/* Whether a stream has to look at them on its way. */
static inline bool rules_act_on_streams(const struct proxy_rules *rules)
{
    return rules != NULL && rules->has_lines;
}

/* The rules of a proxy; NULL where it has none of that list. */
static inline const struct ruleset *ruleset_of(const struct proxy_rules *rules, enum ruleset_id id)
{
    return rules != NULL && rules->sets[id].count > 0 ? &rules->sets[id] : NULL;
}

#endif
