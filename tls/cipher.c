/* SPDX-License-Identifier: Apache-2.0 */
/* See cipher.h. */
#include "tls/cipher.h"

#include <openssl/evp.h>
#include <string.h>

enum { DECRYPT = 0, ENCRYPT = 1, BLOCK_BYTES = 16 };

static const EVP_CIPHER *find(const struct tls_cipher *cipher)
{
    switch (cipher->bits) {
    case 128:
        return cipher->chained ? EVP_aes_128_cbc() : EVP_aes_128_gcm();
    case 192:
        return cipher->chained ? EVP_aes_192_cbc() : EVP_aes_192_gcm();
    case 256:
        return cipher->chained ? EVP_aes_256_cbc() : EVP_aes_256_gcm();
    default:
        return NULL;
    }
}

/* NULL when something does not fit. */
static EVP_CIPHER_CTX *start(const struct tls_cipher *cipher, int direction)
{
    const EVP_CIPHER *kind = find(cipher);
    unsigned char block[BLOCK_BYTES] = {0};
    const void *nonce = cipher->nonce.data;
    int unused = 0;
    if (kind == NULL || cipher->key.len != cipher->bits / 8 || cipher->nonce.len == 0 ||
        (cipher->chained && cipher->nonce.len > sizeof block))
        return NULL;
    if (cipher->chained)
        nonce = memcpy(block, cipher->nonce.data, cipher->nonce.len);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool started =
        ctx != NULL && EVP_CipherInit_ex(ctx, kind, NULL, NULL, NULL, direction) == 1 &&
        (cipher->chained ||
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_IVLEN, (int)cipher->nonce.len, NULL) == 1) &&
        EVP_CipherInit_ex(ctx, NULL, NULL, cipher->key.data, nonce, direction) == 1 &&
        (cipher->chained || cipher->further.len == 0 ||
         EVP_CipherUpdate(ctx, NULL, &unused, cipher->further.data, (int)cipher->further.len) == 1);
    if (started)
        return ctx;
    EVP_CIPHER_CTX_free(ctx);
    return NULL;
}

long tls_encrypt(const struct tls_cipher *cipher, struct tls_span data, unsigned char *out,
                 unsigned char tag[TLS_AEAD_TAG_BYTES])
{
    EVP_CIPHER_CTX *ctx = start(cipher, ENCRYPT);
    int size = 0, rest = 0;
    bool done = ctx != NULL && EVP_CipherUpdate(ctx, out, &size, data.data, (int)data.len) == 1 &&
                EVP_CipherFinal_ex(ctx, out + size, &rest) == 1 &&
                (cipher->chained ||
                 EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TLS_AEAD_TAG_BYTES, tag) == 1);
    EVP_CIPHER_CTX_free(ctx);
    return done ? size + rest : -1;
}

long tls_decrypt(const struct tls_cipher *cipher, struct tls_span data, unsigned char *out,
                 struct tls_span tag)
{
    EVP_CIPHER_CTX *ctx = start(cipher, DECRYPT);
    int size = 0, rest = 0;
    bool done = ctx != NULL && EVP_CipherUpdate(ctx, out, &size, data.data, (int)data.len) == 1 &&
                (cipher->chained || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, (int)tag.len,
                                                        (void *)tag.data) == 1) &&
                EVP_CipherFinal_ex(ctx, out + size, &rest) == 1;
    EVP_CIPHER_CTX_free(ctx);
    return done ? size + rest : -1;
}
