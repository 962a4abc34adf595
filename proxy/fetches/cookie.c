/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetches of cookies: of Cookie in requests, where a line holds several; of Set-Cookie in responses, where
 * only the first pair of a line is one and the rest are its attributes.
 */
#include "proxy/base/ascii.h"
#include "proxy/fetches/rows.h"
#include "proxy/fetches/text_writer.h"
#include "proxy/fetches/view.h"

/* Where a walk stands: the line, and how much of its value has been read. */
struct cookie_walk {
    unsigned index; /* 1 + that of the line; 0 before the first */
    uint32_t at;
    bool with_attributes; /* of Set-Cookie: they are counted as cookies, as in HAProxy */
};

/* Quoted values may hold what else ends them. */
static const char *pair_end(const char *at, const char *end)
{
    bool quoted = false;
    for (; at < end; at++) {
        if (quoted && *at == '\\' && at + 1 < end)
            at++;
        else if (*at == '"')
            quoted = !quoted;
        else if (!quoted && (*at == ';' || *at == ','))
            break;
    }
    return at;
}

/* A pair without its blanks; false if it has no '='. */
static bool split(const char *from, const char *to, struct sample_text *name,
                  struct sample_text *value)
{
    const char *equal = memchr(from, '=', (size_t)(to - from)), *name_end = equal;
    if (equal == NULL)
        return false;
    while (name_end > from && ascii_is_blank(name_end[-1]))
        name_end--;
    for (equal++; equal < to && ascii_is_blank(*equal);)
        equal++;
    while (to > equal && ascii_is_blank(to[-1]))
        to--;
    *name = (struct sample_text){from, (size_t)(name_end - from)};
    *value = (struct sample_text){equal, (size_t)(to - equal)};
    return true;
}

/* The next pair of the line at hand; false at its end. */
static bool next_pair(struct cookie_walk *walk, const struct message_view *v,
                      struct sample_text *name, struct sample_text *value)
{
    const struct http_header *h = &v->msg->headers[walk->index - 1];
    const char *start = v->base + h->value_off, *end = start + h->value_len;
    for (const char *at = start + walk->at; at < end;) {
        while (at < end && (ascii_is_blank(*at) || *at == ';' || *at == ','))
            at++;
        const char *to = pair_end(at, end);
        bool found = split(at, to, name, value);
        at = to;
        if (v->is_response && !walk->with_attributes) /* up to the next cookie of a joined line */
            while (at < end && *at != ',')
                at++;
        walk->at = (uint32_t)(at - start);
        if (found)
            return true;
    }
    return false;
}

static bool next_line(struct cookie_walk *walk, const struct message_view *v)
{
    enum http_header_id id = v->is_response ? HTTP_HDR_SET_COOKIE : HTTP_HDR_COOKIE;
    for (unsigned i = walk->index; i < v->msg->header_count; i++) {
        const struct http_header *h = &v->msg->headers[i];
        if (h->id != id || (h->flags & HTTP_HEADER_DROP) != 0)
            continue;
        walk->index = i + 1;
        walk->at = 0;
        return true;
    }
    return false;
}

/* The next cookie of that name, of any where args has none. */
static bool walk_on(struct cookie_walk *walk, const struct message_view *v, const struct arg *args,
                    struct sample_text *value)
{
    const struct sample_text *want = args[0].type != ARG_NONE ? &args[0].text : NULL;
    struct sample_text name;
    while (walk->index > 0 || next_line(walk, v)) {
        while (next_pair(walk, v, &name, value))
            if (want == NULL || want->len == 0 ||
                (name.len == want->len && memcmp(name.data, want->data, name.len) == 0))
                return true;
        if (!next_line(walk, v))
            return false;
    }
    return false;
}

static bool cookie(struct sample_env *env, const struct fetch *row, const struct arg *args,
                   struct sample *out)
{
    struct message_view v;
    struct sample_text value, last = {0};
    struct cookie_walk walk = {.index = out->cursor[0], .at = out->cursor[1]};
    bool is_named = args[0].type != ARG_NONE && args[0].text.len > 0, found = false;
    if (!fetch_view(env, (enum fetch_side)row->value, &v))
        return false;
    while (walk_on(&walk, &v, args, &value)) {
        last = value;
        found = true;
        if (env->iterates || !is_named)
            break;
    }
    if (!found)
        return false;
    out->cursor[0] = walk.index;
    out->cursor[1] = walk.at;
    out->flags |= env->iterates ? SAMPLE_HAS_MORE : 0;
    sample_set_text(out, SAMPLE_STRING, last.data, last.len);
    return true;
}

static bool cookie_number(struct sample_env *env, const struct fetch *row, const struct arg *args,
                          struct sample *out)
{
    return cookie(env, row, args, out) && view_to_number(out);
}

static bool cookie_count(struct sample_env *env, const struct fetch *row, const struct arg *args,
                         struct sample *out)
{
    struct message_view v;
    struct cookie_walk walk = {.with_attributes = true};
    struct sample_text value;
    long long n = 0;
    if (!fetch_view(env, (enum fetch_side)row->value, &v))
        return false;
    while (walk_on(&walk, &v, args, &value))
        n++;
    sample_set_int(out, n);
    return true;
}

/* All names, in their order, with a comma or the given text between them. */
static bool cookie_names(struct sample_env *env, const struct fetch *row, const struct arg *args,
                         struct sample *out)
{
    struct text_writer w = text_writer_begin(env);
    struct message_view v;
    struct cookie_walk walk = {0};
    struct sample_text name, value, delimiter = {",", 1};
    if (args[0].type != ARG_NONE && args[0].text.len > 0)
        delimiter = args[0].text;
    if (!fetch_view(env, (enum fetch_side)row->value, &v))
        return false;
    while (next_line(&walk, &v)) {
        while (next_pair(&walk, &v, &name, &value)) {
            text_writer_put(&w, delimiter.data, w.len > 0 ? delimiter.len : 0);
            text_writer_put(&w, name.data, name.len);
        }
    }
    return w.len > 0 && text_writer_end(&w, SAMPLE_STRING, out);
}

/* clang-format off */
#define NAMED .args = {{ARG_STRING}, 0}
#define MATCHING(word, by, what) \
    {.name = word "_" by, .out = SAMPLE_STRING, NAMED, .use = USE_REQUEST, .run = cookie, .value = OF_REQUEST, .match = by, \
     .doc = "As " word ", in ACLs: " what "."}
#define MATCHES(word) \
    MATCHING(word, "beg", "it begins so"), MATCHING(word, "dir", "one of its directories is so"), \
    MATCHING(word, "dom", "one of its domains is so"), MATCHING(word, "end", "it ends so"), \
    MATCHING(word, "len", "its length"), MATCHING(word, "reg", "it fits a regular expression"), \
    MATCHING(word, "sub", "it contains that")

const struct fetch cookie_fetches[] = {
    {.name = "req.cook", .out = SAMPLE_STRING, NAMED, .use = USE_REQUEST, .run = cookie, .value = OF_REQUEST,
     .doc = "The value of the last cookie of that name in the request; ACLs look at all."},
    {.name = "req.cook_cnt", .out = SAMPLE_INT, NAMED, .use = USE_REQUEST, .run = cookie_count, .value = OF_REQUEST,
     .doc = "How many cookies of that name, or of any, the request has."},
    {.name = "req.cook_val", .out = SAMPLE_INT, NAMED, .use = USE_REQUEST, .run = cookie_number, .value = OF_REQUEST,
     .doc = "The same value as req.cook, as a number."},
    {.name = "req.cook_names", .out = SAMPLE_STRING, NAMED, .use = USE_REQUEST, .run = cookie_names, .value = OF_REQUEST, .since = "3.0",
     .doc = "The names of all cookies of the request, with a comma or the given text between them."},
    {.name = "res.cook_names", .out = SAMPLE_STRING, NAMED, .use = USE_RESPONSE, .run = cookie_names, .value = OF_RESPONSE, .since = "3.0",
     .doc = "The names of all cookies that the response sets, with a comma or the given text between them."},
    {.name = "cook", .out = SAMPLE_STRING, NAMED, .use = USE_REQUEST, .run = cookie, .value = OF_REQUEST,
     .doc = "Former name of req.cook."},
    {.name = "cook_cnt", .out = SAMPLE_INT, NAMED, .use = USE_REQUEST, .run = cookie_count, .value = OF_REQUEST,
     .doc = "Former name of req.cook_cnt."},
    {.name = "cook_val", .out = SAMPLE_INT, NAMED, .use = USE_REQUEST, .run = cookie_number, .value = OF_REQUEST,
     .doc = "Former name of req.cook_val."},
    {.name = "cookie", .out = SAMPLE_STRING, NAMED, .use = USE_MESSAGE, .run = cookie, .value = OF_RULE,
     .doc = "req.cook in rules of requests, res.cook in those of responses; write one of these."},
    {.name = "res.cook", .out = SAMPLE_STRING, NAMED, .use = USE_RESPONSE, .run = cookie, .value = OF_RESPONSE,
     .doc = "The value of the last cookie of that name which the response sets."},
    {.name = "res.cook_cnt", .out = SAMPLE_INT, NAMED, .use = USE_RESPONSE, .run = cookie_count, .value = OF_RESPONSE,
     .doc = "How many cookies of that name, or of any, the response sets."},
    {.name = "res.cook_val", .out = SAMPLE_INT, NAMED, .use = USE_RESPONSE, .run = cookie_number, .value = OF_RESPONSE,
     .doc = "The same value as res.cook, as a number."},
    {.name = "scook", .out = SAMPLE_STRING, NAMED, .use = USE_RESPONSE, .run = cookie, .value = OF_RESPONSE,
     .doc = "Former name of res.cook."},
    {.name = "scook_cnt", .out = SAMPLE_INT, NAMED, .use = USE_RESPONSE, .run = cookie_count, .value = OF_RESPONSE,
     .doc = "Former name of res.cook_cnt."},
    {.name = "scook_val", .out = SAMPLE_INT, NAMED, .use = USE_RESPONSE, .run = cookie_number, .value = OF_RESPONSE,
     .doc = "Former name of res.cook_val."},
    {.name = "set-cookie", .out = SAMPLE_STRING, NAMED, .use = USE_RESPONSE, .run = cookie, .value = OF_RESPONSE,
     .doc = "Former name of res.cook."},
    MATCHES("cook"),
    MATCHES("req.cook"),
    {.name = NULL},
};
/* clang-format on */
