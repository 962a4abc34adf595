/* SPDX-License-Identifier: Apache-2.0 */
/* Formats of log lines: the named ones; those that lines spell out are rows of tables.h. */
#ifndef WEIR_RULES_LOG_FORMATS_H
#define WEIR_RULES_LOG_FORMATS_H

#include "proxy/rules/rows.h"

/* When all lines of a proxy are compiled: the format by its option, if no line gave one. */
void log_format_default(struct compiler *c);

/* A probe of the proxy asks for its unique-id-format, for which there are these uses (enum fetch_use). */
void log_format_for_probes(struct compiler *c, unsigned uses);

#endif
