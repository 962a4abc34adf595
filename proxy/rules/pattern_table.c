/* SPDX-License-Identifier: Apache-2.0 */
/* Linear probing; removal leaves no marks, so a table that changes for days stays as quick as new. */
#include "proxy/rules/pattern_table.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "proxy/base/ascii.h"
#include "proxy/rules/pattern_set.h"

/* Hashed piece by piece, so that no text is too long to be put into lower case. */
enum { PIECE_BYTES = 128, CAPACITY_LEAST = 16 };

uint64_t pattern_table_hash(const unsigned char *bytes, size_t len, bool ignores_case)
{
    unsigned char piece[PIECE_BYTES];
    uint64_t hash = 0;
    do {
        size_t count = len < sizeof piece ? len : sizeof piece;
        for (size_t i = 0; ignores_case && i < count; i++)
            piece[i] = ascii_lower_byte(bytes[i]);
        hash = XXH3_64bits_withSeed(ignores_case ? piece : bytes, count, hash);
        bytes += count;
        len -= count;
    } while (len > 0);
    return hash;
}

static bool is_key(const struct pattern_entry *entry, const unsigned char *bytes, size_t len,
                   bool ignores_case)
{
    if (entry->key_bits != len * 8)
        return false;
    if (!ignores_case)
        return memcmp(entry->key, bytes, len) == 0;
    for (size_t i = 0; i < len; i++) {
        if (entry->key[i] != ascii_lower_byte(bytes[i]))
            return false;
    }
    return true;
}

struct pattern_entry *pattern_table_get(const struct pattern_table *table,
                                        const unsigned char *bytes, size_t len, bool ignores_case)
{
    if (table->count == 0)
        return NULL;
    uint64_t hash = pattern_table_hash(bytes, len, ignores_case);
    for (size_t i = hash & (table->capacity - 1);; i = (i + 1) & (table->capacity - 1)) {
        struct pattern_entry *entry = table->slots[i];
        if (entry == NULL || (entry->hash == hash && is_key(entry, bytes, len, ignores_case)))
            return entry;
    }
}

static struct pattern_entry **slot_of(struct pattern_entry **slots, size_t capacity,
                                      const struct pattern_entry *entry)
{
    size_t i = entry->hash & (capacity - 1);
    while (slots[i] != NULL && !(slots[i]->hash == entry->hash &&
                                 is_key(slots[i], entry->key, entry->key_bits / 8, false)))
        i = (i + 1) & (capacity - 1);
    return &slots[i];
}

bool pattern_table_reserve(struct pattern_table *table)
{
    if (table->count * 2 < table->capacity)
        return true;
    size_t capacity = table->capacity == 0 ? CAPACITY_LEAST : table->capacity * 2;
    struct pattern_entry **slots = calloc(capacity, sizeof(struct pattern_entry *));
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < table->capacity; i++) {
        if (table->slots[i] != NULL)
            *slot_of(slots, capacity, table->slots[i]) = table->slots[i];
    }
    free(table->slots);
    table->slots = slots;
    table->capacity = capacity;
    return true;
}

struct pattern_entry **pattern_table_slot(const struct pattern_table *table,
                                          const struct pattern_entry *entry)
{
    return slot_of(table->slots, table->capacity, entry);
}

/* Entries behind a gap that may no longer be reached over it move up. */
void pattern_table_clear(struct pattern_table *table, struct pattern_entry **slot)
{
    size_t mask = table->capacity - 1, gap = (size_t)(slot - table->slots);
    for (size_t i = (gap + 1) & mask; table->slots[i] != NULL; i = (i + 1) & mask) {
        size_t home = table->slots[i]->hash & mask;
        if (((i - home) & mask) >= ((i - gap) & mask)) {
            table->slots[gap] = table->slots[i];
            gap = i;
        }
    }
    table->slots[gap] = NULL;
    table->count--;
}

void pattern_table_free(struct pattern_table *table)
{
    free(table->slots);
    *table = (struct pattern_table){0};
}
