/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates that somebody should look at: over, soon over, or not yet begun. They serve all the
 * same, because a browser's warning is better than a closed port; the caller makes the noise.
 */
#include "tls/error_priv.h"
#include "tls/store_priv.h"

#include <stdio.h>

#define SECONDS_PER_DAY 86400

static void date_text(time_t at, char text[11])
{
    struct tm parts;
    if (gmtime_r(&at, &parts) == NULL || strftime(text, 11, "%Y-%m-%d", &parts) == 0)
        snprintf(text, 11, "?");
}

/* The days a person would count: what ends in 36 hours ends in 1 day. */
static const char *days_text(time_t seconds, char text[32])
{
    long days = (long)(seconds / SECONDS_PER_DAY);
    snprintf(text, 32, days == 0 ? "less than a day" : days == 1 ? "%ld day" : "%ld days", days);
    return text;
}

static bool describe(const struct tls_certificate *cert, time_t now, time_t within_s,
                     struct tls_error_text *text_out)
{
    const struct tls_certificate_info *info = &cert->info;
    char date[11];
    char days[32];
    date_text(info->not_after, date);

    if (info->not_after < now)
        tls_error_set(text_out, "%s: the certificate of \"%s\" expired on %s (%s ago)", info->file,
                      info->subject, date, days_text(now - info->not_after, days));
    else if (info->not_after - now < within_s)
        tls_error_set(text_out, "%s: the certificate of \"%s\" expires in %s, on %s", info->file,
                      info->subject, days_text(info->not_after - now, days), date);
    else if (info->not_before > now) {
        date_text(info->not_before, date);
        tls_error_set(text_out, "%s: the certificate of \"%s\" is not valid before %s", info->file,
                      info->subject, date);
    } else if (cert->ocsp_refused)
        tls_error_set(text_out,
                      "%s.ocsp: not stapled, because it is no OCSP response in DER form that says "
                      "\"good\"",
                      info->file);
    else
        return false;
    return true;
}

bool tls_store_next_warning(const struct tls_store *store, time_t now, time_t within_s,
                            size_t *cursor, struct tls_error_text *text_out)
{
    while (*cursor < tls_store_count(store)) {
        if (describe(tls_store_at(store, (*cursor)++), now, within_s, text_out))
            return true;
    }
    return false;
}
