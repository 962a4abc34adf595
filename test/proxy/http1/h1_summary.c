/* SPDX-License-Identifier: Apache-2.0 */
/* See h1_summary.h. */
#include "test/proxy/http1/h1_summary.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    uint32_t flag;
    const char *word;
} flag_words[] = {
    {HTTP_MSG_KEEP_ALIVE, "keep"},
    {HTTP_MSG_CONN_OTHER, "other-token"},
    {HTTP_MSG_UPGRADE, "upgrade"},
    {HTTP_MSG_UPGRADE_H2C, "h2c"},
    {HTTP_MSG_UPGRADE_WEBSOCKET, "websocket"},
    {HTTP_MSG_EXPECT_CONTINUE, "expect"},
    {HTTP_MSG_LENGTH_REPEATED, "repeated"},
    {HTTP_MSG_VERSION_ODD, "odd-version"},
};

static void add(char *out, const char *format, ...)
{
    const size_t used = strlen(out);
    va_list args;
    va_start(args, format);
    vsnprintf(out + used, H1_SUMMARY_MAX - used, format, args);
    va_end(args);
}

static void add_framing(char *out, const struct http_msg *m)
{
    add(out, " 1.%u", m->version_minor);
    if (m->body == HTTP_BODY_LENGTH)
        add(out, " length=%" PRIu64, m->content_length);
    if (m->body == HTTP_BODY_CHUNKED)
        add(out, " chunked");
    if (m->body == HTTP_BODY_UNTIL_CLOSE)
        add(out, " until-close");
    for (size_t i = 0; i < sizeof(flag_words) / sizeof(flag_words[0]); i++) {
        if (m->flags & flag_words[i].flag)
            add(out, " %s", flag_words[i].word);
    }
}

/* What holds for every head that passes, whatever is in it. */
static void assert_sound(const struct http_msg *m, const char *base, size_t len)
{
    assert(m->head_bytes <= len && m->header_count <= HTTP_MAX_HEADERS);
    for (unsigned i = 0; i < m->header_count; i++) {
        const struct http_header *h = &m->headers[i];
        assert(h->name_len > 0 && base[h->name_off + h->name_len] == ':');
        assert(h->value_off > h->name_off + h->name_len);
        assert(h->value_off + h->value_len < m->head_bytes);
        assert(memchr(base + h->value_off, '\n', h->value_len) == NULL);
        assert(h->value_len == 0 || strchr(" \t", base[h->value_off]) == NULL ||
               base[h->value_off] == '\0');
        assert(h->id == HTTP_HDR_OTHER || m->first[h->id] <= i + 1);
    }
}

static void summarize(const struct h1_parser *p, enum h1_status status, const char *base,
                      size_t len, char *out)
{
    const struct http_msg *m = p->msg;
    out[0] = '\0';
    if (status == H1_MORE) {
        add(out, "more");
        return;
    }
    if (status == H1_BAD) {
        assert(p->error.reason != NULL && p->error.offset <= len);
        add(out, "%u %s", p->error.status, p->error.reason);
        return;
    }
    assert_sound(m, base, len);
    if (p->llhttp.type == HTTP_REQUEST)
        add(out, "%.*s %.*s", m->method_len, base + m->method_off, (int)m->target_len,
            base + m->target_off);
    else
        add(out, "%u %.*s", m->status, m->reason_len, base + m->reason_off);
    add_framing(out, m);
    if (m->head_bytes != len)
        add(out, " +%zu", len - m->head_bytes);
}

/* Parses a copy of the first bytes; the copy has no byte to spare. */
static enum h1_status parse_copy(struct h1_parser *p, const char *in, size_t len, size_t whole_len,
                                 char *out)
{
    char *copy = malloc(len > 0 ? len : 1);
    assert(copy != NULL);
    memcpy(copy, in, len);
    const enum h1_status status = h1_head_parse(p, copy, len);
    summarize(p, status, in, status == H1_DONE ? whole_len : len, out);
    free(copy);
    return status;
}

void h1_summary_split(h1_begin *begin, const char *in, size_t len, size_t first,
                      char out[H1_SUMMARY_MAX])
{
    struct http_msg msg;
    struct h1_parser p;
    memset(&msg, 0xa5, sizeof(msg));
    begin(&p, &msg);
    if (parse_copy(&p, in, first, len, out) == H1_MORE && first < len)
        parse_copy(&p, in, len, len, out);
}

void h1_summary_bytes(h1_begin *begin, const char *in, size_t len, char out[H1_SUMMARY_MAX])
{
    struct http_msg msg;
    struct h1_parser p;
    memset(&msg, 0xa5, sizeof(msg));
    begin(&p, &msg);
    strcpy(out, "more");
    for (size_t n = 1; n <= len; n++) {
        if (parse_copy(&p, in, n, len, out) != H1_MORE)
            return;
    }
}
