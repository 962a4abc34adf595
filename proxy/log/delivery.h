/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line to its targets: which of them it concerns, by level and sample, and with which header.
 *
 * Thread: the control thread's.
 */
#ifndef WEIR_LOG_DELIVERY_H
#define WEIR_LOG_DELIVERY_H

#include "proxy/log/wire.h"

struct conf_log_target;
struct config;
struct ring_entry;

/* The lines of one turn: all have the same time, so that the header of one often is that of the
 * next. */
struct delivery {
    const struct config *config; /* borrowed */
    struct wire_origin origin;
    const struct conf_log_target
        *target; /* of the header at hand, as `level` and the origin's tag */
    const char *tag;
    int level;
    size_t header_len;
    char header[WIRE_HEADER_MAX];
};

/* From now on targets are those of this config, and samples are counted from the beginning. */
void delivery_adopt(const struct config *config);
void delivery_stop(void);

/* Gives the line to sinks and rings. The delivery begins with config and origin set, the rest 0. */
void delivery_run(struct delivery *delivery, const struct ring_entry *entry);

#endif
