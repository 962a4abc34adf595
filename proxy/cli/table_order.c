/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries in the order of their keys, in which scripts written for HAProxy expect them: our tables are hashed, so the
 * keys are gathered first, a few at a time, and each entry is looked up again when it is shown. One that has gone
 * meanwhile is left out.
 */
#include "proxy/cli/table_walk.h"

#include <stdlib.h>
#include <string.h>

/* What does not fit into memory is left out. */
static void gather_key(void *owner, const struct stick_view *view)
{
    struct walk *walk = owner;
    struct table_keys *keys = &walk->keys;
    if (!cli_table_passes(walk, view))
        return;
    if (keys->count == keys->room) {
        size_t room = keys->room == 0 ? 64 : 2 * keys->room;
        struct stick_key *items = realloc(keys->items, room * sizeof(*items));
        if (items == NULL)
            return;
        keys->items = items;
        keys->room = room;
    }
    char *bytes = malloc(view->key.len + 1); /* a key may be empty */
    if (bytes == NULL)
        return;
    memcpy(bytes, view->key.data, view->key.len);
    keys->items[keys->count++] = (struct stick_key){bytes, view->key.len};
}

static int compare_keys(const void *left, const void *right)
{
    const struct stick_key *a = left, *b = right;
    int order = memcmp(a->data, b->data, a->len < b->len ? a->len : b->len);
    return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

bool cli_table_next_key(struct walk *walk, struct stick_key *key_out)
{
    struct table_keys *keys = &walk->keys;
    *key_out = (struct stick_key){NULL, 0};
    if (!keys->is_complete) {
        keys->is_complete =
            !stick_table_walk(walk->table, &walk->at, walk->now_ms, gather_key, walk);
        if (keys->is_complete && keys->count > 0)
            qsort(keys->items, keys->count, sizeof(*keys->items), compare_keys);
        return true;
    }
    if (keys->next == keys->count)
        return false;
    *key_out = keys->items[keys->next++];
    return true;
}

void cli_table_free_keys(struct walk *walk)
{
    for (size_t i = 0; i < walk->keys.count; i++)
        free((void *)walk->keys.items[i].data);
    free(walk->keys.items);
}
