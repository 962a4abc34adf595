/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates with settings of their own (crt-list): each such set is a context of its own over the same store, and
 * a connection moves there before anything of the ClientHello is answered, when its name says whose certificate it
 * will get. Sessions of one are not resumed in another that verifies otherwise, as the scope differs.
 */
#include "tls/context_priv.h"
#include "tls/session_priv.h"
#include "tls/store_priv.h"

#include <stdlib.h>
#include <string.h>

/* RFC 6066 3: a list of its length, of one host name with its type and length. NULL: there is none, or it is wrong. */
static const unsigned char *host_name(SSL *ssl, size_t *len_out)
{
    const unsigned char *data;
    size_t len;
    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &data, &len) != 1 || len < 5 ||
        data[2] != TLSEXT_NAMETYPE_host_name)
        return NULL;
    *len_out = (size_t)data[3] << 8 | data[4];
    return *len_out <= len - 5 && memchr(data + 5, '\0', *len_out) == NULL ? data + 5 : NULL;
}

static const struct tls_certificate *certificate_for(SSL *ssl)
{
    const struct tls_store *store = tls_transport_session(ssl)->store;
    char name[TLS_NAME_BYTES];
    struct tls_group group;
    size_t len = 0;
    const unsigned char *asked = host_name(ssl, &len);
    if (asked != NULL && len < sizeof(name)) {
        memcpy(name, asked, len);
        name[len] = '\0';
        if (tls_store_lookup(store, name, &group))
            return tls_group_first(&group);
    }
    return tls_group_first(tls_store_default_group(store));
}

/* What an SSL copies when it is made has to be copied again. */
static bool adopt(SSL *ssl, const struct tls_context *variant)
{
    SSL_CTX *to = variant->ssl_ctx;
    SSL_set_verify(ssl, SSL_CTX_get_verify_mode(to), SSL_CTX_get_verify_callback(to));
    return SSL_set_SSL_CTX(ssl, to) != NULL &&
           SSL_set_min_proto_version(ssl, SSL_CTX_get_min_proto_version(to)) == 1 &&
           SSL_set_max_proto_version(ssl, SSL_CTX_get_max_proto_version(to)) == 1 &&
           (variant->ciphersuites == NULL ||
            SSL_set_ciphersuites(ssl, variant->ciphersuites) == 1) &&
           (variant->curves == NULL || SSL_set1_curves_list(ssl, variant->curves) == 1);
}

static int on_client_hello(SSL *ssl, int *alert, void *arg)
{
    const struct tls_context *ctx = arg;
    unsigned variant = certificate_for(ssl)->variant;
    if (variant == 0 || variant > ctx->variant_count || adopt(ssl, ctx->variants[variant - 1]))
        return SSL_CLIENT_HELLO_SUCCESS;
    *alert = SSL_AD_INTERNAL_ERROR;
    return SSL_CLIENT_HELLO_ERROR;
}

int tls_context_add_variant(struct tls_context *ctx, struct tls_context *variant)
{
    struct tls_context **grown =
        realloc(ctx->variants, (ctx->variant_count + 1) * sizeof(struct tls_context *));
    if (grown == NULL)
        return -1;
    ctx->variants = grown;
    ctx->variants[ctx->variant_count++] = tls_context_ref(variant);
    SSL_CTX_set_client_hello_cb(ctx->ssl_ctx, on_client_hello, ctx);
    return 0;
}
