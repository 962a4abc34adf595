/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates that wait; see ssl_shelf.h. There are few, so that a list is enough. */
#include "proxy/cli/ssl_shelf.h"

#include <stdlib.h>
#include <string.h>

/* The place of the file, or the one behind the last. */
static size_t place_of(const struct ssl_shelf *shelf, const char *file)
{
    size_t i = 0;
    while (i < shelf->count && strcmp(tls_draft_file(shelf->drafts[i]), file) != 0)
        i++;
    return i;
}

const struct tls_draft *ssl_shelf_find(const struct ssl_shelf *shelf, const char *file)
{
    size_t i = place_of(shelf, file);
    return i < shelf->count ? shelf->drafts[i] : NULL;
}

int ssl_shelf_put(struct ssl_shelf *shelf, struct tls_draft *draft)
{
    size_t i = place_of(shelf, tls_draft_file(draft));
    if (i < shelf->count) {
        tls_draft_free(shelf->drafts[i]);
    } else {
        struct tls_draft **grown = realloc(shelf->drafts, (i + 1) * sizeof(*grown));
        if (grown == NULL)
            return -1;
        shelf->drafts = grown;
        shelf->count++;
    }
    shelf->drafts[i] = draft;
    return 0;
}

void ssl_shelf_remove(struct ssl_shelf *shelf, const char *file)
{
    size_t i = place_of(shelf, file);
    if (i == shelf->count)
        return;
    tls_draft_free(shelf->drafts[i]);
    shelf->drafts[i] = shelf->drafts[--shelf->count];
}

void ssl_shelf_end_transaction(struct ssl_shelf *shelf)
{
    tls_draft_free(shelf->transaction);
    shelf->transaction = NULL;
}

void ssl_shelf_clear(struct ssl_shelf *shelf)
{
    ssl_shelf_end_transaction(shelf);
    for (size_t i = 0; i < shelf->count; i++)
        tls_draft_free(shelf->drafts[i]);
    free(shelf->drafts);
    *shelf = (struct ssl_shelf){0};
}
