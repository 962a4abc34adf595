/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chains for certificates that came without one (issuers-chain-path): each file of a folder begins with an issuer, and
 * goes on with what certifies that one. Damaged files are passed over, as other programs keep such folders.
 */
#include "tls/store_priv.h"

#include "tls/certificate_priv.h"
#include "tls/error_priv.h"
#include "tls/pem_priv.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

/* Takes the chain over if the first certificate of the file has issued this one. */
static void complete(struct tls_certificate *cert, STACK_OF(X509) * issuers)
{
    if (sk_X509_num(cert->chain) > 0 || sk_X509_num(issuers) == 0 ||
        X509_check_issued(sk_X509_value(issuers, 0), cert->leaf) != X509_V_OK)
        return;
    STACK_OF(X509) *chain = X509_chain_up_ref(issuers);
    if (chain == NULL)
        return; /* memory ran out: as if there were no such file */
    sk_X509_free(cert->chain);
    cert->chain = chain;
}

static void complete_all(struct tls_store *store, const char *path, const struct tls_files *files)
{
    struct tls_pem pem;
    struct tls_error_text ignored;
    if (tls_pem_load(path, files, &pem, &ignored) == 0)
        for (size_t i = 0; i < tls_store_count(store); i++)
            complete(tls_store_member(store, i), pem.certificates);
    tls_pem_free(&pem);
    ERR_clear_error();
}

int tls_store_complete_chains(struct tls_store *store, const char *folder,
                              const struct tls_files *files, struct tls_error_text *error_out)
{
    struct tls_names names = {0};
    int rc = files->list(files->user, folder, &names);
    for (size_t i = 0; i < names.count && rc == 0; i++) {
        char path[4096];
        int len = snprintf(path, sizeof(path), "%s/%s", folder, names.names[i]);
        if (len < (int)sizeof(path))
            complete_all(store, path, files);
    }
    if (rc != 0)
        tls_error_set(error_out, "issuers-chain-path: %s: %s", folder, strerror(rc));
    tls_names_free(&names);
    return rc == 0 ? 0 : -1;
}
