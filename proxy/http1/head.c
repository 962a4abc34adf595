/* SPDX-License-Identifier: Apache-2.0 */
/* Editing and writing heads; see head.h. */
#include "proxy/http1/head.h"

#include <stdlib.h>
#include <string.h>

void head_drop(struct http_msg *m, enum http_header_id id)
{
    for (struct http_header *h = http_msg_first(m, id); h != NULL; h = http_msg_next(m, h))
        h->flags |= HTTP_HEADER_DROP;
}

/* Fields a sender may not take away by naming them: without these the message would mean another thing. */
static bool is_end_to_end(enum http_header_id id)
{
    return id == HTTP_HDR_HOST || id == HTTP_HDR_CONTENT_LENGTH || id == HTTP_HDR_TRANSFER_ENCODING;
}

static void drop_named(struct http_msg *m, const char *base, const struct http_header *connection)
{
    const char *at = base + connection->value_off, *end = at + connection->value_len, *name;
    size_t len;
    while (http_list_next(&at, end, &name, &len)) {
        /* that one is decided on by whoever forwards the upgrade */
        if (len == 7 && http_text_same(name, "upgrade", 7))
            continue;
        for (int i = -1; (i = http_msg_find(m, base, name, len, (unsigned)(i + 1))) >= 0;)
            if (!is_end_to_end(m->headers[i].id))
                m->headers[i].flags |= HTTP_HEADER_DROP;
    }
}

void head_drop_connection_fields(struct http_msg *m, const char *base)
{
    if ((m->flags & HTTP_MSG_CONN_OTHER) != 0)
        for (struct http_header *h = http_msg_first(m, HTTP_HDR_CONNECTION); h != NULL;
             h = http_msg_next(m, h))
            drop_named(m, base, h);
    head_drop(m, HTTP_HDR_CONNECTION);
    head_drop(m, HTTP_HDR_KEEP_ALIVE);
    head_drop(m, HTTP_HDR_PROXY_CONNECTION);
}

bool head_says_close(struct http_msg *m, const char *base)
{
    if ((m->flags & HTTP_MSG_FIELDS_EDITED) == 0)
        return false;
    for (const struct http_header *h = http_msg_first(m, HTTP_HDR_CONNECTION); h != NULL;
         h = http_msg_next(m, h)) {
        if ((h->flags & HTTP_HEADER_DROP) != 0)
            continue;
        const char *at = base + h->value_off, *end = at + h->value_len, *token;
        size_t len;
        while (http_list_next(&at, end, &token, &len))
            if (len == 5 && http_text_same(token, "close", 5))
                return true;
    }
    return false;
}

/* Is it this number, with neither sign nor zeros before it? Read from its end, as each edited message has one. */
static bool is_number(const char *text, size_t len, uint64_t number)
{
    do {
        if (len == 0 || text[--len] != (char)('0' + number % 10))
            return false;
    } while ((number /= 10) != 0);
    return len == 0;
}

bool head_keep_length(struct http_msg *m, const char *base)
{
    bool kept = false;
    for (struct http_header *h = http_msg_first(m, HTTP_HDR_CONTENT_LENGTH); h != NULL;
         h = http_msg_next(m, h)) {
        bool is_good = !kept && (h->flags & HTTP_HEADER_DROP) == 0 &&
                       is_number(base + h->value_off, h->value_len, m->content_length);
        if (is_good)
            kept = true;
        else
            h->flags |= HTTP_HEADER_DROP;
    }
    return kept;
}

bool head_keep_chunked(struct http_msg *m, const char *base)
{
    bool kept = false;
    for (struct http_header *h = http_msg_first(m, HTTP_HDR_TRANSFER_ENCODING); h != NULL;
         h = http_msg_next(m, h)) {
        bool is_good = !kept && h->value_len == 7 && (h->flags & HTTP_HEADER_DROP) == 0 &&
                       http_text_same(base + h->value_off, "chunked", 7);
        if (is_good)
            kept = true;
        else
            h->flags |= HTTP_HEADER_DROP;
    }
    return kept;
}

/* ---- the case of names ------------------------------------------------------------------------------------- */

struct written_name {
    const char *text;
    size_t len;
};

static int compare_name(const void *key, const void *item)
{
    const struct written_name *name = key;
    const struct conf_name_case *one = item;
    return conf_name_case_order(name->text, name->len, one->from, strlen(one->from));
}

const char *head_name_as(const struct conf_name_cases *cases, const char *name, size_t len)
{
    struct written_name written = {name, len};
    const struct conf_name_case *found = NULL;
    if (cases != NULL && cases->count > 0)
        found = bsearch(&written, cases->items, cases->count, sizeof(*cases->items), compare_name);
    return found != NULL ? found->to : name;
}

/* In place, as they stay as long. */
static void adjust(const struct conf_name_cases *cases, char *name, size_t len)
{
    const char *wanted = head_name_as(cases, name, len);
    if (wanted != name)
        memcpy(name, wanted, len);
}

void head_adjust_names(const struct http_msg *m, char *base, const struct conf_name_cases *cases)
{
    for (unsigned i = 0; cases != NULL && i < m->header_count; i++)
        adjust(cases, base + m->headers[i].name_off, m->headers[i].name_len);
}

void head_adjust_line(const struct conf_name_cases *cases, char *line)
{
    adjust(cases, line, strcspn(line, ":"));
}

void head_add_own(struct gather *g, const struct conf_name_cases *cases, const char *line,
                  size_t len)
{
    size_t name_len = strcspn(line, ":");
    gather_add(g, head_name_as(cases, line, name_len), name_len);
    gather_add(g, line + name_len, len - name_len);
}

/* ---- writing ----------------------------------------------------------------------------------------------- */

static void add_field_anew(struct gather *g, const struct http_header *h, const char *base)
{
    gather_add(g, base + h->name_off, h->name_len);
    gather_literal(g, ": ");
    gather_add(g, base + h->value_off, h->value_len);
    gather_literal(g, "\r\n");
}

/* The line of an edited message, and those that still follow it; returns the index behind them. Each goes with the line
 * end that stands behind it. */
static unsigned add_lines(struct gather *g, const struct http_msg *m, const char *base, unsigned i)
{
    const struct http_header *first = &m->headers[i], *last = first;
    while (++i < m->header_count && (m->headers[i].flags & HTTP_HEADER_DROP) == 0 &&
           m->headers[i].name_off == last->value_off + last->value_len + 2)
        last = &m->headers[i];
    const char *lines = base + first->name_off, *end = base + last->value_off + last->value_len;
    bool is_whole = end[0] == '\r' && end[1] == '\n', is_ours = first->name_off >= m->head_bytes;
    size_t len = (size_t)(end - lines) + (is_whole ? 2 : 0);
    if (!is_ours || !gather_line(g, lines, len))
        gather_add(g, lines, len);
    if (!is_whole) /* white space */
        gather_literal(g, "\r\n");
    return i;
}

/* Fields i.. that may go in one piece; returns the index behind them. */
static unsigned add_run(struct gather *g, const struct http_msg *m, const char *base, unsigned i)
{
    uint32_t start = m->headers[i].name_off;
    while (++i < m->header_count && (m->headers[i].flags & HTTP_HEADER_DROP) == 0)
        continue;
    /* a line ends where the next begins; after the last comes the empty line */
    uint32_t end = i < m->header_count ? m->headers[i].name_off : m->head_bytes - 2;
    gather_add(g, base + start, end - start);
    return i;
}

void head_add_fields(struct gather *g, const struct http_msg *m, const char *base, bool lenient)
{
    bool anew = lenient || (m->flags & HTTP_MSG_LENGTH_REPEATED) != 0;
    for (unsigned i = 0; i < m->header_count;) {
        if ((m->headers[i].flags & HTTP_HEADER_DROP) != 0)
            i++;
        else if (anew)
            add_field_anew(g, &m->headers[i++], base);
        else if ((m->flags & HTTP_MSG_FIELDS_EDITED) != 0)
            i = add_lines(g, m, base, i);
        else
            i = add_run(g, m, base, i);
    }
}

void head_add_end(struct gather *g, const struct http_msg *m, const char *base, bool lenient)
{
    if (lenient)
        gather_literal(g, "\r\n");
    else
        gather_add(g, base + m->head_bytes - 2, 2);
}
