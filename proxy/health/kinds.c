/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of probe kinds.
 */
#include "proxy/health/probe.h"

const struct probe_kind *const probe_kinds[] = {
    &probe_kind_tcp,
    &probe_kind_http,
    NULL,
};
