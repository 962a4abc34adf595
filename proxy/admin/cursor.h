/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a document of the statistics comes about: a format writes one piece after another (a row, a
 * metric of a row, a part of the page), and the cursor remembers where it is. A piece that does not
 * fit in the reader's buffer waits in the cursor, so the reader's buffer may have any size.
 *
 * Thread:  any; a cursor belongs to one. Counters are read as they stand.
 */
#ifndef WEIR_ADMIN_CURSOR_H
#define WEIR_ADMIN_CURSOR_H

#include "proxy/admin/fields.h"
#include "proxy/admin/process.h"
#include "proxy/admin/text.h"

/* The longest piece: a row of the page with all names and reasons at their bounds. */
#define STATS_PIECE_BYTES (16 * 1024)

/* A place in the walk over all rows. */
enum stats_step {
    STEP_BEGIN,
    STEP_FRONTEND,
    STEP_LISTENER,
    STEP_SERVER,
    STEP_BACKEND,
    STEP_END,
    STEPS,
};

struct stats_walk {
    size_t proxy;
    enum stats_step step;
    size_t item; /* of listeners and servers: which */
};

struct stats_cursor {
    const struct snapshot *snapshot; /* borrowed */
    const struct conf_stats *conf;   /* borrowed: from the snapshot */
    const struct stats_format *format;
    struct stats_query query;
    uint64_t now_us; /* monotonic */
    int64_t wall_us;
    /* where the format is; each uses them in its own way */
    size_t phase, item, sub, skipped;
    struct stats_walk walk;
    struct certificate_walk certificates;
    size_t len, sent; /* of the piece at hand */
    char piece[STATS_PIECE_BYTES];
};

struct stats_format {
    const char *content_type;
    /* Writes the next piece, perhaps an empty one, and moves on; false: there was none left. */
    bool (*piece)(struct stats_cursor *cursor, struct text *text);
};

extern const struct stats_format stats_html, stats_csv, stats_json, stats_prometheus, stats_typed;

/*
 * The next row that the query lets through, or false. BEGIN and END come once for each proxy; for
 * them only subject_out->proxy is set.
 */
bool stats_walk_next(struct stats_cursor *cursor, enum stats_step *step_out,
                     struct stats_subject *subject_out);
/* The same without BEGIN and END. */
bool stats_walk_row(struct stats_cursor *cursor, struct stats_subject *subject_out);

#endif
