/* SPDX-License-Identifier: Apache-2.0 */
/* Text into a man page: what roff would take for its own is escaped. */
#ifndef WEIR_CONFIG_MANUAL_ROFF_H
#define WEIR_CONFIG_MANUAL_ROFF_H

#include <stdio.h>

/* Begins a page: .TH. */
void roff_head(FILE *out, const char *name, int section, const char *date);

/* A line of text; what stands between backquotes becomes bold. */
void roff_line(FILE *out, const char *text);

/* An entry of a list: its name, bold, and what follows it. */
void roff_entry(FILE *out, const char *name, const char *text);

#endif
