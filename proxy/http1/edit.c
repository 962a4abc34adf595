/* SPDX-License-Identifier: Apache-2.0 */
/* Editing of fields, and the room that all editing takes; see edit.h. */
#include "proxy/http1/edit_priv.h"

#include "proxy/http1/head.h"

char *edit_take(struct http_edit *e, size_t bytes)
{
    if (*e->top < e->floor || bytes > *e->top - e->floor)
        return NULL;
    *e->top -= (uint32_t)bytes;
    return e->base + *e->top;
}

/* ---- fields ------------------------------------------------------------------------------------------- */

void edit_copy_value(char *restrict to, const char *restrict value, size_t len)
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
    h->name_off = edit_offset_of(e, line);
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
        edit_copy_value(to, value, value_len);
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
    edit_copy_value(put_around(to, name, name_len, value_len), value, value_len);
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
