/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe that only connects, and over TLS shakes hands.
 */
#include "proxy/health/probe.h"

const struct probe_kind probe_kind_tcp = {
    .kind = CONF_CHECK_TCP,
    .name = "tcp",
};
