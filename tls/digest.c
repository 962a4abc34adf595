/* SPDX-License-Identifier: Apache-2.0 */
/* See digest.h. OpenSSL's objects are handed out under our names. */
#include "tls/digest.h"

#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

_Static_assert(TLS_DIGEST_BYTES_MAX >= EVP_MAX_MD_SIZE, "the largest digest fits");

static const EVP_MD *md_of(const struct tls_digest *digest)
{
    return (const EVP_MD *)digest;
}

const struct tls_digest *tls_digest_find(const char *name)
{
    return (const struct tls_digest *)EVP_get_digestbyname(name);
}

int tls_digest(const struct tls_digest *digest, const void *data, size_t len,
               unsigned char out[TLS_DIGEST_BYTES_MAX])
{
    unsigned size;
    return EVP_Digest(data, len, out, &size, md_of(digest), NULL) == 1 ? (int)size : -1;
}

int tls_hmac(const struct tls_digest *digest, struct tls_span key, struct tls_span data,
             unsigned char out[TLS_DIGEST_BYTES_MAX])
{
    unsigned size;
    const EVP_MD *md = md_of(digest);
    bool done = HMAC(md, key.data, (int)key.len, data.data, data.len, out, &size) != NULL;
    return done ? (int)size : -1;
}

/* ---- signatures --------------------------------------------------------------------------------------- */

static EVP_PKEY *key_of(const struct tls_public_key *key)
{
    return (EVP_PKEY *)key;
}

struct tls_public_key *tls_public_key_read(const char *pem, size_t len)
{
    BIO *bio = BIO_new_mem_buf(pem, (int)len);
    EVP_PKEY *key = NULL;
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    if (certificate != NULL)
        key = X509_get_pubkey(certificate);
    else if (BIO_reset(bio) >= 0)
        key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
    X509_free(certificate);
    BIO_free(bio);
    return (struct tls_public_key *)key;
}

void tls_public_key_free(struct tls_public_key *key)
{
    EVP_PKEY_free(key_of(key));
}

/* Two numbers behind each other become the DER that OpenSSL verifies; NULL if they cannot. */
static unsigned char *elliptic_to_der(const unsigned char *signature, size_t len, int *der_len)
{
    unsigned char *der = NULL;
    ECDSA_SIG *numbers = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature, (int)len / 2, NULL);
    BIGNUM *s = BN_bin2bn(signature + len / 2, (int)len / 2, NULL);
    if (numbers != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(numbers, r, s) == 1) {
        *der_len = i2d_ECDSA_SIG(numbers, &der);
    } else {
        BN_free(r);
        BN_free(s);
    }
    ECDSA_SIG_free(numbers);
    return der;
}

static bool set_padding(EVP_PKEY_CTX *ctx, enum tls_signature_kind kind)
{
    return kind != TLS_SIGNATURE_PSS ||
           (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1);
}

static bool verifies(const struct tls_public_key *key, const struct tls_digest *digest,
                     enum tls_signature_kind kind, struct tls_span data, struct tls_span signature)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *key_ctx; /* belongs to ctx */
    bool fits = ctx != NULL &&
                EVP_DigestVerifyInit(ctx, &key_ctx, md_of(digest), NULL, key_of(key)) == 1 &&
                set_padding(key_ctx, kind) &&
                EVP_DigestVerify(ctx, signature.data, signature.len, data.data, data.len) == 1;
    EVP_MD_CTX_free(ctx);
    return fits;
}

bool tls_public_key_verifies(const struct tls_public_key *key, const struct tls_digest *digest,
                             enum tls_signature_kind kind, struct tls_span data,
                             struct tls_span signature)
{
    bool is_elliptic_key = EVP_PKEY_get_base_id(key_of(key)) == EVP_PKEY_EC;
    if ((kind == TLS_SIGNATURE_ELLIPTIC) != is_elliptic_key)
        return false;
    if (!is_elliptic_key)
        return verifies(key, digest, kind, data, signature);
    int der_len = 0;
    unsigned char *der = signature.len % 2 == 0 && signature.len > 0
                             ? elliptic_to_der(signature.data, signature.len, &der_len)
                             : NULL;
    bool fits =
        der != NULL && verifies(key, digest, kind, data, (struct tls_span){der, (size_t)der_len});
    OPENSSL_free(der);
    return fits;
}
