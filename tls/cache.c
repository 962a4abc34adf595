/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The session cache: shards, each with a lock, a hash table and a list by last use.
 *
 *   id --hash--> shard --> bucket --> entry --> entry
 *                  |
 *                  newest <--> ... <--> oldest           (the oldest makes place)
 *
 * Ids in the cache are our own random numbers, so nobody can make them collide.
 */
#include "tls/cache_priv.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SHARDS 16
#define ENCODED_BYTES_MAX 8192 /* with a client's certificate; a larger one is not remembered */

struct entry {
    struct entry *next_in_bucket;
    struct entry *newer, *older;
    uint32_t hash;
    uint16_t encoded_len;
    uint8_t id_len;
    unsigned char id[SSL_MAX_SSL_SESSION_ID_LENGTH];
    unsigned char encoded[];
};

struct shard {
    pthread_mutex_t lock;
    struct entry **buckets; /* owned */
    struct entry *newest, *oldest;
    size_t count;
};

struct tls_session_cache {
    atomic_uint refs;
    size_t shard_max; /* entries in each shard */
    size_t bucket_mask;
    struct shard shards[SHARDS];
};

struct tls_session_cache *tls_session_cache_new(size_t sessions_max)
{
    struct tls_session_cache *cache = calloc(1, sizeof(*cache));
    if (cache == NULL)
        return NULL;
    atomic_init(&cache->refs, 1);
    cache->shard_max = (sessions_max + SHARDS - 1) / SHARDS;
    size_t buckets = 8;
    while (buckets < cache->shard_max)
        buckets *= 2;
    cache->bucket_mask = buckets - 1;
    bool complete = true;
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *shard = &cache->shards[i];
        pthread_mutex_init(&shard->lock, NULL);
        shard->buckets = calloc(buckets, sizeof(struct entry *));
        complete = complete && shard->buckets != NULL;
    }
    if (!complete) {
        tls_session_cache_free(cache);
        return NULL;
    }
    return cache;
}

/* FNV-1a, 32 bits */
static uint32_t hash_id(const unsigned char *id, size_t len)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ id[i]) * 16777619u;
    return hash;
}

static struct shard *shard_of(struct tls_session_cache *cache, uint32_t hash)
{
    return &cache->shards[hash % SHARDS];
}

static struct entry **bucket_of(const struct tls_session_cache *cache, struct shard *shard,
                                uint32_t hash)
{
    return &shard->buckets[(hash / SHARDS) & cache->bucket_mask];
}

/* The pointer that points to the entry, or to the NULL at the end of its bucket. */
static struct entry **find(struct entry **link, const unsigned char *id, size_t id_len)
{
    while (*link != NULL && ((*link)->id_len != id_len || memcmp((*link)->id, id, id_len) != 0))
        link = &(*link)->next_in_bucket;
    return link;
}

static void list_unlink(struct shard *shard, struct entry *entry)
{
    *(entry->newer != NULL ? &entry->newer->older : &shard->newest) = entry->older;
    *(entry->older != NULL ? &entry->older->newer : &shard->oldest) = entry->newer;
}

static void list_push(struct shard *shard, struct entry *entry)
{
    entry->newer = NULL;
    entry->older = shard->newest;
    *(shard->newest != NULL ? &shard->newest->newer : &shard->oldest) = entry;
    shard->newest = entry;
}

static void drop(struct shard *shard, struct entry **link)
{
    struct entry *entry = *link;
    *link = entry->next_in_bucket;
    list_unlink(shard, entry);
    shard->count--;
    OPENSSL_cleanse(entry->encoded, entry->encoded_len); /* it holds the master secret */
    free(entry);
}

static struct entry *entry_new(SSL_SESSION *session)
{
    unsigned id_len = 0;
    const unsigned char *id = SSL_SESSION_get_id(session, &id_len);
    int len = i2d_SSL_SESSION(session, NULL);
    if (id_len == 0 || id_len > SSL_MAX_SSL_SESSION_ID_LENGTH || len <= 0 ||
        len > ENCODED_BYTES_MAX)
        return NULL;
    struct entry *entry = malloc(sizeof(*entry) + (size_t)len);
    if (entry == NULL)
        return NULL;
    unsigned char *at = entry->encoded;
    entry->encoded_len = (uint16_t)i2d_SSL_SESSION(session, &at);
    entry->id_len = (uint8_t)id_len;
    memcpy(entry->id, id, id_len);
    entry->hash = hash_id(id, id_len);
    return entry;
}

void tls_session_cache_put(struct tls_session_cache *cache, SSL_SESSION *session)
{
    struct entry *entry = cache->shard_max > 0 ? entry_new(session) : NULL;
    if (entry == NULL)
        return;
    struct shard *shard = shard_of(cache, entry->hash);
    struct entry **bucket = bucket_of(cache, shard, entry->hash);

    pthread_mutex_lock(&shard->lock);
    struct entry **present = find(bucket, entry->id, entry->id_len);
    if (*present != NULL)
        drop(shard, present);
    if (shard->count >= cache->shard_max) {
        struct entry *oldest = shard->oldest;
        drop(shard, find(bucket_of(cache, shard, oldest->hash), oldest->id, oldest->id_len));
    }
    entry->next_in_bucket = *bucket;
    *bucket = entry;
    list_push(shard, entry);
    shard->count++;
    pthread_mutex_unlock(&shard->lock);
}

SSL_SESSION *tls_session_cache_get(struct tls_session_cache *cache, const unsigned char *id,
                                   size_t id_len)
{
    unsigned char copy[ENCODED_BYTES_MAX]; /* so that decoding happens outside of the lock */
    size_t len = 0;
    uint32_t hash = hash_id(id, id_len);
    struct shard *shard = shard_of(cache, hash);

    pthread_mutex_lock(&shard->lock);
    struct entry *entry = *find(bucket_of(cache, shard, hash), id, id_len);
    if (entry != NULL) {
        len = entry->encoded_len;
        memcpy(copy, entry->encoded, len);
        list_unlink(shard, entry);
        list_push(shard, entry);
    }
    pthread_mutex_unlock(&shard->lock);

    if (len == 0)
        return NULL;
    const unsigned char *at = copy;
    SSL_SESSION *session = d2i_SSL_SESSION(NULL, &at, (long)len);
    OPENSSL_cleanse(copy, len);
    return session;
}

void tls_session_cache_remove(struct tls_session_cache *cache, const unsigned char *id,
                              size_t id_len)
{
    uint32_t hash = hash_id(id, id_len);
    struct shard *shard = shard_of(cache, hash);
    pthread_mutex_lock(&shard->lock);
    struct entry **link = find(bucket_of(cache, shard, hash), id, id_len);
    if (*link != NULL)
        drop(shard, link);
    pthread_mutex_unlock(&shard->lock);
}

size_t tls_session_cache_count(struct tls_session_cache *cache)
{
    size_t count = 0;
    for (size_t i = 0; i < SHARDS; i++) {
        pthread_mutex_lock(&cache->shards[i].lock);
        count += cache->shards[i].count;
        pthread_mutex_unlock(&cache->shards[i].lock);
    }
    return count;
}

struct tls_session_cache *tls_session_cache_ref(struct tls_session_cache *cache)
{
    atomic_fetch_add_explicit(&cache->refs, 1, memory_order_relaxed);
    return cache;
}

void tls_session_cache_free(struct tls_session_cache *cache)
{
    if (cache == NULL || atomic_fetch_sub_explicit(&cache->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *shard = &cache->shards[i];
        while (shard->oldest != NULL) {
            struct entry *oldest = shard->oldest;
            drop(shard, find(bucket_of(cache, shard, oldest->hash), oldest->id, oldest->id_len));
        }
        free(shard->buckets);
        pthread_mutex_destroy(&shard->lock);
    }
    free(cache);
}
