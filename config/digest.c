/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL's SHA-256 (FIPS 180-4), which uses what the processor has for it. */
#include "config/digest.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

/* It fails only where memory runs out, which an arena does not survive either. */
static void must(int ok)
{
    if (ok == 1)
        return;
    fputs("weir: no SHA-256\n", stderr);
    abort();
}

void digest_start(struct digest *d)
{
    EVP_MD_CTX *state = EVP_MD_CTX_new();
    must(state != NULL && EVP_DigestInit_ex(state, EVP_sha256(), NULL) == 1);
    d->state = state;
}

void digest_add(struct digest *d, const void *bytes, size_t len)
{
    must(EVP_DigestUpdate(d->state, bytes, len));
}

void digest_finish(struct digest *d, char hex_out[DIGEST_HEX_BYTES])
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    must(EVP_DigestFinal_ex(d->state, hash, &len));
    EVP_MD_CTX_free(d->state);
    d->state = NULL;
    for (unsigned i = 0; i < len; i++)
        snprintf(hex_out + (size_t)i * 2, 3, "%02x", hash[i]);
}
