/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the certificates of clients are verified: whom to trust, whom to tell of, what to overlook.
 */
#ifndef WEIR_TLS_CLIENT_VERIFY_PRIV_H
#define WEIR_TLS_CLIENT_VERIFY_PRIV_H

#include "tls/context_priv.h"

#include <openssl/evp.h>

/* The digest remembers all that decides who gets in. */
MUST_CHECK int tls_client_verify_apply(struct tls_context *ctx, const struct tls_settings *settings,
                                       const struct tls_files *files, EVP_MD_CTX *digest,
                                       struct tls_error_text *error_out);

#endif
