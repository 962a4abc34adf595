/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weir's own metrics: what the last reload did, when certificates expire, and how long each phase
 * of a stream took, as histograms that Prometheus can add up over servers and nodes.
 */
#include "proxy/admin/prometheus.h"

#include "proxy/state/backend.h"
#include "proxy/state/counters.h"
#include "proxy/state/proxy_state.h"
#include "proxy/state/server.h"
#include "tls/store.h"

/* Bounds of the buckets in microseconds: two or three in each decade from 1 ms, one before. */
static const struct {
    uint64_t us;
    const char *le;
} bounds[] = {
    {500, "0.0005"},  {1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"},  {10000, "0.01"},
    {25000, "0.025"}, {50000, "0.05"},  {100000, "0.1"},  {250000, "0.25"}, {500000, "0.5"},
    {1000000, "1"},   {2500000, "2.5"}, {5000000, "5"},   {10000000, "10"}, {30000000, "30"},
};

static const char *const phases[TIMES] = {
    [TIME_QUEUE] = "queue",
    [TIME_CONNECT] = "connect",
    [TIME_RESPONSE] = "response",
    [TIME_TOTAL] = "total",
};

static void put_series(struct text *text, const char *prefix, const char *suffix,
                       const struct stats_subject *s, size_t phase)
{
    text_printf(text, "%slatency_seconds_%s{", prefix, suffix);
    prometheus_labels(text, s);
    text_printf(text, ",phase=\"%s\"", phases[phase]);
}

static void put_histogram(struct text *text, const char *prefix, const struct stats_subject *s,
                          size_t phase)
{
    struct histogram histogram;
    counter_set_latency(s->counters, (enum time_kind)phase, &histogram);
    uint64_t total = histogram_count(&histogram);
    if (total == 0)
        return; /* no series for what never happens here */

    uint64_t below = 0;
    unsigned bucket = 0;
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        while (bucket < HISTOGRAM_BUCKETS && histogram_bucket_top_us(bucket) <= bounds[i].us)
            below += histogram.buckets[bucket++];
        put_series(text, prefix, "bucket", s, phase);
        text_printf(text, ",le=\"%s\"} %llu\n", bounds[i].le, (unsigned long long)below);
    }
    put_series(text, prefix, "bucket", s, phase);
    text_printf(text, ",le=\"+Inf\"} %llu\n", (unsigned long long)total);
    put_series(text, prefix, "sum", s, phase);
    text_printf(text, "} %.6f\n", (double)histogram.sum_us / 1e6);
    put_series(text, prefix, "count", s, phase);
    text_printf(text, "} %llu\n", (unsigned long long)total);
}

static const struct {
    enum stats_kind kind;
    const char *prefix;
    const char *help;
} histograms[] = {
    {STATS_FRONTEND, "weir_frontend_", "Time that each phase of a stream took, by frontend."},
    {STATS_SERVER, "weir_server_", "Time that each phase of a stream took, by server."},
};

static bool is_asked_for(const struct stats_cursor *c, enum stats_kind kind)
{
    return kind == STATS_FRONTEND ? c->query.scope_frontend : c->query.scope_server;
}

bool prometheus_latency(struct stats_cursor *c, struct text *text)
{
    for (; c->item < sizeof(histograms) / sizeof(histograms[0]); c->item++, c->sub = 0) {
        struct stats_subject subject;
        if (!is_asked_for(c, histograms[c->item].kind))
            continue;
        const char *prefix = histograms[c->item].prefix;
        if (c->sub++ == 0) {
            prometheus_head(text, prefix, "latency_seconds", histograms[c->item].help, "histogram");
            return true;
        }
        if (prometheus_next_of_kind(c, histograms[c->item].kind, &subject)) {
            for (size_t phase = 0; phase < TIMES; phase++)
                put_histogram(text, prefix, &subject, phase);
            return true;
        }
    }
    return false;
}

bool prometheus_certificates(struct stats_cursor *c, struct text *text)
{
    const struct bind *bind;
    const struct tls_certificate_info *info =
        c->query.scope_global ? certificate_next(c->snapshot, &c->certificates, &bind) : NULL;
    if (info == NULL)
        return false;
    if (c->item++ == 0)
        prometheus_head(text, "weir_", "certificate_expiry_timestamp_seconds",
                        "When the certificate ends to be valid, in seconds since 1970.", "gauge");
    const struct {
        const char *name, *value;
    } labels[] = {{"proxy", bind->proxy->conf->name},
                  {"bind", bind->conf->addr.text},
                  {"file", info->file},
                  {"name", info->name_count > 0 ? info->names[0] : info->subject},
                  {"serial", info->serial}};
    text_put(text, "weir_certificate_expiry_timestamp_seconds{");
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        text_printf(text, "%s%s=", i > 0 ? "," : "", labels[i].name);
        text_label(text, labels[i].value != NULL ? labels[i].value : "");
    }
    text_printf(text, "} %lld\n", (long long)info->not_after);
    return true;
}

static void put_reloads(struct text *text, const struct reload_status *reload)
{
    prometheus_head(text, "weir_", "reloads_total",
                    "Loads of the configuration, the start included.", "counter");
    text_printf(text, "weir_reloads_total{result=\"ok\"} %u\n", reload->count);
    text_printf(text, "weir_reloads_total{result=\"failed\"} %u\n", reload->failed);
    prometheus_head(text, "weir_", "last_reload_successful", "Whether the last reload succeeded.",
                    "gauge");
    text_printf(text, "weir_last_reload_successful %d\n", reload->ok);
    prometheus_head(text, "weir_", "last_reload_timestamp_seconds",
                    "When the last reload was, in seconds since 1970.", "gauge");
    text_printf(text, "weir_last_reload_timestamp_seconds %lld.%03lld\n",
                (long long)(reload->wall_us / 1000000), (long long)(reload->wall_us / 1000 % 1000));
}

bool prometheus_weir(struct stats_cursor *c, struct text *text)
{
    if (!c->query.scope_global || c->item++ > 0)
        return false;
    struct process_facts process;
    process_read(c->snapshot, &process);
    prometheus_head(text, "weir_", "build_info", "The version that runs.", "gauge");
    text_put(text, "weir_build_info{version=\"" WEIR_VERSION "\"} 1\n");
    prometheus_head(text, "weir_", "config_info", "SHA-256 of the configuration in use.", "gauge");
    text_put(text, "weir_config_info{digest=");
    text_label(text, c->snapshot->config->digest != NULL ? c->snapshot->config->digest : "");
    text_put(text, "} 1\n");
    put_reloads(text, &process.reload);
    return true;
}

bool prometheus_panic(struct stats_cursor *c, struct text *text)
{
    struct stats_subject subject;
    if (!c->query.scope_backend)
        return false;
    if (c->sub++ == 0) {
        prometheus_head(
            text, "weir_backend_", "panic",
            "Whether fewer servers are up than panic-threshold, so that all get traffic.", "gauge");
        return true;
    }
    if (!prometheus_next_of_kind(c, STATS_BACKEND, &subject))
        return false;
    text_put(text, "weir_backend_panic{");
    prometheus_labels(text, &subject);
    text_printf(
        text, "} %d\n",
        (int)atomic_load_explicit(&subject.proxy->state->backend.panic, memory_order_relaxed));
    return true;
}

bool prometheus_transitions(struct stats_cursor *c, struct text *text)
{
    struct stats_subject subject;
    if (!c->query.scope_server)
        return false;
    if (c->sub++ == 0) {
        prometheus_head(text, "weir_server_", "transitions_total",
                        "Changes of a server's state, by the state it came to.", "counter");
        return true;
    }
    if (!prometheus_next_of_kind(c, STATS_SERVER, &subject))
        return false;
    for (size_t i = 0; i < SERVER_STATES; i++) {
        text_put(text, "weir_server_transitions_total{");
        prometheus_labels(text, &subject);
        text_printf(text, ",state=\"%s\"} %llu\n", server_state_names[i],
                    (unsigned long long)subject.server->transition_totals[i]);
    }
    return true;
}
