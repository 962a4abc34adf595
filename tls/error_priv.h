/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filling in a tls_error_text, for the files of this folder.
 */
#ifndef WEIR_TLS_ERROR_PRIV_H
#define WEIR_TLS_ERROR_PRIV_H

#include "tls/error.h"

void tls_error_set(struct tls_error_text *error_out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The deepest reason in OpenSSL's error queue, which is emptied; never NULL. */
const char *tls_error_reason(void);

#endif
