/* SPDX-License-Identifier: Apache-2.0 */
/* Operands of converters: add(5), add(txn.n), strcmp(txn.x), hmac(sha256,txn.key). */
#include "proxy/rules/compiler.h"
#include "proxy/rules/conv_priv.h"
#include "proxy/rules/vars.h"

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
    const char *sign = *digits == '-' || *digits == '+' ? digits + 1 : digits;
    if (looks_like_var(arg->text))
        return keep_var(c, arg);
    /* no number is 0, and one that is too large the largest, as in HAProxy */
    long long value = strtoll(digits, NULL, 10);
    if (sign[strspn(sign, "0123456789")] != '\0' || (*sign == '\0' && sign > digits)) {
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

bool conv_run(struct sample_env *env, const struct converter *table, const char *name,
              struct sample *s)
{
    static const struct arg none[ARGS_MAX];
    while (strcmp(table->name, name) != 0)
        table++;
    return table->run(env, table, none, s);
}

/* A constant is decoded here and now. */
bool operand_base64(struct compiler *c, struct arg *arg)
{
    struct operand operand = {0};
    char *bytes = arena_alloc(c->l->arena, arg->text.len + 1);
    struct sample_scratch scratch = {.base = bytes, .size = arg->text.len};
    struct sample_env env = {.scratch = &scratch};
    if (looks_like_var(arg->text))
        return keep_var(c, arg);
    sample_set_text(&operand.constant, SAMPLE_STRING, arg->text.data, arg->text.len);
    if (conv_run(&env, encode_converters, "b64dec", &operand.constant)) {
        keep(c, arg, operand);
        return true;
    }
    CONF_FAIL(c->l, arg->span, "its bytes in base64, or a variable such as txn.key",
              "'%.*s' is not base64", (int)arg->text.len, arg->text.data);
    return false;
}

bool operand_decoded(struct sample_env *env, const struct arg *arg, struct sample_text *out)
{
    struct sample s;
    const struct operand *operand = arg->own;
    if (!operand_get(env, arg, operand->is_var ? SAMPLE_STRING : SAMPLE_BINARY, &s) ||
        (operand->is_var && !conv_run(env, encode_converters, "b64dec", &s)))
        return false;
    *out = s.text;
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
