/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a session needs of its context.
 */
#ifndef TLS_CONTEXT_PRIV_H
#define TLS_CONTEXT_PRIV_H

#include "tls/context.h"

#include <openssl/ssl.h>

/* A new SSL in the role of the context, without a BIO; NULL only when memory runs out. */
SSL *tls_context_new_ssl(struct tls_context *ctx);
/* The same towards a server: with its name, what to verify, and a session to resume if any. */
SSL *tls_client_context_new_ssl(struct tls_client_context *ctx, const char *sni);
/* At the end of a handshake: a ticket that a server renewed with TLS 1.2 makes the old session
 * useless, and OpenSSL tells nobody. */
void tls_client_context_note(struct tls_client_context *ctx, SSL *ssl);

#endif
