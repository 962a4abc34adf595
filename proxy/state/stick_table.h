/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stick table: for each key, such as an address, what `store` names: counts, rates, the server.
 *
 *   stick_table_hold() ---> entry, which cannot go as long as somebody holds it
 *   stick_entry_change()    counts events, and lets it live for another `expire`
 *   stick_entry_drop()
 *
 * Bound:   `size` entries. A new key in a full table takes the place of the one that was touched
 *          longest ago and is not held; with nopurge, or if all are held, it is not kept.
 * Rates:   HAProxy's: of the events of the running period and, as far as the sliding window still
 *          reaches, of the one before.
 * Thread:  all of it from any thread. Keys are spread over shards with a lock each, held for some
 *          ten nanoseconds. Small tables have one shard, so which entry goes first is exact; of
 *          large ones it is the oldest of the new key's shard.
 * Lifetime: counted; held entries hold their table.
 */
#ifndef WEIR_STATE_STICK_TABLE_H
#define WEIR_STATE_STICK_TABLE_H

#include "config/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stick_table;
struct stick_entry;

/* Of exactly key_bytes, but for strings: then up to that. See stick_key_fit(). */
struct stick_key {
    const void *data;
    size_t len;
};

/* One reference. NULL when memory runs out. */
struct stick_table *stick_table_new(const struct conf_stick_table *definition);
struct stick_table *stick_table_ref(struct stick_table *table);
/* NULL is fine. */
void stick_table_free(struct stick_table *table);
const struct conf_stick_table *stick_table_definition(const struct stick_table *table);

/*
 * Makes a key of a text or of bytes: cuts what is too long; binary keys that are too short are filled
 * up with zeros in `room` (key_bytes of it).
 */
struct stick_key stick_key_fit(const struct stick_table *table, const void *data, size_t len,
                               char *room);

/*
 * The entry of a key, held; NULL if it is not there and not to be made, or cannot be made. A new
 * entry is all zero.
 */
MUST_CHECK struct stick_entry *stick_table_hold(struct stick_table *table, struct stick_key key,
                                                bool create, uint64_t now_ms);
/* Once more, for another holder. */
struct stick_entry *stick_entry_ref(struct stick_entry *entry);
void stick_entry_drop(struct stick_entry *entry, uint64_t now_ms);
struct stick_table *stick_entry_table(const struct stick_entry *entry);
struct stick_key stick_entry_key(const struct stick_entry *entry);

/* What happens to one kind of data: the count grows by `add` (which may be negative for conn_cur),
 * the rate by `add` events. Kinds that the table does not keep are passed over. */
struct stick_change {
    enum conf_stick_data data;
    unsigned index; /* of arrays */
    int64_t add;
};
void stick_entry_change(struct stick_entry *entry, const struct stick_change *changes, size_t count,
                        uint64_t now_ms);
/* A count, or what a rate reads from now on. False: the table does not keep it. */
bool stick_entry_set(struct stick_entry *entry, enum conf_stick_data data, unsigned index,
                     uint64_t value, uint64_t now_ms);
/* A count as it is, a rate as the events within its period; false: the table does not keep it. */
bool stick_entry_read(struct stick_entry *entry, enum conf_stick_data data, unsigned index,
                      uint64_t now_ms, uint64_t *value_out);
/* The period of a rate; 0 if it is not kept. gpc0 and its like fall back on the arrays' first. */
unsigned stick_table_period_ms(const struct stick_table *table, enum conf_stick_data data);
bool stick_table_keeps(const struct stick_table *table, enum conf_stick_data data, unsigned index);

/* The number that stands for a server's name in server_key; the same as long as the table lives.
 * 0 when memory runs out. */
uint32_t stick_table_intern(struct stick_table *table, const char *name);
/* The name of such a number, or NULL; as long as the table lives. */
const char *stick_table_name(struct stick_table *table, uint32_t number);

/* Takes expired entries out; once in a while. */
void stick_table_sweep(struct stick_table *table, uint64_t now_ms);
/* How many entries there are, expired ones among them until they are swept. */
unsigned stick_table_used(const struct stick_table *table);
unsigned stick_entry_holders(struct stick_entry *entry);
/* Forgets a key, unless it is held: then false. True also if it was not there. */
bool stick_table_forget(struct stick_table *table, struct stick_key key, uint64_t now_ms);

/* What is told of an entry while its shard is locked: whoever is told may do no more than copy. */
struct stick_view {
    struct stick_key key;
    uint64_t expires_in_ms; /* 0 with a table that does not expire */
    unsigned holders;
    const struct stick_entry *entry; /* for stick_view_read() */
};
typedef void stick_tell(void *owner, const struct stick_view *view);
/* Of one that is held, not counting the hold of whoever asks. */
void stick_entry_view(struct stick_entry *entry, uint64_t now_ms, stick_tell *tell, void *owner);
/* Where a walk over a table is; zeroed to begin with. */
struct stick_walk {
    unsigned shard;
    uint64_t bucket;
};
/*
 * Tells of a few entries and locks only for those; false at the end. What comes or goes meanwhile may be
 * told or not; what stays is told once.
 */
bool stick_table_walk(struct stick_table *table, struct stick_walk *walk, uint64_t now_ms,
                      stick_tell *tell, void *owner);
bool stick_view_read(const struct stick_view *view, enum conf_stick_data data, unsigned index,
                     uint64_t now_ms, uint64_t *value_out);

#endif
