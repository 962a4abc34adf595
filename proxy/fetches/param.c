/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches of parameters, name=value: of the query, and of a body that a form has filled. */
#include "proxy/fetches/rows.h"
#include "proxy/fetches/view.h"
#include "proxy/http/body.h"
#include "proxy/rules/compiler.h"

static bool is_delimiter(char c, char delimiter)
{
    return c == '&' || c == ';' || c == delimiter;
}

static bool is_same(const char *a, const char *b, size_t len, bool ignore_case)
{
    return (ignore_case ? strncasecmp(a, b, len) : memcmp(a, b, len)) == 0;
}

/* The next parameter of that name in text[*at..]; *at moves behind it. Without a name any one will do. */
static bool next_param(struct sample_text text, size_t *at, const struct sample_text *want,
                       char delimiter, bool ignore_case, struct sample_text *out)
{
    while (*at < text.len) {
        size_t from = *at, to = from;
        while (to < text.len && !is_delimiter(text.data[to], delimiter))
            to++;
        *at = to < text.len ? to + 1 : to;
        const char *equal = memchr(text.data + from, '=', to - from);
        if (equal == NULL)
            continue;
        size_t name_len = (size_t)(equal - text.data) - from;
        if (want != NULL && want->len > 0 &&
            (name_len != want->len ||
             !is_same(text.data + from, want->data, name_len, ignore_case)))
            continue;
        *out = (struct sample_text){equal + 1, to - from - name_len - 1};
        return true;
    }
    return false;
}

/* The first one; for an ACL each. */
static bool param_of(struct sample_env *env, struct sample_text text, const struct arg *args,
                     char delimiter, bool ignore_case, struct sample *out)
{
    const struct sample_text *want = args[0].type != ARG_NONE ? &args[0].text : NULL;
    struct sample_text value;
    size_t at = out->cursor[0];
    if (!next_param(text, &at, want, delimiter, ignore_case, &value))
        return false;
    out->cursor[0] = (uint32_t)at;
    out->flags |= env->iterates && at < text.len ? SAMPLE_HAS_MORE : 0;
    sample_set_text(out, SAMPLE_STRING, value.data, value.len);
    return true;
}

static bool url_param(struct sample_env *env, const struct fetch *row, const struct arg *args,
                      struct sample *out)
{
    struct message_view v;
    char delimiter = args[1].type != ARG_NONE && args[1].text.len > 0 ? args[1].text.data[0] : '?';
    (void)row;
    if (!fetch_view(env, OF_REQUEST, &v))
        return false;
    const char *target = v.base + v.msg->target_off, *end = target + v.msg->target_len;
    const char *mark = memchr(target, delimiter, v.msg->target_len);
    if (mark == NULL)
        return false;
    return param_of(env, (struct sample_text){mark + 1, (size_t)(end - mark - 1)}, args, delimiter,
                    args[2].type != ARG_NONE && args[2].text.len > 0, out);
}

static bool body_param(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    struct message_view v;
    struct sample_text body;
    (void)row;
    return fetch_view(env, OF_REQUEST, &v) && body_text(env, false, &body) &&
           param_of(env, body, args, '&', args[1].type != ARG_NONE && args[1].text.len > 0, out);
}

static bool url_param_number(struct sample_env *env, const struct fetch *row,
                             const struct arg *args, struct sample *out)
{
    return url_param(env, row, args, out) && view_to_number(out);
}

/* value: which argument is the flag; "i" leaves case aside. */
static bool check_flag(struct compiler *c, struct arg *args, unsigned count, int value)
{
    struct sample_text flag = args[value].text;
    if (count <= (unsigned)value || args[value].type == ARG_NONE || flag.len == 0 ||
        (flag.len == 1 && *flag.data == 'i'))
        return true;
    CONF_FAIL(c->l, args[value].span, "i leaves case aside", "'%.*s' is no flag of parameters",
              (int)flag.len, flag.data);
    return false;
}

/* clang-format off */
#define NAMED .args = {{ARG_STRING, ARG_STRING, ARG_STRING}, 0}, .check = check_flag, .value = 2
#define MATCHING(by, what) \
    {.name = "urlp_" by, .out = SAMPLE_STRING, NAMED, .use = USE_REQUEST, .run = url_param, .match = by, \
     .doc = "As urlp, in ACLs: " what "."}

const struct fetch param_fetches[] = {
    {.name = "urlp", .out = SAMPLE_STRING, NAMED, .use = USE_REQUEST, .run = url_param,
     .doc = "The first parameter of that name in the query; the second argument is what begins it instead of '?', an i as third leaves case aside."},
    {.name = "url_param", .out = SAMPLE_STRING, NAMED, .use = USE_REQUEST, .run = url_param,
     .doc = "Another name of urlp."},
    {.name = "urlp_val", .out = SAMPLE_INT, NAMED, .use = USE_REQUEST, .run = url_param_number,
     .doc = "The same value as urlp, as a number."},
    MATCHING("beg", "it begins so"),
    MATCHING("dir", "one of its directories is so"),
    MATCHING("dom", "one of its domains is so"),
    MATCHING("end", "it ends so"),
    MATCHING("len", "its length"),
    MATCHING("reg", "it fits a regular expression"),
    MATCHING("sub", "it contains that"),
    {.name = "req.body_param", .out = SAMPLE_BINARY, .args = {{ARG_STRING, ARG_STRING}, 0}, .check = check_flag, .value = 1, .use = USE_REQUEST, .run = body_param,
     .doc = "The first parameter of that name in the request's body, as forms send them.", .since = "1.6"},
    {.name = NULL},
};
/* clang-format on */
