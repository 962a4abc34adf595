/* SPDX-License-Identifier: Apache-2.0 */
/* Converters of times since 1970 to text. */
#include "proxy/rules/compiler.h"
#include "proxy/rules/conv_priv.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { TIME_TEXT_MAX = 512 };

/* Parts of a second in the unit of the number. */
static unsigned ticks_of(const struct arg *unit)
{
    if (unit->type == ARG_NONE)
        return 1;
    return unit->text.len == 1 ? 1 : unit->text.data[0] == 'm' ? 1000 : 1000000;
}

/* A number of ticks since 1970, with the offset, which is in ticks, too. */
struct moment {
    time_t second;
    unsigned fraction; /* in ticks */
    unsigned ticks;    /* of a second */
};

static bool moment_of(long long number, const struct arg *offset, unsigned ticks,
                      struct moment *out)
{
    long long shifted, shift = offset->type != ARG_NONE ? offset->integer : 0;
    if (__builtin_add_overflow(number, shift, &shifted))
        return false;
    long long rest = shifted % ticks;
    *out = (struct moment){shifted / ticks, 0, ticks};
    if (rest < 0) { /* before 1970 */
        rest += ticks;
        out->second--;
    }
    out->fraction = (unsigned)rest;
    return true;
}

/* RFC 9110 5.6.7, whatever the language of the process; with parts of the second where the unit has them. */
static bool http_date(struct sample_env *env, const struct converter *row, const struct arg *args,
                      struct sample *s)
{
    (void)row;
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct moment m;
    struct tm tm;
    char text[64], fraction[8] = "";
    if (!moment_of(s->integer, &args[0], ticks_of(&args[1]), &m) ||
        gmtime_r(&m.second, &tm) == NULL)
        return false;
    if (m.ticks > 1)
        snprintf(fraction, sizeof fraction, ".%0*u", m.ticks == 1000 ? 3 : 6, m.fraction);
    int len = snprintf(text, sizeof text, "%s, %02d %s %04ld %02d:%02d:%02d%s GMT",
                       days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon], 1900L + tm.tm_year,
                       tm.tm_hour, tm.tm_min, tm.tm_sec, fraction);
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

/* The format with %N, or %3N, %6N, ... digits of it, replaced by the nanoseconds; false without room. */
static bool put_fraction(const char *format, const struct moment *m, char out[TIME_TEXT_MAX])
{
    char nanoseconds[12];
    size_t used = 0;
    snprintf(nanoseconds, sizeof nanoseconds, "%09u", m->fraction * (1000000000u / m->ticks));
    for (const char *at = format; *at != '\0'; at++) {
        bool has_width = *at == '%' && at[1] >= '1' && at[1] <= '9' && at[2] == 'N';
        size_t piece = has_width ? (size_t)(at[1] - '0') : 9;
        if (used + 10 > TIME_TEXT_MAX)
            return false;
        if (has_width || (*at == '%' && at[1] == 'N')) {
            memcpy(out + used, nanoseconds, piece);
            used += piece;
            at += has_width ? 2 : 1;
            continue;
        }
        out[used++] = *at;
        if (*at == '%' && at[1] == '%') /* else the second one would begin something */
            out[used++] = *at++;
    }
    out[used] = '\0';
    return true;
}

/* strftime(), to which 3.x adds %N. An empty result cannot be told from one that had no room. */
static bool format_time(struct sample_env *env, const struct converter *row, const struct arg *args,
                        struct sample *s)
{
    unsigned ticks = (row->value & MICRO) != 0 ? 1000000 : (row->value & MILLI) != 0 ? 1000 : 1;
    const char *format = args[0].own;
    struct moment m;
    struct tm tm;
    char text[TIME_TEXT_MAX], with_fraction[TIME_TEXT_MAX];
    if (!moment_of(s->integer, &args[1], ticks, &m) ||
        ((row->value & LOCAL) != 0 ? localtime_r(&m.second, &tm) : gmtime_r(&m.second, &tm)) ==
            NULL)
        return false;
    if (ticks > 1) {
        if (!put_fraction(format, &m, with_fraction))
            return false;
        format = with_fraction;
    }
    size_t len = strftime(text, sizeof text, format, &tm);
    return sample_set_copy(s, env, SAMPLE_STRING, text, len);
}

/* strftime() wants a final zero. */
static bool check_format(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)count, (void)value;
    args[0].own = arena_copy_bytes(c->l->arena, args[0].text.data, args[0].text.len);
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
    {TIME("ms_utime", MILLI, "2.9", "Milliseconds since 1970 in UTC, by a format of strftime(3) in which %3N are the milliseconds.")},
    {TIME("ms_ltime", MILLI | LOCAL, "2.9", "Milliseconds since 1970 in local time, by a format of strftime(3) in which %3N are the milliseconds.")},
    {TIME("us_utime", MICRO, "2.9", "Microseconds since 1970 in UTC, by a format of strftime(3) in which %6N are the microseconds.")},
    {TIME("us_ltime", MICRO | LOCAL, "2.9", "Microseconds since 1970 in local time, by a format of strftime(3) in which %6N are the microseconds.")},
    {.name = NULL},
};
/* clang-format on */
