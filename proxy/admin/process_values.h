/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers about the process as a whole, for the metrics and for `show info`.
 *
 * Thread: any.
 */
#ifndef WEIR_ADMIN_PROCESS_VALUES_H
#define WEIR_ADMIN_PROCESS_VALUES_H

#include "proxy/state/snapshot.h"

/* UNKNOWN: HAProxy has such a number, and weir does not count it. */
enum process_value {
    VALUE_UNKNOWN,
    VALUE_ZERO,
    VALUE_ONE,
    VALUE_THREADS,
    VALUE_UPTIME_S,
    VALUE_START_S,
    VALUE_MAX_FDS,
    VALUE_MAXCONN,
    VALUE_MAXCONN_NOW,
    VALUE_CONNECTION_RATE_LIMIT,
    VALUE_SESSION_RATE_LIMIT,
    VALUE_TLS_RATE_LIMIT,
    VALUE_LISTENERS,
    VALUE_STOPPING,
    VALUE_CONNECTIONS_NOW,
    VALUE_CONNECTIONS,
    VALUE_REQUESTS,
    VALUE_CONNECTION_RATE,
    VALUE_SESSION_RATE,
    VALUE_TLS_SESSIONS,
    VALUE_TLS_REUSE_PERCENT,
    VALUE_BYTES_OUT,
    VALUE_COMPRESSED_IN,
    VALUE_COMPRESSED_OUT,
    VALUE_COMPRESSION_LIMIT,
    VALUE_COMPRESSORS_BYTES,
    VALUE_COMPRESSORS_LIMIT,
    VALUE_DROPPED_LOGS,
    VALUE_HEAP_BYTES,
    VALUE_HEAP_USED_BYTES,
    PROCESS_VALUES,
};

/* now_us as a loop has it, wall_us since 1970. */
void process_values_read(const struct snapshot *snapshot, uint64_t now_us, int64_t wall_us,
                         uint64_t values_out[PROCESS_VALUES]);

#endif
