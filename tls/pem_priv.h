/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One PEM file taken apart: certificates, a private key and revocation lists in any order; anything
 * else in it (EC or DH parameters, comments) is passed over.
 */
#ifndef WEIR_TLS_PEM_PRIV_H
#define WEIR_TLS_PEM_PRIV_H

#include "tls/error.h"
#include "tls/files.h"

#include <openssl/x509.h>

struct tls_pem {
    STACK_OF(X509) * certificates; /* owned, in the order of the file; never NULL */
    STACK_OF(X509_CRL) * crls;     /* owned; never NULL */
    EVP_PKEY *key;                 /* owned: the first one of the file, or NULL */
};

/* 0, or -1 with the text. pem_out is to be freed in both cases. */
MUST_CHECK int tls_pem_parse(const struct tls_bytes *bytes, const char *file,
                             struct tls_pem *pem_out, struct tls_error_text *error_out);
/* The same after reading the file. */
MUST_CHECK int tls_pem_load(const char *file, const struct tls_files *files,
                            struct tls_pem *pem_out, struct tls_error_text *error_out);
void tls_pem_free(struct tls_pem *pem);

#endif
