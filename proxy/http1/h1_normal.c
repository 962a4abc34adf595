/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The port that a scheme has by default is no part of whom a request is for (RFC 3986 6.2.3). HAProxy
 * takes it away from an absolute target, and from Host, before any rule or log sees them.
 *
 *   GET http://a:80/ HTTP/1.1     what stands before the port moves up, so that the line stays in one
 *      GET http://a/ HTTP/1.1     piece and no room is needed
 */
#include <string.h>

#include "proxy/http1/edit.h"

/* How many bytes of an authority are its port with the colon; 0: it has none. */
static uint32_t port_bytes(const char *authority, uint32_t len)
{
    for (uint32_t i = len; i > 0 && authority[i - 1] != ']'; i--) {
        if (authority[i - 1] == ':')
            return len - i + 1;
    }
    return 0;
}

static bool is_text(const char *at, uint32_t len, const char *text)
{
    return len == strlen(text) && memcmp(at, text, len) == 0;
}

/* With its colon: the default of the scheme or, as nobody else could be meant, empty. */
static bool is_default(const struct http_msg *m, const char *base, const char *port, uint32_t len)
{
    if (m->target_form == HTTP_TARGET_AUTHORITY)
        return is_text(port, len, ":80") || is_text(port, len, ":443");
    return is_text(port, len, ":") ||
           is_text(port, len, base[m->target_off + 4] == ':' ? ":80" : ":443");
}

static void cut_target(struct http_msg *m, char *base, uint32_t cut)
{
    uint32_t before = m->authority_off + m->authority_len - cut - m->method_off;
    memmove(base + m->method_off + cut, base + m->method_off, before);
    m->method_off += cut;
    m->target_off += cut;
    m->target_len -= cut;
    m->authority_off += cut;
    m->authority_len -= cut;
}

bool edit_drop_default_port(struct http_edit *e)
{
    struct http_msg *m = e->msg;
    const struct http_header *host = http_msg_first(m, HTTP_HDR_HOST);
    uint32_t cut = port_bytes(e->base + m->authority_off, m->authority_len);
    const char *end = e->base + m->authority_off + m->authority_len;
    if (cut == 0 || !is_default(m, e->base, end - cut, cut))
        return true;
    bool is_connect = m->target_form == HTTP_TARGET_AUTHORITY;
    if (!is_connect) /* CONNECT needs its port */
        cut_target(m, e->base, cut);
    if (host == NULL)
        return true;
    const char *value = e->base + host->value_off;
    uint32_t host_cut = port_bytes(value, host->value_len);
    if (host_cut == 0 || (is_connect && host_cut == 1))
        return true;
    return edit_replace(e, (unsigned)(host - m->headers), value, host->value_len - host_cut);
}
