/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of a libconfig text with their columns, which libconfig 1.5 does not tell. It decides
 * what is well-formed; this only finds again where each name and value stands.
 */
#ifndef WEIR_CONFIG_LIBCONFIG_TOKENS_H
#define WEIR_CONFIG_LIBCONFIG_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

enum token_kind {
    TOKEN_END,
    TOKEN_NAME, /* also true and false */
    TOKEN_NUMBER,
    TOKEN_STRING,       /* with its quotes; neighbours that libconfig joins are one */
    TOKEN_SIGN,         /* one of {}()[]=:,; */
    TOKEN_OPEN_STRING,  /* a string that never ends */
    TOKEN_OPEN_COMMENT, /* a comment that never ends */
    TOKEN_STRANGE,      /* a character that belongs nowhere */
};

struct token {
    enum token_kind kind;
    const char *start;
    size_t len;
    unsigned line, column; /* from 1, in the joined text */
};

struct tokens {
    const char *next, *end;
    const char *line_start;
    unsigned line;
    unsigned last_line, last_column; /* behind the latest token: where the end is said to be */
    struct token peeked;
    bool has_peeked;
    /* Is given each comment, without its signs; or NULL. */
    void (*on_comment)(void *ctx, const struct token *comment, bool is_behind);
    void *ctx;
};

void tokens_start(struct tokens *t, const char *text, size_t len);
struct token tokens_next(struct tokens *t);
struct token tokens_peek(struct tokens *t);

#endif
