/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New contents of a list that are prepared beside the one in use, and walks over either.
 *
 *   prepare --> 1    stage(1, ...)    commit(1): what was staged is the content, all else goes
 */
#include "proxy/rules/pattern_list.h"

#include <stdio.h>
#include <stdlib.h>

#include "proxy/rules/pattern_set.h"

enum { WALK_ITEMS = 64 };

struct pattern_stage {
    struct pattern_stage *next;
    unsigned version;
    struct pattern_item *first, *last; /* owned; in no set */
    unsigned long last_order;
};

static struct pattern_stage **find_stage(struct pattern_list *list, unsigned version)
{
    struct pattern_stage **at = &list->stages;
    while (*at != NULL && (*at)->version != version)
        at = &(*at)->next;
    return at;
}

static void stage_free(struct pattern_stage *stage)
{
    while (stage->first != NULL) {
        struct pattern_item *item = stage->first;
        stage->first = item->next;
        pattern_item_free(item);
    }
    free(stage);
}

unsigned pattern_list_prepare(struct pattern_list *list)
{
    return ++list->next_version;
}

bool pattern_list_is_preparing(const struct pattern_list *list, unsigned version)
{
    return version > list->version && version <= list->next_version;
}

/* ---- filling one ------------------------------------------------------------------------------------- */

/* Whether all sets can read it: it is put in and taken out again. */
static bool is_readable(struct pattern_list *list, struct pattern_item *item, char *error)
{
    struct pattern_reader reader = {.source = NULL};
    pthread_rwlock_wrlock(&list->lock);
    bool is_read = pattern_item_spread(list, item, &reader);
    if (is_read)
        pattern_item_forget(item);
    pthread_rwlock_unlock(&list->lock);
    if (!is_read)
        snprintf(error, PATTERN_ERROR_BYTES, "%s", reader.error);
    return is_read;
}

static struct pattern_stage *stage_of(struct pattern_list *list, unsigned version)
{
    struct pattern_stage **at = find_stage(list, version);
    if (*at == NULL && (*at = calloc(1, sizeof **at)) != NULL)
        (*at)->version = version;
    return *at;
}

bool pattern_list_stage(struct pattern_list *list, unsigned version, const char *key,
                        const char *value, char error_out[PATTERN_ERROR_BYTES])
{
    struct pattern_stage *stage = stage_of(list, version);
    struct pattern_item *item = stage != NULL ? pattern_item_new(key, value) : NULL;
    if (item == NULL) {
        snprintf(error_out, PATTERN_ERROR_BYTES, "out of memory");
        return false;
    }
    if (!is_readable(list, item, error_out)) {
        pattern_item_free(item);
        return false;
    }
    item->order = ++stage->last_order;
    item->prev = stage->last;
    *(stage->last != NULL ? &stage->last->next : &stage->first) = item;
    stage->last = item;
    return true;
}

void pattern_list_unstage(struct pattern_list *list, unsigned version)
{
    struct pattern_stage **at = find_stage(list, version), *stage = *at;
    if (stage == NULL)
        return;
    *at = stage->next;
    stage_free(stage);
}

/* ---- putting it to use ------------------------------------------------------------------------------- */

static bool take_items(struct pattern_list *list, struct pattern_stage *stage)
{
    struct pattern_reader reader = {.source = NULL};
    while (stage->first != NULL) {
        struct pattern_item *item = stage->first;
        if (!pattern_item_spread(list, item, &reader))
            return false;
        stage->first = item->next;
        item->next = item->prev = NULL;
        pattern_list_link(list, item);
    }
    return true;
}

static void drop_older(struct pattern_list *list)
{
    for (struct pattern_stage **at = &list->stages; *at != NULL;) {
        struct pattern_stage *stage = *at;
        if (stage->version > list->version) {
            at = &stage->next;
            continue;
        }
        *at = stage->next;
        stage_free(stage);
    }
}

bool pattern_list_commit(struct pattern_list *list, unsigned version)
{
    struct pattern_stage *stage = *find_stage(list, version);
    pthread_rwlock_wrlock(&list->lock);
    pattern_list_remove_all(list);
    list->version = version;
    bool is_whole = stage == NULL || take_items(list, stage);
    pthread_rwlock_unlock(&list->lock);
    drop_older(list);
    return is_whole;
}

void pattern_stages_free(struct pattern_list *list)
{
    while (list->stages != NULL) {
        struct pattern_stage *stage = list->stages;
        list->stages = stage->next;
        stage_free(stage);
    }
}

/* ---- what there is ----------------------------------------------------------------------------------- */

size_t pattern_list_count(struct pattern_list *list)
{
    pthread_rwlock_rdlock(&list->lock);
    size_t count = list->count;
    pthread_rwlock_unlock(&list->lock);
    return count;
}

/* A change may put our own set in front of the others, which never move. */
const struct pattern_set *pattern_list_sets(struct pattern_list *list)
{
    pthread_rwlock_rdlock(&list->lock);
    const struct pattern_set *set = list->sets;
    if (set != NULL && set == list->by_text)
        set = set->next;
    pthread_rwlock_unlock(&list->lock);
    return set;
}

const struct pattern_set *pattern_set_next(const struct pattern_set *set)
{
    return set->next;
}

/* ---- walks ------------------------------------------------------------------------------------------- */

/* Where it goes on, the item it stood on perhaps being gone. */
static struct pattern_item *resume(const struct pattern_list *list, struct pattern_item *first,
                                   const struct pattern_walk *walk)
{
    struct pattern_item *item = first;
    if (walk->has_begun && walk->removals == list->removals)
        return walk->next;
    while (walk->has_begun && item != NULL && item->order <= walk->order)
        item = item->next;
    return item;
}

bool pattern_list_walk(struct pattern_list *list, unsigned version, struct pattern_walk *walk,
                       void (*tell)(void *owner, const struct pattern_item *item), void *owner)
{
    pthread_rwlock_rdlock(&list->lock);
    const struct pattern_stage *stage =
        version != list->version ? *find_stage(list, version) : NULL;
    struct pattern_item *first = version == list->version ? list->first
                                 : stage != NULL          ? stage->first
                                                          : NULL;
    struct pattern_item *item = resume(list, first, walk);
    for (unsigned n = 0; n < WALK_ITEMS && item != NULL; n++, item = item->next) {
        tell(owner, item);
        walk->order = item->order;
    }
    walk->next = item;
    walk->removals = list->removals;
    walk->has_begun = true;
    pthread_rwlock_unlock(&list->lock);
    return item != NULL;
}
