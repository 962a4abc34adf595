/* SPDX-License-Identifier: Apache-2.0 */
/* Converters of JSON: texts made fit to stand in it, and values taken out of it. */
#include "proxy/rules/conv_json.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/conv_priv.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* ---- json: escaping ----------------------------------------------------------------------------------- */

enum { BAD_SEQUENCE = 1, BAD_RANGE = 2, OVERLONG = 4 };
enum { ASCII = 0, UTF8 = 1, SILENT = 2, PERMISSIVE = 4 };

/* One character of UTF-8, how many bytes it takes and what is wrong with it. */
static unsigned decode(const char *at, const char *end, unsigned *character, size_t *len)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)*at;
    size_t want = first < 0x80             ? 1
                  : (first & 0xe0) == 0xc0 ? 2
                  : (first & 0xf0) == 0xe0 ? 3
                  : (first & 0xf8) == 0xf0 ? 4
                                           : 0;
    *len = 1;
    *character = first;
    if (want == 0)
        return BAD_SEQUENCE;
    if (want > 1)
        *character = first & (0x7fu >> want);
    for (; *len < want; (*len)++) {
        if (at + *len >= end || ((unsigned char)at[*len] & 0xc0) != 0x80)
            return BAD_SEQUENCE;
        *character = *character << 6 | ((unsigned char)at[*len] & 0x3f);
    }
    unsigned wrong = want > 1 && *character < least[want] ? OVERLONG : 0;
    bool prohibited = (*character >= 0xd800 && *character <= 0xdfff) ||
                      (*character & 0xfffe) == 0xfffe || *character > 0xffff;
    return wrong | (prohibited ? BAD_RANGE : 0);
}

/* The character as JSON spells it; how many bytes that is. */
static int escape(unsigned character, char out[8])
{
    static const char plain[] = "\"\\/\b\f\n\r\t", letters[] = "\"\\/bfnrt";
    const char *found = character != 0 && character < 0x80 ? strchr(plain, (int)character) : NULL;
    if (found != NULL) {
        out[0] = '\\';
        out[1] = letters[found - plain];
        return 2;
    }
    if (character < 0x80 && isprint((int)character)) {
        out[0] = (char)character;
        return 1;
    }
    return sprintf(out, "\\u%04x", character);
}

static bool to_json(struct sample_env *env, const struct converter *row, const struct arg *args,
                    struct sample *s)
{
    (void)row;
    enum { ESCAPED_MAX = 6 };
    unsigned how = args[0].type != ARG_NONE ? (unsigned)args[0].integer : ASCII;
    const char *at = s->text.data, *end = at + s->text.len;
    char *out = sample_scratch_take(env, ESCAPED_MAX * s->text.len), piece[8];
    size_t used = 0, len;
    if (out == NULL)
        return false;
    for (; at < end; at += len) {
        unsigned character = (unsigned char)*at, wrong = 0;
        len = 1;
        if ((how & UTF8) != 0)
            wrong = decode(at, end, &character, &len);
        if ((how & PERMISSIVE) != 0)
            wrong &= ~(unsigned)OVERLONG;
        if (wrong != 0 && (how & SILENT) == 0)
            return false;
        if (wrong != 0)
            continue;
        int n = escape(character, piece);
        memcpy(out + used, piece, (size_t)n);
        used += (size_t)n;
    }
    sample_set_text(s, SAMPLE_STRING, out, used);
    return true;
}

static bool check_code(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)value;
    static const struct {
        const char *name;
        unsigned how;
    } codes[] = {{"ascii", ASCII},
                 {"utf8", UTF8},
                 {"utf8s", UTF8 | SILENT},
                 {"utf8p", UTF8 | PERMISSIVE},
                 {"utf8ps", UTF8 | SILENT | PERMISSIVE}};
    if (count == 0 || args[0].text.len == 0) {
        args[0].type = ARG_NONE;
        return true;
    }
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (strlen(codes[i].name) != args[0].text.len ||
            memcmp(codes[i].name, args[0].text.data, args[0].text.len) != 0)
            continue;
        args[0].integer = codes[i].how;
        return true;
    }
    CONF_FAIL(c->l, args[0].span, "ascii, utf8, utf8s, utf8p or utf8ps",
              "unknown code of characters '%.*s'", (int)args[0].text.len, args[0].text.data);
    return false;
}

/* ---- json_query --------------------------------------------------------------------------------------- */

/* "$.a.b[2].c\.d" as its steps: names and positions. */
struct json_step {
    const char *name; /* NULL: a position */
    size_t index;
};

struct json_path {
    const struct json_step *steps;
    size_t count;
    bool wants_int;
};

/* ".name" up to the next step; a backslash keeps a dot or bracket. */
static const char *read_name(struct compiler *c, const char *at, struct json_step *step)
{
    char *name = arena_alloc(c->l->arena, strlen(at) + 1);
    size_t len = 0;
    for (; *at != '\0' && *at != '.' && *at != '['; at++) {
        if (*at == '\\' && at[1] != '\0')
            at++;
        name[len++] = *at;
    }
    step->name = name;
    return len > 0 ? at : NULL;
}

static const char *read_index(const char *at, struct json_step *step)
{
    const char *digits = at;
    for (; isdigit((unsigned char)*at); at++)
        step->index = step->index * 10 + (size_t)(*at - '0');
    return at > digits && at - digits < 9 && *at == ']' ? at + 1 : NULL;
}

static bool read_path(struct compiler *c, const char *text, struct json_path *path)
{
    struct json_step *steps = NULL;
    const char *at = *text == '$' ? text + 1 : NULL;
    while (at != NULL && *at != '\0') {
        struct json_step step = {0};
        at = *at == '.'   ? read_name(c, at + 1, &step)
             : *at == '[' ? read_index(at + 1, &step)
                          : NULL;
        steps = arena_list_grow(c->l->arena, steps, path->count, sizeof step);
        steps[path->count++] = step;
    }
    path->steps = steps;
    return at != NULL;
}

bool json_check_query(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)value;
    if (count == 0 || args[0].type == ARG_NONE)
        return true;
    struct json_path *path = arena_alloc(c->l->arena, sizeof *path);
    const char *text = arena_copy_bytes(c->l->arena, args[0].text.data, args[0].text.len);
    if (!read_path(c, text, path)) {
        CONF_FAIL(c->l, args[0].span, "as in: json_query('$.user.name')",
                  "'%s' is no path into a JSON text", text);
        return false;
    }
    path->wants_int = count > 1 && args[1].text.len > 0;
    if (path->wants_int && (args[1].text.len != 3 || memcmp(args[1].text.data, "int", 3) != 0)) {
        CONF_FAIL(c->l, args[1].span, "int, or nothing", "unknown type of result '%.*s'",
                  (int)args[1].text.len, args[1].text.data);
        return false;
    }
    args[0].own = path;
    return true;
}

/* What the path leads to; NULL if to nothing. */
static const json_t *follow(const json_t *value, const struct json_path *path)
{
    for (size_t i = 0; i < path->count && value != NULL; i++)
        value = path->steps[i].name != NULL ? json_object_get(value, path->steps[i].name)
                                            : json_array_get(value, path->steps[i].index);
    return value;
}

static bool number_to_sample(struct sample_env *env, const json_t *value, bool wants_int,
                             struct sample *s)
{
    if (wants_int) {
        sample_set_int(s, json_is_integer(value) ? json_integer_value(value)
                                                 : (long long)json_real_value(value));
        return true;
    }
    char text[64];
    int len = snprintf(text, sizeof text, "%g", json_number_value(value));
    return sample_set_copy(s, env, SAMPLE_STRING, text, (size_t)len);
}

/* Structures come out as the text they are. */
static bool structure_to_sample(struct sample_env *env, const json_t *value, struct sample *s)
{
    size_t len = json_dumpb(value, NULL, 0, JSON_COMPACT);
    char *text = sample_scratch_take(env, len);
    if (text == NULL)
        return false;
    json_dumpb(value, text, len, JSON_COMPACT);
    sample_set_text(s, SAMPLE_STRING, text, len);
    return true;
}

static bool value_to_sample(struct sample_env *env, const json_t *value, bool wants_int,
                            struct sample *s)
{
    switch (value != NULL ? json_typeof(value) : JSON_NULL) {
    case JSON_STRING: /* which stays one where a number was asked for */
        return sample_set_copy(s, env, SAMPLE_STRING, json_string_value(value),
                               json_string_length(value));
    case JSON_INTEGER:
    case JSON_REAL:
        return number_to_sample(env, value, wants_int, s);
    case JSON_TRUE:
    case JSON_FALSE:
        sample_set_bool(s, json_is_true(value));
        return true;
    case JSON_ARRAY:
    case JSON_OBJECT:
        return structure_to_sample(env, value, s);
    default:
        return false;
    }
}

bool json_query(struct sample_env *env, const struct converter *row, const struct arg *args,
                struct sample *s)
{
    (void)row;
    const struct json_path *path = args[0].own;
    json_t *text = json_loadb(s->text.data, s->text.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    bool found = value_to_sample(env, follow(text, path), path->wants_int, s);
    json_decref(text);
    return found;
}

/* clang-format off */
const struct converter json_converters[] = {
    {.name = "json", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .args = {{ARG_STRING}, 0}, .run = to_json, .check = check_code,
     .since = "1.6", .doc = "As it may stand in a JSON text; the argument says how bytes are read: ascii, utf8, utf8s, utf8p, utf8ps."},
    {.name = "json_query", .in = SAMPLE_STRING, .out = SAMPLE_ANY, .args = {{ARG_OWN, ARG_STRING}, 1}, .run = json_query,
     .check = json_check_query, .since = "2.4", .doc = "A value out of a JSON text: json_query('$.user.name'[,'int'])."},
    {.name = NULL},
};
/* clang-format on */
