/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of a certificate while they come in; see draft.h. What a part replaces is decided here as HAProxy decides
 * it; whether the parts fit together is asked when all are there.
 */
#include "tls/draft_priv.h"

#include "tls/error_priv.h"
#include "tls/ocsp_priv.h"
#include "tls/store_priv.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

/* ---- its life -------------------------------------------------------------------------------- */

struct tls_draft *tls_draft_new(const char *file)
{
    struct tls_draft *draft = calloc(1, sizeof(*draft));
    if (draft == NULL)
        return NULL;
    draft->file = strdup(file);
    draft->pem.certificates = sk_X509_new_null();
    draft->pem.crls = sk_X509_CRL_new_null();
    if (draft->file != NULL && draft->pem.certificates != NULL && draft->pem.crls != NULL)
        return draft;
    tls_draft_free(draft);
    return NULL;
}

void tls_draft_free(struct tls_draft *draft)
{
    if (draft == NULL)
        return;
    free(draft->file);
    tls_pem_free(&draft->pem);
    tls_bytes_free(&draft->ocsp);
    free(draft);
}

static bool copy_bytes(const struct tls_bytes *from, struct tls_bytes *to)
{
    if (from->len == 0)
        return true;
    to->data = malloc(from->len);
    if (to->data == NULL)
        return false;
    memcpy(to->data, from->data, from->len);
    to->len = from->len;
    return true;
}

/* A copy of its own, since a certificate is found by its leaf (tls_certificate_of). */
static bool add_copy(STACK_OF(X509) * list, X509 *x509)
{
    X509 *copy = X509_dup(x509);
    if (copy != NULL && sk_X509_push(list, copy) > 0)
        return true;
    X509_free(copy);
    return false;
}

static bool add_copies(STACK_OF(X509) * list, STACK_OF(X509) * from)
{
    for (int i = 0; i < sk_X509_num(from); i++)
        if (!add_copy(list, sk_X509_value(from, i)))
            return false;
    return true;
}

static bool share_key(EVP_PKEY *key, struct tls_pem *pem)
{
    pem->key = key;
    return key == NULL || EVP_PKEY_up_ref(key) == 1;
}

struct tls_draft *tls_draft_copy(const struct tls_draft *draft)
{
    struct tls_draft *copy = tls_draft_new(draft->file);
    if (copy != NULL && add_copies(copy->pem.certificates, draft->pem.certificates) &&
        share_key(draft->pem.key, &copy->pem) && copy_bytes(&draft->ocsp, &copy->ocsp))
        return copy;
    tls_draft_free(copy);
    return NULL;
}

struct tls_draft *tls_draft_of(const struct tls_store *store, const char *file)
{
    size_t i = 0;
    while (strcmp(tls_store_at(store, i)->info.file, file) != 0)
        i++;
    const struct tls_certificate *cert = tls_store_at(store, i);
    struct tls_draft *draft = tls_draft_new(file);
    if (draft != NULL && add_copy(draft->pem.certificates, cert->leaf) &&
        add_copies(draft->pem.certificates, cert->chain) && share_key(cert->key, &draft->pem) &&
        copy_bytes(&cert->ocsp, &draft->ocsp))
        return draft;
    tls_draft_free(draft);
    return NULL;
}

/* ---- parts ----------------------------------------------------------------------------------- */

typedef int part_set(struct tls_draft *draft, const char *text, struct tls_error_text *error_out);

static int parse(const struct tls_draft *draft, const char *text, struct tls_pem *pem_out)
{
    struct tls_bytes bytes = {.data = (void *)text, .len = strlen(text)};
    struct tls_error_text ignored; /* HAProxy's words say less */
    return tls_pem_parse(&bytes, draft->file, pem_out, &ignored);
}

static int set_pem(struct tls_draft *draft, const char *text, struct tls_error_text *error_out)
{
    struct tls_pem pem;
    if (parse(draft, text, &pem) != 0 || sk_X509_num(pem.certificates) == 0) {
        tls_error_set(error_out, "unable to load certificate from file '%s'.", draft->file);
        tls_pem_free(&pem);
        return -1;
    }
    tls_pem_free(&draft->pem);
    tls_bytes_free(&draft->ocsp);
    draft->pem = pem;
    return 0;
}

static int set_key(struct tls_draft *draft, const char *text, struct tls_error_text *error_out)
{
    struct tls_pem pem;
    bool is_good = parse(draft, text, &pem) == 0 && pem.key != NULL;
    if (is_good) {
        EVP_PKEY_free(draft->pem.key);
        draft->pem.key = pem.key;
        pem.key = NULL;
    } else {
        tls_error_set(error_out, "unable to load private key from file '%s'.", draft->file);
    }
    tls_pem_free(&pem);
    return is_good ? 0 : -1;
}

static int look_at_issuer(struct tls_draft *draft, const char *text,
                          struct tls_error_text *error_out)
{
    struct tls_pem pem;
    bool is_good = parse(draft, text, &pem) == 0 && sk_X509_num(pem.certificates) > 0;
    tls_pem_free(&pem);
    if (!is_good)
        tls_error_set(error_out, "'%s' cannot be read or parsed'.", draft->file);
    return is_good ? 0 : -1;
}

static int refuse_sctl(struct tls_draft *draft, const char *text, struct tls_error_text *error_out)
{
    (void)text;
    tls_error_set(error_out, "'%s.sctl': lists of certificate transparency are not served.",
                  draft->file);
    return -1;
}

static int set_ocsp(struct tls_draft *draft, const char *text, struct tls_error_text *error_out)
{
    struct tls_bytes der;
    if (tls_ocsp_decode(text, &der) != 0) {
        tls_error_set(error_out, "Error reading OCSP response in base64 format");
        return -1;
    }
    int result = tls_draft_staple(draft, &der);
    if (result != 0)
        tls_error_set(error_out, "'%s.ocsp': no OCSP response that calls this certificate good.",
                      draft->file);
    tls_bytes_free(&der);
    return result;
}

static part_set *const parts[] = {
    [TLS_PART_PEM] = set_pem,           [TLS_PART_KEY] = set_key,      [TLS_PART_OCSP] = set_ocsp,
    [TLS_PART_ISSUER] = look_at_issuer, [TLS_PART_SCTL] = refuse_sctl,
};

int tls_draft_set(struct tls_draft *draft, enum tls_part part, const char *text,
                  struct tls_error_text *error_out)
{
    int result = parts[part](draft, text, error_out);
    ERR_clear_error();
    return result;
}

int tls_draft_staple(struct tls_draft *draft, const struct tls_bytes *der)
{
    X509 *leaf = tls_draft_leaf(draft);
    struct tls_bytes copy = {0};
    if (leaf == NULL || !tls_ocsp_is_about(der, leaf) || !copy_bytes(der, &copy))
        return -1;
    tls_bytes_free(&draft->ocsp);
    draft->ocsp = copy;
    return 0;
}

/* ---- all of it ------------------------------------------------------------------------------- */

X509 *tls_draft_leaf(const struct tls_draft *draft)
{
    const struct tls_pem *pem = &draft->pem;
    for (int i = 0; pem->key != NULL && i < sk_X509_num(pem->certificates); i++) {
        X509 *x509 = sk_X509_value(pem->certificates, i);
        if (X509_check_private_key(x509, pem->key) == 1)
            return x509;
    }
    ERR_clear_error();
    return sk_X509_num(pem->certificates) > 0 ? sk_X509_value(pem->certificates, 0) : NULL;
}

int tls_draft_check(const struct tls_draft *draft, struct tls_error_text *error_out)
{
    X509 *leaf = tls_draft_leaf(draft);
    bool is_whole = leaf != NULL && draft->pem.key != NULL;
    if (!is_whole)
        tls_error_set(error_out,
                      "The transaction must contain at least a certificate and a private key!");
    else if (X509_check_private_key(leaf, draft->pem.key) != 1) {
        tls_error_set(error_out, "inconsistencies between private key and certificate loaded '%s'.",
                      draft->file);
        is_whole = false;
    }
    ERR_clear_error();
    return is_whole ? 0 : -1;
}

struct tls_certificate *tls_draft_certificate(const struct tls_draft *draft,
                                              struct tls_error_text *error_out)
{
    struct tls_draft *copy = tls_draft_copy(draft);
    if (copy == NULL) {
        tls_error_set(error_out, "%s: out of memory", draft->file);
        return NULL;
    }
    struct tls_certificate *cert = tls_certificate_new(&copy->pem, draft->file, error_out);
    if (cert != NULL && copy->ocsp.len > 0)
        tls_certificate_staple(cert, &copy->ocsp);
    tls_draft_free(copy);
    return cert;
}

const char *tls_draft_file(const struct tls_draft *draft)
{
    return draft->file;
}

bool tls_draft_is_empty(const struct tls_draft *draft)
{
    return sk_X509_num(draft->pem.certificates) == 0 && draft->pem.key == NULL;
}
