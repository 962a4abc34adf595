/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PEM sections of a file, each handed to the function that the table of labels names.
 *
 * PEM_read_bio() does the text form, RFC 7468; asking it for raw sections instead of for typed
 * objects is what makes any order possible, and tells an encrypted key from a broken one.
 */
#include "tls/pem_priv.h"

#include "tls/error_priv.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <string.h>

struct section {
    const char *file;
    const char *label;
    const char *header; /* "Proc-Type: 4,ENCRYPTED" of an old style key, else "" */
    int key_kind;       /* what the label says of it, else EVP_PKEY_NONE */
    const unsigned char *der;
    long der_len;
};

typedef int section_take(struct tls_pem *pem, const struct section *section,
                         struct tls_error_text *error_out);

static int refuse_section(const struct section *section, struct tls_error_text *error_out)
{
    tls_error_set(error_out, "%s: the section \"%s\" cannot be read (%s)", section->file,
                  section->label, tls_error_reason());
    return -1;
}

static int take_certificate(struct tls_pem *pem, const struct section *section,
                            struct tls_error_text *error_out)
{
    const unsigned char *der = section->der;
    X509 *cert = d2i_X509(NULL, &der, section->der_len);
    if (cert == NULL)
        return refuse_section(section, error_out);
    if (sk_X509_push(pem->certificates, cert) == 0) {
        X509_free(cert);
        return refuse_section(section, error_out);
    }
    return 0;
}

static int take_crl(struct tls_pem *pem, const struct section *section,
                    struct tls_error_text *error_out)
{
    const unsigned char *der = section->der;
    X509_CRL *crl = d2i_X509_CRL(NULL, &der, section->der_len);
    if (crl == NULL)
        return refuse_section(section, error_out);
    if (sk_X509_CRL_push(pem->crls, crl) == 0) {
        X509_CRL_free(crl);
        return refuse_section(section, error_out);
    }
    return 0;
}

static int refuse_encrypted(struct tls_pem *pem, const struct section *section,
                            struct tls_error_text *error_out)
{
    (void)pem;
    tls_error_set(error_out,
                  "%s: the private key is encrypted and nobody is there to type the passphrase "
                  "(store it in clear: openssl pkey -in %s)",
                  section->file, section->file);
    return -1;
}

/* What kind of key a PKCS #8 section holds; EVP_PKEY_NONE when it does not say so. */
static int pkcs8_kind(const struct section *section)
{
    const unsigned char *der = section->der;
    const ASN1_OBJECT *algorithm = NULL;
    PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &der, section->der_len);
    if (info != NULL)
        PKCS8_pkey_get0(&algorithm, NULL, NULL, NULL, info);
    int kind = algorithm != NULL ? OBJ_obj2nid(algorithm) : EVP_PKEY_NONE;
    PKCS8_PRIV_KEY_INFO_free(info);
    return kind;
}

/* OpenSSL 3 reads a key of a kind that it is told three times as fast as one that it must guess. */
static int take_key(struct tls_pem *pem, const struct section *section,
                    struct tls_error_text *error_out)
{
    if (strstr(section->header, "ENCRYPTED") != NULL)
        return refuse_encrypted(pem, section, error_out);
    if (pem->key != NULL)
        return 0;
    int kind = section->key_kind != EVP_PKEY_NONE ? section->key_kind : pkcs8_kind(section);
    const unsigned char *der = section->der;
    pem->key = kind != EVP_PKEY_NONE ? d2i_PrivateKey(kind, NULL, &der, section->der_len) : NULL;
    return pem->key != NULL ? 0 : refuse_section(section, error_out);
}

static const struct {
    const char *label;
    section_take *take;
    int key_kind;
} labels[] = {
    {PEM_STRING_X509, take_certificate, EVP_PKEY_NONE},
    {PEM_STRING_X509_OLD, take_certificate, EVP_PKEY_NONE},
    {PEM_STRING_X509_TRUSTED, take_certificate, EVP_PKEY_NONE}, /* without its words on trust */
    {PEM_STRING_X509_CRL, take_crl, EVP_PKEY_NONE},
    {PEM_STRING_PKCS8INF, take_key, EVP_PKEY_NONE},
    {PEM_STRING_RSA, take_key, EVP_PKEY_RSA},
    {PEM_STRING_ECPRIVATEKEY, take_key, EVP_PKEY_EC},
    {PEM_STRING_DSA, take_key, EVP_PKEY_DSA},
    {PEM_STRING_PKCS8, refuse_encrypted, EVP_PKEY_NONE},
};

static int take_section(struct tls_pem *pem, struct section *section,
                        struct tls_error_text *error_out)
{
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        if (strcmp(labels[i].label, section->label) == 0) {
            section->key_kind = labels[i].key_kind;
            return labels[i].take(pem, section, error_out);
        }
    }
    return 0;
}

/* 1 when there was a section and it was good, 0 at the end of the text, -1 when it is refused. */
static int next_section(BIO *text, struct tls_pem *pem, const char *file,
                        struct tls_error_text *error_out)
{
    char *label = NULL;
    char *header = NULL;
    unsigned char *der = NULL;
    long der_len = 0;

    ERR_clear_error();
    if (PEM_read_bio(text, &label, &header, &der, &der_len) != 1) {
        /* not an error of the file: there simply was no further "-----BEGIN" */
        bool at_end = ERR_GET_REASON(ERR_peek_error()) == PEM_R_NO_START_LINE;
        if (!at_end)
            tls_error_set(error_out, "%s: damaged PEM text (%s)", file, tls_error_reason());
        ERR_clear_error();
        return at_end ? 0 : -1;
    }
    struct section section = {file, label, header, EVP_PKEY_NONE, der, der_len};
    int result = take_section(pem, &section, error_out);
    OPENSSL_free(label);
    OPENSSL_free(header);
    OPENSSL_clear_free(der, (size_t)der_len);
    return result < 0 ? -1 : 1;
}

int tls_pem_parse(const struct tls_bytes *bytes, const char *file, struct tls_pem *pem_out,
                  struct tls_error_text *error_out)
{
    *pem_out = (struct tls_pem){
        .certificates = sk_X509_new_null(),
        .crls = sk_X509_CRL_new_null(),
    };
    const void *start = bytes->data != NULL ? bytes->data : "";
    BIO *text = bytes->len <= INT_MAX ? BIO_new_mem_buf(start, (int)bytes->len) : NULL;
    if (pem_out->certificates == NULL || pem_out->crls == NULL || text == NULL) {
        tls_error_set(error_out, "%s: out of memory", file);
        BIO_free(text);
        return -1;
    }
    int result;
    do
        result = next_section(text, pem_out, file, error_out);
    while (result > 0);
    BIO_free(text);
    return result;
}

int tls_pem_load(const char *file, const struct tls_files *files, struct tls_pem *pem_out,
                 struct tls_error_text *error_out)
{
    *pem_out = (struct tls_pem){0};
    struct tls_bytes bytes = {0};
    int err = files->read(files->user, file, &bytes);
    if (err != 0) {
        tls_error_set(error_out, "%s: %s", file, strerror(err));
        return -1;
    }
    int result = tls_pem_parse(&bytes, file, pem_out, error_out);
    tls_bytes_free(&bytes);
    return result;
}

void tls_pem_free(struct tls_pem *pem)
{
    sk_X509_pop_free(pem->certificates, X509_free);
    sk_X509_CRL_pop_free(pem->crls, X509_CRL_free);
    EVP_PKEY_free(pem->key);
    *pem = (struct tls_pem){0};
}
