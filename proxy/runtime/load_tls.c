/* SPDX-License-Identifier: Apache-2.0 */
/* TLS words of binds to TLS contexts; see load_tls.h. What a certificate is worth is judged in tls/. */
#include "proxy/runtime/load_tls.h"

#include "config/report.h"
#include "proxy/runtime/demo_certificate.h"
#include "proxy/runtime/tls_manner.h"
#include "proxy/runtime/tls_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_SESSIONS_DEFAULT 20000 /* as HAProxy's tune.ssl.cachesize */
#define TICKET_KEY_LIFETIME_S 3600
#define EXPIRY_SOON_S (14 * 24 * 3600)

int tls_shared_init(struct tls_shared *shared, const struct conf_global *global, time_t now)
{
    size_t sessions = global->ssl_cachesize != 0 ? global->ssl_cachesize : CACHE_SESSIONS_DEFAULT;
    shared->keys = tls_ticket_keys_new(now, TICKET_KEY_LIFETIME_S);
    shared->cache = tls_session_cache_new(sessions);
    if (shared->keys != NULL && shared->cache != NULL)
        return 0;
    tls_shared_clear(shared);
    return -1;
}

void tls_shared_clear(struct tls_shared *shared)
{
    if (shared->keys != NULL)
        tls_ticket_keys_free(shared->keys);
    if (shared->cache != NULL)
        tls_session_cache_free(shared->cache);
    *shared = (struct tls_shared){0};
}

/* What is wrong with a bind, and with which of its words. */
struct bind_fault {
    struct conf_report *report; /* for what is no fault, yet worth saying */
    struct tls_error_text text; /* "": nothing */
    struct conf_place place;
};

/* What is over or soon over among the certificates from *cursor on. */
static void report_expiry(struct conf_report *report, const struct tls_store *store, size_t *cursor,
                          struct conf_place place)
{
    struct tls_error_text text;
    struct conf_span span = {.place = place, .width = 1};
    while (tls_store_next_warning(store, time(NULL), EXPIRY_SOON_S, cursor, &text))
        conf_report_add(report, CONF_WARNING, span, "renew it, and reload", "%s", text.text);
}

/* As a person would read it in the file. */
static struct tls_listing listing_of(const struct conf_crt *crt)
{
    if (crt->line == NULL)
        return (struct tls_listing){0};
    return (struct tls_listing){
        .list = crt->place.file, .line = crt->place.line, .words = crt->line};
}

static bool add_certificate(struct tls_store *store, const struct conf_tls *tls, size_t i,
                            struct tls_manners *manners, const struct tls_files *files,
                            struct bind_fault *fault)
{
    const struct conf_crt *crt = &tls->crts[i];
    int manner = tls_manner_of(manners, crt->own != NULL ? crt->own : tls);
    const struct tls_wanted_names wanted = {.names = crt->names.items,
                                            .count = crt->names.count,
                                            .excluded = crt->excluded.items,
                                            .excluded_count = crt->excluded.count,
                                            .variant = (unsigned)manner,
                                            .listing = listing_of(crt)};
    struct tls_crt_files paths = {.path = tls->crt.items[i], .key = tls->key};
    if (crt->stored != NULL && crt->stored->key != NULL)
        paths.key = crt->stored->key;
    if (crt->stored != NULL)
        paths.ocsp = crt->stored->ocsp;
    if (manner >= 0)
        return tls_store_add_for(store, &paths, &wanted, files, &fault->text) == 0;
    snprintf(fault->text.text, sizeof(fault->text.text), "out of memory");
    return false;
}

static struct tls_store *make_store(const struct conf_tls *tls, struct tls_manners *manners,
                                    const struct tls_files *files, struct bind_fault *fault)
{
    size_t seen = 0;
    struct tls_store *store = tls_manner_of(manners, tls) == 0 ? tls_store_new() : NULL;
    if (store == NULL)
        snprintf(fault->text.text, sizeof(fault->text.text), "out of memory");
    for (size_t i = 0; i < tls->crt.count && store != NULL; i++) {
        if (add_certificate(store, tls, i, manners, files, fault)) {
            report_expiry(fault->report, store, &seen, tls->crts[i].place);
            continue;
        }
        fault->place = tls->crts[i].place;
        tls_store_free(store);
        store = NULL;
    }
    return store;
}

/* What contexts of a bind have in common. */
struct context_parts {
    const struct tls_load *load;
    const struct conf_bind *bind;
    struct tls_store *store; /* counted */
};

/* The scope keeps sessions apart that were begun under other words; it is the same over reloads. */
static struct tls_context *make_context(const struct context_parts *parts,
                                        const struct conf_tls *tls, struct bind_fault *fault)
{
    char alpn[TLS_ALPN_BYTES], scope[256];
    const struct conf_bind *bind = parts->bind;
    struct tls_settings settings = tls_settings_default;
    struct tls_ticket_keys *own_keys = NULL;
    if (tls->ticket_keys != NULL) {
        own_keys = tls_ticket_keys_read(tls->ticket_keys, parts->load->files, &fault->text);
        if (own_keys == NULL)
            return NULL;
    }
    snprintf(scope, sizeof(scope), "%s", bind->name != NULL ? bind->name : bind->addr.text);
    settings.protocol = tls_words_protocol(tls, tls_words_alpn(tls, alpn));
    if (tls->ecdhe != NULL && tls->curves == NULL)
        settings.protocol.curves = tls->ecdhe;
    settings.prefer_client_ciphers = tls->prefer_client_ciphers;
    settings.strict_sni = tls->strict_sni;
    settings.tickets = tls->tickets;
    settings.verify = tls_words_verify(tls->verify);
    settings.ca_verify_file = tls->ca_verify_file;
    settings.hides_ca_names = tls->hides_ca_names;
    settings.ca_overlooked = tls->ca_overlooked;
    settings.overlooked = tls->crt_overlooked;
    settings.scope = tls->ticket_keys == NULL ? scope : ""; /* machines call themselves otherwise */
    if (parts->load->config->global.ssl_lifetime_s != 0)
        settings.session_lifetime_s = parts->load->config->global.ssl_lifetime_s;
    struct tls_context *context = tls_context_new(
        &settings, parts->store, own_keys != NULL ? own_keys : parts->load->shared->keys,
        parts->load->shared->cache, parts->load->files, &fault->text);
    tls_ticket_keys_free(own_keys);
    return context;
}

/* NULL with a fault. */
static struct tls_context *make_contexts(const struct context_parts *parts,
                                         const struct tls_manners *manners,
                                         struct bind_fault *fault)
{
    struct tls_context *context = make_context(parts, manners->items[0], fault);
    for (size_t i = 1; i < manners->count && context != NULL; i++) {
        struct tls_context *variant = make_context(parts, manners->items[i], fault);
        if (variant == NULL || tls_context_add_variant(context, variant) != 0) {
            tls_context_free(context);
            context = NULL;
        }
        tls_context_free(variant);
    }
    return context;
}

static struct tls_context *make_bind_context(struct context_parts *parts, struct bind_fault *fault)
{
    struct tls_manners manners = {0};
    struct tls_context *context = NULL;
    const char *issuers = parts->load->config->global.issuers;
    parts->store = make_store(&parts->bind->tls, &manners, parts->load->files, fault);
    bool is_complete =
        parts->store != NULL &&
        (issuers == NULL ||
         tls_store_complete_chains(parts->store, issuers, parts->load->files, &fault->text) == 0);
    if (is_complete)
        context = make_contexts(parts, &manners, fault);
    tls_store_free(parts->store); /* the contexts keep it */
    tls_manners_free(&manners);
    return context;
}

/* The binds so far, flat, so that later ones can look for their like. */
struct bind_list {
    const struct conf_bind **binds;
    struct tls_context **contexts;
    size_t count;
};

static struct tls_context *find_like(const struct bind_list *list, const struct conf_tls *tls)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->contexts[i] != NULL && tls_binds_are_alike(&list->binds[i]->tls, tls))
            return tls_context_ref(list->contexts[i]);
    return NULL;
}

static void report_bind(struct conf_report *report, const struct conf_proxy *proxy,
                        const struct conf_bind *bind, const struct bind_fault *fault)
{
    struct conf_span span = {.place = fault->place, .width = 1};
    conf_report_add(report, CONF_ERROR, span,
                    "crt wants certificate, chain and key in PEM, the key perhaps in FILE.key; "
                    "crt-base and ca-base are where relative names begin",
                    "frontend %s, bind %s: %s", proxy->name, bind->addr.text, fault->text.text);
}

/* Of those that nothing here reads, as no client is asked for a certificate. */
static bool misses_authorities(const struct conf_tls *tls, const struct tls_files *files,
                               struct bind_fault *fault)
{
    return tls_words_miss_file(files, tls->ca_file, &fault->text) ||
           tls_words_miss_file(files, tls->ca_verify_file, &fault->text) ||
           tls_words_miss_file(files, tls->crl_file, &fault->text);
}

static void look_for_unused(const struct conf_tls *tls, const struct tls_files *files,
                            struct bind_fault *fault)
{
    for (size_t i = 0; i < tls->crt.count && !tls->self_signed; i++)
        if (tls_words_miss_file(files, tls->crt.items[i], &fault->text)) {
            fault->place = tls->crts[i].place;
            return;
        }
    (void)misses_authorities(tls, files, fault);
}

/* NULL without a fault: nothing to make. */
static struct tls_context *context_for(const struct tls_load *load, const struct conf_bind *bind,
                                       const struct bind_list *list, struct bind_fault *fault)
{
    if (!bind->tls.enabled) {
        look_for_unused(&bind->tls, load->files, fault);
        return NULL;
    }
    struct tls_context *context = find_like(list, &bind->tls);
    if (context != NULL)
        return context;
    if (bind->tls.verify == CONF_VERIFY_NONE && misses_authorities(&bind->tls, load->files, fault))
        return NULL;
    if (bind->tls.self_signed && demo_certificate_is_missing(&bind->tls, load->files) &&
        (load->is_check || demo_certificate_make(&bind->tls, &fault->text) != 0))
        return NULL;
    struct context_parts parts = {load, bind, NULL};
    return make_bind_context(&parts, fault);
}

int load_bind_tls(const struct tls_load *load, struct tls_context **contexts_out,
                  struct conf_report *report)
{
    const struct config *config = load->config;
    struct bind_list list = {.contexts = contexts_out};
    size_t total = 0;
    int rc = 0;
    for (size_t i = 0; i < config->proxy_count; i++)
        total += config->proxies[i].bind_count;
    list.binds = calloc(total + 1, sizeof(*list.binds));
    if (list.binds == NULL)
        return -1;
    for (size_t i = 0; i < config->proxy_count; i++) {
        const struct conf_proxy *proxy = &config->proxies[i];
        for (size_t j = 0; j < proxy->bind_count; j++, list.count++) {
            const struct conf_bind *bind = &proxy->binds[j];
            struct bind_fault fault = {.report = report, .place = bind->place};
            list.binds[list.count] = bind;
            contexts_out[list.count] = context_for(load, bind, &list, &fault);
            if (fault.text.text[0] != '\0' && contexts_out[list.count] == NULL) {
                report_bind(report, proxy, bind, &fault);
                rc = -1;
            }
        }
    }
    free(list.binds);
    return rc;
}
