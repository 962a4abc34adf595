/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of before 2.1 that judged a message by a regular expression over each line of its head: reqdeny,
 * reqtarpit, reqallow, reqsetbe, rspdeny, and their brothers with an 'i' that ignore case.
 */
#include "config/haproxy_old_rule.h"

#include <string.h>

static const struct denial {
    const char *word, *ruleset, *action;
    bool ignore_case, has_value;
} denials[] = {
    {"reqdeny", "http-request", "deny", false, false},
    {"reqideny", "http-request", "deny", true, false},
    {"reqtarpit", "http-request", "tarpit", false, false},
    {"reqitarpit", "http-request", "tarpit", true, false},
    {"reqallow", "http-request", "allow", false, false},
    {"reqiallow", "http-request", "allow", true, false},
    {"reqsetbe", "http-request", "use_backend", false, true},
    {"reqisetbe", "http-request", "use_backend", true, true},
    {"rspdeny", "http-response", "deny", false, false},
    {"rspideny", "http-response", "deny", true, false},
};

bool haproxy_old_denials(struct haproxy_line *line)
{
    const struct denial *denial = NULL;
    for (size_t i = 0; i < sizeof denials / sizeof *denials; i++) {
        if (strcmp(denials[i].word, line->words[0].text) == 0)
            denial = &denials[i];
    }
    if (denial == NULL)
        return true;
    struct old_rule rule = {
        .line = line, .ruleset = denial->ruleset, .old_words = denial->has_value ? 3 : 2};
    if (line->count < rule.old_words) {
        CONF_FAIL(line->r->l, line->words[0].span,
                  arena_printf(line->r->l->scratch, "%s <search>%s [{if|unless} <condition>]",
                               denial->word, denial->has_value ? " <backend>" : ""),
                  "'%s' needs a value", denial->word);
        return false;
    }
    if (!denial->has_value)
        old_rule_say(&rule, denial->ruleset);
    old_rule_say(&rule, denial->action);
    if (denial->has_value)
        old_rule_say(&rule, line->words[2].text);
    old_rule_search(&rule, line->words[1].text, denial->ignore_case);
    old_rule_put(&rule);
    return true;
}
