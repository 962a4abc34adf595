/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that lives and dies together: a configuration is thousands of small things that are never
 * freed one by one.
 *
 * Errors:    when memory runs out the process aborts, as it does inside libconfig; a half-read
 *            configuration is of no use to anybody.
 * Ownership: what an arena hands out belongs to the arena.
 * Thread:    nothing here locks; a finished configuration only reads.
 */
#ifndef WEIR_CONFIG_ARENA_H
#define WEIR_CONFIG_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct conf_arena;

struct conf_arena *arena_new(void);
void arena_free(struct conf_arena *arena);

/* Zeroed and aligned for any type. */
void *arena_alloc(struct conf_arena *arena, size_t bytes);

/* Has a thing of another owner's memory (a compiled regular expression) released with the arena. */
void arena_defer(struct conf_arena *arena, void (*release)(void *thing), void *thing);

/* Copies of text; the result ends in NUL. */
char *arena_copy(struct conf_arena *arena, const char *text);
char *arena_copy_bytes(struct conf_arena *arena, const void *bytes, size_t len);
char *arena_printf(struct conf_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct conf_arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/*
 * Room for one more element behind `count` of them; returns the array, which may have moved.
 * Grows by doubling, so the array must have come from here (or be NULL with count 0) and must
 * not be shared: see arena_list_copy().
 */
void *arena_list_grow(struct conf_arena *arena, void *items, size_t count, size_t item_bytes);

/* A copy of a list that may grow on its own. */
void *arena_list_copy(struct conf_arena *arena, const void *items, size_t count, size_t item_bytes);

#endif
