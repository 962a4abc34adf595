/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words for the outcomes of a probe; see HAProxy's management guide, section 9.1, column 36.
 */
#include "proxy/state/health_status.h"

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
};
