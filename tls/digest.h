/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digests, message authentication and signatures: for whoever has bytes and no OpenSSL.
 *
 * Thread:  everything here may be called from any thread; keys are immutable.
 * Errors:  a negative result, or false: unknown name, wrong sizes, or it does not verify.
 */
#ifndef WEIR_TLS_DIGEST_H
#define WEIR_TLS_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "tls/span.h"

enum { TLS_DIGEST_BYTES_MAX = 64 };

struct tls_digest; /* one algorithm; never freed */
struct tls_public_key;

/* By the names of OpenSSL: "sha256", "SHA2-512"; NULL if there is none. */
const struct tls_digest *tls_digest_find(const char *name);
/* The length of the result, or -1. */
int tls_digest(const struct tls_digest *digest, const void *data, size_t len,
               unsigned char out[TLS_DIGEST_BYTES_MAX]);
/* RFC 2104. The length of the result, or -1. */
int tls_hmac(const struct tls_digest *digest, struct tls_span key, struct tls_span data,
             unsigned char out[TLS_DIGEST_BYTES_MAX]);

/* Of a PEM text with a certificate or a public key; NULL if it holds neither. */
struct tls_public_key *tls_public_key_read(const char *pem, size_t len);
void tls_public_key_free(struct tls_public_key *key);
enum tls_signature_kind {
    TLS_SIGNATURE_PKCS1,    /* RSA, PKCS #1 v1.5 */
    TLS_SIGNATURE_PSS,      /* RSA, with salt as long as the digest: RFC 7518 3.5 */
    TLS_SIGNATURE_ELLIPTIC, /* two numbers of the same length behind each other: RFC 7518 3.4 */
};

/* Whether it signed the data. */
bool tls_public_key_verifies(const struct tls_public_key *key, const struct tls_digest *digest,
                             enum tls_signature_kind kind, struct tls_span data,
                             struct tls_span signature);

#endif
