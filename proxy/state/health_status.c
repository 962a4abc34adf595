/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words for the outcomes of a probe; see HAProxy's management guide, section 9.1, column 36.
 */
#include "proxy/state/health_status.h"

#include <string.h>

const struct health_status_row health_status_rows[HEALTH_STATUSES] = {
    [HEALTH_UNKNOWN] = {"UNK", "Unknown", false, false},
    [HEALTH_INIT] = {"INI", "Initializing", false, false},
    [HEALTH_SOCKET_ERROR] = {"SOCKERR", "Socket error", false, false},
    [HEALTH_L4_OK] = {"L4OK", "Layer4 check passed", true, false},
    [HEALTH_L4_TIMEOUT] = {"L4TOUT", "Layer4 timeout", false, false},
    [HEALTH_L4_CONNECT] = {"L4CON", "Layer4 connection problem", false, false},
    [HEALTH_L6_OK] = {"L6OK", "Layer6 check passed", true, false},
    [HEALTH_L6_TIMEOUT] = {"L6TOUT", "Layer6 timeout", false, false},
    [HEALTH_L6_RESPONSE] = {"L6RSP", "Layer6 invalid response", false, false},
    [HEALTH_L7_TIMEOUT] = {"L7TOUT", "Layer7 timeout", false, false},
    [HEALTH_L7_RESPONSE] = {"L7RSP", "Layer7 invalid response", false, false},
    [HEALTH_L7_OK] = {"L7OK", "Layer7 check passed", true, true},
    [HEALTH_L7_OK_CONDITIONAL] = {"L7OKC", "Layer7 check conditionally passed", true, true},
    [HEALTH_L7_STATUS] = {"L7STS", "Layer7 wrong status", false, true},
    [HEALTH_PROCESS_ERROR] = {"PROCERR", "External check error", false, true},
    [HEALTH_PROCESS_TIMEOUT] = {"PROCTOUT", "External check timeout", false, true},
    [HEALTH_PROCESS_OK] = {"PROCOK", "External check passed", true, true},
    [HEALTH_ANALYZED] = {"HANA", "Health analyze", false, false},
    [HEALTH_CHECKED] = {"CHECKED", "No status change", false, false},
};

enum health_status health_status_find(const char *word, enum health_status otherwise)
{
    for (enum health_status status = 0; word != NULL && status < HEALTH_STATUSES; status++) {
        if (strcmp(health_status_rows[status].word, word) == 0)
            return status;
    }
    return otherwise;
}
