/* SPDX-License-Identifier: Apache-2.0 */
/* The outcome of the last load; one for the process, so it lives here. */
#include "proxy/state/reload_status.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct reload_status latest; /* guarded by lock */

void reload_status_succeeded(int64_t wall_us, const char *digest)
{
    pthread_mutex_lock(&lock);
    latest.wall_us = latest.in_use_us = wall_us;
    latest.ok = true;
    latest.message[0] = '\0';
    snprintf(latest.digest, sizeof(latest.digest), "%s", digest);
    latest.count++;
    pthread_mutex_unlock(&lock);
}

void reload_status_failed(int64_t wall_us, const char *message)
{
    pthread_mutex_lock(&lock);
    latest.wall_us = wall_us;
    latest.ok = false;
    snprintf(latest.message, sizeof(latest.message), "%s", message);
    latest.failed++;
    pthread_mutex_unlock(&lock);
}

void reload_status_read(struct reload_status *status_out)
{
    pthread_mutex_lock(&lock);
    *status_out = latest;
    pthread_mutex_unlock(&lock);
}

static char *report; /* owned */

void reload_status_keep_report(char *text)
{
    free(report);
    report = text;
}

const char *reload_status_report(void)
{
    return report != NULL ? report : "";
}
