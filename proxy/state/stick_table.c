/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entries of a stick table and their shards. What is kept in an entry, and where, is in
 * stick_data.c.
 *
 * An entry is one allocation: links, key, data. Each shard has a list of its entries in the order of
 * their last touch, which is also that of their expiry.
 */
#include "proxy/state/stick_priv.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <xxhash.h>

enum {
    SHARD_ENTRIES = 4096, /* as many of a table's size for each shard, before there is another */
    SHARDS_MAX = 16,
    SWEEP_ENTRIES = 2,   /* expired ones that go when a new one comes */
    EVICT_ENTRIES = 256, /* that are looked at for one that nobody holds */
    WALK_BUCKETS = 256,  /* that are looked at for the next entries of a walk */
};

/* ---- the table ------------------------------------------------------------------------------- */

static unsigned shards_for(unsigned size)
{
    unsigned shards = 1;
    while (shards < SHARDS_MAX && shards * 2 * SHARD_ENTRIES <= size)
        shards *= 2;
    return shards;
}

static bool make_shard(struct stick_shard *shard, unsigned size)
{
    unsigned buckets = 16;
    while (buckets < size && buckets < 1u << 30)
        buckets *= 2;
    shard->mask = buckets - 1;
    list_init(&shard->by_touch);
    pthread_mutex_init(&shard->lock, NULL);
    shard->buckets = calloc(buckets, sizeof(*shard->buckets)); /* not touched before it is used */
    return shard->buckets != NULL;
}

struct stick_table *stick_table_new(const struct conf_stick_table *definition)
{
    unsigned shards = shards_for(definition->size);
    struct stick_table *table = calloc(1, sizeof(*table) + shards * sizeof(table->shards[0]));
    if (table == NULL)
        return NULL;
    table->definition = *definition;
    table->references = 1;
    pthread_mutex_init(&table->names_lock, NULL);
    stick_layout(table);
    if (getrandom(&table->seed, sizeof(table->seed), GRND_NONBLOCK) < 0)
        table->seed = (uintptr_t)table; /* early in a boot: rather guessable than waiting */
    bool made = true;
    for (table->shard_count = 0; table->shard_count < shards && made; table->shard_count++)
        made = make_shard(&table->shards[table->shard_count], definition->size / shards);
    if (made)
        return table;
    stick_table_free(table);
    return NULL;
}

struct stick_table *stick_table_ref(struct stick_table *table)
{
    atomic_fetch_add_explicit(&table->references, 1, memory_order_relaxed);
    return table;
}

void stick_table_free(struct stick_table *table)
{
    if (table == NULL || atomic_fetch_sub_explicit(&table->references, 1, memory_order_acq_rel) > 1)
        return;
    for (unsigned i = 0; i < table->shard_count; i++) {
        struct stick_shard *shard = &table->shards[i];
        for (struct list *node; (node = list_pop_front(&shard->by_touch)) != NULL;)
            free(LIST_ITEM(node, struct stick_entry, touched));
        free(shard->buckets);
        pthread_mutex_destroy(&shard->lock);
    }
    for (uint32_t i = 0; i < table->name_count; i++)
        free(table->names[i]);
    free(table->names);
    pthread_mutex_destroy(&table->names_lock);
    free(table);
}

const struct conf_stick_table *stick_table_definition(const struct stick_table *table)
{
    return &table->definition;
}

unsigned stick_table_used(const struct stick_table *table)
{
    return atomic_load_explicit(&table->used, memory_order_relaxed);
}

/* ---- entries, with the shard's lock held ------------------------------------------------------- */

static uint64_t hash_key(const struct stick_table *table, struct stick_key key)
{
    return XXH3_64bits_withSeed(key.data, key.len, table->seed);
}

static struct stick_shard *shard_of(struct stick_table *table, uint64_t hash)
{
    return &table->shards[(hash >> 32) & (table->shard_count - 1)];
}

static struct stick_entry **find(struct stick_shard *shard, uint64_t hash, struct stick_key key)
{
    struct stick_entry **at = &shard->buckets[hash & shard->mask];
    while (*at != NULL && ((*at)->hash != hash || (*at)->key_len != key.len ||
                           memcmp((*at)->key, key.data, key.len) != 0))
        at = &(*at)->next;
    return at;
}

static void take_out(struct stick_shard *shard, struct stick_entry *entry)
{
    struct stick_entry **at = &shard->buckets[entry->hash & shard->mask];
    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
    list_remove(&entry->touched);
    atomic_fetch_sub_explicit(&entry->table->used, 1, memory_order_relaxed);
    free(entry);
}

static bool is_expired(const struct stick_entry *entry, uint64_t now_ms)
{
    return entry->holders == 0 && entry->table->definition.expire_ms > 0 &&
           now_ms >= entry->expires_ms;
}

void stick_touch(struct stick_shard *shard, struct stick_entry *entry, uint64_t now_ms)
{
    entry->expires_ms = now_ms + entry->table->definition.expire_ms;
    list_remove(&entry->touched);
    list_push_back(&shard->by_touch, &entry->touched);
}

/* Expired ones at the front go, `most` of them; those that are held live on. */
static void sweep(struct stick_shard *shard, uint64_t now_ms, unsigned most)
{
    while (most-- > 0 && !list_is_empty(&shard->by_touch)) {
        struct stick_entry *entry = LIST_ITEM(shard->by_touch.next, struct stick_entry, touched);
        if (entry->table->definition.expire_ms == 0 || now_ms < entry->expires_ms)
            break;
        if (entry->holders > 0)
            stick_touch(shard, entry, now_ms);
        else
            take_out(shard, entry);
    }
}

/* The one that was touched longest ago makes room; false if too many are held. */
static bool evict(struct stick_shard *shard, uint64_t now_ms)
{
    for (unsigned n = 0; n < EVICT_ENTRIES && !list_is_empty(&shard->by_touch); n++) {
        struct stick_entry *entry = LIST_ITEM(shard->by_touch.next, struct stick_entry, touched);
        if (entry->holders == 0) {
            take_out(shard, entry);
            return true;
        }
        stick_touch(shard, entry, now_ms);
    }
    return false;
}

static struct stick_entry *make(struct stick_table *table, struct stick_shard *shard, uint64_t hash,
                                struct stick_key key, uint64_t now_ms)
{
    sweep(shard, now_ms, SWEEP_ENTRIES);
    /* its place is counted first, as other shards may be filled at the same moment */
    unsigned used = atomic_fetch_add_explicit(&table->used, 1, memory_order_relaxed);
    bool has_room =
        used < table->definition.size || (!table->definition.nopurge && evict(shard, now_ms));
    struct stick_entry *entry = has_room ? calloc(1, sizeof(*entry) + table->entry_bytes) : NULL;
    if (entry == NULL) {
        atomic_fetch_sub_explicit(&table->used, 1, memory_order_relaxed);
        return NULL;
    }
    entry->table = table;
    entry->hash = hash;
    entry->key_len = (uint32_t)key.len;
    entry->key = (char *)entry + sizeof(*entry) + table->key_offset;
    memcpy(entry->key, key.data, key.len);
    struct stick_entry **bucket = &shard->buckets[hash & shard->mask];
    entry->next = *bucket;
    *bucket = entry;
    list_init(&entry->touched);
    stick_touch(shard, entry, now_ms);
    return entry;
}

/* ---- for everybody ---------------------------------------------------------------------------- */

struct stick_shard *stick_lock(const struct stick_entry *entry)
{
    struct stick_shard *shard = shard_of(entry->table, entry->hash);
    pthread_mutex_lock(&shard->lock);
    return shard;
}

struct stick_entry *stick_table_hold(struct stick_table *table, struct stick_key key, bool create,
                                     uint64_t now_ms)
{
    uint64_t hash = hash_key(table, key);
    struct stick_shard *shard = shard_of(table, hash);
    pthread_mutex_lock(&shard->lock);
    struct stick_entry *entry = *find(shard, hash, key);
    if (entry != NULL && is_expired(entry, now_ms)) {
        take_out(shard, entry);
        entry = NULL;
    }
    if (entry == NULL && create)
        entry = make(table, shard, hash, key, now_ms);
    if (entry != NULL && entry->holders++ == 0)
        stick_table_ref(table);
    pthread_mutex_unlock(&shard->lock);
    return entry;
}

struct stick_entry *stick_entry_ref(struct stick_entry *entry)
{
    struct stick_shard *shard = stick_lock(entry);
    entry->holders++;
    pthread_mutex_unlock(&shard->lock);
    return entry;
}

void stick_entry_drop(struct stick_entry *entry, uint64_t now_ms)
{
    struct stick_table *table = entry->table;
    struct stick_shard *shard = stick_lock(entry);
    bool is_free = --entry->holders == 0;
    if (is_expired(entry, now_ms))
        take_out(shard, entry);
    pthread_mutex_unlock(&shard->lock);
    if (is_free)
        stick_table_free(table);
}

struct stick_table *stick_entry_table(const struct stick_entry *entry)
{
    return entry->table;
}

struct stick_key stick_entry_key(const struct stick_entry *entry)
{
    return (struct stick_key){entry->key, entry->key_len};
}

unsigned stick_entry_holders(struct stick_entry *entry)
{
    struct stick_shard *shard = stick_lock(entry);
    unsigned holders = entry->holders;
    pthread_mutex_unlock(&shard->lock);
    return holders;
}

void stick_table_sweep(struct stick_table *table, uint64_t now_ms)
{
    for (unsigned i = 0; i < table->shard_count; i++) {
        pthread_mutex_lock(&table->shards[i].lock);
        sweep(&table->shards[i], now_ms, SHARD_ENTRIES);
        pthread_mutex_unlock(&table->shards[i].lock);
    }
}

bool stick_table_forget(struct stick_table *table, struct stick_key key, uint64_t now_ms)
{
    uint64_t hash = hash_key(table, key);
    struct stick_shard *shard = shard_of(table, hash);
    pthread_mutex_lock(&shard->lock);
    struct stick_entry *entry = *find(shard, hash, key);
    bool is_held = entry != NULL && entry->holders > 0;
    if (entry != NULL && !is_held)
        take_out(shard, entry);
    pthread_mutex_unlock(&shard->lock);
    (void)now_ms;
    return !is_held;
}

static void tell_entry(const struct stick_entry *entry, unsigned holders, uint64_t now_ms,
                       stick_tell *tell, void *owner)
{
    if (is_expired(entry, now_ms))
        return;
    struct stick_view view = {{entry->key, entry->key_len}, 0, holders, entry};
    if (entry->table->definition.expire_ms > 0 && entry->expires_ms > now_ms)
        view.expires_in_ms = entry->expires_ms - now_ms;
    tell(owner, &view);
}

void stick_entry_view(struct stick_entry *entry, uint64_t now_ms, stick_tell *tell, void *owner)
{
    struct stick_shard *shard = stick_lock(entry);
    tell_entry(entry, entry->holders - 1, now_ms, tell, owner);
    pthread_mutex_unlock(&shard->lock);
}

/* Entries never change their bucket. */
bool stick_table_walk(struct stick_table *table, struct stick_walk *walk, uint64_t now_ms,
                      stick_tell *tell, void *owner)
{
    if (walk->shard == table->shard_count)
        return false;
    struct stick_shard *shard = &table->shards[walk->shard];
    bool has_told = false;
    pthread_mutex_lock(&shard->lock);
    for (unsigned n = 0; n < WALK_BUCKETS && !has_told && walk->bucket <= shard->mask; n++) {
        const struct stick_entry *entry = shard->buckets[walk->bucket++];
        for (; entry != NULL; entry = entry->next) {
            tell_entry(entry, entry->holders, now_ms, tell, owner);
            has_told = true;
        }
    }
    if (walk->bucket > shard->mask)
        *walk = (struct stick_walk){.shard = walk->shard + 1};
    pthread_mutex_unlock(&shard->lock);
    return true;
}
