/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lists of rules: what may be asked in each, and which lines go there. A rule is an action of its list, with
 * what the action makes of its parameters, and a condition.
 */
#include "proxy/rules/compiler.h"

#include <string.h>

#include "config/suggest.h"
#include "proxy/rules/diagnose.h"
#include "proxy/rules/ruleset.h"

/* ---- lists of rules ----------------------------------------------------------------------------------- */

enum {
    OF_CLIENT = USE_CLIENT,
    OF_SESSION = OF_CLIENT | USE_SESSION,
    OF_REQUEST = OF_SESSION | USE_CONTENT | USE_REQUEST | USE_MESSAGE | USE_TXN,
    OF_ANSWER = USE_RES_CONTENT | USE_RESPONSE | USE_ANSWER | USE_MESSAGE,
    OF_RESPONSE = OF_SESSION | USE_BACKEND | USE_SERVER | OF_ANSWER | USE_TXN,
    OF_PROBE = USE_PROBE | USE_BACKEND | USE_SERVER | OF_ANSWER,
};

static const struct {
    const char *name;
    unsigned uses;
} lists[RULES_COUNT] = {
    [RULES_TCP_CONNECTION] = {"'tcp-request connection' rules", OF_CLIENT},
    [RULES_TCP_SESSION] = {"'tcp-request session' rules", OF_SESSION},
    [RULES_TCP_CONTENT] = {"'tcp-request content' rules", OF_REQUEST},
    [RULES_TCP_RESPONSE] = {"'tcp-response content' rules", OF_RESPONSE},
    [RULES_HTTP_REQUEST] = {"'http-request' rules", OF_REQUEST},
    [RULES_HTTP_RESPONSE] = {"'http-response' rules", OF_RESPONSE},
    [RULES_HTTP_AFTER_RESPONSE] = {"'http-after-response' rules", OF_RESPONSE},
    [RULES_REDIRECT] = {"'redirect' rules", OF_REQUEST},
    [RULES_BACKEND] = {"'use_backend' rules", OF_REQUEST},
    [RULES_SERVER] = {"'use-server' rules", OF_REQUEST},
    [RULES_STATS] = {"'stats http-request' rules", OF_REQUEST},
    [RULES_STATS_ADMIN] = {"'stats admin'", OF_REQUEST},
    [RULES_MONITOR_FAIL] = {"'monitor fail'", OF_REQUEST},
    [RULES_PERSIST] = {"'force-persist' and 'ignore-persist'", OF_REQUEST},
    [RULES_PROBE] = {"'tcp-check' and 'http-check'", OF_PROBE},
};

const char *ruleset_name(enum ruleset_id id)
{
    return lists[id].name;
}

const char *compiler_where(const struct compiler *c)
{
    return c->ruleset < RULES_COUNT ? lists[c->ruleset].name : "log lines";
}

unsigned compiler_uses(const struct compiler *c)
{
    bool in_backend = c->proxy != NULL && (c->proxy->caps & CONF_BACKEND) != 0;
    unsigned uses = lists[c->ruleset].uses;
    return in_backend && (uses & USE_REQUEST) != 0 ? uses | USE_BACKEND : uses;
}

/* Which list a line's rule goes to; the action of some is the line's own name. */
static const struct line_list {
    bool is_rule;
    enum ruleset_id id;
    const char *action;
} line_lists[CONF_LINE_KINDS] = {
    [CONF_LINE_TCP_CONNECTION] = {true, RULES_TCP_CONNECTION, NULL},
    [CONF_LINE_TCP_SESSION] = {true, RULES_TCP_SESSION, NULL},
    [CONF_LINE_TCP_CONTENT] = {true, RULES_TCP_CONTENT, NULL},
    [CONF_LINE_TCP_RESPONSE] = {true, RULES_TCP_RESPONSE, NULL},
    [CONF_LINE_HTTP_REQUEST] = {true, RULES_HTTP_REQUEST, NULL},
    [CONF_LINE_HTTP_RESPONSE] = {true, RULES_HTTP_RESPONSE, NULL},
    [CONF_LINE_HTTP_AFTER_RESPONSE] = {true, RULES_HTTP_AFTER_RESPONSE, NULL},
    [CONF_LINE_REDIRECT] = {true, RULES_REDIRECT, "redirect"},
    [CONF_LINE_USE_BACKEND] = {true, RULES_BACKEND, "use_backend"},
    [CONF_LINE_USE_SERVER] = {true, RULES_SERVER, "use-server"},
    [CONF_LINE_STATS_HTTP_REQUEST] = {true, RULES_STATS, NULL},
    [CONF_LINE_STATS_ADMIN] = {true, RULES_STATS_ADMIN, "stats admin"},
    [CONF_LINE_MONITOR_FAIL] = {true, RULES_MONITOR_FAIL, "monitor fail"},
    [CONF_LINE_FORCE_PERSIST] = {true, RULES_PERSIST, "force-persist"},
    [CONF_LINE_IGNORE_PERSIST] = {true, RULES_PERSIST, "ignore-persist"},
};

/* ---- one rule ----------------------------------------------------------------------------------------- */

/* Does the row have that name? *rest_out is what stands behind it: "" or parentheses or a number. */
static bool action_is(const struct action *row, const char *name, const char **rest_out)
{
    size_t len = strlen(row->name);
    *rest_out = name + len;
    if (strncmp(row->name, name, len) != 0)
        return false;
    return name[len] == '\0' ? !row->is_prefix
                             : row->is_prefix || (row->has_parens && name[len] == '(');
}

/* The nearest name in *best; NULL after reporting. */
static const struct action *find_action(struct compiler *c, const char *name, struct conf_span span,
                                        const char **rest_out)
{
    const struct action *elsewhere = NULL;
    struct suggestion s;
    suggestion_start(&s, arena_copy_bytes(c->l->scratch, name, strcspn(name, "(")));
    for (const struct action *const *table = c->tables->actions; *table != NULL; table++) {
        for (const struct action *row = *table; row->name != NULL; row++) {
            bool fits = action_is(row, name, rest_out),
                 is_here = (row->rulesets & IN_RULES(c->ruleset)) != 0;
            if (fits && is_here)
                return row;
            if (fits)
                elsewhere = row;
            if (is_here)
                suggestion_try(&s, row->name);
        }
    }
    const char *help =
        s.best != NULL ? arena_printf(c->l->scratch, "did you mean '%s'?", s.best) : NULL;
    if (elsewhere != NULL)
        CONF_FAIL(c->l, span, NULL, "'%s' cannot be used in %s", elsewhere->name,
                  compiler_where(c));
    else
        CONF_FAIL(c->l, span, help, "unknown action '%s' in %s", s.word, compiler_where(c));
    return NULL;
}

/* What compile() is given: the text between parentheses, or a prefix's rest; false after reporting. */
static bool take_rest(struct compiler *c, const struct action *row, const char *rest,
                      struct conf_span span, const char **text_out)
{
    size_t len = strlen(rest);
    *text_out = NULL;
    if (row->is_prefix)
        *text_out = rest;
    else if (len > 0 && rest[len - 1] != ')') {
        CONF_FAIL(c->l, span, arena_printf(c->l->scratch, "as in: %s(...)", row->name),
                  "the parenthesis of '%s' is not closed", row->name);
        return false;
    } else if (len > 0)
        *text_out = arena_copy_bytes(c->l->arena, rest + 1, len - 2);
    return true;
}

static const char *line_text(struct compiler *c, const struct conf_line *line)
{
    const char *text = line->keyword;
    size_t len = strlen(text) + 1;
    for (size_t i = 0; i < line->word_count; i++)
        len += strlen(line->words[i].text) + 1;
    char *joined = arena_alloc(c->l->arena, len), *end = stpcpy(joined, text);
    for (size_t i = 0; i < line->word_count; i++)
        end = stpcpy(stpcpy(end, " "), line->words[i].text);
    return joined;
}

static bool compile_condition(struct compiler *c, struct rule_words *words,
                              const struct condition **condition_out)
{
    if (rule_words_more(words)) {
        CONF_FAIL(c->l, words->items[words->at].span, "a condition begins with 'if' or 'unless'",
                  "'%s' is not expected here", words->items[words->at].text);
        return false;
    }
    return condition_compile(c, words, condition_out);
}

static void add_rule(struct compiler *c, struct rule rule)
{
    struct ruleset *set = &c->rules->sets[c->ruleset];
    struct rule *rules =
        arena_list_grow(c->l->arena, (void *)set->rules, set->count, sizeof *rules);
    rules[set->count++] = rule;
    set->rules = rules;
    set->may_wait = set->may_wait || (rule.action != NULL && rule.action->may_wait);
}

bool compiler_action(struct compiler *c, const char *name, struct rule_words *words,
                     struct rule *rule)
{
    const char *rest, *parens;
    if (name == NULL) {
        const struct conf_word *word = rule_words_next(c, words, "an action");
        if (word == NULL)
            return false;
        name = word->text;
        words->span = word->span;
    }
    const struct action *row = find_action(c, name, words->span, &rest);
    if (row == NULL || !take_rest(c, row, rest, words->span, &parens))
        return false;
    rule->action = row;
    rule->data = row->compile != NULL ? row->compile(c, row, words, parens) : row;
    return rule->data != NULL;
}

bool compiler_rule(struct compiler *c, const struct conf_line *line)
{
    const struct line_list *list = &line_lists[line->kind];
    if (!list->is_rule)
        return false;
    struct rule_words words = {.items = line->words, .count = line->word_count, .span = line->span};
    struct rule rule = {.place = line->span.place, .text = line_text(c, line)};
    c->ruleset = list->id;
    if (compiler_action(c, list->action, &words, &rule) &&
        compile_condition(c, &words, &rule.condition) && diagnose_rule(c, line, &rule))
        add_rule(c, rule);
    return true;
}
