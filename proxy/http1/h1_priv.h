/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the HTTP/1 parser share:
 *
 *     buffer --> h1_head.c ----------------> llhttp --> h1_spans.c --> struct http_msg
 *                     \                    /                              |
 *                      +-> h1_lenient.c -+              h1_fields.c, h1_target.c
 *
 * h1_head.c drives llhttp over a head and h1_spans.c files what it finds; h1_lenient.c stands
 * between when the administrator asked for leniency. Of a head that is whole h1_fields.c says what
 * the fields mean for the message, and h1_target.c whom a request is for.
 */
#ifndef WEIR_HTTP1_H1_PRIV_H
#define WEIR_HTTP1_H1_PRIV_H

#include "proxy/http1/h1.h"

enum h1_stage {
    H1_STAGE_EMPTY_LINES, /* before a request line */
    H1_STAGE_METHOD,
    H1_STAGE_LLHTTP,
    H1_STAGE_FIELDS, /* lenient: it is a field, or the empty line */
    H1_STAGE_DONE,
    H1_STAGE_BAD,
};

/* Callbacks for a whole head; and for the fields alone, when the start line shown is made up. */
extern const llhttp_settings_t h1_head_settings;
extern const llhttp_settings_t h1_fields_settings;

/* Does a line begin at off, that is behind the CRLF of the line before it? */
bool h1_is_line_start(const struct h1_parser *p, uint32_t off);
/* For when it does not. */
enum h1_status h1_refuse_line(struct h1_parser *p);

/* Files the reason; the answer is always H1_BAD. */
COLD enum h1_status h1_refuse(struct h1_parser *p, unsigned status, uint32_t offset,
                              const char *reason);

/* Shows llhttp n bytes that stand for those at `off` in the buffer. */
enum h1_status h1_show(struct h1_parser *p, const char *bytes, size_t n, uint32_t off);

/* Reads fields that no start line precedes, up to their empty line. Says nothing of their meaning.
 */
enum h1_status h1_fields_read(struct h1_parser *p, struct http_msg *msg, const char *base,
                              size_t len, unsigned options);

/* Reads the whole lines there are. */
enum h1_status h1_lenient_parse(struct h1_parser *p, size_t len);

/* The head is whole and well formed: what does it mean? H1_DONE or H1_BAD. */
enum h1_status h1_request_finish(struct h1_parser *p);
enum h1_status h1_response_finish(struct h1_parser *p);
/* Form and authority of the target, and whether the Host fields agree. */
enum h1_status h1_target_check(struct h1_parser *p);

/* How many of these bytes from the first on can be part of a token, RFC 9110 5.6.2. */
size_t h1_token_span(const char *text, size_t len);

/* Where in the buffer are the bytes that llhttp sees at `at`? */
static inline uint32_t h1_offset_of(const struct h1_parser *p, const char *at)
{
    return p->shown_off + (uint32_t)(at - p->shown);
}

static inline bool h1_is_lenient(const struct h1_parser *p)
{
    return (p->options & (H1_LENIENT | H1_RELAXED)) != 0;
}

#endif
