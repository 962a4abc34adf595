/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes text into a buffer of fixed size, with the escapes that each format of the statistics
 * needs. When the room ends nothing more is written and `full` is set, so one look at the end is
 * enough.
 *
 * Thread: none of its own.
 */
#ifndef WEIR_ADMIN_TEXT_H
#define WEIR_ADMIN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *start, *at, *end;
    bool full;
};

void text_init(struct text *text, char *buf, size_t size);
static inline size_t text_len(const struct text *text)
{
    return (size_t)(text->at - text->start);
}

void text_bytes(struct text *text, const char *bytes, size_t len);
void text_put(struct text *text, const char *string);
void text_char(struct text *text, char c);
void text_u64(struct text *text, uint64_t n);
void text_s64(struct text *text, int64_t n);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* & < > " ' as entities: for content and for attribute values in quotes. */
void text_html(struct text *text, const char *string);
/* In quotes where the value asks for them, RFC 4180 2. */
void text_csv(struct text *text, const char *string);
/* With its quotes; bytes that are not UTF-8 stay as they are. */
void text_json(struct text *text, const char *string);
/* The value of a label in Prometheus' text format, with its quotes. */
void text_label(struct text *text, const char *string);

/* Numbers for people: 12.3k, 4.56M, ... and a duration: 5s, 12m 5s, 3h 12m, 4d 3h. */
void text_short(struct text *text, uint64_t n);
void text_duration(struct text *text, uint64_t seconds);
/* Microseconds as 850 µs, 12.3 ms, 4.56 s. */
void text_latency(struct text *text, uint64_t us);

#endif
