/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log lines on their way from one thread to another: a ring of bytes with one producer and one
 * consumer, without locks. A line lies in one piece, so the producer formats it in place and the
 * consumer sends it from there.
 *
 * Thread: ring_reserve() and ring_commit() on the producer's, ring_peek() and ring_drop() on the
 * consumer's.
 */
#ifndef WEIR_LOG_RING_H
#define WEIR_LOG_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf_proxy;

#define RING_BYTES (256 * 1024)
/* The longest line: a request line of 1 KiB, all of it escaped, and long names; also the end of any
 * `len`. */
#define RING_LINE_MAX 8192

struct ring_entry {
    _Alignas(32)                        /* see entry_bytes() */
        const struct conf_proxy *proxy; /* borrowed: whose targets; NULL = the global section's */
    uint64_t at_us;                     /* monotonic: when the line was logged */
    uint32_t len;
    uint16_t level;          /* enum log_level, or what only ring.c knows */
    uint16_t structured_len; /* of structured data, then a blank and the line; 0 = the line alone */
    char text[];
};

struct ring {
    char *bytes; /* owned: RING_BYTES of them */
    /* the producer's */
    _Alignas(64) atomic_size_t written; /* bytes ever; the place is this modulo RING_BYTES */
    size_t seen_read;                   /* where the consumer was when last looked at */
    _Atomic uint64_t dropped;           /* lines that found no room */
    /* the consumer's */
    _Alignas(64) atomic_size_t read;
};

/* 0 or UV_ENOMEM. */
MUST_CHECK int ring_init(struct ring *ring);
void ring_destroy(struct ring *ring);

/* Room for a line of RING_LINE_MAX, or NULL (and counted) when there is none. */
struct ring_entry *ring_reserve(struct ring *ring);
/* Hands over the reserved entry; its len, level and proxy are filled in. True if the ring is half
 * full. */
bool ring_commit(struct ring *ring, const struct ring_entry *entry);

/* The oldest entry, or NULL. It stays until ring_drop(). */
const struct ring_entry *ring_peek(struct ring *ring);
void ring_drop(struct ring *ring, const struct ring_entry *entry);

#endif
