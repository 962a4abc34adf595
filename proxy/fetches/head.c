/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetches of a head as a whole: the names of its fields, its text, its fields as SPOE writes them. What rules have
 * dropped is not there any more; names are in lower case, as HAProxy has them.
 */
#include "proxy/base/ascii.h"
#include "proxy/fetches/rows.h"
#include "proxy/fetches/text_writer.h"
#include "proxy/fetches/view.h"

static void put_name(struct text_writer *w, const struct message_view *v,
                     const struct http_header *h)
{
    char *to = text_writer_more(w, h->name_len);
    for (unsigned i = 0; to != NULL && i < h->name_len; i++)
        to[i] = ascii_lower(v->base[h->name_off + i]);
}

static void put_value(struct text_writer *w, const struct message_view *v,
                      const struct http_header *h)
{
    text_writer_put(w, v->base + h->value_off, h->value_len);
}

/* The field at *i or the first behind it that is still there; NULL at the end. */
static const struct http_header *next_field(const struct message_view *v, unsigned *i)
{
    while (*i < v->msg->header_count && (v->msg->headers[*i].flags & HTTP_HEADER_DROP) != 0)
        (*i)++;
    return *i < v->msg->header_count ? &v->msg->headers[(*i)++] : NULL;
}

static bool head_names(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    struct text_writer w = text_writer_begin(env);
    struct message_view v;
    const struct http_header *h;
    bool is_given = args[0].type != ARG_NONE && args[0].text.len > 0;
    const char *delimiter = is_given ? args[0].text.data : ",";
    if (!fetch_view(env, (enum fetch_side)row->value, &v))
        return false;
    for (unsigned i = 0; (h = next_field(&v, &i)) != NULL;) {
        text_writer_put(&w, delimiter, w.len > 0 ? 1 : 0);
        put_name(&w, &v, h);
    }
    return text_writer_end(&w, SAMPLE_STRING, out);
}

static bool head_text(struct sample_env *env, const struct fetch *row, const struct arg *args,
                      struct sample *out)
{
    struct text_writer w = text_writer_begin(env);
    struct message_view v;
    const struct http_header *h;
    (void)args;
    if (!fetch_view(env, (enum fetch_side)row->value, &v))
        return false;
    for (unsigned i = 0; (h = next_field(&v, &i)) != NULL;) {
        put_name(&w, &v, h);
        text_writer_put(&w, ": ", 2);
        put_value(&w, &v, h);
        text_writer_put(&w, "\r\n", 2);
    }
    text_writer_put(&w, "\r\n", 2);
    return text_writer_end(&w, SAMPLE_STRING, out);
}

/* As SPOE writes it: 240 and more in several bytes. */
static void put_length(struct text_writer *w, uint64_t n)
{
    char bytes[10];
    size_t len = 0;
    if (n < 240) {
        bytes[len++] = (char)n;
    } else {
        bytes[len++] = (char)(n | 240);
        for (n = (n - 240) >> 4; n >= 128; n = (n - 128) >> 7)
            bytes[len++] = (char)(n | 128);
        bytes[len++] = (char)n;
    }
    text_writer_put(w, bytes, len);
}

static bool head_binary(struct sample_env *env, const struct fetch *row, const struct arg *args,
                        struct sample *out)
{
    struct text_writer w = text_writer_begin(env);
    struct message_view v;
    const struct http_header *h;
    (void)args;
    if (!fetch_view(env, (enum fetch_side)row->value, &v))
        return false;
    for (unsigned i = 0; (h = next_field(&v, &i)) != NULL;) {
        put_length(&w, h->name_len);
        put_name(&w, &v, h);
        put_length(&w, h->value_len);
        put_value(&w, &v, h);
    }
    put_length(&w, 0); /* neither name nor value: the end */
    put_length(&w, 0);
    return text_writer_end(&w, SAMPLE_BINARY, out);
}

/* clang-format off */
#define NAMES(prefix, side, uses, what) \
    {.name = prefix "hdr_names", .out = SAMPLE_STRING, .args = {{ARG_STRING}, 0}, .use = uses, .run = head_names, .value = side, \
     .doc = "The names of all fields of the " what ", separated by a comma or the character given.", .since = "2.5"}
#define HEAD(prefix, side, uses, what, version) \
    {.name = prefix "hdrs", .out = SAMPLE_BINARY, .use = uses, .run = head_text, .value = side, \
     .doc = "All header fields of the " what ", with the empty line.", .since = version}, \
    {.name = prefix "hdrs_bin", .out = SAMPLE_BINARY, .use = uses, .run = head_binary, .value = side, \
     .doc = "All header fields of the " what ": each name and value with its length, as SPOE writes them.", .since = version}

const struct fetch head_fetches[] = {
    NAMES("req.", OF_REQUEST, USE_REQUEST, "request"),
    NAMES("res.", OF_RESPONSE, USE_RESPONSE, "response"),
    HEAD("req.", OF_REQUEST, USE_REQUEST, "request", "2.0"),
    HEAD("res.", OF_RESPONSE, USE_RESPONSE, "response", "2.4"),
    {.name = NULL},
};
/* clang-format on */
