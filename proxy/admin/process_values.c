/* SPDX-License-Identifier: Apache-2.0 */
/* Where the numbers about the process come from; see process_values.h. */
#include "proxy/admin/process_values.h"

#include "proxy/admin/process.h"
#include "proxy/http1/compressor.h"
#include "proxy/log/log.h"
#include "proxy/state/counters.h"
#include "proxy/state/live_limits.h"
#include "proxy/state/proxy_state.h"

#include <malloc.h>
#include <string.h>

static void sum_frontends(const struct snapshot *snapshot, uint64_t now_us,
                          uint64_t values[PROCESS_VALUES])
{
    uint64_t resumed = 0;
    for (size_t i = 0; i < snapshot->config->proxy_count; i++) {
        const struct proxy *proxy = &snapshot->proxies[i];
        if ((proxy->conf->caps & CONF_FRONTEND) == 0)
            continue;
        const struct frontend *frontend = &proxy->state->frontend;
        const struct counter_set *set = frontend->counters;
        values[VALUE_CONNECTIONS_NOW] += frontend->sessions;
        values[VALUE_CONNECTIONS] += counter_set_total(set, COUNTER_CONNECTIONS);
        values[VALUE_REQUESTS] += counter_set_total(set, COUNTER_REQUESTS);
        values[VALUE_COMPRESSED_IN] += counter_set_total(set, COUNTER_COMPRESSED_IN);
        values[VALUE_COMPRESSED_OUT] += counter_set_total(set, COUNTER_COMPRESSED_OUT);
        values[VALUE_BYTES_OUT] += counter_set_total(set, COUNTER_BYTES_OUT);
        values[VALUE_CONNECTION_RATE] += counter_set_rate(set, RATE_CONNECTIONS, now_us);
        values[VALUE_SESSION_RATE] += counter_set_rate(set, RATE_SESSIONS, now_us);
        values[VALUE_TLS_SESSIONS] += counter_set_total(set, COUNTER_TLS_HANDSHAKES);
        resumed += counter_set_total(set, COUNTER_TLS_RESUMED);
    }
    if (values[VALUE_TLS_SESSIONS] > 0)
        values[VALUE_TLS_REUSE_PERCENT] = resumed * 100 / values[VALUE_TLS_SESSIONS];
}

void process_values_read(const struct snapshot *snapshot, uint64_t now_us, int64_t wall_us,
                         uint64_t values_out[PROCESS_VALUES])
{
    uint64_t *values = values_out;
    const struct conf_compressor *compressor = &snapshot->config->global.compressor;
    struct process_facts process;
    struct mallinfo2 heap = mallinfo2();
    memset(values, 0, PROCESS_VALUES * sizeof(values[0]));
    process_read(snapshot, &process);
    sum_frontends(snapshot, now_us, values);
    values[VALUE_ONE] = 1;
    values[VALUE_THREADS] = process.threads;
    values[VALUE_START_S] = (uint64_t)(process.start_wall_us / 1000000);
    values[VALUE_UPTIME_S] = (uint64_t)((wall_us - process.start_wall_us) / 1000000);
    values[VALUE_MAX_FDS] = process.max_fds;
    values[VALUE_MAXCONN] = process.maxconn;
    values[VALUE_MAXCONN_NOW] = live_limits.maxconn;
    values[VALUE_CONNECTION_RATE_LIMIT] = live_limits.connections_per_s;
    values[VALUE_SESSION_RATE_LIMIT] = live_limits.sessions_per_s;
    values[VALUE_TLS_RATE_LIMIT] = live_limits.tls_per_s;
    values[VALUE_LISTENERS] = process.listeners;
    values[VALUE_STOPPING] = process.stopping;
    values[VALUE_COMPRESSION_LIMIT] = (uint64_t)compressor->rate_kb * 1024;
    values[VALUE_COMPRESSORS_BYTES] = compressors_memory();
    values[VALUE_COMPRESSORS_LIMIT] = (uint64_t)compressor->memory_mb << 20;
    values[VALUE_DROPPED_LOGS] = log_dropped();
    values[VALUE_HEAP_BYTES] = heap.arena + heap.hblkhd;
    values[VALUE_HEAP_USED_BYTES] = heap.uordblks + heap.hblkhd;
}
