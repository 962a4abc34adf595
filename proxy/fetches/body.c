/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches of bodies, and of the bytes of TCP as they stand in the buffer. */
#include "proxy/http/body.h"
#include "proxy/fetches/rows.h"
#include "proxy/fetches/view.h"
#include "proxy/rules/compiler.h"

#include <stdlib.h>
#include <string.h>

/* Of a probe all bytes that have come. A request within TCP ends with its head: what follows is not read. */
static bool take_body(struct sample_env *env, const struct fetch *row, struct sample *flagged,
                      struct sample_text *out)
{
    struct message_view v;
    if (env->lacks_message && env->probe != NULL) {
        *out = fetch_bytes(env, (enum fetch_side)row->value);
        return true;
    }
    if (!fetch_view(env, (enum fetch_side)row->value, &v)) {
        flagged->flags |= fetch_may_view(env) ? SAMPLE_MAY_CHANGE : 0;
        return false;
    }
    *out = (struct sample_text){"", 0};
    return env->lacks_message || body_text(env, v.is_response, out);
}

static bool body(struct sample_env *env, const struct fetch *row, const struct arg *args,
                 struct sample *out)
{
    struct sample_text text;
    (void)args;
    if (!take_body(env, row, out, &text))
        return false;
    sample_set_text(out, SAMPLE_BINARY, text.data, text.len);
    return true;
}

static bool body_len(struct sample_env *env, const struct fetch *row, const struct arg *args,
                     struct sample *out)
{
    struct sample_text text;
    (void)args;
    if (!take_body(env, row, out, &text))
        return false;
    sample_set_int(out, (long long)text.len);
    bool may_grow = !env->is_final && (!env->lacks_message || env->probe != NULL);
    out->flags |= may_grow ? SAMPLE_MAY_CHANGE : 0;
    return true;
}

/*
 * HAProxy's buffer holds a message taken apart: each name and value, the parts of the first line behind a record
 * about them, and a byte where the head ends, and where chunks do. Files compare with what it told them.
 */
static size_t head_len(const struct sample_env *env, const struct message_view *v)
{
    enum { LINE_RECORD = 20, VERSION = 8, STATUS = 3, MARK = 1 };
    const struct http_msg *m = v->msg;
    size_t len = LINE_RECORD + VERSION + MARK;
    if (v->is_response)
        len += STATUS + m->reason_len;
    else
        len += m->method_len + m->target_len;
    for (unsigned i = 0; i < m->header_count; i++)
        if ((m->headers[i].flags & HTTP_HEADER_DROP) == 0)
            len += m->headers[i].name_len + m->headers[i].value_len;
    bool ends_in_chunk =
        m->body == HTTP_BODY_CHUNKED && body_is_ready(env->stream, v->is_response, SIZE_MAX);
    return len + (ends_in_chunk ? MARK : 0);
}

static bool is_read(const struct sample_env *env)
{
    return env->stream != NULL && env->stream->mode == &stream_http;
}

/* Of TCP, and in probes, it is bytes as they came. */
static bool buffer_len(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    struct message_view v;
    if (is_read(env)) {
        if (!body_len(env, row, args, out))
            return false;
        if (fetch_view(env, (enum fetch_side)row->value, &v))
            out->integer += (long long)head_len(env, &v);
        return true;
    }
    sample_set_int(out, (long long)fetch_bytes(env, (enum fetch_side)row->value).len);
    out->flags |= env->is_final ? 0 : SAMPLE_MAY_CHANGE;
    return true;
}

/* What its length is said to be; of chunks, what has come. */
static bool body_size(struct sample_env *env, const struct fetch *row, const struct arg *args,
                      struct sample *out)
{
    struct message_view v;
    if (!body_len(env, row, args, out) || env->lacks_message ||
        !fetch_view(env, (enum fetch_side)row->value, &v))
        return false;
    if (v.msg->body == HTTP_BODY_LENGTH)
        sample_set_int(out, (long long)v.msg->content_length);
    return true;
}

/* ---- bytes -------------------------------------------------------------------------------------------- */

/* Bytes of TCP, and in probes. Of HTTP, which is read, HAProxy has told none since 2.0. */
static bool take_bytes(struct sample_env *env, const struct fetch *row, struct sample_text *out)
{
    if (is_read(env))
        return false;
    *out = fetch_bytes(env, (enum fetch_side)row->value);
    return true;
}

/* len 0: all there is. */
static bool payload(struct sample_env *env, const struct fetch *row, const struct arg *args,
                    struct sample *out)
{
    struct sample_text text;
    size_t from = (size_t)args[0].integer, len = (size_t)args[1].integer;
    if (!take_bytes(env, row, &text))
        return false;
    bool fits = from <= text.len && len <= text.len - from;
    if (!env->is_final && (!fits || len == 0))
        out->flags |= SAMPLE_MAY_CHANGE;
    if (fits)
        sample_set_text(out, SAMPLE_BINARY, text.data + from, len > 0 ? len : text.len - from);
    return fits;
}

/* Where a value begins: behind its length, or where the argument says; a sign makes that relative. */
static long long value_offset(const struct arg *arg, size_t behind)
{
    if (arg->type == ARG_NONE)
        return (long long)behind;
    bool is_relative = arg->text.len > 0 && strchr("+-", *arg->text.data) != NULL;
    return strtoll(arg->text.data, NULL, 10) + (is_relative ? (long long)behind : 0);
}

/* At args[0] stand args[1] bytes with a length, of what follows or of what is at args[2]. */
static bool payload_lv(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    struct sample_text text;
    size_t at = (size_t)args[0].integer, bytes = (size_t)args[1].integer, len = 0;
    if (!take_bytes(env, row, &text) || bytes > sizeof len)
        return false;
    bool is_here = at + bytes <= text.len;
    for (size_t i = 0; is_here && i < bytes; i++)
        len = len << 8 | (unsigned char)text.data[at + i];
    long long from = value_offset(&args[2], at + bytes);
    if (is_here && (len == 0 || from < 0))
        return false;
    if (!is_here || (size_t)from > text.len || len > text.len - (size_t)from) {
        out->flags |= env->is_final ? 0 : SAMPLE_MAY_CHANGE;
        return false;
    }
    sample_set_text(out, SAMPLE_BINARY, text.data + from, len);
    return true;
}

/* The length has 1 to 8 bytes; a sign of the third argument goes back at most to where the length is. */
static bool check_lv(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)value;
    const char *offset = count > 2 && args[2].type != ARG_NONE
                             ? arena_copy_bytes(c->l->scratch, args[2].text.data, args[2].text.len)
                             : "";
    char *end = NULL;
    long long number = strtoll(offset, &end, 0);
    if (args[1].integer == 0) {
        CONF_FAIL(c->l, args[1].span, "1 to 8", "a length of no bytes");
        return false;
    }
    if (*end == '\0' && (*offset != '-' || -number <= args[0].integer + args[1].integer))
        return true;
    CONF_FAIL(c->l, args[2].span, "a number; with a sign it counts from behind the length",
              "'%s' is no offset", offset);
    return false;
}

/* clang-format off */
#define BODIES(side, of, uses, what) \
    {.name = side ".body", .out = SAMPLE_BINARY, .use = uses, .run = body, .value = of, .since = "1.6", \
     .doc = "The body of the " what ", as far as it has come."}, \
    {.name = side ".body_len", .out = SAMPLE_INT, .use = uses, .run = body_len, .value = of, .since = "1.6", \
     .doc = "How many bytes of the body have come."}, \
    {.name = side ".body_size", .out = SAMPLE_INT, .use = uses, .run = body_size, .value = of, .since = "1.6", \
     .doc = "Its length as Content-Length tells it; of chunks, what has come."}, \
    {.name = side ".len", .out = SAMPLE_INT, .use = uses, .run = buffer_len, .value = of, \
     .doc = "How many bytes of the " what " are in the buffer, counted as HAProxy does."}, \
    {.name = side ".payload", .out = SAMPLE_BINARY, .args = {{ARG_UINT, ARG_UINT}, 2}, .use = uses, .run = payload, .value = of, \
     .doc = "Bytes of the buffer: from which on, and how many; 0 = all."}, \
    {.name = side ".payload_lv", .out = SAMPLE_BINARY, .args = {{ARG_UINT, ARG_UINT, ARG_STRING}, 2}, .use = uses, .run = payload_lv, .check = check_lv, .value = of, \
     .doc = "Bytes that a length stands before: where the length is, of how many bytes, and where they begin, if not behind it."}

const struct fetch body_fetches[] = {
    BODIES("req", OF_REQUEST, USE_CONTENT, "request"),
    BODIES("res", OF_RESPONSE, USE_RES_CONTENT, "response"),
    {.name = "req_len", .out = SAMPLE_INT, .use = USE_CONTENT, .run = buffer_len, .value = OF_REQUEST, .doc = "Former name of req.len."},
    {.name = "payload", .out = SAMPLE_BINARY, .args = {{ARG_UINT, ARG_UINT}, 2}, .use = USE_MESSAGE, .run = payload, .value = OF_RULE,
     .match = "bin", .doc = "req.payload or res.payload, by the rule."},
    {.name = "payload_lv", .out = SAMPLE_BINARY, .args = {{ARG_UINT, ARG_UINT, ARG_STRING}, 2}, .use = USE_MESSAGE, .run = payload_lv, .check = check_lv, .value = OF_RULE,
     .match = "bin", .doc = "req.payload_lv or res.payload_lv, by the rule."},
    {.name = NULL},
};
/* clang-format on */
