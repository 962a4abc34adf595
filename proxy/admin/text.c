/* SPDX-License-Identifier: Apache-2.0 */
/* The writer of texts. An escape is a row in a table of the format it belongs to. */
#include "proxy/admin/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void text_init(struct text *text, char *buf, size_t size)
{
    *text = (struct text){.start = buf, .at = buf, .end = buf + size};
}

void text_bytes(struct text *text, const char *bytes, size_t len)
{
    if (text->full || (size_t)(text->end - text->at) < len) {
        text->full = true;
        return;
    }
    memcpy(text->at, bytes, len);
    text->at += len;
}

void text_put(struct text *text, const char *string)
{
    text_bytes(text, string, strlen(string));
}

void text_char(struct text *text, char c)
{
    text_bytes(text, &c, 1);
}

void text_u64(struct text *text, uint64_t n)
{
    char digits[20];
    char *first = digits + sizeof(digits);
    do
        *--first = (char)('0' + n % 10);
    while ((n /= 10) != 0);
    text_bytes(text, first, (size_t)(digits + sizeof(digits) - first));
}

void text_s64(struct text *text, int64_t n)
{
    if (n < 0)
        text_char(text, '-');
    text_u64(text, n < 0 ? -(uint64_t)n : (uint64_t)n);
}

void text_printf(struct text *text, const char *format, ...)
{
    size_t room = (size_t)(text->end - text->at);
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text->at, room, format, args);
    va_end(args);
    if (text->full || len < 0 || (size_t)len >= room)
        text->full = true;
    else
        text->at += len;
}

struct escape {
    char c;
    const char *with;
};

static void put_escaped(struct text *text, const char *string, const struct escape *escapes)
{
    for (; *string != '\0'; string++) {
        const struct escape *e = escapes;
        while (e->with != NULL && e->c != *string)
            e++;
        if (e->with != NULL)
            text_put(text, e->with);
        else
            text_char(text, *string);
    }
}

void text_html(struct text *text, const char *string)
{
    static const struct escape escapes[] = {{'&', "&amp;"},  {'<', "&lt;"},   {'>', "&gt;"},
                                            {'"', "&quot;"}, {'\'', "&#39;"}, {0, NULL}};
    put_escaped(text, string, escapes);
}

void text_csv(struct text *text, const char *string)
{
    static const struct escape escapes[] = {{'"', "\"\""}, {0, NULL}};
    bool quoted = strpbrk(string, ",\"\r\n") != NULL;
    if (quoted)
        text_char(text, '"');
    put_escaped(text, string, escapes);
    if (quoted)
        text_char(text, '"');
}

void text_json(struct text *text, const char *string)
{
    static const struct escape escapes[] = {{'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"},
                                            {'\r', "\\r"}, {'\t', "\\t"},  {0, NULL}};
    text_char(text, '"');
    for (; *string != '\0'; string++) {
        if ((unsigned char)*string < 32 && strchr("\n\r\t", *string) == NULL)
            text_printf(text, "\\u%04x", (unsigned)*string);
        else
            put_escaped(text, (const char[]){*string, '\0'}, escapes);
    }
    text_char(text, '"');
}

void text_label(struct text *text, const char *string)
{
    static const struct escape escapes[] = {
        {'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {0, NULL}};
    text_char(text, '"');
    put_escaped(text, string, escapes);
    text_char(text, '"');
}

void text_short(struct text *text, uint64_t n)
{
    static const char units[] = "kMGTPE";
    if (n < 10000) {
        text_u64(text, n);
        return;
    }
    double value = (double)n / 1000;
    size_t unit = 0;
    while (value >= 999.5 && units[unit + 1] != '\0') {
        value /= 1000;
        unit++;
    }
    text_printf(text, value < 99.95 ? "%.1f%c" : "%.0f%c", value, units[unit]);
}

void text_duration(struct text *text, uint64_t s)
{
    if (s < 60)
        text_printf(text, "%us", (unsigned)s);
    else if (s < 3600)
        text_printf(text, "%um %us", (unsigned)(s / 60), (unsigned)(s % 60));
    else if (s < 86400)
        text_printf(text, "%uh %um", (unsigned)(s / 3600), (unsigned)(s / 60 % 60));
    else
        text_printf(text, "%ud %uh", (unsigned)(s / 86400), (unsigned)(s / 3600 % 24));
}

void text_latency(struct text *text, uint64_t us)
{
    if (us < 1000)
        text_printf(text, "%u µs", (unsigned)us);
    else if (us < 1000000)
        text_printf(text, us < 100000 ? "%.1f ms" : "%.0f ms", (double)us / 1000);
    else
        text_printf(text, "%.1f s", (double)us / 1000000);
}
