/* SPDX-License-Identifier: Apache-2.0 */
/* Insides of pattern sets, for the files pattern_*.c. */
#ifndef WEIR_RULES_PATTERN_SET_H
#define WEIR_RULES_PATTERN_SET_H

#include "config/source.h"
#include "proxy/rules/pattern.h"
#include "proxy/rules/pattern_filter.h"
#include "proxy/rules/pattern_list.h"
#include "proxy/rules/pattern_table.h"
#include "proxy/rules/prefix_tree.h"

struct regex;

/* Which part of a set knows an entry. */
enum pattern_place {
    PATTERN_IN_TABLE,
    PATTERN_IN_TREE,
    PATTERN_IN_TREE6, /* networks of IPv6 */
    PATTERN_IN_ROW,
    PATTERN_NOWHERE, /* such a pattern never matches */
};

struct pattern_range {
    long long min, max;
};

struct pattern_mask {
    uint32_t address, mask; /* as on the wire */
};

/* What one set made of one item. What a lookup reads stands together at the end. */
struct pattern_entry {
    struct pattern_set *set;            /* borrowed */
    struct pattern_entry *next_of_item; /* owned by the item: made by another set */
    struct pattern_entry *prev, *next; /* of an equal key, or in the row; first->prev is the last */
    enum pattern_place place;
    union { /* of PATTERN_IN_ROW */
        struct pattern_range range;
        struct pattern_mask mask;
        struct regex *regex; /* owned */
    };
    struct pattern_item *item; /* borrowed */
    struct sample value;       /* of a map; its text is the item's */
    uint64_t hash;
    size_t key_bits;
    unsigned char key[]; /* in lower case, backwards, as the set wants it */
};

/* The item that counts: the first one, or the one that says most. */
typedef const struct pattern_entry *pattern_find(const struct pattern_set *set,
                                                 const struct sample *s);

struct pattern_set {
    struct pattern_use use;
    pattern_find *find;        /* that of its method */
    struct pattern_list *list; /* borrowed */
    pthread_rwlock_t *lock;    /* the list's; NULL: it never changes */
    struct pattern_set *next;  /* of the list */
    struct pattern_table table;
    struct prefix_tree tree, tree6;
    struct pattern_entry *row;
    struct pattern_filter filter; /* of the keys of texts in table and tree */
};

/* What is needed to read an item, and what was wrong with it. */
struct pattern_reader {
    const struct conf_source *source; /* who resolves host names; NULL: nobody */
    char error[256];
    size_t offset; /* of what is wrong, in the item's text */
};

/* Reads a text into an entry that has room for its bytes, and for PATTERN_KEY_LEAST. */
enum { PATTERN_KEY_LEAST = 16 };
typedef bool pattern_read(struct pattern_reader *reader, const struct pattern_use *use,
                          const char *text, size_t len, struct pattern_entry *entry);
struct pattern_kind {
    const char *name;
    enum sample_type takes;
    pattern_read *read; /* NULL: compares with nothing */
    pattern_find *find;
};

struct pattern_set *pattern_set_new(struct pattern_list *list, const struct pattern_use *use);
/* False: reader->error says why. */
MUST_CHECK bool pattern_set_add(struct pattern_set *set, struct pattern_reader *reader,
                                struct pattern_item *item);
/* Out of its set; the item forgets it by itself. */
void pattern_entry_drop(struct pattern_entry *entry);
/* When the set goes as a whole: its entries first, then itself. */
void pattern_entry_free(struct pattern_entry *entry);
void pattern_set_free(struct pattern_set *set);

/* pattern_index.c: where the entry's place says; false when memory runs out. */
MUST_CHECK bool pattern_index_add(struct pattern_set *set, struct pattern_entry *entry);
void pattern_index_remove(struct pattern_set *set, struct pattern_entry *entry);

/* pattern_list.c, for pattern_load.c */
void pattern_list_link(struct pattern_list *list, struct pattern_item *item);
void pattern_list_release(void *list);
/* pattern_list.c, for pattern_stage.c */
struct pattern_item *pattern_item_new(const char *key, const char *value);
void pattern_item_free(struct pattern_item *item);
/* Its place in every set; false: in none, and the reader says why. */
bool pattern_item_spread(struct pattern_list *list, struct pattern_item *item,
                         struct pattern_reader *reader);
void pattern_item_forget(struct pattern_item *item);
/* Locked for writing. */
void pattern_list_remove_all(struct pattern_list *list);
/* pattern_stage.c */
void pattern_stages_free(struct pattern_list *list);

/* pattern_read.c */
pattern_read pattern_read_int, pattern_read_version, pattern_read_ip, pattern_read_bin,
    pattern_read_str, pattern_read_method, pattern_read_tree, pattern_read_end, pattern_read_dir,
    pattern_read_dom, pattern_read_reg;
bool pattern_is_known_method(const void *name, size_t len);

/* pattern_find.c */
pattern_find pattern_find_int, pattern_find_len, pattern_find_ip, pattern_find_exact,
    pattern_find_method, pattern_find_beg, pattern_find_end, pattern_find_sub, pattern_find_dir,
    pattern_find_dom, pattern_find_reg;
/* What separates the parts of a text for -m dir and -m dom. */
extern const char pattern_dir_marks[], pattern_dom_marks[];

#endif
