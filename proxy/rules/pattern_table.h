/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of a pattern set by the bytes of their keys: open addressing, at most half full.
 * Entries with equal keys hang on the first one.
 *
 * Thread:  nothing here locks.
 */
#ifndef WEIR_RULES_PATTERN_TABLE_H
#define WEIR_RULES_PATTERN_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pattern_entry;

struct pattern_table {
    struct pattern_entry **slots; /* owned; the entries are the set's */
    size_t capacity, count;
};

/* ignores_case: as if the bytes were in lower case, as the keys then are. */
uint64_t pattern_table_hash(const unsigned char *bytes, size_t len, bool ignores_case);
struct pattern_entry *pattern_table_get(const struct pattern_table *table,
                                        const unsigned char *bytes, size_t len, bool ignores_case);
/* Room for one more. False: no memory. */
MUST_CHECK bool pattern_table_reserve(struct pattern_table *table);
/* Where the entry's key belongs: NULL stands there, or the first with an equal key. */
struct pattern_entry **pattern_table_slot(const struct pattern_table *table,
                                          const struct pattern_entry *entry);
/* Empties a slot, and counts it. */
void pattern_table_clear(struct pattern_table *table, struct pattern_entry **slot);
void pattern_table_free(struct pattern_table *table);

#endif
