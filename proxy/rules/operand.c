/* SPDX-License-Identifier: Apache-2.0 */
/* Operands of converters: add(5), add(txn.n), strcmp(txn.x), hmac(sha256,txn.key). */
#include "proxy/rules/compiler.h"
#include "proxy/rules/conv_priv.h"
#include "proxy/rules/vars.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void keep(struct compiler *c, struct arg *arg, struct operand operand)
{
    struct operand *copy = arena_alloc(c->l->arena, sizeof *copy);
    *copy = operand;
    arg->own = copy;
}

/* Does it begin as the name of a variable does? */
static bool looks_like_var(struct sample_text text)
{
    static const char *const scopes[] = {"proc.", "sess.", "txn.", "req.", "res.", "check."};
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++) {
        size_t len = strlen(scopes[i]);
        if (text.len > len && memcmp(text.data, scopes[i], len) == 0)
            return true;
    }
    return false;
}

static bool keep_var(struct compiler *c, struct arg *arg)
{
    struct operand operand = {.is_var = true};
    struct sample_text text = arg->text;
    if (!var_name_compile(c, text.data, text.len, arg->span, &operand.var))
        return false;
    keep(c, arg, operand);
    return true;
}

bool operand_number(struct compiler *c, struct arg *arg)
{
    struct operand operand = {0};
    const char *digits = arena_copy_bytes(c->l->scratch, arg->text.data, arg->text.len);
    char *end;
    if (looks_like_var(arg->text))
        return keep_var(c, arg);
    errno = 0;
    long long value = strtoll(digits, &end, 0);
    if (*digits == '\0' || *end != '\0' || errno != 0) {
        CONF_FAIL(c->l, arg->span, "a whole number, or a variable such as txn.count",
                  "'%s' is neither a number nor a variable", digits);
        return false;
    }
    sample_set_int(&operand.constant, value);
    keep(c, arg, operand);
    return true;
}

bool operand_text(struct compiler *c, struct arg *arg)
{
    struct operand operand = {0};
    if (looks_like_var(arg->text))
        return keep_var(c, arg);
    sample_set_text(&operand.constant, SAMPLE_STRING, arg->text.data, arg->text.len);
    keep(c, arg, operand);
    return true;
}

bool operand_var(struct compiler *c, struct arg *arg)
{
    if (arg->type == ARG_NONE || arg->text.len == 0) {
        arg->type = ARG_NONE;
        return true;
    }
    return keep_var(c, arg);
}

bool operand_get(struct sample_env *env, const struct arg *arg, enum sample_type type,
                 struct sample *out)
{
    if (arg->type == ARG_NONE)
        return false;
    const struct operand *operand = arg->own;
    *out = operand->constant;
    return (!operand->is_var || var_get(env, operand->var, out)) && sample_cast(out, type, env);
}
