/* SPDX-License-Identifier: Apache-2.0 */
/* TLS words to TLS contexts; see load_tls.h. What a certificate is worth is judged in tls/. */
#include "proxy/runtime/load_tls.h"

#include "config/report.h"
#include "proxy/runtime/demo_certificate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_SESSIONS_DEFAULT 20000 /* as HAProxy's tune.ssl.cachesize */
#define TICKET_KEY_LIFETIME_S 3600
#define ALPN_BYTES 128
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

/* Both enumerations are spelled out, so that neither side can move without the compiler's notice.
 */
static enum tls_version version_of(enum conf_tls_version version)
{
    static const enum tls_version versions[] = {
        [CONF_TLS_DEFAULT] = TLS_VERSION_DEFAULT, [CONF_TLS_10] = TLS_VERSION_1_0,
        [CONF_TLS_11] = TLS_VERSION_1_1,          [CONF_TLS_12] = TLS_VERSION_1_2,
        [CONF_TLS_13] = TLS_VERSION_1_3,
    };
    return versions[version];
}

static enum tls_verify verify_of(enum conf_verify verify)
{
    static const enum tls_verify verifies[] = {
        [CONF_VERIFY_NONE] = TLS_VERIFY_NONE,
        [CONF_VERIFY_OPTIONAL] = TLS_VERIFY_OPTIONAL,
        [CONF_VERIFY_REQUIRED] = TLS_VERIFY_REQUIRED,
    };
    return verifies[verify];
}

/*
 * Only protocols that we speak are offered: a client that was promised more would be cut off. The
 * others may stand in the list, as they do in many a haproxy.cfg.
 */
static const char *alpn_of(const struct conf_tls *tls, char text[ALPN_BYTES])
{
    static const char *const spoken[] = {"http/1.1", "http/1.0"};
    size_t len = 0;
    for (size_t i = 0; i < tls->alpn.count; i++)
        for (size_t k = 0; k < sizeof(spoken) / sizeof(spoken[0]); k++)
            if (strcmp(tls->alpn.items[i], spoken[k]) == 0 && len + 10 < ALPN_BYTES)
                len += (size_t)snprintf(text + len, ALPN_BYTES - len, "%s%s", len > 0 ? "," : "",
                                        spoken[k]);
    return len > 0 ? text : NULL;
}

static struct tls_protocol_settings protocol_of(const struct conf_tls *tls, const char *alpn)
{
    return (struct tls_protocol_settings){
        .version_min = version_of(tls->min_version),
        .version_max = version_of(tls->max_version),
        .ciphers = tls->ciphers,
        .ciphersuites = tls->ciphersuites,
        .curves = tls->curves,
        .alpn = alpn,
        .ca_file = tls->ca_file,
        .crl_file = tls->crl_file,
    };
}

/* ---- binds ----------------------------------------------------------------------------------- */

static bool is_same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool is_same_words(const struct conf_words *a, const struct conf_words *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->items[i], b->items[i]) != 0)
            return false;
    return true;
}

/* All but the certificates. */
static bool is_same_manner(const struct conf_tls *a, const struct conf_tls *b)
{
    const char *const texts[][2] = {
        {a->key, b->key},
        {a->ca_file, b->ca_file},
        {a->ca_verify_file, b->ca_verify_file},
        {a->crl_file, b->crl_file},
        {a->ticket_keys, b->ticket_keys},
        {a->ciphers, b->ciphers},
        {a->ciphersuites, b->ciphersuites},
        {a->curves, b->curves},
        {a->ecdhe, b->ecdhe},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (!is_same_text(texts[i][0], texts[i][1]))
            return false;
    return is_same_words(&a->alpn, &b->alpn) && a->min_version == b->min_version &&
           a->max_version == b->max_version && a->verify == b->verify && a->tickets == b->tickets &&
           memcmp(&a->ca_overlooked, &b->ca_overlooked, sizeof(a->ca_overlooked)) == 0 &&
           memcmp(&a->crt_overlooked, &b->crt_overlooked, sizeof(a->crt_overlooked)) == 0 &&
           a->hides_ca_names == b->hides_ca_names && a->strict_sni == b->strict_sni &&
           a->prefer_client_ciphers == b->prefer_client_ciphers && a->self_signed == b->self_signed;
}

/* Of two with the same certificates. */
static bool is_same_use(const struct conf_tls *a, const struct conf_tls *b)
{
    for (size_t i = 0; i < a->crt.count; i++) {
        const struct conf_crt *x = &a->crts[i], *y = &b->crts[i];
        bool are_alike = x->own != NULL && y->own != NULL && is_same_manner(x->own, y->own);
        if (!is_same_words(&x->names, &y->names) || !is_same_words(&x->excluded, &y->excluded) ||
            (x->own != y->own && !are_alike))
            return false;
    }
    return true;
}

static bool is_same_tls(const struct conf_tls *a, const struct conf_tls *b)
{
    return is_same_words(&a->crt, &b->crt) && is_same_use(a, b) && is_same_manner(a, b);
}

/* Certificates with words of their own are served in as many manners as there are; the first is that of the bind. */
struct manners {
    const struct conf_tls **items; /* owned */
    size_t count;
};

/* The number of its manner; a new one if there is no like. -1 when memory runs out. */
static int manner_of(struct manners *manners, const struct conf_tls *tls)
{
    for (size_t i = 0; i < manners->count; i++)
        if (is_same_manner(manners->items[i], tls))
            return (int)i;
    const struct conf_tls **grown =
        realloc(manners->items, (manners->count + 1) * sizeof(*manners->items));
    if (grown == NULL)
        return -1;
    manners->items = grown;
    manners->items[manners->count] = tls;
    return (int)manners->count++;
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

static bool add_certificate(struct tls_store *store, const struct conf_tls *tls, size_t i,
                            struct manners *manners, const struct tls_files *files,
                            struct bind_fault *fault)
{
    const struct conf_crt *crt = &tls->crts[i];
    int manner = manner_of(manners, crt->own != NULL ? crt->own : tls);
    const struct tls_wanted_names wanted = {.names = crt->names.items,
                                            .count = crt->names.count,
                                            .excluded = crt->excluded.items,
                                            .excluded_count = crt->excluded.count,
                                            .variant = (unsigned)manner};
    if (manner >= 0)
        return tls_store_add_for(store, tls->crt.items[i], tls->key, &wanted, files,
                                 &fault->text) == 0;
    snprintf(fault->text.text, sizeof(fault->text.text), "out of memory");
    return false;
}

static struct tls_store *make_store(const struct conf_tls *tls, struct manners *manners,
                                    const struct tls_files *files, struct bind_fault *fault)
{
    size_t seen = 0;
    struct tls_store *store = manner_of(manners, tls) == 0 ? tls_store_new() : NULL;
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
    const struct config *config;
    const struct conf_bind *bind;
    const struct tls_shared *shared;
    const struct tls_files *files;
    struct tls_store *store; /* counted */
};

/* The scope keeps sessions apart that were begun under other words; it is the same over reloads. */
static struct tls_context *make_context(const struct context_parts *parts,
                                        const struct conf_tls *tls, struct bind_fault *fault)
{
    char alpn[ALPN_BYTES], scope[256];
    const struct conf_bind *bind = parts->bind;
    struct tls_settings settings = tls_settings_default;
    struct tls_ticket_keys *keys = tls_ticket_keys_ref(parts->shared->keys);
    if (tls->ticket_keys != NULL) {
        tls_ticket_keys_free(keys);
        keys = tls_ticket_keys_read(tls->ticket_keys, parts->files, &fault->text);
        if (keys == NULL)
            return NULL;
    }
    snprintf(scope, sizeof(scope), "%s", bind->name != NULL ? bind->name : bind->addr.text);
    settings.protocol = protocol_of(tls, alpn_of(tls, alpn));
    if (tls->ecdhe != NULL && tls->curves == NULL)
        settings.protocol.curves = tls->ecdhe;
    settings.prefer_client_ciphers = tls->prefer_client_ciphers;
    settings.strict_sni = tls->strict_sni;
    settings.tickets = tls->tickets;
    settings.verify = verify_of(tls->verify);
    settings.ca_verify_file = tls->ca_verify_file;
    settings.hides_ca_names = tls->hides_ca_names;
    settings.ca_overlooked = tls->ca_overlooked;
    settings.overlooked = tls->crt_overlooked;
    settings.scope = tls->ticket_keys == NULL ? scope : ""; /* machines call themselves otherwise */
    if (parts->config->global.ssl_lifetime_s != 0)
        settings.session_lifetime_s = parts->config->global.ssl_lifetime_s;
    struct tls_context *context = tls_context_new(&settings, parts->store, keys,
                                                  parts->shared->cache, parts->files, &fault->text);
    tls_ticket_keys_free(keys);
    return context;
}

/* NULL with a fault. */
static struct tls_context *make_contexts(const struct context_parts *parts,
                                         const struct manners *manners, struct bind_fault *fault)
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
    struct manners manners = {0};
    struct tls_context *context = NULL;
    parts->store = make_store(&parts->bind->tls, &manners, parts->files, fault);
    if (parts->store != NULL)
        context = make_contexts(parts, &manners, fault);
    tls_store_free(parts->store); /* the contexts keep it */
    free(manners.items);
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
        if (list->contexts[i] != NULL && is_same_tls(&list->binds[i]->tls, tls))
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

/* NULL without a fault: nothing to make. */
static struct tls_context *context_for(const struct config *config, const struct conf_bind *bind,
                                       const struct bind_list *list,
                                       const struct tls_shared *shared,
                                       const struct tls_files *files, bool is_check,
                                       struct bind_fault *fault)
{
    if (!bind->tls.enabled)
        return NULL;
    struct tls_context *context = find_like(list, &bind->tls);
    if (context != NULL)
        return context;
    if (bind->tls.self_signed && demo_certificate_is_missing(&bind->tls, files) &&
        (is_check || demo_certificate_make(&bind->tls, &fault->text) != 0))
        return NULL;
    struct context_parts parts = {config, bind, shared, files, NULL};
    return make_bind_context(&parts, fault);
}

int load_bind_tls(const struct config *config, const struct tls_shared *shared,
                  const struct tls_files *files, bool is_check, struct tls_context **contexts_out,
                  struct conf_report *report)
{
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
            contexts_out[list.count] =
                context_for(config, bind, &list, shared, files, is_check, &fault);
            if (fault.text.text[0] != '\0' && contexts_out[list.count] == NULL) {
                report_bind(report, proxy, bind, &fault);
                rc = -1;
            }
        }
    }
    free(list.binds);
    return rc;
}

/* ---- servers --------------------------------------------------------------------------------- */

struct tls_client_context *load_server_tls(const struct conf_server *server,
                                           const struct tls_files *files,
                                           struct tls_error_text *error_out)
{
    char alpn[ALPN_BYTES];
    struct tls_client_settings settings = tls_client_settings_default;
    settings.protocol = protocol_of(&server->tls, alpn_of(&server->tls, alpn));
    settings.verify = verify_of(server->tls.verify);
    settings.verify_host = server->tls.verify_host;
    settings.session_reuse =
        server->tls.reuses && server->tls.sni_word == NULL; /* of one name alone */
    if (server->tls.crt.count > 0) {
        settings.certificate = server->tls.crt.items[0];
        settings.certificate_key = server->tls.key;
    }
    if (settings.verify != TLS_VERIFY_NONE && settings.protocol.ca_file == NULL)
        settings.protocol.ca_file = "@system-ca";
    return tls_client_context_new(&settings, files, error_out);
}
