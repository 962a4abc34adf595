/* SPDX-License-Identifier: Apache-2.0 */
/* Casts between the types of samples: a table of functions, one for each pair that has a way. */
#include "proxy/rules/sample.h"

#include <arpa/inet.h>
#include <limits.h>
#include <string.h>

#include "proxy/base/addr.h"

char *sample_scratch_take(const struct sample_env *env, size_t bytes)
{
    struct sample_scratch *scratch = env->scratch;
    if (bytes > scratch->size - scratch->used)
        return NULL;
    char *memory = scratch->base + scratch->used;
    scratch->used += bytes;
    return memory;
}

bool sample_set_copy(struct sample *s, const struct sample_env *env, enum sample_type type,
                     const char *data, size_t len)
{
    char *copy = sample_scratch_take(env, len);
    if (copy == NULL)
        return false;
    memcpy(copy, data, len);
    sample_set_text(s, type, copy, len);
    return true;
}

typedef bool cast(struct sample *s, const struct sample_env *env);

static bool cast_none(struct sample *s, const struct sample_env *env)
{
    (void)s, (void)env;
    return true;
}

static bool int_to_bool(struct sample *s, const struct sample_env *env)
{
    (void)env;
    sample_set_bool(s, s->integer != 0);
    return true;
}

static bool bool_to_int(struct sample *s, const struct sample_env *env)
{
    (void)env;
    s->type = SAMPLE_INT;
    return true;
}

/* The number is the address in the order of the host. */
static bool int_to_ipv4(struct sample *s, const struct sample_env *env)
{
    (void)env;
    struct in_addr address = {htonl((uint32_t)s->integer)};
    s->type = SAMPLE_IPV4;
    s->ipv4 = address;
    return true;
}

static bool ipv4_to_int(struct sample *s, const struct sample_env *env)
{
    (void)env;
    sample_set_int(s, ntohl(s->ipv4.s_addr));
    return true;
}

static bool ipv4_to_ipv6(struct sample *s, const struct sample_env *env)
{
    (void)env;
    struct in6_addr mapped = {.s6_addr = {[10] = 0xff, [11] = 0xff}};
    memcpy(mapped.s6_addr + 12, &s->ipv4, 4);
    s->type = SAMPLE_IPV6;
    s->ipv6 = mapped;
    return true;
}

static bool int_to_ipv6(struct sample *s, const struct sample_env *env)
{
    return int_to_ipv4(s, env) && ipv4_to_ipv6(s, env);
}

/* IPv4 mapped, 6to4 and the old compatible form have one; others do not. */
static bool ipv6_to_ipv4(struct sample *s, const struct sample_env *env)
{
    (void)env;
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}, compatible[12] = {0};
    const uint8_t *bytes = s->ipv6.s6_addr;
    size_t at = 12;
    if (bytes[0] == 0x20 && bytes[1] == 0x02)
        at = 2;
    else if (memcmp(bytes, mapped, 12) != 0 && memcmp(bytes, compatible, 12) != 0)
        return false;
    struct in_addr address;
    memcpy(&address, bytes + at, 4);
    s->type = SAMPLE_IPV4;
    s->ipv4 = address;
    return true;
}

/* By hand, and straight into the scratch: a log line has twenty numbers. */
static bool int_to_text(struct sample *s, const struct sample_env *env)
{
    bool negative = s->integer < 0;
    uint64_t rest = negative ? 0 - (uint64_t)s->integer : (uint64_t)s->integer;
    size_t digits = 1;
    for (uint64_t limit = 10; rest >= limit && digits < 20; limit *= 10)
        digits++;
    size_t len = digits + negative;
    char *text = sample_scratch_take(env, len), *at = text + len;
    if (text == NULL)
        return false;
    do
        *--at = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (negative)
        *text = '-';
    sample_set_text(s, SAMPLE_STRING, text, len);
    return true;
}

static bool ipv4_to_text(struct sample *s, const struct sample_env *env)
{
    char text[INET_ADDRSTRLEN];
    size_t len = addr_format_ipv4(&s->ipv4, text);
    return sample_set_copy(s, env, SAMPLE_STRING, text, len);
}

static bool ipv6_to_text(struct sample *s, const struct sample_env *env)
{
    char text[INET6_ADDRSTRLEN];
    inet_ntop(AF_INET6, &s->ipv6, text, sizeof text);
    return sample_set_copy(s, env, SAMPLE_STRING, text, strlen(text));
}

static bool ipv4_to_binary(struct sample *s, const struct sample_env *env)
{
    struct in_addr address = s->ipv4;
    return sample_set_copy(s, env, SAMPLE_BINARY, (const char *)&address, sizeof address);
}

static bool ipv6_to_binary(struct sample *s, const struct sample_env *env)
{
    struct in6_addr address = s->ipv6;
    return sample_set_copy(s, env, SAMPLE_BINARY, (const char *)&address, sizeof address);
}

/* Eight bytes, the highest first. */
static bool int_to_binary(struct sample *s, const struct sample_env *env)
{
    char bytes[8];
    for (size_t i = 0; i < 8; i++)
        bytes[i] = (char)((uint64_t)s->integer >> (56 - 8 * i));
    return sample_set_copy(s, env, SAMPLE_BINARY, bytes, 8);
}

/* The digits at the beginning, with a sign or none; too many of them stop at the limit. Of nothing there is none. */
static bool text_to_int(struct sample *s, const struct sample_env *env)
{
    (void)env;
    const char *at = s->text.data, *end = at + s->text.len;
    if (at == end)
        return false;
    bool negative = *at == '-';
    long long value = 0; /* below zero, as there is one number more */
    at += negative || *at == '+';
    for (; at < end && *at >= '0' && *at <= '9'; at++) {
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, *at - '0', &value)) {
            value = LLONG_MIN;
            break;
        }
    }
    if (!negative)
        value = value == LLONG_MIN ? LLONG_MAX : -value;
    sample_set_int(s, value);
    return true;
}

static bool text_to_bool(struct sample *s, const struct sample_env *env)
{
    return text_to_int(s, env) && int_to_bool(s, env);
}

/* Four numbers; whatever stands behind the last one, as a port or a further address, does not count. */
static bool text_to_ipv4(struct sample *s, const struct sample_env *env)
{
    (void)env;
    uint8_t bytes[4];
    size_t count = 0;
    unsigned value = 0;
    bool has_digit = false;
    for (size_t i = 0; i < s->text.len; i++) {
        unsigned digit = (unsigned char)s->text.data[i] - (unsigned)'0';
        bool is_dot = s->text.data[i] == '.';
        if (digit > 9 && !is_dot)
            break;
        if (is_dot && (!has_digit || count == 3))
            return false;
        if (is_dot)
            bytes[count++] = (uint8_t)value;
        value = is_dot ? 0 : value * 10 + digit;
        has_digit = !is_dot;
        if (value > 255)
            return false;
    }
    if (count != 3 || !has_digit)
        return false;
    bytes[3] = (uint8_t)value;
    s->type = SAMPLE_IPV4;
    memcpy(&s->ipv4, bytes, sizeof s->ipv4);
    return true;
}

static bool text_to_ipv6(struct sample *s, const struct sample_env *env)
{
    (void)env;
    char text[INET6_ADDRSTRLEN]; /* inet_pton() wants a final zero, which a slice does not have */
    struct in6_addr address;
    if (s->text.len >= sizeof text)
        return false;
    memcpy(text, s->text.data, s->text.len);
    text[s->text.len] = '\0';
    if (inet_pton(AF_INET6, text, &address) != 1)
        return false;
    s->type = SAMPLE_IPV6;
    s->ipv6 = address;
    return true;
}

static bool text_to_addr(struct sample *s, const struct sample_env *env)
{
    return text_to_ipv4(s, env) || text_to_ipv6(s, env);
}

static bool text_to_string(struct sample *s, const struct sample_env *env)
{
    (void)env;
    s->type = SAMPLE_STRING;
    return true;
}

static bool text_to_binary(struct sample *s, const struct sample_env *env)
{
    (void)env;
    s->type = SAMPLE_BINARY;
    return true;
}

static bool text_to_method(struct sample *s, const struct sample_env *env)
{
    (void)env;
    s->type = SAMPLE_METHOD;
    return true;
}

/* Bytes are taken as a text, which a zero ends. */
static bool binary_to_text(struct sample *s, const struct sample_env *env)
{
    (void)env;
    s->type = SAMPLE_STRING;
    s->text.len = strnlen(s->text.data, s->text.len);
    return true;
}

/* clang-format off */
static cast *const casts[SAMPLE_TYPES][SAMPLE_TYPES] = {
    [SAMPLE_BOOL] = {[SAMPLE_BOOL] = cast_none, [SAMPLE_INT] = bool_to_int, [SAMPLE_STRING] = int_to_text,
                     [SAMPLE_BINARY] = int_to_binary},
    [SAMPLE_INT] = {[SAMPLE_BOOL] = int_to_bool, [SAMPLE_INT] = cast_none, [SAMPLE_ADDR] = int_to_ipv4,
                    [SAMPLE_IPV4] = int_to_ipv4, [SAMPLE_IPV6] = int_to_ipv6, [SAMPLE_STRING] = int_to_text, [SAMPLE_BINARY] = int_to_binary},
    [SAMPLE_ADDR] = {[SAMPLE_ADDR] = cast_none, [SAMPLE_INT] = ipv4_to_int, [SAMPLE_IPV4] = cast_none,
                     [SAMPLE_IPV6] = cast_none, [SAMPLE_STRING] = ipv4_to_text, [SAMPLE_BINARY] = ipv4_to_binary},
    [SAMPLE_IPV4] = {[SAMPLE_INT] = ipv4_to_int, [SAMPLE_ADDR] = cast_none, [SAMPLE_IPV4] = cast_none,
                     [SAMPLE_IPV6] = ipv4_to_ipv6, [SAMPLE_STRING] = ipv4_to_text, [SAMPLE_BINARY] = ipv4_to_binary},
    [SAMPLE_IPV6] = {[SAMPLE_ADDR] = cast_none, [SAMPLE_IPV4] = ipv6_to_ipv4, [SAMPLE_IPV6] = cast_none,
                     [SAMPLE_STRING] = ipv6_to_text, [SAMPLE_BINARY] = ipv6_to_binary},
    [SAMPLE_STRING] = {[SAMPLE_BOOL] = text_to_bool, [SAMPLE_INT] = text_to_int, [SAMPLE_ADDR] = text_to_addr, [SAMPLE_IPV4] = text_to_ipv4,
                       [SAMPLE_IPV6] = text_to_ipv6, [SAMPLE_STRING] = cast_none, [SAMPLE_BINARY] = text_to_binary,
                       [SAMPLE_METHOD] = text_to_method},
    [SAMPLE_BINARY] = {[SAMPLE_STRING] = binary_to_text, [SAMPLE_BINARY] = cast_none, [SAMPLE_METHOD] = text_to_method},
    [SAMPLE_METHOD] = {[SAMPLE_STRING] = text_to_string, [SAMPLE_BINARY] = text_to_binary,
                       [SAMPLE_METHOD] = cast_none},
};
/* clang-format on */

bool sample_cast(struct sample *s, enum sample_type to, const struct sample_env *env)
{
    if (to == SAMPLE_ANY || to == SAMPLE_SAME || to == s->type)
        return true;
    cast *way = casts[s->type][to];
    return way != NULL && way(s, env);
}

bool sample_can_cast(enum sample_type from, enum sample_type to)
{
    return to == SAMPLE_ANY || to == SAMPLE_SAME || from == SAMPLE_ANY || casts[from][to] != NULL;
}

const char *sample_type_name(enum sample_type type)
{
    static const char *const names[SAMPLE_TYPES] = {
        [SAMPLE_NONE] = "nothing",  [SAMPLE_ANY] = "any",       [SAMPLE_SAME] = "same",
        [SAMPLE_BOOL] = "boolean",  [SAMPLE_INT] = "integer",   [SAMPLE_ADDR] = "ip",
        [SAMPLE_IPV4] = "ipv4",     [SAMPLE_IPV6] = "ipv6",     [SAMPLE_STRING] = "string",
        [SAMPLE_BINARY] = "binary", [SAMPLE_METHOD] = "method",
    };
    return names[type];
}
