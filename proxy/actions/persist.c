/* SPDX-License-Identifier: Apache-2.0 */
/* The lines force-persist and ignore-persist, which are a condition each; the first that holds counts. */
#include "proxy/actions/rows.h"
#include "proxy/http/stream.h"

static enum rule_verdict force(struct sample_env *env, const struct rule *rule)
{
    (void)rule;
    env->stream->persist.is_forced = true;
    return RULE_STOPS;
}

static enum rule_verdict ignore(struct sample_env *env, const struct rule *rule)
{
    (void)rule;
    env->stream->persist.is_ignored = true;
    return RULE_STOPS;
}

/* clang-format off */
const struct action persist_actions[] = {
    {.name = "force-persist", .rulesets = IN_RULES(RULES_PERSIST), .run = force,
     .doc = "The server that a cookie names is used even if it is down."},
    {.name = "ignore-persist", .rulesets = IN_RULES(RULES_PERSIST), .run = ignore,
     .doc = "The server that a cookie names does not count."},
    {.name = NULL},
};
/* clang-format on */
