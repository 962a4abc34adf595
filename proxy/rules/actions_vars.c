/* SPDX-License-Identifier: Apache-2.0 */
/* Actions that need nothing but the language itself: variables, and how failures are taken. */
#include <string.h>

#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/trace.h"
#include "proxy/rules/vars.h"

enum {
    IN_HTTP = IN_RULES(RULES_HTTP_REQUEST) | IN_RULES(RULES_HTTP_RESPONSE) |
              IN_RULES(RULES_HTTP_AFTER_RESPONSE),
    IN_ANY = IN_HTTP | IN_RULES(RULES_TCP_CONNECTION) | IN_RULES(RULES_TCP_SESSION) |
             IN_RULES(RULES_TCP_CONTENT) | IN_RULES(RULES_TCP_RESPONSE),
};

/* ---- set-var, set-var-fmt, unset-var ------------------------------------------------------------------ */

struct set_var {
    struct var_name name;
    const char *text; /* the name, for traces */
    const struct expr *value;
    const struct format *format; /* either of the two */
};

/* What is between the parentheses: the name, perhaps ",condition" of a later version. */
static bool read_name(struct compiler *c, const struct rule_words *words, const char *parens,
                      struct set_var *set)
{
    if (parens == NULL || *parens == '\0') {
        CONF_FAIL(c->l, words->span, "as in: set-var(txn.name)",
                  "the name of a variable is missing");
        return false;
    }
    set->text = parens;
    return var_name_compile(c, parens, strlen(parens), words->span, &set->name);
}

static const void *compile_set_var(struct compiler *c, const struct action *row,
                                   struct rule_words *words, const char *parens)
{
    struct set_var *set = arena_alloc(c->l->arena, sizeof *set);
    (void)row;
    if (!read_name(c, words, parens, set))
        return NULL;
    const struct conf_word *word = rule_words_next(c, words, "an expression");
    if (word == NULL)
        return NULL;
    set->value = expr_compile_word(c, word, compiler_uses(c));
    return set->value != NULL ? set : NULL;
}

static const void *compile_set_var_fmt(struct compiler *c, const struct action *row,
                                       struct rule_words *words, const char *parens)
{
    struct set_var *set = arena_alloc(c->l->arena, sizeof *set);
    (void)row;
    if (!read_name(c, words, parens, set))
        return NULL;
    const struct conf_word *word = rule_words_next(c, words, "a format string");
    if (word == NULL)
        return NULL;
    set->format = format_compile_as(c, word, compiler_uses(c), FORMAT_PLAIN);
    return set->format != NULL ? set : NULL;
}

static const void *compile_unset_var(struct compiler *c, const struct action *row,
                                     struct rule_words *words, const char *parens)
{
    struct set_var *set = arena_alloc(c->l->arena, sizeof *set);
    (void)row;
    return read_name(c, words, parens, set) ? set : NULL;
}

static void tell(struct sample_env *env, const struct set_var *set, const struct sample *value)
{
    struct sample text = *value;
    if (sample_cast(&text, SAMPLE_STRING, env))
        trace_tell(env->trace, TRACE_VARIABLE, "%s = %.*s", set->text, (int)text.text.len,
                   text.text.data);
}

/* A value that is not there leaves the variable as it was, as does one that does not fit. */
static enum rule_verdict run_set_var(struct sample_env *env, const struct rule *rule)
{
    const struct set_var *set = rule->data;
    struct sample value;
    if (!expr_run(set->value, env, &value))
        return RULE_GOES_ON;
    if (var_set(env, set->name, &value) && env->trace != NULL)
        tell(env, set, &value);
    return RULE_GOES_ON;
}

static enum rule_verdict run_set_var_fmt(struct sample_env *env, const struct rule *rule)
{
    const struct set_var *set = rule->data;
    size_t len = 0;
    const char *text = format_text(set->format, env, &len);
    struct sample value;
    if (text == NULL)
        return RULE_GOES_ON;
    sample_set_text(&value, SAMPLE_STRING, text, len);
    if (var_set(env, set->name, &value) && env->trace != NULL)
        tell(env, set, &value);
    return RULE_GOES_ON;
}

static enum rule_verdict run_unset_var(struct sample_env *env, const struct rule *rule)
{
    const struct set_var *set = rule->data;
    var_unset(env, set->name);
    trace_tell(env->trace, TRACE_VARIABLE, "%s unset", set->text);
    return RULE_GOES_ON;
}

/* ---- strict-mode -------------------------------------------------------------------------------------- */

static const bool lenient = true, strict = false;

static const void *compile_strict_mode(struct compiler *c, const struct action *row,
                                       struct rule_words *words, const char *parens)
{
    const struct conf_word *word = rule_words_next(c, words, "'on' or 'off'");
    (void)row, (void)parens;
    if (word != NULL && strcmp(word->text, "on") == 0)
        return &strict;
    if (word != NULL && strcmp(word->text, "off") == 0)
        return &lenient;
    if (word != NULL)
        CONF_FAIL(c->l, word->span, "on or off", "unknown strict-mode '%s'", word->text);
    return NULL;
}

static enum rule_verdict run_strict_mode(struct sample_env *env, const struct rule *rule)
{
    env->is_lenient = *(const bool *)rule->data;
    return RULE_GOES_ON;
}

/* clang-format off */
const struct action var_actions[] = {
    {.name = "set-var", .rulesets = IN_ANY, .has_parens = true, .compile = compile_set_var, .run = run_set_var,
     .takes = "(<name>) <expression>", .doc = "Sets a variable to the value of an expression; without one it stays as it is."},
    {.name = "set-var-fmt", .rulesets = IN_ANY, .has_parens = true, .compile = compile_set_var_fmt, .run = run_set_var_fmt,
     .takes = "(<name>) <fmt>", .doc = "Sets a variable to a text made by a format string.", .since = "2.5"},
    {.name = "unset-var", .rulesets = IN_ANY, .has_parens = true, .compile = compile_unset_var, .run = run_unset_var,
     .takes = "(<name>)", .doc = "Forgets a variable."},
    {.name = "strict-mode", .rulesets = IN_HTTP, .compile = compile_strict_mode, .run = run_strict_mode,
     .takes = "{ on | off }", .doc = "Whether a rule of this list that cannot be carried out makes the request fail (on, the default) or is passed over.", .since = "2.2"},
    {.name = NULL},
};
/* clang-format on */
