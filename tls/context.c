/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server side context: one SSL_CTX for all certificates of a bind.
 *
 * The SSL_CTX holds the default certificate. Another one is put into the connection itself while
 * the ClientHello is answered; that is a matter of a few counted pointers. An SSL_CTX for each
 * certificate (what HAProxy does) would cost about 40 KB each and gain nothing measurable.
 * Resumed sessions skip the choice, because they send no certificate.
 */
#include "tls/context_priv.h"

#include "tls/cache_priv.h"
#include "tls/client_verify_priv.h"
#include "tls/error_priv.h"
#include "tls/protocol_priv.h"
#include "tls/session_priv.h"
#include "tls/store_priv.h"
#include "tls/tickets_priv.h"

#include <openssl/err.h>
#include <openssl/tls1.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* That of the handshake: the context may serve another by now. */
static const struct tls_store *store_of(const SSL *ssl)
{
    return tls_transport_session(ssl)->store;
}

/* Acknowledges the name, so that OpenSSL remembers it with the session; refuses it when strict. */
static int on_server_name(SSL *ssl, int *alert, void *arg)
{
    const struct tls_context *ctx = arg;
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    struct tls_group group;
    if (ctx->strict_sni && (name == NULL || !tls_store_lookup(store_of(ssl), name, &group))) {
        *alert = SSL_AD_UNRECOGNIZED_NAME;
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    return name != NULL ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

/* Puts the certificates of the group in the place of those that the SSL_CTX holds; OpenSSL then takes the one whose
 * algorithm the client offers. */
static int on_certificate(SSL *ssl, void *arg)
{
    const struct tls_context *ctx = arg;
    const struct tls_store *store = store_of(ssl);
    const struct tls_group *at_first = tls_store_default_group(store);
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    struct tls_group group;
    if (name == NULL || !tls_store_lookup(store, name, &group))
        group = *at_first;
    if (store == ctx->preset && memcmp(&group, at_first, sizeof(group)) == 0)
        return 1;
    SSL_certs_clear(ssl);
    for (size_t kind = 0; kind < TLS_KEY_KINDS; kind++) {
        const struct tls_certificate *cert = group.of_kind[kind];
        if (cert != NULL && SSL_use_cert_and_key(ssl, cert->leaf, cert->key, cert->chain, 1) != 1)
            return 0;
    }
    return 1;
}

static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                   const unsigned char *offered, unsigned offered_len, void *arg)
{
    (void)ssl;
    const struct tls_context *ctx = arg;
    unsigned char *chosen = NULL;
    int result = SSL_select_next_proto(&chosen, out_len, ctx->alpn.data, (unsigned)ctx->alpn.len,
                                       offered, offered_len);
    *out = chosen;
    /* nothing in common: go on without ALPN, as HAProxy does, rather than refuse */
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

static int on_ticket(SSL *ssl, unsigned char *key_name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                     EVP_MAC_CTX *mac, int sealing)
{
    return tls_ticket_keys_use(tls_context_of(ssl)->keys, key_name, iv, cipher, mac, sealing,
                               SSL_version(ssl) >= TLS1_3_VERSION);
}

/* OpenSSL also tells of TLS 1.3 sessions that live in a ticket: those need no place here. */
static int on_session_new(SSL *ssl, SSL_SESSION *session)
{
    const struct tls_context *ctx = tls_context_of(ssl);
    if (ctx->keys == NULL || SSL_version(ssl) < TLS1_3_VERSION)
        tls_session_cache_put(ctx->cache, session);
    return 0; /* no reference kept */
}

static SSL_SESSION *on_session_get(SSL *ssl, const unsigned char *id, int id_len, int *copy)
{
    *copy = 0; /* the reference becomes OpenSSL's */
    return tls_session_cache_get(tls_context_of(ssl)->cache, id, (size_t)id_len);
}

static void on_session_remove(SSL_CTX *ssl_ctx, SSL_SESSION *session)
{
    const struct tls_context *ctx = SSL_CTX_get_app_data(ssl_ctx);
    unsigned id_len = 0;
    const unsigned char *id = SSL_SESSION_get_id(session, &id_len);
    tls_session_cache_remove(ctx->cache, id, id_len);
}

/* Staples what lies beside the certificate that was chosen, unless it has run out. */
static int on_status(SSL *ssl, void *arg)
{
    (void)arg;
    const X509 *leaf = SSL_get_certificate(ssl);
    const struct tls_certificate *cert = leaf != NULL ? tls_certificate_of(leaf) : NULL;
    if (cert == NULL || cert->ocsp.len == 0)
        return SSL_TLSEXT_ERR_NOACK;
    /* we have no clock; the session that is being made has just been given the time */
    if (cert->ocsp_until != 0 && SSL_SESSION_get_time(SSL_get0_session(ssl)) > cert->ocsp_until)
        return SSL_TLSEXT_ERR_NOACK;
    void *copy = OPENSSL_memdup(cert->ocsp.data, cert->ocsp.len);
    if (copy == NULL || SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)cert->ocsp.len) != 1) {
        OPENSSL_free(copy);
        return SSL_TLSEXT_ERR_NOACK;
    }
    return SSL_TLSEXT_ERR_OK;
}

int tls_context_admit(const struct tls_context *ctx, const struct tls_store *store,
                      struct tls_error_text *error_out)
{
    for (size_t i = 0; i < tls_store_count(store); i++) {
        if (tls_protocol_check_strength(ctx->ssl_ctx, tls_store_at(store, i), error_out) != 0)
            return -1;
    }
    for (size_t i = 0; i < ctx->variant_count; i++) {
        if (tls_context_admit(ctx->variants[i], store, error_out) != 0)
            return -1;
    }
    return 0;
}

static int apply_certificates(struct tls_context *ctx, struct tls_error_text *error_out)
{
    if (tls_context_admit(ctx, ctx->preset, error_out) != 0)
        return -1;
    const struct tls_group *group = tls_store_default_group(ctx->preset);
    if (group == NULL) {
        tls_error_set(error_out, "no certificate to serve (name one with \"crt\")");
        return -1;
    }
    for (size_t kind = 0; kind < TLS_KEY_KINDS; kind++) {
        const struct tls_certificate *cert = group->of_kind[kind];
        if (cert != NULL &&
            SSL_CTX_use_cert_and_key(ctx->ssl_ctx, cert->leaf, cert->key, cert->chain, 1) != 1) {
            tls_error_set(error_out, "%s: %s", cert->info.file, tls_error_reason());
            return -1;
        }
    }
    return 0;
}

/* A session may be resumed where the same would have been verified: the digest of all that decides
 * this is the session id context. */
static int apply_scope(struct tls_context *ctx, const struct tls_settings *settings,
                       const struct tls_files *files, struct tls_error_text *error_out)
{
    unsigned char id[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    const char *scope = settings->scope != NULL ? settings->scope : "";
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    if (digest == NULL || EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1) {
        tls_error_set(error_out, "out of memory");
        EVP_MD_CTX_free(digest);
        return -1;
    }
    EVP_DigestUpdate(digest, scope, strlen(scope) + 1);
    EVP_DigestUpdate(digest, &settings->verify, sizeof(settings->verify));
    int result = tls_client_verify_apply(ctx, settings, files, digest, error_out);
    EVP_DigestFinal_ex(digest, id, &len);
    EVP_MD_CTX_free(digest);
    SSL_CTX_set_session_id_context(ctx->ssl_ctx, id, len);
    return result;
}

static void apply_resumption(struct tls_context *ctx, const struct tls_settings *settings)
{
    SSL_CTX *ssl_ctx = ctx->ssl_ctx;
    SSL_CTX_set_timeout(ssl_ctx, (long)settings->session_lifetime_s);
    if (ctx->keys != NULL)
        SSL_CTX_set_tlsext_ticket_key_evp_cb(ssl_ctx, on_ticket);
    else
        SSL_CTX_set_options(ssl_ctx, SSL_OP_NO_TICKET); /* TLS 1.3: tickets are ids in the cache */
    if (ctx->cache == NULL) {
        SSL_CTX_set_session_cache_mode(ssl_ctx, SSL_SESS_CACHE_OFF);
        if (ctx->keys == NULL)
            SSL_CTX_set_num_tickets(ssl_ctx, 0);
        return;
    }
    SSL_CTX_set_session_cache_mode(ssl_ctx, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL |
                                                SSL_SESS_CACHE_NO_AUTO_CLEAR);
    SSL_CTX_sess_set_new_cb(ssl_ctx, on_session_new);
    SSL_CTX_sess_set_get_cb(ssl_ctx, on_session_get);
    SSL_CTX_sess_set_remove_cb(ssl_ctx, on_session_remove);
}

static bool copy_text(const char *text, char **copy_out)
{
    *copy_out = text != NULL ? strdup(text) : NULL;
    return *copy_out != NULL || text == NULL;
}

static int apply(struct tls_context *ctx, const struct tls_settings *settings,
                 const struct tls_files *files, struct tls_error_text *error_out)
{
    ctx->strict_sni = settings->strict_sni;
    if (!copy_text(settings->protocol.ciphersuites, &ctx->ciphersuites) ||
        !copy_text(settings->protocol.curves, &ctx->curves)) {
        tls_error_set(error_out, "out of memory");
        return -1;
    }
    if (tls_protocol_apply(ctx->ssl_ctx, &settings->protocol, error_out) != 0 ||
        tls_protocol_alpn(settings->protocol.alpn, &ctx->alpn, error_out) != 0 ||
        apply_certificates(ctx, error_out) != 0 ||
        apply_scope(ctx, settings, files, error_out) != 0)
        return -1;

    SSL_CTX_set_app_data(ctx->ssl_ctx, ctx);
    if (!settings->prefer_client_ciphers) /* but a telephone without AES gets its ChaCha20 */
        SSL_CTX_set_options(ctx->ssl_ctx,
                            SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_dh_auto(ctx->ssl_ctx, 1);
    SSL_CTX_set_tlsext_servername_callback(ctx->ssl_ctx, on_server_name);
    SSL_CTX_set_tlsext_servername_arg(ctx->ssl_ctx, ctx);
    SSL_CTX_set_cert_cb(ctx->ssl_ctx, on_certificate, ctx);
    SSL_CTX_set_tlsext_status_cb(ctx->ssl_ctx, on_status);
    if (ctx->alpn.len > 0)
        SSL_CTX_set_alpn_select_cb(ctx->ssl_ctx, on_alpn, ctx);
    apply_resumption(ctx, settings);
    return 0;
}

struct tls_context *tls_context_new(const struct tls_settings *settings, struct tls_store *store,
                                    struct tls_ticket_keys *keys, struct tls_session_cache *cache,
                                    const struct tls_files *files, struct tls_error_text *error_out)
{
    ERR_clear_error();
    struct tls_context *ctx = calloc(1, sizeof(*ctx));
    SSL_CTX *ssl_ctx = SSL_CTX_new(TLS_server_method());
    if (ctx == NULL || ssl_ctx == NULL) {
        tls_error_set(error_out, "out of memory");
        free(ctx);
        SSL_CTX_free(ssl_ctx);
        return NULL;
    }
    atomic_init(&ctx->refs, 1);
    ctx->ssl_ctx = ssl_ctx;
    tls_served_init(&ctx->served, store);
    ctx->preset = tls_store_ref(store);
    ctx->keys = keys != NULL && settings->tickets ? tls_ticket_keys_ref(keys) : NULL;
    ctx->cache = cache != NULL ? tls_session_cache_ref(cache) : NULL;
    if (apply(ctx, settings, files, error_out) != 0) {
        tls_context_free(ctx);
        return NULL;
    }
    return ctx;
}

SSL *tls_context_new_ssl(struct tls_context *ctx)
{
    SSL *ssl = SSL_new(ctx->ssl_ctx);
    if (ssl != NULL)
        SSL_set_accept_state(ssl);
    return ssl;
}

struct tls_store *tls_context_store(struct tls_context *ctx)
{
    return tls_served_take(&ctx->served);
}

void tls_context_serve(struct tls_context *ctx, struct tls_store *store)
{
    tls_served_replace(&ctx->served, store);
}

struct tls_context *tls_context_ref(struct tls_context *ctx)
{
    atomic_fetch_add_explicit(&ctx->refs, 1, memory_order_relaxed);
    return ctx;
}

void tls_context_free(struct tls_context *ctx)
{
    if (ctx == NULL || atomic_fetch_sub_explicit(&ctx->refs, 1, memory_order_acq_rel) != 1)
        return;
    SSL_CTX_free(ctx->ssl_ctx);
    tls_served_clear(&ctx->served);
    tls_store_free(ctx->preset);
    tls_ticket_keys_free(ctx->keys);
    tls_session_cache_free(ctx->cache);
    tls_bytes_free(&ctx->alpn);
    for (size_t i = 0; i < ctx->variant_count; i++)
        tls_context_free(ctx->variants[i]);
    free(ctx->variants);
    free(ctx->ciphersuites);
    free(ctx->curves);
    free(ctx);
}
