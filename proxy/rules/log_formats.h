/* SPDX-License-Identifier: Apache-2.0 */
/* Formats of log lines: rows for the lines that spell one out, and the named ones. */
#ifndef WEIR_RULES_LOG_FORMATS_H
#define WEIR_RULES_LOG_FORMATS_H

#include "proxy/rules/rows.h"

/* log-format, log-format-sd, error-log-format, unique-id-format */
extern const struct line_row log_format_lines[];

/* When all lines of a proxy are compiled: the format by its option, if no line gave one. */
void log_format_default(struct compiler *c);

#endif
