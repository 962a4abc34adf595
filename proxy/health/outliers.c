/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts are those of the statistics: what has been added to them since the last look, so that
 * neither a long good past nor a bad one counts. Latency is compared with the median of the
 * backend, so that one that is slow as a whole ejects nobody.
 */
#include "proxy/health/outliers.h"

#include "proxy/state/proxy_state.h"
#include "proxy/state/server_state.h"
#include "proxy/state/snapshot.h"

#include <stdio.h>
#include <stdlib.h>

enum { TICK_MS = 500, SERVERS_MAX = 1024, SLOW_US_MIN = 50000 };

static void on_tick(struct wheel_timer *timer);

static uint64_t errors_of(const struct server *server)
{
    return counter_set_total(server->counters, COUNTER_RESP_5XX) +
           counter_set_total(server->counters, COUNTER_FAILED_CONN) +
           counter_set_total(server->counters, COUNTER_FAILED_RESP);
}

static struct server_traffic traffic_of(const struct server *server)
{
    struct histogram times;
    counter_set_latency(server->counters, TIME_RESPONSE, &times);
    return (struct server_traffic){.streams = server->counters->picks,
                                   .errors = errors_of(server),
                                   .answers = histogram_count(&times),
                                   .time_us = times.sum_us};
}

/* Notes what it did since the last look; too little is left for the next one. */
static void look_at(struct server *server, unsigned min_streams)
{
    struct server_outlier *outlier = &server->outlier;
    struct server_traffic now = traffic_of(server), *seen = &outlier->seen;
    if (now.streams < seen->streams || now.errors < seen->errors || now.answers < seen->answers)
        *seen = now; /* somebody has cleared the counters */
    outlier->fresh = (struct server_traffic){.streams = 0};
    if (now.streams - seen->streams < min_streams)
        return;
    outlier->fresh = (struct server_traffic){.streams = now.streams - seen->streams,
                                             .errors = now.errors - seen->errors,
                                             .answers = now.answers - seen->answers,
                                             .time_us = now.time_us - seen->time_us};
    *seen = now;
    if (outlier->fresh.answers > 0)
        outlier->average_us = outlier->fresh.time_us / outlier->fresh.answers;
}

static int compare(const void *a, const void *b)
{
    const uint64_t *one = a, *other = b;
    return (*one > *other) - (*one < *other);
}

/* Of those that answered anything at all. */
static uint64_t median_us(const struct proxy *proxy)
{
    uint64_t times[SERVERS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < proxy->conf->server_count && count < SERVERS_MAX; i++) {
        uint64_t us = proxy->servers[i]->outlier.average_us;
        if (us > 0 && server_is_usable(proxy->servers[i]))
            times[count++] = us;
    }
    qsort(times, count, sizeof(times[0]), compare);
    return count > 0 ? times[(count - 1) / 2] : 0;
}

/* True with the reason if what it did was too much. */
static bool is_outlier(const struct server *server, const struct conf_outliers *conf,
                       uint64_t median, char reason[SERVER_REASON_BYTES])
{
    const struct server_traffic *fresh = &server->outlier.fresh;
    uint64_t us = server->outlier.average_us;
    if (fresh->streams == 0)
        return false;
    if (conf->errors_percent > 0 && fresh->errors * 100 >= fresh->streams * conf->errors_percent) {
        snprintf(reason, SERVER_REASON_BYTES, "%llu errors in %llu streams",
                 (unsigned long long)fresh->errors, (unsigned long long)fresh->streams);
        return true;
    }
    if (conf->latency_factor == 0 || fresh->answers == 0 || us < SLOW_US_MIN ||
        us < median * conf->latency_factor)
        return false;
    snprintf(reason, SERVER_REASON_BYTES, "answers in %llu ms, the others in %llu ms",
             (unsigned long long)us / 1000, (unsigned long long)median / 1000);
    return true;
}

static unsigned count_ejected(const struct proxy *proxy)
{
    unsigned count = 0;
    for (size_t i = 0; i < proxy->conf->server_count; i++)
        count += proxy->servers[i]->ejected;
    return count;
}

static void judge(struct outliers *outliers, const struct proxy *proxy)
{
    const struct conf_outliers *conf = &proxy->conf->outliers;
    char reason[SERVER_REASON_BYTES];
    for (size_t i = 0; i < proxy->conf->server_count; i++)
        look_at(proxy->servers[i], conf->min_streams);
    uint64_t median = median_us(proxy);
    for (size_t i = 0; i < proxy->conf->server_count; i++) {
        struct server *server = proxy->servers[i];
        bool is_out = is_outlier(server, conf, median, reason);
        bool may_go =
            (count_ejected(proxy) + 1) * 100 <= proxy->conf->server_count * conf->max_percent;
        if (!is_out || !may_go || !server_is_usable(server))
            continue;
        server->outlier.back_ms = outliers->control->now_ms + conf->time_ms;
        server_set_ejected(server, true, reason, outliers->control);
    }
}

/* Those whose time is over, or whose backend looks at nobody any more. */
static void take_back(struct outliers *outliers, const struct proxy *proxy)
{
    for (size_t i = 0; i < proxy->conf->server_count; i++) {
        struct server *server = proxy->servers[i];
        bool is_over =
            !proxy->conf->outliers.enabled || outliers->control->now_ms >= server->outlier.back_ms;
        if (!server->ejected || !is_over)
            continue;
        server->outlier.seen = traffic_of(server); /* what it ended meanwhile is of the past */
        server->outlier.average_us = 0;
        server_set_ejected(server, false, "its time is over", outliers->control);
    }
}

static void on_tick(struct wheel_timer *timer)
{
    struct outliers *outliers = LIST_ITEM(timer, struct outliers, tick);
    const struct snapshot *snapshot = outliers->snapshot;
    uint64_t now_ms = outliers->control->now_ms;
    for (size_t i = 0; i < snapshot->config->proxy_count; i++) {
        const struct proxy *proxy = &snapshot->proxies[i];
        take_back(outliers, proxy);
        if (!proxy->conf->outliers.enabled || now_ms < proxy->state->backend.look_ms)
            continue;
        proxy->state->backend.look_ms = now_ms + proxy->conf->outliers.interval_ms;
        judge(outliers, proxy);
    }
    loop_arm(outliers->control, &outliers->tick, TICK_MS);
}

void outliers_start(struct outliers *outliers, struct loop *control)
{
    *outliers = (struct outliers){.control = control};
    wheel_timer_init(&outliers->tick, on_tick);
}

void outliers_apply(struct outliers *outliers, const struct snapshot *snapshot)
{
    bool is_wanted = false;
    outliers->snapshot = snapshot;
    for (size_t i = 0; i < snapshot->config->proxy_count; i++) {
        const struct proxy *proxy = &snapshot->proxies[i];
        is_wanted = is_wanted || proxy->conf->outliers.enabled || count_ejected(proxy) > 0;
    }
    if (is_wanted)
        loop_arm(outliers->control, &outliers->tick, TICK_MS);
    else
        outliers_stop(outliers);
}

void outliers_stop(struct outliers *outliers)
{
    wheel_forget(&outliers->control->wheel, &outliers->tick);
}
