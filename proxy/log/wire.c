/* SPDX-License-Identifier: Apache-2.0 */
/* Headers of log lines; one function for each format, in one table. */
#include "proxy/log/wire.h"

#include "config/model.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* An inserted name, bounded so that all parts of a header together fit. */
#define NAME "%.200s"

typedef int write_header(char *out, int priority, const struct wire_origin *origin);

static struct tm local_time(const struct wire_origin *origin)
{
    time_t t = origin->now_us / 1000000;
    struct tm tm;
    localtime_r(&t, &tm);
    return tm;
}

/* Without a host the tag follows the time at once: a local daemon knows where it runs. */
static int write_old(char *out, int priority, const struct wire_origin *o, const char *host)
{
    /* not strftime's %b: the months of RFC 3164 are English in every locale */
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm tm = local_time(o);
    return snprintf(out, WIRE_HEADER_MAX,
                    "<%d>%s %2d %02d:%02d:%02d " NAME "%s" NAME "[%u]: ", priority,
                    months[tm.tm_mon], tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, host,
                    host[0] != '\0' ? " " : "", o->tag, o->pid);
}

static int write_local(char *out, int priority, const struct wire_origin *o)
{
    return write_old(out, priority, o, "");
}

static int write_rfc3164(char *out, int priority, const struct wire_origin *o)
{
    return write_old(out, priority, o, o->host != NULL ? o->host : "localhost");
}

static int write_usual(char *out, int priority, const struct wire_origin *o)
{
    return write_old(out, priority, o, o->host != NULL ? o->host : "");
}

/* "2026-11-20T17:40:06.582446+00:00", the date of RFC 5424 6.2.3 */
enum { ISO_DATE_MAX = 64 };

static void write_iso_date(char out[ISO_DATE_MAX], const struct wire_origin *o)
{
    struct tm tm = local_time(o);
    long minutes = tm.tm_gmtoff / 60;
    char sign = minutes < 0 ? '-' : '+';
    if (minutes < 0)
        minutes = -minutes;
    snprintf(out, ISO_DATE_MAX, "%04d-%02d-%02dT%02d:%02d:%02d.%06d%c%02ld:%02ld",
             tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
             (int)(o->now_us % 1000000), sign, minutes / 60, minutes % 60);
}

static int write_rfc5424(char *out, int priority, const struct wire_origin *o)
{
    char date[ISO_DATE_MAX];
    write_iso_date(date, o);
    return snprintf(out, WIRE_HEADER_MAX, "<%d>1 %s " NAME " " NAME " %u - - ", priority, date,
                    o->host != NULL ? o->host : "-", o->tag, o->pid);
}

static int write_iso(char *out, int priority, const struct wire_origin *o)
{
    char date[ISO_DATE_MAX];
    (void)priority;
    write_iso_date(date, o);
    return snprintf(out, WIRE_HEADER_MAX, "%s ", date);
}

static int write_timed(char *out, int priority, const struct wire_origin *o)
{
    char date[ISO_DATE_MAX];
    write_iso_date(date, o);
    return snprintf(out, WIRE_HEADER_MAX, "<%d>%s ", priority % 8, date);
}

static int write_priority(char *out, int priority, const struct wire_origin *o)
{
    (void)o;
    return snprintf(out, WIRE_HEADER_MAX, "<%d>", priority);
}

static int write_short(char *out, int priority, const struct wire_origin *o)
{
    (void)o;
    return snprintf(out, WIRE_HEADER_MAX, "<%d>", priority % 8);
}

static int write_nothing(char *out, int priority, const struct wire_origin *o)
{
    (void)out, (void)priority, (void)o;
    return 0;
}

static write_header *const writers[] = {
    [CONF_LOG_USUAL] = write_usual,       [CONF_LOG_LOCAL] = write_local,
    [CONF_LOG_RFC3164] = write_rfc3164,   [CONF_LOG_RFC5424] = write_rfc5424,
    [CONF_LOG_RAW] = write_nothing,       [CONF_LOG_SHORT] = write_short,
    [CONF_LOG_PRIORITY] = write_priority, [CONF_LOG_TIMED] = write_timed,
    [CONF_LOG_ISO] = write_iso,
};

size_t wire_header(const struct conf_log_target *target, int level,
                   const struct wire_origin *origin, char out[WIRE_HEADER_MAX])
{
    if (level < target->min_level)
        level = target->min_level;
    int len = writers[target->wire](out, target->facility * 8 + level, origin);
    return len < WIRE_HEADER_MAX ? (size_t)len : WIRE_HEADER_MAX - 1;
}
