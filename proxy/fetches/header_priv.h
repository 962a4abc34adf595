/* SPDX-License-Identifier: Apache-2.0 */
/* What the fetches of header fields share: header.c finds values and has the rows, header_forms.c gives other forms. */
#ifndef WEIR_FETCHES_HEADER_PRIV_H
#define WEIR_FETCHES_HEADER_PRIV_H

#include "proxy/rules/rows.h"

/* Of the row's side, as text: the value that is asked for, or the next one (SAMPLE_HAS_MORE). */
bool header_value(struct sample_env *env, const struct fetch *row, const struct arg *args,
                  struct sample *out);

/* header_forms.c */
bool header_number(struct sample_env *env, const struct fetch *row, const struct arg *args,
                   struct sample *out);
bool header_address(struct sample_env *env, const struct fetch *row, const struct arg *args,
                    struct sample *out);

#endif
