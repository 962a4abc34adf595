/* SPDX-License-Identifier: Apache-2.0 */
/* Runs lists of rules, one rule after the other. */
#include "proxy/rules/ruleset.h"

#include "proxy/rules/switch.h"
#include "proxy/rules/trace.h"

static enum rule_verdict carry_out(const struct rule *rule, struct sample_env *env)
{
    enum rule_verdict verdict = rule->action->run(env, rule);
    return verdict == RULE_FAILS && env->is_lenient ? RULE_GOES_ON : verdict;
}

/* RULE_GOES_ON also for a rule whose condition does not hold. */
static enum rule_verdict run_rule(const struct rule *rule, struct sample_env *env)
{
    enum condition_result holds =
        rule->condition != NULL ? condition_run(rule->condition, env) : CONDITION_YES;
    if (holds == CONDITION_MAYBE)
        return RULE_WAITS;
    if (env->trace != NULL)
        trace_rule(env->trace, rule, holds == CONDITION_YES);
    if (holds == CONDITION_NO)
        return RULE_GOES_ON;
    return carry_out(rule, env);
}

/* The first rule of a run that holds; *at moves to it, or to the last of the run. */
static enum rule_verdict run_switch(const struct ruleset *set, struct sample_env *env, unsigned *at)
{
    const struct rule_switch *s = set->rules[*at].run;
    unsigned index = 0;
    switch (rule_switch_find(s, env, &index)) {
    case CONDITION_MAYBE:
        return RULE_WAITS;
    case CONDITION_NO:
        *at += rule_switch_span(s) - 1;
        return RULE_GOES_ON;
    default:
        *at += index;
        return carry_out(&set->rules[*at], env);
    }
}

enum rule_verdict ruleset_run(const struct ruleset *set, struct sample_env *env, unsigned *at)
{
    size_t used = env->scratch->used;
    while (*at < set->count) {
        const struct rule *rule = &set->rules[*at];
        bool by_lookup = rule->run != NULL && env->trace == NULL; /* a trace tells of each rule */
        enum rule_verdict verdict = by_lookup ? run_switch(set, env, at) : run_rule(rule, env);
        env->scratch->used = used;
        if (verdict == RULE_WAITS)
            return verdict;
        (*at)++;
        if (verdict != RULE_GOES_ON)
            return verdict;
    }
    return RULE_GOES_ON;
}
