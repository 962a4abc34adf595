/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The indexed heap: moves a hole up or down and puts the item into it at the end, so each level
 * costs one copy.
 */
#include "lb-algos/heap.h"

#include "lb-algos/pool.h"

#include <assert.h>
#include <stddef.h>

static bool is_before(const struct lb_heap_item *a, const struct lb_heap_item *b)
{
    return a->key != b->key ? a->key < b->key : a->tie < b->tie;
}

static void place_item(struct lb_heap *heap, struct lb_server *servers, uint32_t at,
                       struct lb_heap_item item)
{
    heap->items[at] = item;
    servers[item.server].place = (struct lb_heap_place){heap, at};
}

/* Puts the item where it belongs at or above the hole. */
static void sift_up(struct lb_heap *heap, struct lb_server *servers, uint32_t hole,
                    struct lb_heap_item item)
{
    while (hole > 0) {
        uint32_t parent = (hole - 1) / 2;
        if (!is_before(&item, &heap->items[parent]))
            break;
        place_item(heap, servers, hole, heap->items[parent]);
        hole = parent;
    }
    place_item(heap, servers, hole, item);
}

/* Puts the item where it belongs at or below the hole. */
static void sift_down(struct lb_heap *heap, struct lb_server *servers, uint32_t hole,
                      struct lb_heap_item item)
{
    for (uint32_t child; (child = 2 * hole + 1) < heap->count; hole = child) {
        if (child + 1 < heap->count && is_before(&heap->items[child + 1], &heap->items[child]))
            child++;
        if (!is_before(&heap->items[child], &item))
            break;
        place_item(heap, servers, hole, heap->items[child]);
    }
    place_item(heap, servers, hole, item);
}

static void sift(struct lb_heap *heap, struct lb_server *servers, uint32_t hole,
                 struct lb_heap_item item)
{
    if (hole > 0 && is_before(&item, &heap->items[(hole - 1) / 2]))
        sift_up(heap, servers, hole, item);
    else
        sift_down(heap, servers, hole, item);
}

void lb_heap_push(struct lb_heap *heap, struct lb_server *servers, struct lb_heap_item item)
{
    assert(servers[item.server].place.heap == NULL);
    sift_up(heap, servers, heap->count++, item);
}

void lb_heap_remove(struct lb_server *servers, uint32_t server)
{
    struct lb_heap_place place = servers[server].place;
    assert(place.heap != NULL);
    servers[server].place.heap = NULL;
    struct lb_heap_item last = place.heap->items[--place.heap->count];
    if (last.server != server)
        sift(place.heap, servers, place.at, last);
}

void lb_heap_update(struct lb_server *servers, struct lb_heap_item item)
{
    struct lb_heap_place place = servers[item.server].place;
    assert(place.heap != NULL);
    sift(place.heap, servers, place.at, item);
}

const struct lb_heap_item *lb_heap_first(const struct lb_heap *heap, int avoid)
{
    const struct lb_heap_item *items = heap->items;
    if (heap->count == 0)
        return NULL;
    if (avoid == LB_NONE || items[0].server != (uint32_t)avoid)
        return &items[0];
    /* the second of all is one of the two below the top */
    if (heap->count <= 2)
        return heap->count == 2 ? &items[1] : NULL;
    return is_before(&items[1], &items[2]) ? &items[1] : &items[2];
}
