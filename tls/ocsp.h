/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OCSP responses as people hand them over.
 *
 * Thread: any.
 */
#ifndef WEIR_TLS_OCSP_H
#define WEIR_TLS_OCSP_H

#include "tls/files.h"

/* The bytes behind a text in base64, to be freed; -1: it is none, or memory ran out. */
MUST_CHECK int tls_ocsp_decode(const char *text, struct tls_bytes *der_out);
/* The serial number of the certificate it is about, as tls_certificate_info tells it; -1: it is no response. */
MUST_CHECK int tls_ocsp_serial(const struct tls_bytes *der, char *serial_out, size_t room);

#endif
