/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the entries of a set are kept so that they are found again: a table by hash, trees of prefixes, or a row in
 * the order of their coming. Entries of an equal key hang on the first one, which is the one that counts.
 */
#include "proxy/rules/pattern_set.h"

/* ---- what belongs together: entries of an equal key, and the row --------------------------------------- */

static void link_last(struct pattern_entry **first, struct pattern_entry *entry)
{
    entry->next = NULL;
    if (*first == NULL) {
        entry->prev = entry;
        *first = entry;
        return;
    }
    entry->prev = (*first)->prev;
    entry->prev->next = entry;
    (*first)->prev = entry;
}

static void unlink_from(struct pattern_entry **first, struct pattern_entry *entry)
{
    if (*first == entry)
        *first = entry->next;
    else
        entry->prev->next = entry->next;
    if (entry->next != NULL)
        entry->next->prev = entry->prev;
    else if (*first != NULL)
        (*first)->prev = entry->prev;
}

/* ---- where entries are found ------------------------------------------------------------------------- */

static struct prefix_tree *tree_of(struct pattern_set *set, const struct pattern_entry *entry)
{
    return entry->place == PATTERN_IN_TREE6 ? &set->tree6 : &set->tree;
}

static bool index_in_table(struct pattern_table *table, struct pattern_entry *entry)
{
    if (!pattern_table_reserve(table))
        return false;
    entry->hash = pattern_table_hash(entry->key, entry->key_bits / 8, false);
    struct pattern_entry **slot = pattern_table_slot(table, entry);
    table->count += *slot == NULL;
    link_last(slot, entry);
    return true;
}

static bool index_in_tree(struct prefix_tree *tree, struct pattern_entry *entry)
{
    struct prefix_node *node =
        prefix_tree_insert(tree, (struct prefix_key){entry->key, entry->key_bits});
    if (node == NULL)
        return false;
    struct pattern_entry *first = node->thing;
    link_last(&first, entry);
    node->thing = first;
    return true;
}

bool pattern_index_add(struct pattern_set *set, struct pattern_entry *entry)
{
    const bool ignores_case = set->use.ignore_case;
    switch (entry->place) {
    case PATTERN_IN_TABLE:
        pattern_filter_note_whole(&set->filter, entry->key, entry->key_bits / 8, ignores_case);
        return index_in_table(&set->table, entry);
    case PATTERN_IN_TREE:
    case PATTERN_IN_TREE6:
        pattern_filter_note_part(&set->filter, entry->key, entry->key_bits / 8, ignores_case);
        return index_in_tree(tree_of(set, entry), entry);
    case PATTERN_IN_ROW:
        link_last(&set->row, entry);
        return true;
    case PATTERN_NOWHERE:
        break;
    }
    return true;
}

static void remove_from_tree(struct prefix_tree *tree, struct pattern_entry *entry)
{
    struct prefix_key key = {entry->key, entry->key_bits};
    struct prefix_node *node = prefix_tree_get(tree, key);
    struct pattern_entry *first = node->thing;
    unlink_from(&first, entry);
    node->thing = first;
    if (first != NULL)
        node->key.bytes = first->key;
    prefix_tree_forget(tree, key);
}

void pattern_index_remove(struct pattern_set *set, struct pattern_entry *entry)
{
    struct pattern_entry **slot;
    switch (entry->place) {
    case PATTERN_IN_TABLE:
        slot = pattern_table_slot(&set->table, entry);
        unlink_from(slot, entry);
        if (*slot == NULL)
            pattern_table_clear(&set->table, slot);
        break;
    case PATTERN_IN_TREE:
    case PATTERN_IN_TREE6:
        remove_from_tree(tree_of(set, entry), entry);
        break;
    case PATTERN_IN_ROW:
        unlink_from(&set->row, entry);
        break;
    case PATTERN_NOWHERE:
        break;
    }
}
