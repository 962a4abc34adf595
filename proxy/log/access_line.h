/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of an access line, in the formats that HAProxy 2.6 has by name: `option httplog`,
 * `tcplog`, `httpslog`, and the short one of a proxy without any of them.
 *
 * Thread: the data thread's; the clock is its own.
 */
#ifndef WEIR_PROXY_LOG_ACCESS_LINE_H
#define WEIR_PROXY_LOG_ACCESS_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct access_record;

/* The text of the second at hand, so that localtime runs once a second and not for each line. */
struct line_clock {
    int64_t second;
    char text[24]; /* "20/Nov/2026:11:40:01." */
    size_t len;
};

/* What the options of the frontend let through. */
bool access_line_is_wanted(const struct access_record *record);
/* Whether it tells of an error: `option log-separate-errors` sends those at level err. */
bool access_line_is_error(const struct access_record *record);

/* Writes the line without its end into out and returns its length; what does not fit is cut off. */
size_t access_line_render(const struct access_record *record, struct line_clock *clock, char *out,
                          size_t room);

#endif
