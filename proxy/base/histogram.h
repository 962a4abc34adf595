/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A histogram of durations with relative precision: 8 buckets for each power of two from 1 us to
 * over an hour, so a percentile is right to within 12.5 % and a histogram takes 2 KiB.
 *
 * Thread: one writer for each histogram; any thread may read it, or add it to another, meanwhile.
 */
#ifndef WEIR_BASE_HISTOGRAM_H
#define WEIR_BASE_HISTOGRAM_H

#include <stdatomic.h>
#include <stdint.h>

#define HISTOGRAM_BUCKETS 256
#define HISTOGRAM_SUB_BITS 3 /* 8 buckets a power of two */
#define HISTOGRAM_SUB (1u << HISTOGRAM_SUB_BITS)

struct histogram {
    _Atomic uint64_t buckets[HISTOGRAM_BUCKETS];
    _Atomic uint64_t sum_us;
};

static inline unsigned histogram_bucket(uint64_t us)
{
    if (us < HISTOGRAM_SUB)
        return (unsigned)us;
    unsigned power = 63u - (unsigned)__builtin_clzll(us);
    unsigned bucket = (power - HISTOGRAM_SUB_BITS + 1) * HISTOGRAM_SUB +
                      (unsigned)(us >> (power - HISTOGRAM_SUB_BITS)) % HISTOGRAM_SUB;
    return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

/* The largest value that falls into the bucket. */
uint64_t histogram_bucket_top_us(unsigned bucket);

static inline void histogram_bump(_Atomic uint64_t *cell, uint64_t n)
{
    /* a load and a store: there is one writer, so no locked instruction is needed */
    atomic_store_explicit(cell, atomic_load_explicit(cell, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

/* bucket: histogram_bucket(us). Who adds the same value to several works it out once. */
static inline void histogram_add(struct histogram *h, unsigned bucket, uint64_t us)
{
    histogram_bump(&h->buckets[bucket], 1);
    histogram_bump(&h->sum_us, us);
}

/* into must be private to the caller. */
void histogram_merge(struct histogram *into, const struct histogram *from);
uint64_t histogram_count(const struct histogram *h);
/* share in 0..1, for instance 0.99; 0 when nothing was counted. */
uint64_t histogram_quantile_us(const struct histogram *h, double share);

#endif
