/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client side context: how we speak to one server, and the session to resume there next time.
 */
#include "tls/context_priv.h"

#include "tls/error_priv.h"
#include "tls/load_priv.h"
#include "tls/protocol_priv.h"
#include "tls/served_priv.h"
#include "tls/store_priv.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct tls_client_context {
    atomic_uint refs;
    SSL_CTX *ssl_ctx; /* counted: contexts that are alike share it */
    struct tls_served served;
    struct tls_store *preset; /* counted: whose certificate ssl_ctx holds; or NULL */
    char *verify_host;        /* owned, or NULL: of connections without SNI */
    bool verifies;
    bool session_reuse;
    pthread_mutex_t lock; /* over what follows */
    SSL_SESSION *latest;  /* counted, or NULL: none yet */
    char *latest_name;    /* owned: the SNI of that session, or NULL */
};

/* Keeps the session for the next connection, in the place of the one before. */
static int on_session_new(SSL *ssl, SSL_SESSION *session)
{
    struct tls_client_context *ctx = SSL_get_app_data(ssl);
    if (!ctx->session_reuse)
        return 0;
    const char *sni = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    char *name = sni != NULL ? strdup(sni) : NULL;
    if (sni != NULL && name == NULL)
        return 0;
    pthread_mutex_lock(&ctx->lock);
    SSL_SESSION *session_before = ctx->latest;
    char *name_before = ctx->latest_name;
    ctx->latest = session;
    ctx->latest_name = name;
    pthread_mutex_unlock(&ctx->lock);
    SSL_SESSION_free(session_before);
    free(name_before);
    return 1; /* the reference is ours now */
}

void tls_client_context_note(struct tls_client_context *ctx, SSL *ssl)
{
    if (ctx->session_reuse && SSL_version(ssl) < TLS1_3_VERSION && SSL_session_reused(ssl) == 1) {
        SSL_SESSION *session = SSL_get1_session(ssl);
        if (on_session_new(ssl, session) == 0)
            SSL_SESSION_free(session);
    }
}

bool tls_client_context_wants_tickets(const struct tls_client_context *ctx)
{
    return ctx->session_reuse && !ctx->verifies;
}

/* The certificate of the settings, alone in a store; NULL with a text. */
static struct tls_store *load_certificate(const struct tls_client_settings *settings,
                                          const struct tls_files *files,
                                          struct tls_error_text *error_out)
{
    static const struct tls_wanted_names its_own = {.count = 0};
    const struct tls_crt_files crt = {.path = settings->certificate,
                                      .key = settings->certificate_key};
    struct tls_certificate *cert = tls_load_file(&crt, files, error_out);
    if (cert == NULL)
        return NULL;
    struct tls_store *store = tls_store_new();
    if (store == NULL)
        tls_certificate_free(cert);
    else if (tls_store_take(store, cert, &its_own) == 0)
        return store;
    tls_error_set(error_out, "%s: out of memory", settings->certificate);
    tls_store_free(store);
    return NULL;
}

int tls_client_context_admit(const struct tls_client_context *ctx, const struct tls_store *store,
                             struct tls_error_text *error_out)
{
    return tls_protocol_check_strength(ctx->ssl_ctx, tls_store_at(store, 0), error_out);
}

static int apply_certificate(struct tls_client_context *ctx,
                             const struct tls_client_settings *settings,
                             const struct tls_files *files, struct tls_error_text *error_out)
{
    if (settings->certificate == NULL)
        return 0;
    ctx->preset = load_certificate(settings, files, error_out);
    if (ctx->preset == NULL || tls_client_context_admit(ctx, ctx->preset, error_out) != 0)
        return -1;
    tls_served_replace(&ctx->served, ctx->preset);
    const struct tls_certificate *cert = tls_store_at(ctx->preset, 0);
    if (SSL_CTX_use_cert_and_key(ctx->ssl_ctx, cert->leaf, cert->key, cert->chain, 1) == 1)
        return 0;
    tls_error_set(error_out, "%s: %s", settings->certificate, tls_error_reason());
    return -1;
}

static int apply_verify(SSL_CTX *ssl_ctx, const struct tls_client_settings *settings,
                        const struct tls_files *files, struct tls_error_text *error_out)
{
    if (settings->verify == TLS_VERIFY_NONE)
        return 0;
    if (settings->protocol.ca_file == NULL) {
        tls_error_set(error_out, "verify: whom to trust is not said (add \"ca-file\" with the "
                                 "authority of the server, or \"verify none\")");
        return -1;
    }
    const struct tls_protocol_settings *protocol = &settings->protocol;
    if (tls_protocol_trust(ssl_ctx, protocol->ca_file, files, NULL, error_out) != 0 ||
        tls_protocol_revoke(ssl_ctx, protocol->crl_file, files, NULL, error_out) != 0)
        return -1;
    SSL_CTX_set_verify(ssl_ctx, SSL_VERIFY_PEER, NULL);
    return 0;
}

static int apply_alpn(SSL_CTX *ssl_ctx, const char *alpn, struct tls_error_text *error_out)
{
    struct tls_bytes wire;
    if (tls_protocol_alpn(alpn, &wire, error_out) != 0)
        return -1;
    int failed = wire.len > 0 ? SSL_CTX_set_alpn_protos(ssl_ctx, wire.data, (unsigned)wire.len) : 0;
    tls_bytes_free(&wire);
    if (failed != 0)
        tls_error_set(error_out, "alpn: out of memory");
    return failed != 0 ? -1 : 0;
}

static int apply(struct tls_client_context *ctx, const struct tls_client_settings *settings,
                 const struct tls_files *files, struct tls_error_text *error_out)
{
    SSL_CTX *ssl_ctx = ctx->ssl_ctx;
    if (tls_protocol_apply(ssl_ctx, &settings->protocol, error_out) != 0 ||
        apply_alpn(ssl_ctx, settings->protocol.alpn, error_out) != 0 ||
        apply_certificate(ctx, settings, files, error_out) != 0 ||
        apply_verify(ssl_ctx, settings, files, error_out) != 0)
        return -1;
    SSL_CTX_set_session_cache_mode(ssl_ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(ssl_ctx, on_session_new);
    return 0;
}

/* ssl_ctx is the new context's from now on, or freed. */
static struct tls_client_context *wrap(SSL_CTX *ssl_ctx, const struct tls_client_settings *settings,
                                       struct tls_error_text *error_out)
{
    struct tls_client_context *ctx = calloc(1, sizeof(*ctx));
    char *verify_host = settings->verify_host != NULL ? strdup(settings->verify_host) : NULL;
    if (ctx == NULL || ssl_ctx == NULL || (settings->verify_host != NULL && verify_host == NULL)) {
        tls_error_set(error_out, "out of memory");
        free(ctx);
        free(verify_host);
        SSL_CTX_free(ssl_ctx);
        return NULL;
    }
    atomic_init(&ctx->refs, 1);
    pthread_mutex_init(&ctx->lock, NULL);
    tls_served_init(&ctx->served, NULL);
    ctx->ssl_ctx = ssl_ctx;
    ctx->verify_host = verify_host;
    ctx->verifies = settings->verify != TLS_VERIFY_NONE;
    ctx->session_reuse = settings->session_reuse;
    return ctx;
}

struct tls_client_context *tls_client_context_new(const struct tls_client_settings *settings,
                                                  const struct tls_files *files,
                                                  struct tls_error_text *error_out)
{
    ERR_clear_error();
    struct tls_client_context *ctx = wrap(SSL_CTX_new(TLS_client_method()), settings, error_out);
    if (ctx == NULL || apply(ctx, settings, files, error_out) == 0)
        return ctx;
    tls_client_context_free(ctx);
    return NULL;
}

struct tls_client_context *tls_client_context_like(struct tls_client_context *other,
                                                   const struct tls_client_settings *settings,
                                                   struct tls_error_text *error_out)
{
    SSL_CTX_up_ref(other->ssl_ctx);
    struct tls_client_context *ctx = wrap(other->ssl_ctx, settings, error_out);
    if (ctx == NULL || other->preset == NULL)
        return ctx;
    ctx->preset = tls_store_ref(other->preset);
    tls_served_replace(&ctx->served, ctx->preset);
    return ctx;
}

struct tls_store *tls_client_context_store(struct tls_client_context *ctx)
{
    return tls_served_take(&ctx->served);
}

static void forget_session(struct tls_client_context *ctx)
{
    pthread_mutex_lock(&ctx->lock);
    SSL_SESSION *session = ctx->latest;
    ctx->latest = NULL;
    pthread_mutex_unlock(&ctx->lock);
    SSL_SESSION_free(session);
}

void tls_client_context_serve(struct tls_client_context *ctx, struct tls_store *store)
{
    tls_served_replace(&ctx->served, store);
    forget_session(ctx);
}

/* That which ssl_ctx holds, unless it has been replaced. */
static bool show_certificate(struct tls_client_context *ctx, SSL *ssl)
{
    struct tls_store *store = tls_served_take(&ctx->served);
    bool is_shown = store == ctx->preset;
    if (!is_shown) {
        const struct tls_certificate *cert = tls_store_at(store, 0);
        SSL_certs_clear(ssl);
        is_shown = SSL_use_cert_and_key(ssl, cert->leaf, cert->key, cert->chain, 1) == 1;
    }
    tls_store_free(store);
    return is_shown;
}

/* An address stands in the certificate in a field of its own, and is never sent as SNI. */
static bool is_address(const char *host)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

static bool set_verify_host(SSL *ssl, const char *host)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
    if (is_address(host))
        return X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1;
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return X509_VERIFY_PARAM_set1_host(param, host, 0) == 1;
}

/* Only for the same name: what the session was verified for must be what we would verify now. */
static SSL_SESSION *latest_session(struct tls_client_context *ctx, const char *sni)
{
    SSL_SESSION *session = NULL;
    pthread_mutex_lock(&ctx->lock);
    const char *name = ctx->latest_name;
    bool same = name == NULL ? sni == NULL : sni != NULL && strcmp(name, sni) == 0;
    if (same && ctx->latest != NULL) {
        session = ctx->latest;
        SSL_SESSION_up_ref(session);
    }
    pthread_mutex_unlock(&ctx->lock);
    return session;
}

static bool prepare(struct tls_client_context *ctx, SSL *ssl, const char *sni)
{
    const char *host = sni != NULL ? sni : ctx->verify_host;
    if (ctx->verifies && host != NULL && !set_verify_host(ssl, host))
        return false;
    if (sni != NULL && is_address(sni))
        return true; /* RFC 6066 3: "Literal IPv4 and IPv6 addresses are not permitted" as SNI */
    if (sni != NULL && SSL_set_tlsext_host_name(ssl, sni) != 1)
        return false;
    SSL_SESSION *session = ctx->session_reuse ? latest_session(ctx, sni) : NULL;
    bool prepared = session == NULL || SSL_set_session(ssl, session) == 1;
    SSL_SESSION_free(session);
    return prepared;
}

SSL *tls_client_context_new_ssl(struct tls_client_context *ctx, const char *sni)
{
    SSL *ssl = SSL_new(ctx->ssl_ctx);
    if (ssl == NULL)
        return NULL;
    SSL_set_app_data(ssl, ctx);
    if (!show_certificate(ctx, ssl) || !prepare(ctx, ssl, sni)) {
        SSL_free(ssl);
        return NULL;
    }
    SSL_set_connect_state(ssl);
    return ssl;
}

struct tls_client_context *tls_client_context_ref(struct tls_client_context *ctx)
{
    atomic_fetch_add_explicit(&ctx->refs, 1, memory_order_relaxed);
    return ctx;
}

void tls_client_context_free(struct tls_client_context *ctx)
{
    if (ctx == NULL || atomic_fetch_sub_explicit(&ctx->refs, 1, memory_order_acq_rel) != 1)
        return;
    SSL_SESSION_free(ctx->latest);
    free(ctx->latest_name);
    tls_served_clear(&ctx->served);
    tls_store_free(ctx->preset);
    SSL_CTX_free(ctx->ssl_ctx);
    pthread_mutex_destroy(&ctx->lock);
    free(ctx->verify_host);
    free(ctx);
}
