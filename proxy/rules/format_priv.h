/* SPDX-License-Identifier: Apache-2.0 */
/* A format string as format_compile.c reads it and format.c writes it. */
#ifndef WEIR_RULES_FORMAT_PRIV_H
#define WEIR_RULES_FORMAT_PRIV_H

#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"

enum format_flags {
    FLAG_QUOTE = 1u << 0,  /* +Q: in quotes */
    FLAG_HEX = 1u << 1,    /* +X: addresses, ports and some numbers of tokens in hexadecimal */
    FLAG_ESCAPE = 1u << 2, /* +E: a backslash before '"', '\' and ']' */
};

struct format_piece {
    struct sample_text text; /* of a piece that is neither of the two */
    const struct expr *expr;
    const struct format_token *token;
    unsigned flags;
    bool is_blank; /* of a log: one blank, unless there is one already */
};

struct format {
    const struct format_piece *pieces;
    size_t count;
    enum format_kind kind;
    struct sample_text constant; /* data NULL: there is more than text */
};

#endif
