/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metrics of the process under HAProxy's names. What weir has no such thing of (peers,
 * limits on rates) is 0, as with a HAProxy that does not use it; what is not known is
 * NaN.
 */
#include "proxy/admin/prometheus.h"

#include "proxy/admin/process_values.h"

/* clang-format off */
static const struct {
    const char *name;
    bool is_counter;
    enum process_value value;
    const char *help;
} metrics[] = {
    {"nbthread", false, VALUE_THREADS, "Data threads."},
    {"nbproc", false, VALUE_ONE, "Worker processes; always 1."},
    {"relative_process_id", false, VALUE_ONE, "Number of the worker process; always 1."},
    {"uptime_seconds", false, VALUE_UPTIME_S, "Seconds since the start."},
    {"pool_failures_total", true, VALUE_ZERO, "Allocations that failed."},
    {"max_fds", false, VALUE_MAX_FDS, "The limit on file descriptors."},
    {"max_sockets", false, VALUE_MAX_FDS, "The limit on sockets."},
    {"max_connections", false, VALUE_MAXCONN_NOW, "The limit on connections (maxconn)."},
    {"hard_max_connections", false, VALUE_MAXCONN, "The limit on connections that the system allows."},
    {"current_connections", false, VALUE_CONNECTIONS_NOW, "Client connections now."},
    {"connections_total", true, VALUE_CONNECTIONS, "Client connections since the start."},
    {"requests_total", true, VALUE_REQUESTS, "Requests since the start."},
    {"max_ssl_connections", false, VALUE_ZERO, "The limit on TLS connections; 0 = none."},
    {"current_ssl_connections", false, VALUE_UNKNOWN, "TLS connections now."},
    {"ssl_connections_total", true, VALUE_TLS_SESSIONS, "TLS connections since the start."},
    {"max_pipes", false, VALUE_ZERO, "The limit on pipes for splicing; 0 = none."},
    {"pipes_used_total", true, VALUE_UNKNOWN, "Pipes in use."},
    {"pipes_free_total", true, VALUE_UNKNOWN, "Pipes kept for later use."},
    {"current_connection_rate", false, VALUE_CONNECTION_RATE, "Connections in the last second."},
    {"limit_connection_rate", false, VALUE_CONNECTION_RATE_LIMIT, "The limit on connections in a second; 0 = none."},
    {"max_connection_rate", false, VALUE_UNKNOWN, "The most connections in a second."},
    {"current_session_rate", false, VALUE_SESSION_RATE, "Sessions in the last second."},
    {"limit_session_rate", false, VALUE_SESSION_RATE_LIMIT, "The limit on sessions in a second; 0 = none."},
    {"max_session_rate", false, VALUE_UNKNOWN, "The most sessions in a second."},
    {"current_ssl_rate", false, VALUE_UNKNOWN, "TLS connections in the last second."},
    {"limit_ssl_rate", false, VALUE_TLS_RATE_LIMIT, "The limit on TLS connections in a second; 0 = none."},
    {"max_ssl_rate", false, VALUE_UNKNOWN, "The most TLS connections in a second."},
    {"current_frontend_ssl_key_rate", false, VALUE_UNKNOWN, "Full handshakes of clients in the last second."},
    {"max_frontend_ssl_key_rate", false, VALUE_UNKNOWN, "The most full handshakes of clients in a second."},
    {"frontend_ssl_reuse", false, VALUE_TLS_REUSE_PERCENT, "Percentage of clients' handshakes that resumed a session."},
    {"current_backend_ssl_key_rate", false, VALUE_UNKNOWN, "Full handshakes with servers in the last second."},
    {"max_backend_ssl_key_rate", false, VALUE_UNKNOWN, "The most full handshakes with servers in a second."},
    {"ssl_cache_lookups_total", true, VALUE_UNKNOWN, "Look-ups in the cache of TLS sessions."},
    {"ssl_cache_misses_total", true, VALUE_UNKNOWN, "Look-ups that found no session."},
    {"http_comp_bytes_in_total", true, VALUE_COMPRESSED_IN, "Bytes given to the compressor."},
    {"http_comp_bytes_out_total", true, VALUE_COMPRESSED_OUT, "Bytes that came out of the compressor."},
    {"limit_http_comp", false, VALUE_COMPRESSION_LIMIT, "The limit on compressed bytes in a second; 0 = none."},
    {"current_zlib_memory", false, VALUE_COMPRESSORS_BYTES, "Bytes that compression uses."},
    {"max_zlib_memory", false, VALUE_COMPRESSORS_LIMIT, "The limit on them; 0 = none."},
    {"current_tasks", false, VALUE_UNKNOWN, "Tasks of the scheduler."},
    {"current_run_queue", false, VALUE_UNKNOWN, "Tasks that are due."},
    {"idle_time_percent", false, VALUE_UNKNOWN, "Percentage of the last second without work."},
    {"stopping", false, VALUE_STOPPING, "1 while the process drains before it leaves."},
    {"jobs", false, VALUE_UNKNOWN, "Connections and listeners."},
    {"unstoppable_jobs", false, VALUE_ZERO, "Jobs that a stop waits for without end."},
    {"listeners", false, VALUE_LISTENERS, "Listening addresses."},
    {"active_peers", false, VALUE_ZERO, "Peers that are connected and synchronised."},
    {"connected_peers", false, VALUE_ZERO, "Peers that are connected."},
    {"dropped_logs_total", true, VALUE_DROPPED_LOGS, "Log lines that were lost."},
    {"busy_polling_enabled", false, VALUE_ZERO, "1 if the threads never sleep."},
    {"failed_resolutions", false, VALUE_ZERO, "Names that could not be resolved."},
    {"bytes_out_total", true, VALUE_BYTES_OUT, "Bytes sent to clients since the start."},
    {"spliced_bytes_out_total", true, VALUE_UNKNOWN, "Bytes of these that went through a pipe of the kernel."},
    {"bytes_out_rate", false, VALUE_UNKNOWN, "Bytes sent to clients in the last second."},
    {"recv_logs_total", true, VALUE_ZERO, "Log lines received to be passed on."},
    {"max_memory_bytes", false, VALUE_ZERO, "The limit on memory; 0 = none."},
    {"pool_allocated_bytes", false, VALUE_HEAP_BYTES, "Bytes that the allocator holds."},
    {"pool_used_bytes", false, VALUE_HEAP_USED_BYTES, "Bytes of these that are in use."},
    {"start_time_seconds", false, VALUE_START_S, "When the process started, in seconds since 1970."},
};
/* clang-format on */

bool prometheus_process(struct stats_cursor *c, struct text *text)
{
    uint64_t values[PROCESS_VALUES] = {0};
    if (!c->query.scope_global || c->item++ > 0)
        return false;
    process_values_read(c->snapshot, c->now_us, c->wall_us, values);
    for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++) {
        prometheus_head(text, "haproxy_process_", metrics[i].name, metrics[i].help,
                        metrics[i].is_counter ? "counter" : "gauge");
        text_printf(text, "haproxy_process_%s ", metrics[i].name);
        if (metrics[i].value == VALUE_UNKNOWN)
            text_put(text, "NaN");
        else
            text_u64(text, values[metrics[i].value]);
        text_char(text, '\n');
    }
    prometheus_head(text, "haproxy_process_", "build_info", "The version that runs.", "gauge");
    text_put(text, "haproxy_process_build_info{version=\"" WEIR_VERSION "\"} 1\n");
    return true;
}
