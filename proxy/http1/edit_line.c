/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Editing of start lines: method, target, status; see edit.h. The Host field and the authority of the target
 * follow each other.
 */
#include "proxy/http1/edit_priv.h"

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
    e->msg->method_off = edit_offset_of(e, to);
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
    m->target_off = edit_offset_of(e, to);
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
    edit_copy_value(to, reason, len);
    e->msg->status = (uint16_t)status;
    e->msg->reason_off = edit_offset_of(e, to);
    e->msg->reason_len = (uint16_t)len;
    e->msg->flags |= HTTP_MSG_LINE_EDITED;
    return true;
}
