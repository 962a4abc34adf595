/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A self-signed certificate, made of nothing but names and a time.
 */
#include "tls/selfsigned.h"

#include "tls/error_priv.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SERIAL_BITS 127 /* RFC 5280 4.1.2.2: positive, and at most 20 octets */

/* Takes over alt on success. */
static bool set_alt_value(GENERAL_NAME *alt, const char *name)
{
    unsigned char address[sizeof(struct in6_addr)];
    bool v4 = inet_pton(AF_INET, name, address) == 1;
    bool v6 = !v4 && inet_pton(AF_INET6, name, address) == 1;
    ASN1_STRING *value = ASN1_STRING_type_new(v4 || v6 ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);
    if (value == NULL)
        return false;
    int set = v4 || v6 ? ASN1_STRING_set(value, address, v4 ? 4 : 16)
                       : ASN1_STRING_set(value, name, (int)strlen(name));
    GENERAL_NAME_set0_value(alt, v4 || v6 ? GEN_IPADD : GEN_DNS, value);
    return set == 1;
}

static bool add_alt_names(X509 *cert, const struct tls_selfsigned *what)
{
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
    bool added = names != NULL;
    for (size_t i = 0; i < what->name_count && added; i++) {
        GENERAL_NAME *alt = GENERAL_NAME_new();
        added = alt != NULL && set_alt_value(alt, what->names[i]) &&
                sk_GENERAL_NAME_push(names, alt) > 0;
        if (!added)
            GENERAL_NAME_free(alt);
    }
    added = added && X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0) == 1;
    GENERAL_NAMES_free(names);
    return added;
}

static bool add_extension(X509 *cert, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    bool added = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

static bool set_serial(X509 *cert)
{
    BIGNUM *number = BN_new();
    bool set = number != NULL &&
               BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
               BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) != NULL;
    BN_free(number);
    return set;
}

static bool set_name(X509 *cert, const char *name)
{
    X509_NAME *subject = X509_get_subject_name(cert);
    return X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                      (const unsigned char *)name, -1, -1, 0) == 1 &&
           X509_set_issuer_name(cert, subject) == 1;
}

static bool fill_in(X509 *cert, EVP_PKEY *key, const struct tls_selfsigned *what)
{
    return X509_set_version(cert, X509_VERSION_3) == 1 && set_serial(cert) &&
           ASN1_TIME_set(X509_getm_notBefore(cert), what->not_before) != NULL &&
           ASN1_TIME_set(X509_getm_notAfter(cert), what->not_after) != NULL &&
           X509_set_pubkey(cert, key) == 1 && set_name(cert, what->names[0]) &&
           add_alt_names(cert, what) &&
           add_extension(cert, NID_basic_constraints, "critical,CA:TRUE") &&
           add_extension(cert, NID_ext_key_usage, "serverAuth,clientAuth") &&
           X509_sign(cert, key, EVP_sha256()) > 0;
}

static bool write_pem(X509 *cert, EVP_PKEY *key, struct tls_bytes *pem_out)
{
    BIO *text = BIO_new(BIO_s_secmem()); /* wiped when freed: it holds the key */
    bool written = text != NULL && PEM_write_bio_X509(text, cert) == 1 &&
                   PEM_write_bio_PKCS8PrivateKey(text, key, NULL, NULL, 0, NULL, NULL) == 1;
    char *data = NULL;
    long len = written ? BIO_get_mem_data(text, &data) : 0;
    char *copy = len > 0 ? malloc((size_t)len + 1) : NULL;
    if (copy != NULL) {
        memcpy(copy, data, (size_t)len);
        copy[len] = '\0';
        *pem_out = (struct tls_bytes){copy, (size_t)len};
    }
    BIO_free(text);
    return copy != NULL;
}

int tls_selfsigned_make(const struct tls_selfsigned *what, struct tls_bytes *pem_out,
                        struct tls_error_text *error_out)
{
    *pem_out = (struct tls_bytes){0};
    if (what->name_count == 0) {
        tls_error_set(error_out, "a self-signed certificate needs a name (try \"localhost\")");
        return -1;
    }
    ERR_clear_error();
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    bool made =
        key != NULL && cert != NULL && fill_in(cert, key, what) && write_pem(cert, key, pem_out);
    if (!made)
        tls_error_set(error_out, "a self-signed certificate for \"%s\" cannot be made (%s)",
                      what->names[0], tls_error_reason());
    X509_free(cert);
    EVP_PKEY_free(key);
    return made ? 0 : -1;
}
