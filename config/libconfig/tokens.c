/* SPDX-License-Identifier: Apache-2.0 */
/* The lexical rules of libconfig 1.5: comments, strings, names, numbers, signs. */
#include "config/libconfig/tokens.h"

#include <ctype.h>
#include <string.h>

void tokens_start(struct tokens *t, const char *text, size_t len)
{
    *t = (struct tokens){.next = text,
                         .end = text + len,
                         .line_start = text,
                         .line = 1,
                         .last_line = 1,
                         .last_column = 1};
}

/* One character on, counting lines. */
static void step(struct tokens *t)
{
    if (*t->next++ == '\n') {
        t->line++;
        t->line_start = t->next;
    }
}

static char look(const struct tokens *t, size_t ahead)
{
    return (size_t)(t->end - t->next) > ahead ? t->next[ahead] : '\0';
}

static struct token begin(const struct tokens *t, enum token_kind kind)
{
    return (struct token){.kind = kind,
                          .start = t->next,
                          .line = t->line,
                          .column = (unsigned)(t->next - t->line_start) + 1};
}

static struct token finish(const struct tokens *t, struct token token)
{
    token.len = (size_t)(t->next - token.start);
    return token;
}

/* Tells of a comment whose text lies between two places. */
static void tell_comment(struct tokens *t, const struct token *comment, const char *from,
                         const char *to)
{
    struct token text = *comment;
    text.start = from;
    text.len = (size_t)(to - from);
    if (t->on_comment != NULL)
        t->on_comment(t->ctx, &text, comment->line == t->last_line && comment->column > 1);
}

/* False when a comment never ends; it is then the token. */
static bool skip_blanks(struct tokens *t, struct token *comment_out)
{
    for (;;) {
        if (t->next < t->end && isspace((unsigned char)*t->next)) {
            step(t);
        } else if (look(t, 0) == '#' || (look(t, 0) == '/' && look(t, 1) == '/')) {
            struct token comment = begin(t, TOKEN_END);
            size_t sign = look(t, 0) == '#' ? 1 : 2;
            while (t->next < t->end && *t->next != '\n')
                step(t);
            tell_comment(t, &comment, comment.start + sign, t->next);
        } else if (look(t, 0) == '/' && look(t, 1) == '*') {
            *comment_out = begin(t, TOKEN_OPEN_COMMENT);
            comment_out->len = 2;
            step(t);
            step(t);
            while (t->next < t->end && !(look(t, 0) == '*' && look(t, 1) == '/'))
                step(t);
            if (t->next == t->end)
                return false;
            tell_comment(t, comment_out, comment_out->start + 2, t->next);
            step(t);
            step(t);
        } else {
            return true;
        }
    }
}

static struct token take_string(struct tokens *t)
{
    struct token token = begin(t, TOKEN_STRING);
    step(t);
    while (t->next < t->end && *t->next != '"') {
        if (*t->next == '\\')
            step(t);
        if (t->next < t->end)
            step(t);
    }
    if (t->next == t->end) {
        token.kind = TOKEN_OPEN_STRING;
        token.len = 1;
        return token;
    }
    step(t);
    return finish(t, token);
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '*';
}

static struct token take_name(struct tokens *t)
{
    struct token token = begin(t, TOKEN_NAME);
    while (is_name_char(look(t, 0)))
        step(t);
    return finish(t, token);
}

static struct token take_number(struct tokens *t)
{
    struct token token = begin(t, TOKEN_NUMBER);
    bool hexadecimal = look(t, 0) == '0' && (look(t, 1) == 'x' || look(t, 1) == 'X');
    step(t);
    if (hexadecimal)
        step(t);
    for (char c; (c = look(t, 0)) != '\0'; step(t)) {
        bool exponent_sign = (c == '+' || c == '-') && (t->next[-1] == 'e' || t->next[-1] == 'E');
        bool belongs = hexadecimal ? isxdigit((unsigned char)c) || c == 'L'
                                   : isdigit((unsigned char)c) || c == '.' || c == 'e' ||
                                         c == 'E' || c == 'L' || exponent_sign;
        if (!belongs)
            break;
    }
    return finish(t, token);
}

static struct token take_one(struct tokens *t)
{
    struct token token;
    if (!skip_blanks(t, &token))
        return token;
    char c = look(t, 0);
    if (t->next == t->end)
        return begin(t, TOKEN_END);
    if (c == '"')
        return take_string(t);
    if (isalpha((unsigned char)c) || c == '*')
        return take_name(t);
    bool sign = (c == '-' || c == '+' || c == '.') && isdigit((unsigned char)look(t, 1));
    if (isdigit((unsigned char)c) || sign)
        return take_number(t);
    token = begin(t, c != '\0' && strchr("{}()[]=:,;", c) != NULL ? TOKEN_SIGN : TOKEN_STRANGE);
    step(t);
    return finish(t, token);
}

/* libconfig joins strings that follow one another. */
static struct token take(struct tokens *t)
{
    struct token token = take_one(t);
    if (token.kind == TOKEN_END) {
        token.line = t->last_line;
        token.column = t->last_column;
        return token;
    }
    while (token.kind == TOKEN_STRING) {
        struct tokens ahead = *t;
        ahead.on_comment = NULL; /* they come again */
        if (take_one(&ahead).kind != TOKEN_STRING)
            break;
        t->last_line = t->line;
        take_one(t);
    }
    t->last_line = t->line;
    t->last_column = (unsigned)(t->next - t->line_start) + 1;
    return token;
}

struct token tokens_next(struct tokens *t)
{
    if (!t->has_peeked)
        return take(t);
    t->has_peeked = false;
    return t->peeked;
}

struct token tokens_peek(struct tokens *t)
{
    if (!t->has_peeked) {
        t->peeked = take(t);
        t->has_peeked = true;
    }
    return t->peeked;
}
