/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of stick tables share: stick_table.c finds them, stick_table_line.c reads one. */
#ifndef WEIR_CONFIG_STICK_TABLE_PRIV_H
#define WEIR_CONFIG_STICK_TABLE_PRIV_H

#include "config/stick_table.h"

/* "type ip size 100k ...": the words of a line from there on; reports what is wrong. table: zeroed. */
void stick_table_read(struct loader *l, const struct conf_line *line,
                      struct conf_stick_table *table);

#endif
