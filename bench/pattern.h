/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of every body: the origin writes them, the load checks them.
 *
 * The period is a prime, so that a piece lost, repeated or swapped (all of them powers of two in
 * length) shows in the bytes at the edges of what arrives, and the load need not look at each byte.
 */
#ifndef WEIR_BENCH_PATTERN_H
#define WEIR_BENCH_PATTERN_H

#include <stddef.h>

static inline char pattern_at(size_t offset)
{
    return (char)('!' + offset % 89);
}

#endif
