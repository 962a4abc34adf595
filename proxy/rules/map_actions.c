/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Actions that change acls and maps while they are in use: add-acl, del-acl, set-map, del-map. A file that
 * nothing looks up is not read, and changing it does nothing, as in HAProxy.
 */
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/pattern_list.h"
#include "proxy/rules/tables.h"
#include "proxy/rules/trace.h"

enum {
    IN_MESSAGES = IN_RULES(RULES_TCP_CONTENT) | IN_RULES(RULES_TCP_RESPONSE) |
                  IN_RULES(RULES_HTTP_REQUEST) | IN_RULES(RULES_HTTP_RESPONSE) |
                  IN_RULES(RULES_HTTP_AFTER_RESPONSE),
};

struct change {
    struct pattern_list *list;
    const struct format *key;
    const struct format *value; /* of set-map */
};

static const struct format *read_format(struct compiler *c, struct rule_words *words,
                                        const char *what)
{
    const struct conf_word *word = rule_words_next(c, words, what);
    return word != NULL ? format_compile_as(c, word, compiler_uses(c), FORMAT_PLAIN) : NULL;
}

/* value: whether there is a second parameter. */
static const void *compile_change(struct compiler *c, const struct action *row,
                                  struct rule_words *words, const char *parens)
{
    struct change *change = arena_alloc(c->l->arena, sizeof *change);
    if (parens == NULL || *parens == '\0') {
        CONF_FAIL(c->l, words->span, arena_printf(c->l->scratch, "as in: %s(/path)", row->name),
                  "the name of a file is missing");
        return NULL;
    }
    change->list = pattern_list_refer(c, parens, words->span);
    change->key = read_format(c, words, "a key");
    if (change->key == NULL || row->value == 0)
        return change->key != NULL ? change : NULL;
    change->value = read_format(c, words, "a value");
    return change->value != NULL ? change : NULL;
}

/* What the action does with texts that are put together for it. */
typedef bool change_list(struct pattern_list *list, const char *key, const char *value);

static enum rule_verdict run_change(struct sample_env *env, const struct rule *rule,
                                    change_list *apply)
{
    const struct change *change = rule->data;
    size_t len;
    const char *key = format_text(change->key, env, &len), *value = "";
    if (change->value != NULL)
        value = format_text(change->value, env, &len);
    if (key == NULL || value == NULL)
        return RULE_FAILS;
    if (!change->list->is_read)
        return RULE_GOES_ON;
    trace_tell(env->trace, TRACE_VARIABLE, "%s(%s) %s %s", rule->action->name, change->list->path,
               key, value);
    (void)apply(change->list, key,
                value); /* as in HAProxy, a key that does not read is no failure */
    return RULE_GOES_ON;
}

static bool add_key(struct pattern_list *list, const char *key, const char *value)
{
    (void)value;
    return pattern_list_has(list, key) || pattern_list_add(list, key, NULL);
}

static bool remove_key(struct pattern_list *list, const char *key, const char *value)
{
    (void)value;
    return pattern_list_remove(list, key) > 0;
}

static bool set_key(struct pattern_list *list, const char *key, const char *value)
{
    return pattern_list_set(list, key, value);
}

static enum rule_verdict run_add(struct sample_env *env, const struct rule *rule)
{
    return run_change(env, rule, add_key);
}

static enum rule_verdict run_remove(struct sample_env *env, const struct rule *rule)
{
    return run_change(env, rule, remove_key);
}

static enum rule_verdict run_set(struct sample_env *env, const struct rule *rule)
{
    return run_change(env, rule, set_key);
}

/* clang-format off */
const struct action map_actions[] = {
    {.name = "add-acl", .rulesets = IN_MESSAGES, .has_parens = true, .compile = compile_change, .run = run_add,
     .takes = "(<file>) <key>", .since = "1.6", .doc = "Adds a pattern to the values of a file that an acl uses, until the next load."},
    {.name = "del-acl", .rulesets = IN_MESSAGES, .has_parens = true, .compile = compile_change, .run = run_remove,
     .takes = "(<file>) <key>", .since = "1.6", .doc = "Removes a pattern from the values of a file that an acl uses, until the next load."},
    {.name = "set-map", .rulesets = IN_MESSAGES, .has_parens = true, .compile = compile_change, .run = run_set, .value = 1,
     .takes = "(<file>) <key> <value>", .since = "1.6", .doc = "Sets the value of a key in a map, until the next load."},
    {.name = "del-map", .rulesets = IN_MESSAGES, .has_parens = true, .compile = compile_change, .run = run_remove,
     .takes = "(<file>) <key>", .since = "1.6", .doc = "Removes a key from a map, until the next load."},
    {.name = NULL},
};
/* clang-format on */
