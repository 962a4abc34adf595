/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a head with llhttp. llhttp checks the syntax, byte by byte; this file turns its spans
 * into offsets, and adds what its version 8 is too kind for:
 *
 *   - every line must begin right behind the CRLF of the one before it. One comparison per line,
 * and bare LF, bare CR, obs-fold and white space before a name have no way left;
 *   - the parts of a start line are one space apart;
 *   - methods: llhttp knows a list, HTTP has any token. An unknown one is checked here, and llhttp
 * is shown a GET in its place;
 *   - what fields mean is not left to llhttp at all: header_state tells it that every field is an
 *     ordinary one, so that there is one reading of Content-Length and its like, in h1_fields.c.
 */
#include <string.h>

#include "proxy/http/h1_priv.h"

enum token {
    TOKEN_NONE, /* between fields */
    TOKEN_NAME,
    TOKEN_COLON, /* the name is over, nothing of the value has come */
    TOKEN_VALUE,
};

enum {
    METHOD_LEN_MAX = 255,
    LLHTTP_ORDINARY_FIELD = 0, /* llhttp's name for it, HEADER_STATE.GENERAL, is not public */
};

static const struct {
    llhttp_errno_t code;
    const char *reason;
} llhttp_reasons[] = {
    {HPE_INVALID_URL, "invalid character in the request target"},
    {HPE_INVALID_VERSION, "malformed HTTP version"},
    {HPE_INVALID_CONSTANT, "malformed start line"},
    {HPE_INVALID_STATUS, "malformed status code"},
    {HPE_INVALID_HEADER_TOKEN, "invalid character in a header field"},
    {HPE_CR_EXPECTED, "a line does not end in CRLF"},
    {HPE_LF_EXPECTED, "CR without LF"},
    {HPE_STRICT, "CR without LF"},
    {HPE_UNEXPECTED_SPACE, "white space before a field name"},
};

static int on_target(llhttp_t *llhttp, const char *at, size_t len);
static int on_version(llhttp_t *llhttp, const char *at, size_t len);
static int on_version_complete(llhttp_t *llhttp);
static int on_reason(llhttp_t *llhttp, const char *at, size_t len);
static int on_status_complete(llhttp_t *llhttp);
static int on_name(llhttp_t *llhttp, const char *at, size_t len);
static int on_name_complete(llhttp_t *llhttp);
static int on_value(llhttp_t *llhttp, const char *at, size_t len);
static int on_value_complete(llhttp_t *llhttp);
static int on_head_complete(llhttp_t *llhttp);

static const llhttp_settings_t head_settings = {
    .on_url = on_target,
    .on_version = on_version,
    .on_version_complete = on_version_complete,
    .on_status = on_reason,
    .on_status_complete = on_status_complete,
    .on_header_field = on_name,
    .on_header_field_complete = on_name_complete,
    .on_header_value = on_value,
    .on_header_value_complete = on_value_complete,
    .on_headers_complete = on_head_complete,
};

/* Where llhttp is shown a made-up start line: of a lenient head, and before a trailer section. */
static const llhttp_settings_t fields_settings = {
    .on_header_field = on_name,
    .on_header_field_complete = on_name_complete,
    .on_header_value = on_value,
    .on_header_value_complete = on_value_complete,
    .on_headers_complete = on_head_complete,
};

static void parser_init(struct h1_parser *p, struct http_msg *msg, llhttp_type_t type,
                        const llhttp_settings_t *settings)
{
    memset(p, 0, offsetof(struct h1_parser, llhttp));
    p->msg = msg;
    http_msg_reset(msg);
    llhttp_init(&p->llhttp, type, settings);
    p->llhttp.data = p;
    p->llhttp.lenient_flags = LENIENT_VERSION; /* on_version_complete() knows what to answer */
}

void h1_request_init(struct h1_parser *p, struct http_msg *msg, unsigned options)
{
    const bool lenient = (options & H1_LENIENT) != 0;
    parser_init(p, msg, HTTP_REQUEST, lenient ? &fields_settings : &head_settings);
    p->options = (uint8_t)options;
    p->stage = H1_STAGE_EMPTY_LINES;
}

void h1_response_init(struct h1_parser *p, struct http_msg *msg, enum http_method method,
                      unsigned options)
{
    const bool lenient = (options & H1_LENIENT) != 0;
    parser_init(p, msg, HTTP_RESPONSE, lenient ? &fields_settings : &head_settings);
    p->options = (uint8_t)options;
    p->request_method = (uint8_t)method;
    p->stage = lenient ? H1_STAGE_EMPTY_LINES : H1_STAGE_LLHTTP;
}

enum h1_status h1_refuse(struct h1_parser *p, unsigned status, uint32_t offset, const char *reason)
{
    p->error = (struct h1_error){.reason = reason, .offset = offset, .status = (uint16_t)status};
    p->stage = H1_STAGE_BAD;
    return H1_BAD;
}

/* ---- the start line -----------------------------------------------------------------------------
 */

static uint32_t offset_of(const struct h1_parser *p, const char *at)
{
    return p->shown_off + (uint32_t)(at - p->shown);
}

static bool is_lenient(const struct h1_parser *p)
{
    return (p->options & H1_LENIENT) != 0;
}

static int on_target(llhttp_t *llhttp, const char *at, size_t len)
{
    struct h1_parser *p = llhttp->data;
    struct http_msg *m = p->msg;
    if (m->target_off == 0)
        m->target_off = offset_of(p, at);
    m->target_len += (uint32_t)len;
    if (m->target_off != m->method_off + m->method_len + 1)
        return h1_refuse(p, 400, m->target_off - 1, "more than one space before the target");
    return 0;
}

static int on_version(llhttp_t *llhttp, const char *at, size_t len)
{
    struct h1_parser *p = llhttp->data;
    p->span_end = offset_of(p, at) + (uint32_t)len;
    return 0;
}

static int on_version_complete(llhttp_t *llhttp)
{
    struct h1_parser *p = llhttp->data;
    struct http_msg *m = p->msg;
    const bool is_request = llhttp->type == HTTP_REQUEST;
    const uint32_t before = is_request ? m->target_off + m->target_len : 0;
    const char *want = is_request ? " HTTP/" : "HTTP/";
    const uint32_t version_off = before + (uint32_t)strlen(want);
    if (p->span_end != version_off + 3 || memcmp(p->base + before, want, strlen(want)) != 0)
        return h1_refuse(p, 400, before, "malformed start line");
    if (llhttp->http_major != 1)
        return h1_refuse(p, 505, version_off, "HTTP version is not 1.0 or 1.1");
    /* a higher minor version is read as the highest known one, RFC 9110 2.5 */
    m->version_minor = llhttp->http_minor != 0;
    p->next_line = p->span_end + 2;
    return 0;
}

static int on_reason(llhttp_t *llhttp, const char *at, size_t len)
{
    struct h1_parser *p = llhttp->data;
    if (p->msg->reason_off == 0)
        p->msg->reason_off = offset_of(p, at);
    p->span_end = offset_of(p, at) + (uint32_t)len;
    return 0;
}

static int on_status_complete(llhttp_t *llhttp)
{
    struct h1_parser *p = llhttp->data;
    struct http_msg *m = p->msg;
    const uint32_t code_end = p->next_line - 2 + 4; /* on_version_complete() was before the code */
    const bool has_space = p->base[code_end] == ' ';
    m->status = llhttp->status_code;
    if (m->status < 100 || m->status > 999)
        return h1_refuse(p, 400, code_end - 3, "status code out of range");
    if (m->reason_off == 0)
        m->reason_off = p->span_end = code_end + has_space;
    else if (m->reason_off != code_end + 1 || !has_space)
        return h1_refuse(p, 400, code_end, "malformed status line");
    const uint32_t reason_len = p->span_end - m->reason_off;
    for (uint32_t i = 0; i < reason_len; i++) {
        const unsigned char c = (unsigned char)p->base[m->reason_off + i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return h1_refuse(p, 400, m->reason_off + i, "control character in the status line");
    }
    if (reason_len > UINT16_MAX)
        return h1_refuse(p, 400, m->reason_off, "the reason phrase is too long");
    m->reason_len = (uint16_t)reason_len;
    p->next_line = p->span_end + 2;
    return 0;
}

/* ---- fields -------------------------------------------------------------------------------------
 */

/* Does a line begin at off, that is behind the CRLF of the line before it? */
static bool is_line_start(const struct h1_parser *p, uint32_t off)
{
    if (is_lenient(p))
        return true; /* h1_lenient.c has cut the lines itself */
    return off == p->next_line &&
           (off == 0 || (p->base[off - 2] == '\r' && p->base[off - 1] == '\n'));
}

static struct http_header *field_begin(struct h1_parser *p, uint32_t off)
{
    struct http_msg *m = p->msg;
    if (!is_line_start(p, off)) {
        h1_refuse(p, 400, p->next_line, "a line does not end in CRLF, or is folded");
        return NULL;
    }
    if (m->header_count == HTTP_MAX_HEADERS) {
        h1_refuse(p, 431, off, "too many header fields");
        return NULL;
    }
    struct http_header *h = &m->headers[m->header_count];
    *h = (struct http_header){.name_off = off};
    p->token = TOKEN_NAME;
    return h;
}

static int on_name(llhttp_t *llhttp, const char *at, size_t len)
{
    struct h1_parser *p = llhttp->data;
    const uint32_t off = offset_of(p, at);
    if (p->token == TOKEN_NONE && field_begin(p, off) == NULL)
        return -1;
    p->span_end = off + (uint32_t)len;
    return 0;
}

static int on_name_complete(llhttp_t *llhttp)
{
    struct h1_parser *p = llhttp->data;
    struct http_header *h = &p->msg->headers[p->msg->header_count];
    const char *name = p->base + h->name_off;
    const uint32_t len = p->span_end - h->name_off;
    if (len == 0 || len > UINT16_MAX)
        return h1_refuse(p, 400, h->name_off, "a field name of no length or of too much");
    h->name_len = (uint16_t)len;
    if (!is_lenient(p) || h1_token_span(name, len) == len)
        h->id = (uint8_t)http_header_find(name, len);
    llhttp->header_state = LLHTTP_ORDINARY_FIELD;
    p->token = TOKEN_COLON;
    return 0;
}

/* Skips blanks behind the colon: where a value begins, or the line ends. */
static uint32_t value_start(const struct h1_parser *p, const struct http_header *h)
{
    uint32_t off = h->name_off + h->name_len + 1u;
    while (h1_is_blank(p->base[off]))
        off++;
    return off;
}

static int on_value(llhttp_t *llhttp, const char *at, size_t len)
{
    struct h1_parser *p = llhttp->data;
    struct http_header *h = &p->msg->headers[p->msg->header_count];
    const uint32_t off = offset_of(p, at);
    if (len == 0)
        return 0; /* of an empty value, reported a line too late */
    const uint32_t want = p->token == TOKEN_COLON ? value_start(p, h) : p->span_end;
    if (off != want)
        return h1_refuse(p, 400, want, "folded header field");
    if (p->token == TOKEN_COLON)
        h->value_off = off;
    p->token = TOKEN_VALUE;
    p->span_end = off + (uint32_t)len;
    return 0;
}

static int on_value_complete(llhttp_t *llhttp)
{
    struct h1_parser *p = llhttp->data;
    struct http_msg *m = p->msg;
    struct http_header *h = &m->headers[m->header_count];
    if (p->token == TOKEN_COLON)
        h->value_off = p->span_end = value_start(p, h);
    p->next_line = p->span_end + 2;
    p->token = TOKEN_NONE;
    uint32_t end = p->span_end;
    while (end > h->value_off && h1_is_blank(p->base[end - 1]))
        end--;
    h->value_len = end - h->value_off;
    const struct http_header field = *h;
    return http_msg_append(m, &field) ? 0 : -1;
}

static int on_head_complete(llhttp_t *llhttp)
{
    (void)llhttp;
    return HPE_PAUSED; /* what follows is for others */
}

/* ---- driving llhttp -----------------------------------------------------------------------------
 */

static enum h1_status head_end(struct h1_parser *p)
{
    struct http_msg *m = p->msg;
    const uint32_t end = offset_of(p, llhttp_get_error_pos(&p->llhttp));
    m->head_bytes = end;
    if (!is_lenient(p) && (!is_line_start(p, end - 2) || p->base[end - 2] != '\r'))
        return h1_refuse(p, 400, end - 1, "a line does not end in CRLF");
    p->stage = H1_STAGE_DONE;
    return H1_DONE;
}

static enum h1_status llhttp_refused(struct h1_parser *p, llhttp_errno_t code)
{
    if (p->stage == H1_STAGE_BAD)
        return H1_BAD; /* it was one of our callbacks */
    const uint32_t off = offset_of(p, llhttp_get_error_pos(&p->llhttp));
    for (size_t i = 0; i < sizeof(llhttp_reasons) / sizeof(llhttp_reasons[0]); i++) {
        if (llhttp_reasons[i].code == code)
            return h1_refuse(p, 400, off, llhttp_reasons[i].reason);
    }
    return h1_refuse(p, 400, off, "not HTTP");
}

enum h1_status h1_show(struct h1_parser *p, const char *bytes, size_t n, uint32_t off)
{
    p->shown = bytes;
    p->shown_off = off;
    const llhttp_errno_t code = llhttp_execute(&p->llhttp, bytes, n);
    if (code == HPE_OK)
        return H1_MORE;
    return code == HPE_PAUSED ? head_end(p) : llhttp_refused(p, code);
}

/* Empty lines before a request line are skipped as RFC 9112 2.2 asks and HAProxy does. */
static enum h1_status skip_empty_lines(struct h1_parser *p, size_t len)
{
    for (;;) {
        const char *at = p->base + p->parsed;
        if (p->parsed == len || (*at == '\r' && p->parsed + 1 == len))
            return H1_MORE;
        if (*at == '\n' || (*at == '\r' && at[1] != '\n'))
            return h1_refuse(p, 400, p->parsed, "bare CR or LF before the request line");
        if (*at != '\r')
            break;
        p->parsed += 2;
    }
    p->msg->method_off = p->parsed;
    p->stage = H1_STAGE_METHOD;
    return H1_DONE;
}

static enum h1_status read_method(struct h1_parser *p, size_t len)
{
    struct http_msg *m = p->msg;
    const char *method = p->base + m->method_off;
    const size_t method_len = h1_token_span(method, len - m->method_off);
    const uint32_t end = m->method_off + (uint32_t)method_len;
    if (method_len > METHOD_LEN_MAX)
        return h1_refuse(p, 400, end, "the method is too long");
    if (end == len)
        return H1_MORE;
    if (method_len == 0 || p->base[end] != ' ')
        return h1_refuse(p, 400, end, "invalid character in the method");
    m->method_len = (uint16_t)method_len;
    m->method = (uint8_t)http_method_find(method, method_len);
    p->stage = H1_STAGE_LLHTTP;
    p->parsed = end;
    if (m->method == HTTP_METHOD_OTHER)
        return h1_show(p, "GET", 3, m->method_off);
    return h1_show(p, method, method_len, m->method_off);
}

static enum h1_status read_head(struct h1_parser *p, size_t len)
{
    if (p->options & H1_LENIENT)
        return h1_lenient_parse(p, len);
    if (p->stage == H1_STAGE_EMPTY_LINES && skip_empty_lines(p, len) != H1_DONE)
        return p->stage == H1_STAGE_BAD ? H1_BAD : H1_MORE;
    if (p->stage == H1_STAGE_METHOD && read_method(p, len) == H1_BAD)
        return H1_BAD;
    if (p->stage != H1_STAGE_LLHTTP || p->parsed == len)
        return H1_MORE;
    const enum h1_status status = h1_show(p, p->base + p->parsed, len - p->parsed, p->parsed);
    p->parsed = (uint32_t)len;
    return status;
}

enum h1_status h1_head_parse(struct h1_parser *p, const char *base, size_t len)
{
    p->base = base;
    enum h1_status status = p->stage == H1_STAGE_BAD ? H1_BAD : read_head(p, len);
    if (status == H1_DONE && p->llhttp.type == HTTP_REQUEST)
        status = h1_request_finish(p);
    else if (status == H1_DONE)
        status = h1_response_finish(p);
    p->base = NULL;
    return status;
}

enum h1_status h1_fields_read(struct h1_parser *p, struct http_msg *msg, const char *base,
                              size_t len, unsigned options)
{
    parser_init(p, msg, HTTP_REQUEST, &fields_settings);
    p->options = (uint8_t)options;
    p->stage = is_lenient(p) ? H1_STAGE_FIELDS : H1_STAGE_LLHTTP;
    p->base = base;
    const enum h1_status status = h1_show(p, "GET / HTTP/1.1\r\n", 16, 0);
    return status == H1_MORE ? read_head(p, len) : status;
}

struct h1_error h1_too_large(const struct h1_parser *p)
{
    const bool in_target = p->next_line == 0;
    return (struct h1_error){
        .reason = in_target ? "the request target is too long" : "the head is too large",
        .offset = p->parsed,
        .status = in_target ? 414 : 431,
    };
}
