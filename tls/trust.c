/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom a context trusts: the certificates of a ca-file and the revocation lists of a crl-file,
 * read once through the caller's files, so that nothing is looked up on the disk later.
 */
#include "tls/protocol_priv.h"

#include "tls/error_priv.h"
#include "tls/pem_priv.h"

#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

#define SYSTEM_CA "@system-ca"

/* Reads and takes apart one file, and has the digest remember what it said. */
static int load(const char *path, const struct tls_files *files, EVP_MD_CTX *digest,
                struct tls_pem *pem_out, struct tls_error_text *error_out)
{
    *pem_out = (struct tls_pem){0};
    struct tls_bytes bytes = {0};
    int err = files->read(files->user, path, &bytes);
    if (err != 0) {
        tls_error_set(error_out, "%s: %s", path, strerror(err));
        return -1;
    }
    if (digest != NULL)
        EVP_DigestUpdate(digest, bytes.data, bytes.len);
    int result = tls_pem_parse(&bytes, path, pem_out, error_out);
    tls_bytes_free(&bytes);
    return result;
}

static int add_authorities(X509_STORE *store, const char *path, const struct tls_files *files,
                           EVP_MD_CTX *digest, struct tls_error_text *error_out)
{
    struct tls_pem pem;
    int result = load(path, files, digest, &pem, error_out);
    int count = result == 0 ? sk_X509_num(pem.certificates) : 0;
    if (result == 0 && count == 0) {
        tls_error_set(error_out, "%s: holds no certificate to trust", path);
        result = -1;
    }
    for (int i = 0; i < count && result == 0; i++) {
        if (X509_STORE_add_cert(store, sk_X509_value(pem.certificates, i)) != 1) {
            tls_error_set(error_out, "%s: %s", path, tls_error_reason());
            result = -1;
        }
    }
    tls_pem_free(&pem);
    return result;
}

/* What the distribution trusts, one file for each authority; a damaged one is passed over. */
static int add_system_authorities(X509_STORE *store, const struct tls_files *files,
                                  EVP_MD_CTX *digest, struct tls_error_text *error_out)
{
    const char *folder = X509_get_default_cert_dir();
    struct tls_names names = {0};
    size_t added = 0;
    if (files->list(files->user, folder, &names) != 0)
        names = (struct tls_names){0};
    for (size_t i = 0; i < names.count; i++) {
        char path[4096];
        struct tls_error_text ignored;
        int len = snprintf(path, sizeof(path), "%s/%s", folder, names.names[i]);
        if (len < (int)sizeof(path) && add_authorities(store, path, files, digest, &ignored) == 0)
            added++;
    }
    tls_names_free(&names);
    if (added > 0)
        return 0;
    tls_error_set(error_out,
                  "ca-file %s: the system trusts nobody: %s is empty (install the package "
                  "ca-certificates)",
                  SYSTEM_CA, folder);
    return -1;
}

static int add_revocations(X509_STORE *store, const char *path, const struct tls_files *files,
                           EVP_MD_CTX *digest, struct tls_error_text *error_out)
{
    struct tls_pem pem;
    int result = load(path, files, digest, &pem, error_out);
    int count = result == 0 ? sk_X509_CRL_num(pem.crls) : 0;
    if (result == 0 && count == 0) {
        tls_error_set(error_out, "%s: holds no revocation list (a PEM section \"BEGIN X509 CRL\")",
                      path);
        result = -1;
    }
    for (int i = 0; i < count && result == 0; i++) {
        if (X509_STORE_add_crl(store, sk_X509_CRL_value(pem.crls, i)) != 1) {
            tls_error_set(error_out, "%s: %s", path, tls_error_reason());
            result = -1;
        }
    }
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    tls_pem_free(&pem);
    return result;
}

int tls_protocol_trust(SSL_CTX *ssl_ctx, const char *ca_file, const struct tls_files *files,
                       EVP_MD_CTX *digest, struct tls_error_text *error_out)
{
    X509_STORE *store = SSL_CTX_get_cert_store(ssl_ctx);
    return strcmp(ca_file, SYSTEM_CA) == 0
               ? add_system_authorities(store, files, digest, error_out)
               : add_authorities(store, ca_file, files, digest, error_out);
}

int tls_protocol_revoke(SSL_CTX *ssl_ctx, const char *crl_file, const struct tls_files *files,
                        EVP_MD_CTX *digest, struct tls_error_text *error_out)
{
    if (crl_file == NULL)
        return 0;
    return add_revocations(SSL_CTX_get_cert_store(ssl_ctx), crl_file, files, digest, error_out);
}
