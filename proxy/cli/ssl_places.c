/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates at their places; see ssl_places.h.
 *
 * Binds and servers that are alike serve the same store, and get the same new one: each is made once.
 */
#include "proxy/cli/ssl_places.h"

#include "proxy/state/server.h"
#include "tls/context.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One of these serves. */
struct place {
    const struct bind *bind;
    struct tls_client_context *server;
};

/* Zeroed to begin with. */
struct walk {
    size_t proxy, bind, server;
};

/* The next place that has certificates. */
static bool next_place(const struct snapshot *snapshot, struct walk *walk, struct place *place_out)
{
    for (; walk->proxy < snapshot->config->proxy_count;
         *walk = (struct walk){.proxy = walk->proxy + 1}) {
        const struct proxy *proxy = &snapshot->proxies[walk->proxy];
        while (walk->bind < proxy->conf->bind_count) {
            *place_out = (struct place){.bind = &proxy->binds[walk->bind++]};
            if (place_out->bind->tls != NULL)
                return true;
        }
        while (walk->server < proxy->conf->server_count) {
            *place_out =
                (struct place){.server = atomic_load(&proxy->servers[walk->server++]->tls)};
            if (place_out->server != NULL)
                return true;
        }
    }
    return false;
}

/* A reference; NULL: a server that is shown none. */
static struct tls_store *store_at(const struct place *place)
{
    return place->bind != NULL ? tls_context_store(place->bind->tls)
                               : tls_client_context_store(place->server);
}

void ssl_places_visit_all(const struct snapshot *snapshot, ssl_places_visit *visit, void *owner)
{
    struct walk walk = {0};
    struct place place;
    while (next_place(snapshot, &walk, &place)) {
        struct tls_store *store = store_at(&place);
        for (size_t i = 0; store != NULL && i < tls_store_count(store); i++) {
            const struct ssl_use use = {
                .bind = place.bind, .is_first = i == 0, .info = tls_store_certificate(store, i)};
            visit(owner, &use);
        }
        tls_store_free(store);
    }
}

size_t ssl_places_count(const struct snapshot *snapshot, const char *file)
{
    size_t count = 0;
    struct walk walk = {0};
    struct place place;
    while (next_place(snapshot, &walk, &place)) {
        struct tls_store *store = store_at(&place);
        count += store != NULL ? tls_store_count_of(store, file) : 0;
        tls_store_free(store);
    }
    return count;
}

struct tls_draft *ssl_places_find(const struct snapshot *snapshot, const char *file)
{
    struct tls_draft *draft = NULL;
    bool is_found = false;
    struct walk walk = {0};
    struct place place;
    while (!is_found && next_place(snapshot, &walk, &place)) {
        struct tls_store *store = store_at(&place);
        is_found = store != NULL && tls_store_count_of(store, file) > 0;
        if (is_found)
            draft = tls_draft_of(store, file);
        tls_store_free(store);
    }
    return draft;
}

/* ---- a change -------------------------------------------------------------------------------- */

/* What is to become of the stores that it concerns. */
struct change {
    bool (*concerns)(const struct change *change, const struct tls_store *store);
    struct tls_store *(*make)(const struct change *change, const struct tls_store *before,
                              struct tls_error_text *error_out);
    const struct tls_draft *draft;
    const struct tls_wanted_names *wanted;
    const char *file;
    const struct tls_listing *listing;
};

/* What is going to be served at a place. */
struct successor {
    struct place place;
    struct tls_store *before, *after; /* counted */
};

struct plan {
    struct successor *items; /* owned */
    size_t count;
};

static void plan_clear(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        tls_store_free(plan->items[i].before);
        tls_store_free(plan->items[i].after);
    }
    free(plan->items);
}

/* The nearest first: places that are alike mostly stand together. */
static struct tls_store *make_successor(const struct plan *plan, const struct tls_store *before,
                                        const struct change *change,
                                        struct tls_error_text *error_out)
{
    for (size_t i = plan->count; i-- > 0;)
        if (plan->items[i].before == before)
            return tls_store_ref(plan->items[i].after);
    return change->make(change, before, error_out);
}

static int admit(const struct successor *successor, struct tls_error_text *error_out)
{
    const struct place *place = &successor->place;
    return place->bind != NULL
               ? tls_context_admit(place->bind->tls, successor->after, error_out)
               : tls_client_context_admit(place->server, successor->after, error_out);
}

/* Takes the reference to before. */
static int plan_add(struct plan *plan, const struct place *place, struct tls_store *before,
                    const struct change *change, struct tls_error_text *error_out)
{
    struct successor *grown = realloc(plan->items, (plan->count + 1) * sizeof(*grown));
    if (grown == NULL) {
        snprintf(error_out->text, sizeof(error_out->text), "out of memory");
        tls_store_free(before);
        return -1;
    }
    plan->items = grown;
    struct successor *successor = &plan->items[plan->count];
    *successor =
        (struct successor){*place, before, make_successor(plan, before, change, error_out)};
    plan->count++;
    return successor->after != NULL ? admit(successor, error_out) : -1;
}

static int plan_make(const struct snapshot *snapshot, const struct change *change,
                     struct plan *plan, struct tls_error_text *error_out)
{
    int result = 0;
    struct walk walk = {0};
    struct place place;
    while (result == 0 && next_place(snapshot, &walk, &place)) {
        struct tls_store *store = store_at(&place);
        if (store != NULL && change->concerns(change, store))
            result = plan_add(plan, &place, store, change, error_out);
        else
            tls_store_free(store);
    }
    return result;
}

static void plan_carry_out(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct successor *successor = &plan->items[i];
        if (successor->place.bind != NULL)
            tls_context_serve(successor->place.bind->tls, successor->after);
        else
            tls_client_context_serve(successor->place.server, successor->after);
    }
}

static int carry_out(const struct snapshot *snapshot, const struct change *change,
                     struct tls_error_text *error_out)
{
    struct plan plan = {0};
    int result = plan_make(snapshot, change, &plan, error_out);
    if (result == 0)
        plan_carry_out(&plan);
    plan_clear(&plan);
    return result;
}

static bool has_file(const struct change *change, const struct tls_store *store)
{
    return tls_store_count_of(store, tls_draft_file(change->draft)) > 0;
}

static struct tls_store *make_with(const struct change *change, const struct tls_store *before,
                                   struct tls_error_text *error_out)
{
    return tls_store_with(before, change->draft, error_out);
}

int ssl_places_replace(const struct snapshot *snapshot, const struct tls_draft *draft,
                       struct tls_error_text *error_out)
{
    const struct change change = {.concerns = has_file, .make = make_with, .draft = draft};
    return carry_out(snapshot, &change, error_out);
}

static bool has_list(const struct change *change, const struct tls_store *store)
{
    for (size_t i = 0; i < tls_store_count(store); i++) {
        const char *list = tls_store_certificate(store, i)->listing.list;
        if (list != NULL && strcmp(list, change->listing->list) == 0)
            return true;
    }
    return false;
}

static struct tls_store *make_and(const struct change *change, const struct tls_store *before,
                                  struct tls_error_text *error_out)
{
    return tls_store_and(before, change->draft, change->wanted, error_out);
}

int ssl_places_insert(const struct snapshot *snapshot, const struct tls_draft *draft,
                      const struct tls_wanted_names *wanted, struct tls_error_text *error_out)
{
    const struct change change = {.concerns = has_list,
                                  .make = make_and,
                                  .draft = draft,
                                  .wanted = wanted,
                                  .listing = &wanted->listing};
    return carry_out(snapshot, &change, error_out);
}

static struct tls_store *make_less(const struct change *change, const struct tls_store *before,
                                   struct tls_error_text *error_out)
{
    return tls_store_less(before, change->file, change->listing, error_out);
}

int ssl_places_remove(const struct snapshot *snapshot, const char *file,
                      const struct tls_listing *listing, struct tls_error_text *error_out)
{
    const struct change change = {
        .concerns = has_list, .make = make_less, .file = file, .listing = listing};
    return carry_out(snapshot, &change, error_out);
}
