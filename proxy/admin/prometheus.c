/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metrics in Prometheus' text format, under the names of HAProxy's exporter: first the process,
 * then the columns of frontends, listeners, backends and servers, metric by metric as the format asks, then
 * weir's own.
 *
 *   process ---> haproxy_frontend_* ---> _listener_* ---> _backend_* ---> _server_* ---> weir_*
 *
 * The cursor's phase is the part at hand, item the metric, and the walk the row.
 */
#include "proxy/admin/prometheus.h"

#include "proxy/state/counters.h"
#include "proxy/state/health_status.h"
#include "proxy/state/server.h"

#include <string.h>

static const char *const kind_names[] = {[STATS_FRONTEND] = "frontend",
                                         [STATS_BACKEND] = "backend",
                                         [STATS_SERVER] = "server",
                                         [STATS_LISTENER] = "listener"};

static const char *const state_names[STATS_STATES] = {"DOWN", "UP", "MAINT", "DRAIN", "NOLB"};

void prometheus_head(struct text *text, const char *prefix, const char *name, const char *help,
                     const char *type)
{
    text_printf(text, "# HELP %s%s %s\n# TYPE %s%s %s\n", prefix, name, help, prefix, name, type);
}

void prometheus_labels(struct text *text, const struct stats_subject *s)
{
    text_put(text, "proxy=");
    text_label(text, s->proxy->conf->name);
    if (s->kind == STATS_SERVER) {
        text_put(text, ",server=");
        text_label(text, s->server->name);
    }
    if (s->kind == STATS_LISTENER) {
        char room[LISTENER_NAME_BYTES];
        text_put(text, ",listener=");
        text_label(text, stats_listener_name(s, room));
    }
}

/* "haproxy_server_status{proxy="app",server="a"" and perhaps one label more, up to the value. */
static void put_name(struct text *text, const struct stats_subject *s,
                     const struct stats_metric *metric, const char *label, const char *value)
{
    text_printf(text, "haproxy_%s_%s{", kind_names[s->kind], metric->name);
    prometheus_labels(text, s);
    if (label != NULL) {
        text_printf(text, ",%s=", label);
        text_label(text, value);
    }
    text_put(text, "} ");
}

static void put_number(struct text *text, const struct stats_value *value, bool is_ms)
{
    if (value->type == STATS_EMPTY || value->type == STATS_STRING)
        text_put(text, "NaN"); /* as HAProxy: the metric exists, but not for this one */
    else if (is_ms)
        text_printf(text, "%.6f", (double)value->number / 1000);
    else if (value->type == STATS_S32)
        text_s64(text, value->negative);
    else
        text_u64(text, value->number);
    text_char(text, '\n');
}

static void put_listener_states(struct text *text, const struct stats_subject *s,
                                const struct stats_metric *metric)
{
    for (size_t i = 0; i < LISTENER_STATES; i++) {
        put_name(text, s, metric, "state", listener_state_names[i]);
        text_put(text, i == stats_listener_state(s->bind) ? "1\n" : "0\n");
    }
}

static void put_states(struct text *text, const struct stats_subject *s,
                       const struct stats_metric *metric)
{
    enum stats_state present = STATE_UP;
    size_t count = STATS_STATES;
    if (s->kind == STATS_LISTENER) {
        put_listener_states(text, s, metric);
        return;
    }
    if (s->kind == STATS_SERVER)
        present = stats_server_state(s->server);
    else
        count = STATE_UP + 1;
    if (s->kind == STATS_BACKEND && !stats_backend_is_up(s->proxy))
        present = STATE_DOWN;
    if (s->kind == STATS_FRONTEND && s->proxy->conf->disabled)
        present = STATE_DOWN;
    for (size_t i = 0; i < count; i++) {
        put_name(text, s, metric, "state", state_names[i]);
        text_put(text, i == present ? "1\n" : "0\n");
    }
}

static void put_codes(struct text *text, const struct stats_subject *s,
                      const struct stats_metric *metric)
{
    static const char *const codes[] = {"1xx", "2xx", "3xx", "4xx", "5xx", "other"};
    for (unsigned i = 0; i < 6; i++) {
        put_name(text, s, metric, "code", codes[i]);
        text_u64(text, counter_set_total(s->counters, (enum counter)(COUNTER_RESP_1XX + i)));
        text_char(text, '\n');
    }
}

/* The results of probes that are worth a series: all but "not yet". */
static bool is_result(size_t status)
{
    return status != HEALTH_UNKNOWN && status != HEALTH_INIT;
}

static void put_check(struct text *text, const struct stats_subject *s,
                      const struct stats_metric *metric)
{
    struct check_result check;
    server_read_check(s->server, &check);
    for (size_t i = 0; i < HEALTH_STATUSES; i++) {
        if (!is_result(i))
            continue;
        put_name(text, s, metric, "state", health_status_rows[i].word);
        text_put(text, i == check.status ? "1\n" : "0\n");
    }
}

static void put_servers(struct text *text, const struct stats_subject *s,
                        const struct stats_metric *metric)
{
    unsigned counts[STATS_STATES] = {0};
    for (size_t i = 0; i < s->proxy->conf->server_count; i++)
        counts[stats_server_state(s->proxy->servers[i])]++;
    for (size_t i = 0; i < STATS_STATES; i++) {
        put_name(text, s, metric, "state", state_names[i]);
        text_printf(text, "%u\n", counts[i]);
    }
}

static void put_checks(struct text *text, const struct stats_subject *s,
                       const struct stats_metric *metric)
{
    unsigned counts[HEALTH_STATUSES] = {0};
    for (size_t i = 0; i < s->proxy->conf->server_count; i++) {
        struct check_result check;
        if (!s->proxy->servers[i]->check_enabled)
            continue;
        server_read_check(s->proxy->servers[i], &check);
        counts[check.status]++;
    }
    for (size_t i = 0; i < HEALTH_STATUSES; i++) {
        if (!is_result(i))
            continue;
        put_name(text, s, metric, "state", health_status_rows[i].word);
        text_printf(text, "%u\n", counts[i]);
    }
}

static void (*const put_series[])(struct text *, const struct stats_subject *,
                                  const struct stats_metric *) = {
    [SERIES_STATES] = put_states,   [SERIES_CODES] = put_codes,   [SERIES_CHECK] = put_check,
    [SERIES_SERVERS] = put_servers, [SERIES_CHECKS] = put_checks,
};

static bool is_counter(const struct stats_metric *metric)
{
    size_t len = strlen(metric->name);
    return len > 6 && strcmp(metric->name + len - 6, "_total") == 0;
}

/* The series of one row for the metric of a field. */
static void put_row(struct text *text, const struct stats_field *field,
                    const struct stats_subject *subject)
{
    struct stats_value value;
    bool is_told = stats_read(field, subject, &value);
    unsigned may_be_missing = HTTP_ONLY | HTTP_BEHIND | CHECKED_ONLY;
    if (!is_told && (field->flags & may_be_missing) != 0)
        return;
    if (field->metric.series != SERIES_ONE) {
        put_series[field->metric.series](text, subject, &field->metric);
        return;
    }
    put_name(text, subject, &field->metric, NULL, NULL);
    put_number(text, &value, (field->flags & MILLISECONDS) != 0);
}

bool prometheus_next_of_kind(struct stats_cursor *c, enum stats_kind kind,
                             struct stats_subject *subject_out)
{
    while (stats_walk_row(c, subject_out)) {
        if (subject_out->kind == kind)
            return true;
    }
    c->walk = (struct stats_walk){0};
    return false;
}

/* One piece of the metrics of a kind: the head of a metric, or one row of it. */
static bool write_fields(struct stats_cursor *c, struct text *text, enum stats_kind kind)
{
    while (c->item < stats_field_count) {
        const struct stats_field *field = &stats_fields[c->item];
        struct stats_subject subject;
        if (field->metric.name == NULL || (field->metric.on & 1U << kind) == 0) {
            c->item++;
        } else if (c->sub == 0) {
            char prefix[32];
            struct text name;
            text_init(&name, prefix, sizeof(prefix));
            text_printf(&name, "haproxy_%s_", kind_names[kind]);
            prometheus_head(text, prefix, field->metric.name, field->metric.help,
                            is_counter(&field->metric) ? "counter" : "gauge");
            c->sub = 1;
            return true;
        } else if (prometheus_next_of_kind(c, kind, &subject)) {
            put_row(text, field, &subject);
            return true;
        } else {
            c->item++;
            c->sub = 0;
        }
    }
    return false;
}

static bool write_frontends(struct stats_cursor *c, struct text *text)
{
    return c->query.scope_frontend && write_fields(c, text, STATS_FRONTEND);
}

static bool write_listeners(struct stats_cursor *c, struct text *text)
{
    return c->query.scope_listener && write_fields(c, text, STATS_LISTENER);
}

static bool write_backends(struct stats_cursor *c, struct text *text)
{
    return c->query.scope_backend && write_fields(c, text, STATS_BACKEND);
}

static bool write_servers(struct stats_cursor *c, struct text *text)
{
    return c->query.scope_server && write_fields(c, text, STATS_SERVER);
}

static bool (*const parts[])(struct stats_cursor *c, struct text *text) = {
    prometheus_process, write_frontends,        write_listeners,    write_backends,
    write_servers,      prometheus_tables,      prometheus_weir,    prometheus_certificates,
    prometheus_panic,   prometheus_transitions, prometheus_latency,
};

static bool write_piece(struct stats_cursor *c, struct text *text)
{
    while (c->phase < sizeof(parts) / sizeof(parts[0])) {
        if (parts[c->phase](c, text))
            return true;
        c->phase++;
        c->item = c->sub = 0;
        c->walk = (struct stats_walk){0};
    }
    return false;
}

const struct stats_format stats_prometheus = {.content_type = "text/plain; version=0.0.4",
                                              .piece = write_piece};
