/* SPDX-License-Identifier: Apache-2.0 */
/* What follows `if` and `unless`: names of acls, tests between braces, '!' and 'or'. */
#include "proxy/rules/condition.h"

#include <string.h>

#include "proxy/rules/acl.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/trace.h"

/* ---- running ------------------------------------------------------------------------------------------- */

static enum condition_result negate(enum condition_result result)
{
    static const enum condition_result opposite[] = {
        [CONDITION_NO] = CONDITION_YES,
        [CONDITION_YES] = CONDITION_NO,
        [CONDITION_MAYBE] = CONDITION_MAYBE,
    };
    return opposite[result];
}

COLD static void tell(struct sample_env *env, const struct acl *acl, enum condition_result result)
{
    struct conf_place place = acl->count > 0 ? acl->tests[0].place : (struct conf_place){0};
    env->trace->record(
        env->trace, &(struct trace_record){TRACE_ACL, place, result == CONDITION_YES, acl->name});
}

static enum condition_result run_term(const struct condition_term *term, struct sample_env *env)
{
    enum condition_result result = acl_run(term->acl, env);
    if (env->trace != NULL && result != CONDITION_MAYBE) /* else it will be asked again */
        tell(env, term->acl, result);
    return term->is_negated ? negate(result) : result;
}

/* Of an alternative, the first term that does not hold decides; of the condition, the first alternative that does. */
enum condition_result condition_run(const struct condition *condition, struct sample_env *env)
{
    enum condition_result result = CONDITION_NO;
    const struct condition_term *term = condition->terms, *end = term + condition->count;
    for (; term < end && result != CONDITION_YES; term++) {
        enum condition_result holds = run_term(term, env);
        if (holds == CONDITION_YES && !term->is_last)
            continue;
        if (holds != CONDITION_NO)
            result = holds;
        while (!term->is_last)
            term++;
    }
    return condition->is_negated ? negate(result) : result;
}

/* ---- reading ------------------------------------------------------------------------------------------- */

/* A condition that is being read. */
struct draft {
    struct compiler *c;
    struct rule_words *words;
    struct condition_term *terms; /* in the scratch */
    size_t count;
};

static const char *joined_text(struct compiler *c, const struct conf_word *words, size_t count)
{
    const char *text = "{";
    for (size_t i = 0; i < count; i++)
        text = arena_printf(c->l->scratch, "%s %s", text, words[i].text);
    return arena_printf(c->l->arena, "%s }", text);
}

/* Up to the closing brace; words->at moves behind it. */
static struct acl *read_anonymous(struct draft *d, const struct conf_word *brace)
{
    struct compiler *c = d->c;
    struct rule_words *words = d->words;
    size_t from = words->at, end = from;
    while (end < words->count && strcmp(words->items[end].text, "}") != 0)
        end++;
    if (end == words->count) {
        CONF_FAIL(c->l, brace->span, "braces stand alone, with blanks around them",
                  "missing closing '}' in condition");
        return NULL;
    }
    words->at = end + 1;
    struct acl *acl = arena_alloc(c->l->arena, sizeof *acl);
    acl->name = joined_text(c, words->items + from, end - from);
    return acl_add_test(c, acl, words->items + from, end - from, brace->span) ? acl : NULL;
}

/* A legal acl that what it looks at is never there for. */
static void check_use(struct draft *d, const struct acl *acl, struct conf_span span)
{
    unsigned uses = compiler_uses(d->c);
    for (size_t i = 0; i < acl->count; i++) {
        if ((expr_fetch(acl->tests[i].expr)->use & ~uses) == 0)
            return;
    }
    if (!acl->is_broken)
        CONF_WARN(d->c->l, span, NULL,
                  "acl '%s' will never match because it only involves keywords that are "
                  "incompatible with %s",
                  acl->name, compiler_where(d->c));
}

static void add_term(struct draft *d, const struct acl *acl, bool is_negated)
{
    d->terms = arena_list_grow(d->c->l->scratch, d->terms, d->count, sizeof *d->terms);
    d->terms[d->count++] = (struct condition_term){acl, is_negated, false};
}

/* The next term begins another one. */
static void end_alternative(struct draft *d)
{
    if (d->count > 0)
        d->terms[d->count - 1].is_last = true;
}

static bool is_or(const char *text)
{
    return strcasecmp(text, "or") == 0 || strcmp(text, "||") == 0;
}

/* Marks may stand alone, before what they negate; '!' twice is none. */
static bool read_terms(struct draft *d)
{
    bool is_negated = false;
    while (d->words->at < d->words->count) {
        const struct conf_word *word = &d->words->items[d->words->at++];
        const char *text = word->text;
        for (; *text == '!'; text++)
            is_negated = !is_negated;
        if (*text == '\0')
            continue;
        if (is_or(text)) {
            end_alternative(d);
            is_negated = false;
            continue;
        }
        struct conf_span span = compiler_span_in(word, (size_t)(text - word->text), strlen(text));
        struct acl *acl =
            strcmp(text, "{") == 0 ? read_anonymous(d, word) : acl_find(d->c, text, span);
        if (acl == NULL)
            return false;
        check_use(d, acl, span);
        add_term(d, acl, is_negated);
        is_negated = false;
    }
    return true;
}

static const struct condition *condition_new(const struct draft *d, bool is_negated)
{
    struct condition *condition =
        arena_alloc(d->c->l->arena, sizeof *condition + d->count * sizeof *d->terms);
    condition->is_negated = is_negated;
    condition->count = d->count;
    for (size_t i = 0; i < d->count; i++)
        condition->terms[i] = d->terms[i];
    return condition;
}

bool condition_compile(struct compiler *c, struct rule_words *words,
                       const struct condition **condition_out)
{
    *condition_out = NULL;
    if (words->at >= words->count)
        return true;
    const struct conf_word *begin = &words->items[words->at++];
    struct draft draft = {.c = c, .words = words};
    if (!read_terms(&draft))
        return false;
    if (draft.count == 0)
        CONF_WARN(c->l, begin->span, "name an acl, or leave the word out",
                  "an empty condition never holds");
    end_alternative(&draft);
    *condition_out = condition_new(&draft, strcmp(begin->text, "unless") == 0);
    return true;
}
