/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetches of header fields: hdr (comma separated values), fhdr (whole lines), and their counts, numbers,
 * addresses and names. Where an ACL asks they give one value after the other, else the last, or the one
 * that an argument counts.
 */
#include "proxy/base/ascii.h"
#include "proxy/fetches/header_priv.h"
#include "proxy/fetches/rows.h"
#include "proxy/fetches/view.h"
#include "proxy/rules/compiler.h"

enum { HISTORY = 10 }; /* an occurrence may be so far from the end, as in HAProxy */

/* What a name is compiled to. */
struct field_name {
    const char *text;
    size_t len;
    enum http_header_id id; /* of a known name no letter is compared any more */
};

static bool is_named(const struct message_view *v, const struct http_header *h,
                     const struct field_name *name)
{
    if (h->id != name->id)
        return false;
    return name->id != HTTP_HDR_OTHER ||
           (h->name_len == name->len &&
            http_text_same(v->base + h->name_off, name->text, name->len));
}

/* Where a walk over values stands: the field, and how much of it has been given. */
struct field_walk {
    unsigned index; /* 1 + that of the field; 0 before the first */
    uint32_t at;    /* within its value; behind the last value given */
};

/* Of the field at hand from walk->at on; moves behind it. */
static struct sample_text take_value(struct field_walk *walk, const struct message_view *v,
                                     bool whole)
{
    const struct http_header *h = &v->msg->headers[walk->index - 1];
    const char *start = v->base + h->value_off, *end = start + h->value_len;
    const char *from = start + walk->at;
    while (from < end && ascii_is_blank(*from))
        from++;
    const char *to = whole ? end : http_value_end(from, end);
    walk->at = (uint32_t)(to - start);
    while (to > from && ascii_is_blank(to[-1]))
        to--;
    return (struct sample_text){from, (size_t)(to - from)};
}

/* The field of that name, or of any where it is NULL, from which on a walk that stands at `index` has to look. Of
 * known names the message knows the first one, and whether there are more. */
static unsigned look_from(const struct http_msg *m, const struct field_name *name, unsigned index)
{
    if (name == NULL || name->id == HTTP_HDR_OTHER)
        return index;
    unsigned first = m->first[name->id] != 0 ? m->first[name->id] - 1u : m->header_count;
    if (index <= first)
        return first;
    return m->has_repeats ? index : m->header_count;
}

/* The next value of that name, of any name where it is NULL. */
static bool walk_on(struct field_walk *walk, const struct message_view *v,
                    const struct field_name *name, bool whole, struct sample_text *out)
{
    if (walk->index > 0 && !whole && walk->at < v->msg->headers[walk->index - 1].value_len) {
        walk->at++; /* the comma */
        *out = take_value(walk, v, whole);
        return true;
    }
    for (unsigned i = look_from(v->msg, name, walk->index); i < v->msg->header_count; i++) {
        const struct http_header *h = &v->msg->headers[i];
        if ((h->flags & HTTP_HEADER_DROP) != 0)
            continue;
        if (name != NULL && !is_named(v, h, name))
            continue;
        *walk = (struct field_walk){.index = i + 1};
        *out = take_value(walk, v, whole);
        return true;
    }
    walk->index = v->msg->header_count;
    return false;
}

/* Positive: counted from the first. */
static bool find_from_start(const struct message_view *v, const struct field_name *name, bool whole,
                            long long occurrence, struct sample_text *out)
{
    struct field_walk walk = {0};
    while (walk_on(&walk, v, name, whole, out))
        if (--occurrence == 0)
            return true;
    return false;
}

/* Negative: counted from the last. */
static bool find_from_end(const struct message_view *v, const struct field_name *name, bool whole,
                          long long occurrence, struct sample_text *out)
{
    struct sample_text last[HISTORY], value;
    struct field_walk walk = {0};
    long long found = 0;
    if (occurrence < -HISTORY)
        return false;
    while (walk_on(&walk, v, name, whole, &value))
        last[found++ % HISTORY] = value;
    if (found < -occurrence)
        return false;
    *out = last[(found + occurrence) % HISTORY];
    return true;
}

static const struct field_name *name_of(const struct arg *args)
{
    return args[0].type != ARG_NONE ? args[0].own : NULL;
}

/* Whether another value may follow that at which the walk stands. */
static bool may_go_on(const struct field_walk *walk, const struct http_msg *m,
                      const struct field_name *name, bool whole)
{
    bool is_alone = name != NULL && name->id != HTTP_HDR_OTHER && !m->has_repeats;
    return !is_alone || (!whole && walk->at < m->headers[walk->index - 1].value_len);
}

/* One value; whether it may have more is in out->flags. hdr() is of any name, hdr without parentheses of none. */
static bool next_value(struct sample_env *env, const struct message_view *v, const struct arg *args,
                       bool whole, struct sample *out)
{
    long long occurrence = args[1].type != ARG_NONE ? args[1].integer : 0;
    struct sample_text value;
    bool found;
    if (args[0].type == ARG_NONE)
        return false;
    if (occurrence == 0 && env->iterates) {
        struct field_walk walk = {out->cursor[0], out->cursor[1]};
        found = walk_on(&walk, v, name_of(args), whole, &value);
        out->cursor[0] = walk.index;
        out->cursor[1] = walk.at;
        if (found && may_go_on(&walk, v->msg, name_of(args), whole))
            out->flags |= SAMPLE_HAS_MORE;
    } else if (occurrence > 0) {
        found = find_from_start(v, name_of(args), whole, occurrence, &value);
    } else {
        found = find_from_end(v, name_of(args), whole, occurrence == 0 ? -1 : occurrence, &value);
    }
    if (found)
        sample_set_text(out, SAMPLE_STRING, value.data, value.len);
    return found;
}

/* ---- rows --------------------------------------------------------------------------------------------- */

bool header_value(struct sample_env *env, const struct fetch *row, const struct arg *args,
                  struct sample *out)
{
    struct message_view v;
    return fetch_view(env, (enum fetch_side)row->value, &v) &&
           next_value(env, &v, args, false, out);
}

static bool whole_field(struct sample_env *env, const struct fetch *row, const struct arg *args,
                        struct sample *out)
{
    struct message_view v;
    return fetch_view(env, (enum fetch_side)row->value, &v) && next_value(env, &v, args, true, out);
}

static bool count(struct sample_env *env, const struct fetch *row, const struct arg *args,
                  bool whole, struct sample *out)
{
    struct message_view v;
    struct field_walk walk = {0};
    struct sample_text value;
    long long n = 0;
    if (!fetch_view(env, (enum fetch_side)row->value, &v))
        return false;
    while (walk_on(&walk, &v, name_of(args), whole, &value))
        n++;
    sample_set_int(out, n);
    return true;
}

static bool field_count(struct sample_env *env, const struct fetch *row, const struct arg *args,
                        struct sample *out)
{
    return count(env, row, args, false, out);
}

static bool whole_field_count(struct sample_env *env, const struct fetch *row,
                              const struct arg *args, struct sample *out)
{
    return count(env, row, args, true, out);
}

/* ---- arguments ---------------------------------------------------------------------------------------- */

/* The name is kept with its length; an empty one is that of any field. */
static bool check_name(struct compiler *c, struct arg *args, unsigned given, int value)
{
    (void)value;
    if (args[1].type != ARG_NONE && args[1].integer < -HISTORY) {
        CONF_FAIL(c->l, args[1].span, NULL, "an occurrence may be at most %d from the last",
                  HISTORY);
        return false;
    }
    if (given == 0 || args[0].text.len == 0) {
        args[0].own = NULL;
        return true;
    }
    struct field_name *name = arena_alloc(c->l->arena, sizeof(*name));
    *name = (struct field_name){
        .text = args[0].text.data,
        .len = args[0].text.len,
        .id = http_header_find(args[0].text.data, args[0].text.len),
    };
    args[0].own = name;
    return true;
}

/* clang-format off */
#define NAMED .args = {{ARG_OWN, ARG_INT}, 1}, .check = check_name
#define OPTIONAL .args = {{ARG_OWN, ARG_INT}, 0}, .check = check_name
#define NAME_ONLY .args = {{ARG_OWN}, 0}, .check = check_name

/* The words of one side by their prefix, and those of ACLs that carry their match in the name. */
#define FAMILY(prefix, side, uses, what) \
    {.name = prefix "fhdr", .out = SAMPLE_STRING, OPTIONAL, .use = uses, .run = whole_field, .value = side, \
     .doc = "The last line of that name in the " what ", or the one counted by the second argument, commas and all.", .since = "1.5"}, \
    {.name = prefix "fhdr_cnt", .out = SAMPLE_INT, NAME_ONLY, .use = uses, .run = whole_field_count, .value = side, \
     .doc = "How many lines of that name, or of any, the " what " has.", .since = "1.5"}, \
    {.name = prefix "hdr", .out = SAMPLE_STRING, OPTIONAL, .use = uses, .run = header_value, .value = side, \
     .doc = "The last comma separated value of that name in the " what ", or the one counted by the second argument; ACLs look at all."}, \
    {.name = prefix "hdr_cnt", .out = SAMPLE_INT, NAME_ONLY, .use = uses, .run = field_count, .value = side, \
     .doc = "How many values of that name, or of any, the " what " has."}, \
    {.name = prefix "hdr_ip", .out = SAMPLE_ADDR, OPTIONAL, .use = uses, .run = header_address, .value = side, \
     .doc = "The same value as hdr, as an address."}, \
    {.name = prefix "hdr_val", .out = SAMPLE_INT, OPTIONAL, .use = uses, .run = header_number, .value = side, \
     .doc = "The same value as hdr, as a number."}

#define MATCHING(prefix, side, uses, by, what) \
    {.name = prefix "hdr_" by, .out = SAMPLE_STRING, OPTIONAL, .use = uses, .run = header_value, .value = side, .match = by, \
     .doc = "As " prefix "hdr, in ACLs: " what "."}
#define MATCHES(prefix, side, uses) \
    MATCHING(prefix, side, uses, "beg", "it begins so"), MATCHING(prefix, side, uses, "dir", "one of its directories is so"), \
    MATCHING(prefix, side, uses, "dom", "one of its domains is so"), MATCHING(prefix, side, uses, "end", "it ends so"), \
    MATCHING(prefix, side, uses, "len", "its length"), MATCHING(prefix, side, uses, "reg", "it fits a regular expression"), \
    MATCHING(prefix, side, uses, "sub", "it contains that")

const struct fetch header_fetches[] = {
    FAMILY("req.", OF_REQUEST, USE_REQUEST, "request"),
    FAMILY("res.", OF_RESPONSE, USE_RESPONSE, "response"),
    {.name = "hdr", .out = SAMPLE_STRING, OPTIONAL, .use = USE_MESSAGE, .run = header_value, .value = OF_RULE,
     .doc = "req.hdr in rules of requests, res.hdr in those of responses."},
    {.name = "hdr_cnt", .out = SAMPLE_INT, NAME_ONLY, .use = USE_REQUEST, .run = field_count, .value = OF_REQUEST,
     .doc = "Another name of req.hdr_cnt."},
    {.name = "hdr_ip", .out = SAMPLE_ADDR, OPTIONAL, .use = USE_REQUEST, .run = header_address, .value = OF_REQUEST,
     .doc = "Another name of req.hdr_ip."},
    {.name = "hdr_val", .out = SAMPLE_INT, OPTIONAL, .use = USE_REQUEST, .run = header_number, .value = OF_REQUEST,
     .doc = "Another name of req.hdr_val."},
    {.name = "shdr", .out = SAMPLE_STRING, OPTIONAL, .use = USE_RESPONSE, .run = header_value, .value = OF_RESPONSE,
     .doc = "Former name of res.hdr."},
    {.name = "shdr_cnt", .out = SAMPLE_INT, NAME_ONLY, .use = USE_RESPONSE, .run = field_count, .value = OF_RESPONSE,
     .doc = "Former name of res.hdr_cnt."},
    {.name = "shdr_ip", .out = SAMPLE_ADDR, OPTIONAL, .use = USE_RESPONSE, .run = header_address, .value = OF_RESPONSE,
     .doc = "Former name of res.hdr_ip."},
    {.name = "shdr_val", .out = SAMPLE_INT, OPTIONAL, .use = USE_RESPONSE, .run = header_number, .value = OF_RESPONSE,
     .doc = "Former name of res.hdr_val."},
    MATCHES("", OF_REQUEST, USE_REQUEST),
    MATCHES("req.", OF_REQUEST, USE_REQUEST),
    MATCHES("res.", OF_RESPONSE, USE_RESPONSE),
    MATCHES("s", OF_RESPONSE, USE_RESPONSE),
    {.name = NULL},
};
/* clang-format on */
