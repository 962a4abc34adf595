/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server side context as the files of its module see it, and what a session needs of a context.
 */
#ifndef WEIR_TLS_CONTEXT_PRIV_H
#define WEIR_TLS_CONTEXT_PRIV_H

#include "tls/context.h"
#include "tls/served_priv.h"

#include <openssl/ssl.h>
#include <stdatomic.h>

struct tls_context {
    atomic_uint refs;
    SSL_CTX *ssl_ctx; /* owned */
    struct tls_served served;
    struct tls_store *preset;        /* counted: whose default certificates ssl_ctx holds */
    struct tls_ticket_keys *keys;    /* counted, or NULL */
    struct tls_session_cache *cache; /* counted, or NULL */
    struct tls_bytes alpn;           /* in wire form */
    bool strict_sni;
    struct tls_verify_errors ca_overlooked, overlooked;
    struct tls_context **variants; /* owned, as is a reference to each: see variant.c */
    size_t variant_count;
    char *ciphersuites,
        *curves; /* owned, or NULL: what an SSL does not take over from its SSL_CTX */
};

static inline struct tls_context *tls_context_of(const SSL *ssl)
{
    return SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
}

/* A new SSL in the role of the context, without a BIO; NULL only when memory runs out. */
SSL *tls_context_new_ssl(struct tls_context *ctx);
/* The same towards a server: with its name, what to verify, and a session to resume if any. */
SSL *tls_client_context_new_ssl(struct tls_client_context *ctx, const char *sni);
/* At the end of a handshake: a ticket that a server renewed with TLS 1.2 makes the old session
 * useless, and OpenSSL tells nobody. */
void tls_client_context_note(struct tls_client_context *ctx, SSL *ssl);
/* Sessions are resumed, and nothing is lost by that, as no certificate is looked at. */
bool tls_client_context_wants_tickets(const struct tls_client_context *ctx);

#endif
