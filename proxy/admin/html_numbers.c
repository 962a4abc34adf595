/* SPDX-License-Identifier: Apache-2.0 */
/* The statistics page: groups of numbers that look the same in the tiles of a frontend and the
 * cells of a table. */
#include "proxy/admin/html.h"
#include "proxy/admin/values.h"

#include "proxy/state/counters.h"

static uint64_t total(const struct stats_subject *s, enum counter which)
{
    return counter_set_total(s->counters, which);
}

void html_cell(struct text *text, const char *label, const char *class_name)
{
    text_printf(text, "<td data-l=\"%s\"", label);
    if (class_name[0] != '\0')
        text_printf(text, " class=\"%s\"", class_name);
    text_char(text, '>');
}

void html_small(struct text *text, const char *label, uint64_t n)
{
    text_printf(text, " <small>%s ", label);
    text_short(text, n);
    text_put(text, "</small>");
}

void html_sessions(struct text *text, const struct stats_subject *s)
{
    static const struct {
        stats_get *get;
        const char *label;
    } rest[] = {{get_smax, "max"}, {get_slim, "of"}}; /* 0 of the latter is no limit */
    struct stats_value value = {.type = STATS_EMPTY};
    get_scur(NULL, s, &value);
    text_short(text, value.number);
    for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++) {
        value.type = STATS_EMPTY;
        rest[i].get(NULL, s, &value);
        if (value.type != STATS_EMPTY && (value.number > 0 || i == 0))
            html_small(text, rest[i].label, value.number);
    }
    get_stot(NULL, s, &value);
    html_small(text, "total", value.number);
}

void html_rate(struct text *text, const struct stats_subject *s)
{
    if (s->kind == STATS_FRONTEND) {
        text_short(text, counter_set_rate(s->counters, RATE_SESSIONS, s->now_us));
        html_small(text, "max", s->counters->rate_max[RATE_SESSIONS]);
    } else {
        text_short(text, rate_read(&s->counters->pick_rate, s->now_us));
        html_small(text, "max", s->counters->pick_rate.max);
    }
}

void html_bytes(struct text *text, const struct stats_subject *s)
{
    text_put(text, "<span class=code>");
    text_short(text, total(s, COUNTER_BYTES_IN));
    text_put(text, " <small>in</small></span> <span class=code>");
    text_short(text, total(s, COUNTER_BYTES_OUT));
    text_put(text, " <small>out</small></span>");
}

void html_responses(struct text *text, const struct stats_subject *s)
{
    static const struct {
        enum counter counter;
        const char *label, *class_name;
    } codes[] = {{COUNTER_RESP_2XX, "2xx", ""},
                 {COUNTER_RESP_3XX, "3xx", ""},
                 {COUNTER_RESP_4XX, "4xx", "amber"},
                 {COUNTER_RESP_5XX, "5xx", "red"}};
    bool any = false;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        uint64_t n = total(s, codes[i].counter);
        if (n == 0)
            continue;
        text_printf(text, "<span class=\"code %s\">", codes[i].class_name);
        text_short(text, n);
        text_printf(text, " <small>%s</small></span> ", codes[i].label);
        any = true;
    }
    if (!any)
        text_put(text, "<small>none</small>");
}

void html_latency(struct text *text, const struct stats_subject *s)
{
    static const struct {
        double share;
        const char *label;
    } shares[] = {{0.5, "p50"}, {0.9, "p90"}, {0.99, "p99"}};
    struct histogram histogram;
    counter_set_latency(s->counters, TIME_TOTAL, &histogram);
    if (histogram_count(&histogram) == 0) {
        text_put(text, "<small>none yet</small>");
        return;
    }
    for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
        text_put(text, "<span class=p>");
        text_latency(text, histogram_quantile_us(&histogram, shares[i].share));
        text_printf(text, " <small>%s</small></span> ", shares[i].label);
    }
}

struct count {
    enum counter counter;
    const char *label;
};

static const struct count frontend_errors[] = {{COUNTER_FAILED_REQ, "bad requests"},
                                               {COUNTER_DENIED_REQ, "denied"},
                                               {COUNTER_TLS_FAILED, "TLS failed"},
                                               {COUNTER_INTERNAL_ERRORS, "internal"},
                                               {COUNTERS, NULL}};

static const struct count server_errors[] = {
    {COUNTER_FAILED_CONN, "connect"},       {COUNTER_FAILED_RESP, "response"},
    {COUNTER_SERVER_ABORTS, "aborts"},      {COUNTER_RETRIES, "retries"},
    {COUNTER_REDISPATCHES, "redispatched"}, {COUNTERS, NULL}};

/* Only what happened: a row without errors shows none. */
void html_errors(struct text *text, const struct stats_subject *s)
{
    bool any = false;
    bool is_front = s->kind == STATS_FRONTEND || s->kind == STATS_LISTENER;
    const struct count *counts = is_front ? frontend_errors : server_errors;
    for (; counts->label != NULL; counts++) {
        uint64_t n = total(s, counts->counter);
        if (n == 0)
            continue;
        text_put(text, "<span class=\"code red\">");
        text_short(text, n);
        text_printf(text, " <small>%s</small></span> ", counts->label);
        any = true;
    }
    if (!any)
        text_put(text, "<small>none</small>");
}
