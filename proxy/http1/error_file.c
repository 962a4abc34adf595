/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Error files: a whole HTTP response that somebody wrote by hand years ago, mostly HTTP/1.0 and
 * without a Content-Length, often with bare LF. They are read leniently and written anew, so that
 * they may go out on a connection that lives on.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proxy/http1/error_pages.h"
#include "proxy/http1/h1.h"

/* Where a page is written to; `used` grows past `room` when it does not fit. */
struct output {
    char *to;
    size_t room;
    size_t used;
};

static void put(struct output *out, const char *bytes, size_t len)
{
    if (len <= out->room && out->used <= out->room - len)
        memcpy(out->to + out->used, bytes, len);
    out->used += len;
}

static void put_text(struct output *out, const char *text)
{
    put(out, text, strlen(text));
}

/* The connection is the stream's business, and the length is counted anew. */
static bool is_kept(enum http_header_id id)
{
    return id != HTTP_HDR_CONNECTION && id != HTTP_HDR_KEEP_ALIVE &&
           id != HTTP_HDR_PROXY_CONNECTION;
}

static void put_head(struct output *out, const char *text, const struct http_msg *m,
                     size_t body_len)
{
    char line[64], length[64];
    bool has_length = false;
    snprintf(line, sizeof(line), "HTTP/1.1 %u ", m->status);
    snprintf(length, sizeof(length), "content-length: %zu\r\n", body_len);
    put_text(out, line);
    put(out, text + m->reason_off, m->reason_len);
    put_text(out, "\r\n");
    for (unsigned i = 0; i < m->header_count; i++) {
        const struct http_header *h = &m->headers[i];
        if (!is_kept(h->id))
            continue;
        if (h->id == HTTP_HDR_CONTENT_LENGTH) { /* in its place, once */
            put_text(out, has_length ? "" : length);
            has_length = true;
            continue;
        }
        put(out, text + h->name_off, h->name_len);
        put_text(out, ": ");
        put(out, text + h->value_off, h->value_len);
        put_text(out, "\r\n");
    }
    put_text(out, has_length ? "" : length);
    put_text(out, "\r\n");
}

__attribute__((format(printf, 2, 3))) static int complain(char *complaint, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(complaint, ERROR_PAGE_COMPLAINT_MAX, format, args);
    va_end(args);
    return -1;
}

/* What HAProxy refuses in an error file besides bad syntax. */
static int body_check(const struct http_msg *m, size_t body_len, char *complaint)
{
    if (m->status < 200)
        return complain(complaint, "status %u cannot end a request", m->status);
    if (m->body == HTTP_BODY_CHUNKED)
        return complain(complaint, "a chunked body is not supported");
    if (m->body == HTTP_BODY_NONE && body_len > 0)
        return complain(complaint, "status %u or its Content-Length allows no body", m->status);
    if (m->body == HTTP_BODY_LENGTH && m->content_length != body_len)
        return complain(complaint, "the body has %zu bytes, not the %" PRIu64 " of Content-Length",
                        body_len, m->content_length);
    return 0;
}

int64_t error_page_load(const char *text, size_t len, char *to, size_t room,
                        struct error_page *page_out, char complaint[ERROR_PAGE_COMPLAINT_MAX])
{
    *page_out = (struct error_page){.bytes = to};
    if (len == 0)
        return 0;
    struct http_msg m;
    struct h1_parser p;
    h1_response_init(&p, &m, HTTP_METHOD_GET, H1_LENIENT);
    switch (h1_head_parse(&p, text, len)) {
    case H1_BAD:
        return complain(complaint, "not an HTTP response: %s (byte %" PRIu32 ")", p.error.reason,
                        p.error.offset);
    case H1_MORE:
        return complain(complaint, "no empty line ends the head");
    case H1_DONE:
        break;
    }
    const size_t body_len = len - m.head_bytes;
    if (body_check(&m, body_len, complaint) < 0)
        return -1;
    struct output out = {.to = to, .room = room};
    put_head(&out, text, &m, body_len);
    page_out->status = m.status;
    page_out->head_len = (uint32_t)out.used;
    put(&out, text + m.head_bytes, body_len);
    page_out->len = (uint32_t)out.used;
    return out.used <= room ? (int64_t)out.used : complain(complaint, "the page is too large");
}
