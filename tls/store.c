/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of certificates, its index by name, and its questions. Which files become certificates
 * is decided in load.c.
 */
#include "tls/store_priv.h"

#include "tls/error_priv.h"
#include "tls/load_priv.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct tls_store {
    atomic_uint refs;
    struct tls_certificate **certificates; /* owned */
    size_t count;
    struct tls_names_map names;
    struct tls_group default_group;
    bool has_exclusions;
};

struct tls_store *tls_store_new(void)
{
    struct tls_store *store = calloc(1, sizeof(*store));
    if (store != NULL)
        atomic_init(&store->refs, 1);
    return store;
}

/* Those of further kinds that bear the first name of the first certificate join it, so that a
 * client without SNI finds an algorithm it knows. */
static void update_default_group(struct tls_store *store)
{
    const struct tls_certificate *first = store->certificates[0];
    const struct tls_group *group =
        first->info.name_count > 0 ? tls_names_map_get(&store->names, first->info.names[0]) : NULL;
    if (group != NULL)
        store->default_group = *group;
    store->default_group.of_kind[first->kind] = first;
}

/* Puts it behind the others, and among those of each name that it is for. Takes over cert. */
static int append(struct tls_store *store, struct tls_certificate *cert)
{
    struct tls_certificate **grown =
        realloc(store->certificates, (store->count + 1) * sizeof(struct tls_certificate *));
    if (grown == NULL) {
        tls_certificate_free(cert);
        return -1;
    }
    store->certificates = grown;
    store->certificates[store->count++] = cert;
    store->has_exclusions = store->has_exclusions || cert->excluded.count > 0;
    const char *const *names =
        cert->is_for_some ? (const char *const *)cert->wanted.items : cert->info.names;
    size_t count = cert->is_for_some ? cert->wanted.count : cert->info.name_count;
    for (size_t i = 0; i < count; i++) {
        if (tls_names_map_add(&store->names, names[i], cert) != 0)
            return -1;
    }
    return 0;
}

int tls_store_take(struct tls_store *store, struct tls_certificate *cert,
                   const struct tls_wanted_names *wanted)
{
    if (tls_certificate_assign(cert, wanted) != 0) {
        tls_certificate_free(cert);
        return -1;
    }
    if (append(store, cert) != 0)
        return -1;
    update_default_group(store);
    return 0;
}

int tls_store_share(struct tls_store *store, struct tls_certificate *cert)
{
    if (append(store, tls_certificate_ref(cert)) != 0)
        return -1;
    update_default_group(store);
    return 0;
}

/* Whom a certificate of a folder is for: it is listed there. */
static struct tls_wanted_names in_folder(const struct tls_wanted_names *wanted, const char *folder)
{
    struct tls_wanted_names listed = *wanted;
    listed.listing = (struct tls_listing){.list = folder};
    return listed;
}

int tls_store_add_for(struct tls_store *store, const struct tls_crt_files *crt,
                      const struct tls_wanted_names *wanted, const struct tls_files *files,
                      struct tls_error_text *error_out)
{
    struct tls_certificate_list loaded = {0};
    if (tls_load(crt, files, &loaded, error_out) != 0)
        return -1;
    int result = 0;
    const struct tls_wanted_names listed = in_folder(wanted, loaded.folder);
    for (size_t i = 0; i < loaded.count; i++) {
        if (tls_store_take(store, loaded.certificates[i],
                           loaded.folder != NULL ? &listed : wanted) != 0) {
            tls_error_set(error_out, "%s: out of memory", crt->path);
            result = -1;
        }
    }
    tls_certificate_list_clear(&loaded);
    return result;
}

int tls_store_add(struct tls_store *store, const char *path, const char *key_path,
                  const struct tls_files *files, struct tls_error_text *error_out)
{
    static const struct tls_wanted_names its_own = {.count = 0};
    const struct tls_crt_files crt = {.path = path, .key = key_path};
    return tls_store_add_for(store, &crt, &its_own, files, error_out);
}

struct tls_store *tls_store_ref(struct tls_store *store)
{
    atomic_fetch_add_explicit(&store->refs, 1, memory_order_relaxed);
    return store;
}

void tls_store_free(struct tls_store *store)
{
    if (store == NULL || atomic_fetch_sub_explicit(&store->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < store->count; i++)
        tls_certificate_free(store->certificates[i]);
    free(store->certificates);
    tls_names_map_free(&store->names);
    free(store);
}

size_t tls_store_count(const struct tls_store *store)
{
    return store->count;
}

struct tls_certificate *tls_store_member(const struct tls_store *store, size_t i)
{
    assert(i < store->count);
    return store->certificates[i];
}

const struct tls_certificate *tls_store_at(const struct tls_store *store, size_t i)
{
    assert(i < store->count);
    return store->certificates[i];
}

const struct tls_certificate_info *tls_store_certificate(const struct tls_store *store, size_t i)
{
    return &tls_store_at(store, i)->info;
}

const struct tls_group *tls_store_default_group(const struct tls_store *store)
{
    return store->count > 0 ? &store->default_group : NULL;
}

static bool is_excluded(const struct tls_certificate *cert, const char *name)
{
    for (size_t i = 0; i < cert->excluded.count; i++)
        if (strcmp(cert->excluded.items[i], name) == 0)
            return true;
    return false;
}

/* Without those that are not for this name; what comes after them in the file takes their place. */
static bool leave_out(const struct tls_store *store, const char *name, const char *wildcard,
                      struct tls_group *group)
{
    bool is_any_left = false;
    for (size_t kind = 0; kind < TLS_KEY_KINDS; kind++) {
        const struct tls_certificate *cert = group->of_kind[kind];
        while (cert != NULL && is_excluded(cert, name))
            cert = tls_names_map_next(&store->names, wildcard, cert);
        group->of_kind[kind] = cert;
        is_any_left = is_any_left || cert != NULL;
    }
    return is_any_left;
}

bool tls_store_lookup(const struct tls_store *store, const char *name, struct tls_group *group_out)
{
    char normal[TLS_NAME_BYTES], wildcard[TLS_NAME_BYTES];
    if (!tls_name_normalize(name, strlen(name), normal) || strchr(normal, '*') != NULL)
        return false; /* nobody is called "*": that is ours to say */
    const struct tls_group *group = tls_names_map_get(&store->names, normal);
    if (group != NULL) {
        *group_out = *group;
        return true;
    }
    const char *dot = strchr(normal, '.');
    if (dot == NULL || dot == normal)
        return false;
    wildcard[0] = '*';
    strcpy(wildcard + 1, dot); /* it is no longer than normal */
    group = tls_names_map_get(&store->names, wildcard);
    if (group == NULL)
        return false;
    *group_out = *group;
    return !store->has_exclusions || leave_out(store, normal, wildcard, group_out);
}

const struct tls_certificate_info *tls_store_find(const struct tls_store *store, const char *name)
{
    struct tls_group group;
    if (!tls_store_lookup(store, name, &group))
        return NULL;
    return &tls_group_first(&group)->info;
}
