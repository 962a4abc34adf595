/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The little that every codec and every user of a message shares: finding and adding fields,
 * walking comma separated lists, names of methods.
 */
#include "proxy/http1/msg.h"

#include "proxy/base/ascii.h"

#include <string.h>

static const struct {
    const char *name;
    size_t len;
} methods[HTTP_METHODS] = {
    [HTTP_METHOD_OTHER] = {"", 0},
#define ROW(symbol) [HTTP_METHOD_##symbol] = {#symbol, sizeof(#symbol) - 1}
    ROW(GET),
    ROW(HEAD),
    ROW(POST),
    ROW(PUT),
    ROW(DELETE),
    ROW(CONNECT),
    ROW(OPTIONS),
    ROW(TRACE),
    ROW(PATCH),
#undef ROW
};

struct http_header *http_msg_next(struct http_msg *m, const struct http_header *h)
{
    if (!m->has_repeats)
        return NULL;
    for (unsigned i = (unsigned)(h - m->headers) + 1; i < m->header_count; i++) {
        if (m->headers[i].id == h->id)
            return &m->headers[i];
    }
    return NULL;
}

int http_msg_find(const struct http_msg *m, const char *base, const char *name, size_t name_len,
                  unsigned from)
{
    for (unsigned i = from; i < m->header_count; i++) {
        const struct http_header *h = &m->headers[i];
        if (h->name_len == name_len && (h->flags & HTTP_HEADER_DROP) == 0 &&
            http_text_same(base + h->name_off, name, name_len))
            return (int)i;
    }
    return -1;
}

bool http_list_next(const char **at, const char *end, const char **member_out, size_t *len_out)
{
    const char *from = *at;
    while (from < end && (ascii_is_blank(*from) || *from == ','))
        from++;
    const char *to = from;
    while (to < end && *to != ',')
        to++;
    *at = to;
    while (to > from && ascii_is_blank(to[-1]))
        to--;
    *member_out = from;
    *len_out = (size_t)(to - from);
    return to > from;
}

const char *http_value_end(const char *at, const char *end)
{
    const char *comma = at < end ? memchr(at, ',', (size_t)(end - at)) : NULL;
    if (comma == NULL)
        return end;
    if (memchr(at, '"', (size_t)(comma - at)) == NULL)
        return comma;
    bool quoted = false, escaped = false;
    for (; at < end; at++) {
        if (escaped)
            escaped = false;
        else if (quoted && *at == '\\')
            escaped = true;
        else if (*at == '"')
            quoted = !quoted;
        else if (*at == ',' && !quoted)
            break;
    }
    return at;
}

bool http_text_same(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (ascii_lower(a[i]) != ascii_lower(b[i]))
            return false;
    }
    return true;
}

enum http_method http_method_find(const char *name, size_t len)
{
    for (enum http_method m = HTTP_METHOD_GET; m < HTTP_METHODS; m++) {
        if (methods[m].len == len && memcmp(methods[m].name, name, len) == 0)
            return m;
    }
    return HTTP_METHOD_OTHER;
}

const char *http_method_name(enum http_method method)
{
    return methods[method].name;
}
