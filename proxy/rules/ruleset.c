/* SPDX-License-Identifier: Apache-2.0 */
/* Runs lists of rules, one rule after the other. */
#include "proxy/rules/ruleset.h"

#include "proxy/rules/trace.h"

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
    enum rule_verdict verdict = rule->action->run(env, rule);
    return verdict == RULE_FAILS && env->is_lenient ? RULE_GOES_ON : verdict;
}

enum rule_verdict ruleset_run(const struct ruleset *set, struct sample_env *env, unsigned *at)
{
    size_t used = env->scratch->used;
    while (*at < set->count) {
        enum rule_verdict verdict = run_rule(&set->rules[*at], env);
        env->scratch->used = used;
        if (verdict == RULE_WAITS)
            return verdict;
        (*at)++;
        if (verdict != RULE_GOES_ON)
            return verdict;
    }
    return RULE_GOES_ON;
}
