/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chain of chunks; each request takes the next bytes of the newest one. Requests larger than a
 * chunk get a chunk of their own size.
 */
#include "config/arena.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { CHUNK_BYTES = 64 * 1024, CHUNK_BYTES_MAX = 2048 * 1024 };

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

static void must(const void *memory)
{
    if (memory != NULL)
        return;
    fputs("weir: out of memory while reading the configuration\n", stderr);
    abort();
}

/*
 * All pages of a large chunk at once, as one huge page if the system has them: it comes where a
 * configuration is large, and pages one by one, fault by fault, took half the time of loading 10,000
 * servers. What the system refuses it does by faults.
 */
static void populate(struct chunk *chunk, size_t bytes)
{
    (void)madvise(chunk, bytes, MADV_HUGEPAGE);
#ifdef MADV_POPULATE_WRITE
    (void)madvise(chunk, bytes, MADV_POPULATE_WRITE);
#endif
}

static struct chunk *chunk_new(size_t bytes)
{
    bool is_large = bytes % CHUNK_BYTES_MAX == 0;
    struct chunk *chunk = is_large ? aligned_alloc(CHUNK_BYTES_MAX, bytes) : malloc(bytes);
    must(chunk);
    if (is_large)
        populate(chunk, bytes);
    chunk->size = bytes - sizeof *chunk;
    chunk->used = 0;
    return chunk;
}

/* Each chunk is twice as large as the one before, up to a bound, and large enough. */
static void chunk_add(struct conf_arena *arena, size_t at_least)
{
    size_t bytes = CHUNK_BYTES, needed = sizeof(struct chunk) + at_least;
    if (arena->newest != NULL)
        bytes = 2 * (arena->newest->size + sizeof(struct chunk));
    if (bytes > CHUNK_BYTES_MAX)
        bytes = CHUNK_BYTES_MAX;
    if (bytes < needed)
        bytes = (needed + CHUNK_BYTES_MAX - 1) / CHUNK_BYTES_MAX * CHUNK_BYTES_MAX;
    struct chunk *chunk = chunk_new(bytes);
    chunk->next = arena->newest;
    arena->newest = chunk;
}

struct conf_arena *arena_new(void)
{
    struct conf_arena *arena = malloc(sizeof *arena);
    must(arena);
    *arena = (struct conf_arena){0};
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

/* The next bytes of the newest chunk that lie at a multiple of `align`. */
static void *take(struct conf_arena *arena, size_t bytes, size_t align)
{
    struct chunk *chunk = arena->newest;
    size_t at = (chunk->used + align - 1) / align * align;
    if (at > chunk->size || chunk->size - at < bytes) {
        chunk_add(arena, bytes);
        chunk = arena->newest;
        at = 0;
    }
    chunk->used = at + bytes;
    return (char *)chunk->bytes + at;
}

void *arena_alloc(struct conf_arena *arena, size_t bytes)
{
    return memset(take(arena, bytes, sizeof(max_align_t)), 0, bytes); /* soon to be written to */
}

void arena_defer(struct conf_arena *arena, void (*release)(void *thing), void *thing)
{
    struct deferred *d = arena_alloc(arena, sizeof *d);
    *d = (struct deferred){arena->deferred, release, thing};
    arena->deferred = d;
}

char *arena_copy_bytes(struct conf_arena *arena, const void *bytes, size_t len)
{
    char *copy = take(arena, len + 1, 1); /* text lies anywhere */
    if (len > 0)
        memcpy(copy, bytes, len);
    copy[len] = '\0';
    return copy;
}

char *arena_copy(struct conf_arena *arena, const char *text)
{
    return arena_copy_bytes(arena, text, strlen(text));
}

char *arena_vprintf(struct conf_arena *arena, const char *format, va_list args)
{
    char most[256]; /* texts are short: printing once is the rule */
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(most, sizeof most, format, again);
    va_end(again);
    if (len < (int)sizeof most)
        return arena_copy_bytes(arena, most, len < 0 ? 0 : (size_t)len);
    char *text = take(arena, (size_t)len + 1, 1);
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

/* Whether the bytes behind the newest ones were taken for it, too. */
static bool extend(struct conf_arena *arena, const void *memory, size_t from, size_t to)
{
    struct chunk *chunk = arena->newest;
    const char *end = (const char *)chunk->bytes + chunk->used;
    if ((const char *)memory + from != end || chunk->size - chunk->used < to - from)
        return false;
    chunk->used += to - from;
    return true;
}

/* The room for `count` elements becomes room for twice as many. */
static void *widen(struct conf_arena *arena, void *items, size_t count, size_t item_bytes)
{
    size_t bytes = list_capacity(count + 1) * item_bytes;
    if (count > 0 && extend(arena, items, count * item_bytes, bytes))
        return items;
    void *larger = take(arena, bytes, sizeof(max_align_t));
    if (count > 0)
        memcpy(larger, items, count * item_bytes);
    return larger;
}

void *arena_list_grow(struct conf_arena *arena, void *items, size_t count, size_t item_bytes)
{
    if (count == 0 || count == list_capacity(count))
        items = widen(arena, items, count, item_bytes);
    memset((char *)items + count * item_bytes, 0, item_bytes);
    return items;
}

void *arena_list_copy(struct conf_arena *arena, const void *items, size_t count, size_t item_bytes)
{
    if (count == 0)
        return NULL;
    void *copy = take(arena, list_capacity(count) * item_bytes, sizeof(max_align_t));
    memcpy(copy, items, count * item_bytes);
    return copy;
}
