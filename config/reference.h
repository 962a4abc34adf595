/* SPDX-License-Identifier: Apache-2.0 */
/* The manual of the keywords, made from their rows, so that it cannot say anything else. */
#ifndef WEIR_CONFIG_REFERENCE_H
#define WEIR_CONFIG_REFERENCE_H

#include <stdbool.h>
#include <stdio.h>

#include "config/keyword.h"

/* docs/reference.md: every keyword of the tables, by where it is used. */
void reference_write(FILE *out, const struct keyword_table *const *tables);

/* What is known about a keyword, in either spelling, wherever it occurs; false if there is none. */
bool reference_help(FILE *out, const struct keyword_table *const *tables, const char *name);

#endif
