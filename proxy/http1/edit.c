/* SPDX-License-Identifier: Apache-2.0 */
/* Editing of messages; see edit.h. */
#include "proxy/http1/edit.h"

#include "proxy/http1/head.h"

char *edit_take(struct http_edit *e, size_t bytes)
{
    if (*e->top < e->floor || bytes > *e->top - e->floor)
        return NULL;
    *e->top -= (uint32_t)bytes;
    return e->base + *e->top;
}

static uint32_t offset_of(const struct http_edit *e, const char *at)
{
    return (uint32_t)(at - e->base);
}

/* ---- fields ------------------------------------------------------------------------------------------- */

/* A line break within a value would be another field, or the end of the head. */
static void copy_value(char *restrict to, const char *restrict value, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = value[i];
        to[i] = c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
    }
}

/* Room for "name: value CRLF", which h then names. */
static char *take_line(struct http_edit *e, struct http_header *h, size_t name_len,
                       size_t value_len)
{
    if (name_len == 0 || name_len > UINT16_MAX)
        return NULL;
    char *line = edit_take(e, name_len + value_len + HTTP_LINE_EXTRA);
    if (line == NULL)
        return NULL;
    h->name_off = offset_of(e, line);
    h->name_len = (uint16_t)name_len;
    h->value_off = h->name_off + (uint32_t)name_len + 2;
    h->value_len = (uint32_t)value_len;
    e->msg->flags |= HTTP_MSG_FIELDS_EDITED;
    return line;
}

/* All of a line but the value, whose place is returned. */
static char *put_around(char *line, const char *name, size_t name_len, size_t value_len)
{
    memcpy(line, name, name_len);
    memcpy(line + name_len, ": ", 2);
    memcpy(line + name_len + 2 + value_len, "\r\n", 2);
    return line + name_len + 2;
}

static char *begin_line(struct http_edit *e, struct http_header *h, const char *name,
                        size_t name_len, size_t value_len)
{
    char *line = take_line(e, h, name_len, value_len);
    return line != NULL ? put_around(line, name, name_len, value_len) : NULL;
}

static bool write_line(struct http_edit *e, struct http_header *h, const char *name,
                       size_t name_len, const char *value, size_t value_len)
{
    char *to = begin_line(e, h, name, name_len, value_len);
    if (to != NULL)
        copy_value(to, value, value_len);
    return to != NULL;
}

static void index_again(struct http_msg *m)
{
    unsigned count = m->header_count;
    memset(m->first, 0, sizeof(m->first));
    m->has_repeats = false;
    m->header_count = 0;
    while (m->header_count < count)
        http_msg_append(m);
}

/* Takes the dropped ones out, so that their places can be used. */
static void compact(struct http_msg *m)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < m->header_count; i++)
        if ((m->headers[i].flags & HTTP_HEADER_DROP) == 0)
            m->headers[kept++] = m->headers[i];
    m->header_count = (uint8_t)kept;
    m->flags |= HTTP_MSG_FIELDS_EDITED;
    index_again(m);
}

bool edit_add(struct http_edit *e, const char *name, size_t name_len, const char *value,
              size_t value_len)
{
    return edit_add_as(e, http_header_find(name, name_len), name, name_len, value, value_len);
}

/* Where one more field is to be filled in; NULL: there are too many. */
static struct http_header *place_for_one(struct http_msg *m)
{
    if (m->header_count == HTTP_FIELDS_MAX)
        compact(m);
    return m->header_count < HTTP_FIELDS_MAX ? http_msg_next_free(m) : NULL;
}

static bool append(struct http_msg *m, struct http_header *h, enum http_header_id id)
{
    h->id = (uint8_t)id;
    h->flags = 0;
    http_msg_append(m);
    return true;
}

bool edit_add_as(struct http_edit *e, enum http_header_id id, const char *name, size_t name_len,
                 const char *value, size_t value_len)
{
    struct http_header *h = place_for_one(e->msg);
    return h != NULL && write_line(e, h, name, name_len, value, value_len) && append(e->msg, h, id);
}

void http_field_line(char *to, const char *name, size_t name_len, const char *value,
                     size_t value_len)
{
    copy_value(put_around(to, name, name_len, value_len), value, value_len);
}

bool edit_add_line(struct http_edit *e, enum http_header_id id, const char *line, size_t name_len,
                   size_t value_len)
{
    struct http_header *h = place_for_one(e->msg);
    char *to = h != NULL ? take_line(e, h, name_len, value_len) : NULL;
    if (to == NULL)
        return false;
    memcpy(to, line, name_len + value_len + HTTP_LINE_EXTRA);
    return append(e->msg, h, id);
}

bool edit_replace(struct http_edit *e, unsigned index, const char *value, size_t value_len)
{
    struct http_header *h = &e->msg->headers[index];
    return write_line(e, h, e->base + h->name_off, h->name_len, value, value_len);
}

char *edit_replace_room(struct http_edit *e, unsigned index, size_t value_len)
{
    struct http_header *h = &e->msg->headers[index];
    return begin_line(e, h, e->base + h->name_off, h->name_len, value_len);
}

/* Who tells the length of a body looks only at messages that were edited. */
static void note_drop(struct http_msg *m, unsigned id)
{
    if (id == HTTP_HDR_CONTENT_LENGTH)
        m->flags |= HTTP_MSG_FIELDS_EDITED;
}

void edit_drop(struct http_edit *e, unsigned index)
{
    struct http_header *h = &e->msg->headers[index];
    h->flags |= HTTP_HEADER_DROP;
    note_drop(e->msg, h->id);
}

void edit_drop_named(struct http_edit *e, const char *name, size_t name_len)
{
    for (int i = -1; (i = http_msg_find(e->msg, e->base, name, name_len, (unsigned)(i + 1))) >= 0;)
        edit_drop(e, (unsigned)i);
}

void edit_drop_as(struct http_edit *e, enum http_header_id id, const char *name, size_t name_len)
{
    if (id == HTTP_HDR_OTHER)
        edit_drop_named(e, name, name_len);
    else
        head_drop(e->msg, id);
    note_drop(e->msg, id);
}

/* ---- start line --------------------------------------------------------------------------------------- */

static bool is_token(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] <= ' ' || text[i] >= 127 || strchr("\"(),/:;<=>?@[\\]{}", text[i]) != NULL)
            return false;
    return len > 0;
}

bool edit_method(struct http_edit *e, const char *method, size_t len)
{
    char *to = is_token(method, len) && len <= UINT16_MAX ? edit_take(e, len) : NULL;
    if (to == NULL)
        return false;
    memcpy(to, method, len);
    e->msg->method_off = offset_of(e, to);
    e->msg->method_len = (uint16_t)len;
    e->msg->method = (uint8_t)http_method_find(to, len);
    e->msg->flags |= HTTP_MSG_LINE_EDITED;
    return true;
}

/* Behind "scheme://"; 0 if it does not begin so. */
static uint32_t authority_at(const char *target, uint32_t len)
{
    uint32_t at = 0;
    while (at < len && target[at] != ':' && target[at] != '/' && target[at] != '?')
        at++;
    return at > 0 && at + 3 <= len && memcmp(target + at, "://", 3) == 0 ? at + 3 : 0;
}

/* As the parser does for a target that was received, without its doubts: an administrator wrote this one. */
static void locate(struct http_msg *m, const char *target)
{
    uint32_t end = m->target_len, at = authority_at(target, end);
    m->authority_len = 0;
    m->path_off = m->target_off;
    m->target_form = HTTP_TARGET_ORIGIN;
    if (end == 1 && *target == '*') {
        m->target_form = HTTP_TARGET_ASTERISK;
        m->path_off += 1;
    } else if (at > 0) {
        uint32_t from = at;
        while (at < end && target[at] != '/' && target[at] != '?')
            at++;
        m->target_form = HTTP_TARGET_ABSOLUTE;
        m->authority_off = m->target_off + from;
        m->authority_len = at - from;
        m->path_off += at;
    }
}

/* What is before the path, and stays: an asterisk gives way. */
static size_t authority_bytes(const struct http_msg *m)
{
    return m->target_form == HTTP_TARGET_ASTERISK ? 0 : m->path_off - m->target_off;
}

/* Three pieces in a row become the target. */
static bool set_target(struct http_edit *e, const char *const pieces[3], const size_t lens[3])
{
    size_t len = lens[0] + lens[1] + lens[2];
    char *to = len > 0 ? edit_take(e, len) : NULL;
    if (to == NULL)
        return false;
    for (size_t i = 0, at = 0; i < 3; at += lens[i++])
        if (lens[i] > 0)
            memcpy(to + at, pieces[i], lens[i]);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)to[i] <= ' ' || to[i] == 127) {
            *e->top += (uint32_t)len;
            return false;
        }
    struct http_msg *m = e->msg;
    m->target_off = offset_of(e, to);
    m->target_len = (uint32_t)len;
    m->flags |= HTTP_MSG_LINE_EDITED;
    locate(m, to);
    return true;
}

uint32_t http_path_end(const struct http_msg *m, const char *base)
{
    uint32_t end = m->target_off + m->target_len;
    const char *query = memchr(base + m->path_off, '?', end - m->path_off);
    return query != NULL ? (uint32_t)(query - base) : end;
}

bool edit_target(struct http_edit *e, const char *target, size_t len)
{
    return set_target(e, (const char *[]){target, "", ""}, (size_t[]){len, 0, 0});
}

bool edit_path(struct http_edit *e, const char *path, size_t len)
{
    const struct http_msg *m = e->msg;
    uint32_t query = http_path_end(m, e->base), end = m->target_off + m->target_len;
    return set_target(e, (const char *[]){e->base + m->target_off, path, e->base + query},
                      (size_t[]){authority_bytes(m), len, end - query});
}

bool edit_pathq(struct http_edit *e, const char *path, size_t len)
{
    const struct http_msg *m = e->msg;
    return set_target(e, (const char *[]){e->base + m->target_off, path, ""},
                      (size_t[]){authority_bytes(m), len, 0});
}

bool edit_query(struct http_edit *e, const char *query, size_t len)
{
    const struct http_msg *m = e->msg;
    uint32_t end = http_path_end(m, e->base);
    if (len == 1 && end == m->target_off + m->target_len)
        len = 0; /* a question mark alone stays where one was, and comes nowhere else */
    return set_target(e, (const char *[]){e->base + m->target_off, query, ""},
                      (size_t[]){end - m->target_off, len, 0});
}

/* The Host field that counts; -1 if there is none. */
static int find_host(const struct http_edit *e)
{
    return http_msg_find(e->msg, e->base, "host", 4, 0);
}

bool edit_follow_host(struct http_edit *e)
{
    const struct http_msg *m = e->msg;
    int host = find_host(e);
    if (m->target_form != HTTP_TARGET_ABSOLUTE || host < 0)
        return true;
    const struct http_header *h = &m->headers[host];
    uint32_t end = m->target_off + m->target_len;
    return set_target(
        e, (const char *[]){e->base + m->target_off, e->base + h->value_off, e->base + m->path_off},
        (size_t[]){m->authority_off - m->target_off, h->value_len, end - m->path_off});
}

bool edit_follow_target(struct http_edit *e)
{
    const struct http_msg *m = e->msg;
    int host = find_host(e);
    if (m->target_form != HTTP_TARGET_ABSOLUTE)
        return true;
    const char *authority = e->base + m->authority_off;
    return host < 0 ? edit_add(e, "host", 4, authority, m->authority_len)
                    : edit_replace(e, (unsigned)host, authority, m->authority_len);
}

bool edit_status(struct http_edit *e, unsigned status, const char *reason, size_t len)
{
    char *to = len <= UINT16_MAX ? edit_take(e, len) : NULL;
    if (to == NULL)
        return false;
    copy_value(to, reason, len);
    e->msg->status = (uint16_t)status;
    e->msg->reason_off = offset_of(e, to);
    e->msg->reason_len = (uint16_t)len;
    e->msg->flags |= HTTP_MSG_LINE_EDITED;
    return true;
}

/* ---- moving ------------------------------------------------------------------------------------------- */

static void move(uint32_t *offset, uint32_t floor, int64_t distance)
{
    if (*offset >= floor)
        *offset = (uint32_t)(*offset + distance);
}

void edit_moved(struct http_msg *m, uint32_t floor, int64_t distance)
{
    uint32_t *const slices[] = {&m->method_off, &m->target_off, &m->authority_off, &m->path_off,
                                &m->reason_off};
    for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]); i++)
        move(slices[i], floor, distance);
    for (unsigned i = 0; i < m->header_count; i++) {
        move(&m->headers[i].name_off, floor, distance);
        move(&m->headers[i].value_off, floor, distance);
    }
}
