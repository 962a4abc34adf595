/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A map from names to things, so that a file with 10,000 servers loads without quadratic work.
 *
 * Ownership: the map lives in the arena it grew in; it keeps the keys it is given, no copies.
 */
#ifndef WEIR_CONFIG_NAMES_H
#define WEIR_CONFIG_NAMES_H

#include <stddef.h>

#include "config/arena.h"

struct name_map {
    struct name_slot *slots; /* in the arena; NULL while empty */
    size_t capacity, count;
};

/* NULL when there is none of that name. */
void *names_get(const struct name_map *map, const char *name);

/* Adds a name; where it exists the old thing stays and is returned, else NULL. */
void *names_add(struct conf_arena *arena, struct name_map *map, const char *name,
                const void *thing);

#endif
