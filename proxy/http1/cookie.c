/* SPDX-License-Identifier: Apache-2.0 */
/* Cookie and Set-Cookie; see cookie.h. */
#include "proxy/http1/cookie.h"

#include "proxy/base/ascii.h"

#include <string.h>

#define DATE_LETTERS 5

static const char date_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* A delimiter within quotes is none. */
static const char *find_value_end(const char *at, const char *end)
{
    bool is_quoted = false;
    for (; at < end; at++) {
        if (is_quoted && *at == '\\' && at + 1 < end)
            at++;
        else if (*at == '"')
            is_quoted = !is_quoted;
        else if (!is_quoted && (*at == ',' || *at == ';'))
            break;
    }
    return at;
}

/* From the name on. delimiters: what ends a cookie that has no '='. */
static void read_cookie(struct cookie *c, const char *end, const char *delimiters)
{
    c->equal = c->name_end = c->name;
    while (c->equal < end && *c->equal != '=' && strchr(delimiters, *c->equal) == NULL) {
        c->equal++;
        if (!ascii_is_blank(c->equal[-1]))
            c->name_end = c->equal;
    }
    c->value = c->value_end = c->end = c->equal;
    if (c->equal == end || *c->equal != '=')
        return;
    c->value = ascii_skip_blanks(c->equal + 1, end);
    c->end = c->value_end = find_value_end(c->value, end);
    while (c->value_end > c->value && ascii_is_blank(c->value_end[-1]))
        c->value_end--;
}

bool cookie_next(struct cookie *c, const char *text, const char *end)
{
    bool is_first = c->end == NULL;
    c->start = is_first ? text : c->end;
    if (c->start >= end)
        return false;
    c->name = ascii_skip_blanks(is_first ? text : c->start + 1, end);
    read_cookie(c, end, ",;");
    return true;
}

void cookie_of_set(const char *text, const char *end, struct cookie *out)
{
    out->start = text;
    out->name = ascii_skip_blanks(text, end);
    read_cookie(out, end, ";");
    out->end = end;
}

bool cookie_has_value(const struct cookie *c)
{
    return c->end > c->equal && *c->equal == '=';
}

bool cookie_is_named(const struct cookie *c, const char *name)
{
    size_t len = strlen(name);
    return (size_t)(c->name_end - c->name) == len && memcmp(c->name, name, len) == 0;
}

/* 30 bits in five letters, the highest first; 0 if they are none. */
static int64_t read_date(const char *letters)
{
    int64_t value = 0;
    for (int i = 0; i < DATE_LETTERS; i++) {
        const char *letter = letters[i] != '\0' ? strchr(date_alphabet, letters[i]) : NULL;
        if (letter == NULL)
            return 0;
        value = value << 6 | (letter - date_alphabet);
    }
    return value * 4;
}

void cookie_write_date(int64_t date_s, char letters_out[5])
{
    uint64_t value = (uint64_t)(date_s + 3) / 4;
    for (int i = DATE_LETTERS - 1; i >= 0; i--, value >>= 6)
        letters_out[i] = date_alphabet[value & 63];
}

void cookie_read_dates(const char *value, const char *value_end, struct cookie_mark *out)
{
    *out = (struct cookie_mark){.end = value_end};
    const char *bar = memchr(value, '|', (size_t)(value_end - value));
    if (bar == NULL)
        return;
    out->end = bar++;
    if (value_end - bar >= DATE_LETTERS)
        out->last_s = read_date(bar);
    bar = memchr(bar, '|', (size_t)(value_end - bar));
    if (bar != NULL && value_end - bar > DATE_LETTERS)
        out->first_s = read_date(bar + 1);
}

void cookie_read_prefix(const char *value, const char *value_end, struct cookie_mark *out)
{
    const char *mark = memchr(value, '~', (size_t)(value_end - value));
    *out = (struct cookie_mark){.end = mark != NULL ? mark : value_end};
}

static void put(struct cookie_writer *w, const char *from, const char *end)
{
    if (w->out == NULL)
        return;
    memcpy(w->out + w->len, from, (size_t)(end - from));
    w->len += (size_t)(end - from);
}

/* In the place of what was removed: the delimiter of what follows, and one blank. At the start, nothing. */
static const char *close_gap(struct cookie_writer *w, const struct cookie *c)
{
    static const char blank = ' ';
    w->is_removing = false;
    const char *at = c->start;
    if (w->len > 0) {
        while (w->len > 0 && ascii_is_blank(w->out[w->len - 1]))
            w->len--;
        put(w, at, at + 1);
        put(w, &blank, &blank + 1);
    }
    return ascii_skip_blanks(at + 1,
                             c->end); /* there is a delimiter, for something came before it */
}

void cookie_keep(struct cookie_writer *w, const struct cookie *c, size_t skip)
{
    const char *from = w->is_removing ? close_gap(w, c) : c->start;
    w->has_kept = true;
    if (!cookie_has_value(c)) {
        put(w, from, c->end);
        return;
    }
    put(w, from, c->name_end);
    put(w, c->equal, c->equal + 1);
    put(w, c->value + skip, c->end);
}

void cookie_follow(struct cookie_writer *w, const struct cookie *c)
{
    if (!w->is_removing)
        put(w, c->start, c->end);
}

void cookie_remove(struct cookie_writer *w)
{
    w->is_removing = true;
}

bool cookie_finish(const struct cookie_writer *w)
{
    return w->len > 0 && (w->has_kept || !w->is_removing);
}
