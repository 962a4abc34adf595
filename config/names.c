/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing with FNV-1a; at most half full, so a probe is short. */
#include "config/names.h"

#include <stdint.h>
#include <string.h>

struct name_slot {
    const char *name; /* NULL: free */
    const void *thing;
};

static uint64_t hash_name(const char *name)
{
    uint64_t hash = 0xcbf29ce484222325U;
    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * 0x100000001b3U;
    return hash;
}

/* The slot of the name, or the free one where it would go. */
static struct name_slot *slot_of(struct name_slot *slots, size_t capacity, const char *name)
{
    size_t i = (size_t)hash_name(name) & (capacity - 1);
    while (slots[i].name != NULL && strcmp(slots[i].name, name) != 0)
        i = (i + 1) & (capacity - 1);
    return &slots[i];
}

static void map_grow(struct conf_arena *arena, struct name_map *map)
{
    size_t capacity = map->capacity == 0 ? 16 : map->capacity * 2;
    struct name_slot *slots = arena_alloc(arena, capacity * sizeof *slots);
    for (size_t i = 0; i < map->capacity; i++) {
        if (map->slots[i].name != NULL)
            *slot_of(slots, capacity, map->slots[i].name) = map->slots[i];
    }
    map->slots = slots;
    map->capacity = capacity;
}

void *names_get(const struct name_map *map, const char *name)
{
    if (map->capacity == 0)
        return NULL;
    return (void *)slot_of(map->slots, map->capacity, name)->thing;
}

void *names_add(struct conf_arena *arena, struct name_map *map, const char *name, const void *thing)
{
    if (map->count * 2 >= map->capacity)
        map_grow(arena, map);
    struct name_slot *slot = slot_of(map->slots, map->capacity, name);
    if (slot->name != NULL)
        return (void *)slot->thing;
    *slot = (struct name_slot){.name = name, .thing = thing};
    map->count++;
    return NULL;
}
