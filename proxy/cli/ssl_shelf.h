/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates that were handed over the admin socket and serve nobody (yet): the one that is being changed, until it
 * is committed, and files that "new ssl cert" made up.
 *
 * Thread: the control thread. A load forgets them all, as it reads every file anew.
 */
#ifndef WEIR_CLI_SSL_SHELF_H
#define WEIR_CLI_SSL_SHELF_H

#include "tls/draft.h"

struct ssl_shelf {
    struct tls_draft *transaction; /* owned; NULL: there is none */
    struct tls_draft **drafts;     /* owned, as is each: of different files */
    size_t count;
};

/* That of the file; borrowed, NULL if there is none. */
const struct tls_draft *ssl_shelf_find(const struct ssl_shelf *shelf, const char *file);
/* Takes the draft over, in the place of another of its file; -1 without memory, and then it is the caller's. */
MUST_CHECK int ssl_shelf_put(struct ssl_shelf *shelf, struct tls_draft *draft);
void ssl_shelf_remove(struct ssl_shelf *shelf, const char *file);
void ssl_shelf_end_transaction(struct ssl_shelf *shelf);
void ssl_shelf_clear(struct ssl_shelf *shelf);

#endif
