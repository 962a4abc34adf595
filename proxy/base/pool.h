/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects of one size, last returned first out, so that the hot path neither calls malloc nor
 * touches cold memory. What has not been needed for a while goes back to the system by pool_trim().
 *
 * Thread: the owner's; one pool for each kind and thread.
 */
#ifndef WEIR_BASE_POOL_H
#define WEIR_BASE_POOL_H

#include <stddef.h>

struct pool {
    struct pool_item *free;
    size_t item_bytes;
    unsigned free_count;
    unsigned low_water; /* fewest free since the last trim: those nobody needed */
    unsigned in_use;
};

void pool_init(struct pool *pool, size_t item_bytes);
/* NULL when memory runs out. The bytes are not cleared. */
void *pool_take(struct pool *pool);
void pool_give(struct pool *pool, void *item);
/* Frees what was not in use at any time since the last call; how many those were. */
unsigned pool_trim(struct pool *pool);
/* Frees all that is free; what is in use must have been given back before. */
void pool_destroy(struct pool *pool);

#endif
