/* SPDX-License-Identifier: Apache-2.0 */
/* What a stream was asked for, in log lines: the request line in parts, and what was captured. */
#include "proxy/fetches/rows.h"
#include "proxy/fetches/tokens.h"

/* ---- the request line --------------------------------------------------------------------------------- */

enum part { LINE, METHOD, URI, PATH, PATH_ONLY, QUERY, VERSION };

enum { REQUEST_LINE_MAX = 1023 }; /* HAProxy keeps 1024 bytes with the final zero */

/* As logs write what is not fit for a terminal, and '#' and '"': '#' and two digits. */
static bool encode_line(struct sample_env *env, struct sample_text text, struct sample *out)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t len = 0;
    char *to = sample_scratch_take(env, 3 * text.len);
    if (to == NULL)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c >= 32 && c < 127 && c != '#' && c != '"') {
            to[len++] = (char)c;
            continue;
        }
        to[len++] = '#';
        to[len++] = digits[c >> 4];
        to[len++] = digits[c & 15];
    }
    sample_set_text(out, SAMPLE_STRING, to, len);
    return true;
}

/* The n-th word of the line. */
static struct sample_text line_word(struct sample_text line, int n)
{
    const char *at = line.data, *end = at + line.len, *space;
    while (n-- > 0 && (space = memchr(at, ' ', (size_t)(end - at))) != NULL)
        at = space + 1;
    space = n >= 0 ? at : memchr(at, ' ', (size_t)(end - at));
    return (struct sample_text){at, (size_t)((space != NULL ? space : end) - at)};
}

/* "http://host/path" from its path on. */
static void skip_authority(struct sample_text *uri)
{
    const char *scheme =
        uri->len > 0 && *uri->data != '/' ? memmem(uri->data, uri->len, "://", 3) : NULL;
    if (scheme == NULL)
        return;
    const char *end = uri->data + uri->len;
    const char *path = memchr(scheme + 3, '/', (size_t)(end - scheme - 3));
    *uri = path != NULL ? (struct sample_text){path, (size_t)(end - path)}
                        : (struct sample_text){"/", 1};
}

static struct sample_text uri_part(struct sample_text uri, enum part part)
{
    const char *mark = memchr(uri.data, '?', uri.len);
    size_t path_len = mark != NULL ? (size_t)(mark - uri.data) : uri.len;
    if (part == QUERY)
        return (struct sample_text){uri.data + path_len, uri.len - path_len};
    if (part != URI)
        uri.len = path_len;
    if (part == PATH_ONLY)
        skip_authority(&uri);
    return uri;
}

static bool request_part(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    const struct access_record *r = record_of(env);
    struct sample_text line = {r->request_line, r->request_line_len};
    if (line.len > REQUEST_LINE_MAX)
        line.len = REQUEST_LINE_MAX;
    if (line.len == 0)
        return give_text(out, "<BADREQ>");
    switch ((enum part)row->value) {
    case LINE:
        break;
    case METHOD:
        line = line_word(line, 0);
        break;
    case VERSION:
        line = line_word(line, 2);
        break;
    default:
        line = uri_part(line_word(line, 1), (enum part)row->value);
        break;
    }
    return encode_line(env, line, out);
}

/* ---- captures ----------------------------------------------------------------------------------------- */

enum { OF_REQUEST, OF_RESPONSE };

static size_t captures_of(const struct access_record *r, int side, const struct access_text **slots)
{
    *slots = side == OF_RESPONSE ? r->captured_resp : r->captured;
    return side == OF_RESPONSE ? r->captured_resp_count : r->captured_count;
}

static struct access_text slot_text(const struct access_text *slots, size_t i)
{
    return slots != NULL ? slots[i] : (struct access_text){0};
}

/* A slot's value in which nothing passes for what stands around it; returns the end. */
static char *put_slot(char *to, struct access_text value, bool escapes)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (c >= 32 && c < 127 && strchr("\"#{|}", c) == NULL) {
            if (escapes && strchr("\\]", c) != NULL)
                *to++ = '\\';
            *to++ = (char)c;
            continue;
        }
        *to++ = '#';
        *to++ = digits[c >> 4];
        *to++ = digits[c & 15];
    }
    return to;
}

/* "{a||c}": one for each slot, empty where nothing was. */
static bool captures(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    const struct access_text *slots;
    size_t count = captures_of(record_of(env), row->value, &slots), need = 2;
    if (count == 0)
        return give_raw(out, env, "", 0);
    for (size_t i = 0; i < count; i++)
        need += 3 * slot_text(slots, i).len + 1;
    char *text = sample_scratch_take(env, need), *at = text;
    if (text == NULL)
        return false;
    *at++ = '{';
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            *at++ = '|';
        at = put_slot(at, slot_text(slots, i), false);
    }
    *at++ = '}';
    sample_set_text(out, SAMPLE_STRING, text, (size_t)(at - text));
    return true;
}

/* The Common Log Format's way: one by one, each in quotes where the flag says so. */
static bool captures_clf(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    const struct access_text *slots;
    const char *missing = env->in_quotes ? "\"\"" : "-", *quote = env->in_quotes ? "\"" : "";
    size_t count = captures_of(record_of(env), row->value, &slots), need = 1;
    for (size_t i = 0; i < count; i++)
        need += 3 * slot_text(slots, i).len + 4;
    char *text = sample_scratch_take(env, need), *at = text;
    if (text == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct access_text value = slot_text(slots, i);
        at = stpcpy(at, i > 0 ? " " : "");
        at = stpcpy(at, value.data == NULL ? missing : quote);
        if (value.data == NULL)
            continue;
        at = put_slot(at, value, env->escapes);
        at = stpcpy(at, quote);
    }
    sample_set_text(out, SAMPLE_NONE, text, (size_t)(at - text));
    return true;
}

static bool captured_cookie(struct sample_env *env, const struct format_token *row,
                            struct sample *out)
{
    const struct access_record *r = record_of(env);
    struct access_text cookie = row->value == OF_RESPONSE ? r->cookie_resp : r->cookie;
    return cookie.data != NULL &&
           encode_line(env, (struct sample_text){cookie.data, cookie.len}, out);
}

#define PART(word, which, text)                                                                    \
    {                                                                                              \
        .name = word, .run = request_part, .value = which, .doc = text                             \
    }

/* clang-format off */
const struct format_token request_tokens[] = {
    {.name = "CC", .run = captured_cookie, .value = OF_REQUEST, .doc = "The captured cookie of the request."},
    {.name = "CS", .run = captured_cookie, .value = OF_RESPONSE, .doc = "The captured cookie of the response."},
    PART("HM", METHOD, "Method of the request."),
    PART("HP", PATH, "Target of the request without its query."),
    PART("HPO", PATH_ONLY, "Path of the request."),
    PART("HQ", QUERY, "Query of the request, with its question mark."),
    PART("HU", URI, "Target of the request."),
    PART("HV", VERSION, "HTTP version of the request."),
    {.name = "hr", .run = captures, .value = OF_REQUEST, .doc = "Captured fields of the request."},
    {.name = "hrl", .run = captures_clf, .value = OF_REQUEST, .doc = "Captured fields of the request, each in quotes."},
    {.name = "hs", .run = captures, .value = OF_RESPONSE, .doc = "Captured fields of the response."},
    {.name = "hsl", .run = captures_clf, .value = OF_RESPONSE, .doc = "Captured fields of the response, each in quotes."},
    PART("r", LINE, "The request line."),
    {.name = NULL},
};
/* clang-format on */
