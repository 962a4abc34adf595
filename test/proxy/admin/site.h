/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A made-up site with something of everything to show: servers up, down, on their way, in
 * maintenance, drained, unchecked; traffic, errors, latencies; and names that would break a page
 * that does not escape them.
 */
#ifndef WEIR_TEST_ADMIN_SITE_H
#define WEIR_TEST_ADMIN_SITE_H

#include "proxy/admin/stats.h"

enum { SITE_THREADS = 2 };

/* Fails the test if it cannot be built. `extra` more servers of the first backend, for long
 * documents. */
struct snapshot *site_open(unsigned extra);
void site_close(struct snapshot *snapshot);

/* The statistics words of its page, with `stats admin`. */
struct conf_stats *site_stats(void);

/* The whole document, written through a buffer of `step` bytes at a time; ended by NUL; to be
 * freed. */
char *site_document(const struct snapshot *snapshot, const struct stats_query *query, size_t step);

struct server *site_server(const struct snapshot *snapshot, const char *proxy, const char *server);

#endif
