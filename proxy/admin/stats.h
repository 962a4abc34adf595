/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statistics: the page for people, and CSV, JSON and Prometheus text for programs. All of them show
 * the same rows: frontends, servers and backends of a snapshot, column by column from one table
 * (fields.h).
 *
 *   GET /stats;csv --> stats_query_parse() --> stats_cursor_new() --> stats_cursor_next() ... 0
 *   POST           --> stats_form_apply()  --> 303 to /stats;st=DONE
 *
 * A document is written part by part, so its size does not matter: memory is one cursor. Rows are
 * read when their turn comes; a document is no snapshot in time.
 *
 * Thread:    any; a cursor belongs to one.
 * Ownership: a cursor borrows the snapshot: whoever keeps a cursor holds its snapshot.
 */
#ifndef WEIR_ADMIN_STATS_H
#define WEIR_ADMIN_STATS_H

#include "proxy/state/server.h"
#include "proxy/state/snapshot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum stats_format_id { STATS_HTML, STATS_CSV, STATS_JSON, STATS_PROMETHEUS, STATS_TYPED };

#define STATS_SCOPE_BYTES 21

/* What a form did, as the page that follows tells it (`;st=`). */
enum stats_result {
    STATS_NO_RESULT,
    STATS_DONE,    /* all as asked */
    STATS_NONE,    /* nothing was asked */
    STATS_PARTIAL, /* some of the servers are unknown */
    STATS_INVALID, /* an unknown action, backend or server */
    STATS_TOO_BIG, /* the form does not fit in the buffer */
    STATS_DENIED,  /* no `stats admin` here */
};

/* What the words after the path ask for. */
struct stats_query {
    enum stats_format_id format;
    bool hide_down, hide_maint; /* ;up and ;no-maint */
    bool no_refresh;
    bool may_admin; /* who asks may change servers: not of the words, but of `stats admin` */
    enum stats_result result;
    char scope[STATS_SCOPE_BYTES]; /* part of the names of proxies to show; "" = all */
    /* of `show stat` with numbers: one proxy (-1: all), a set of kinds, one server (-1: all) */
    bool is_bound, is_described;
    int proxy_id, kinds, server_id;
    /* of /metrics?scope=...: all are shown if none is named */
    bool scope_global, scope_frontend, scope_listener, scope_backend, scope_server, scope_tables;
};

/* Reads what follows `stats uri` in a request target: ";csv;norefresh", "?scope=app". */
void stats_query_parse(struct stats_query *query, const char *rest, size_t len);
/* The query of /metrics: "scope=frontend&scope=server&no-maint"; false if a scope has no name, or an unknown one. */
bool stats_query_parse_metrics(struct stats_query *query, const char *text, size_t len);

const char *stats_content_type(enum stats_format_id format);

struct stats_cursor;

/* conf: whose `stats` words apply; snapshot as above. now is the loop's. NULL when memory runs out.
 */
struct stats_cursor *stats_cursor_new(const struct snapshot *snapshot,
                                      const struct conf_stats *conf,
                                      const struct stats_query *query, const struct loop *loop);
/* Writes the next part; 0 when all has been written. cap may be anything above 0. */
size_t stats_cursor_next(struct stats_cursor *cursor, char *buf, size_t cap);
void stats_cursor_free(struct stats_cursor *cursor);

/* Whether an Authorization value names one of the users of `stats auth`; true if there are none. */
bool stats_is_authorised(const struct conf_stats *conf, const char *authorization, size_t len);

/* What a form asks of a server. */
enum stats_order { ORDER_READY, ORDER_DRAIN, ORDER_MAINT, ORDER_UP, ORDER_DOWN };

/* Called once for each server that a form changes. */
typedef void stats_apply(void *owner, struct server *server, enum stats_order order);

/* Carries out a form of the page: s=<server>&s=...&b=<backend or #id>&action=<word>. */
enum stats_result stats_form_apply(const struct snapshot *snapshot, const char *body, size_t len,
                                   stats_apply *apply, void *owner);
/* The word in `;st=`, "" for STATS_NO_RESULT. */
const char *stats_result_word(enum stats_result result);

#endif
