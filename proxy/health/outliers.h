/* SPDX-License-Identifier: Apache-2.0 */
/*
 * option outlier-ejection: of the servers of a backend, those that fail or dawdle far more than the
 * others get no new streams for a while, although their probes are well.
 *
 *   every interval: what each did since the last time --- errors, latency ---> ejected for `time`
 *                                                          `-- at most max-ejected of them at once
 *
 * Thread: the control thread.
 */
#ifndef WEIR_HEALTH_OUTLIERS_H
#define WEIR_HEALTH_OUTLIERS_H

#include "proxy/net/loop.h"

struct snapshot;

struct outliers {
    struct loop *control;            /* borrowed */
    const struct snapshot *snapshot; /* borrowed: the newest; NULL at first */
    struct wheel_timer tick;
};

void outliers_start(struct outliers *outliers, struct loop *control);
/* Whose settings count from now on; the snapshot is borrowed until the next call. */
void outliers_apply(struct outliers *outliers, const struct snapshot *snapshot);
void outliers_stop(struct outliers *outliers);

#endif
