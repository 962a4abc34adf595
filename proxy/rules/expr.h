/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A compiled expression: a fetch and converters with their arguments, casts between them where types
 * differ. Made by expr_compile() (compiler.h).
 *
 * Thread:  immutable; any thread may run it.
 */
#ifndef WEIR_RULES_EXPR_H
#define WEIR_RULES_EXPR_H

#include "proxy/rules/rows.h"

struct expr;
struct format;

/* False: there is no such value, and none further (out->flags may still say MAY_CHANGE). Else out is the
 * value; while it has SAMPLE_HAS_MORE, expr_next() gives the next. */
bool expr_run(const struct expr *e, struct sample_env *env, struct sample *out);
bool expr_next(const struct expr *e, struct sample_env *env, struct sample *out);
/* The value as a text (the last converter's output cast to STRING); false if there is none. */
bool expr_text(const struct expr *e, struct sample_env *env, struct sample_text *out);

enum sample_type expr_type(const struct expr *e);
/* The two read the same fetch with the same arguments and converters. */
bool expr_same(const struct expr *a, const struct expr *b);
const struct fetch *expr_fetch(const struct expr *e);
const struct arg *expr_args(const struct expr *e);
bool expr_has_converters(const struct expr *e);
const char *expr_source(const struct expr *e); /* as written, for traces */

/* The text, ended by NUL, in the scratch; NULL when there is no room. */
const char *format_text(const struct format *f, struct sample_env *env, size_t *len_out);
/* The text of a format that holds no expression, NULL if it does. */
const char *format_constant(const struct format *f);

#endif
