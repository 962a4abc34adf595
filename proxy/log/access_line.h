/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of an access line: what the record brings, or HAProxy's short line.
 *
 * Thread: the data thread's.
 */
#ifndef WEIR_LOG_ACCESS_LINE_H
#define WEIR_LOG_ACCESS_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct access_record;

/* What the options of the frontend let through. */
bool access_line_is_wanted(const struct access_record *record);
/* Whether it tells of an error: `option log-separate-errors` sends those at level err. */
bool access_line_is_error(const struct access_record *record);

/*
 * Writes the line without its end into out and returns its length; what does not fit is cut off. structured: with
 * the structured data and a blank before it.
 */
size_t access_line_render(const struct access_record *record, bool structured, char *out,
                          size_t room);

#endif
