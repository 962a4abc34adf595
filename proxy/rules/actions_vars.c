/* SPDX-License-Identifier: Apache-2.0 */
/* Actions that need nothing but the language itself: variables, and how failures are taken. */
#include <string.h>

#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/trace.h"
#include "proxy/rules/var_when.h"

enum {
    IN_HTTP = IN_RULES(RULES_HTTP_REQUEST) | IN_RULES(RULES_HTTP_RESPONSE) |
              IN_RULES(RULES_HTTP_AFTER_RESPONSE),
    IN_ANY = IN_HTTP | IN_RULES(RULES_TCP_CONNECTION) | IN_RULES(RULES_TCP_SESSION) |
             IN_RULES(RULES_TCP_CONTENT) | IN_RULES(RULES_TCP_RESPONSE) | IN_RULES(RULES_PROBE),
};

/* ---- set-var, set-var-fmt, unset-var ------------------------------------------------------------------ */

struct set_var {
    struct var_when var;
    const struct expr *value;
    const struct format *format; /* either of the two */
};

static const void *compile_set_var(struct compiler *c, const struct action *row,
                                   struct rule_words *words, const char *parens)
{
    struct set_var *set = arena_alloc(c->l->arena, sizeof *set);
    (void)row;
    if (!var_when_parse(c, parens, words->span, &set->var))
        return NULL;
    set->value = expr_compile_words(c, words, compiler_uses(c));
    return set->value != NULL ? set : NULL;
}

static const void *compile_set_var_fmt(struct compiler *c, const struct action *row,
                                       struct rule_words *words, const char *parens)
{
    struct set_var *set = arena_alloc(c->l->arena, sizeof *set);
    (void)row;
    if (!var_when_parse(c, parens, words->span, &set->var))
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
    return var_when_parse(c, parens, words->span, &set->var) ? set : NULL;
}

/* A value that is not there leaves the variable as it was, as does one that does not fit. */
static enum rule_verdict run_set_var(struct sample_env *env, const struct rule *rule)
{
    const struct set_var *set = rule->data;
    struct sample value;
    if (expr_run(set->value, env, &value))
        (void)var_when_set(env, &set->var, &value);
    else
        trace_tell(env->trace, TRACE_VARIABLE, "%s stays: the expression gives nothing",
                   set->var.text);
    return RULE_GOES_ON;
}

static enum rule_verdict run_set_var_fmt(struct sample_env *env, const struct rule *rule)
{
    const struct set_var *set = rule->data;
    struct sample value = {.type = SAMPLE_STRING};
    value.text.data = format_text(set->format, env, &value.text.len);
    if (value.text.data != NULL)
        (void)var_when_set(env, &set->var, &value);
    return RULE_GOES_ON;
}

static enum rule_verdict run_unset_var(struct sample_env *env, const struct rule *rule)
{
    const struct set_var *set = rule->data;
    (void)var_unset(env, set->var.name);
    trace_tell(env->trace, TRACE_VARIABLE, "%s unset", set->var.text);
    return RULE_GOES_ON;
}

/* ---- the same as converters --------------------------------------------------------------------------- */

/* The first argument becomes what is to be set. */
static bool check_var(struct compiler *c, struct arg *args, unsigned count, int value)
{
    struct var_when *var = arena_alloc(c->l->arena, sizeof *var);
    (void)value;
    if (!var_when_name(c, args[0].text.data, args[0].span, var))
        return false;
    for (unsigned i = 1; i < count; i++) {
        if (!var_when_add(c, args[i].text.data, args[i].span, var))
            return false;
    }
    args[0].own = var;
    return true;
}

/* A value that is not kept does not go on. */
static bool conv_set_var(struct sample_env *env, const struct converter *row,
                         const struct arg *args, struct sample *s)
{
    (void)row;
    return var_when_set(env, args[0].own, s);
}

static bool conv_unset_var(struct sample_env *env, const struct converter *row,
                           const struct arg *args, struct sample *s)
{
    const struct var_when *var = args[0].own;
    (void)row, (void)s;
    return var_unset(env, var->name);
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
     .takes = "(<name>[,<cond>...]) <expression>", .doc = "Sets a variable to the value of an expression; without one it stays as it is."},
    {.name = "set-var-fmt", .rulesets = IN_ANY, .has_parens = true, .compile = compile_set_var_fmt, .run = run_set_var_fmt,
     .takes = "(<name>[,<cond>...]) <fmt>", .doc = "Sets a variable to a text made by a format string.", .since = "2.5"},
    {.name = "unset-var", .rulesets = IN_ANY, .has_parens = true, .compile = compile_unset_var, .run = run_unset_var,
     .takes = "(<name>)", .doc = "Forgets a variable."},
    {.name = "strict-mode", .rulesets = IN_HTTP, .compile = compile_strict_mode, .run = run_strict_mode,
     .takes = "{ on | off }", .doc = "Whether a rule of this list that cannot be carried out makes the request fail (on, the default) or is passed over.", .since = "2.2"},
    {.name = NULL},
};

const struct converter var_converters[] = {
    {.name = "set-var", .in = SAMPLE_ANY, .out = SAMPLE_SAME, .args = {{ARG_OWN, ARG_STRING}, 1, .repeats = true}, .run = conv_set_var, .check = check_var,
     .doc = "Sets a variable to the value, on the conditions given (ifset, ifnotset, ifempty, ...), and passes it on."},
    {.name = "unset-var", .in = SAMPLE_ANY, .out = SAMPLE_SAME, .args = {{ARG_OWN}, 1, false, false}, .run = conv_unset_var, .check = check_var,
     .doc = "Forgets a variable, and passes the value on."},
    {.name = NULL},
};
/* clang-format on */
