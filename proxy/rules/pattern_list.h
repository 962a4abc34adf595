/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of patterns as they were written: a file of one column (acl -f), of two (maps), or the words of an
 * acl line. Files are read once for each load, however many use them.
 *
 *   list --items--> "key" ["value"] --entries--> what each set made of it
 *
 * Live changes (actions, the admin socket) go to a list and from there to all of its sets. They last until
 * the next load, which reads the files again.
 *
 * Thread:    a list that can be changed locks: readers share, a change excludes them. Others are immutable.
 * Ownership: a list belongs to the configuration it was read for.
 */
#ifndef WEIR_RULES_PATTERN_LIST_H
#define WEIR_RULES_PATTERN_LIST_H

#include <pthread.h>

#include "config/model.h"
#include "proxy/rules/pattern.h"

struct compiler;
struct conf_span;
struct conf_word;

struct pattern_item {
    struct pattern_item *prev, *next; /* in the order of the list */
    struct pattern_entry *entries;    /* owned: one of each set */
    const char *text;
    const char *value;       /* or NULL */
    char *live_value;        /* owned: where `value` was set while running */
    struct conf_place place; /* line 0: added while running */
    unsigned long order;
};

struct pattern_list {
    const char *path;        /* of a file; NULL: words of a line */
    int id;                  /* -u, else counted from 0 in the order of the configuration */
    struct conf_place place; /* where it is used first */
    const char *used_by;     /* of a line: what it looks at there; else NULL */
    bool has_values;         /* two columns */
    bool is_read;            /* false: only rules that change it know of it */
    bool can_change;         /* then it locks */
    struct pattern_item *first, *last; /* owned */
    size_t count;
    unsigned long last_order;
    struct pattern_set *sets; /* owned */
    struct pattern_set
        *by_text;           /* borrowed: one of them, which finds items by their text; made at the
                                     first change */
    unsigned long removals; /* of all times: tells a walk that what it stands on may be gone */
    unsigned version, next_version; /* HAProxy's curr_ver, next_ver */
    struct pattern_stage *stages;   /* owned: versions that are being prepared */
    struct pattern_list *next;      /* of the configuration */
    pthread_rwlock_t lock;
};

#define PATTERN_ERROR_BYTES 256

/* ---- at load time -------------------------------------------------------------------------------------- */

/* The list of a file, read at its first use; NULL after reporting. */
struct pattern_list *pattern_list_load(struct compiler *c, const char *path, bool has_values,
                                       struct conf_span span);
/* The list of a file that a rule changes: whether anything looks it up is seen later, or never. */
struct pattern_list *pattern_list_refer(struct compiler *c, const char *path,
                                        struct conf_span span);
/* The list of an acl line, and what it looks at there. id: -1 if it has none of its own. */
struct pattern_list *pattern_list_new(struct compiler *c, int id, const struct conf_word *looks_at);
/* The text stays the caller's, in the arena of the configuration. */
void pattern_list_append(struct compiler *c, struct pattern_list *list, const char *text,
                         struct conf_span span);
/* The set that reads the list in that way, if it was compiled; NULL if not. */
struct pattern_set *pattern_list_set_of(const struct pattern_list *list,
                                        const struct pattern_use *use);
/* Reads all of its items for one use; NULL after reporting those that cannot be read. */
const struct pattern_set *pattern_list_compile(struct compiler *c, struct pattern_list *list,
                                               const struct pattern_use *use);

/* When all lines are compiled: numbers the lists that -u gave none, and puts them in the order they were
 * found in. */
void pattern_lists_number(struct compiler *c);

/* ---- while running ------------------------------------------------------------------------------------- */

/* False: the key or value is nothing that all sets of the list can read, or there is no memory. */
MUST_CHECK bool pattern_list_add(struct pattern_list *list, const char *key, const char *value);
/* All items of that key get the value; without one of that key it is added. */
MUST_CHECK bool pattern_list_set(struct pattern_list *list, const char *key, const char *value);
/* How many items of that key there were. */
size_t pattern_list_remove(struct pattern_list *list, const char *key);
void pattern_list_clear(struct pattern_list *list);
bool pattern_list_has(struct pattern_list *list, const char *key);
/* How many items, and the first of the ways in which they are read; the others follow by pattern_set_next(). */
size_t pattern_list_count(struct pattern_list *list);
const struct pattern_set *pattern_list_sets(struct pattern_list *list);
/* The next one that rules use; NULL at the end. */
const struct pattern_set *pattern_set_next(const struct pattern_set *set);
/* pattern_list_add(), with the reason if it fails. */
MUST_CHECK bool pattern_list_try_add(struct pattern_list *list, const char *key, const char *value,
                                     char error_out[PATTERN_ERROR_BYTES]);
/* The items of that key get the value. False with a reason: there is none, or it cannot be read. */
MUST_CHECK bool pattern_list_change(struct pattern_list *list, const char *key, const char *value,
                                    char error_out[PATTERN_ERROR_BYTES]);
/* The same of one item, by the address that a walk told; that may be of an item that is gone. */
MUST_CHECK bool pattern_list_change_item(struct pattern_list *list, const void *item,
                                         const char *value, char error_out[PATTERN_ERROR_BYTES]);
bool pattern_list_remove_item(struct pattern_list *list, const void *item);

/* --- pattern_stage.c: a new content is prepared beside the one in use, and takes its place at once --- */

/* The number of the new version. */
unsigned pattern_list_prepare(struct pattern_list *list);
/* Whether the number is of a version that has been prepared and is neither in use nor gone. */
bool pattern_list_is_preparing(const struct pattern_list *list, unsigned version);
MUST_CHECK bool pattern_list_stage(struct pattern_list *list, unsigned version, const char *key,
                                   const char *value, char error_out[PATTERN_ERROR_BYTES]);
/* Forgets what was staged. */
void pattern_list_unstage(struct pattern_list *list, unsigned version);
/* It is the content from now on; what older versions have staged goes. False: there is no memory, and some of it
 * is lacking. */
MUST_CHECK bool pattern_list_commit(struct pattern_list *list, unsigned version);

/* Where a walk over the items of one version is; zeroed to begin with. */
struct pattern_walk {
    struct pattern_item *next;
    unsigned long order, removals;
    bool has_begun;
};
/* Tells of some items, with the list locked: whoever is told may do no more than copy. False at the end. */
bool pattern_list_walk(struct pattern_list *list, unsigned version, struct pattern_walk *walk,
                       void (*tell)(void *owner, const struct pattern_item *item), void *owner);
/* By path, or "#id"; NULL if there is none. */
struct pattern_list *pattern_list_find(struct pattern_list *first, const char *name);

#endif
