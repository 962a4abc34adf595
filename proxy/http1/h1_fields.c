/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fields of a head mean for the message itself: where its body ends, whether the
 * connection lives on, whether it turns into something else. RFC 9112 6.3 and 9.3. Whatever could
 * be read in two ways is refused: a wrong guess here is somebody else's request.
 */
#include <string.h>

#include "proxy/base/ascii.h"
#include "proxy/http1/h1_priv.h"

/* Digits from *at on; false if there is none, or more than fit a signed 64-bit count. */
static bool digits_read(const char **at, const char *end, uint64_t *number_out)
{
    const char *from = *at;
    uint64_t number = 0;
    for (; *at < end && ascii_is_digit(**at); ++*at) {
        const unsigned digit = (unsigned)(**at - '0');
        if (number > ((uint64_t)INT64_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *number_out = number;
    return *at > from;
}

/*
 * RFC 9110 8.6: one number. HAProxy takes "5, 5" for 5 as the RFC allows, so a list of equal
 * numbers passes. Of the value only the digits of the last are to be forwarded, as there.
 */
static bool length_read(const char *at, const char *end, uint64_t *length_out,
                        const char **last_out, uint32_t *digits_out)
{
    *last_out = at;
    if (!digits_read(&at, end, length_out))
        return false;
    *digits_out = (uint32_t)(at - *last_out);
    for (at = ascii_skip_blanks(at, end); at < end; at = ascii_skip_blanks(at, end)) {
        uint64_t again;
        if (*at != ',')
            return false;
        *last_out = at = ascii_skip_blanks(at + 1, end);
        if (!digits_read(&at, end, &again) || again != *length_out)
            return false;
        *digits_out = (uint32_t)(at - *last_out);
    }
    return true;
}

/* One length, once: repetitions of the same are dropped, and the value shrinks to one number. */
static enum h1_status length_check(struct h1_parser *p)
{
    struct http_msg *m = p->msg;
    struct http_header *const first = http_msg_first(m, HTTP_HDR_CONTENT_LENGTH);
    if (first == NULL)
        return H1_DONE;
    for (struct http_header *h = first; h != NULL; h = http_msg_next(m, h)) {
        const char *value = p->base + h->value_off, *last;
        uint64_t length;
        uint32_t digits;
        if (!length_read(value, value + h->value_len, &length, &last, &digits))
            return h1_refuse(p, 400, h->value_off, "invalid Content-Length");
        if (h != first && length != m->content_length)
            return h1_refuse(p, 400, h->value_off, "two different Content-Length fields");
        m->content_length = length;
        if (h != first)
            h->flags |= HTTP_HEADER_DROP;
        if (h != first || digits != h->value_len)
            m->flags |= HTTP_MSG_LENGTH_REPEATED;
        h->value_off = (uint32_t)(last - p->base);
        h->value_len = digits;
    }
    m->flags |= HTTP_MSG_HAS_LENGTH;
    return H1_DONE;
}

static void drop_all(struct http_msg *m, enum http_header_id id)
{
    for (struct http_header *h = http_msg_first(m, id); h != NULL; h = http_msg_next(m, h))
        h->flags |= HTTP_HEADER_DROP;
}

/*
 * A length beside chunks is an attack or a mistake. Who asked for leniency gets HAProxy's reading,
 * that of RFC 9112 6.3: the length goes, and this is the last message on the connection.
 */
static enum h1_status length_overruled(struct h1_parser *p, const struct http_header *coding)
{
    struct http_msg *m = p->msg;
    if (!h1_is_lenient(p))
        return h1_refuse(p, 400, coding->name_off, "both Content-Length and Transfer-Encoding");
    drop_all(m, HTTP_HDR_CONTENT_LENGTH);
    m->content_length = 0;
    m->flags &= ~(uint32_t)HTTP_MSG_HAS_LENGTH;
    m->flags |= HTTP_MSG_CONN_CLOSE;
    return H1_DONE;
}

/* The one transfer coding anybody needs is chunked, alone. */
static enum h1_status coding_check(struct h1_parser *p)
{
    struct http_msg *m = p->msg;
    const struct http_header *h = http_msg_first(m, HTTP_HDR_TRANSFER_ENCODING);
    if (h == NULL)
        return H1_DONE;
    if (m->version_minor == 0)
        return h1_refuse(p, 400, h->name_off, "Transfer-Encoding in HTTP/1.0");
    if (http_msg_next(m, h) != NULL)
        return h1_refuse(p, 400, h->name_off, "several Transfer-Encoding fields");
    if (h->value_len != 7 || !http_text_same(p->base + h->value_off, "chunked", 7))
        return h1_refuse(p, 400, h->value_off, "Transfer-Encoding is not \"chunked\"");
    if ((m->flags & HTTP_MSG_HAS_LENGTH) != 0 && length_overruled(p, h) == H1_BAD)
        return H1_BAD;
    m->body = HTTP_BODY_CHUNKED;
    return H1_DONE;
}

static const struct {
    const char *token;
    uint8_t len;
    uint32_t flag;
} connection_tokens[] = {
    {"close", 5, HTTP_MSG_CONN_CLOSE},
    {"keep-alive", 10, HTTP_MSG_CONN_KEEP_ALIVE},
    {"upgrade", 7, HTTP_MSG_CONN_UPGRADE},
};

static uint32_t connection_token_flag(const char *token, size_t len)
{
    for (size_t i = 0; i < sizeof(connection_tokens) / sizeof(connection_tokens[0]); i++) {
        if (connection_tokens[i].len == len &&
            http_text_same(token, connection_tokens[i].token, len))
            return connection_tokens[i].flag;
    }
    return HTTP_MSG_CONN_OTHER;
}

/* Rules do not see the words that are about this connection alone, as with HAProxy: what stays is what stands between the
 * first and the last other word. */
static uint32_t connection_field_read(struct http_header *h, const char *base)
{
    const uint32_t hidden = HTTP_MSG_CONN_CLOSE | HTTP_MSG_CONN_KEEP_ALIVE;
    const char *at = base + h->value_off, *end = at + h->value_len;
    const char *kept = NULL, *kept_end = NULL, *token;
    uint32_t flags = 0;
    size_t len;
    while (http_list_next(&at, end, &token, &len)) {
        const uint32_t flag = connection_token_flag(token, len);
        flags |= flag;
        if ((flag & hidden) != 0)
            continue;
        kept = kept == NULL ? token : kept;
        kept_end = token + len;
    }
    if (kept == NULL) {
        h->flags |= HTTP_HEADER_DROP;
        return flags;
    }
    h->value_off = (uint32_t)(kept - base);
    h->value_len = (uint32_t)(kept_end - kept);
    return flags;
}

static void connection_read(struct h1_parser *p)
{
    struct http_msg *m = p->msg;
    for (struct http_header *h = http_msg_first(m, HTTP_HDR_CONNECTION); h != NULL;
         h = http_msg_next(m, h))
        m->flags |= connection_field_read(h, p->base);
    const bool wanted = m->version_minor == 1 || (m->flags & HTTP_MSG_CONN_KEEP_ALIVE) != 0;
    if (wanted && (m->flags & HTTP_MSG_CONN_CLOSE) == 0)
        m->flags |= HTTP_MSG_KEEP_ALIVE;
}

static bool protocol_is(const char *protocol, size_t len, const char *name)
{
    const size_t name_len = strlen(name);
    return len >= name_len && http_text_same(protocol, name, name_len) &&
           (len == name_len || protocol[name_len] == '/');
}

/* RFC 9110 7.8: without its token in Connection, Upgrade means nothing. */
static void upgrade_read(struct h1_parser *p)
{
    struct http_msg *m = p->msg;
    const struct http_header *h = http_msg_first(m, HTTP_HDR_UPGRADE);
    if (h == NULL || (m->flags & HTTP_MSG_CONN_UPGRADE) == 0 || m->version_minor == 0)
        return;
    for (; h != NULL; h = http_msg_next(m, h)) {
        const char *at = p->base + h->value_off;
        const char *protocol;
        size_t len;
        for (const char *end = at + h->value_len; http_list_next(&at, end, &protocol, &len);) {
            m->flags |= HTTP_MSG_UPGRADE;
            if (protocol_is(protocol, len, "h2c"))
                m->flags |= HTTP_MSG_UPGRADE_H2C;
            if (protocol_is(protocol, len, "websocket"))
                m->flags |= HTTP_MSG_UPGRADE_WEBSOCKET;
        }
    }
}

/* RFC 6455 4.1, 4.2.2: without its key nobody could tell that the other side has understood the handshake. */
static bool is_half_websocket(const struct http_msg *m, enum http_header_id key)
{
    const uint32_t asks = HTTP_MSG_UPGRADE | HTTP_MSG_UPGRADE_WEBSOCKET;
    return (m->flags & asks) == asks && m->first[key] == 0;
}

static void expect_read(struct h1_parser *p)
{
    struct http_msg *m = p->msg;
    const struct http_header *h = http_msg_first(m, HTTP_HDR_EXPECT);
    if (h != NULL && m->version_minor == 1 && h->value_len == 12 &&
        http_text_same(p->base + h->value_off, "100-continue", 12))
        m->flags |= HTTP_MSG_EXPECT_CONTINUE;
}

/* What requests and responses have in common. */
static enum h1_status framing_check(struct h1_parser *p)
{
    if (length_check(p) == H1_BAD || coding_check(p) == H1_BAD)
        return H1_BAD;
    if (p->msg->content_length > 0)
        p->msg->body = HTTP_BODY_LENGTH;
    connection_read(p);
    upgrade_read(p);
    return H1_DONE;
}

/* Old servers answer these without reading the body, and then take it for the next request. */
static bool is_body_ignored(const struct http_msg *m)
{
    return m->version_minor == 0 &&
           (m->method == HTTP_METHOD_GET || m->method == HTTP_METHOD_HEAD ||
            m->method == HTTP_METHOD_DELETE);
}

enum h1_status h1_request_finish(struct h1_parser *p)
{
    struct http_msg *m = p->msg;
    if (framing_check(p) == H1_BAD)
        return H1_BAD;
    if (m->body != HTTP_BODY_NONE && is_body_ignored(m))
        return h1_refuse(p, 413, m->method_off, "GET, HEAD or DELETE with a body in HTTP/1.0");
    if (m->method == HTTP_METHOD_CONNECT && m->body != HTTP_BODY_NONE)
        return h1_refuse(p, 400, m->method_off, "CONNECT with a body");
    if (is_half_websocket(m, HTTP_HDR_SEC_WEBSOCKET_KEY))
        return h1_refuse(p, 400, m->method_off, "a WebSocket handshake without Sec-WebSocket-Key");
    expect_read(p);
    return h1_target_check(p);
}

static bool is_bodiless(const struct h1_parser *p, bool is_tunnel)
{
    const uint16_t status = p->msg->status;
    return status < 200 || http_status_is_bodiless(status) || is_tunnel ||
           p->request_method == HTTP_METHOD_HEAD;
}

enum h1_status h1_response_finish(struct h1_parser *p)
{
    struct http_msg *m = p->msg;
    if (framing_check(p) == H1_BAD)
        return H1_BAD;
    bool is_for_use = (p->options & H1_RELAXED) == 0; /* a probe only looks whether it would be */
    if (m->status == 101 && is_for_use && is_half_websocket(m, HTTP_HDR_SEC_WEBSOCKET_ACCEPT))
        return h1_refuse(p, 502, 0, "a WebSocket handshake without Sec-WebSocket-Accept");
    const bool is_tunnel =
        p->request_method == HTTP_METHOD_CONNECT && m->status >= 200 && m->status < 300;
    if (is_bodiless(p, is_tunnel)) {
        m->body = HTTP_BODY_NONE;
        /* RFC 9110 8.6, RFC 9112 6.1: framing fields may not be in these; HAProxy drops them too */
        if (m->status < 200 || m->status == 204 || is_tunnel) {
            drop_all(m, HTTP_HDR_CONTENT_LENGTH);
            drop_all(m, HTTP_HDR_TRANSFER_ENCODING);
        }
    } else if (m->body == HTTP_BODY_NONE && (m->flags & HTTP_MSG_HAS_LENGTH) == 0) {
        m->body = HTTP_BODY_UNTIL_CLOSE;
        m->flags &= ~(uint32_t)HTTP_MSG_KEEP_ALIVE;
    }
    return H1_DONE;
}
