/* SPDX-License-Identifier: Apache-2.0 */
/* Object pools; see pool.h. */
#include "proxy/base/pool.h"

#include <stdlib.h>

struct pool_item {
    struct pool_item *next;
};

void pool_init(struct pool *pool, size_t item_bytes)
{
    *pool = (struct pool){
        .item_bytes = item_bytes < sizeof(struct pool_item) ? sizeof(struct pool_item) : item_bytes,
    };
}

void *pool_take(struct pool *pool)
{
    struct pool_item *item = pool->free;
    if (item == NULL) {
        item = malloc(pool->item_bytes);
        if (item == NULL)
            return NULL;
    } else {
        pool->free = item->next;
        pool->free_count--;
        if (pool->free_count < pool->low_water)
            pool->low_water = pool->free_count;
    }
    pool->in_use++;
    return item;
}

void pool_give(struct pool *pool, void *given)
{
    struct pool_item *item = given;
    item->next = pool->free;
    pool->free = item;
    pool->free_count++;
    pool->in_use--;
}

static void pool_free_items(struct pool *pool, unsigned count)
{
    for (; count > 0; count--) {
        struct pool_item *item = pool->free;
        pool->free = item->next;
        pool->free_count--;
        free(item);
    }
}

unsigned pool_trim(struct pool *pool)
{
    unsigned idle = pool->low_water;
    pool_free_items(pool, idle);
    pool->low_water = pool->free_count;
    return idle;
}

void pool_destroy(struct pool *pool)
{
    pool_free_items(pool, pool->free_count);
    pool->low_water = 0;
}
