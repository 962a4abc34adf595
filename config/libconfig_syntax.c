/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks the tokens of a refused text by the grammar until something does not fit. libconfig says
 * "syntax error" and the line of the token it stumbled over, often the line after the mistake; this
 * says what was expected there. It runs only on texts that libconfig has refused.
 */
#include "config/libconfig_syntax.h"

#include <string.h>

#include "config/libconfig_tokens.h"

enum { DEPTH_MAX = 200 };

struct explainer {
    struct loader *l;
    const struct joined_text *joined;
    struct tokens tokens;
    unsigned depth;
};

static bool explain_value(struct explainer *e, const struct token *name);

static struct conf_span span_of(const struct explainer *e, const struct token *token)
{
    return (struct conf_span){joined_text_place(e->joined, token->line, token->column),
                              (unsigned)token->len};
}

static const char *text_of(const struct explainer *e, const struct token *token)
{
    return arena_copy_bytes(e->l->arena, token->start, token->len);
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

/* Reports what stands where something else was expected. Returns false, for the caller to return.
 */
static bool unexpected(struct explainer *e, const struct token *token, const char *expected)
{
    struct conf_span span = span_of(e, token);
    switch (token->kind) {
    case TOKEN_OPEN_STRING:
        CONF_FAIL(e->l, span, "add a double quote at its end", "this text never ends");
        break;
    case TOKEN_OPEN_COMMENT:
        CONF_FAIL(e->l, span, "add */ at its end", "this comment never ends");
        break;
    case TOKEN_END:
        CONF_FAIL(e->l, span, NULL, "the file ends where %s was expected", expected);
        break;
    case TOKEN_STRANGE:
        CONF_FAIL(e->l, span, "text is written in double quotes", "unexpected '%s', expected %s",
                  text_of(e, token), expected);
        break;
    default:
        CONF_FAIL(e->l, span, NULL, "expected %s before '%s'", expected, text_of(e, token));
    }
    return false;
}

/* The bracket was never closed: more useful than the place where the file ended. */
static bool not_closed(struct explainer *e, const struct token *open, const struct token *found,
                       const char *close)
{
    if (found->kind != TOKEN_END)
        return unexpected(e, found, close);
    CONF_FAIL(e->l, span_of(e, open), NULL, "this '%c' is never closed, %s is missing",
              *open->start, close);
    return false;
}

/* `5s` without quotes is the number 5 and a stray name to libconfig. */
static bool explain_unit(struct explainer *e, const struct token *value)
{
    struct token after = tokens_peek(&e->tokens);
    if (value->kind != TOKEN_NUMBER || after.start != value->start + value->len ||
        (after.kind != TOKEN_NAME && after.kind != TOKEN_NUMBER && after.kind != TOKEN_STRANGE &&
         !is_sign(&after, ":")))
        return true;
    size_t len = strcspn(value->start, " \t\r\n,;)]}");
    struct conf_span span = span_of(e, value);
    span.width = (unsigned)len;
    const char *written = arena_copy_bytes(e->l->arena, value->start, len);
    CONF_FAIL(e->l, span, arena_printf(e->l->arena, "write \"%s\"", written),
              "'%s' must stand in double quotes", written);
    return false;
}

/* name = value; ... until the sign that closes the group, or the end. */
static bool explain_settings(struct explainer *e, const struct token *open)
{
    struct name_map seen = {0};
    for (;;) {
        struct token name = tokens_peek(&e->tokens);
        if (open == NULL ? name.kind == TOKEN_END : is_sign(&name, "}"))
            return true;
        if (name.kind != TOKEN_NAME)
            return open != NULL ? not_closed(e, open, &name, "'}'")
                                : unexpected(e, &name, "a name");
        tokens_next(&e->tokens);
        if (names_add(e->l->arena, &seen, text_of(e, &name), e) != NULL) {
            CONF_FAIL(e->l, span_of(e, &name),
                      "write it once; several of a kind go into a list ( )",
                      "'%s' is given twice in the same group", text_of(e, &name));
            return false;
        }
        struct token sign = tokens_next(&e->tokens);
        if (!is_sign(&sign, "=:"))
            return unexpected(e, &sign, "'='");
        if (!explain_value(e, &name))
            return false;
        struct token after = tokens_peek(&e->tokens);
        if (is_sign(&after, ";,"))
            tokens_next(&e->tokens);
    }
}

/* The elements of ( ) or [ ]; in [ ] they must be plain and all of a kind. */
static bool explain_elements(struct explainer *e, const struct token *open)
{
    const char *close = *open->start == '(' ? ")" : "]";
    struct token token = tokens_peek(&e->tokens);
    struct token first = token;
    while (!is_sign(&token, close)) {
        if (*close == ']' && token.kind != TOKEN_END &&
            (token.kind != first.kind || is_sign(&token, "([{"))) {
            CONF_FAIL(e->l, span_of(e, &token),
                      "[ ] holds plain values of one type; use ( ) for others",
                      "this does not fit into an array");
            return false;
        }
        if (token.kind == TOKEN_END)
            return not_closed(e, open, &token, *close == ')' ? "')'" : "']'");
        if (!explain_value(e, NULL))
            return false;
        token = tokens_peek(&e->tokens);
        if (is_sign(&token, ",")) {
            tokens_next(&e->tokens);
            token = tokens_peek(&e->tokens);
            if (is_sign(&token, close))
                return unexpected(e, &token, "another element after ','");
        } else if (!is_sign(&token, close)) {
            return not_closed(e, open, &token, *close == ')' ? "',' or ')'" : "',' or ']'");
        }
    }
    return true;
}

static bool explain_bracket(struct explainer *e, const struct token *open)
{
    if (++e->depth > DEPTH_MAX) {
        CONF_FAIL(e->l, span_of(e, open), NULL, "nested more than %d deep", DEPTH_MAX);
        return false;
    }
    bool ok = *open->start == '{' ? explain_settings(e, open) : explain_elements(e, open);
    if (ok)
        tokens_next(&e->tokens);
    e->depth--;
    return ok;
}

static bool explain_value(struct explainer *e, const struct token *name)
{
    struct token value = tokens_next(&e->tokens);
    if (is_sign(&value, "{(["))
        return explain_bracket(e, &value);
    if (value.kind == TOKEN_STRING || is_flag(&value))
        return true;
    if (value.kind == TOKEN_NUMBER)
        return explain_unit(e, &value);
    if (value.kind == TOKEN_NAME) {
        const char *written = text_of(e, &value);
        CONF_FAIL(e->l, span_of(e, &value), arena_printf(e->l->arena, "write \"%s\"", written),
                  "'%s' must stand in double quotes", written);
        return false;
    }
    return unexpected(
        e, &value,
        name == NULL ? "a value" : arena_printf(e->l->arena, "a value of '%s'", text_of(e, name)));
}

void libconfig_explain(struct loader *l, const struct joined_text *joined, const char *error,
                       int error_line)
{
    struct explainer e = {.l = l, .joined = joined};
    tokens_start(&e.tokens, joined->bytes, joined->len);
    if (!explain_settings(&e, NULL))
        return;
    struct conf_span span = {joined_text_place(joined, (unsigned)error_line, 1), 1};
    CONF_FAIL(l, span, NULL, "%s", error);
}
