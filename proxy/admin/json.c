/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON in the layout of HAProxy's `show stat json`: an array with an array for each row, and in it
 * an object for each field that has a value. Percentiles follow in the same form under positions
 * HAProxy never uses.
 */
#include "proxy/admin/cursor.h"
#include "proxy/admin/tags.h"
#include "proxy/admin/transitions.h"
#include "proxy/state/backend.h"
#include "proxy/state/proxy_state.h"

#include "proxy/state/counters.h"

#include <string.h>

#define PERCENTILE_POSITION 1000
#define TRANSITIONS_POSITION 2000
#define PANIC_POSITION 2001

static const struct {
    const char *name;
    enum time_kind time;
    double share;
} percentiles[] = {
    {"qtime_p50", TIME_QUEUE, 0.5},     {"qtime_p90", TIME_QUEUE, 0.9},
    {"qtime_p99", TIME_QUEUE, 0.99},    {"qtime_p999", TIME_QUEUE, 0.999},
    {"ctime_p50", TIME_CONNECT, 0.5},   {"ctime_p90", TIME_CONNECT, 0.9},
    {"ctime_p99", TIME_CONNECT, 0.99},  {"ctime_p999", TIME_CONNECT, 0.999},
    {"rtime_p50", TIME_RESPONSE, 0.5},  {"rtime_p90", TIME_RESPONSE, 0.9},
    {"rtime_p99", TIME_RESPONSE, 0.99}, {"rtime_p999", TIME_RESPONSE, 0.999},
    {"ttime_p50", TIME_TOTAL, 0.5},     {"ttime_p90", TIME_TOTAL, 0.9},
    {"ttime_p99", TIME_TOTAL, 0.99},    {"ttime_p999", TIME_TOTAL, 0.999},
};

static void put_field(struct text *text, const struct stats_subject *subject, size_t position,
                      const char *name, const char *tags, const struct stats_value *value)
{
    static const char *const kinds[] = {[STATS_FRONTEND] = "Frontend",
                                        [STATS_BACKEND] = "Backend",
                                        [STATS_SERVER] = "Server",
                                        [STATS_LISTENER] = "Listener"};
    text_put(text, position == 0 ? "{" : ",{");
    text_printf(text, "\"objType\":\"%s\",\"proxyId\":%u,\"id\":%u,", kinds[subject->kind],
                subject->proxy->conf->id, stats_row_id(subject));
    text_printf(text, "\"field\":{\"pos\":%zu,\"name\":\"%s\"},\"processNum\":1,", position, name);
    tags_json(text, tags);
    text_char(text, ',');
    tags_json_value(text, value);
    text_char(text, '}');
}

static void put_percentiles(struct text *text, const struct stats_subject *subject)
{
    struct histogram histogram;
    for (size_t i = 0; i < sizeof(percentiles) / sizeof(percentiles[0]); i++) {
        if (i == 0 || percentiles[i].time != percentiles[i - 1].time)
            counter_set_latency(subject->counters, percentiles[i].time, &histogram);
        struct stats_value value = {
            .type = STATS_U64,
            .number = histogram_quantile_us(&histogram, percentiles[i].share),
        };
        put_field(text, subject, PERCENTILE_POSITION + i, percentiles[i].name, "MDP", &value);
    }
}

/* A list, which is no type of HAProxy's: who reads its fields by position passes it over. */
static void put_transitions(struct text *text, const struct stats_subject *subject)
{
    text_printf(text, ",{\"objType\":\"Server\",\"proxyId\":%u,\"id\":%u,",
                subject->proxy->conf->id, subject->server->id);
    text_printf(text, "\"field\":{\"pos\":%d,\"name\":\"transitions\"},\"processNum\":1,",
                TRANSITIONS_POSITION);
    text_put(text, "\"tags\":{\"origin\":\"Status\",\"nature\":\"Output\",\"scope\":\"Process\"},"
                   "\"value\":{\"type\":\"list\",\"value\":");
    transitions_json(text, subject->server);
    text_put(text, "}}");
}

/* Whether the backend sends traffic to all of its servers; of those with a panic-threshold. */
static void put_panic(struct text *text, const struct stats_subject *subject)
{
    const struct backend *backend = &subject->proxy->state->backend;
    struct stats_value value = {
        .type = STATS_U64, .number = atomic_load_explicit(&backend->panic, memory_order_relaxed)};
    if (subject->proxy->conf->panic_percent > 0)
        put_field(text, subject, PANIC_POSITION, "panic", "MGP", &value);
}

enum { PHASE_OPEN, PHASE_ROWS, PHASE_DONE };

/* Fields in one piece, and how many pieces that makes of a row; the percentiles are the last. */
#define FIELDS_AT_ONCE 32

static bool write_row_part(struct stats_cursor *c, struct text *text)
{
    struct stats_walk here = c->walk;
    struct stats_subject subject;
    if (!stats_walk_row(c, &subject)) {
        text_put(text, "]\n");
        c->phase = PHASE_DONE;
        return true;
    }
    if (c->item == 0)
        text_put(text, c->sub++ == 0 ? "[" : ",[");
    size_t end = c->item + FIELDS_AT_ONCE;
    for (; c->item < end && c->item < stats_field_count; c->item++) {
        const struct stats_field *field = &stats_fields[c->item];
        struct stats_value value;
        if (strcmp(field->name, "-") == 0)
            c->skipped = 1; /* it separates columns of the CSV and has no position here */
        else if (stats_read(field, &subject, &value) && value.type != STATS_EMPTY)
            put_field(text, &subject, c->item - c->skipped, field->name, field->tags, &value);
    }
    if (c->item < stats_field_count) {
        c->walk = here; /* the same row once more */
        return true;
    }
    if (subject.kind != STATS_LISTENER)
        put_percentiles(text, &subject);
    if (subject.kind == STATS_SERVER)
        put_transitions(text, &subject);
    if (subject.kind == STATS_BACKEND)
        put_panic(text, &subject);
    text_char(text, ']');
    c->item = c->skipped = 0;
    return true;
}

static bool write_piece(struct stats_cursor *c, struct text *text)
{
    if (c->phase == PHASE_OPEN) {
        text_char(text, '[');
        c->phase = PHASE_ROWS;
        return true;
    }
    return c->phase == PHASE_ROWS && write_row_part(c, text);
}

const struct stats_format stats_json = {.content_type = "application/json", .piece = write_piece};
