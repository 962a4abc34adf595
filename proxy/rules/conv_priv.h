/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the converters share: operands that are constants or variables. */
#ifndef WEIR_RULES_CONV_PRIV_H
#define WEIR_RULES_CONV_PRIV_H

#include "proxy/rules/tables.h"
#include "tls/span.h"

static inline struct tls_span span_of_text(struct sample_text text)
{
    return (struct tls_span){text.data, text.len};
}

/* An ARG_OWN argument that the check below has read: a constant, or the name of a variable. */
struct operand {
    bool is_var;
    struct var_name var;
    struct sample constant;
};

/* For arg_check: argument i becomes an operand; false after reporting. */
bool operand_number(struct compiler *c, struct arg *arg); /* digits, else a variable */
bool operand_text(struct compiler *c, struct arg *arg);   /* "scope.name", else a text */
bool operand_var(struct compiler *c, struct arg *arg);    /* a variable, or nothing */
bool operand_base64(struct compiler *c, struct arg *arg); /* "scope.name", else bytes in base64 */

/* Its value now, cast to the type; false if the variable is not there. */
bool operand_get(struct sample_env *env, const struct arg *arg, enum sample_type type,
                 struct sample *out);
/* Of operand_base64(): its bytes; false also if the variable holds no base64. */
bool operand_decoded(struct sample_env *env, const struct arg *arg, struct sample_text *out);

/* Runs the converter of that name, which has no arguments, of a table. */
bool conv_run(struct sample_env *env, const struct converter *table, const char *name,
              struct sample *s);

#endif
