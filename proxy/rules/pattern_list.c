/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists while they live: changes that reach every set, all or none of them. What files hold comes from
 * pattern_load.c.
 */
#include "proxy/rules/pattern_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/rules/pattern_set.h"

void pattern_list_link(struct pattern_list *list, struct pattern_item *item)
{
    item->order = ++list->last_order;
    item->prev = list->last;
    *(list->last != NULL ? &list->last->next : &list->first) = item;
    list->last = item;
    list->count++;
}

static bool is_live(const struct pattern_item *item)
{
    return item->place.line == 0;
}

void pattern_item_free(struct pattern_item *item)
{
    free(item->live_value);
    if (is_live(item)) /* others lie in the arena */
        free(item);
}

/* Out of every set. */
void pattern_item_forget(struct pattern_item *item)
{
    while (item->entries != NULL) {
        struct pattern_entry *entry = item->entries;
        item->entries = entry->next_of_item;
        pattern_entry_drop(entry);
    }
}

static void item_remove(struct pattern_list *list, struct pattern_item *item)
{
    *(item->prev != NULL ? &item->prev->next : &list->first) = item->next;
    *(item->next != NULL ? &item->next->prev : &list->last) = item->prev;
    list->count--;
    list->removals++;
    pattern_item_forget(item);
    pattern_item_free(item);
}

/* Also a rule that adds whatever strangers send has to come to an end. */
enum { ITEMS_MAX = 1 << 22 };

struct pattern_item *pattern_item_new(const char *key, const char *value)
{
    size_t len = strlen(key) + 1;
    struct pattern_item *item = calloc(1, sizeof *item + len);
    if (item == NULL)
        return NULL;
    item->text = memcpy(item + 1, key, len);
    if (value != NULL && (item->live_value = strdup(value)) == NULL) {
        free(item);
        return NULL;
    }
    item->value = item->live_value;
    return item;
}

bool pattern_item_spread(struct pattern_list *list, struct pattern_item *item,
                         struct pattern_reader *reader)
{
    for (struct pattern_set *set = list->sets; set != NULL; set = set->next) {
        if (!pattern_set_add(set, reader, item)) {
            pattern_item_forget(item);
            return false;
        }
    }
    return true;
}

/* Items by their text: a set like any other. */
static struct pattern_set *texts_of(struct pattern_list *list)
{
    static const struct pattern_use by_text = {.method = PATTERN_STR};
    struct pattern_reader reader = {.source = NULL};
    if (list->by_text != NULL)
        return list->by_text;
    struct pattern_set *set = pattern_set_new(list, &by_text);
    if (set == NULL)
        return NULL;
    set->next = list->sets;
    list->sets = list->by_text = set;
    for (struct pattern_item *item = list->first; item != NULL; item = item->next) {
        if (!pattern_set_add(set, &reader, item))
            return NULL; /* no memory: it stays incomplete, as does whatever is tried then */
    }
    return set;
}

/* The first one of that text; the others follow by `next`. */
static struct pattern_entry *find_text(struct pattern_list *list, const char *key)
{
    const struct pattern_set *texts = texts_of(list);
    return texts != NULL
               ? pattern_table_get(&texts->table, (const unsigned char *)key, strlen(key), false)
               : NULL;
}

static bool add_item(struct pattern_list *list, const char *key, const char *value,
                     struct pattern_reader *reader)
{
    snprintf(reader->error, sizeof(reader->error), "out of memory");
    if (list->count >= ITEMS_MAX || texts_of(list) == NULL)
        return false;
    struct pattern_item *item = pattern_item_new(key, value);
    if (item == NULL)
        return false;
    if (!pattern_item_spread(list, item, reader)) {
        pattern_item_free(item);
        return false;
    }
    pattern_list_link(list, item);
    return true;
}

static bool all_sets_read(const struct pattern_list *list, const char *value)
{
    struct sample unused;
    for (const struct pattern_set *set = list->sets; set != NULL; set = set->next) {
        if (!pattern_value_read(set->use.value_type, value, &unused))
            return false;
    }
    return true;
}

static bool item_set_value(struct pattern_item *item, const char *value)
{
    char *copy = strdup(value);
    if (copy == NULL)
        return false;
    free(item->live_value);
    item->value = item->live_value = copy;
    for (struct pattern_entry *entry = item->entries; entry != NULL; entry = entry->next_of_item)
        (void)pattern_value_read(entry->set->use.value_type, copy, &entry->value);
    return true;
}

/* ---- under the lock ------------------------------------------------------------------------------------ */

bool pattern_list_try_add(struct pattern_list *list, const char *key, const char *value,
                          char error_out[PATTERN_ERROR_BYTES])
{
    struct pattern_reader reader = {.source = NULL};
    pthread_rwlock_wrlock(&list->lock);
    bool added = add_item(list, key, value, &reader);
    pthread_rwlock_unlock(&list->lock);
    if (!added)
        snprintf(error_out, PATTERN_ERROR_BYTES, "%s", reader.error);
    return added;
}

bool pattern_list_add(struct pattern_list *list, const char *key, const char *value)
{
    char error[PATTERN_ERROR_BYTES];
    return pattern_list_try_add(list, key, value, error);
}

/* Of an item and of all that follow with an equal key. */
static bool set_entries(struct pattern_list *list, struct pattern_entry *entry, const char *value)
{
    bool is_set = all_sets_read(list, value);
    for (; is_set && entry != NULL; entry = entry->next)
        is_set = item_set_value(entry->item, value);
    return is_set;
}

bool pattern_list_set(struct pattern_list *list, const char *key, const char *value)
{
    struct pattern_reader reader = {.source = NULL};
    pthread_rwlock_wrlock(&list->lock);
    struct pattern_entry *entry = find_text(list, key);
    bool is_set =
        entry != NULL ? set_entries(list, entry, value) : add_item(list, key, value, &reader);
    pthread_rwlock_unlock(&list->lock);
    return is_set;
}

bool pattern_list_change(struct pattern_list *list, const char *key, const char *value,
                         char error_out[PATTERN_ERROR_BYTES])
{
    pthread_rwlock_wrlock(&list->lock);
    struct pattern_entry *entry = find_text(list, key);
    bool is_set = entry != NULL && set_entries(list, entry, value);
    pthread_rwlock_unlock(&list->lock);
    if (entry == NULL)
        snprintf(error_out, PATTERN_ERROR_BYTES, "entry not found");
    else if (!is_set)
        snprintf(error_out, PATTERN_ERROR_BYTES, "unable to parse '%.200s'", value);
    return is_set;
}

static struct pattern_item *find_item(const struct pattern_list *list, const void *address)
{
    struct pattern_item *item = list->first;
    while (item != NULL && item != address)
        item = item->next;
    return item;
}

bool pattern_list_change_item(struct pattern_list *list, const void *address, const char *value,
                              char error_out[PATTERN_ERROR_BYTES])
{
    pthread_rwlock_wrlock(&list->lock);
    struct pattern_item *item = find_item(list, address);
    bool is_set = item != NULL && all_sets_read(list, value) && item_set_value(item, value);
    pthread_rwlock_unlock(&list->lock);
    if (item == NULL)
        snprintf(error_out, PATTERN_ERROR_BYTES, "key or pattern not found");
    else if (!is_set)
        snprintf(error_out, PATTERN_ERROR_BYTES, "unable to parse '%.200s'", value);
    return is_set;
}

bool pattern_list_remove_item(struct pattern_list *list, const void *address)
{
    pthread_rwlock_wrlock(&list->lock);
    struct pattern_item *item = find_item(list, address);
    if (item != NULL)
        item_remove(list, item);
    pthread_rwlock_unlock(&list->lock);
    return item != NULL;
}

size_t pattern_list_remove(struct pattern_list *list, const char *key)
{
    size_t removed = 0;
    pthread_rwlock_wrlock(&list->lock);
    for (struct pattern_entry *entry = find_text(list, key), *next; entry != NULL; entry = next) {
        next = entry->next;
        item_remove(list, entry->item);
        removed++;
    }
    pthread_rwlock_unlock(&list->lock);
    return removed;
}

void pattern_list_remove_all(struct pattern_list *list)
{
    while (list->first != NULL)
        item_remove(list, list->first);
}

void pattern_list_clear(struct pattern_list *list)
{
    pthread_rwlock_wrlock(&list->lock);
    pattern_list_remove_all(list);
    pthread_rwlock_unlock(&list->lock);
}

bool pattern_list_has(struct pattern_list *list, const char *key)
{
    pthread_rwlock_rdlock(&list->lock);
    if (list->by_text == NULL) { /* the first one who asks builds what answers */
        pthread_rwlock_unlock(&list->lock);
        pthread_rwlock_wrlock(&list->lock);
    }
    bool has = find_text(list, key) != NULL;
    pthread_rwlock_unlock(&list->lock);
    return has;
}

struct pattern_list *pattern_list_find(struct pattern_list *first, const char *name)
{
    char *end = NULL;
    long id = *name == '#' && name[1] != '\0' ? strtol(name + 1, &end, 10) : -1;
    for (struct pattern_list *list = first; list != NULL; list = list->next) {
        bool is_it = end != NULL ? *end == '\0' && list->id == id
                                 : list->path != NULL && strcmp(list->path, name) == 0;
        if (is_it)
            return list;
    }
    return NULL;
}

/* ---- the end ------------------------------------------------------------------------------------------- */

void pattern_list_release(void *memory)
{
    struct pattern_list *list = memory;
    for (struct pattern_item *item = list->first; item != NULL;) {
        struct pattern_item *next = item->next;
        while (item->entries != NULL) {
            struct pattern_entry *entry = item->entries;
            item->entries = entry->next_of_item;
            pattern_entry_free(entry);
        }
        pattern_item_free(item);
        item = next;
    }
    while (list->sets != NULL) {
        struct pattern_set *set = list->sets;
        list->sets = set->next;
        pattern_set_free(set);
    }
    pattern_stages_free(list);
    pthread_rwlock_destroy(&list->lock);
}
