/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes a self-signed certificate for demonstrations and tests: P-256, SHA-256, fit for a server.
 *
 * Thread:  any.
 */
#ifndef WEIR_TLS_SELFSIGNED_H
#define WEIR_TLS_SELFSIGNED_H

#include "tls/error.h"
#include "tls/files.h"

#include <stddef.h>
#include <time.h>

struct tls_selfsigned {
    const char *const *names; /* DNS names or addresses for the SAN; the first is the CN */
    size_t name_count;
    time_t not_before;
    time_t not_after;
};

/* One PEM text, certificate then key, ended by a NUL that len does not count. */
MUST_CHECK int tls_selfsigned_make(const struct tls_selfsigned *what, struct tls_bytes *pem_out,
                                   struct tls_error_text *error_out);

#endif
