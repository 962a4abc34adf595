/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting by one writer, adding up by any reader. All accesses are relaxed: a reader may see one
 * counter a little later than another, never a torn or a lost one.
 */
#include "proxy/state/counters.h"

#include <stdlib.h>
#include <string.h>

#define US_PER_SECOND 1000000u
#define US_PER_MS 1000u

#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)
#define SET(cell, value) atomic_store_explicit(&(cell), (value), memory_order_relaxed)

struct counter_set *counter_set_new(unsigned thread_count)
{
    struct counter_set *set = calloc(1, sizeof(*set));
    if (set == NULL)
        return NULL;
    set->threads = aligned_alloc(CACHE_LINE_BYTES, thread_count * sizeof(struct counters));
    if (set->threads == NULL) {
        free(set);
        return NULL;
    }
    memset(set->threads, 0, thread_count * sizeof(struct counters));
    set->thread_count = thread_count;
    set->references = 1;
    return set;
}

struct counter_set *counter_set_ref(struct counter_set *set)
{
    set->references++;
    return set;
}

void counter_set_free(struct counter_set *set)
{
    if (set == NULL || --set->references > 0)
        return;
    for (unsigned i = 0; i < set->thread_count; i++)
        free(GET(set->threads[i].latency));
    free(set->threads);
    free(set);
}

void rate_count(struct rate *rate, uint32_t now_s)
{
    uint32_t second = GET(rate->second);
    uint32_t count = GET(rate->current) + 1;
    if (second != now_s) {
        SET(rate->previous, second + 1 == now_s ? count - 1 : 0);
        SET(rate->second, now_s);
        count = 1;
    }
    SET(rate->current, count);
    if (count > GET(rate->max))
        SET(rate->max, count);
}

uint32_t rate_read(const struct rate *rate, uint64_t now_us)
{
    uint32_t now_s = (uint32_t)(now_us / US_PER_SECOND), second = GET(rate->second);
    uint64_t left_us = US_PER_SECOND - now_us % US_PER_SECOND;
    if (second == now_s)
        return GET(rate->current) + (uint32_t)(GET(rate->previous) * left_us / US_PER_SECOND);
    if (second + 1 == now_s)
        return (uint32_t)(GET(rate->current) * left_us / US_PER_SECOND);
    return 0;
}

/* Events in the second before now_s. */
static uint32_t rate_of_last_second(const struct rate *rate, uint32_t now_s)
{
    uint32_t second = GET(rate->second);
    if (second == now_s)
        return GET(rate->previous);
    return second + 1 == now_s ? GET(rate->current) : 0;
}

static void average_add(struct time_average *average, uint64_t us)
{
    uint64_t sum_us = GET(average->sum_us);
    uint32_t count = GET(average->count);
    if (count < TIME_SAMPLES)
        SET(average->count, count + 1);
    else
        sum_us -= sum_us / TIME_SAMPLES;
    SET(average->sum_us, sum_us + us);
    if (us > GET(average->max_us))
        SET(average->max_us, us);
}

/* Makes it at first use; NULL when memory runs out. */
static struct latency *latency_of(struct counters *cells)
{
    struct latency *latency = GET(cells->latency);
    if (latency == NULL) {
        latency = calloc(1, sizeof(*latency));
        /* readers on other threads must see the zeros */
        atomic_store_explicit(&cells->latency, latency, memory_order_release);
    }
    return latency;
}

void counters_times(struct counters *cells, const struct phase_times *times)
{
    struct latency *latency = latency_of(cells);
    if (latency == NULL)
        return;
    for (unsigned i = 0; i < TIMES; i++) { /* a constant, so that nothing remains of the loop */
        if ((times->known & 1u << i) == 0)
            continue;
        average_add(&cells->times[i], times->us[i]);
        histogram_add(&latency->phases[i], times->buckets[i], times->us[i]);
    }
}

uint64_t counter_set_total(const struct counter_set *set, enum counter which)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < set->thread_count; i++)
        total += GET(set->threads[i].totals[which]);
    return total;
}

uint32_t counter_set_rate(const struct counter_set *set, enum rate_kind which, uint64_t now_us)
{
    uint32_t total = 0;
    for (unsigned i = 0; i < set->thread_count; i++)
        total += rate_read(&set->threads[i].rates[which], now_us);
    return total;
}

uint32_t counter_set_average_ms(const struct counter_set *set, enum time_kind which)
{
    uint64_t sum_us = 0, count = 0;
    for (unsigned i = 0; i < set->thread_count; i++) {
        sum_us += GET(set->threads[i].times[which].sum_us);
        count += GET(set->threads[i].times[which].count);
    }
    return count > 0 ? (uint32_t)(sum_us / count / US_PER_MS) : 0;
}

uint32_t counter_set_time_max_ms(const struct counter_set *set, enum time_kind which)
{
    uint64_t max_us = 0;
    for (unsigned i = 0; i < set->thread_count; i++) {
        uint64_t us = GET(set->threads[i].times[which].max_us);
        max_us = us > max_us ? us : max_us;
    }
    return (uint32_t)(max_us / US_PER_MS);
}

void counter_set_latency(const struct counter_set *set, enum time_kind which,
                         struct histogram *into)
{
    memset(into, 0, sizeof(*into));
    for (unsigned i = 0; i < set->thread_count; i++) {
        const struct latency *latency =
            atomic_load_explicit(&set->threads[i].latency, memory_order_acquire);
        if (latency != NULL)
            histogram_merge(into, &latency->phases[which]);
    }
}

void counter_set_tick(struct counter_set *set, uint32_t now_s)
{
    for (unsigned kind = 0; kind < RATES; kind++) {
        uint32_t sum = 0;
        for (unsigned i = 0; i < set->thread_count; i++)
            sum += rate_of_last_second(&set->threads[i].rates[kind], now_s);
        if (sum > GET(set->rate_max[kind]))
            SET(set->rate_max[kind], sum);
    }
}

void counter_set_raise_sessions(struct counter_set *set, unsigned now)
{
    _Atomic unsigned *max = &set->sessions_max;
    unsigned before = atomic_load_explicit(max, memory_order_relaxed);
    while (now > before && !atomic_compare_exchange_weak_explicit(
                               max, &before, now, memory_order_relaxed, memory_order_relaxed))
        ;
}

void counter_set_clear_max(struct counter_set *set)
{
    for (unsigned i = 0; i < set->thread_count; i++) {
        for (unsigned t = 0; t < TIMES; t++)
            SET(set->threads[i].times[t].max_us, 0);
    }
    for (unsigned kind = 0; kind < RATES; kind++)
        SET(set->rate_max[kind], 0);
    SET(set->pick_rate.max, 0);
    SET(set->sessions_max, 0);
    SET(set->queued_max, 0);
}

void counter_set_clear(struct counter_set *set)
{
    for (unsigned i = 0; i < set->thread_count; i++) {
        for (unsigned c = 0; c < COUNTERS; c++)
            SET(set->threads[i].totals[c], 0);
    }
    SET(set->picks, 0);
    counter_set_clear_max(set);
}
