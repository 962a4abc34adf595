/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a path in the configuration to certificates.
 */
#ifndef WEIR_TLS_LOAD_PRIV_H
#define WEIR_TLS_LOAD_PRIV_H

#include "tls/certificate_priv.h"

struct tls_certificate_list {
    struct tls_certificate **certificates; /* owned, as is each */
    size_t count;
    char *folder; /* owned: of all of them, without a slash at its end; or NULL */
};

/* 0, or -1 with a text and an empty list. What is accepted is told at tls_store_add(). */
MUST_CHECK int tls_load(const struct tls_crt_files *crt, const struct tls_files *files,
                        struct tls_certificate_list *list_out, struct tls_error_text *error_out);

/* The list alone: its certificates have gone elsewhere. */
void tls_certificate_list_clear(struct tls_certificate_list *list);

/* One PEM file that is a certificate with its key. NULL with a text. */
struct tls_certificate *tls_load_file(const struct tls_crt_files *crt,
                                      const struct tls_files *files,
                                      struct tls_error_text *error_out);

#endif
