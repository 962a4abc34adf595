/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table from server name to group. A wildcard is a name like any other here ("*.example.com");
 * who looks up decides to ask for it.
 *
 * The hash needs no secret: the names in the table come from our own certificates, so a client
 * cannot make them collide, and looking up a foreign name ends at the first empty slot.
 */
#include "tls/names_priv.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_AT_FIRST 16

/* One that comes after another of the same name and kind, which is not for all that the name matches. */
struct tls_names_later {
    const struct tls_certificate *cert;
    struct tls_names_later *next; /* owned */
};

struct tls_names_entry {
    char *name; /* owned; NULL: empty slot */
    uint32_t hash;
    struct tls_group group;
    struct tls_names_later *later; /* owned; mostly NULL */
};

/* FNV-1a, 32 bits */
static uint32_t hash_name(const char *name)
{
    uint32_t hash = 2166136261u;
    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    return hash;
}

/* Where the name is, or the empty slot where it would be. The table is never full. */
static struct tls_names_entry *find_slot(struct tls_names_entry *entries, size_t slots,
                                         const char *name, uint32_t hash)
{
    for (size_t at = hash & (slots - 1);; at = (at + 1) & (slots - 1)) {
        struct tls_names_entry *entry = &entries[at];
        if (entry->name == NULL || (entry->hash == hash && strcmp(entry->name, name) == 0))
            return entry;
    }
}

static int grow(struct tls_names_map *map)
{
    size_t slots = map->slots > 0 ? map->slots * 2 : SLOTS_AT_FIRST;
    struct tls_names_entry *entries = calloc(slots, sizeof(*entries));
    if (entries == NULL)
        return -1;
    for (size_t i = 0; i < map->slots; i++) {
        struct tls_names_entry *old = &map->entries[i];
        if (old->name != NULL)
            *find_slot(entries, slots, old->name, old->hash) = *old;
    }
    free(map->entries);
    map->entries = entries;
    map->slots = slots;
    return 0;
}

/* Whoever was there before goes first; if that one is for all, nobody else is ever asked. */
static int add_later(struct tls_names_entry *entry, const struct tls_certificate *cert)
{
    const struct tls_certificate *before = entry->group.of_kind[cert->kind];
    struct tls_names_later **at = &entry->later;
    for (; *at != NULL; at = &(*at)->next)
        if ((*at)->cert->kind == cert->kind)
            before = (*at)->cert;
    if (before == cert || before->excluded.count == 0)
        return 0;
    *at = calloc(1, sizeof(**at));
    if (*at == NULL)
        return -1;
    (*at)->cert = cert;
    return 0;
}

int tls_names_map_add(struct tls_names_map *map, const char *name,
                      const struct tls_certificate *cert)
{
    if (map->count >= map->slots / 2 && grow(map) != 0)
        return -1;
    uint32_t hash = hash_name(name);
    struct tls_names_entry *entry = find_slot(map->entries, map->slots, name, hash);
    if (entry->name == NULL) {
        entry->name = strdup(name);
        if (entry->name == NULL)
            return -1;
        entry->hash = hash;
        map->count++;
    }
    if (entry->group.of_kind[cert->kind] != NULL)
        return add_later(entry, cert);
    entry->group.of_kind[cert->kind] = cert;
    return 0;
}

const struct tls_certificate *tls_names_map_next(const struct tls_names_map *map, const char *name,
                                                 const struct tls_certificate *cert)
{
    const struct tls_names_entry *entry =
        find_slot(map->entries, map->slots, name, hash_name(name));
    const struct tls_names_later *later = entry->later;
    if (cert != entry->group.of_kind[cert->kind]) {
        while (later->cert != cert)
            later = later->next;
        later = later->next;
    }
    while (later != NULL && later->cert->kind != cert->kind)
        later = later->next;
    return later != NULL ? later->cert : NULL;
}

const struct tls_group *tls_names_map_get(const struct tls_names_map *map, const char *name)
{
    if (map->slots == 0)
        return NULL;
    const struct tls_names_entry *entry =
        find_slot(map->entries, map->slots, name, hash_name(name));
    return entry->name != NULL ? &entry->group : NULL;
}

const struct tls_certificate *tls_group_first(const struct tls_group *group)
{
    size_t kind = 0;
    while (kind < TLS_KEY_KINDS - 1 && group->of_kind[kind] == NULL)
        kind++;
    return group->of_kind[kind];
}

void tls_names_map_free(struct tls_names_map *map)
{
    for (size_t i = 0; i < map->slots; i++) {
        free(map->entries[i].name);
        for (struct tls_names_later *at = map->entries[i].later, *next; at != NULL; at = next) {
            next = at->next;
            free(at);
        }
    }
    free(map->entries);
    *map = (struct tls_names_map){0};
}
