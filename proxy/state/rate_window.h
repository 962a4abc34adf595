/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events within a sliding period: those of the running period, and of the one before the share that
 * the window still covers. Arithmetic and rounding are HAProxy's, so that the same limits bite.
 *
 * Thread:  whoever owns it locks.
 */
#ifndef WEIR_STATE_RATE_WINDOW_H
#define WEIR_STATE_RATE_WINDOW_H

#include <stdint.h>

struct rate_window {
    uint32_t start_ms; /* of the running period; even, as its lowest bit is HAProxy's lock */
    uint32_t current, previous;
};

static inline void rate_window_add(struct rate_window *w, uint32_t period_ms, uint32_t events,
                                   uint32_t now_ms)
{
    if (now_ms - w->start_ms >= period_ms) {
        w->previous = w->current;
        w->current = 0;
        w->start_ms += period_ms;
        if (now_ms - w->start_ms >= period_ms) { /* more than one has passed */
            w->previous = 0;
            w->start_ms = now_ms;
        }
        w->start_ms &= ~(uint32_t)1;
    }
    w->current += events;
}

/* As if so many had come just now. */
static inline void rate_window_set(struct rate_window *w, uint32_t events, uint32_t now_ms)
{
    *w = (struct rate_window){now_ms & ~(uint32_t)1, events, 0};
}

static inline uint32_t rate_window_read(const struct rate_window *w, uint32_t period_ms,
                                        uint32_t now_ms)
{
    uint32_t current = w->current, previous = w->previous;
    int32_t left_ms = (int32_t)(w->start_ms + period_ms - now_ms);
    if (left_ms < 0) {
        left_ms += (int32_t)period_ms;
        previous = left_ms >= 0 ? current : 0;
        current = 0;
    }
    if (current == 0 && previous <= 1)
        return previous; /* a single event is one until it is out of sight */
    return (uint32_t)(((uint64_t)previous * (uint32_t)left_ms + (uint64_t)current * period_ms) /
                      period_ms);
}

#endif
