/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outcomes of a probe in HAProxy's words: one table for logs, CSV, stats page and metrics.
 */
#ifndef WEIR_STATE_HEALTH_STATUS_H
#define WEIR_STATE_HEALTH_STATUS_H

#include <stdbool.h>

enum health_status {
    HEALTH_UNKNOWN,
    HEALTH_INIT,
    HEALTH_SOCKET_ERROR,
    HEALTH_L4_OK,
    HEALTH_L4_TIMEOUT,
    HEALTH_L4_CONNECT,
    HEALTH_L6_OK,
    HEALTH_L6_TIMEOUT,
    HEALTH_L6_RESPONSE,
    HEALTH_L7_TIMEOUT,
    HEALTH_L7_RESPONSE,
    HEALTH_L7_OK,
    HEALTH_L7_OK_CONDITIONAL,
    HEALTH_L7_STATUS,
    HEALTH_PROCESS_ERROR,
    HEALTH_PROCESS_TIMEOUT,
    HEALTH_PROCESS_OK,
    HEALTH_ANALYZED, /* by what it does to traffic */
    HEALTH_CHECKED,  /* an agent had nothing to say about the state */
    HEALTH_STATUSES,
};

struct health_status_row {
    const char *word;        /* check_status: "L4OK" */
    const char *description; /* check_desc: "Layer4 check passed" */
    bool passed;
    bool has_code; /* the result carries a status code of layer 7 */
};

/* By its word; NULL: otherwise. */
enum health_status health_status_find(const char *word, enum health_status otherwise);

extern const struct health_status_row health_status_rows[HEALTH_STATUSES];

#endif
