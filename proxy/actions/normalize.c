/* SPDX-License-Identifier: Apache-2.0 */
/*
 * normalize-uri: one kind of normalization of the path, or of the path with its query, at a time (RFC 3986
 * 6.2.2). Each writes what it makes of a text into a buffer of three times its length.
 */
#include "config/loader.h"
#include "proxy/actions/rows.h"
#include "proxy/base/ascii.h"
#include "proxy/http/rules.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/trace.h"

#include <stdlib.h>

/* The length; -1 for a text that is refused: 400. */
typedef long normalizer(struct sample_text from, char *to, bool option);

/* ---- fragments ---------------------------------------------------------------------------------------- */

static long encode_fragment(struct sample_text from, char *to, bool option)
{
    size_t len = 0;
    (void)option;
    for (size_t i = 0; i < from.len; i++) {
        if (from.data[i] == '#') {
            memcpy(to + len, "%23", 3);
            len += 3;
        } else {
            to[len++] = from.data[i];
        }
    }
    return (long)len;
}

static long strip_fragment(struct sample_text from, char *to, bool option)
{
    const char *mark = memchr(from.data, '#', from.len);
    size_t len = mark != NULL ? (size_t)(mark - from.data) : from.len;
    (void)option;
    memcpy(to, from.data, len);
    return (long)len;
}

/* ---- segments of the path ----------------------------------------------------------------------------- */

static long merge_slashes(struct sample_text from, char *to, bool option)
{
    size_t len = 0;
    (void)option;
    for (size_t i = 0; i < from.len; i++)
        if (from.data[i] != '/' || len == 0 || to[len - 1] != '/')
            to[len++] = from.data[i];
    return (long)len;
}

static bool is_segment(struct sample_text segment, const char *text)
{
    return segment.len == strlen(text) && memcmp(segment.data, text, segment.len) == 0;
}

/* The next one behind its slash; false at the end. */
static bool next_segment(struct sample_text *rest, struct sample_text *out)
{
    if (rest->len == 0)
        return false;
    const char *from = rest->data + 1, *end = rest->data + rest->len;
    const char *slash = memchr(from, '/', (size_t)(end - from));
    const char *to = slash != NULL ? slash : end;
    *out = (struct sample_text){from, (size_t)(to - from)};
    *rest = (struct sample_text){to, (size_t)(end - to)};
    return true;
}

static size_t add_segment(char *to, size_t len, struct sample_text segment)
{
    to[len++] = '/';
    memcpy(to + len, segment.data, segment.len);
    return len + segment.len;
}

static long strip_dot(struct sample_text from, char *to, bool option)
{
    struct sample_text segment;
    size_t len = 0;
    (void)option;
    while (next_segment(&from, &segment))
        if (!is_segment(segment, "."))
            len = add_segment(to, len, segment);
        else if (from.len == 0)
            to[len++] = '/';
    return (long)len;
}

/* The length without the last segment; the same where there is none that ".." can take back. */
static size_t without_last(const char *to, size_t len)
{
    size_t at = len;
    while (at > 0 && to[at - 1] != '/')
        at--;
    bool is_dotdot = len - at == 2 && to[at] == '.' && to[at + 1] == '.';
    return at == 0 || is_dotdot ? len : at - 1;
}

static long strip_dotdot(struct sample_text from, char *to, bool full)
{
    struct sample_text segment;
    size_t len = 0;
    while (next_segment(&from, &segment)) {
        if (!is_segment(segment, "..")) {
            len = add_segment(to, len, segment);
            continue;
        }
        size_t shorter = without_last(to, len);
        if (shorter == len && !full)
            len = add_segment(to, len, segment);
        else if (from.len == 0) {
            len = shorter;
            to[len++] = '/';
        } else
            len = shorter;
    }
    return (long)len;
}

/* ---- percent encoding --------------------------------------------------------------------------------- */

static bool is_unreserved(int c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

/* The byte that %XX at text[i] stands for; -1 if it is none. */
static int encoded_at(struct sample_text text, size_t i)
{
    if (i + 2 >= text.len)
        return -1;
    int high = ascii_hex_value(text.data[i + 1]), low = ascii_hex_value(text.data[i + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static long decode_unreserved(struct sample_text from, char *to, bool strict)
{
    size_t len = 0;
    for (size_t i = 0; i < from.len; i++) {
        int byte = from.data[i] == '%' ? encoded_at(from, i) : -1;
        if (from.data[i] == '%' && byte < 0 && strict)
            return -1;
        if (byte >= 0 && is_unreserved(byte)) {
            to[len++] = (char)byte;
            i += 2;
        } else if (byte >= 0) {
            memcpy(to + len, from.data + i, 3);
            len += 3;
            i += 2;
        } else {
            to[len++] = from.data[i];
        }
    }
    return (long)len;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 0x20) : c;
}

static long raise_percent(struct sample_text from, char *to, bool strict)
{
    memcpy(to, from.data, from.len);
    for (size_t i = 0; i < from.len; i++) {
        if (from.data[i] != '%')
            continue;
        if (encoded_at(from, i) < 0) {
            if (strict)
                return -1;
            continue;
        }
        to[i + 1] = upper(to[i + 1]);
        to[i + 2] = upper(to[i + 2]);
        i += 2;
    }
    return (long)from.len;
}

/* ---- query -------------------------------------------------------------------------------------------- */

/* By name, then as they came: qsort() keeps no order of equals, so the place decides. */
static int compare_params(const void *a, const void *b)
{
    const struct sample_text *x = a, *y = b;
    const char *x_equal = memchr(x->data, '=', x->len), *y_equal = memchr(y->data, '=', y->len);
    size_t x_len = x_equal != NULL ? (size_t)(x_equal - x->data) : x->len;
    size_t y_len = y_equal != NULL ? (size_t)(y_equal - y->data) : y->len;
    int order = memcmp(x->data, y->data, x_len < y_len ? x_len : y_len);
    if (order == 0)
        order = (x_len > y_len) - (x_len < y_len);
    return order != 0 ? order : (x->data > y->data) - (x->data < y->data);
}

enum { PARAMS_MAX = 1024 };

static long sort_query(struct sample_text from, char *to, bool option)
{
    static _Thread_local struct sample_text params[PARAMS_MAX];
    const char *mark = memchr(from.data, '?', from.len), *end = from.data + from.len;
    size_t len = mark != NULL ? (size_t)(mark - from.data) + 1 : from.len, count = 0;
    (void)option;
    memcpy(to, from.data, len);
    for (const char *at = from.data + len; mark != NULL && at < end && count < PARAMS_MAX;) {
        const char *stop = memchr(at, '&', (size_t)(end - at));
        stop = stop != NULL ? stop : end;
        params[count++] = (struct sample_text){at, (size_t)(stop - at)};
        at = stop + 1;
    }
    if (count == PARAMS_MAX)
        return -1;
    qsort(params, count, sizeof(params[0]), compare_params);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            to[len++] = '&';
        memcpy(to + len, params[i].data, params[i].len);
        len += params[i].len;
    }
    return (long)len;
}

/* ---- the action --------------------------------------------------------------------------------------- */

static const struct kind {
    const char *name;
    normalizer *run;
    bool of_path;       /* the query is left out */
    const char *option; /* a word that may follow */
} kinds[] = {
    {"fragment-encode", encode_fragment, false, NULL},
    {"fragment-strip", strip_fragment, false, NULL},
    {"path-merge-slashes", merge_slashes, true, NULL},
    {"path-strip-dot", strip_dot, true, NULL},
    {"path-strip-dotdot", strip_dotdot, true, "full"},
    {"percent-decode-unreserved", decode_unreserved, false, "strict"},
    {"percent-to-uppercase", raise_percent, false, "strict"},
    {"query-sort-by-name", sort_query, false, NULL},
};

struct normalization {
    const struct kind *kind;
    bool option;
};

static const void *compile(struct compiler *c, const struct action *row, struct rule_words *words,
                           const char *parens)
{
    const struct conf_word *word = rule_words_next(c, words, "the kind of normalization");
    struct normalization *n = arena_alloc(c->l->arena, sizeof(*n));
    (void)row, (void)parens;
    if (word == NULL)
        return NULL;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(word->text, kinds[i].name) == 0)
            n->kind = &kinds[i];
    if (n->kind == NULL) {
        CONF_FAIL(c->l, word->span, NULL, "'%s' is no kind of normalization", word->text);
        return NULL;
    }
    if (n->kind->option != NULL && rule_words_more(words) &&
        strcmp(words->items[words->at].text, n->kind->option) == 0) {
        words->at++;
        n->option = true;
    }
    return n;
}

static enum rule_verdict run(struct sample_env *env, const struct rule *rule)
{
    const struct normalization *n = rule->data;
    struct http_edit e = stream_edit(env->stream, false);
    const struct http_msg *m = e.msg;
    uint32_t end = n->kind->of_path ? http_path_end(m, e.base) : m->target_off + m->target_len;
    struct sample_text from = {e.base + m->path_off, end - m->path_off};
    if (from.len == 0 || *from.data != '/')
        return RULE_GOES_ON;
    char *to = sample_scratch_take(env, 3 * from.len);
    if (to == NULL)
        return RULE_FAILS;
    long len = n->kind->run(from, to, n->option);
    if (len < 0)
        return rules_decide(env, &(struct rule_decision){
                                     .kind = DECIDED_ERROR, .cause = CAUSE_PROXY, .status = 400});
    if ((size_t)len == from.len && memcmp(to, from.data, from.len) == 0)
        return RULE_GOES_ON;
    trace_tell(env->trace, TRACE_FIELD, "path %.*s", (int)len, to);
    bool written =
        n->kind->of_path ? edit_path(&e, to, (size_t)len) : edit_pathq(&e, to, (size_t)len);
    return written ? RULE_GOES_ON : RULE_FAILS;
}

/* clang-format off */
const struct action normalize_actions[] = {
    {.name = "normalize-uri", .rulesets = IN_RULES(RULES_HTTP_REQUEST), .compile = compile, .run = run,
     .takes = "{ fragment-encode | fragment-strip | path-merge-slashes | path-strip-dot | path-strip-dotdot [full] | percent-decode-unreserved [strict] | percent-to-uppercase [strict] | query-sort-by-name }",
     .doc = "Writes path or query in one of the ways that mean the same.", .since = "2.4"},
    {.name = NULL},
};
/* clang-format on */
