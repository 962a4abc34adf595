/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashing converters. Those of balance algorithms give the numbers that HAProxy gives, so keys of tables
 * and shares of clients (src,djb2,mod(100)) stay what they were.
 */
#include "lb-algos/hash.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/conv_priv.h"
#include "tls/digest.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { CRC32, CRC32C, DJB2, SDBM, WT6 };
enum { XXH_32, XXH_64, XXH_3 };

/* Castagnoli, reflected: RFC 3720 B.4 */
static uint32_t crc32c(const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    uint32_t crc = ~0u;
    while (len-- > 0) {
        crc ^= *at++;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0x82f63b78u & (0u - (crc & 1)));
    }
    return ~crc;
}

static bool hash(struct sample_env *env, const struct converter *row, const struct arg *args,
                 struct sample *s)
{
    (void)env;
    static lb_hash_function *const functions[] = {[CRC32] = lb_hash_crc32,
                                                  [CRC32C] = crc32c,
                                                  [DJB2] = lb_hash_djb2,
                                                  [SDBM] = lb_hash_sdbm,
                                                  [WT6] = lb_hash_wt6};
    uint32_t number = functions[row->value](s->text.data, s->text.len);
    if (args[0].type != ARG_NONE && args[0].integer != 0)
        number = lb_hash_spread(number);
    sample_set_int(s, number);
    return true;
}

static bool xxhash(struct sample_env *env, const struct converter *row, const struct arg *args,
                   struct sample *s)
{
    (void)env;
    unsigned long long seed = args[0].type != ARG_NONE ? (unsigned long long)args[0].integer : 0;
    const void *data = s->text.data;
    size_t len = s->text.len;
    uint64_t number = row->value == XXH_32   ? XXH32(data, len, (uint32_t)seed)
                      : row->value == XXH_64 ? XXH64(data, len, seed)
                                             : XXH3_64bits_withSeed(data, len, seed);
    sample_set_int(s, (long long)number);
    return true;
}

/* ---- digests: args[0].own is the algorithm ------------------------------------------------------------ */

static bool digest(struct sample_env *env, const struct converter *row, const struct arg *args,
                   struct sample *s)
{
    (void)row;
    unsigned char out[TLS_DIGEST_BYTES_MAX];
    int len = tls_digest(args[0].own, s->text.data, s->text.len, out);
    return len >= 0 && sample_set_copy(s, env, SAMPLE_BINARY, (const char *)out, (size_t)len);
}

static bool find_digest(struct compiler *c, struct arg *arg)
{
    const char *name = arena_copy_bytes(c->l->scratch, arg->text.data, arg->text.len);
    struct conf_span span = arg->span;
    arg->own = tls_digest_find(name);
    if (arg->own == NULL)
        CONF_FAIL(c->l, span, "as in: sha256", "'%s' is not the name of a digest", name);
    return arg->own != NULL;
}

static bool check_digest(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)count, (void)value;
    return find_digest(c, &args[0]);
}

static bool check_sha1(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)c, (void)count, (void)value;
    args[0].own = tls_digest_find("sha1");
    return true;
}

static bool check_sha2(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)value;
    long long bits = count > 0 && args[0].type != ARG_NONE ? args[0].integer : 256;
    if (bits != 224 && bits != 256 && bits != 384 && bits != 512) {
        CONF_FAIL(c->l, args[0].span, "224, 256, 384 or 512", "there is no SHA-2 of %lld bits",
                  bits);
        return false;
    }
    args[0].own = tls_digest_find(arena_printf(c->l->scratch, "sha%lld", bits));
    return true;
}

/* ---- hmac ------------------------------------------------------------------------------------------------ */

static bool hmac(struct sample_env *env, const struct converter *row, const struct arg *args,
                 struct sample *s)
{
    (void)row;
    unsigned char out[TLS_DIGEST_BYTES_MAX];
    struct sample_text key;
    if (!operand_decoded(env, &args[1], &key))
        return false;
    int len = tls_hmac(args[0].own, span_of_text(key), span_of_text(s->text), out);
    return len >= 0 && sample_set_copy(s, env, SAMPLE_BINARY, (const char *)out, (size_t)len);
}

static bool check_hmac(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)count, (void)value;
    return find_digest(c, &args[0]) && operand_base64(c, &args[1]);
}

#define HASH(word, which, from, text)                                                              \
    .name = word, .in = SAMPLE_BINARY, .out = SAMPLE_INT, .args = {{ARG_INT}, 0}, .run = hash,     \
    .value = which, .since = from, .doc = text " hash; with 1 as argument spread over all bits."
#define XXHASH(word, which, from, text)                                                            \
    .name = word, .in = SAMPLE_BINARY, .out = SAMPLE_INT, .args = {{ARG_INT}, 0}, .run = xxhash,   \
    .value = which, .since = from, .doc = text " hash; the argument is its seed."

/* clang-format off */
const struct converter hash_converters[] = {
    {HASH("crc32", CRC32, "1.6", "The CRC32")},
    {HASH("crc32c", CRC32C, "1.9", "The CRC32C")},
    {HASH("djb2", DJB2, NULL, "The DJB2")},
    {HASH("sdbm", SDBM, NULL, "The SDBM")},
    {HASH("wt6", WT6, NULL, "The WT6")},
    {XXHASH("xxh32", XXH_32, "1.6", "The 32-bit xxHash")},
    {XXHASH("xxh64", XXH_64, "1.6", "The 64-bit xxHash")},
    {XXHASH("xxh3", XXH_3, "2.4", "The XXH3")},
    {.name = "sha1", .in = SAMPLE_BINARY, .out = SAMPLE_BINARY, .run = digest, .check = check_sha1, .since = "1.9", .doc = "The SHA-1 digest, 20 bytes."},
    {.name = "sha2", .in = SAMPLE_BINARY, .out = SAMPLE_BINARY, .args = {{ARG_INT}, 0}, .run = digest, .check = check_sha2,
     .since = "2.1", .doc = "The SHA-2 digest of so many bits, 256 if none is given."},
    {.name = "digest", .in = SAMPLE_BINARY, .out = SAMPLE_BINARY, .args = {{ARG_OWN}, 1}, .run = digest, .check = check_digest,
     .since = "2.4", .doc = "The digest by an algorithm that OpenSSL knows: digest(sha256)."},
    {.name = "hmac", .in = SAMPLE_BINARY, .out = SAMPLE_BINARY, .args = {{ARG_OWN, ARG_OWN}, 2}, .run = hmac, .check = check_hmac,
     .since = "2.4", .doc = "The keyed digest: hmac(<algorithm>,<key in base64, or a variable>)."},
    {.name = NULL},
};
/* clang-format on */
