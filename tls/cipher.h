/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AES for whoever has bytes and no OpenSSL: in Galois counter mode, which proves that nobody changed the
 * bytes, and with chained blocks, which does not.
 *
 * Thread:  everything here may be called from any thread.
 * Errors:  -1: sizes that do not fit, or bytes that were changed.
 */
#ifndef WEIR_TLS_CIPHER_H
#define WEIR_TLS_CIPHER_H

#include <stdbool.h>
#include <stddef.h>

#include "tls/span.h"

enum { TLS_AEAD_TAG_BYTES = 16, TLS_CIPHER_GROWTH_MAX = 16 };

struct tls_cipher {
    bool chained;  /* CBC, else GCM */
    unsigned bits; /* of the key: 128, 192, 256 */
    /* the nonce of chained blocks is filled up with zeros; further bytes are covered by the tag only */
    struct tls_span key, nonce, further;
};

/* out has room for the data and TLS_CIPHER_GROWTH_MAX more. tag: of GCM only. The length of the result. */
long tls_encrypt(const struct tls_cipher *cipher, struct tls_span data, unsigned char *out,
                 unsigned char tag[TLS_AEAD_TAG_BYTES]);
/* The same room; the length, -1 also if the tag does not fit. */
long tls_decrypt(const struct tls_cipher *cipher, struct tls_span data, unsigned char *out,
                 struct tls_span tag);

#endif
