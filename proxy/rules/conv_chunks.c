/* SPDX-License-Identifier: Apache-2.0 */
/* Converters that take bytes as a row of numbers or of bits: spelt one by one, sorted, looked for. */
#include "proxy/rules/compiler.h"
#include "proxy/rules/conv_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- be2dec, le2dec, be2hex ---------------------------------------------------------------------------- */

enum { DECIMAL_HIGH_FIRST, DECIMAL_LOW_FIRST, HEXADECIMAL };

static int put_chunk(char *out, const unsigned char *bytes, size_t len, int form)
{
    unsigned long long value = 0;
    int used = 0;
    for (size_t i = 0; i < len; i++) {
        value = value << 8 | bytes[form == DECIMAL_LOW_FIRST ? len - 1 - i : i];
        if (form == HEXADECIMAL)
            used += sprintf(out + used, "%02X", bytes[i]);
    }
    return form == HEXADECIMAL ? used : sprintf(out, "%llu", value);
}

static bool spell(struct sample_env *env, const struct converter *row, const struct arg *args,
                  struct sample *s)
{
    enum { NUMBER_BYTES = 24 };
    struct sample_text in = s->text;
    struct sample_text separator =
        args[0].type != ARG_NONE ? args[0].text : (struct sample_text){0};
    bool has_size = args[1].type != ARG_NONE && args[1].integer > 0;
    size_t chunk = has_size ? (size_t)args[1].integer : in.len;
    bool truncates = args[2].type != ARG_NONE && args[2].integer != 0;
    size_t chunks = chunk > 0 ? in.len / chunk + 1 : 1, len = 0;
    char *out = sample_scratch_take(env, 2 * in.len + chunks * (separator.len + NUMBER_BYTES));
    if (out == NULL)
        return false;
    for (size_t i = 0; i < in.len; i += chunk) {
        size_t have = in.len - i < chunk ? in.len - i : chunk;
        if (truncates && have < chunk)
            break;
        if (i > 0 && separator.len > 0) {
            memcpy(out + len, separator.data, separator.len);
            len += separator.len;
        }
        len += (size_t)put_chunk(out + len, (const unsigned char *)in.data + i, have, row->value);
    }
    sample_set_text(s, SAMPLE_STRING, out, len);
    return true;
}

static bool check_spelling(struct compiler *c, struct arg *args, unsigned count, int value)
{
    bool has_size = count > 1 && args[1].type != ARG_NONE;
    long long size = has_size ? args[1].integer : 0;
    long long most = value == HEXADECIMAL ? 1024 * 1024 : 8;
    bool is_whole = value == HEXADECIMAL && size == 0 && args[0].text.len == 0;
    if (count > 2 && args[2].type != ARG_NONE && args[2].integer != 0 && args[2].integer != 1) {
        CONF_FAIL(c->l, args[2].span, "0 or 1", "%lld does not say whether to truncate",
                  args[2].integer);
        return false;
    }
    if (count == 0 || is_whole || (size > 0 && size <= most))
        return true;
    CONF_FAIL(c->l, args[has_size].span, value == HEXADECIMAL ? "at least 1 byte" : "1 to 8 bytes",
              "chunks of %lld bytes cannot be made", size);
    return false;
}

/* ---- be_sort ------------------------------------------------------------------------------------------- */

/* As numbers without sign: the highest byte comes first, so their bytes tell. */
static int compare(const void *a, const void *b, void *size)
{
    return memcmp(a, b, *(const size_t *)size);
}

static bool sort(struct sample_env *env, const struct converter *row, const struct arg *args,
                 struct sample *s)
{
    (void)row;
    size_t size = (size_t)args[0].integer, len = s->text.len;
    if (len % size != 0 || !sample_set_copy(s, env, SAMPLE_BINARY, s->text.data, len))
        return false;
    qsort_r((void *)s->text.data, len / size, size, compare, &size);
    return true;
}

static bool check_sort(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)count, (void)value;
    if (args[0].integer >= 1 && args[0].integer <= 8)
        return true;
    CONF_FAIL(c->l, args[0].span, "1 to 8", "numbers of %lld bytes cannot be sorted",
              args[0].integer);
    return false;
}

/* ---- base2, has_ctl ------------------------------------------------------------------------------------ */

static bool bits(struct sample_env *env, const struct converter *row, const struct arg *args,
                 struct sample *s)
{
    (void)row, (void)args;
    struct sample_text in = s->text;
    char *out = sample_scratch_take(env, 8 * in.len);
    if (out == NULL)
        return false;
    for (size_t i = 0; i < 8 * in.len; i++)
        out[i] = ((unsigned char)in.data[i / 8] >> (7 - i % 8) & 1) != 0 ? '1' : '0';
    sample_set_text(s, SAMPLE_STRING, out, 8 * in.len);
    return true;
}

/* One bit for each of the characters 0 to 31, and one for 127. */
#define CTL_ANY 0x1ffffffffull
#define CTL_TAB (1ull << '\t')
#define CTL_HTTP (1ull | 1ull << '\r' | 1ull << '\n')

static bool has_control(struct sample_env *env, const struct converter *row, const struct arg *args,
                        struct sample *s)
{
    (void)env, (void)row;
    unsigned long long mask = (unsigned long long)args[0].integer;
    struct sample_text in = s->text;
    bool found = false;
    for (size_t i = 0; i < in.len && !found; i++) {
        unsigned char c = (unsigned char)in.data[i];
        found = (c < 32 && (mask >> c & 1) != 0) || (c == 127 && (mask >> 32 & 1) != 0);
    }
    sample_set_bool(s, found);
    return true;
}

static bool check_mask(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)value;
    const char *text =
        count > 0 ? arena_copy_bytes(c->l->scratch, args[0].text.data, args[0].text.len) : "";
    char *end = NULL;
    unsigned long long mask = CTL_ANY & ~CTL_TAB;
    if (strcmp(text, "any") == 0)
        mask = CTL_ANY;
    else if (strcmp(text, "http") == 0)
        mask = CTL_HTTP;
    else if (*text != '\0')
        mask = strtoull(text, &end, 0);
    if ((end != NULL && *end != '\0') || mask > CTL_ANY) {
        CONF_FAIL(c->l, args[0].span, "any, http, or a bit for each: 0x200 is the tab",
                  "'%s' are no control characters", text);
        return false;
    }
    args[0].integer = (long long)mask;
    return true;
}

/* clang-format off */
const struct converter chunk_converters[] = {
    {.name = "be2dec", .in = SAMPLE_BINARY, .out = SAMPLE_STRING, .args = {{ARG_STRING, ARG_INT, ARG_INT}, 2}, .run = spell,
     .value = DECIMAL_HIGH_FIRST, .check = check_spelling, .since = "2.6", .doc = "A decimal number for each chunk of bytes: be2dec(<separator>,<bytes>[,<truncate>])."},
    {.name = "le2dec", .in = SAMPLE_BINARY, .out = SAMPLE_STRING, .args = {{ARG_STRING, ARG_INT, ARG_INT}, 2}, .run = spell,
     .value = DECIMAL_LOW_FIRST, .check = check_spelling, .since = "3.0", .doc = "As be2dec, of chunks whose lowest byte comes first."},
    {.name = "be2hex", .in = SAMPLE_BINARY, .out = SAMPLE_STRING, .args = {{ARG_STRING, ARG_INT, ARG_INT}, 0}, .run = spell,
     .value = HEXADECIMAL, .check = check_spelling, .since = "2.6", .doc = "Hexadecimal digits with a separator between chunks of bytes: be2hex([<separator>],[<bytes>][,<truncate>])."},
    {.name = "be_sort", .in = SAMPLE_BINARY, .out = SAMPLE_BINARY, .args = {{ARG_INT}, 1}, .run = sort, .check = check_sort,
     .since = "3.5", .doc = "The numbers of so many bytes each that it consists of, in their order."},
    {.name = "base2", .in = SAMPLE_BINARY, .out = SAMPLE_STRING, .run = bits, .since = "3.2", .doc = "Eight binary digits for each byte."},
    {.name = "has_ctl", .in = SAMPLE_BINARY, .out = SAMPLE_BOOL, .args = {{ARG_STRING}, 0}, .run = has_control, .check = check_mask,
     .since = "3.4", .doc = "Whether it has control characters: all but the tab, or has_ctl(any|http|<mask>)."},
    {.name = NULL},
};
/* clang-format on */
