/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the sections of a PEM file to a certificate that can serve: which one is the leaf, which
 * order the chain has, whether the key fits. What the certificate says is read in describe.c.
 */
#include "tls/certificate_priv.h"

#include "tls/error_priv.h"
#include "tls/ocsp_priv.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static int owner_index; /* of the X509 slot that points back to our certificate */
static pthread_once_t owner_once = PTHREAD_ONCE_INIT;

static void make_owner_index(void)
{
    owner_index = X509_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

const struct tls_certificate *tls_certificate_of(const X509 *leaf)
{
    pthread_once(&owner_once, make_owner_index);
    return X509_get_ex_data(leaf, owner_index);
}

/* The certificate that belongs to the key, wherever it stands in the file; removed from pem. */
static X509 *take_leaf(struct tls_pem *pem)
{
    for (int i = 0; i < sk_X509_num(pem->certificates); i++) {
        if (X509_check_private_key(sk_X509_value(pem->certificates, i), pem->key) == 1)
            return sk_X509_delete(pem->certificates, i);
    }
    ERR_clear_error();
    return NULL;
}

static X509 *take_issuer(STACK_OF(X509) * certificates, const X509 *subject)
{
    for (int i = 0; i < sk_X509_num(certificates); i++) {
        X509 *candidate = sk_X509_value(certificates, i);
        if (X509_NAME_cmp(X509_get_subject_name(candidate), X509_get_issuer_name(subject)) == 0)
            return sk_X509_delete(certificates, i);
    }
    return NULL;
}

/* Each certificate certifies the one before it (RFC 8446 4.4.2); those that fit nowhere, such as
 * cross signatures, follow in the order of the file. */
static int order_chain(struct tls_certificate *cert, STACK_OF(X509) * rest)
{
    cert->chain = sk_X509_new_null();
    if (cert->chain == NULL)
        return -1;
    X509 *next = take_issuer(rest, cert->leaf);
    if (next == NULL && sk_X509_num(rest) > 0)
        next = sk_X509_shift(rest);
    while (next != NULL) {
        if (sk_X509_push(cert->chain, next) == 0) {
            X509_free(next);
            return -1;
        }
        X509 *issuer = take_issuer(rest, next);
        next = issuer != NULL ? issuer : sk_X509_shift(rest);
    }
    return 0;
}

static const struct {
    int id;
    enum tls_key_kind kind;
} key_kinds[] = {
    {EVP_PKEY_EC, TLS_KEY_EC},           {EVP_PKEY_RSA, TLS_KEY_RSA},
    {EVP_PKEY_ED25519, TLS_KEY_ED25519}, {EVP_PKEY_ED448, TLS_KEY_ED448},
    {EVP_PKEY_RSA_PSS, TLS_KEY_RSA_PSS}, {EVP_PKEY_DSA, TLS_KEY_DSA},
};

static int find_kind(const EVP_PKEY *key, enum tls_key_kind *kind_out)
{
    for (size_t i = 0; i < sizeof(key_kinds) / sizeof(key_kinds[0]); i++) {
        if (EVP_PKEY_get_base_id(key) == key_kinds[i].id) {
            *kind_out = key_kinds[i].kind;
            return 0;
        }
    }
    return -1;
}

/* The text says what is missing; 0 when nothing is. */
static int check_parts(const struct tls_pem *pem, const char *file,
                       struct tls_error_text *error_out)
{
    if (sk_X509_num(pem->certificates) == 0) {
        tls_error_set(error_out, "%s: holds no certificate (a PEM section \"BEGIN CERTIFICATE\")",
                      file);
        return -1;
    }
    if (pem->key == NULL) {
        tls_error_set(error_out,
                      "%s: no private key (append it to the file, or store it as %s.key)", file,
                      file);
        return -1;
    }
    return 0;
}

static int fill_in(struct tls_certificate *cert, struct tls_pem *pem, const char *file,
                   struct tls_error_text *error_out)
{
    cert->leaf = take_leaf(pem);
    if (cert->leaf == NULL) {
        tls_error_set(error_out,
                      "%s: the private key does not belong to the certificate (each must be made "
                      "for the other)",
                      file);
        return -1;
    }
    cert->key = pem->key;
    pem->key = NULL;
    if (find_kind(cert->key, &cert->kind) != 0) {
        tls_error_set(error_out, "%s: this kind of key cannot serve TLS (use RSA or ECDSA)", file);
        return -1;
    }
    if (order_chain(cert, pem->certificates) != 0 || tls_certificate_describe(cert, file) != 0 ||
        X509_set_ex_data(cert->leaf, owner_index, cert) != 1) {
        tls_error_set(error_out, "%s: out of memory", file);
        return -1;
    }
    /* has OpenSSL work out the extensions now: later the certificate is shared by threads */
    X509_check_purpose(cert->leaf, -1, 0);
    ERR_clear_error();
    return 0;
}

struct tls_certificate *tls_certificate_new(struct tls_pem *pem, const char *file,
                                            struct tls_error_text *error_out)
{
    pthread_once(&owner_once, make_owner_index);
    if (check_parts(pem, file, error_out) != 0)
        return NULL;
    struct tls_certificate *cert = calloc(1, sizeof(*cert));
    if (cert == NULL) {
        tls_error_set(error_out, "%s: out of memory", file);
        return NULL;
    }
    atomic_init(&cert->refs, 1);
    if (fill_in(cert, pem, file, error_out) != 0) {
        tls_certificate_free(cert);
        return NULL;
    }
    return cert;
}

void tls_certificate_staple(struct tls_certificate *cert, struct tls_bytes *ocsp)
{
    if (tls_ocsp_is_good(ocsp, &cert->ocsp_until)) {
        cert->ocsp = *ocsp;
        *ocsp = (struct tls_bytes){0};
        cert->info.has_ocsp = true;
    } else {
        cert->ocsp_refused = ocsp->len > 0; /* an empty file only announces one, as in HAProxy */
        tls_bytes_free(ocsp);
    }
}

/* A name as a person wrote it; such as can be no server's are for nobody. */
static int copy_names(const char *const *names, size_t count, struct tls_name_list *list)
{
    char normal[TLS_NAME_BYTES];
    list->items = calloc(count + 1, sizeof(*list->items));
    for (size_t i = 0; i < count && list->items != NULL; i++) {
        if (!tls_name_normalize(names[i], strlen(names[i]), normal))
            continue;
        list->items[list->count] = strdup(normal);
        if (list->items[list->count] == NULL)
            return -1;
        list->count++;
    }
    return list->items != NULL ? 0 : -1;
}

static bool copy_text(const char *text, const char **copy_out)
{
    *copy_out = text != NULL ? strdup(text) : NULL;
    return *copy_out != NULL || text == NULL;
}

int tls_certificate_assign(struct tls_certificate *cert, const struct tls_wanted_names *wanted)
{
    struct tls_listing *listing = &cert->info.listing;
    cert->variant = wanted->variant;
    listing->line = wanted->listing.line;
    if (!copy_text(wanted->listing.list, &listing->list) ||
        !copy_text(wanted->listing.words, &listing->words))
        return -1;
    cert->is_for_some = wanted->count > 0 || wanted->excluded_count > 0;
    if (!cert->is_for_some)
        return 0;
    return copy_names(wanted->names, wanted->count, &cert->wanted) == 0 &&
                   copy_names(wanted->excluded, wanted->excluded_count, &cert->excluded) == 0
               ? 0
               : -1;
}

struct tls_certificate *tls_certificate_ref(struct tls_certificate *cert)
{
    atomic_fetch_add_explicit(&cert->refs, 1, memory_order_relaxed);
    return cert;
}

static void name_list_free(struct tls_name_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
}

void tls_certificate_free(struct tls_certificate *cert)
{
    if (cert == NULL || atomic_fetch_sub_explicit(&cert->refs, 1, memory_order_acq_rel) != 1)
        return;
    X509_free(cert->leaf);
    sk_X509_pop_free(cert->chain, X509_free);
    EVP_PKEY_free(cert->key);
    tls_bytes_free(&cert->ocsp);
    tls_certificate_info_free(&cert->info);
    name_list_free(&cert->wanted);
    name_list_free(&cert->excluded);
    free(cert);
}
