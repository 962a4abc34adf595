/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person reads of a certificate: the lines of HAProxy's "show ssl cert", from its serial on. A row for each line,
 * so that the order is one look away.
 */
#include "tls/draft_priv.h"
#include "tls/ocsp_priv.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <string.h>

static void put_serial(BIO *out, const X509 *x509)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x509);
    for (int i = 0; i < ASN1_STRING_length(serial); i++)
        BIO_printf(out, "%02X", ASN1_STRING_get0_data(serial)[i]);
}

static void put_begin(BIO *out, const X509 *x509)
{
    ASN1_TIME_print(out, X509_get0_notBefore(x509));
}

static void put_end(BIO *out, const X509 *x509)
{
    ASN1_TIME_print(out, X509_get0_notAfter(x509));
}

static void put_names(BIO *out, const X509 *x509)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        if (i > 0)
            BIO_puts(out, ", ");
        GENERAL_NAME_print(out, sk_GENERAL_NAME_value(names, i));
    }
    GENERAL_NAMES_free(names);
}

static void put_algorithm(BIO *out, const X509 *x509)
{
    const EVP_PKEY *key = X509_get0_pubkey(x509);
    if (key != NULL)
        BIO_printf(out, "%s%d", EVP_PKEY_get0_type_name(key), EVP_PKEY_get_bits(key));
}

static void put_fingerprint(BIO *out, const X509 *x509)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (X509_digest(x509, EVP_sha1(), digest, &len) == 1)
        for (unsigned i = 0; i < len; i++)
            BIO_printf(out, "%02X", digest[i]);
}

/* "/C=FR/CN=x"; what is no plain character comes out escaped. */
static void put_name(BIO *out, const X509_NAME *name)
{
    char *text = X509_NAME_oneline(name, NULL, 0);
    if (text != NULL)
        BIO_puts(out, text);
    OPENSSL_free(text);
}

static void put_subject(BIO *out, const X509 *x509)
{
    put_name(out, X509_get_subject_name(x509));
}

static void put_issuer(BIO *out, const X509 *x509)
{
    put_name(out, X509_get_issuer_name(x509));
}

struct line {
    const char *name;
    void (*put)(BIO *out, const X509 *x509);
};

static const struct line of_leaf[] = {
    {"Serial", put_serial},
    {"notBefore", put_begin},
    {"notAfter", put_end},
    {"Subject Alternative Name", put_names},
    {"Algorithm", put_algorithm},
    {"SHA1 FingerPrint", put_fingerprint},
    {"Subject", put_subject},
    {"Issuer", put_issuer},
    {NULL, NULL},
};

static const struct line of_chain[] = {
    {"Chain Subject", put_subject},
    {"Chain Issuer", put_issuer},
    {NULL, NULL},
};

static void put_lines(BIO *out, const X509 *x509, const struct line *line)
{
    for (; line->name != NULL; line++) {
        BIO_printf(out, "%s: ", line->name);
        line->put(out, x509);
        BIO_puts(out, "\n");
    }
}

static void put_ocsp_key(BIO *out, const struct tls_bytes *ocsp)
{
    unsigned char *id = NULL;
    long len = ocsp->len > 0 ? tls_ocsp_id(ocsp, &id) : 0;
    BIO_puts(out, "OCSP Response Key: ");
    for (long i = 0; i < len; i++)
        BIO_printf(out, "%02x", id[i]);
    BIO_puts(out, "\n");
    OPENSSL_free(id);
}

void tls_draft_print(const struct tls_draft *draft, char *out, size_t room)
{
    BIO *text = BIO_new(BIO_s_mem());
    const X509 *leaf = tls_draft_leaf(draft);
    out[0] = '\0';
    if (text == NULL)
        return;
    if (leaf != NULL)
        put_lines(text, leaf, of_leaf);
    for (int i = 0; i < sk_X509_num(draft->pem.certificates); i++)
        if (sk_X509_value(draft->pem.certificates, i) != leaf)
            put_lines(text, sk_X509_value(draft->pem.certificates, i), of_chain);
    put_ocsp_key(text, &draft->ocsp);
    char *lines = NULL;
    long len = BIO_get_mem_data(text, &lines);
    size_t kept = (size_t)len < room ? (size_t)len : room - 1;
    memcpy(out, lines, kept);
    out[kept] = '\0';
    BIO_free(text);
    ERR_clear_error();
}
