/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the metrics document; each writes its next piece, or returns false when it has no more.
 *
 * Thread:  that of the cursor.
 */
#ifndef WEIR_ADMIN_PROMETHEUS_H
#define WEIR_ADMIN_PROMETHEUS_H

#include "proxy/admin/cursor.h"

bool prometheus_process(struct stats_cursor *c, struct text *text);      /* haproxy_process_* */
bool prometheus_tables(struct stats_cursor *c, struct text *text);       /* haproxy_sticktable_* */
bool prometheus_weir(struct stats_cursor *c, struct text *text);         /* reloads, build */
bool prometheus_certificates(struct stats_cursor *c, struct text *text); /* expiry */
bool prometheus_panic(struct stats_cursor *c, struct text *text);        /* of backends */
bool prometheus_transitions(struct stats_cursor *c, struct text *text);  /* of servers, by state */
bool prometheus_latency(struct stats_cursor *c, struct text *text);      /* histograms */

/* "# HELP" and "# TYPE". */
void prometheus_head(struct text *text, const char *prefix, const char *name, const char *help,
                     const char *type);
/* proxy="..." and for a server server="...". */
void prometheus_labels(struct text *text, const struct stats_subject *s);
/* The next row of that kind; false at the end, and then the walk stands at the start again. */
bool prometheus_next_of_kind(struct stats_cursor *c, enum stats_kind kind,
                             struct stats_subject *subject_out);

#endif
