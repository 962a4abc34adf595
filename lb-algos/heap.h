/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A binary heap of server indexes that knows where each of them stands, so that any can leave or
 * change its key in O(log n). Keys are kept in the heap's own array: sifting touches no server but
 * to note its new place.
 *
 * Thread:  none of its own.
 */
#ifndef WEIR_LB_ALGOS_HEAP_H
#define WEIR_LB_ALGOS_HEAP_H

#include <stdbool.h>
#include <stdint.h>

struct lb_server;

struct lb_heap_item {
    uint64_t key; /* the smallest is on top */
    uint64_t tie; /* then the smallest of these */
    uint32_t server;
};

/* Where a server stands; part of it. */
struct lb_heap_place {
    struct lb_heap *heap; /* NULL = in none */
    uint32_t at;
};

struct lb_heap {
    struct lb_heap_item *items; /* owned by the pool, with room for all its servers */
    uint32_t count;
};

void lb_heap_push(struct lb_heap *heap, struct lb_server *servers, struct lb_heap_item item);
/* Takes the server out of the heap it is in. */
void lb_heap_remove(struct lb_server *servers, uint32_t server);
/* Gives the server another key in the heap it is in. */
void lb_heap_update(struct lb_server *servers, struct lb_heap_item item);
/* The top one other than avoid, or NULL. avoid may be LB_NONE. */
const struct lb_heap_item *lb_heap_first(const struct lb_heap *heap, int avoid);

#endif
