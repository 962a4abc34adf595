/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the contexts ask of a store.
 */
#ifndef WEIR_TLS_STORE_PRIV_H
#define WEIR_TLS_STORE_PRIV_H

#include "tls/names_priv.h"
#include "tls/store.h"

/* The group that answers the name: its own, or that of the wildcard above it. False: there is none. */
bool tls_store_lookup(const struct tls_store *store, const char *name, struct tls_group *group_out);

/* The group of the first certificate; NULL while the store is empty. */
const struct tls_group *tls_store_default_group(const struct tls_store *store);

/* Puts a certificate behind the others, for the names wanted; it is the store's, or freed. -1 when memory runs out. */
MUST_CHECK int tls_store_take(struct tls_store *store, struct tls_certificate *cert,
                              const struct tls_wanted_names *wanted);
/* The same with one that another store holds as well, for the names it has there. */
MUST_CHECK int tls_store_share(struct tls_store *store, struct tls_certificate *cert);

/* Certificates one by one, in the order of loading. */
struct tls_certificate *tls_store_member(const struct tls_store *store, size_t i);
const struct tls_certificate *tls_store_at(const struct tls_store *store, size_t i);

#endif
