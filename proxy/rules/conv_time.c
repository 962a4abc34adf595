/* SPDX-License-Identifier: Apache-2.0 */
/* Converters of times since 1970 to text. */
#include "proxy/rules/compiler.h"
#include "proxy/rules/conv_priv.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { TIME_TEXT_MAX = 512 };

/* Parts of a second in the unit of the number. */
static long long ticks_of(const struct arg *unit)
{
    if (unit->type == ARG_NONE)
        return 1;
    return unit->text.len == 1 ? 1 : unit->text.data[0] == 'm' ? 1000 : 1000000;
}

/* RFC 9110 5.6.7, whatever the language of the process. */
static bool http_date(struct sample_env *env, const struct converter *row, const struct arg *args,
                      struct sample *s)
{
    (void)row;
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    long long offset = args[0].type != ARG_NONE ? args[0].integer : 0;
    long long shifted;
    struct tm tm;
    char text[64];
    if (__builtin_add_overflow(s->integer, offset, &shifted))
        return false;
    time_t at = shifted / ticks_of(&args[1]);
    if (gmtime_r(&at, &tm) == NULL)
        return false;
    int len = snprintf(text, sizeof text, "%s, %02d %s %04ld %02d:%02d:%02d GMT", days[tm.tm_wday],
                       tm.tm_mday, months[tm.tm_mon], 1900L + tm.tm_year, tm.tm_hour, tm.tm_min,
                       tm.tm_sec);
    return sample_set_copy(s, env, SAMPLE_STRING, text, (size_t)len);
}

static bool check_unit(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)value;
    static const char *const units[] = {"s", "ms", "us"};
    if (count < 2 || args[1].type == ARG_NONE)
        return true;
    for (size_t i = 0; i < 3; i++)
        if (strlen(units[i]) == args[1].text.len &&
            memcmp(units[i], args[1].text.data, args[1].text.len) == 0)
            return true;
    CONF_FAIL(c->l, args[1].span, "s, ms or us", "'%.*s' is no unit of time", (int)args[1].text.len,
              args[1].text.data);
    return false;
}

enum { LOCAL = 1, MILLI = 2, MICRO = 4 };

/*
 * strftime(), to which 3.x adds %N: the parts of the second. Its own buffer ends in a zero, which also
 * tells an empty result from one that had no room.
 */
static bool format_time(struct sample_env *env, const struct converter *row, const struct arg *args,
                        struct sample *s)
{
    long long ticks = (row->value & MICRO) != 0 ? 1000000 : (row->value & MILLI) != 0 ? 1000 : 1;
    long long offset = args[1].type != ARG_NONE ? args[1].integer : 0;
    time_t at = s->integer / ticks + offset;
    struct tm tm;
    char text[TIME_TEXT_MAX];
    if (((row->value & LOCAL) != 0 ? localtime_r(&at, &tm) : gmtime_r(&at, &tm)) == NULL)
        return false;
    size_t len = strftime(text, sizeof text, args[0].own, &tm);
    char *fraction = ticks > 1 ? memmem(text, len, "%N", 2) : NULL;
    if (fraction == NULL)
        return sample_set_copy(s, env, SAMPLE_STRING, text, len);
    char whole[TIME_TEXT_MAX + 8];
    int n = snprintf(whole, sizeof whole, "%.*s%0*lld%.*s", (int)(fraction - text), text,
                     ticks == 1000 ? 3 : 6, s->integer % ticks,
                     (int)(len - (size_t)(fraction + 2 - text)), fraction + 2);
    return sample_set_copy(s, env, SAMPLE_STRING, whole, (size_t)n);
}

/* strftime() wants a final zero; %N is kept as it is. */
static bool check_format(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)count;
    const char *at = args[0].text.data, *end = at + args[0].text.len;
    char *format = arena_alloc(c->l->arena, 2 * args[0].text.len + 1), *out = format;
    for (; at < end; at++) {
        if (value > LOCAL && *at == '%' && at + 1 < end && at[1] == 'N')
            *out++ = '%';
        *out++ = *at;
    }
    args[0].own = format;
    return true;
}

#define TIME(word, which, from, text)                                                              \
    .name = word, .in = SAMPLE_INT, .out = SAMPLE_STRING, .args = {{ARG_OWN, ARG_INT}, 1},         \
    .run = format_time, .value = which, .check = check_format, .since = from, .doc = text

/* clang-format off */
const struct converter time_converters[] = {
    {.name = "http_date", .in = SAMPLE_INT, .out = SAMPLE_STRING, .args = {{ARG_INT, ARG_STRING}, 0}, .run = http_date,
     .check = check_unit, .doc = "A date for a header field: http_date([<offset>][,s|ms|us])."},
    {TIME("utime", 0, NULL, "Seconds since 1970 in UTC, by a format of strftime(3): utime(<format>[,<offset>]).")},
    {TIME("ltime", LOCAL, NULL, "Seconds since 1970 in local time, by a format of strftime(3): ltime(<format>[,<offset>]).")},
    {TIME("ms_utime", MILLI, "2.9", "Milliseconds since 1970 in UTC, by a format of strftime(3) and %N for the milliseconds.")},
    {TIME("ms_ltime", MILLI | LOCAL, "2.9", "Milliseconds since 1970 in local time, by a format of strftime(3) and %N for the milliseconds.")},
    {TIME("us_utime", MICRO, "2.9", "Microseconds since 1970 in UTC, by a format of strftime(3) and %N for the microseconds.")},
    {TIME("us_ltime", MICRO | LOCAL, "2.9", "Microseconds since 1970 in local time, by a format of strftime(3) and %N for the microseconds.")},
    {.name = NULL},
};
/* clang-format on */
