/* SPDX-License-Identifier: Apache-2.0 */
/* Log-linear histograms; see histogram.h. */
#include "proxy/base/histogram.h"

uint64_t histogram_bucket_top_us(unsigned bucket)
{
    if (bucket < HISTOGRAM_SUB)
        return bucket;
    unsigned shift = bucket / HISTOGRAM_SUB - 1;
    return ((uint64_t)(HISTOGRAM_SUB + bucket % HISTOGRAM_SUB + 1) << shift) - 1;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        histogram_bump(&into->buckets[i],
                       atomic_load_explicit(&from->buckets[i], memory_order_relaxed));
    histogram_bump(&into->sum_us, atomic_load_explicit(&from->sum_us, memory_order_relaxed));
}

uint64_t histogram_count(const struct histogram *h)
{
    uint64_t count = 0;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        count += atomic_load_explicit(&h->buckets[i], memory_order_relaxed);
    return count;
}

uint64_t histogram_quantile_us(const struct histogram *h, double share)
{
    uint64_t count = histogram_count(h);
    if (count == 0)
        return 0;
    uint64_t rank = (uint64_t)(share * (double)count);
    if (rank >= count)
        rank = count - 1;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        uint64_t here = atomic_load_explicit(&h->buckets[i], memory_order_relaxed);
        if (rank < here)
            return histogram_bucket_top_us(i);
        rank -= here;
    }
    return histogram_bucket_top_us(HISTOGRAM_BUCKETS - 1);
}
