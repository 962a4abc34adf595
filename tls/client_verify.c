/* SPDX-License-Identifier: Apache-2.0 */
/* Verification of clients; see client_verify_priv.h. */
#include "tls/client_verify_priv.h"

#include "tls/error_priv.h"
#include "tls/protocol_priv.h"
#include "tls/session_priv.h"

#include <openssl/err.h>

/* Called for each certificate of the chain, and for each fault of one. */
static int on_verified(int is_good, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    const struct tls_context *ctx = tls_context_of(ssl);
    if (is_good)
        return 1;
    int error = X509_STORE_CTX_get_error(store), depth = X509_STORE_CTX_get_error_depth(store);
    tls_client_faults_note(ssl, error, depth);
    const struct tls_verify_errors *overlooked = depth > 0 ? &ctx->ca_overlooked : &ctx->overlooked;
    if (!tls_verify_errors_have(overlooked, error))
        return 0;
    ERR_clear_error();
    return 1;
}

/* Browsers offer the certificates that come from one of these. */
static int tell_names(SSL_CTX *ssl_ctx, const char *file, struct tls_error_text *error_out)
{
    STACK_OF(X509_OBJECT) *trusted = X509_STORE_get0_objects(SSL_CTX_get_cert_store(ssl_ctx));
    for (int i = 0; i < sk_X509_OBJECT_num(trusted); i++) {
        X509 *authority = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(trusted, i));
        if (authority != NULL && SSL_CTX_add_client_CA(ssl_ctx, authority) != 1) {
            tls_error_set(error_out, "%s: out of memory", file);
            return -1;
        }
    }
    return 0;
}

static int trust(struct tls_context *ctx, const struct tls_settings *settings,
                 const struct tls_files *files, EVP_MD_CTX *digest,
                 struct tls_error_text *error_out)
{
    const struct tls_protocol_settings *protocol = &settings->protocol;
    const char *more = settings->ca_verify_file;
    if (protocol->ca_file == NULL && more == NULL) {
        tls_error_set(error_out, "verify: which clients to trust is not said (add \"ca-file\")");
        return -1;
    }
    if (protocol->ca_file != NULL &&
        tls_protocol_trust(ctx->ssl_ctx, protocol->ca_file, files, digest, error_out) != 0)
        return -1;
    if (!settings->hides_ca_names && protocol->ca_file != NULL &&
        tell_names(ctx->ssl_ctx, protocol->ca_file, error_out) != 0)
        return -1;
    if (more != NULL && tls_protocol_trust(ctx->ssl_ctx, more, files, digest, error_out) != 0)
        return -1;
    return tls_protocol_revoke(ctx->ssl_ctx, protocol->crl_file, files, digest, error_out);
}

int tls_client_verify_apply(struct tls_context *ctx, const struct tls_settings *settings,
                            const struct tls_files *files, EVP_MD_CTX *digest,
                            struct tls_error_text *error_out)
{
    if (settings->verify == TLS_VERIFY_NONE)
        return 0;
    if (trust(ctx, settings, files, digest, error_out) != 0)
        return -1;
    ctx->ca_overlooked = settings->ca_overlooked;
    ctx->overlooked = settings->overlooked;
    EVP_DigestUpdate(digest, &ctx->ca_overlooked, sizeof(ctx->ca_overlooked));
    EVP_DigestUpdate(digest, &ctx->overlooked, sizeof(ctx->overlooked));
    int required = settings->verify == TLS_VERIFY_REQUIRED ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
    SSL_CTX_set_verify(ctx->ssl_ctx, SSL_VERIFY_PEER | required, on_verified);
    return 0;
}
