/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What server and client contexts set up in the same way.
 */
#ifndef WEIR_TLS_PROTOCOL_PRIV_H
#define WEIR_TLS_PROTOCOL_PRIV_H

#include "tls/certificate_priv.h"
#include "tls/error.h"
#include "tls/files.h"
#include "tls/settings.h"

#include <openssl/ssl.h>

/* All of these: 0, or -1 with a text. */

/* Versions, ciphers, curves, and the modes in which tls/session.c works. */
MUST_CHECK int tls_protocol_apply(SSL_CTX *ssl_ctx, const struct tls_protocol_settings *settings,
                                  struct tls_error_text *error_out);

/* "h2,http/1.1" as length-prefixed names, RFC 7301 3.1; no bytes for NULL. */
MUST_CHECK int tls_protocol_alpn(const char *alpn, struct tls_bytes *wire_out,
                                 struct tls_error_text *error_out);

/* Takes the authorities of the file, "@system-ca" for the system's, among those to trust. The digest, unless NULL,
 * remembers what was read. */
MUST_CHECK int tls_protocol_trust(SSL_CTX *ssl_ctx, const char *ca_file,
                                  const struct tls_files *files, EVP_MD_CTX *digest,
                                  struct tls_error_text *error_out);
/* The revocation lists of the file, checked for the whole chain; NULL: none. */
MUST_CHECK int tls_protocol_revoke(SSL_CTX *ssl_ctx, const char *crl_file,
                                   const struct tls_files *files, EVP_MD_CTX *digest,
                                   struct tls_error_text *error_out);

/* Whether the security level of the context admits the certificate and its key. */
MUST_CHECK int tls_protocol_check_strength(const SSL_CTX *ssl_ctx,
                                           const struct tls_certificate *cert,
                                           struct tls_error_text *error_out);

#endif
