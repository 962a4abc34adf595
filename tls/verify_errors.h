/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors of verification that are overlooked: crt-ignore-err, ca-ignore-err. OpenSSL's numbers, or its names.
 *
 * Thread:  plain memory.
 */
#ifndef WEIR_TLS_VERIFY_ERRORS_H
#define WEIR_TLS_VERIFY_ERRORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tls_verify_errors {
    uint64_t bits[2]; /* by number; all zero: none is overlooked */
};

/* "all", a number, or a name as X509_V_ERR_CERT_HAS_EXPIRED. False: it is none of these. */
bool tls_verify_errors_add(struct tls_verify_errors *set, const char *word, size_t len);
bool tls_verify_errors_have(const struct tls_verify_errors *set, int error);

#endif
