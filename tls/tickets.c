/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring of the three latest ticket keys under a read-write lock.
 *
 * The cipher is fetched once: in OpenSSL 3 looking an algorithm up by name costs more than using it
 * on a ticket. (The MAC's digest is looked up by libssl itself; that cannot be avoided from here.)
 */
#include "tls/tickets_priv.h"

#include "tls/error_priv.h"

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
    size_t mac_bytes;
    time_t made;
};

struct tls_ticket_keys {
    atomic_uint refs;
    unsigned lifetime_s;               /* 0: they are given, and stay */
    EVP_CIPHER *cipher;                /* owned */
    pthread_rwlock_t lock;             /* over what follows */
    struct ticket_key keys[KEYS_KEPT]; /* the newest first */
    size_t count;
};

static bool key_make(struct ticket_key *key, time_t now)
{
    key->made = now;
    key->mac_bytes = sizeof(key->mac);
    return RAND_bytes(key->name, sizeof(key->name)) == 1 &&
           RAND_priv_bytes(key->cipher, sizeof(key->cipher)) == 1 &&
           RAND_priv_bytes(key->mac, sizeof(key->mac)) == 1;
}

static struct tls_ticket_keys *keys_new(const char *cipher)
{
    struct tls_ticket_keys *keys = calloc(1, sizeof(*keys));
    if (keys == NULL)
        return NULL;
    atomic_init(&keys->refs, 1);
    keys->cipher = EVP_CIPHER_fetch(NULL, cipher, NULL);
    pthread_rwlock_init(&keys->lock, NULL);
    if (keys->cipher != NULL)
        return keys;
    tls_ticket_keys_free(keys);
    return NULL;
}

struct tls_ticket_keys *tls_ticket_keys_new(time_t now, unsigned lifetime_s)
{
    struct tls_ticket_keys *keys = keys_new("AES-256-CBC");
    if (keys == NULL)
        return NULL;
    keys->lifetime_s = lifetime_s;
    keys->count = 1;
    if (key_make(&keys->keys[0], now))
        return keys;
    tls_ticket_keys_free(keys);
    return NULL;
}

/* ---- keys of a file ------------------------------------------------------------------------------- */

enum { SHORT_KEY_BYTES = 48, LONG_KEY_BYTES = 80, LINE_CHARS = 108 };

/* One line of base64; the count of bytes, 0 if it is none. */
static size_t decode_line(const char *line, size_t len, unsigned char bytes[LONG_KEY_BYTES + 3])
{
    if (len == 0 || len > LINE_CHARS || len % 4 != 0)
        return 0;
    int decoded = EVP_DecodeBlock(bytes, (const unsigned char *)line, (int)len);
    size_t padding = (size_t)(line[len - 1] == '=') + (size_t)(line[len - 2] == '=');
    return decoded > 0 ? (size_t)decoded - padding : 0;
}

/* The name, then for AES-128 cipher and MAC of 16 bytes, for AES-256 MAC and cipher of 32: as HAProxy has it. */
static void key_fill(struct ticket_key *key, const unsigned char *bytes, size_t len)
{
    const unsigned char *secrets = bytes + KEY_NAME_BYTES;
    bool is_long = len == LONG_KEY_BYTES;
    key->mac_bytes = is_long ? 32 : 16;
    memcpy(key->name, bytes, KEY_NAME_BYTES);
    memcpy(key->cipher, secrets + (is_long ? 32 : 0), key->mac_bytes);
    memcpy(key->mac, secrets + (is_long ? 0 : 16), key->mac_bytes);
}

/* The last three lines count. Tickets are sealed by the last but one, so that a further one can be given to all
 * machines before any of them uses it. */
static void key_push(struct tls_ticket_keys *keys, const unsigned char *bytes, size_t len)
{
    struct ticket_key *last = &keys->keys[1];
    keys->keys[2] = keys->keys[0];
    keys->keys[0] = *last;
    key_fill(last, bytes, len);
    keys->count++;
}

static int read_lines(struct tls_ticket_keys *keys, const char *text, size_t len, size_t key_bytes)
{
    unsigned char bytes[LONG_KEY_BYTES + 3];
    for (size_t at = 0; at < len;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t line = end != NULL ? (size_t)(end - (text + at)) : len - at;
        size_t used = line > 0 && text[at + line - 1] == '\r' ? line - 1 : line;
        if (decode_line(text + at, used, bytes) != key_bytes)
            return -1;
        key_push(keys, bytes, key_bytes);
        at += line + 1;
    }
    OPENSSL_cleanse(bytes, sizeof(bytes));
    return keys->count >= KEYS_KEPT ? 0 : -1;
}

struct tls_ticket_keys *tls_ticket_keys_read(const char *path, const struct tls_files *files,
                                             struct tls_error_text *error_out)
{
    struct tls_bytes text = {0};
    int rc = files->read(files->user, path, &text);
    if (rc != 0) {
        tls_error_set(error_out, "tls-ticket-keys: %s: %s", path, strerror(rc));
        return NULL;
    }
    const char *first_end = text.len > 0 ? memchr(text.data, '\n', text.len) : NULL;
    bool is_long = first_end != NULL && first_end - (const char *)text.data > 64 + 1;
    struct tls_ticket_keys *keys = keys_new(is_long ? "AES-256-CBC" : "AES-128-CBC");
    if (keys == NULL ||
        read_lines(keys, text.data, text.len, is_long ? LONG_KEY_BYTES : SHORT_KEY_BYTES) != 0) {
        tls_error_set(error_out,
                      "tls-ticket-keys: %s: three lines or more are needed, each the base64 of 48 "
                      "bytes, or each of 80 "
                      "(openssl rand -base64 80 | tr -d '\\n')",
                      path);
        tls_ticket_keys_free(keys);
        keys = NULL;
    } else {
        keys->count = KEYS_KEPT;
    }
    tls_bytes_free(&text);
    return keys;
}

bool tls_ticket_keys_rotate(struct tls_ticket_keys *keys, time_t now)
{
    pthread_rwlock_wrlock(&keys->lock);
    time_t age = now - keys->keys[0].made;
    struct ticket_key fresh;
    /* a clock that was set back would otherwise keep a key for long */
    bool due = keys->lifetime_s != 0 && (age < 0 || age >= (time_t)keys->lifetime_s) &&
               key_make(&fresh, now);
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
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)key->mac, key->mac_bytes),
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
    if (keys != NULL)
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
