/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of patterns in one table, and the sets: items are read into entries (pattern_read.c), put where
 * they are found again (pattern_index.c), and asked for (pattern_find.c).
 */
#include "proxy/rules/pattern_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/base/regex.h"

/* clang-format off */
static const struct pattern_kind kinds[PATTERN_METHODS] = {
    [PATTERN_FOUND] = {"found", SAMPLE_ANY, NULL, NULL},
    [PATTERN_BOOL] = {"bool", SAMPLE_INT, NULL, NULL},
    [PATTERN_INT] = {"int", SAMPLE_INT, pattern_read_int, pattern_find_int},
    [PATTERN_IP] = {"ip", SAMPLE_ADDR, pattern_read_ip, pattern_find_ip},
    [PATTERN_BIN] = {"bin", SAMPLE_BINARY, pattern_read_bin, pattern_find_exact},
    [PATTERN_LEN] = {"len", SAMPLE_STRING, pattern_read_int, pattern_find_len},
    [PATTERN_STR] = {"str", SAMPLE_STRING, pattern_read_str, pattern_find_exact},
    [PATTERN_BEG] = {"beg", SAMPLE_STRING, pattern_read_tree, pattern_find_beg},
    [PATTERN_SUB] = {"sub", SAMPLE_STRING, pattern_read_tree, pattern_find_sub},
    [PATTERN_DIR] = {"dir", SAMPLE_STRING, pattern_read_dir, pattern_find_dir},
    [PATTERN_DOM] = {"dom", SAMPLE_STRING, pattern_read_dom, pattern_find_dom},
    [PATTERN_END] = {"end", SAMPLE_STRING, pattern_read_end, pattern_find_end},
    [PATTERN_REG] = {"reg", SAMPLE_STRING, pattern_read_reg, pattern_find_reg},
    [PATTERN_REGM] = {"regm", SAMPLE_STRING, pattern_read_reg, pattern_find_reg},
    [PATTERN_METHOD_NAME] = {"method", SAMPLE_STRING, pattern_read_method, pattern_find_method},
    [PATTERN_VERSION] = {"version", SAMPLE_INT, pattern_read_version, pattern_find_int},
};

static const enum pattern_method methods_by_type[SAMPLE_TYPES] = {
    [SAMPLE_NONE] = PATTERN_NONE,  [SAMPLE_ANY] = PATTERN_NONE,    [SAMPLE_SAME] = PATTERN_NONE,
    [SAMPLE_BOOL] = PATTERN_BOOL,  [SAMPLE_INT] = PATTERN_INT,     [SAMPLE_ADDR] = PATTERN_IP,
    [SAMPLE_IPV4] = PATTERN_IP,    [SAMPLE_IPV6] = PATTERN_IP,     [SAMPLE_STRING] = PATTERN_STR,
    [SAMPLE_BINARY] = PATTERN_NONE, [SAMPLE_METHOD] = PATTERN_METHOD_NAME,
};
/* clang-format on */

enum pattern_method pattern_method_find(const char *name)
{
    for (unsigned m = 0; m < PATTERN_METHODS; m++) {
        if (strcmp(kinds[m].name, name) == 0)
            return (enum pattern_method)m;
    }
    return PATTERN_NONE;
}

const char *pattern_method_name(enum pattern_method method)
{
    return kinds[method].name;
}

enum sample_type pattern_method_takes(enum pattern_method method)
{
    return kinds[method].takes;
}

enum pattern_method pattern_method_of_type(enum sample_type type)
{
    return methods_by_type[type];
}

struct pattern_set *pattern_set_new(struct pattern_list *list, const struct pattern_use *use)
{
    struct pattern_set *set = calloc(1, sizeof *set);
    if (set == NULL)
        return NULL;
    set->use = *use;
    set->find = kinds[use->method].find;
    set->list = list;
    set->lock = list->can_change ? &list->lock : NULL;
    return set;
}

/* ---- entries ----------------------------------------------------------------------------------------- */

static void entry_free(struct pattern_entry *entry)
{
    enum pattern_method method = entry->set->use.method;
    if (method == PATTERN_REG || method == PATTERN_REGM)
        regex_free(entry->regex);
    free(entry);
}

static bool entry_read(struct pattern_reader *reader, struct pattern_entry *entry, size_t len)
{
    const struct pattern_use *use = &entry->set->use;
    const char *value = entry->item->value;
    if (!kinds[use->method].read(reader, use, entry->item->text, len, entry))
        return false;
    if (value == NULL || pattern_value_read(use->value_type, value, &entry->value))
        return true;
    snprintf(reader->error, sizeof reader->error, "unable to parse '%s' as %s", value,
             sample_type_name(use->value_type));
    reader->offset = (size_t)(value - entry->item->text);
    return false;
}

bool pattern_set_add(struct pattern_set *set, struct pattern_reader *reader,
                     struct pattern_item *item)
{
    size_t len = strlen(item->text);
    struct pattern_entry *entry = calloc(1, sizeof *entry + len + PATTERN_KEY_LEAST);
    reader->offset = 0;
    snprintf(reader->error, sizeof reader->error, "no memory");
    if (entry == NULL)
        return false;
    entry->item = item;
    entry->set = set;
    if (!entry_read(reader, entry, len) || !pattern_index_add(set, entry)) {
        entry_free(entry);
        return false;
    }
    entry->next_of_item = item->entries;
    item->entries = entry;
    return true;
}

void pattern_entry_drop(struct pattern_entry *entry)
{
    pattern_index_remove(entry->set, entry);
    entry_free(entry);
}

void pattern_set_free(struct pattern_set *set)
{
    pattern_table_free(&set->table);
    prefix_tree_free(&set->tree);
    prefix_tree_free(&set->tree6);
    free(set);
}

void pattern_entry_free(struct pattern_entry *entry)
{
    entry_free(entry);
}

/* ---- asking ------------------------------------------------------------------------------------------ */

static void lock(const struct pattern_set *set)
{
    if (set->lock != NULL)
        pthread_rwlock_rdlock(set->lock);
}

static void unlock(const struct pattern_set *set)
{
    if (set->lock != NULL)
        pthread_rwlock_unlock(set->lock);
}

bool pattern_set_has(const struct pattern_set *set, const struct sample *s)
{
    lock(set);
    bool has = set->find(set, s) != NULL;
    unlock(set);
    return has;
}

/* The value with what the groups of the expression matched. */
static bool expand_value(const struct pattern_entry *entry, const struct sample *s,
                         const struct sample_env *env, struct sample *out)
{
    struct regex_group groups[REGEX_GROUPS_MAX];
    char *room = env->scratch->base + env->scratch->used;
    if (!regex_search(entry->regex, s->text.data, s->text.len, groups))
        return false;
    long len = regex_expand(entry->item->value, s->text.data, groups, room,
                            env->scratch->size - env->scratch->used);
    if (len < 0)
        return false;
    env->scratch->used += (size_t)len;
    sample_set_text(out, SAMPLE_STRING, room, (size_t)len);
    return true;
}

/* What may be changed as soon as the lock is given back has to be copied. */
static bool set_text(const struct pattern_entry *entry, struct sample_text text,
                     const struct sample_env *env, struct sample *out)
{
    if (entry->set->list->can_change)
        return sample_set_copy(out, env, SAMPLE_STRING, text.data, text.len);
    sample_set_text(out, SAMPLE_STRING, text.data, text.len);
    return true;
}

static bool entry_value(const struct pattern_entry *entry, const struct sample *s,
                        const struct sample_env *env, struct sample *out)
{
    if (entry->value.type == SAMPLE_NONE) /* of an item that a live change added as if to an acl */
        sample_set_int(out, 1);
    else if (entry->set->use.method == PATTERN_REGM)
        return expand_value(entry, s, env, out);
    else if (entry->value.type == SAMPLE_STRING)
        return set_text(entry, entry->value.text, env, out);
    else
        *out = entry->value;
    return true;
}

bool pattern_set_value(const struct pattern_set *set, const struct sample *s,
                       const struct sample_env *env, struct sample *out)
{
    lock(set);
    const struct pattern_entry *entry = set->find(set, s);
    bool has = entry != NULL && entry_value(entry, s, env, out);
    unlock(set);
    return has;
}

bool pattern_set_key(const struct pattern_set *set, const struct sample *s,
                     const struct sample_env *env, struct sample *out)
{
    lock(set);
    const struct pattern_entry *entry = set->find(set, s);
    const char *text = entry != NULL ? entry->item->text : "";
    bool has = entry != NULL && set_text(entry, (struct sample_text){text, strlen(text)}, env, out);
    unlock(set);
    return has;
}

const struct pattern_use *pattern_set_use(const struct pattern_set *set)
{
    return &set->use;
}

const struct pattern_list *pattern_set_list(const struct pattern_set *set)
{
    return set->list;
}
