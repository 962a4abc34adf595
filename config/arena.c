/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chain of chunks; each request takes the next bytes of the newest one. Requests larger than a
 * chunk get a chunk of their own size.
 */
#include "config/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 64 * 1024 };

struct chunk {
    struct chunk *next; /* owned: the one before */
    size_t used, size;
    max_align_t bytes[]; /* aligned for any type */
};

/* What is not in the arena but ends with it. */
struct deferred {
    struct deferred *next; /* the one before */
    void (*release)(void *thing);
    void *thing; /* owned */
};

struct conf_arena {
    struct chunk *newest;      /* owned */
    struct deferred *deferred; /* in the arena; the latest first */
};

/* calloc() that does not come back empty-handed. */
static void *must_calloc(size_t bytes)
{
    void *memory = calloc(1, bytes);
    if (memory == NULL) {
        fputs("weir: out of memory while reading the configuration\n", stderr);
        abort();
    }
    return memory;
}

static void chunk_add(struct conf_arena *arena, size_t at_least)
{
    size_t size = at_least > CHUNK_BYTES ? at_least : CHUNK_BYTES;
    struct chunk *chunk = must_calloc(sizeof *chunk + size);
    chunk->size = size;
    chunk->next = arena->newest;
    arena->newest = chunk;
}

struct conf_arena *arena_new(void)
{
    struct conf_arena *arena = must_calloc(sizeof *arena);
    chunk_add(arena, 0);
    return arena;
}

void arena_free(struct conf_arena *arena)
{
    if (arena == NULL)
        return;
    for (struct deferred *d = arena->deferred; d != NULL; d = d->next)
        d->release(d->thing);
    for (struct chunk *chunk = arena->newest; chunk != NULL;) {
        struct chunk *older = chunk->next;
        free(chunk);
        chunk = older;
    }
    free(arena);
}

void *arena_alloc(struct conf_arena *arena, size_t bytes)
{
    const size_t align = sizeof(max_align_t);
    size_t rounded = (bytes + align - 1) / align * align;
    if (arena->newest->size - arena->newest->used < rounded)
        chunk_add(arena, rounded);
    struct chunk *chunk = arena->newest;
    void *memory = (char *)chunk->bytes + chunk->used;
    chunk->used += rounded;
    return memory;
}

char *arena_copy_bytes(struct conf_arena *arena, const void *bytes, size_t len)
{
    char *copy = arena_alloc(arena, len + 1);
    if (len > 0)
        memcpy(copy, bytes, len);
    return copy;
}

void arena_defer(struct conf_arena *arena, void (*release)(void *thing), void *thing)
{
    struct deferred *d = arena_alloc(arena, sizeof *d);
    *d = (struct deferred){arena->deferred, release, thing};
    arena->deferred = d;
}

char *arena_copy(struct conf_arena *arena, const char *text)
{
    return arena_copy_bytes(arena, text, strlen(text));
}

char *arena_vprintf(struct conf_arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = arena_alloc(arena, len < 0 ? 1 : (size_t)len + 1);
    if (len > 0)
        vsnprintf(text, (size_t)len + 1, format, args);
    return text;
}

char *arena_printf(struct conf_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

/* Lists hold a power of two of elements, so the count alone says when one is full. */
static size_t list_capacity(size_t count)
{
    size_t capacity = 1;
    while (capacity < count)
        capacity *= 2;
    return capacity;
}

void *arena_list_grow(struct conf_arena *arena, void *items, size_t count, size_t item_bytes)
{
    if (count > 0 && count < list_capacity(count))
        return items;
    void *larger = arena_alloc(arena, list_capacity(count + 1) * item_bytes);
    if (count > 0)
        memcpy(larger, items, count * item_bytes);
    return larger;
}

void *arena_list_copy(struct conf_arena *arena, const void *items, size_t count, size_t item_bytes)
{
    if (count == 0)
        return NULL;
    void *copy = arena_alloc(arena, list_capacity(count) * item_bytes);
    memcpy(copy, items, count * item_bytes);
    return copy;
}
