/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log line under construction: appends without ever going beyond the room, and without snprintf,
 * which is too slow for what each stream does.
 *
 * Ownership: the room is the caller's.
 * Thread:    that of the line.
 */
#ifndef WEIR_LOG_LINE_H
#define WEIR_LOG_LINE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct line {
    char *at;
    char *end;
};

static inline void put_char(struct line *line, char c)
{
    if (line->at < line->end)
        *line->at++ = c;
}

static inline void put_bytes(struct line *line, const char *bytes, size_t len)
{
    size_t room = (size_t)(line->end - line->at);
    if (len > room)
        len = room;
    memcpy(line->at, bytes, len);
    line->at += len;
}

static inline void put_text(struct line *line, const char *text)
{
    put_bytes(line, text, strlen(text));
}

static inline void put_number(struct line *line, uint64_t n)
{
    char digits[20];
    char *first = digits + sizeof(digits);
    do
        *--first = (char)('0' + n % 10);
    while ((n /= 10) != 0);
    put_bytes(line, first, (size_t)(digits + sizeof(digits) - first));
}

#endif
