/* SPDX-License-Identifier: Apache-2.0 */
/* Actions of HAProxy that weir knows and does not have: each is refused with the reason, or has no effect. */
#include <string.h>

#include "config/loader.h"
#include "proxy/actions/rows.h"
#include "proxy/rules/compiler.h"

enum {
    ON_MESSAGES = IN_RULES(RULES_HTTP_REQUEST) | IN_RULES(RULES_HTTP_RESPONSE),
    ON_ALL = ON_MESSAGES | IN_RULES(RULES_TCP_CONTENT) | IN_RULES(RULES_TCP_RESPONSE) |
             IN_RULES(RULES_HTTP_AFTER_RESPONSE),
};

static const void *refuse(struct compiler *c, const struct action *row, struct rule_words *words,
                          const char *parens)
{
    (void)parens;
    CONF_FAIL(c->l, words->span, NULL, "'%s' is not supported: %s", row->name, row->doc);
    return NULL;
}

static const void *take_all(struct compiler *c, const struct action *row, struct rule_words *words,
                            const char *parens)
{
    (void)parens;
    CONF_WARN(c->l, words->span, NULL, "'%s' has no effect: %s", row->name, row->doc);
    while (rule_words_more(words))
        words->at++;
    return row;
}

static bool is_cache(const struct loader *l, const char *name)
{
    for (size_t i = 0; i < l->sections.count; i++) {
        const struct conf_section *section = &l->sections.items[i];
        if (section->kind == CONF_SECTION_CACHE && section->name.text != NULL &&
            strcmp(section->name.text, name) == 0)
            return true;
    }
    return false;
}

/* Without effect, but the name is looked at: a misspelt one is a mistake in any case. */
static const void *name_cache(struct compiler *c, const struct action *row,
                              struct rule_words *words, const char *parens)
{
    const struct conf_word *name = rule_words_more(words) ? &words->items[words->at] : NULL;
    if (name == NULL || !is_cache(c->l, name->text))
        CONF_FAIL(c->l, name != NULL ? name->span : words->span,
                  "write the name of a cache section", "'%s': there is no such cache", row->name);
    return take_all(c, row, words, parens);
}

static enum rule_verdict pass(struct sample_env *env, const struct rule *rule)
{
    (void)env, (void)rule;
    return RULE_GOES_ON;
}

#define REFUSED(word, where, why)                                                                  \
    {                                                                                              \
        .name = word, .rulesets = where, .compile = refuse, .run = pass, .doc = why                \
    }
#define IDLE(word, where, why)                                                                     \
    {                                                                                              \
        .name = word, .rulesets = where, .compile = take_all, .run = pass, .doc = why              \
    }
#define IDLE_CACHE(word, why)                                                                      \
    {                                                                                              \
        .name = word, .rulesets = ON_MESSAGES, .compile = name_cache, .run = pass, .doc = why      \
    }

/* clang-format off */
const struct action refused_actions[] = {
    IDLE_CACHE("cache-use", "there is no cache, the servers answer every request"),
    IDLE_CACHE("cache-store", "there is no cache, the servers answer every request"),
    REFUSED("send-spoe-group", ON_ALL, "there is no SPOE"),
    REFUSED("ot-group", ON_ALL, "there is no OpenTracing"),
    REFUSED("set-bandwidth-limit", ON_ALL, "there is no filter for bandwidth"),
    {.name = "lua.", .rulesets = ON_ALL, .is_prefix = true, .compile = refuse, .run = pass, .doc = "there is no Lua"},
    IDLE("set-priority-class", ON_ALL, "the queue of a backend is first come, first served"),
    IDLE("set-priority-offset", ON_ALL, "the queue of a backend is first come, first served"),
    {.name = NULL},
};
/* clang-format on */
