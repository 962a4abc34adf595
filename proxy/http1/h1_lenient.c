/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `option accept-invalid-http-request` and `-response` let through, as HAProxy 2.6 does: any
 * character in a field name, control characters in values, any byte in a target, other protocols
 * and versions (HTTP/0.9 as well), lines that end in a bare LF, more than one space in a start
 * line.
 *
 * llhttp would refuse all that, so it does not see it: heads are cut into lines here, start lines
 * are read here, and llhttp is shown the fields with harmless letters in place of what it cannot
 * stand. It is slow compared with the strict way, and nobody minds.
 *
 * A relaxed reader takes all that as well, but for names and versions that are none.
 *
 * Framing is as strict as ever but for one thing (length_overruled() in h1_fields.c). Folded lines
 * stay refused, and so does a name that is a framing field's to whoever trims it.
 */
#include <string.h>

#include "proxy/base/ascii.h"
#include "proxy/http1/h1_priv.h"

/* One line without its end. */
struct line {
    const char *at;
    const char *end;
    uint32_t off;
};

static uint32_t line_offset(const struct line *line, const char *at)
{
    return line->off + (uint32_t)(at - line->at);
}

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && ascii_is_digit(*at))
        at++;
    return at;
}

/* Up to a blank or the end; NULL if a control character is in the way. */
static const char *skip_word(const char *at, const char *end)
{
    for (; at < end && !ascii_is_blank(*at); at++) {
        if ((unsigned char)*at <= ' ')
            return NULL;
    }
    return at;
}

/*
 * "HTTP/1.1", or anything of that shape, or in a response a bare name as "ICY". Only an exact
 * HTTP/d.d of 1.1 or more counts as 1.1; HAProxy handles all others as 1.0.
 */
static bool version_read(struct http_msg *m, const char *at, const char *end, bool may_be_bare)
{
    const char *from = at;
    while (at < end && *at >= 'A' && *at <= 'Z')
        at++;
    if (at == from)
        return false;
    m->flags |= HTTP_MSG_VERSION_ODD;
    if (at == end)
        return may_be_bare;
    const char *major = at + 1;
    const char *dot = skip_digits(major, end);
    if (*at != '/' || dot == major || dot == end || *dot != '.')
        return false;
    if (skip_digits(dot + 1, end) != end || dot + 1 == end)
        return false;
    if (end - from != 8 || memcmp(from, "HTTP/", 5) != 0 || *major < '1')
        return true;
    m->version_minor = *major > '1' || dot[1] > '0';
    m->flags &= ~(uint32_t)HTTP_MSG_VERSION_ODD;
    return true;
}

static enum h1_status request_line(struct h1_parser *p, const struct line *line)
{
    struct http_msg *m = p->msg;
    const size_t method_len = h1_token_span(line->at, (size_t)(line->end - line->at));
    const char *method_end = line->at + method_len;
    const char *target = ascii_skip_blanks(method_end, line->end);
    const char *target_end = skip_word(target, line->end);
    if (method_len == 0 || method_len > UINT8_MAX || target == method_end)
        return h1_refuse(p, 400, line_offset(line, method_end), "malformed method");
    if (target_end == NULL || target_end == target)
        return h1_refuse(p, 400, line_offset(line, target), "malformed target");
    m->method_off = line->off;
    m->method_len = (uint16_t)method_len;
    m->method = (uint8_t)http_method_find(line->at, method_len);
    m->target_off = line_offset(line, target);
    m->target_len = (uint32_t)(target_end - target);
    const char *version = ascii_skip_blanks(target_end, line->end);
    if (version == line->end && m->method == HTTP_METHOD_GET) {
        m->flags |= HTTP_MSG_VERSION_ODD; /* HTTP/0.9: the head is this line */
        return h1_show(p, "GET / HTTP/1.0\r\n\r\n", 18, p->parsed - 18);
    }
    if (!version_read(m, version, line->end, false))
        return h1_refuse(p, 400, line_offset(line, version), "malformed HTTP version");
    return h1_show(p, "GET / HTTP/1.0\r\n", 16, line->off);
}

static enum h1_status status_line(struct h1_parser *p, const struct line *line)
{
    struct http_msg *m = p->msg;
    const char *version_end = skip_word(line->at, line->end);
    if (version_end == NULL ||
        !version_read(m, line->at, version_end, (p->options & H1_LENIENT) != 0))
        return h1_refuse(p, 400, line->off, "malformed HTTP version");
    const char *code = ascii_skip_blanks(version_end, line->end);
    const char *code_end = skip_digits(code, line->end);
    const bool cut_off = code_end < line->end && !ascii_is_blank(*code_end);
    if (code_end - code != 3 || *code == '0' || cut_off)
        return h1_refuse(p, 400, line_offset(line, code), "malformed status code");
    m->status = (uint16_t)((code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0'));
    const char *reason = ascii_skip_blanks(code_end, line->end);
    if (line->end - reason > UINT16_MAX)
        return h1_refuse(p, 400, line_offset(line, reason), "the reason phrase is too long");
    m->reason_off = line_offset(line, reason);
    m->reason_len = (uint16_t)(line->end - reason);
    return h1_show(p, "HTTP/1.0 200 OK\r\n", 17, line->off);
}

/* Would somebody behind us who trims this name take it for a field that frames or routes? */
static bool is_disguise(const char *name, size_t len)
{
    while (len > 0 && h1_token_span(name, 1) == 0) {
        name++;
        len--;
    }
    while (len > 0 && h1_token_span(name + len - 1, 1) == 0)
        len--;
    switch (h1_token_span(name, len) == len ? http_header_find(name, len) : HTTP_HDR_OTHER) {
    case HTTP_HDR_CONTENT_LENGTH:
    case HTTP_HDR_TRANSFER_ENCODING:
    case HTTP_HDR_CONNECTION:
    case HTTP_HDR_HOST:
        return true;
    default:
        return false;
    }
}

/* What llhttp is shown in place of a byte; colon: where the name ends. */
static char harmless(const char *at, const char *colon)
{
    const unsigned char c = (unsigned char)*at;
    const bool fits = at < colon ? h1_token_span(at, 1) == 1 : (c >= ' ' && c != 0x7f) || c == '\t';
    return fits ? *at : 'x';
}

static enum h1_status field_line(struct h1_parser *p, const struct line *line)
{
    const char *colon = memchr(line->at, ':', (size_t)(line->end - line->at));
    if (ascii_is_blank(*line->at))
        return h1_refuse(p, 400, line->off, "folded header field");
    if (colon == NULL || colon == line->at)
        return h1_refuse(p, 400, line->off, "a header field without a name");
    const size_t name_len = (size_t)(colon - line->at);
    const bool is_odd = h1_token_span(line->at, name_len) != name_len;
    if (is_odd && (p->options & H1_LENIENT) == 0)
        return h1_refuse(p, 400, line->off, "invalid character in a header field");
    if (is_odd && is_disguise(line->at, name_len))
        return h1_refuse(p, 400, line->off, "an invalid name close to a framing field's");
    char shown[256];
    enum h1_status status = H1_MORE;
    for (const char *at = line->at; at < line->end && status == H1_MORE;) {
        const uint32_t off = line_offset(line, at);
        size_t n = 0;
        for (; n < sizeof(shown) && at < line->end; at++)
            shown[n++] = harmless(at, colon);
        status = h1_show(p, shown, n, off);
    }
    return status == H1_MORE ? h1_show(p, "\r\n", 2, line_offset(line, line->end)) : status;
}

static enum h1_status line_take(struct h1_parser *p, const struct line *line)
{
    const bool is_empty = line->at == line->end;
    if (!is_empty && memchr(line->at, '\r', (size_t)(line->end - line->at)) != NULL)
        return h1_refuse(p, 400, line->off, "CR without LF");
    if (p->stage == H1_STAGE_FIELDS)
        return is_empty ? h1_show(p, "\r\n", 2, p->parsed - 2) : field_line(p, line);
    if (is_empty)
        return H1_MORE; /* before the start line */
    p->stage = H1_STAGE_FIELDS;
    p->next_line = p->parsed;
    return p->llhttp.type == HTTP_REQUEST ? request_line(p, line) : status_line(p, line);
}

enum h1_status h1_lenient_parse(struct h1_parser *p, size_t len)
{
    enum h1_status status = H1_MORE;
    while (status == H1_MORE) {
        const char *at = p->base + p->parsed;
        const char *lf = p->parsed < len ? memchr(at, '\n', len - p->parsed) : NULL;
        if (lf == NULL)
            break;
        const struct line line = {
            .at = at,
            .end = lf > at && lf[-1] == '\r' ? lf - 1 : lf,
            .off = p->parsed,
        };
        p->parsed = (uint32_t)(lf + 1 - p->base); /* the next line, also for who shows the last */
        status = line_take(p, &line);
    }
    return status;
}
