/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of binds and servers: files by their paths, or by names that crt-store sections give them. */
#include <string.h>

#include "config/apply.h"
#include "config/own/own.h"
#include "config/suggest.h"

/* ---- stores ---------------------------------------------------------------------------------------------- */

void own_crt_store_complete(struct loader *l, struct conf_crt_store *store)
{
    const char *folder = store->crt_base != NULL ? store->crt_base : l->global.crt_base;
    const char *keys = store->key_base != NULL ? store->key_base : l->global.key_base;
    for (size_t i = 0; i < store->count; i++) {
        struct conf_stored_crt *stored = &store->items[i];
        if (stored->crt == NULL)
            stored->crt = ""; /* reported as missing */
        stored->path = own_path_below(l, folder, stored->crt, stored->place);
        if (stored->key != NULL)
            stored->key = own_path_below(l, keys, stored->key, stored->place);
        if (stored->ocsp != NULL)
            stored->ocsp = own_path_below(l, folder, stored->ocsp, stored->place);
    }
}

static bool is_called(const struct conf_stored_crt *stored, const char *name)
{
    return strcmp(stored->crt, name) == 0 ||
           (stored->alias != NULL && strcmp(stored->alias, name) == 0);
}

/* "@web/site", "@/site"; or the path of one that a store without a name holds. */
static const struct conf_stored_crt *find_stored(const struct loader *l, const char *path)
{
    bool is_named = *path == '@';
    const char *slash = is_named ? strchr(path, '/') : NULL;
    if (is_named && slash == NULL)
        return NULL;
    size_t len = is_named ? (size_t)(slash - path - 1) : 0;
    for (size_t i = 0; i < l->crt_store_count; i++) {
        const struct conf_crt_store *store = &l->crt_stores[i];
        if (strlen(store->name) != len || strncmp(store->name, path + 1, len) != 0)
            continue;
        for (size_t k = 0; k < store->count; k++) {
            const struct conf_stored_crt *stored = &store->items[k];
            if (is_named ? is_called(stored, slash + 1) : strcmp(stored->path, path) == 0)
                return stored;
        }
    }
    return NULL;
}

static void report_unknown(struct loader *l, struct conf_span span, const char *name)
{
    struct suggestion suggestion;
    suggestion_start(&suggestion, name);
    for (size_t i = 0; i < l->crt_store_count; i++) {
        const struct conf_crt_store *store = &l->crt_stores[i];
        for (size_t k = 0; k < store->count; k++) {
            const struct conf_stored_crt *stored = &store->items[k];
            const char *called = stored->alias != NULL ? stored->alias : stored->crt;
            suggestion_try(&suggestion, arena_printf(l->scratch, "@%s/%s", store->name, called));
        }
    }
    CONF_FAIL(l, span,
              suggestion.best != NULL
                  ? arena_printf(l->scratch, "did you mean '%s'?", suggestion.best)
                  : "name a load line of a crt-store section: @store/alias",
              "no crt-store has a certificate '%s'", name);
}

/* ---- crt ------------------------------------------------------------------------------------------------- */

void own_crt_unshare(struct loader *l, struct conf_tls *tls)
{
    size_t count = tls->crt.count;
    tls->crt.items = arena_list_copy(l->arena, tls->crt.items, count, sizeof *tls->crt.items);
    tls->crts = arena_list_copy(l->arena, tls->crts, count, sizeof *tls->crts);
}

void own_crt_add(struct loader *l, struct conf_tls *tls, const char *path,
                 const struct conf_crt *crt)
{
    size_t at = tls->crt.count++;
    tls->crt.items = arena_list_grow(l->arena, tls->crt.items, at, sizeof *tls->crt.items);
    tls->crts = arena_list_grow(l->arena, tls->crts, at, sizeof *tls->crts);
    tls->crt.items[at] = own_path_below(l, l->global.crt_base, path, crt->place);
    tls->crts[at] = *crt;
    tls->crts[at].stored = find_stored(l, tls->crt.items[at]);
    if (tls->crts[at].stored != NULL)
        tls->crt.items[at] = tls->crts[at].stored->path;
    else if (*path == '@')
        report_unknown(l, (struct conf_span){.place = crt->place, .width = (unsigned)strlen(path)},
                       path);
    /* words end in NULL */
    tls->crt.items = arena_list_grow(l->arena, tls->crt.items, at + 1, sizeof *tls->crt.items);
    tls->crt.items[at + 1] = NULL;
}

static void add_files(struct loader *l, struct conf_tls *tls, const struct conf_directive *d)
{
    if (d->is_group || d->arg_count == 0)
        CONF_FAIL(l, d->name.span,
                  loader_hint(l, d->name.span, "write crt = [\"/path/of/file.pem\"]",
                              "write: crt /path/of/file.pem"),
                  "'%s' needs a path", d->name.text);
    own_crt_unshare(l, tls);
    for (size_t i = 0; i < d->arg_count; i++) {
        const struct conf_word *word = &d->args[i];
        (void)own_is_path(l, d, word); /* kept all the same, so that none is reported as missing */
        own_crt_add(l, tls, word->text, &(struct conf_crt){.place = word->span.place});
    }
}

/* Each use adds, as several crt words on a line do. */
void own_crt_files(struct loader *l, const struct keyword *row, void *base,
                   const struct conf_directive *d)
{
    add_files(l, (struct conf_tls *)((char *)base + row->offset), d);
}

/* A server shows one: the last that is named, so that its own goes before that of default-server. */
void own_server_crt(struct loader *l, const struct keyword *row, void *base,
                    const struct conf_directive *d)
{
    struct conf_tls *tls = (struct conf_tls *)((char *)base + row->offset);
    tls->crt.count = 0;
    add_files(l, tls, d);
    const struct conf_stored_crt *stored = tls->crt.count > 0 ? tls->crts[0].stored : NULL;
    if (stored != NULL && stored->key != NULL)
        tls->key = stored->key;
}
