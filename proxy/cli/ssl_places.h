/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where certificates serve: on binds towards clients, on server lines towards servers. A change is made at all places
 * of a file, or at none.
 *
 * Thread: the control thread.
 */
#ifndef WEIR_CLI_SSL_PLACES_H
#define WEIR_CLI_SSL_PLACES_H

#include "proxy/state/snapshot.h"
#include "tls/change.h"

/* How often the file is used. */
size_t ssl_places_count(const struct snapshot *snapshot, const char *file);
/* What it holds, as it serves; the caller's. NULL: it is used nowhere, or memory ran out. */
struct tls_draft *ssl_places_find(const struct snapshot *snapshot, const char *file);

/* These three: -1 with a text, and then nothing has changed. */
/* From now on what the draft holds serves wherever its file is used. */
MUST_CHECK int ssl_places_replace(const struct snapshot *snapshot, const struct tls_draft *draft,
                                  struct tls_error_text *error_out);
/* It serves for the names wanted, at every bind that has the list of wanted->listing. */
MUST_CHECK int ssl_places_insert(const struct snapshot *snapshot, const struct tls_draft *draft,
                                 const struct tls_wanted_names *wanted,
                                 struct tls_error_text *error_out);
/* The file serves no more as that line of a list says; it must be no bind's first. */
MUST_CHECK int ssl_places_remove(const struct snapshot *snapshot, const char *file,
                                 const struct tls_listing *listing,
                                 struct tls_error_text *error_out);

/* A certificate somewhere. Borrowed for the visit. */
struct ssl_use {
    const struct bind *bind; /* NULL: it is shown to a server */
    bool is_first;           /* of the bind: for whoever asks for no name that is known */
    const struct tls_certificate_info *info;
};

/* Called for each. */
typedef void ssl_places_visit(void *owner, const struct ssl_use *use);
void ssl_places_visit_all(const struct snapshot *snapshot, ssl_places_visit *visit, void *owner);

#endif
