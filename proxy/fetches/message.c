/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches of what either message has besides its fields: versions, status, captures. */
#include "proxy/fetches/rows.h"
#include "proxy/fetches/view.h"
#include "proxy/http/captures.h"
#include "proxy/http/probe_view.h"
#include "proxy/http1/h1.h"

static bool view_probe(const struct probe_view *probe, bool is_response, struct message_view *out)
{
    *out = (struct message_view){probe->response, probe->answer.data, true};
    return is_response && probe->response != NULL;
}

static bool view_peeked(struct request_peek *peek, struct message_view *out)
{
    struct h1_parser parser;
    if (peek->found == PEEK_NOT_YET) {
        h1_request_init(&parser, peek->msg, H1_LENIENT); /* it is not ours to refuse */
        enum h1_status status = h1_head_parse(&parser, peek->bytes.data, peek->bytes.len);
        peek->found = status == H1_DONE ? PEEK_WHOLE : status == H1_MORE ? PEEK_PART : PEEK_NONE;
    }
    *out = (struct message_view){peek->msg, peek->bytes.data, false};
    return peek->found == PEEK_WHOLE;
}

bool fetch_view(const struct sample_env *env, enum fetch_side side, struct message_view *out)
{
    struct stream *s = env->stream;
    bool is_response = side == OF_RESPONSE || (side == OF_RULE && env->is_response);
    if (env->probe != NULL)
        return view_probe(env->probe, is_response, out);
    if (env->peek != NULL)
        return !is_response && view_peeked(env->peek, out);
    if (s == NULL || s->head_us == 0 || s->mode != &stream_http)
        return false;
    if (is_response) {
        *out = (struct message_view){&s->resp, s->resp_base, true};
        return s->resp_base != NULL;
    }
    *out = (struct message_view){&s->req, s->in, false};
    return !env->is_response || s->response_us == 0;
}

bool fetch_may_view(const struct sample_env *env)
{
    return env->peek != NULL && env->peek->found == PEEK_PART && !env->is_final;
}

const struct http_header *view_first(const struct message_view *v, enum http_header_id id)
{
    const struct http_header *h = http_msg_first(v->msg, id);
    while (h != NULL && (h->flags & HTTP_HEADER_DROP) != 0)
        h = http_msg_next(v->msg, h);
    return h;
}

bool view_to_number(struct sample *out)
{
    long long n = 0;
    for (size_t i = 0; i < out->text.len && n < INT64_MAX / 10 - 9; i++) {
        if (out->text.data[i] < '0' || out->text.data[i] > '9')
            break;
        n = n * 10 + (out->text.data[i] - '0');
    }
    sample_set_int(out, n);
    return true;
}

/* ---- version, status, order --------------------------------------------------------------------------- */

static bool version(struct sample_env *env, const struct fetch *row, const struct arg *args,
                    struct sample *out)
{
    struct message_view v;
    (void)args;
    if (!fetch_view(env, (enum fetch_side)row->value, &v))
        return false;
    sample_set_text(out, SAMPLE_STRING, v.msg->version_minor == 0 ? "1.0" : "1.1", 3);
    return true;
}

static bool status(struct sample_env *env, const struct fetch *row, const struct arg *args,
                   struct sample *out)
{
    struct message_view v;
    (void)row, (void)args;
    if (fetch_view(env, OF_RESPONSE, &v))
        sample_set_int(out, v.msg->status);
    else
        sample_set_int(out, env->stream != NULL ? env->stream->status : 0);
    return out->integer > 0;
}

static bool is_first_request(struct sample_env *env, const struct fetch *row,
                             const struct arg *args, struct sample *out)
{
    (void)row, (void)args;
    if (env->session == NULL)
        return false;
    sample_set_bool(out, env->session->requests <= 1);
    return true;
}

/* ---- what was kept ------------------------------------------------------------------------------------ */

static bool captured(struct sample_env *env, const struct fetch *row, const struct arg *args,
                     struct sample *out)
{
    if (env->stream == NULL || args[0].integer < 0)
        return false;
    const struct proxy_rules *rules = env->stream->frontend->conf->rules;
    bool is_response = row->value == OF_RESPONSE;
    size_t count = rules == NULL ? 0
                   : is_response ? rules->response_capture_count
                                 : rules->request_capture_count;
    if ((unsigned long long)args[0].integer >= count)
        return false;
    struct sample_text text = captures_get(env->stream, is_response, (unsigned)args[0].integer);
    if (text.data == NULL)
        return false;
    sample_set_text(out, SAMPLE_STRING, text.data, text.len);
    return true;
}

enum line_part { LINE_METHOD, LINE_URI };

/* Where the path of a target begins, behind the authority if it has one; NULL: it has no path. */
static const char *path_in(const char *uri, size_t len)
{
    static const char mark[] = "://";
    if (len > 0 && *uri == '/')
        return uri;
    const char *scheme_end = memmem(uri, len, mark, sizeof(mark) - 1);
    if (scheme_end == NULL)
        return NULL;
    const char *authority = scheme_end + sizeof(mark) - 1;
    return memchr(authority, '/', (size_t)(uri + len - authority));
}

/* Of the request line as it came. */
static bool captured_line(struct sample_env *env, const struct fetch *row, const struct arg *args,
                          struct sample *out)
{
    const struct stream *s = env->stream;
    (void)args;
    if (s == NULL || env->lacks_message || s->line_len == 0)
        return false;
    const char *line = s->in + s->line_off, *end = line + s->line_len;
    const char *blank = memchr(line, ' ', s->line_len);
    if (blank == NULL)
        return false;
    if (row->value == LINE_METHOD) {
        sample_set_text(out, SAMPLE_STRING, line, (size_t)(blank - line));
        return true;
    }
    const char *uri = blank + 1, *uri_end = memchr(uri, ' ', (size_t)(end - uri));
    size_t len = (size_t)((uri_end != NULL ? uri_end : end) - uri);
    const char *path = path_in(uri, len);
    if (path == NULL)
        return false;
    sample_set_text(out, SAMPLE_STRING, path, (size_t)(uri + len - path));
    return true;
}

static bool captured_version(struct sample_env *env, const struct fetch *row,
                             const struct arg *args, struct sample *out)
{
    const struct stream *s = env->stream;
    (void)args;
    if (s == NULL || env->lacks_message || s->head_us == 0 ||
        (row->value == OF_RESPONSE && s->resp.status == 0))
        return false;
    const struct http_msg *m = row->value == OF_RESPONSE ? &s->resp : &s->req;
    sample_set_text(out, SAMPLE_STRING, m->version_minor == 0 ? "HTTP/1.0" : "HTTP/1.1", 8);
    return true;
}

/* clang-format off */
const struct fetch message_fetches[] = {
    {.name = "req.ver", .out = SAMPLE_STRING, .use = USE_REQUEST, .run = version, .value = OF_REQUEST,
     .doc = "The request's version: 1.0 or 1.1."},
    {.name = "req_ver", .out = SAMPLE_STRING, .use = USE_REQUEST, .run = version, .value = OF_REQUEST,
     .doc = "Former name of req.ver."},
    {.name = "res.ver", .out = SAMPLE_STRING, .use = USE_RESPONSE, .run = version, .value = OF_RESPONSE,
     .doc = "The response's version: 1.0 or 1.1."},
    {.name = "resp_ver", .out = SAMPLE_STRING, .use = USE_RESPONSE, .run = version, .value = OF_RESPONSE,
     .doc = "Former name of res.ver."},
    {.name = "status", .out = SAMPLE_INT, .use = USE_ANSWER, .run = status, .doc = "The response's status code."},
    {.name = "http_first_req", .out = SAMPLE_BOOL, .use = USE_TXN, .run = is_first_request,
     .doc = "Whether this is the first request of its connection."},
    {.name = "capture.req.hdr", .out = SAMPLE_STRING, .args = {{ARG_INT}, 1}, .use = USE_TXN, .run = captured, .value = OF_REQUEST,
     .doc = "What was captured of the request into that slot, counted from 0."},
    {.name = "capture.res.hdr", .out = SAMPLE_STRING, .args = {{ARG_INT}, 1}, .use = USE_ANSWER, .run = captured, .value = OF_RESPONSE,
     .doc = "What was captured of the response into that slot, counted from 0."},
    {.name = "capture.req.method", .out = SAMPLE_STRING, .use = USE_TXN, .run = captured_line, .value = LINE_METHOD,
     .doc = "The method as it came."},
    {.name = "capture.req.uri", .out = SAMPLE_STRING, .use = USE_TXN, .run = captured_line, .value = LINE_URI,
     .doc = "The target as it came, from its path on."},
    {.name = "capture.req.ver", .out = SAMPLE_STRING, .use = USE_TXN, .run = captured_version, .value = OF_REQUEST,
     .doc = "The request's version: HTTP/1.0 or HTTP/1.1."},
    {.name = "capture.res.ver", .out = SAMPLE_STRING, .use = USE_TXN, .run = captured_version, .value = OF_RESPONSE,
     .doc = "The response's version: HTTP/1.0 or HTTP/1.1."},
    {.name = NULL},
};
/* clang-format on */
