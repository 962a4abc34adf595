/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dates of log lines. They are kept by thread for the second at hand: localtime_r() is slow, and each line has one.
 */
#include "proxy/fetches/rows.h"
#include "proxy/fetches/tokens.h"

#include <stdio.h>
#include <time.h>

/* ---- dates -------------------------------------------------------------------------------------------- */

enum date { ACCEPTED = 0, REQUEST = 1, LOCAL_MS = 0, LOCAL = 2, GMT = 4 };

/* The text of a second, "20/Nov/2026:11:40:01", and its distance from UTC, " +0100". */
struct second_text {
    int64_t second;
    char text[24], zone[8];
    size_t len;
};

static const struct second_text *second_text(int64_t second, bool gmt)
{
    static _Thread_local struct second_text kept[2];
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct second_text *k = &kept[gmt];
    time_t t = second;
    struct tm tm;
    if (k->second == second && k->text[0] != '\0')
        return k;
    if (gmt)
        gmtime_r(&t, &tm);
    else
        localtime_r(&t, &tm);
    long minutes = tm.tm_gmtoff / 60, distance = minutes < 0 ? -minutes : minutes;
    int len = snprintf(k->text, sizeof k->text, "%02d/%s/%04d:%02d:%02d:%02d", tm.tm_mday % 100,
                       months[tm.tm_mon % 12], (tm.tm_year + 1900) % 10000, tm.tm_hour % 100,
                       tm.tm_min % 100, tm.tm_sec % 100);
    snprintf(k->zone, sizeof k->zone, " %c%02ld%02ld", minutes < 0 ? '-' : '+', distance / 60 % 100,
             distance % 60);
    k->second = second;
    k->len = (size_t)len;
    return k;
}

/* When the connection, or the request, began: since 1970. */
static int64_t wall_of(struct sample_env *env, bool of_request)
{
    if (of_request)
        return record_of(env)->accepted_wall_us;
    return (int64_t)env->session->accepted_us + env->loop->wall_minus_mono_us;
}

/* ".042"; by hand, as each line of a log has one. */
static char *put_milliseconds(char *to, int64_t wall_us)
{
    unsigned ms = (unsigned)(wall_us / 1000 % 1000);
    *to++ = '.';
    *to++ = (char)('0' + ms / 100);
    *to++ = (char)('0' + ms / 10 % 10);
    *to++ = (char)('0' + ms % 10);
    return to;
}

static bool date(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    int64_t wall_us = wall_of(env, (row->value & REQUEST) != 0);
    bool with_zone = (row->value & (LOCAL | GMT)) != 0;
    const struct second_text *second = second_text(wall_us / 1000000, (row->value & GMT) != 0);
    char text[sizeof second->text + sizeof second->zone];
    memcpy(text, second->text, second->len);
    char *end = text + second->len;
    if (with_zone)
        end = stpcpy(end, second->zone);
    else
        end = put_milliseconds(end, wall_us);
    return give_raw(out, env, text, (int)(end - text));
}

/* RFC 3339, for machines. */
static bool iso_date(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    (void)row;
    int64_t wall_us = wall_of(env, true);
    time_t t = wall_us / 1000000;
    struct tm tm;
    char text[40];
    gmtime_r(&t, &tm);
    size_t len = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    len += (size_t)snprintf(text + len, sizeof text - len, ".%03dZ", (int)(wall_us / 1000 % 1000));
    return give_raw(out, env, text, (int)len);
}

enum { SECONDS, MILLISECOND_PART };

static bool stamp(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    int64_t wall_us = wall_of(env, false);
    char text[8];
    if (row->value == SECONDS) {
        sample_set_int(out, wall_us / 1000000);
        return true;
    }
    int len = snprintf(text, sizeof text, "%03d", (int)(wall_us / 1000 % 1000));
    return give_raw(out, env, text, len);
}

#define DATE(word, which, text)                                                                    \
    {                                                                                              \
        .name = word, .run = date, .value = which, .doc = text                                     \
    }

/* clang-format off */
const struct format_token date_tokens[] = {
    DATE("T", ACCEPTED | GMT, "When the connection came, in UTC."),
    DATE("Tl", ACCEPTED | LOCAL, "When the connection came, in local time."),
    {.name = "Ts", .run = stamp, .value = SECONDS, .in_hex = true, .doc = "When the connection came, in seconds since 1970."},
    {.name = "ms", .run = stamp, .value = MILLISECOND_PART, .doc = "When the connection came: milliseconds of that second."},
    DATE("t", ACCEPTED | LOCAL_MS, "When the connection came, with milliseconds."),
    DATE("tr", REQUEST | LOCAL_MS, "When the request came, with milliseconds."),
    DATE("trg", REQUEST | GMT, "When the request came, in UTC."),
    DATE("trl", REQUEST | LOCAL, "When the request came, in local time."),
    {.name = "trz", .run = iso_date, .since = "weir", .doc = "When the request came, as RFC 3339 has it, in UTC."},
    {.name = NULL},
};
/* clang-format on */
