/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments of fetches and converters: (a,b) split at commas, unquoted a second time (the line was split
 * into words before), then read by their type (expr_values.c).
 *
 *   regsub("([a-z]+),",'\1;')     quotes keep ',' and ')'
 */
#include <string.h>

#include "proxy/rules/expr_priv.h"

struct reader {
    struct compiler *c;
    const struct conf_word *word;
    const struct expr_word *of;
    size_t at;
    size_t open_at; /* the parenthesis */
    char *text;     /* of the argument at hand, unquoted, as long as the word is */
    size_t text_len;
};

static char peek(const struct reader *r)
{
    return r->word->text[r->at];
}

/* Types beyond the list are the last one again, where that may be. */
static enum arg_type type_at(const struct arg_spec *spec, unsigned i)
{
    if (i >= ARGS_MAX)
        return ARG_NONE;
    while (i > 0 && spec->types[i] == ARG_NONE && spec->repeats)
        i--;
    return spec->types[i];
}

/* What a backslash and the next character stand for; 0 = the backslash stands for itself, and not even
 * keeps a comma or a parenthesis. */
static char escaped(char next)
{
    static const char letters[] = "rnt\\\"' ", bytes[] = "\r\n\t\\\"' ";
    const char *letter = next != '\0' ? strchr(letters, next) : NULL;
    return letter != NULL ? bytes[letter - letters] : '\0';
}

/* Up to the comma or parenthesis that ends the argument; false when the word ends before. */
static bool take_text(struct reader *r)
{
    char quote = '\0';
    r->text_len = 0;
    for (; peek(r) != '\0'; r->at++) {
        char next = peek(r), literal = '\0';
        if (next == '\\' && quote != '\'' &&
            (literal = escaped(r->word->text[r->at + 1])) != '\0') {
            r->text[r->text_len++] = literal;
            r->at++;
        } else if (quote == '\0' && (next == ',' || next == ')'))
            return true;
        else if (quote == '\0' && (next == '"' || next == '\''))
            quote = next;
        else if (next == quote)
            quote = '\0';
        else
            r->text[r->text_len++] = next;
    }
    return false;
}

/* All of the parentheses, which may hold further pairs. */
static bool take_raw(struct reader *r)
{
    unsigned depth = 1;
    for (r->text_len = 0; peek(r) != '\0'; r->at++) {
        depth += (peek(r) == '(') - (peek(r) == ')');
        if (depth == 0)
            return true;
        r->text[r->text_len++] = peek(r);
    }
    return false;
}

static struct conf_span name_span(const struct reader *r)
{
    return compiler_span_in(r->word, r->of->name_at, strlen(r->of->name));
}

/* The value of an argument; where none is written, a text is empty and the proxy at hand is meant. Others may be
 * left empty only at the end, where a number is 0, unless the parentheses hold nothing at all. */
static bool read_arg(struct reader *r, struct arg *arg, unsigned index)
{
    const char *text = arena_copy_bytes(r->c->l->arena, r->text, r->text_len);
    if (r->text_len > 0 || arg_is_text(arg->type) || arg_may_be_implied(arg->type))
        return arg_read(r->c, arg, text);
    if (index < r->of->spec->required) {
        CONF_FAIL(r->c->l, arg->span, NULL, "%s '%s': a type '%s' is expected as argument %u",
                  r->of->kind, r->of->name, arg_type_name(arg->type), index + 1);
        return false;
    }
    if (peek(r) == ',') {
        CONF_FAIL(r->c->l, arg->span, NULL, "%s '%s': nothing may follow an empty argument",
                  r->of->kind, r->of->name);
        return false;
    }
    if (index == 0 || arg->type != ARG_INT)
        arg->type = ARG_NONE;
    return true;
}

static bool read_one(struct reader *r, struct arg *arg, unsigned index)
{
    size_t from = r->at;
    bool complete = r->of->spec->raw ? take_raw(r) : take_text(r);
    if (!complete) {
        CONF_FAIL(r->c->l, compiler_span_in(r->word, r->open_at, 1), "close it, or its quotes",
                  "%s '%s': this parenthesis is never closed", r->of->kind, r->of->name);
        return false;
    }
    arg->type = type_at(r->of->spec, index);
    arg->span = compiler_span_in(r->word, from, r->at > from ? r->at - from : 1);
    if (arg->type == ARG_NONE) {
        CONF_FAIL(r->c->l, arg->span, "commas within an argument need quotes",
                  "%s '%s': too many arguments", r->of->kind, r->of->name);
        return false;
    }
    return read_arg(r, arg, index);
}

/* r->at is at the opening parenthesis. */
static bool read_list(struct reader *r, struct arg *args, unsigned *count)
{
    r->open_at = r->at++;
    if (peek(r) == ')' && r->of->spec->types[0] == ARG_NONE) {
        r->at++;
        return true;
    }
    for (;;) {
        struct arg beyond, *arg = *count < ARGS_MAX ? &args[*count] : &beyond;
        if (!read_one(r, arg, *count))
            return false;
        (*count)++;
        if (r->word->text[r->at++] == ')')
            return true;
    }
}

/* Without parentheses one empty argument is meant, where one is required. */
static bool complete(struct reader *r, struct arg *args, unsigned *count)
{
    const struct arg_spec *spec = r->of->spec;
    if (*count == 0 && spec->required > 0) {
        args[0].type = type_at(spec, 0);
        args[0].span = name_span(r);
        if (!read_arg(r, &args[0], 0))
            return false;
        *count = 1;
    }
    if (*count >= spec->required)
        return true;
    CONF_FAIL(r->c->l, name_span(r), NULL,
              "%s '%s': missing arguments (got %u of %u), a type '%s' is expected next",
              r->of->kind, r->of->name, *count, spec->required,
              arg_type_name(type_at(spec, *count)));
    return false;
}

struct arg *args_compile(struct compiler *c, const struct conf_word *word, size_t *at,
                         const struct expr_word *of, unsigned *count_out)
{
    struct reader r = {.c = c, .word = word, .of = of, .at = *at};
    struct arg *args = arena_alloc(c->l->arena, ARGS_MAX * sizeof *args);
    r.text = arena_alloc(c->l->scratch, strlen(word->text) + 1);
    *count_out = 0;
    if (peek(&r) == '(' && !read_list(&r, args, count_out))
        return NULL;
    *at = r.at;
    return complete(&r, args, count_out) ? args : NULL;
}
