/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Server names and the group of certificates that answers each: a hash table that only grows.
 */
#ifndef WEIR_TLS_NAMES_PRIV_H
#define WEIR_TLS_NAMES_PRIV_H

#include "tls/certificate_priv.h"

/* The certificates of one name, at most one of each kind of key. Borrowed: from the store. */
struct tls_group {
    const struct tls_certificate *of_kind[TLS_KEY_KINDS];
};

struct tls_names_map {
    struct tls_names_entry *entries; /* owned; open addressing, count <= slots / 2 */
    size_t slots;                    /* a power of two, or 0 */
    size_t count;
};

/* Puts the certificate into the group of a normalized name. Of two of the same name and kind the
 * first stays. 0, or -1 when memory runs out. */
MUST_CHECK int tls_names_map_add(struct tls_names_map *map, const char *name,
                                 const struct tls_certificate *cert);
/* The group of exactly this normalized name, or NULL. */
const struct tls_group *tls_names_map_get(const struct tls_names_map *map, const char *name);
/* The one of that name that comes after cert, of the same kind; NULL: none. cert must have the name. */
const struct tls_certificate *tls_names_map_next(const struct tls_names_map *map, const char *name,
                                                 const struct tls_certificate *cert);
/* Of a group that has one: the first, by kind. */
const struct tls_certificate *tls_group_first(const struct tls_group *group);
void tls_names_map_free(struct tls_names_map *map);

#endif
