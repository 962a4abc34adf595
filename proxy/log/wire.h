/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands before the text of a log line on its way to a target: priority, time, host, tag and
 * pid in the form that the target's `format` asks for (RFC 3164, RFC 5424 and HAProxy's shorter
 * ones).
 *
 * Thread: the control thread's.
 */
#ifndef WEIR_LOG_WIRE_H
#define WEIR_LOG_WIRE_H

#include <stddef.h>
#include <stdint.h>

struct conf_log_target;

#define WIRE_HEADER_MAX 512

/* Who speaks, and when. */
struct wire_origin {
    const char *tag;
    const char *host; /* NULL = not told: "localhost" or "-" where one is needed */
    unsigned pid;
    int64_t now_us; /* since 1970 */
};

/* Length of the header, 0 for `raw`. Without a final zero; a long tag or host is cut off. */
size_t wire_header(const struct conf_log_target *target, int level,
                   const struct wire_origin *origin, char out[WIRE_HEADER_MAX]);

#endif
