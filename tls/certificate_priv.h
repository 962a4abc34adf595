/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One certificate with its chain, its key and what there is to say about it. Belongs to a store and
 * to those that were made of it, and never changes once it is served.
 */
#ifndef WEIR_TLS_CERTIFICATE_PRIV_H
#define WEIR_TLS_CERTIFICATE_PRIV_H

#include "tls/pem_priv.h"
#include "tls/store.h"

#include <openssl/x509.h>
#include <stdatomic.h>

/* OpenSSL holds one certificate of each kind of key and chooses among them as the client offers. */
enum tls_key_kind {
    TLS_KEY_EC, /* first: the cheapest to sign with */
    TLS_KEY_RSA,
    TLS_KEY_ED25519,
    TLS_KEY_ED448,
    TLS_KEY_RSA_PSS,
    TLS_KEY_DSA,
    TLS_KEY_KINDS,
};

/* Names, normalized. */
struct tls_name_list {
    char **items; /* owned, as is each */
    size_t count;
};

struct tls_certificate {
    atomic_uint refs; /* stores that hold it */
    struct tls_certificate_info info;
    enum tls_key_kind kind;
    X509 *leaf;
    STACK_OF(X509) * chain; /* from the leaf's issuer upwards, without the leaf */
    EVP_PKEY *key;
    struct tls_bytes ocsp; /* DER, or empty */
    time_t ocsp_until;     /* the response says nothing about later; 0: it names no end */
    bool ocsp_refused;     /* there was a file, but no usable response in it */
    bool is_for_some;      /* for the wanted names alone, else for those in it */
    struct tls_name_list wanted, excluded;
};

/*
 * Takes the parts out of pem, which is left for the caller to free. NULL with a text when the key
 * belongs to none of the certificates.
 */
struct tls_certificate *tls_certificate_new(struct tls_pem *pem, const char *file,
                                            struct tls_error_text *error_out);
/* Takes over the bytes of a FILE.ocsp; a useless response is noted and never stapled. */
void tls_certificate_staple(struct tls_certificate *cert, struct tls_bytes *ocsp);
/* Whom it is for, before it is served; 0, or -1 when memory runs out. */
MUST_CHECK int tls_certificate_assign(struct tls_certificate *cert,
                                      const struct tls_wanted_names *wanted);
struct tls_certificate *tls_certificate_ref(struct tls_certificate *cert);
void tls_certificate_free(struct tls_certificate *cert); /* drops one reference */

/* Whose leaf this is: set by tls_certificate_new(). */
const struct tls_certificate *tls_certificate_of(const X509 *leaf);

/* Fills in what the certificate says of itself; 0, or -1 when memory runs out. */
MUST_CHECK int tls_certificate_describe(struct tls_certificate *cert, const char *file);
void tls_certificate_info_free(struct tls_certificate_info *info);

/* A name in the one form that is stored and looked up: lower case, no trailing dot. False when it
 * is empty or longer than a DNS name can be. name_out has room for TLS_NAME_BYTES. */
#define TLS_NAME_BYTES 256
bool tls_name_normalize(const char *name, size_t len, char *name_out);

#endif
