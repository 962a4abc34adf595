/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The making of a snapshot: finds or makes the live object for each noun of the config, and room
 * for all of it, without touching anything that runs.
 */
#include "proxy/state/build.h"

#include "config/stick_table.h"
#include "proxy/state/bind_state.h"
#include "proxy/state/proxy_state.h"
#include "proxy/state/server.h"
#include "proxy/state/stick_table.h"
#include "tls/context.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct builder {
    struct snapshot *snapshot; /* the one being made */
    const struct snapshot *old;
    const struct state_build_options *options;
    struct state_error *error;
};

static bool fail_for_memory(struct builder *b)
{
    snprintf(b->error->text, sizeof(b->error->text), "out of memory");
    return false;
}

/* ---- servers --------------------------------------------------------------------------------- */

/* Mostly the server stands where it stood: looks from there on, all around. */
static struct server *find_server(const struct proxy *old, const char *name, size_t near)
{
    size_t count = old != NULL ? old->conf->server_count : 0;
    for (size_t n = 0; n < count; n++) {
        struct server *server = old->servers[(near + n) % count];
        if (strcmp(server->name, name) == 0)
            return server;
    }
    return NULL;
}

/* The server of the old snapshot if it is still the same, else a new one. */
static struct server *find_or_make_server(struct builder *b, struct proxy *proxy,
                                          const struct proxy *old, size_t index)
{
    const struct conf_server *conf = &proxy->conf->servers[index];
    struct server *before = find_server(old, conf->name, index);
    if (before != NULL) {
        char *definition = server_definition_text(conf);
        bool is_same = definition != NULL && strcmp(definition, before->definition) == 0;
        free(definition);
        if (is_same) {
            before->references++;
            return before;
        }
    }
    return server_new(&proxy->state->backend, proxy->conf, conf, b->options->threads, before);
}

static bool make_tls(struct builder *b, const struct conf_proxy *proxy,
                     const struct conf_server *conf, struct tls_client_context **tls_out)
{
    if (!conf_server_needs_tls(proxy, conf))
        return true;
    *tls_out = b->options->make_tls(b->options->owner, conf, b->error);
    return *tls_out != NULL;
}

static bool build_servers(struct builder *b, size_t index, const struct proxy *old)
{
    struct proxy *proxy = &b->snapshot->proxies[index];
    size_t count = proxy->conf->server_count;
    struct tls_client_context **tls = calloc(count + 1, sizeof(*tls));
    b->snapshot->new_tls[index] = tls;
    proxy->servers = calloc(count + 1, sizeof(struct server *));
    if (tls == NULL || proxy->servers == NULL ||
        !backend_reserve(&proxy->state->backend, (unsigned)count))
        return fail_for_memory(b);
    for (size_t i = 0; i < count; i++) {
        const struct conf_server *conf = &proxy->conf->servers[i];
        proxy->servers[i] = find_or_make_server(b, proxy, old, i);
        if (proxy->servers[i] == NULL)
            return fail_for_memory(b);
        if (!make_tls(b, proxy->conf, conf, &tls[i]))
            return false;
    }
    return true;
}

/* ---- proxies --------------------------------------------------------------------------------- */

/* A frontend and a backend may have the same name: they are told apart by what they are. */
static const struct proxy *find_old(const struct snapshot *old, const struct conf_proxy *conf)
{
    if (old == NULL)
        return NULL;
    for (size_t i = 0; i < old->config->proxy_count; i++) {
        const struct proxy *proxy = &old->proxies[i];
        if ((proxy->conf->caps & conf->caps) != 0 && strcmp(proxy->conf->name, conf->name) == 0)
            return proxy;
    }
    return NULL;
}

static bool build_binds(struct proxy *proxy, const struct proxy *old, unsigned threads)
{
    size_t count = proxy->conf->bind_count;
    proxy->binds = calloc(count + 1, sizeof(*proxy->binds));
    if (proxy->binds == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        proxy->binds[i].conf = &proxy->conf->binds[i];
        proxy->binds[i].proxy = proxy;
        if (proxy->conf->socket_stats)
            proxy->binds[i].state = bind_state_take(proxy->binds[i].conf, old, threads);
        if (proxy->conf->socket_stats && proxy->binds[i].state == NULL)
            return false;
    }
    return true;
}

/* What was counted lives on if it is still the same table. */
static struct stick_table *keep_or_make_table(const struct conf_stick_table *definition,
                                              struct stick_table *old)
{
    bool is_same =
        old != NULL && memcmp(stick_table_definition(old), definition, sizeof(*definition)) == 0;
    return is_same ? stick_table_ref(old) : stick_table_new(definition);
}

static bool build_stick_table(struct proxy *proxy, const struct proxy *old)
{
    const struct conf_stick_table *definition = proxy->conf->stick_table;
    if (definition == NULL)
        return true;
    proxy->stick_table = keep_or_make_table(definition, old != NULL ? old->stick_table : NULL);
    return proxy->stick_table != NULL;
}

static bool build_peers_tables(struct builder *b)
{
    struct snapshot *snapshot = b->snapshot;
    const struct config *config = snapshot->config;
    snapshot->peers_tables = calloc(config->peers_table_count + 1, sizeof(struct stick_table *));
    if (snapshot->peers_tables == NULL)
        return fail_for_memory(b);
    for (size_t i = 0; i < config->peers_table_count; i++) {
        int before =
            b->old != NULL ? stick_table_find(b->old->config, config->peers_tables[i].name) : -1;
        snapshot->peers_tables[i] =
            keep_or_make_table(&config->peers_tables[i].definition,
                               before >= 0 ? snapshot_table(b->old, (size_t)before) : NULL);
        if (snapshot->peers_tables[i] == NULL)
            return fail_for_memory(b);
    }
    return true;
}

static bool build_proxy(struct builder *b, size_t index)
{
    const struct config *config = b->snapshot->config;
    struct proxy *proxy = &b->snapshot->proxies[index];
    proxy->conf = &config->proxies[index];
    const struct proxy *old = find_old(b->old, proxy->conf);
    if (old != NULL) {
        proxy->state = old->state;
        proxy->state->references++;
    } else {
        proxy->state = proxy_state_new(proxy->conf->name, b->options->threads);
    }
    if (proxy->state == NULL || !build_binds(proxy, old, b->options->threads) ||
        !build_stick_table(proxy, old))
        return fail_for_memory(b);
    if (proxy->conf->default_backend != NULL)
        proxy->default_backend =
            &b->snapshot->proxies[proxy->conf->default_backend - config->proxies];
    return build_servers(b, index, old);
}

static bool build_uses(struct snapshot *snapshot, unsigned threads)
{
    snapshot->uses = calloc(threads, sizeof(*snapshot->uses));
    if (snapshot->uses == NULL)
        return false;
    snapshot->thread_count = threads;
    snapshot->threads_left = threads;
    for (unsigned i = 0; i < threads; i++)
        snapshot->uses[i] = (struct snapshot_use){.users = 1, .snapshot = snapshot};
    return true;
}

static bool build(struct builder *b)
{
    struct snapshot *snapshot = b->snapshot;
    size_t count = snapshot->config->proxy_count;
    snapshot->proxies = calloc(count + 1, sizeof(*snapshot->proxies));
    snapshot->new_tls = calloc(count + 1, sizeof(*snapshot->new_tls));
    if (snapshot->proxies == NULL || snapshot->new_tls == NULL ||
        !build_uses(snapshot, b->options->threads))
        return fail_for_memory(b);
    for (size_t i = 0; i < count; i++) {
        if (!build_proxy(b, i))
            return false;
    }
    return build_peers_tables(b);
}

struct snapshot *state_build(struct config *config, struct snapshot *old,
                             const struct state_build_options *options,
                             struct state_error *error_out)
{
    struct builder b = {.old = old, .options = options, .error = error_out};
    b.snapshot = calloc(1, sizeof(*b.snapshot));
    if (b.snapshot == NULL) {
        fail_for_memory(&b);
        return NULL;
    }
    b.snapshot->config = config;
    if (build(&b)) {
        b.snapshot->free_config = options->free_config;
        return b.snapshot;
    }
    snapshot_free(b.snapshot); /* the config stays the caller's */
    return NULL;
}

/* ---- the end --------------------------------------------------------------------------------- */

static void free_proxy(struct proxy *proxy, struct tls_client_context **new_tls)
{
    for (size_t i = 0; proxy->servers != NULL && i < proxy->conf->server_count; i++)
        server_free(proxy->servers[i]);
    for (size_t i = 0; new_tls != NULL && i < proxy->conf->server_count; i++)
        tls_client_context_free(new_tls[i]);
    free(new_tls);
    free(proxy->servers);
    for (size_t i = 0; proxy->binds != NULL && i < proxy->conf->bind_count; i++)
        bind_state_free(proxy->binds[i].state);
    free(proxy->binds);
    stick_table_free(proxy->stick_table);
    proxy_state_free(proxy->state);
}

void snapshot_free(struct snapshot *snapshot)
{
    for (size_t i = 0; snapshot->proxies != NULL && i < snapshot->config->proxy_count; i++) {
        if (snapshot->proxies[i].conf != NULL)
            free_proxy(&snapshot->proxies[i],
                       snapshot->new_tls != NULL ? snapshot->new_tls[i] : NULL);
    }
    for (size_t i = 0; snapshot->peers_tables != NULL && i < snapshot->config->peers_table_count;
         i++)
        stick_table_free(snapshot->peers_tables[i]);
    free(snapshot->peers_tables);
    for (struct replaced_tls *next; snapshot->replaced != NULL; snapshot->replaced = next) {
        next = snapshot->replaced->next;
        tls_client_context_free(snapshot->replaced->tls);
        free(snapshot->replaced);
    }
    if (snapshot->free_config != NULL)
        snapshot->free_config(snapshot->config);
    free(snapshot->new_tls);
    free(snapshot->uses);
    free(snapshot->proxies);
    free(snapshot);
}
