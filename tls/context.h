/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sessions have in common, made once from settings: towards clients a tls_context (one for
 * each bind), towards servers a tls_client_context (one for each server).
 *
 * Thread:  made by one thread, then used by all; the count of references is atomic. A session keeps
 *          a reference to its context, so a reload makes new ones and forgets the old.
 * Errors:  NULL with a text: a word of the settings that OpenSSL does not know, a file that cannot
 *          be read, a certificate too weak for the security level.
 */
#ifndef WEIR_TLS_CONTEXT_H
#define WEIR_TLS_CONTEXT_H

#include "tls/cache.h"
#include "tls/error.h"
#include "tls/files.h"
#include "tls/settings.h"
#include "tls/store.h"
#include "tls/tickets.h"

struct tls_context;
struct tls_client_context;

/* Keeps references to store, keys and cache. Without keys no tickets, without cache no cache. */
struct tls_context *tls_context_new(const struct tls_settings *settings, struct tls_store *store,
                                    struct tls_ticket_keys *keys, struct tls_session_cache *cache,
                                    const struct tls_files *files,
                                    struct tls_error_text *error_out);
/*
 * Certificates that the store has under the next number (tls_wanted_names.variant: 1 for the first call) are served by
 * variant, a context of the same store. Before ctx is used; keeps a reference. -1 when memory runs out.
 */
MUST_CHECK int tls_context_add_variant(struct tls_context *ctx, struct tls_context *variant);
struct tls_context *tls_context_ref(struct tls_context *ctx);
void tls_context_free(struct tls_context *ctx); /* drops one reference */
/* The certificates in use. A reference, for the caller to free. */
struct tls_store *tls_context_store(struct tls_context *ctx);
/* Whether it could serve others: 0, or -1 with a text. */
MUST_CHECK int tls_context_admit(const struct tls_context *ctx, const struct tls_store *store,
                                 struct tls_error_text *error_out);
/* From now on handshakes begin with these, which must have been admitted; those under way go on with what they have.
 * Keeps a reference. On any thread. */
void tls_context_serve(struct tls_context *ctx, struct tls_store *store);

struct tls_client_context *tls_client_context_new(const struct tls_client_settings *settings,
                                                  const struct tls_files *files,
                                                  struct tls_error_text *error_out);
/* One that has the protocol, the certificates and the verification of another, in the same memory, but its own
 * verify_host and sessions. */
struct tls_client_context *tls_client_context_like(struct tls_client_context *other,
                                                   const struct tls_client_settings *settings,
                                                   struct tls_error_text *error_out);
/* The same three for what servers are shown: a store of one certificate, or NULL if there is none. A session begun with
 * the old one is not resumed. */
struct tls_store *tls_client_context_store(struct tls_client_context *ctx);
MUST_CHECK int tls_client_context_admit(const struct tls_client_context *ctx,
                                        const struct tls_store *store,
                                        struct tls_error_text *error_out);
void tls_client_context_serve(struct tls_client_context *ctx, struct tls_store *store);
struct tls_client_context *tls_client_context_ref(struct tls_client_context *ctx);
void tls_client_context_free(struct tls_client_context *ctx); /* drops one reference */

#endif
