/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a context stores and finds sessions: as the bytes of i2d_SSL_SESSION(), so that nothing of
 * one context lives on in another.
 */
#ifndef WEIR_TLS_CACHE_PRIV_H
#define WEIR_TLS_CACHE_PRIV_H

#include "tls/cache.h"

#include <openssl/ssl.h>

/* Remembers the session under its id; without memory it is simply not remembered. */
void tls_session_cache_put(struct tls_session_cache *cache, SSL_SESSION *session);
/* A new reference for the caller, or NULL. */
SSL_SESSION *tls_session_cache_get(struct tls_session_cache *cache, const unsigned char *id,
                                   size_t id_len);
void tls_session_cache_remove(struct tls_session_cache *cache, const unsigned char *id,
                              size_t id_len);

#endif
