/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a draft holds, for the files that make something of it.
 */
#ifndef WEIR_TLS_DRAFT_PRIV_H
#define WEIR_TLS_DRAFT_PRIV_H

#include "tls/certificate_priv.h"
#include "tls/draft.h"

struct tls_draft {
    char *file; /* owned */
    struct tls_pem pem;
    struct tls_bytes ocsp; /* DER, or empty */
};

/* The one it is about: that of the key, or else the first; NULL while there is none. */
X509 *tls_draft_leaf(const struct tls_draft *draft);
/* A certificate that can serve; NULL with a text. */
struct tls_certificate *tls_draft_certificate(const struct tls_draft *draft,
                                              struct tls_error_text *error_out);

#endif
