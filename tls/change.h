/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store that is made of another one, with a difference. What did not change is shared by both; the other goes on
 * serving whoever has it.
 *
 * Errors:  NULL with a text.
 */
#ifndef TLS_CHANGE_H
#define TLS_CHANGE_H

#include "tls/draft.h"

/* How many certificates of it come from that file. */
size_t tls_store_count_of(const struct tls_store *store, const char *file);

/* All those of the draft's file are what the draft holds, for the same names. */
struct tls_store *tls_store_with(const struct tls_store *store, const struct tls_draft *draft,
                                 struct tls_error_text *error_out);

#endif
