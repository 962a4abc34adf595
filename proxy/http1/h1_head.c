/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a head with llhttp, which checks the syntax byte by byte and reports spans to h1_spans.c.
 * Here is what surrounds that: empty lines before a request, the method, the verdict.
 *
 * llhttp knows a list of methods, HTTP has any token. So the method is read here, and for one it
 * does not know llhttp is shown a GET.
 */
#include <string.h>

#include "proxy/http1/h1_priv.h"

enum {
    METHOD_LEN_MAX = 255,
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
    parser_init(p, msg, HTTP_REQUEST, lenient ? &h1_fields_settings : &h1_head_settings);
    p->options = (uint8_t)options;
    p->stage = H1_STAGE_EMPTY_LINES;
}

void h1_response_init(struct h1_parser *p, struct http_msg *msg, enum http_method method,
                      unsigned options)
{
    const bool lenient = (options & (H1_LENIENT | H1_RELAXED)) != 0;
    parser_init(p, msg, HTTP_RESPONSE, lenient ? &h1_fields_settings : &h1_head_settings);
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

static enum h1_status head_end(struct h1_parser *p)
{
    struct http_msg *m = p->msg;
    const uint32_t end = h1_offset_of(p, llhttp_get_error_pos(&p->llhttp));
    m->head_bytes = end;
    if (!h1_is_lenient(p) && (!h1_is_line_start(p, end - 2) || p->base[end - 2] != '\r'))
        return h1_refuse_line(p);
    p->stage = H1_STAGE_DONE;
    return H1_DONE;
}

static enum h1_status llhttp_refused(struct h1_parser *p, llhttp_errno_t code)
{
    if (p->stage == H1_STAGE_BAD)
        return H1_BAD; /* it was one of our callbacks */
    const uint32_t off = h1_offset_of(p, llhttp_get_error_pos(&p->llhttp));
    for (size_t i = 0; i < sizeof(llhttp_reasons) / sizeof(llhttp_reasons[0]); i++) {
        if (llhttp_reasons[i].code == code)
            return h1_refuse(p, 400, off, llhttp_reasons[i].reason);
    }
    return h1_refuse(p, 400, off, "not HTTP");
}

#ifdef WEIR_LLHTTP_SSE42
/* llhttp_execute() of the llhttp that is compiled with SSE4.2. */
llhttp_errno_t llhttp_sse42_execute(llhttp_t *llhttp, const char *from, const char *end);

static llhttp_errno_t execute(llhttp_t *llhttp, const char *bytes, size_t n)
{
    if (__builtin_cpu_supports("sse4.2"))
        return llhttp_sse42_execute(llhttp, bytes, bytes + n);
    return llhttp_execute(llhttp, bytes, n);
}
#else
#define execute llhttp_execute
#endif

enum h1_status h1_show(struct h1_parser *p, const char *bytes, size_t n, uint32_t off)
{
    p->shown = bytes;
    p->shown_off = off;
    const llhttp_errno_t code = execute(&p->llhttp, bytes, n);
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
    if (m->method != HTTP_METHOD_OTHER)
        return H1_MORE; /* llhttp reads it with what follows */
    p->parsed = end;
    return h1_show(p, "GET", 3, m->method_off);
}

static enum h1_status read_head(struct h1_parser *p, size_t len)
{
    if (h1_is_lenient(p))
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
    parser_init(p, msg, HTTP_REQUEST, &h1_fields_settings);
    p->options = (uint8_t)options;
    p->stage = h1_is_lenient(p) ? H1_STAGE_FIELDS : H1_STAGE_LLHTTP;
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
