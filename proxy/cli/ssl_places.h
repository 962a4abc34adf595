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
/* From now on what the draft holds serves wherever its file is used. -1 with a text: nothing has changed. */
MUST_CHECK int ssl_places_replace(const struct snapshot *snapshot, const struct tls_draft *draft,
                                  struct tls_error_text *error_out);

/* Called for each use of a certificate. */
typedef void ssl_places_visit(void *owner, const char *file);
void ssl_places_visit_all(const struct snapshot *snapshot, ssl_places_visit *visit, void *owner);

#endif
