/* SPDX-License-Identifier: Apache-2.0 */
/* What stick_table.c (entries) and stick_data.c (what is kept in them) share. */
#ifndef WEIR_STATE_STICK_PRIV_H
#define WEIR_STATE_STICK_PRIV_H

#include "proxy/base/list.h"
#include "proxy/state/stick_table.h"

#include <pthread.h>
#include <stdatomic.h>

struct stick_entry {
    struct stick_entry *next; /* in its bucket */
    struct list touched;
    struct stick_table
        *table; /* borrowed while nobody holds the entry, counted once while one does */
    uint64_t hash;
    uint64_t expires_ms;
    char *key; /* behind the data */
    uint32_t key_len;
    uint32_t holders; /* guarded by the shard's lock, as all else */
    uint64_t data[];
};

struct stick_shard {
    pthread_mutex_t lock;
    struct list by_touch;         /* the longest ago first */
    struct stick_entry **buckets; /* owned */
    uint64_t mask;
};

struct stick_table {
    struct conf_stick_table definition;
    _Atomic unsigned references;
    _Atomic unsigned used;
    uint64_t seed;
    uint32_t offsets[CONF_STICK_DATA]; /* of each kind in entry->data, in bytes */
    uint32_t key_offset, entry_bytes;
    pthread_mutex_t names_lock;
    char **names; /* owned: of server_key, number 1 first */
    uint32_t name_count;
    unsigned shard_count;
    struct stick_shard shards[];
};

/* Where each kind of data lies. */
void stick_layout(struct stick_table *table);
/* Locks the shard of a held entry. */
struct stick_shard *stick_lock(const struct stick_entry *entry);
/* Lock held: it lives for another `expire`. */
void stick_touch(struct stick_shard *shard, struct stick_entry *entry, uint64_t now_ms);

#endif
