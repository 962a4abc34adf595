/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of rows that streams themselves bring, for the arrays of all of them in runtime/rule_tables.c. */
#ifndef WEIR_HTTP_ROWS_H
#define WEIR_HTTP_ROWS_H

#include "proxy/rules/rows.h"

extern const struct fetch unique_id_fetches[];
extern const struct line_row forwarded_lines[], reply_lines[], stick_lines[];
extern const struct format_token unique_id_tokens[];

#endif
