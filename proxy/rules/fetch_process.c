/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches that need neither connection nor message: constants, the process, the clock, chance. */
#include "config/haproxy/env.h"
#include "proxy/net/loop.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/vars.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* ---- constants: args[0].own is the sample -------------------------------------------------------------- */

static bool constant(struct sample_env *env, const struct fetch *row, const struct arg *args,
                     struct sample *out)
{
    (void)env, (void)row;
    *out = *(const struct sample *)args[0].own;
    return true;
}

static bool always(struct sample_env *env, const struct fetch *row, const struct arg *args,
                   struct sample *out)
{
    (void)env, (void)args;
    sample_set_bool(out, row->value != 0);
    return true;
}

static bool fail_constant(struct compiler *c, const struct arg *arg, const char *text,
                          const char *what)
{
    CONF_FAIL(c->l, arg->span, NULL, "'%s' is not %s", text, what);
    return false;
}

static bool read_hex(const char *text, struct sample *constant, char *bytes)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i += 2) {
        const char digits[3] = {text[i], text[i + 1], '\0'};
        if (!isxdigit((unsigned char)digits[0]) || !isxdigit((unsigned char)digits[1]))
            return false;
        bytes[i / 2] = (char)strtoul(digits, NULL, 16);
    }
    sample_set_text(constant, SAMPLE_BINARY, bytes, len / 2);
    return len > 0;
}

static bool read_bool(const char *text, struct sample *constant)
{
    bool is_true = strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0;
    sample_set_bool(constant, is_true);
    return is_true || strcasecmp(text, "false") == 0 || strcmp(text, "0") == 0;
}

static bool read_int(const char *text, struct sample *constant)
{
    char *end;
    sample_set_int(constant, strtoll(text, &end, 10));
    return *text != '\0' && *end == '\0';
}

static bool read_address(const char *text, int family, struct sample *constant)
{
    constant->type = family == AF_INET ? SAMPLE_IPV4 : SAMPLE_IPV6;
    return inet_pton(family, text, &constant->ipv6) == 1; /* both lie at the union's beginning */
}

/* value: the type of the constant. */
static bool check_constant(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)count;
    struct sample *made = arena_alloc(c->l->arena, sizeof *made);
    struct sample_text given = args[0].text;
    char *text = arena_copy_bytes(c->l->arena, given.data, given.len);
    bool fits = true;
    switch (value) {
    case SAMPLE_BOOL:
        fits = read_bool(text, made) || fail_constant(c, &args[0], text, "true or false");
        break;
    case SAMPLE_INT:
        fits = read_int(text, made) || fail_constant(c, &args[0], text, "an integer");
        break;
    case SAMPLE_IPV4:
        fits = read_address(text, AF_INET, made) ||
               fail_constant(c, &args[0], text, "an IPv4 address");
        break;
    case SAMPLE_IPV6:
        fits = read_address(text, AF_INET6, made) ||
               fail_constant(c, &args[0], text, "an IPv6 address");
        break;
    case SAMPLE_BINARY:
        fits = read_hex(text, made, arena_alloc(c->l->arena, given.len + 1)) ||
               fail_constant(c, &args[0], text, "made of hexadecimal digits");
        break;
    default: /* STRING, METHOD */
        sample_set_text(made, (enum sample_type)value, text, given.len);
        break;
    }
    args[0].own = made;
    return fits;
}

/* ---- process, clock, chance ---------------------------------------------------------------------------- */

static bool env_variable(struct sample_env *env, const struct fetch *row, const struct arg *args,
                         struct sample *out)
{
    (void)env, (void)row;
    const char *value = args[0].own;
    if (value == NULL)
        return false;
    sample_set_text(out, SAMPLE_STRING, value, strlen(value));
    return true;
}

static bool check_env(struct compiler *c, struct arg *args, unsigned count, int value)
{
    const char *name = arena_copy_bytes(c->l->scratch, args[0].text.data, args[0].text.len);
    const char *text = c->l->env != NULL ? haproxy_env_get(c->l->env, name) : getenv(name);
    (void)count, (void)value;
    args[0].own = text != NULL ? arena_copy(c->l->arena, text) : NULL;
    return true;
}

static bool hostname(struct sample_env *env, const struct fetch *row, const struct arg *args,
                     struct sample *out)
{
    (void)row, (void)args;
    char name[256];
    if (gethostname(name, sizeof name) != 0)
        return false;
    name[sizeof name - 1] = '\0';
    return sample_set_copy(out, env, SAMPLE_STRING, name, strlen(name));
}

enum { SECONDS, MICROSECONDS };

/* date([<offset>[,<unit>]]): the unit is that of both. */
static bool date(struct sample_env *env, const struct fetch *row, const struct arg *args,
                 struct sample *out)
{
    int64_t us = loop_wall_us(env->loop);
    if (row->value == MICROSECONDS) {
        sample_set_int(out, us % 1000000);
        return true;
    }
    long long ticks = args[1].type == ARG_NONE ? 1000000 : args[1].integer;
    sample_set_int(out, us / ticks + (args[0].type == ARG_NONE ? 0 : args[0].integer));
    return true;
}

/* The unit becomes how many microseconds it has. */
static bool check_date(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)value;
    static const struct {
        const char *name;
        long long us;
    } units[] = {{"s", 1000000}, {"ms", 1000}, {"us", 1}};
    if (count < 2 || args[1].type == ARG_NONE)
        return true;
    for (size_t i = 0; i < 3; i++) {
        if (strlen(units[i].name) != args[1].text.len ||
            memcmp(units[i].name, args[1].text.data, args[1].text.len) != 0)
            continue;
        args[1].integer = units[i].us;
        return true;
    }
    CONF_FAIL(c->l, args[1].span, "s, ms or us", "'%.*s' is no unit of time", (int)args[1].text.len,
              args[1].text.data);
    return false;
}

static bool random_number(struct sample_env *env, const struct fetch *row, const struct arg *args,
                          struct sample *out)
{
    (void)env, (void)row;
    uint32_t number;
    if (getrandom(&number, sizeof number, 0) != sizeof number)
        return false;
    if (args[0].type != ARG_NONE) /* as evenly as 32 bits allow */
        number = (uint32_t)((uint64_t)number * (uint64_t)args[0].integer >> 32);
    sample_set_int(out, number);
    return true;
}

static bool check_range(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)value;
    if (count == 0 || args[0].type == ARG_NONE || args[0].integer <= UINT32_MAX)
        return true;
    CONF_FAIL(c->l, args[0].span, "at most 4294967295", "the range is too large");
    return false;
}

/* RFC 9562 5.4 */
static bool uuid(struct sample_env *env, const struct fetch *row, const struct arg *args,
                 struct sample *out)
{
    (void)row, (void)args;
    unsigned char b[16];
    char text[37];
    if (getrandom(b, sizeof b, 0) != sizeof b)
        return false;
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    snprintf(text, sizeof text,
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
             b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
             b[15]);
    return sample_set_copy(out, env, SAMPLE_STRING, text, 36);
}

static bool check_uuid(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)value;
    if (count == 0 || args[0].type == ARG_NONE || args[0].integer == 4)
        return true;
    CONF_FAIL(c->l, args[0].span, "4, the random ones", "there are no UUIDs of version %lld here",
              args[0].integer);
    return false;
}

/* var(<name>[,<default>]); a scope that is not there has no default, either. */
static bool variable(struct sample_env *env, const struct fetch *row, const struct arg *args,
                     struct sample *out)
{
    (void)row;
    if (var_get(env, args[0].var, out))
        return true;
    if (args[1].type == ARG_NONE || env->vars[args[0].var.scope] == NULL)
        return false;
    sample_set_text(out, SAMPLE_STRING, args[1].text.data, args[1].text.len);
    return true;
}

#define CONSTANT(word, type, from, text)                                                           \
    .name = word, .out = type, .args = {{ARG_OWN}, 1}, .run = constant, .value = type,             \
    .check = check_constant, .since = from, .doc = text

/* clang-format off */
const struct fetch process_fetches[] = {
    {.name = "always_true", .out = SAMPLE_BOOL, .run = always, .value = 1, .doc = "True."},
    {.name = "always_false", .out = SAMPLE_BOOL, .run = always, .doc = "False."},
    {CONSTANT("bool", SAMPLE_BOOL, "1.6", "A constant: true, false, 1 or 0.")},
    {CONSTANT("int", SAMPLE_INT, "1.6", "A constant number.")},
    {CONSTANT("str", SAMPLE_STRING, "1.6", "A constant text.")},
    {CONSTANT("bin", SAMPLE_BINARY, "1.6", "Constant bytes, in hexadecimal.")},
    {CONSTANT("ipv4", SAMPLE_IPV4, "1.6", "A constant address.")},
    {CONSTANT("ipv6", SAMPLE_IPV6, "1.6", "A constant address.")},
    {CONSTANT("meth", SAMPLE_METHOD, "1.6", "A constant method.")},
    {.name = "env", .out = SAMPLE_STRING, .args = {{ARG_OWN}, 1}, .run = env_variable, .check = check_env, .doc = "An environment variable of the process."},
    {.name = "hostname", .out = SAMPLE_STRING, .run = hostname, .since = "1.8", .doc = "The name of this host."},
    {.name = "date", .out = SAMPLE_INT, .args = {{ARG_INT, ARG_STRING}, 0}, .run = date, .check = check_date,
     .doc = "Seconds since 1970: date([<offset>[,s|ms|us]]); offset and result are in the unit."},
    {.name = "date_us", .out = SAMPLE_INT, .run = date, .value = MICROSECONDS, .since = "1.6", .doc = "Microseconds of the present second."},
    {.name = "rand", .out = SAMPLE_INT, .args = {{ARG_UINT}, 0}, .run = random_number, .check = check_range, .doc = "A random number below the argument, or of 32 bits."},
    {.name = "uuid", .out = SAMPLE_STRING, .args = {{ARG_UINT}, 0}, .run = uuid, .check = check_uuid, .since = "2.1", .doc = "A random UUID."},
    {.name = "var", .out = SAMPLE_ANY, .args = {{ARG_VAR, ARG_STRING}, 1}, .run = variable, .since = "1.6", .doc = "A variable: var(<name>[,<default>])."},
    {.name = NULL},
};
/* clang-format on */
