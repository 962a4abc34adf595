/* SPDX-License-Identifier: Apache-2.0 */
/*
 * llhttp's callbacks: its spans become offsets in the message. A span may come in pieces, when
 * bytes were appended between; a piece always begins where the one before it ended. What version 8
 * of llhttp is too kind for is refused here:
 *
 *   - every line must begin right behind the CRLF of the one before it. One comparison per line,
 *     and bare LF, bare CR, obs-fold and white space before a name have no way left;
 *   - the parts of a start line are one space apart.
 *
 * What fields mean is not left to llhttp at all: header_state tells it that every field is an
 * ordinary one, so that there is one reading of Content-Length and its like, in h1_fields.c.
 */
#include <string.h>

#include "proxy/base/ascii.h"
#include "proxy/http1/h1_priv.h"

enum token {
    TOKEN_NONE, /* between fields */
    TOKEN_NAME,
    TOKEN_VALUE,
};

enum {
    LLHTTP_ORDINARY_FIELD = 0, /* llhttp's name for it, HEADER_STATE.GENERAL, is not public */
};

/* ---- the start line ---- */

static int on_target(llhttp_t *llhttp, const char *at, size_t len)
{
    struct h1_parser *p = llhttp->data;
    struct http_msg *m = p->msg;
    if (m->target_off == 0)
        m->target_off = h1_offset_of(p, at);
    m->target_len += (uint32_t)len;
    if (m->target_off != m->method_off + m->method_len + 1)
        return h1_refuse(p, 400, m->target_off - 1, "more than one space before the target");
    return 0;
}

static int on_version(llhttp_t *llhttp, const char *at, size_t len)
{
    struct h1_parser *p = llhttp->data;
    p->span_end = h1_offset_of(p, at) + (uint32_t)len;
    return 0;
}

static int on_version_complete(llhttp_t *llhttp)
{
    struct h1_parser *p = llhttp->data;
    struct http_msg *m = p->msg;
    const bool is_request = llhttp->type == HTTP_REQUEST;
    const uint32_t before = is_request ? m->target_off + m->target_len : 0;
    const char *at = p->base + before;
    const uint32_t version_off = before + (is_request ? 6 : 5);
    const bool is_http = is_request ? memcmp(at, " HTTP/", 6) == 0 : memcmp(at, "HTTP/", 5) == 0;
    if (p->span_end != version_off + 3 || !is_http)
        return h1_refuse(p, 400, before, "malformed start line");
    if (llhttp->http_major != 1)
        return h1_refuse(p, 400, version_off, "HTTP version is not 1.0 or 1.1");
    /* a higher minor version is read as the highest known one, RFC 9110 2.5 */
    m->version_minor = llhttp->http_minor != 0;
    p->next_line = p->span_end + 2;
    return 0;
}

static int on_reason(llhttp_t *llhttp, const char *at, size_t len)
{
    struct h1_parser *p = llhttp->data;
    if (p->msg->reason_off == 0)
        p->msg->reason_off = h1_offset_of(p, at);
    p->span_end = h1_offset_of(p, at) + (uint32_t)len;
    return 0;
}

/* llhttp takes any byte for a reason phrase. */
static enum h1_status reason_check(struct h1_parser *p)
{
    struct http_msg *m = p->msg;
    const uint32_t len = p->span_end - m->reason_off;
    for (uint32_t off = m->reason_off; off < p->span_end; off++) {
        const unsigned char c = (unsigned char)p->base[off];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return h1_refuse(p, 400, off, "control character in the status line");
    }
    if (len > UINT16_MAX)
        return h1_refuse(p, 400, m->reason_off, "the reason phrase is too long");
    m->reason_len = (uint16_t)len;
    return H1_DONE;
}

static int on_status_complete(llhttp_t *llhttp)
{
    struct h1_parser *p = llhttp->data;
    struct http_msg *m = p->msg;
    const uint32_t code_end = p->next_line - 2 + 4; /* on_version_complete() was before the code */
    m->status = llhttp->status_code;
    if (m->status < 100 || m->status > 999) /* llhttp takes less than three digits, and none */
        return h1_refuse(p, 400, code_end - 3, "status code out of range");
    const bool has_space = p->base[code_end] == ' ';
    if (m->reason_off == 0)
        m->reason_off = p->span_end = code_end + has_space;
    else if (m->reason_off != code_end + 1 || !has_space)
        return h1_refuse(p, 400, code_end, "malformed status line");
    if (reason_check(p) == H1_BAD)
        return H1_BAD;
    p->next_line = p->span_end + 2;
    return 0;
}

/* ---- fields ---- */

bool h1_is_line_start(const struct h1_parser *p, uint32_t off)
{
    if (h1_is_lenient(p))
        return true; /* h1_lenient.c has cut the lines itself */
    return off == p->next_line && (off == 0 || memcmp(p->base + off - 2, "\r\n", 2) == 0);
}

enum h1_status h1_refuse_line(struct h1_parser *p)
{
    return h1_refuse(p, 400, p->next_line,
                     p->next_line == 0 ? "no HTTP version"
                                       : "a line does not end in CRLF, or is folded");
}

static struct http_header *field_begin(struct h1_parser *p, uint32_t off)
{
    struct http_msg *m = p->msg;
    if (!h1_is_line_start(p, off)) {
        h1_refuse_line(p);
        return NULL;
    }
    if (m->header_count == HTTP_MAX_HEADERS) {
        h1_refuse(p, 431, off, "too many header fields");
        return NULL;
    }
    struct http_header *h = http_msg_next_free(m);
    h->name_off = off; /* name_finish() and on_value_complete() fill in the rest */
    p->token = TOKEN_NAME;
    return h;
}

static int on_name(llhttp_t *llhttp, const char *at, size_t len)
{
    struct h1_parser *p = llhttp->data;
    const uint32_t off = h1_offset_of(p, at);
    if (p->token == TOKEN_NONE && field_begin(p, off) == NULL)
        return -1;
    p->span_end = off + (uint32_t)len;
    llhttp->header_state = LLHTTP_ORDINARY_FIELD;
    return 0;
}

/* The name is over: the value, or the end of the line, must begin behind the blanks that follow the
 * colon. */
static enum h1_status name_finish(struct h1_parser *p, struct http_header *h)
{
    const char *name = p->base + h->name_off;
    const uint32_t len = p->span_end - h->name_off;
    if (len == 0 || len > UINT16_MAX)
        return h1_refuse(p, 400, h->name_off, "a field name of no length or of too much");
    const bool is_token = !h1_is_lenient(p) || h1_token_span(name, len) == len;
    h->id = is_token ? (uint8_t)http_header_find(name, len) : HTTP_HDR_OTHER;
    h->name_len = (uint16_t)len;
    h->flags = 0;
    uint32_t off = p->span_end + 1;
    while (ascii_is_blank(p->base[off]))
        off++;
    h->value_off = p->span_end = off;
    p->token = TOKEN_VALUE;
    return H1_DONE;
}

static int on_value(llhttp_t *llhttp, const char *at, size_t len)
{
    struct h1_parser *p = llhttp->data;
    const uint32_t off = h1_offset_of(p, at);
    if (len == 0)
        return 0; /* of an empty value, reported a line too late */
    if (p->token == TOKEN_NAME && name_finish(p, http_msg_next_free(p->msg)) == H1_BAD)
        return -1;
    if (off != p->span_end)
        return h1_refuse(p, 400, p->span_end, "folded header field");
    p->span_end = off + (uint32_t)len;
    return 0;
}

static int on_value_complete(llhttp_t *llhttp)
{
    struct h1_parser *p = llhttp->data;
    struct http_header *h = http_msg_next_free(p->msg);
    if (p->token == TOKEN_NAME && name_finish(p, h) == H1_BAD)
        return -1;
    uint32_t end = p->span_end;
    p->next_line = end + 2;
    p->token = TOKEN_NONE;
    while (ascii_is_blank(p->base[end - 1]) && end > h->value_off)
        end--;
    h->value_len = end - h->value_off;
    http_msg_append(p->msg);
    return 0;
}

static int on_head_complete(llhttp_t *llhttp)
{
    (void)llhttp;
    return HPE_PAUSED; /* what follows is for others */
}

const llhttp_settings_t h1_head_settings = {
    .on_url = on_target,
    .on_version = on_version,
    .on_version_complete = on_version_complete,
    .on_status = on_reason,
    .on_status_complete = on_status_complete,
    .on_header_field = on_name,
    .on_header_value = on_value,
    .on_header_value_complete = on_value_complete,
    .on_headers_complete = on_head_complete,
};

const llhttp_settings_t h1_fields_settings = {
    .on_header_field = on_name,
    .on_header_value = on_value,
    .on_header_value_complete = on_value_complete,
    .on_headers_complete = on_head_complete,
};
