/* SPDX-License-Identifier: Apache-2.0 */
/* The arithmetic of challenges and answers. */
#include "proxy/health/passwords.h"

#include "tls/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* A server could ask for any number; PostgreSQL's is 4096. */
enum { ITERATIONS_MAX = 100000, TEXT_BYTES = 3 * SCRAM_TEXT_BYTES };

static bool digest(const char *name, const void *data, size_t len, uint8_t *out)
{
    const struct tls_digest *algorithm = tls_digest_find(name);
    uint8_t bytes[TLS_DIGEST_BYTES_MAX];
    int size = algorithm != NULL ? tls_digest(algorithm, data, len, bytes) : -1;
    if (size > 0)
        memcpy(out, bytes, (size_t)size);
    return size > 0;
}

static bool hmac(const void *key, size_t key_len, const void *data, size_t len,
                 uint8_t out[SHA256_BYTES])
{
    const struct tls_digest *algorithm = tls_digest_find("sha256");
    uint8_t bytes[TLS_DIGEST_BYTES_MAX];
    if (algorithm == NULL || tls_hmac(algorithm, (struct tls_span){key, key_len},
                                      (struct tls_span){data, len}, bytes) != SHA256_BYTES)
        return false;
    memcpy(out, bytes, SHA256_BYTES);
    return true;
}

static void exclusive_or(uint8_t *to, const uint8_t *with, size_t len)
{
    for (size_t i = 0; i < len; i++)
        to[i] ^= with[i];
}

/* ---- PostgreSQL's md5 ---- */

static bool md5_text(const void *data, size_t len, char text[33])
{
    uint8_t bytes[16];
    if (!digest("md5", data, len, bytes))
        return false;
    for (size_t i = 0; i < 16; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

bool password_md5(const char *password, const char *user, const uint8_t salt[4],
                  char text_out[MD5_TEXT_BYTES])
{
    char first[512], second[36];
    int len = snprintf(first, sizeof(first), "%s%s", password, user);
    if (len < 0 || (size_t)len >= sizeof(first) || !md5_text(first, (size_t)len, second))
        return false;
    memcpy(second + 32, salt, 4);
    memcpy(text_out, "md5", 3);
    return md5_text(second, sizeof(second), text_out + 3);
}

/* ---- MySQL's ---- */

bool password_sha1(const char *password, const uint8_t salt[20], uint8_t answer_out[SHA1_BYTES])
{
    uint8_t once[SHA1_BYTES], salted[20 + SHA1_BYTES];
    memcpy(salted, salt, 20);
    if (!digest("sha1", password, strlen(password), once) ||
        !digest("sha1", once, SHA1_BYTES, salted + 20) ||
        !digest("sha1", salted, 20 + SHA1_BYTES, answer_out))
        return false;
    exclusive_or(answer_out, once, SHA1_BYTES);
    return true;
}

bool password_sha256(const char *password, const uint8_t salt[20], uint8_t answer_out[SHA256_BYTES])
{
    uint8_t once[SHA256_BYTES], salted[SHA256_BYTES + 20];
    if (!digest("sha256", password, strlen(password), once) ||
        !digest("sha256", once, SHA256_BYTES, salted))
        return false;
    memcpy(salted + SHA256_BYTES, salt, 20);
    if (!digest("sha256", salted, SHA256_BYTES + 20, answer_out))
        return false;
    exclusive_or(answer_out, once, SHA256_BYTES);
    return true;
}

/* ---- base64, RFC 4648 4 ---- */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void encode(const uint8_t *bytes, size_t len, char *text)
{
    for (size_t i = 0; i < len; i += 3) {
        uint32_t three = (uint32_t)bytes[i] << 16;
        three |= i + 1 < len ? (uint32_t)bytes[i + 1] << 8 : 0;
        three |= i + 2 < len ? bytes[i + 2] : 0;
        *text++ = alphabet[three >> 18];
        *text++ = alphabet[three >> 12 & 63];
        *text++ = i + 1 < len ? alphabet[three >> 6 & 63] : '=';
        *text++ = i + 2 < len ? alphabet[three & 63] : '=';
    }
    *text = '\0';
}

/* The count of bytes, or -1. */
static int decode(const char *text, size_t len, uint8_t *bytes, size_t room)
{
    uint32_t bits = 0;
    size_t have = 0, out = 0;
    for (size_t i = 0; i < len && text[i] != '='; i++) {
        const char *at = memchr(alphabet, text[i], 64);
        if (at == NULL)
            return -1;
        bits = bits << 6 | (uint32_t)(at - alphabet);
        have += 6;
        if (have < 8)
            continue;
        have -= 8;
        if (out == room)
            return -1;
        bytes[out++] = (uint8_t)(bits >> have);
    }
    return (int)out;
}

/* ---- SCRAM ---- */

bool scram_first(struct scram *scram, char text_out[SCRAM_TEXT_BYTES])
{
    uint8_t random[18];
    if (getrandom(random, sizeof(random), 0) != sizeof(random))
        return false;
    encode(random, sizeof(random), scram->nonce);
    snprintf(text_out, SCRAM_TEXT_BYTES, "n,,n=,r=%s", scram->nonce);
    return true;
}

/* The value of a one-letter attribute and its length; NULL if it is not there. */
static const char *attribute(const char *text, char letter, size_t *len_out)
{
    while (text[0] != letter || text[1] != '=') {
        text = strchr(text, ',');
        if (text == NULL)
            return NULL;
        text++;
    }
    *len_out = strcspn(text + 2, ",");
    return text + 2;
}

/* PBKDF2 with one block, RFC 8018 5.2. */
static bool stretch(const char *password, const uint8_t *salt, size_t salt_len, unsigned iterations,
                    uint8_t out[SHA256_BYTES])
{
    uint8_t block[128 + 4], turn[SHA256_BYTES];
    size_t password_len = strlen(password);
    memcpy(block, salt, salt_len);
    memcpy(block + salt_len, "\0\0\0\1", 4);
    if (!hmac(password, password_len, block, salt_len + 4, turn))
        return false;
    memcpy(out, turn, SHA256_BYTES);
    for (unsigned i = 1; i < iterations; i++) {
        if (!hmac(password, password_len, turn, SHA256_BYTES, turn))
            return false;
        exclusive_or(out, turn, SHA256_BYTES);
    }
    return true;
}

static bool find_keys(struct scram *scram, const char *password, const char *salt, size_t salt_len,
                      unsigned iterations)
{
    uint8_t bytes[128], salted[SHA256_BYTES];
    if (salt_len >= sizeof(scram->salt))
        return false;
    if (scram->iterations == iterations && strlen(scram->salt) == salt_len &&
        memcmp(scram->salt, salt, salt_len) == 0)
        return true;
    int len = decode(salt, salt_len, bytes, sizeof(bytes));
    if (len <= 0 || !stretch(password, bytes, (size_t)len, iterations, salted))
        return false;
    if (!hmac(salted, SHA256_BYTES, "Client Key", 10, scram->client_key) ||
        !hmac(salted, SHA256_BYTES, "Server Key", 10, scram->server_key))
        return false;
    memcpy(scram->salt, salt, salt_len);
    scram->salt[salt_len] = '\0';
    scram->iterations = iterations;
    return true;
}

/* Both sides' signatures of all that was said. */
static bool sign(struct scram *scram, const char *said, char proof_text[64])
{
    uint8_t stored[SHA256_BYTES], signature[SHA256_BYTES];
    if (!digest("sha256", scram->client_key, SHA256_BYTES, stored) ||
        !hmac(stored, SHA256_BYTES, said, strlen(said), signature))
        return false;
    exclusive_or(signature, scram->client_key, SHA256_BYTES);
    encode(signature, SHA256_BYTES, proof_text);
    return hmac(scram->server_key, SHA256_BYTES, said, strlen(said), scram->server_signature);
}

bool scram_final(struct scram *scram, const char *password, const char *server_first,
                 char text_out[SCRAM_TEXT_BYTES])
{
    size_t nonce_len, salt_len, count_len;
    const char *nonce = attribute(server_first, 'r', &nonce_len);
    const char *salt = attribute(server_first, 's', &salt_len);
    const char *count = attribute(server_first, 'i', &count_len);
    char said[TEXT_BYTES], proof[64];
    size_t own = strlen(scram->nonce);
    if (nonce == NULL || salt == NULL || count == NULL || nonce_len <= own || nonce_len > 200 ||
        memcmp(nonce, scram->nonce, own) != 0)
        return false;
    unsigned long iterations = strtoul(count, NULL, 10);
    if (iterations == 0 || iterations > ITERATIONS_MAX ||
        !find_keys(scram, password, salt, salt_len, (unsigned)iterations))
        return false;
    int len = snprintf(said, sizeof(said), "n=,r=%s,%s,c=biws,r=%.*s", scram->nonce, server_first,
                       (int)nonce_len, nonce);
    if (len < 0 || (size_t)len >= sizeof(said) || !sign(scram, said, proof))
        return false;
    snprintf(text_out, SCRAM_TEXT_BYTES, "c=biws,r=%.*s,p=%s", (int)nonce_len, nonce, proof);
    return true;
}

bool scram_verify(const struct scram *scram, const char *server_final)
{
    uint8_t bytes[SHA256_BYTES];
    size_t len;
    const char *text = attribute(server_final, 'v', &len);
    return text != NULL && decode(text, len, bytes, sizeof(bytes)) == SHA256_BYTES &&
           memcmp(bytes, scram->server_signature, SHA256_BYTES) == 0;
}
