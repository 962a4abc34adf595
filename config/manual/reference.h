/* SPDX-License-Identifier: Apache-2.0 */
/* The manual of the keywords, made from their rows, so that it cannot say anything else. */
#ifndef WEIR_CONFIG_MANUAL_REFERENCE_H
#define WEIR_CONFIG_MANUAL_REFERENCE_H

#include <stdbool.h>
#include <stdio.h>

#include "config/keyword.h"

/* docs/reference.md: every keyword of the tables, by where it is used. */
void reference_write(FILE *out, const struct keyword_table *const *tables);

/* weir.conf(5): the same as a man page; the date is that of its head. */
void reference_write_man(FILE *out, const struct keyword_table *const *tables, const char *date);

/* docs/coming-from-haproxy.md, up to what the program's options add. */
void reference_write_haproxy(FILE *out, const struct keyword_table *const *tables);

/*
 * What is known about a keyword, in either spelling, wherever it occurs, and about those it is the
 * first word of; false if there is none.
 */
bool reference_help(FILE *out, const struct keyword_table *const *tables, const char *name);

/* "did you mean ...?", with the nearest keyword; false, and nothing, if none is near. */
bool reference_suggest(FILE *out, const struct keyword_table *const *tables, const char *name);

/* All keywords that do something, by chapter. */
void reference_list(FILE *out, const struct keyword_table *const *tables);

/* All keywords, one a line and each once: for shells to complete. */
void reference_words(FILE *out, const struct keyword_table *const *tables);

#endif
