/* SPDX-License-Identifier: Apache-2.0 */
/* Stores that differ in something from another; see change.h. */
#include "tls/change.h"

#include "tls/draft_priv.h"
#include "tls/error_priv.h"
#include "tls/store_priv.h"

#include <string.h>

static bool is_of(const struct tls_certificate *cert, const char *file)
{
    return strcmp(cert->info.file, file) == 0;
}

size_t tls_store_count_of(const struct tls_store *store, const char *file)
{
    size_t count = 0;
    for (size_t i = 0; i < tls_store_count(store); i++)
        count += is_of(tls_store_at(store, i), file);
    return count;
}

/* Puts what the draft holds where cert was; -1 with a text. */
static int replace(struct tls_store *store, const struct tls_certificate *cert,
                   const struct tls_draft *draft, struct tls_error_text *error_out)
{
    const struct tls_wanted_names wanted = {
        .names = (const char *const *)cert->wanted.items,
        .count = cert->wanted.count,
        .excluded = (const char *const *)cert->excluded.items,
        .excluded_count = cert->excluded.count,
        .variant = cert->variant,
    };
    struct tls_certificate *fresh = tls_draft_certificate(draft, error_out);
    if (fresh == NULL)
        return -1;
    if (tls_store_take(store, fresh, &wanted) == 0)
        return 0;
    tls_error_set(error_out, "%s: out of memory", draft->file);
    return -1;
}

struct tls_store *tls_store_with(const struct tls_store *store, const struct tls_draft *draft,
                                 struct tls_error_text *error_out)
{
    struct tls_store *made = tls_store_new();
    int result = made != NULL ? 0 : -1;
    tls_error_set(error_out, "%s: out of memory", draft->file);
    for (size_t i = 0; i < tls_store_count(store) && result == 0; i++) {
        struct tls_certificate *cert = tls_store_member(store, i);
        result = is_of(cert, draft->file) ? replace(made, cert, draft, error_out)
                                          : tls_store_share(made, cert);
    }
    if (result == 0)
        return made;
    tls_store_free(made);
    return NULL;
}
