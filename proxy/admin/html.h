/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the statistics page, each small enough for one piece of a cursor.
 *
 * Thread:  that of the cursor.
 */
#ifndef WEIR_ADMIN_HTML_H
#define WEIR_ADMIN_HTML_H

#include "proxy/admin/cursor.h"

extern const char html_style[];

/* What the process says of itself: title, facts, result of the last reload and of a form. */
void html_banner(const struct stats_cursor *c, struct text *text);

/* One step of the walk over a proxy. c->sub tells whether its table is open. */
void html_row(struct stats_cursor *c, struct text *text, enum stats_step step,
              const struct stats_subject *subject);

/* <td data-l="label">; the label shows where a row is laid out as a card. */
void html_cell(struct text *text, const char *label, const char *class_name);

/* Groups of numbers of a row. */
void html_sessions(struct text *text, const struct stats_subject *s);
void html_rate(struct text *text, const struct stats_subject *s);
void html_bytes(struct text *text, const struct stats_subject *s);
void html_responses(struct text *text, const struct stats_subject *s);
void html_latency(struct text *text, const struct stats_subject *s);
void html_errors(struct text *text, const struct stats_subject *s);
/* One number with its word in front, in small letters. */
void html_small(struct text *text, const char *label, uint64_t n);

#endif
