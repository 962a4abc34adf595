/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ring of log lines. Positions count up for ever, so full and empty differ without a spare
 * byte. Where an entry would wrap, a filler takes the rest of the buffer and the entry starts over
 * at its beginning.
 */
#include "proxy/log/ring.h"

#include <stdlib.h>
#include <uv.h>

#define FILLER UINT16_MAX /* as a level: skip this entry */
#define ENTRY_MAX (sizeof(struct ring_entry) + RING_LINE_MAX)

/* Entries take multiples of their header's size, so at least a header's room is left at the end. */
static size_t entry_bytes(size_t text_len)
{
    const size_t unit = sizeof(struct ring_entry);
    return (unit + text_len + unit - 1) / unit * unit;
}

_Static_assert(RING_BYTES % sizeof(struct ring_entry) == 0, "a filler must fit at the end");

int ring_init(struct ring *ring)
{
    *ring = (struct ring){.bytes = aligned_alloc(_Alignof(struct ring_entry), RING_BYTES)};
    return ring->bytes != NULL ? 0 : UV_ENOMEM;
}

void ring_destroy(struct ring *ring)
{
    free(ring->bytes);
    ring->bytes = NULL;
}

static struct ring_entry *entry_at(struct ring *ring, size_t position)
{
    return (struct ring_entry *)(void *)(ring->bytes + position % RING_BYTES);
}

/* Whether so many bytes are free; asks the consumer's cache line only when they seem not to be. */
static bool has_room(struct ring *ring, size_t written, size_t bytes)
{
    if (RING_BYTES - (written - ring->seen_read) >= bytes)
        return true;
    ring->seen_read = atomic_load_explicit(&ring->read, memory_order_acquire);
    return RING_BYTES - (written - ring->seen_read) >= bytes;
}

struct ring_entry *ring_reserve(struct ring *ring)
{
    size_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
    size_t to_end = RING_BYTES - written % RING_BYTES;
    bool wraps = to_end < ENTRY_MAX;

    if (!has_room(ring, written, wraps ? to_end + ENTRY_MAX : ENTRY_MAX)) {
        atomic_store_explicit(&ring->dropped,
                              atomic_load_explicit(&ring->dropped, memory_order_relaxed) + 1,
                              memory_order_relaxed); /* one writer: no locked instruction */
        return NULL;
    }
    if (wraps) {
        struct ring_entry *filler = entry_at(ring, written);
        filler->level = FILLER;
        filler->len = (uint32_t)(to_end - sizeof(struct ring_entry));
        written += to_end;
        atomic_store_explicit(&ring->written, written, memory_order_release);
    }
    return entry_at(ring, written);
}

bool ring_commit(struct ring *ring, const struct ring_entry *entry)
{
    size_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
    written += entry_bytes(entry->len);
    atomic_store(&ring->written,
                 written); /* in one order with the consumer's falling asleep: log.c */
    return !has_room(ring, written, RING_BYTES / 2);
}

const struct ring_entry *ring_peek(struct ring *ring)
{
    size_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);
    while (read != atomic_load(&ring->written)) {
        const struct ring_entry *entry = entry_at(ring, read);
        if (entry->level != FILLER)
            return entry;
        read += entry_bytes(entry->len);
        atomic_store_explicit(&ring->read, read, memory_order_release);
    }
    return NULL;
}

void ring_drop(struct ring *ring, const struct ring_entry *entry)
{
    size_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);
    atomic_store_explicit(&ring->read, read + entry_bytes(entry->len), memory_order_release);
}
