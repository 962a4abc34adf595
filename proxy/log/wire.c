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

static int write_rfc5424(char *out, int priority, const struct wire_origin *o)
{
    struct tm tm = local_time(o);
    long minutes = tm.tm_gmtoff / 60;
    char sign = minutes < 0 ? '-' : '+';
    if (minutes < 0)
        minutes = -minutes;
    return snprintf(out, WIRE_HEADER_MAX,
                    "<%d>1 %04d-%02d-%02dT%02d:%02d:%02d.%06d%c%02ld:%02ld " NAME " " NAME
                    " %u - - ",
                    priority, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
                    tm.tm_sec, (int)(o->now_us % 1000000), sign, minutes / 60, minutes % 60,
                    o->host != NULL ? o->host : "-", o->tag, o->pid);
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
    [CONF_LOG_LOCAL] = write_local,     [CONF_LOG_RFC3164] = write_rfc3164,
    [CONF_LOG_RFC5424] = write_rfc5424, [CONF_LOG_RAW] = write_nothing,
    [CONF_LOG_SHORT] = write_short,
};

size_t wire_header(const struct conf_log_target *target, int level,
                   const struct wire_origin *origin, char out[WIRE_HEADER_MAX])
{
    if (level < target->min_level)
        level = target->min_level;
    int len = writers[target->wire](out, target->facility * 8 + level, origin);
    return len < WIRE_HEADER_MAX ? (size_t)len : WIRE_HEADER_MAX - 1;
}
