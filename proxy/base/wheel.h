/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Coarse timers for very many waiting things: one hashed wheel for each loop, 32 ms a slot.
 *
 * Arming a timer that is armed already only moves its deadline: when its old slot comes round, it
 * is put where it belongs then. So pushing a deadline back, which each request does, costs one
 * store. A timer never fires early; it may fire up to one slot late.
 *
 * Thread: the loop's own.
 */
#ifndef WEIR_BASE_WHEEL_H
#define WEIR_BASE_WHEEL_H

#include "proxy/base/list.h"

#include <stdint.h>

#define WHEEL_SLOTS 1024
#define WHEEL_SLOT_MS 32

struct wheel_timer {
    struct list node;
    uint64_t deadline_ms; /* 0 = disarmed, though perhaps still linked */
    void (*fired)(struct wheel_timer *timer);
};

struct wheel {
    struct list slots[WHEEL_SLOTS];
    uint64_t turned_to; /* in slots: all before it has fired */
    uint64_t next;      /* in slots: none before it holds anything */
    unsigned linked;    /* timers in slots, armed or not */
};

void wheel_init(struct wheel *wheel, uint64_t now_ms);

void wheel_timer_init(struct wheel_timer *timer, void (*fired)(struct wheel_timer *timer));

/* Fires at or after deadline_ms (same clock as wheel_turn). */
void wheel_arm(struct wheel *wheel, struct wheel_timer *timer, uint64_t deadline_ms);

/* Cheap: leaves the timer in its slot. Before its memory goes, call wheel_forget(). */
static inline void wheel_disarm(struct wheel_timer *timer)
{
    timer->deadline_ms = 0;
}

void wheel_forget(struct wheel *wheel, struct wheel_timer *timer);

/* Fires what is due. Callbacks may arm, disarm and forget any timer. */
void wheel_turn(struct wheel *wheel, uint64_t now_ms);

/* Milliseconds until a turn may be worthwhile, or -1 when nothing is linked. */
int wheel_wait_ms(struct wheel *wheel, uint64_t now_ms);

#endif
