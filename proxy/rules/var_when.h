/* SPDX-License-Identifier: Apache-2.0 */
/* set-var(txn.name,ifnotset,...): a variable to set, and the conditions on which it is. */
#ifndef WEIR_RULES_VAR_WHEN_H
#define WEIR_RULES_VAR_WHEN_H

#include "proxy/rules/vars.h"

struct var_when {
    struct var_name name;
    const char *text; /* "txn.name", for traces */
    unsigned when;    /* a bit for each condition, by its place in the table */
};

/* The name alone. */
bool var_when_name(struct compiler *c, const char *text, struct conf_span span,
                   struct var_when *var_out);
/* One more condition, "ifset"; false after reporting. */
bool var_when_add(struct compiler *c, const char *condition, struct conf_span span,
                  struct var_when *var);
/* All that stands between the parentheses; NULL: there are none. */
bool var_when_parse(struct compiler *c, const char *parens, struct conf_span span,
                    struct var_when *var_out);

/* True where it was set. Tells the trace. */
bool var_when_set(struct sample_env *env, const struct var_when *var, const struct sample *value);

#endif
