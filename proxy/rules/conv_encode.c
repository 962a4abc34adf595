/* SPDX-License-Identifier: Apache-2.0 */
/* Converters between bytes and their spellings: base64, hexadecimal, numbers, URLs. */
#include "proxy/base/ascii.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/conv_priv.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

/* ---- base64, RFC 4648 4 and 5 ------------------------------------------------------------------------- */

static const char base64_plain[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

enum { PLAIN, URL };

/* The form for URLs has no '=' at its end. */
static bool base64_encode(struct sample_env *env, const struct converter *row,
                          const struct arg *args, struct sample *s)
{
    (void)args;
    const char *digits = row->value == URL ? base64_url : base64_plain;
    struct sample_text in = s->text;
    size_t len = 0;
    char *out = sample_scratch_take(env, (in.len + 2) / 3 * 4);
    if (out == NULL)
        return false;
    for (size_t i = 0; i < in.len; i += 3) {
        size_t have = in.len - i < 3 ? in.len - i : 3;
        uint32_t group = 0;
        for (size_t b = 0; b < 3; b++)
            group = group << 8 | (b < have ? (unsigned char)in.data[i + b] : 0);
        for (size_t d = 0; d < 4; d++) {
            if (d <= have)
                out[len++] = digits[group >> (18 - 6 * d) & 63];
            else if (row->value == PLAIN)
                out[len++] = '=';
        }
    }
    sample_set_text(s, SAMPLE_STRING, out, len);
    return true;
}

/* The digits without padding; false if the padding is wrong. */
static bool base64_strip(struct sample_text *in, bool padded)
{
    if (padded && in->len % 4 != 0)
        return false;
    for (int i = 0; padded && i < 2 && in->len > 0 && in->data[in->len - 1] == '='; i++)
        in->len--;
    return in->len % 4 != 1;
}

static bool base64_decode(struct sample_env *env, const struct converter *row,
                          const struct arg *args, struct sample *s)
{
    (void)args;
    const char *digits = row->value == URL ? base64_url : base64_plain;
    struct sample_text in = s->text;
    char *out = sample_scratch_take(env, in.len);
    size_t len = 0;
    uint32_t group = 0;
    if (out == NULL || !base64_strip(&in, row->value == PLAIN))
        return false;
    for (size_t i = 0; i < in.len; i++) {
        const char *digit = in.data[i] != '\0' ? strchr(digits, in.data[i]) : NULL;
        if (digit == NULL)
            return false;
        group = group << 6 | (uint32_t)(digit - digits);
        if (i % 4 != 0)
            out[len++] = (char)(group >> (6 - 2 * (i % 4)));
    }
    sample_set_text(s, SAMPLE_BINARY, out, len);
    return true;
}

/* ---- hexadecimal -------------------------------------------------------------------------------------- */

static bool hex(struct sample_env *env, const struct converter *row, const struct arg *args,
                struct sample *s)
{
    (void)row, (void)args;
    static const char digits[] = "0123456789ABCDEF";
    struct sample_text in = s->text;
    char *out = sample_scratch_take(env, 2 * in.len);
    if (out == NULL)
        return false;
    for (size_t i = 0; i < in.len; i++) {
        out[2 * i] = digits[(unsigned char)in.data[i] >> 4];
        out[2 * i + 1] = digits[(unsigned char)in.data[i] & 15];
    }
    sample_set_text(s, SAMPLE_STRING, out, 2 * in.len);
    return true;
}

static bool hex_to_number(struct sample_env *env, const struct converter *row,
                          const struct arg *args, struct sample *s)
{
    (void)env, (void)row, (void)args;
    uint64_t value = 0;
    for (size_t i = 0; i < s->text.len; i++) {
        int digit = ascii_hex_value(s->text.data[i]);
        if (digit < 0)
            return false;
        value = value << 4 | (uint64_t)digit;
    }
    sample_set_int(s, (long long)value);
    return true;
}

static bool to_network_order(struct sample_env *env, const struct converter *row,
                             const struct arg *args, struct sample *s)
{
    (void)row, (void)args;
    uint32_t value = htonl((uint32_t)s->integer);
    return sample_set_copy(s, env, SAMPLE_BINARY, (const char *)&value, sizeof value);
}

/* ---- URLs --------------------------------------------------------------------------------------------- */

/* RFC 3986 2.3: all but the unreserved are written as %XX. */
static bool url_encode(struct sample_env *env, const struct converter *row, const struct arg *args,
                       struct sample *s)
{
    (void)row, (void)args;
    static const char digits[] = "0123456789ABCDEF";
    struct sample_text in = s->text;
    size_t len = 0;
    char *out = sample_scratch_take(env, 3 * in.len);
    if (out == NULL)
        return false;
    for (size_t i = 0; i < in.len; i++) {
        unsigned char c = (unsigned char)in.data[i];
        if (c < 128 && (isalnum(c) || strchr("-._~", c) != NULL) && c != '\0') {
            out[len++] = (char)c;
            continue;
        }
        out[len++] = '%';
        out[len++] = digits[c >> 4];
        out[len++] = digits[c & 15];
    }
    sample_set_text(s, SAMPLE_STRING, out, len);
    return true;
}

static bool check_url_encode(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)value;
    if (count == 0 || args[0].text.len == 0 ||
        (args[0].text.len == 5 && memcmp(args[0].text.data, "query", 5) == 0))
        return true;
    CONF_FAIL(c->l, args[0].span, "query", "unknown kind of encoding '%.*s'", (int)args[0].text.len,
              args[0].text.data);
    return false;
}

/* '+' is a blank in forms and queries. A '%' without two digits ends the conversion: there is no value. */
static bool url_decode(struct sample_env *env, const struct converter *row, const struct arg *args,
                       struct sample *s)
{
    (void)row;
    struct sample_text in = s->text;
    bool in_form = args[0].type != ARG_NONE && args[0].integer != 0;
    size_t len = 0;
    char *out = sample_scratch_take(env, in.len);
    if (out == NULL)
        return false;
    for (size_t i = 0; i < in.len; i++) {
        char c = in.data[i];
        if (c == '+' && in_form)
            c = ' ';
        else if (c == '?')
            in_form = true;
        else if (c == '%') {
            int high = i + 2 < in.len ? ascii_hex_value(in.data[i + 1]) : -1;
            int low = i + 2 < in.len ? ascii_hex_value(in.data[i + 2]) : -1;
            if (i + 2 >= in.len || high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        }
        out[len++] = c;
    }
    sample_set_text(s, SAMPLE_STRING, out, len);
    return true;
}

/* clang-format off */
const struct converter encode_converters[] = {
    {.name = "base64", .in = SAMPLE_BINARY, .out = SAMPLE_STRING, .run = base64_encode, .value = PLAIN, .doc = "In base64."},
    {.name = "b64dec", .in = SAMPLE_STRING, .out = SAMPLE_BINARY, .run = base64_decode, .value = PLAIN, .since = "1.7",
     .doc = "The bytes that a base64 text stands for."},
    {.name = "ub64enc", .in = SAMPLE_BINARY, .out = SAMPLE_STRING, .run = base64_encode, .value = URL, .since = "2.4",
     .doc = "In base64 as it may stand in a URL."},
    {.name = "ub64dec", .in = SAMPLE_STRING, .out = SAMPLE_BINARY, .run = base64_decode, .value = URL, .since = "2.4",
     .doc = "The bytes that a base64 text of a URL stands for."},
    {.name = "hex", .in = SAMPLE_BINARY, .out = SAMPLE_STRING, .run = hex, .doc = "Two hexadecimal digits for each byte."},
    {.name = "hex2i", .in = SAMPLE_STRING, .out = SAMPLE_INT, .run = hex_to_number, .since = "2.3", .doc = "The number that hexadecimal digits stand for."},
    {.name = "htonl", .in = SAMPLE_INT, .out = SAMPLE_BINARY, .run = to_network_order, .since = "2.1", .doc = "The number as four bytes, the highest first."},
    {.name = "url_enc", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .args = {{ARG_STRING}, 0}, .run = url_encode, .check = check_url_encode,
     .since = "2.4", .doc = "As it may stand in a query."},
    {.name = "url_dec", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .args = {{ARG_INT}, 0}, .run = url_decode, .since = "1.6",
     .doc = "Without the escapes of a URL; with 1 as argument a plus is a blank from the beginning, else from '?' on."},
    {.name = NULL},
};
/* clang-format on */
