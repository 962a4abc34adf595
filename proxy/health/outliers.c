/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts are those of the statistics: what has been added to them since the last look. Latency is
 * compared with the median of the others, so that a backend that is slow as a whole ejects nobody.
 */
#include "proxy/health/outliers.h"

#include "proxy/state/proxy_state.h"
#include "proxy/state/server_state.h"
#include "proxy/state/snapshot.h"

#include <stdio.h>
#include <stdlib.h>

enum { TICK_MS = 500, SERVERS_MAX = 1024, SLOW_MS_MIN = 50 };

static void on_tick(struct wheel_timer *timer);

static uint64_t errors_of(const struct server *server)
{
    return counter_set_total(server->counters, COUNTER_RESP_5XX) +
           counter_set_total(server->counters, COUNTER_FAILED_CONN) +
           counter_set_total(server->counters, COUNTER_FAILED_RESP);
}

static int compare(const void *a, const void *b)
{
    const uint32_t *one = a, *other = b;
    return (*one > *other) - (*one < *other);
}

/* Of those that answered anything at all. */
static uint32_t median_ms(const struct proxy *proxy)
{
    uint32_t times[SERVERS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < proxy->conf->server_count && count < SERVERS_MAX; i++) {
        uint32_t ms = counter_set_average_ms(proxy->servers[i]->counters, TIME_RESPONSE);
        if (server_is_usable(proxy->servers[i]))
            times[count++] = ms;
    }
    qsort(times, count, sizeof(times[0]), compare);
    return count > 0 ? times[(count - 1) / 2] : 0;
}

/* What it did since the last look; true with the reason if it is too much. */
static bool is_outlier(struct server *server, const struct conf_outliers *conf, uint32_t median,
                       char reason[SERVER_REASON_BYTES])
{
    struct server_outlier *seen = &server->outlier;
    uint64_t streams = server->counters->picks, errors = errors_of(server);
    uint64_t new_streams = streams - seen->streams, new_errors = errors - seen->errors;
    uint32_t ms = counter_set_average_ms(server->counters, TIME_RESPONSE);
    if (new_streams < conf->min_streams)
        return false; /* the next look sees these too */
    seen->streams = streams;
    seen->errors = errors;
    if (conf->errors_percent > 0 && new_errors * 100 >= new_streams * conf->errors_percent) {
        snprintf(reason, SERVER_REASON_BYTES, "%llu errors in %llu streams",
                 (unsigned long long)new_errors, (unsigned long long)new_streams);
        return true;
    }
    if (conf->latency_factor == 0 || ms < SLOW_MS_MIN || ms < median * conf->latency_factor)
        return false;
    snprintf(reason, SERVER_REASON_BYTES, "answers in %u ms, the others in %u ms", ms, median);
    return true;
}

static unsigned count_ejected(const struct proxy *proxy)
{
    unsigned count = 0;
    for (size_t i = 0; i < proxy->conf->server_count; i++)
        count += proxy->servers[i]->ejected;
    return count;
}

static void look_at(struct outliers *outliers, const struct proxy *proxy)
{
    const struct conf_outliers *conf = &proxy->conf->outliers;
    uint32_t median = median_ms(proxy);
    char reason[SERVER_REASON_BYTES];
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
        if (server->ejected && is_over)
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
        look_at(outliers, proxy);
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
