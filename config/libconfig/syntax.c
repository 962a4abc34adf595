/* SPDX-License-Identifier: Apache-2.0 */
/* Walks the tokens by the grammar until something does not fit. */
#include "config/libconfig/syntax.h"

#include <ctype.h>
#include <string.h>

#include "config/libconfig/tokens.h"

enum { DEPTH_MAX = 200 };

struct checker {
    struct loader *l;
    const struct joined_text *joined;
    struct tokens tokens;
    unsigned depth;
};

static bool check_value(struct checker *c, const struct token *name);

static struct conf_span span_of(const struct checker *c, const struct token *token)
{
    return (struct conf_span){joined_text_place(c->joined, token->line, token->column),
                              (unsigned)token->len};
}

static const char *text_of(const struct checker *c, const struct token *token)
{
    return arena_copy_bytes(c->l->scratch, token->start, token->len);
}

static bool is_sign(const struct token *token, const char *signs)
{
    return token->kind == TOKEN_SIGN && strchr(signs, *token->start) != NULL;
}

static bool is_flag(const struct token *token)
{
    return token->kind == TOKEN_NAME &&
           ((token->len == 4 && !strncasecmp(token->start, "true", 4)) ||
            (token->len == 5 && !strncasecmp(token->start, "false", 5)));
}

/* Reports what stands where something else was expected; always false, for the caller to return. */
static bool unexpected(struct checker *c, const struct token *token, const char *expected)
{
    struct conf_span span = span_of(c, token);
    switch (token->kind) {
    case TOKEN_OPEN_STRING:
        CONF_FAIL(c->l, span, "add a double quote at its end", "this text never ends");
        break;
    case TOKEN_OPEN_COMMENT:
        CONF_FAIL(c->l, span, "add */ at its end", "this comment never ends");
        break;
    case TOKEN_END:
        CONF_FAIL(c->l, span, NULL, "the file ends where %s was expected", expected);
        break;
    case TOKEN_STRANGE:
        CONF_FAIL(c->l, span, "text is written in double quotes", "unexpected '%s', expected %s",
                  text_of(c, token), expected);
        break;
    default:
        CONF_FAIL(c->l, span, NULL, "expected %s before '%s'", expected, text_of(c, token));
    }
    return false;
}

/* The bracket was never closed: more useful than the place where the file ended. */
static bool not_closed(struct checker *c, const struct token *open, const struct token *found,
                       const char *close)
{
    if (found->kind != TOKEN_END)
        return unexpected(c, found, close);
    CONF_FAIL(c->l, span_of(c, open), NULL, "this '%c' is never closed, %s is missing",
              *open->start, close);
    return false;
}

static const char *skip_digits(const char *c, const char *end)
{
    while (c < end && isdigit((unsigned char)*c))
        c++;
    return c;
}

/* Digits with a point or an exponent, or with the L of 64-bit numbers; or hexadecimal digits. */
static bool is_number(const struct token *value)
{
    const char *c = value->start, *end = value->start + value->len;
    if (value->len > 2 && c[0] == '0' && (c[1] == 'x' || c[1] == 'X'))
        return true;
    const char *integer = skip_digits(c + (*c == '-' || *c == '+'), end);
    c = integer < end && *integer == '.' ? skip_digits(integer + 1, end) : integer;
    if (end - c > 1 && (*c == 'e' || *c == 'E')) {
        c += c[1] == '-' || c[1] == '+' ? 2 : 1;
        return c < end && skip_digits(c, end) == end;
    }
    size_t marks = c == integer ? strspn(c, "L") : 0;
    return marks <= 2 && c + marks == end;
}

/* `5s` without quotes would be the number 5 and a stray name, 10.0.0.1:80 no better. */
static bool check_number(struct checker *c, const struct token *value)
{
    struct token after = tokens_peek(&c->tokens);
    bool touches = after.start == value->start + value->len && after.kind != TOKEN_END &&
                   after.kind != TOKEN_STRING && !is_sign(&after, "{}()[]=,;");
    if (!touches && is_number(value))
        return true;
    size_t len = strcspn(value->start, " \t\r\n,;)]}");
    struct conf_span span = span_of(c, value);
    span.width = (unsigned)len;
    const char *written = arena_copy_bytes(c->l->scratch, value->start, len);
    CONF_FAIL(c->l, span, arena_printf(c->l->scratch, "write \"%s\"", written),
              "'%s' must stand in double quotes", written);
    return false;
}

/* name = value; ... until the sign that closes the group, or the end. */
static bool check_settings(struct checker *c, const struct token *open)
{
    struct name_map seen = {0};
    for (;;) {
        struct token name = tokens_peek(&c->tokens);
        if (open == NULL ? name.kind == TOKEN_END : is_sign(&name, "}"))
            return true;
        if (name.kind != TOKEN_NAME)
            return open != NULL ? not_closed(c, open, &name, "'}'")
                                : unexpected(c, &name, "a name");
        tokens_next(&c->tokens);
        if (names_add(c->l->scratch, &seen, text_of(c, &name), c) != NULL) {
            CONF_FAIL(c->l, span_of(c, &name),
                      "write it once; several of a kind go into a list ( )",
                      "'%s' is given twice in the same group", text_of(c, &name));
            return false;
        }
        struct token sign = tokens_next(&c->tokens);
        if (!is_sign(&sign, "=:"))
            return unexpected(c, &sign, "'='");
        if (!check_value(c, &name))
            return false;
        struct token after = tokens_peek(&c->tokens);
        if (is_sign(&after, ";,"))
            tokens_next(&c->tokens);
    }
}

/* The elements of ( ) or [ ]; in [ ] they must be plain and all of a kind. */
static bool check_elements(struct checker *c, const struct token *open)
{
    const char *close = *open->start == '(' ? ")" : "]";
    struct token token = tokens_peek(&c->tokens);
    struct token first = token;
    while (!is_sign(&token, close)) {
        if (*close == ']' && token.kind != TOKEN_END &&
            (token.kind != first.kind || is_sign(&token, "([{"))) {
            CONF_FAIL(c->l, span_of(c, &token),
                      "[ ] holds plain values of one type; use ( ) for others",
                      "this does not fit into an array");
            return false;
        }
        if (token.kind == TOKEN_END)
            return not_closed(c, open, &token, *close == ')' ? "')'" : "']'");
        if (!check_value(c, NULL))
            return false;
        token = tokens_peek(&c->tokens);
        if (is_sign(&token, ",")) {
            tokens_next(&c->tokens);
            token = tokens_peek(&c->tokens);
            if (is_sign(&token, close))
                return unexpected(c, &token, "another element after ','");
        } else if (!is_sign(&token, close)) {
            return not_closed(c, open, &token, *close == ')' ? "',' or ')'" : "',' or ']'");
        }
    }
    return true;
}

static bool check_bracket(struct checker *c, const struct token *open)
{
    if (++c->depth > DEPTH_MAX) {
        CONF_FAIL(c->l, span_of(c, open), NULL, "nested more than %d deep", DEPTH_MAX);
        return false;
    }
    bool ok = *open->start == '{' ? check_settings(c, open) : check_elements(c, open);
    if (ok)
        tokens_next(&c->tokens);
    c->depth--;
    return ok;
}

static bool check_value(struct checker *c, const struct token *name)
{
    struct token value = tokens_next(&c->tokens);
    if (is_sign(&value, "{(["))
        return check_bracket(c, &value);
    if (value.kind == TOKEN_STRING || is_flag(&value))
        return true;
    if (value.kind == TOKEN_NUMBER)
        return check_number(c, &value);
    if (value.kind == TOKEN_NAME) {
        const char *written = text_of(c, &value);
        CONF_FAIL(c->l, span_of(c, &value), arena_printf(c->l->scratch, "write \"%s\"", written),
                  "'%s' must stand in double quotes", written);
        return false;
    }
    return unexpected(c, &value,
                      name == NULL
                          ? "a value"
                          : arena_printf(c->l->scratch, "a value of '%s'", text_of(c, name)));
}

bool libconfig_check(struct loader *l, const struct joined_text *joined)
{
    struct checker c = {.l = l, .joined = joined};
    tokens_start(&c.tokens, joined->bytes, joined->len);
    return check_settings(&c, NULL);
}
