/* SPDX-License-Identifier: Apache-2.0 */
/* The timer wheel; see wheel.h for what it promises. */
#include "proxy/base/wheel.h"

void wheel_init(struct wheel *wheel, uint64_t now_ms)
{
    for (unsigned i = 0; i < WHEEL_SLOTS; i++)
        list_init(&wheel->slots[i]);
    wheel->turned_to = wheel->next = now_ms / WHEEL_SLOT_MS;
    wheel->linked = 0;
}

void wheel_timer_init(struct wheel_timer *timer, void (*fired)(struct wheel_timer *timer))
{
    list_init(&timer->node);
    timer->deadline_ms = 0;
    timer->fired = fired;
}

/* The slot that comes round first at or after the deadline; far ones are looked at once a turn. */
static void wheel_link(struct wheel *wheel, struct wheel_timer *timer)
{
    uint64_t slot = (timer->deadline_ms + WHEEL_SLOT_MS - 1) / WHEEL_SLOT_MS;
    if (slot < wheel->turned_to)
        slot = wheel->turned_to;
    if (slot >= wheel->turned_to + WHEEL_SLOTS)
        slot = wheel->turned_to + WHEEL_SLOTS - 1;
    if (slot < wheel->next)
        wheel->next = slot;
    list_push_back(&wheel->slots[slot % WHEEL_SLOTS], &timer->node);
    wheel->linked++;
}

void wheel_arm(struct wheel *wheel, struct wheel_timer *timer, uint64_t deadline_ms)
{
    /* an earlier slot than the new deadline needs is fine: the timer is
     * moved when that comes round */
    bool later = timer->deadline_ms != 0 && timer->deadline_ms <= deadline_ms;
    bool linked = !list_is_empty(&timer->node);
    timer->deadline_ms = deadline_ms;
    if (linked && later)
        return;
    wheel_forget(wheel, timer);
    timer->deadline_ms = deadline_ms;
    wheel_link(wheel, timer);
}

void wheel_forget(struct wheel *wheel, struct wheel_timer *timer)
{
    if (!list_is_empty(&timer->node)) {
        list_remove(&timer->node);
        wheel->linked--;
    }
    timer->deadline_ms = 0;
}

static void wheel_turn_slot(struct wheel *wheel, struct list *slot, uint64_t now_ms)
{
    /* taken off first: callbacks may free their neighbours, and re-arm into this very slot */
    struct list due = LIST_INIT(due);
    while (!list_is_empty(slot)) {
        struct list *node = list_pop_front(slot);
        list_push_back(&due, node);
    }
    while (!list_is_empty(&due)) {
        struct wheel_timer *timer = LIST_ITEM(due.next, struct wheel_timer, node);
        list_remove(&timer->node);
        wheel->linked--;
        if (timer->deadline_ms == 0)
            continue;
        if (timer->deadline_ms > now_ms) {
            wheel_link(wheel, timer);
            continue;
        }
        timer->deadline_ms = 0;
        timer->fired(timer);
    }
}

void wheel_turn(struct wheel *wheel, uint64_t now_ms)
{
    uint64_t now = now_ms / WHEEL_SLOT_MS;
    if (now >=
        wheel->turned_to + WHEEL_SLOTS) /* slept longer than a turn: one round sees them all */
        wheel->turned_to = now - WHEEL_SLOTS + 1;
    while (wheel->turned_to <= now) {
        struct list *slot = &wheel->slots[wheel->turned_to % WHEEL_SLOTS];
        wheel->turned_to++; /* first: what the callbacks arm for now goes into a slot to come */
        if (!list_is_empty(slot))
            wheel_turn_slot(wheel, slot, now_ms);
    }
}

int wheel_wait_ms(struct wheel *wheel, uint64_t now_ms)
{
    if (wheel->linked == 0)
        return -1;
    if (wheel->next < wheel->turned_to)
        wheel->next = wheel->turned_to;
    while (list_is_empty(&wheel->slots[wheel->next % WHEEL_SLOTS]))
        wheel->next++; /* each slot is passed once in a turn, so this costs nothing on average */
    uint64_t due_ms = wheel->next * WHEEL_SLOT_MS;
    return due_ms > now_ms ? (int)(due_ms - now_ms) : 0;
}
