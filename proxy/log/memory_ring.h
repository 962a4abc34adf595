/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rings of lines in memory, by name: the newest lines that fit. They outlive reloads; who changes
 * the size of one keeps its lines as far as they fit.
 *
 *   first                    end
 *     |  len text len text ... |        both count bytes since the ring was made; their places
 *     `------- size_bytes -----'        are modulo size_bytes
 *
 * A reader holds no more than a position, so that none of them keeps a ring alive or lines back:
 * a slow one misses what was overwritten.
 *
 * Thread: a mutex guards all rings; memory_ring_find() and memory_ring_put() are the control
 *         thread's, which alone changes the list.
 */
#ifndef WEIR_LOG_MEMORY_RING_H
#define WEIR_LOG_MEMORY_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf_ring;
struct config;
struct memory_ring;

/* Makes the rings of this config the current ones. What memory does not suffice for is left out. */
void memory_rings_adopt(const struct config *config);
void memory_rings_close(void);

/* NULL if there is none of that name. Until the next adoption. */
struct memory_ring *memory_ring_find(const char *name);

/* Adds header and text as one line; one too long for the ring is dropped and counted. */
void memory_ring_put(struct memory_ring *ring, const char *header, size_t header_len,
                     const char *text, size_t text_len);

/*
 * The line at *at or, if that was overwritten, the oldest: its first `room` bytes and, in len_out,
 * its whole length. Moves *at behind it. False if there is none (yet).
 */
bool memory_ring_take(struct memory_ring *ring, uint64_t *at, char *out, size_t room,
                      size_t *len_out);

#endif
