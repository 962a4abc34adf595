/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the last load of the configuration went, for the statistics.
 *
 * Thread: set by the control thread, read by any.
 */
#ifndef WEIR_STATE_RELOAD_STATUS_H
#define WEIR_STATE_RELOAD_STATUS_H

#include <stdbool.h>
#include <stdint.h>

struct reload_status {
    int64_t wall_us;   /* when the last load ended; since 1970 */
    bool ok;           /* whether it is in use; else the one before goes on */
    char message[512]; /* why it was refused; "" after success */
    char digest[65];   /* of the configuration in use: hex SHA-256 of its texts */
    int64_t in_use_us; /* since when it is in use; since 1970 */
    unsigned count;    /* loads that succeeded, the first included */
    unsigned failed;   /* loads that were refused */
};

void reload_status_succeeded(int64_t wall_us, const char *digest);
void reload_status_failed(int64_t wall_us, const char *message);
void reload_status_read(struct reload_status *status_out);

/* What was warned of the configuration in use, as the load printed it; taken over. NULL: nothing. The control thread's. */
void reload_status_keep_report(char *text);
const char *reload_status_report(void);

#endif
