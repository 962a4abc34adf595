/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an OCSP response says, for the certificates that it is stapled to.
 */
#ifndef WEIR_TLS_OCSP_PRIV_H
#define WEIR_TLS_OCSP_PRIV_H

#include "tls/ocsp.h"

#include <openssl/x509.h>
#include <stdbool.h>
#include <time.h>

/* Whether a certificate is called good, and until when; 0: no end is named. */
bool tls_ocsp_is_good(const struct tls_bytes *ocsp, time_t *until_out);
/* The same, and it is this one. */
bool tls_ocsp_is_about(const struct tls_bytes *ocsp, const X509 *leaf);
/* Which certificate it is about, in DER form, to be freed by OPENSSL_free(); the length, or 0. */
long tls_ocsp_id(const struct tls_bytes *ocsp, unsigned char **der_out);

#endif
