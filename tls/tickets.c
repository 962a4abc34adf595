/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring of the three latest ticket keys under a read-write lock.
 *
 * The cipher is fetched once: in OpenSSL 3 looking an algorithm up by name costs more than using it
 * on a ticket. (The MAC's digest is looked up by libssl itself; that cannot be avoided from here.)
 */
#include "tls/tickets_priv.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_KEPT 3
#define KEY_NAME_BYTES 16

struct ticket_key {
    unsigned char name[KEY_NAME_BYTES]; /* travels in the ticket, in clear */
    unsigned char cipher[32];
    unsigned char mac[32];
    time_t made;
};

struct tls_ticket_keys {
    atomic_uint refs;
    unsigned lifetime_s;
    EVP_CIPHER *cipher;                /* owned */
    pthread_rwlock_t lock;             /* over what follows */
    struct ticket_key keys[KEYS_KEPT]; /* the newest first */
    size_t count;
};

static bool key_make(struct ticket_key *key, time_t now)
{
    key->made = now;
    return RAND_bytes(key->name, sizeof(key->name)) == 1 &&
           RAND_priv_bytes(key->cipher, sizeof(key->cipher)) == 1 &&
           RAND_priv_bytes(key->mac, sizeof(key->mac)) == 1;
}

struct tls_ticket_keys *tls_ticket_keys_new(time_t now, unsigned lifetime_s)
{
    struct tls_ticket_keys *keys = calloc(1, sizeof(*keys));
    if (keys == NULL)
        return NULL;
    atomic_init(&keys->refs, 1);
    keys->lifetime_s = lifetime_s;
    keys->count = 1;
    keys->cipher = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL);
    pthread_rwlock_init(&keys->lock, NULL);
    if (keys->cipher == NULL || !key_make(&keys->keys[0], now)) {
        tls_ticket_keys_free(keys);
        return NULL;
    }
    return keys;
}

bool tls_ticket_keys_rotate(struct tls_ticket_keys *keys, time_t now)
{
    pthread_rwlock_wrlock(&keys->lock);
    time_t age = now - keys->keys[0].made;
    struct ticket_key fresh;
    /* a clock that was set back would otherwise keep a key for long */
    bool due = (age < 0 || age >= (time_t)keys->lifetime_s) && key_make(&fresh, now);
    if (due) {
        memmove(&keys->keys[1], &keys->keys[0], (KEYS_KEPT - 1) * sizeof(keys->keys[0]));
        keys->keys[0] = fresh;
        if (keys->count < KEYS_KEPT)
            keys->count++;
        OPENSSL_cleanse(&fresh, sizeof(fresh));
    }
    pthread_rwlock_unlock(&keys->lock);
    return due;
}

static bool key_apply(const struct tls_ticket_keys *keys, const struct ticket_key *key,
                      unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int sealing)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)key->mac, sizeof(key->mac)),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char[]){"SHA256"}, 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_CipherInit_ex(cipher, keys->cipher, NULL, key->cipher, iv, sealing) == 1 &&
           EVP_MAC_CTX_set_params(mac, params) == 1;
}

static int seal(const struct tls_ticket_keys *keys, unsigned char *key_name, unsigned char *iv,
                EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac)
{
    const struct ticket_key *key = &keys->keys[0];
    memcpy(key_name, key->name, KEY_NAME_BYTES);
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(keys->cipher)) != 1)
        return -1;
    return key_apply(keys, key, iv, cipher, mac, 1) ? 1 : -1;
}

static int open_sealed(const struct tls_ticket_keys *keys, const unsigned char *key_name,
                       unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac)
{
    for (size_t i = 0; i < keys->count; i++) {
        const struct ticket_key *key = &keys->keys[i];
        if (memcmp(key->name, key_name, KEY_NAME_BYTES) != 0)
            continue;
        if (!key_apply(keys, key, iv, cipher, mac, 0))
            return -1;
        return i == 0 ? 1 : 2;
    }
    return 0;
}

int tls_ticket_keys_use(struct tls_ticket_keys *keys, unsigned char *key_name, unsigned char *iv,
                        EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int sealing, bool single_use)
{
    pthread_rwlock_rdlock(&keys->lock);
    int result = sealing ? seal(keys, key_name, iv, cipher, mac)
                         : open_sealed(keys, key_name, iv, cipher, mac);
    pthread_rwlock_unlock(&keys->lock);
    return result == 1 && !sealing && single_use ? 2 : result;
}

struct tls_ticket_keys *tls_ticket_keys_ref(struct tls_ticket_keys *keys)
{
    atomic_fetch_add_explicit(&keys->refs, 1, memory_order_relaxed);
    return keys;
}

void tls_ticket_keys_free(struct tls_ticket_keys *keys)
{
    if (keys == NULL || atomic_fetch_sub_explicit(&keys->refs, 1, memory_order_acq_rel) != 1)
        return;
    pthread_rwlock_destroy(&keys->lock);
    EVP_CIPHER_free(keys->cipher);
    OPENSSL_cleanse(keys->keys, sizeof(keys->keys));
    free(keys);
}
