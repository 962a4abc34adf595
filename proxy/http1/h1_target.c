/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom a request is for: the four forms of a target (RFC 9112 3.2), what an authority may look like
 * (RFC 3986 3.2), and that the target and the Host field name the same one, as HAProxy insists.
 * With two readings of that a cache or a virtual host behind us answers for the wrong site.
 */
#include <string.h>

#include "proxy/http1/h1_priv.h"

enum char_class {
    CHAR_TOKEN = 1, /* RFC 9110 5.6.2 */
    CHAR_NAME = 2,  /* of a registered name, RFC 3986 3.2.2, but for '%' and joined fields' ',' */
    CHAR_HEX = 4,
    CHAR_DIGIT = 8,
};

enum {
    T = CHAR_TOKEN,
    N = CHAR_NAME,
    B = CHAR_TOKEN | CHAR_NAME,
    X = CHAR_TOKEN | CHAR_NAME | CHAR_HEX,
    D = CHAR_TOKEN | CHAR_NAME | CHAR_HEX | CHAR_DIGIT,
};

/* clang-format off */
static const uint8_t char_classes[256] = {
    /*         0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f */
    /* 2x */ [0x20] =
               0, B, 0, T, B, T, B, B, N, N, B, B, 0, B, B, 0,
    /* 3x */   D, D, D, D, D, D, D, D, D, D, 0, N, 0, N, 0, 0,
    /* 4x */   0, X, X, X, X, X, X, B, B, B, B, B, B, B, B, B,
    /* 5x */   B, B, B, B, B, B, B, B, B, B, B, 0, 0, 0, T, B,
    /* 6x */   T, X, X, X, X, X, X, B, B, B, B, B, B, B, B, B,
    /* 7x */   B, B, B, B, B, B, B, B, B, B, B, 0, T, 0, B, 0,
};
/* clang-format on */

static bool char_is(char c, unsigned classes)
{
    return (char_classes[(unsigned char)c] & classes) != 0;
}

size_t h1_token_span(const char *text, size_t len)
{
    size_t n = 0;
    while (n < len && char_is(text[n], CHAR_TOKEN))
        n++;
    return n;
}

/* An authority without userinfo, taken apart. */
struct authority {
    const char *host; /* with the brackets of an IPv6 address */
    size_t host_len;
    int port; /* -1: none given */
};

/* Behind the address in brackets; NULL if it cannot be one. */
static const char *skip_ip_literal(const char *at, const char *end)
{
    const char *from = ++at;
    while (at < end && (char_is(*at, CHAR_HEX) || *at == ':' || *at == '.'))
        at++;
    return at - from >= 2 && at < end && *at == ']' ? at + 1 : NULL;
}

static const char *skip_name(const char *at, const char *end)
{
    for (; at < end; at++) {
        if (char_is(*at, CHAR_NAME))
            continue;
        if (*at != '%')
            break;
        if (end - at < 3 || !char_is(at[1], CHAR_HEX) || !char_is(at[2], CHAR_HEX))
            return NULL;
        at += 2;
    }
    return at;
}

/* The offending byte, or NULL if all is well. The host may be empty, and so may a port. */
static const char *authority_read(const char *at, size_t len, struct authority *out)
{
    const char *end = at + len;
    const char *from = at;
    at = at < end && *at == '[' ? skip_ip_literal(at, end) : skip_name(at, end);
    if (at == NULL)
        return from;
    *out = (struct authority){.host = from, .host_len = (size_t)(at - from), .port = -1};
    if (at == end)
        return NULL;
    if (*at != ':')
        return at;
    int port = -1;
    for (at++; at < end && char_is(*at, CHAR_DIGIT); at++) {
        port = (port < 0 ? 0 : port * 10) + (*at - '0');
        if (port > UINT16_MAX)
            return at;
    }
    out->port = port;
    return at < end || out->host_len == 0 ? at : NULL;
}

/* HAProxy compares without the port a scheme has by default; CONNECT has none, so either will do.
 */
static bool port_is_default(const struct http_msg *m, const char *target, int port)
{
    if (m->target_form == HTTP_TARGET_AUTHORITY)
        return port == 80 || port == 443;
    return port == (target[4] == ':' ? 80 : 443);
}

static bool authority_same(const struct http_msg *m, const char *target, const struct authority *a,
                           const struct authority *b)
{
    if (a->host_len != b->host_len || !http_text_same(a->host, b->host, a->host_len))
        return false;
    if (a->port == b->port)
        return true;
    if (m->target_form == HTTP_TARGET_AUTHORITY && b->port >= 0)
        return false; /* two ports, and no scheme to make them the same */
    return (a->port < 0 || port_is_default(m, target, a->port)) &&
           (b->port < 0 || port_is_default(m, target, b->port));
}

/* "http://" or "https://": its length; 0 for anything else. */
static uint32_t scheme_len(const char *target, uint32_t len)
{
    if (len >= 7 && http_text_same(target, "http://", 7))
        return 7;
    return len >= 8 && http_text_same(target, "https://", 8) ? 8 : 0;
}

static void authority_locate(struct http_msg *m, const char *target, uint32_t scheme)
{
    uint32_t end = scheme;
    while (end < m->target_len && target[end] != '/' && target[end] != '?')
        end++;
    m->authority_off = m->target_off + scheme;
    m->authority_len = end - scheme;
    m->path_off = m->target_off + end;
}

/* Tells the form of the target, and where its parts are; false if it has none of the four. */
static bool target_locate(struct http_msg *m, const char *target)
{
    const bool is_connect = m->method == HTTP_METHOD_CONNECT;
    m->path_off = m->target_off;
    if (target[0] == '/')
        return !is_connect;
    if (m->target_len == 1 && target[0] == '*') {
        m->target_form = HTTP_TARGET_ASTERISK;
        m->path_off = m->target_off + 1;
        return m->method == HTTP_METHOD_OPTIONS;
    }
    if (is_connect) {
        m->target_form = HTTP_TARGET_AUTHORITY;
        m->authority_off = m->target_off;
        m->authority_len = m->target_len;
        m->path_off = m->target_off + m->target_len;
        return true;
    }
    const uint32_t scheme = scheme_len(target, m->target_len);
    if (scheme == 0)
        return false;
    m->target_form = HTTP_TARGET_ABSOLUTE;
    authority_locate(m, target, scheme);
    return true;
}

/* The authority of a target, if it has one, must be whole: a CONNECT without a port goes nowhere.
 */
static enum h1_status target_authority(struct h1_parser *p, struct authority *out)
{
    const struct http_msg *m = p->msg;
    const char *bad = authority_read(p->base + m->authority_off, m->authority_len, out);
    if (bad != NULL)
        return h1_refuse(p, 400, (uint32_t)(bad - p->base), "invalid authority in the target");
    if (out->host_len == 0 || (m->target_form == HTTP_TARGET_AUTHORITY && out->port <= 0))
        return h1_refuse(p, 400, m->authority_off, "the target lacks a host or a port");
    return H1_DONE;
}

static enum h1_status host_check(struct h1_parser *p, struct http_header *h,
                                 const struct authority *target)
{
    struct http_msg *m = p->msg;
    struct authority host;
    const char *bad = authority_read(p->base + h->value_off, h->value_len, &host);
    if (bad != NULL)
        return h1_refuse(p, 400, (uint32_t)(bad - p->base), "invalid Host");
    if (m->authority_len > 0 && !authority_same(m, p->base + m->target_off, target, &host))
        return h1_refuse(p, 400, h->value_off, "Host and target name different authorities");
    return H1_DONE;
}

static enum h1_status target_check_strict(struct h1_parser *p)
{
    struct http_msg *m = p->msg;
    const char *target = p->base + m->target_off;
    const char *fragment = memchr(target, '#', m->target_len);
    if (fragment != NULL)
        return h1_refuse(p, 400, (uint32_t)(fragment - p->base), "fragment in the target");
    if (!target_locate(m, target))
        return h1_refuse(p, 400, m->target_off, "the method has no target of this form");
    struct authority authority = {0};
    if (m->target_form == HTTP_TARGET_ABSOLUTE || m->target_form == HTTP_TARGET_AUTHORITY) {
        if (target_authority(p, &authority) == H1_BAD)
            return H1_BAD;
    }
    struct http_header *h = http_msg_first(m, HTTP_HDR_HOST);
    if (h == NULL && m->version_minor == 1)
        return h1_refuse(p, 400, m->head_bytes - 2, "no Host in HTTP/1.1");
    if (h == NULL)
        return H1_DONE;
    const struct http_header *second = http_msg_next(m, h);
    if (second != NULL)
        return h1_refuse(p, 400, second->name_off, "several Host fields");
    return host_check(p, h, &authority);
}

/* HAProxy then takes any target and any Host, even none; only two different ones it refuses. */
static enum h1_status target_check_lenient(struct h1_parser *p)
{
    struct http_msg *m = p->msg;
    if (!target_locate(m, p->base + m->target_off))
        m->target_form = HTTP_TARGET_ORIGIN;
    const struct http_header *first = http_msg_first(m, HTTP_HDR_HOST);
    if (first == NULL)
        return H1_DONE;
    const char *host = p->base + first->value_off;
    for (struct http_header *h = http_msg_next(m, first); h != NULL; h = http_msg_next(m, h)) {
        if (h->value_len != first->value_len ||
            !http_text_same(host, p->base + h->value_off, h->value_len))
            return h1_refuse(p, 400, h->name_off, "two different Host fields");
        h->flags |= HTTP_HEADER_DROP;
    }
    return H1_DONE;
}

enum h1_status h1_target_check(struct h1_parser *p)
{
    const enum h1_status status =
        h1_is_lenient(p) ? target_check_lenient(p) : target_check_strict(p);
    if (status == H1_DONE && p->msg->first[HTTP_HDR_HOST] != 0)
        p->msg->flags |= HTTP_MSG_HAS_HOST;
    return status;
}
