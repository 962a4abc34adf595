/* SPDX-License-Identifier: Apache-2.0 */
/* What expr.c and expr_args.c share: a position within a word, and the arguments that stand there. */
#ifndef WEIR_RULES_EXPR_PRIV_H
#define WEIR_RULES_EXPR_PRIV_H

#include "proxy/rules/compiler.h"

/* Of a fetch or a converter that is being read. */
struct expr_word {
    const char *kind; /* "fetch" or "converter" */
    const char *name;
    size_t name_at; /* where its name stands in the word */
    const struct arg_spec *spec;
};

/*
 * Reads (a,b) at word->text[*at], or nothing where there is no parenthesis; *at moves behind it. The
 * array has ARGS_MAX elements, those not given are ARG_NONE. NULL after reporting.
 */
struct arg *args_compile(struct compiler *c, const struct conf_word *word, size_t *at,
                         const struct expr_word *of, unsigned *count_out);

/* ---- one argument: expr_values.c ---------------------------------------------------------------------- */

/* Fills the value of arg->type; false after reporting. "" is the proxy at hand where one is meant. */
bool arg_read(struct compiler *c, struct arg *arg, const char *text);
/* Without one, the proxy at hand is meant. */
bool arg_may_be_implied(enum arg_type type);
/* May it be empty? */
bool arg_is_text(enum arg_type type);

#endif
