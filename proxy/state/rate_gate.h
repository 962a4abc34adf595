/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bound on events in one second, for all threads together: maxconnrate, rate-limit sessions. Whoever asks
 * and then counts may go over it by one for each thread that does the same at that moment.
 *
 * Thread: any.
 */
#ifndef WEIR_STATE_RATE_GATE_H
#define WEIR_STATE_RATE_GATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct rate_gate {
    _Atomic uint64_t second_and_count; /* 32 bits each */
};

/* limit 0: no bound. */
static inline bool rate_gate_is_open(const struct rate_gate *gate, unsigned limit, uint32_t now_s)
{
    if (limit == 0)
        return true;
    uint64_t both = atomic_load_explicit(&gate->second_and_count, memory_order_relaxed);
    return (uint32_t)(both >> 32) != now_s || (uint32_t)both < limit;
}

static inline void rate_gate_count(struct rate_gate *gate, unsigned limit, uint32_t now_s)
{
    if (limit == 0)
        return;
    uint64_t both = atomic_load_explicit(&gate->second_and_count, memory_order_relaxed), next;
    do
        next = (uint32_t)(both >> 32) == now_s ? both + 1 : (uint64_t)now_s << 32 | 1;
    while (!atomic_compare_exchange_weak_explicit(&gate->second_and_count, &both, next,
                                                  memory_order_relaxed, memory_order_relaxed));
}

#endif
