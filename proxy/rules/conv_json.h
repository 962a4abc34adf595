/* SPDX-License-Identifier: Apache-2.0 */
/* Values taken out of JSON texts: for json_query, and for tokens that hold such texts (conv_jwt.c). */
#ifndef WEIR_RULES_CONV_JSON_H
#define WEIR_RULES_CONV_JSON_H

#include "proxy/rules/rows.h"

/* args: a path ('$.a.b[0]') and perhaps 'int'; args[0].own becomes what json_query() follows. */
arg_check json_check_query;
bool json_query(struct sample_env *env, const struct converter *row, const struct arg *args,
                struct sample *s);

#endif
