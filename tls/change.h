/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store that is made of another one, with a difference. What did not change is shared by both; the other goes on
 * serving whoever has it.
 *
 * Errors:  NULL with a text.
 * Ownership: the new store is the caller's; what both share is counted.
 * Thread:    any; stores do not change once they serve.
 */
#ifndef WEIR_TLS_CHANGE_H
#define WEIR_TLS_CHANGE_H

#include "tls/draft.h"

/* How many certificates of it come from that file. */
size_t tls_store_count_of(const struct tls_store *store, const char *file);

/* All those of the draft's file are what the draft holds, for the same names. */
struct tls_store *tls_store_with(const struct tls_store *store, const struct tls_draft *draft,
                                 struct tls_error_text *error_out);
/* There is one more, for the names wanted. */
struct tls_store *tls_store_and(const struct tls_store *store, const struct tls_draft *draft,
                                const struct tls_wanted_names *wanted,
                                struct tls_error_text *error_out);
/* The one of that file and line is gone. */
struct tls_store *tls_store_less(const struct tls_store *store, const char *file,
                                 const struct tls_listing *listing,
                                 struct tls_error_text *error_out);

#endif
