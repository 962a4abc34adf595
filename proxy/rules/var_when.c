/* SPDX-License-Identifier: Apache-2.0 */
/* A condition is a row; all those given must hold. */
#include "proxy/rules/var_when.h"

#include <string.h>

#include "config/suggest.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/trace.h"

/* What they look at: the variable as it is (value NULL: not set) and what it would become. */
typedef bool holds(bool exists, const struct sample *value, const struct sample *next);

static bool if_exists(bool exists, const struct sample *value, const struct sample *next)
{
    (void)value, (void)next;
    return exists;
}

static bool if_not_exists(bool exists, const struct sample *value, const struct sample *next)
{
    (void)value, (void)next;
    return !exists;
}

/* Numbers and addresses are never empty. */
static bool if_empty(bool exists, const struct sample *value, const struct sample *next)
{
    (void)exists, (void)value;
    return sample_type_is_text(next->type) && next->text.len == 0;
}

static bool if_not_empty(bool exists, const struct sample *value, const struct sample *next)
{
    return !if_empty(exists, value, next);
}

static bool if_set(bool exists, const struct sample *value, const struct sample *next)
{
    (void)exists, (void)next;
    return value != NULL;
}

static bool if_not_set(bool exists, const struct sample *value, const struct sample *next)
{
    (void)exists, (void)next;
    return value == NULL;
}

static bool are_numbers(const struct sample *value, const struct sample *next)
{
    return value != NULL && value->type == SAMPLE_INT && next->type == SAMPLE_INT;
}

static bool if_greater(bool exists, const struct sample *value, const struct sample *next)
{
    (void)exists;
    return !are_numbers(value, next) || value->integer > next->integer;
}

static bool if_less(bool exists, const struct sample *value, const struct sample *next)
{
    (void)exists;
    return !are_numbers(value, next) || value->integer < next->integer;
}

static const struct {
    const char *name;
    holds *holds;
} conditions[] = {
    {"ifexists", if_exists}, {"ifnotexists", if_not_exists},
    {"ifempty", if_empty},   {"ifnotempty", if_not_empty},
    {"ifset", if_set},       {"ifnotset", if_not_set},
    {"ifgt", if_greater},    {"iflt", if_less},
};

enum { CONDITIONS = sizeof conditions / sizeof *conditions };

bool var_when_name(struct compiler *c, const char *text, struct conf_span span,
                   struct var_when *var_out)
{
    *var_out = (struct var_when){.text = text};
    return var_name_compile(c, text, strlen(text), span, &var_out->name);
}

bool var_when_add(struct compiler *c, const char *condition, struct conf_span span,
                  struct var_when *var)
{
    struct suggestion s;
    suggestion_start(&s, condition);
    for (unsigned i = 0; i < CONDITIONS; i++) {
        if (strcmp(conditions[i].name, condition) == 0) {
            var->when |= 1u << i;
            return true;
        }
        suggestion_try(&s, conditions[i].name);
    }
    CONF_FAIL(c->l, span,
              s.best != NULL
                  ? arena_printf(c->l->scratch, "did you mean '%s'?", s.best)
                  : "ifexists, ifnotexists, ifempty, ifnotempty, ifset, ifnotset, ifgt, iflt",
              "unknown condition '%s' for setting a variable", condition);
    return false;
}

bool var_when_parse(struct compiler *c, const char *parens, struct conf_span span,
                    struct var_when *var_out)
{
    if (parens == NULL || *parens == '\0') {
        CONF_FAIL(c->l, span, "as in: set-var(txn.name)", "the name of a variable is missing");
        return false;
    }
    size_t len = strcspn(parens, ",");
    if (!var_when_name(c, arena_copy_bytes(c->l->arena, parens, len), span, var_out))
        return false;
    for (const char *at = parens + len; *at == ',';) {
        len = strcspn(++at, ",");
        if (!var_when_add(c, arena_copy_bytes(c->l->scratch, at, len), span, var_out))
            return false;
        at += len;
    }
    return true;
}

static bool all_hold(struct sample_env *env, const struct var_when *var, const struct sample *next)
{
    struct sample value;
    bool is_set = var_get(env, var->name, &value);
    bool exists = is_set || var_exists(env, var->name);
    for (unsigned i = 0; i < CONDITIONS; i++) {
        if ((var->when & 1u << i) != 0 &&
            !conditions[i].holds(exists, is_set ? &value : NULL, next))
            return false;
    }
    return true;
}

COLD static void tell(struct sample_env *env, const struct var_when *var,
                      const struct sample *value)
{
    struct sample text = *value;
    if (sample_cast(&text, SAMPLE_STRING, env))
        trace_tell(env->trace, TRACE_VARIABLE, "%s = %.*s", var->text, (int)text.text.len,
                   text.text.data);
}

bool var_when_set(struct sample_env *env, const struct var_when *var, const struct sample *value)
{
    if ((var->when != 0 && !all_hold(env, var, value)) || !var_set(env, var->name, value))
        return false;
    if (env->trace != NULL)
        tell(env, var, value);
    return true;
}
