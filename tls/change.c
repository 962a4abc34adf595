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

/* -1 with a text. */
static int put(struct tls_store *store, const struct tls_draft *draft,
               const struct tls_wanted_names *wanted, struct tls_error_text *error_out)
{
    struct tls_certificate *fresh = tls_draft_certificate(draft, error_out);
    if (fresh == NULL)
        return -1;
    if (tls_store_take(store, fresh, wanted) == 0)
        return 0;
    tls_error_set(error_out, "%s: out of memory", draft->file);
    return -1;
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
        .listing = cert->info.listing,
    };
    return put(store, draft, &wanted, error_out);
}

/* Where the two are about the same line. */
static bool is_same(const struct tls_listing *a, const struct tls_listing *b)
{
    return a->list != NULL && a->line == b->line && strcmp(a->list, b->list) == 0;
}

/* One that shares all certificates, but for one; NULL with a text. */
static struct tls_store *share_all(const struct tls_store *store,
                                   const struct tls_certificate *left_out,
                                   struct tls_error_text *error_out)
{
    struct tls_store *made = tls_store_new();
    int result = made != NULL ? 0 : -1;
    for (size_t i = 0; i < tls_store_count(store) && result == 0; i++) {
        struct tls_certificate *cert = tls_store_member(store, i);
        result = cert != left_out ? tls_store_share(made, cert) : 0;
    }
    if (result == 0)
        return made;
    tls_error_set(error_out, "out of memory");
    tls_store_free(made);
    return NULL;
}

struct tls_store *tls_store_and(const struct tls_store *store, const struct tls_draft *draft,
                                const struct tls_wanted_names *wanted,
                                struct tls_error_text *error_out)
{
    struct tls_store *made = share_all(store, NULL, error_out);
    if (made == NULL || put(made, draft, wanted, error_out) == 0)
        return made;
    tls_store_free(made);
    return NULL;
}

struct tls_store *tls_store_less(const struct tls_store *store, const char *file,
                                 const struct tls_listing *listing,
                                 struct tls_error_text *error_out)
{
    const struct tls_certificate *left_out = NULL;
    for (size_t i = 0; i < tls_store_count(store) && left_out == NULL; i++) {
        const struct tls_certificate *cert = tls_store_at(store, i);
        if (is_of(cert, file) && is_same(&cert->info.listing, listing))
            left_out = cert;
    }
    return share_all(store, left_out, error_out);
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
