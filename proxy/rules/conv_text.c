/* SPDX-License-Identifier: Apache-2.0 */
/* Converters on one text: case, trimming, slices, choices. */
#include "proxy/rules/compiler.h"
#include "proxy/rules/conv_priv.h"

#include <limits.h>
#include <string.h>

enum { LOWER, UPPER };
enum { LEFT, RIGHT };

static bool change_case(struct sample_env *env, const struct converter *row, const struct arg *args,
                        struct sample *s)
{
    (void)args;
    struct sample_text from = s->text;
    char *to = sample_scratch_take(env, from.len);
    if (to == NULL)
        return false;
    const char first = row->value == LOWER ? 'A' : 'a';
    for (size_t i = 0; i < from.len; i++) {
        bool is_other = from.data[i] >= first && from.data[i] < first + 26;
        to[i] = (char)(from.data[i] ^ (is_other ? 0x20 : 0));
    }
    sample_set_text(s, SAMPLE_STRING, to, from.len);
    return true;
}

static bool length(struct sample_env *env, const struct converter *row, const struct arg *args,
                   struct sample *s)
{
    (void)env, (void)row, (void)args;
    sample_set_int(s, (long long)s->text.len);
    return true;
}

static bool is_one_of(char c, struct sample_text set)
{
    return set.len > 0 && memchr(set.data, c, set.len) != NULL;
}

static bool trim(struct sample_env *env, const struct converter *row, const struct arg *args,
                 struct sample *s)
{
    (void)env;
    while (s->text.len > 0) {
        char c = row->value == LEFT ? s->text.data[0] : s->text.data[s->text.len - 1];
        if (!is_one_of(c, args[0].text))
            break;
        s->text.data += row->value == LEFT;
        s->text.len--;
    }
    return true;
}

/* Beyond either end there is nothing, which is a value; a variable that is not there has none. */
static bool bytes(struct sample_env *env, const struct converter *row, const struct arg *args,
                  struct sample *s)
{
    (void)row;
    struct sample offset, len = {.integer = LLONG_MAX};
    if (!operand_get(env, &args[0], SAMPLE_INT, &offset))
        return false;
    if (args[1].type != ARG_NONE &&
        (!operand_get(env, &args[1], SAMPLE_INT, &len) || len.integer < 0))
        return false;
    size_t skipped = s->text.len;
    if (offset.integer >= 0 && (unsigned long long)offset.integer < s->text.len)
        skipped = (size_t)offset.integer;
    s->text.data += skipped;
    s->text.len -= skipped;
    if ((unsigned long long)len.integer < s->text.len)
        s->text.len = (size_t)len.integer;
    return true;
}

/* A constant length below 0 is none. */
static bool check_bytes(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)value;
    if (args[0].text.len == 0) {
        CONF_FAIL(c->l, args[0].span, "as in: bytes(0,4)", "'bytes' needs an offset");
        return false;
    }
    if (count > 1 && args[1].text.len > 0 && args[1].text.data[0] == '-')
        args[1].type = ARG_NONE;
    return operand_number(c, &args[0]) && (args[1].type == ARG_NONE || operand_number(c, &args[1]));
}

static bool cut_crlf(struct sample_env *env, const struct converter *row, const struct arg *args,
                     struct sample *s)
{
    (void)env, (void)row, (void)args;
    size_t len = 0;
    while (len < s->text.len && s->text.data[len] != '\r' && s->text.data[len] != '\n')
        len++;
    s->text.len = len;
    return true;
}

static bool iif(struct sample_env *env, const struct converter *row, const struct arg *args,
                struct sample *s)
{
    (void)env, (void)row;
    s->type = SAMPLE_STRING;
    s->text = args[s->integer != 0 ? 0 : 1].text;
    return true;
}

/* clang-format off */
const struct converter text_converters[] = {
    {.name = "lower", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .run = change_case, .value = LOWER, .doc = "In lower case."},
    {.name = "upper", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .run = change_case, .value = UPPER, .doc = "In upper case."},
    {.name = "length", .in = SAMPLE_STRING, .out = SAMPLE_INT, .run = length, .since = "1.8", .doc = "How many bytes it has."},
    {.name = "ltrim", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .args = {{ARG_STRING}, 1}, .run = trim, .value = LEFT,
     .since = "2.5", .doc = "Without the given characters at its beginning."},
    {.name = "rtrim", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .args = {{ARG_STRING}, 1}, .run = trim, .value = RIGHT,
     .since = "2.5", .doc = "Without the given characters at its end."},
    {.name = "bytes", .in = SAMPLE_BINARY, .out = SAMPLE_BINARY, .args = {{ARG_OWN, ARG_OWN}, 1}, .run = bytes,
     .check = check_bytes, .since = "1.6", .doc = "The bytes from an offset on, as many as the second argument says."},
    {.name = "cut_crlf", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .run = cut_crlf, .since = "2.5",
     .doc = "Up to its first carriage return or line feed."},
    {.name = "iif", .in = SAMPLE_BOOL, .out = SAMPLE_STRING, .args = {{ARG_STRING, ARG_STRING}, 2}, .run = iif, .since = "2.3",
     .doc = "The first text if it is true, else the second."},
    {.name = NULL},
};
/* clang-format on */
