/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drafts become the configuration: `log global` becomes what it stands for, names of backends
 * become pointers, numbers and timeouts that were left open get theirs.
 */
#include "config/resolve/resolve.h"

#include <string.h>
#include <unistd.h>

#include "config/address.h"
#include "config/line.h"
#include "config/stick_table.h"
#include "config/suggest.h"
#include "lb-algos/algo.h"
#include "lb-algos/hash.h"

/* HAProxy would wait for ever. A tunnel to a database may be idle for hours, so there the bound is a day. */
enum { CONNECT_DEFAULT_MS = 5000, HTTP_DEFAULT_MS = 60000, TCP_DEFAULT_MS = 24 * 3600 * 1000 };

/* HAProxy would wait for ever, after a warning; here every wait ends. */
static void fill_timeouts(struct loader *l, struct conf_proxy *proxy, struct conf_span span)
{
    struct conf_timeouts *t = &proxy->timeout;
    const unsigned idle_ms = proxy->mode == CONF_MODE_TCP ? TCP_DEFAULT_MS : HTTP_DEFAULT_MS;
    const struct {
        unsigned caps;
        unsigned *ms;
        unsigned fallback_ms;
        const char *name;
    } needed[] = {
        {CONF_BACKEND, &t->connect_ms, CONNECT_DEFAULT_MS, "connect"},
        {CONF_FRONTEND, &t->client_ms, idle_ms, "client"},
        {CONF_BACKEND, &t->server_ms, idle_ms, "server"},
    };
    const char *missing = "", *used = "", *add = "";
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (*needed[i].ms != 0)
            continue;
        *needed[i].ms = needed[i].fallback_ms;
        if ((proxy->caps & needed[i].caps) == 0)
            continue;
        const char *comma = *missing != '\0' ? ", " : "";
        missing = arena_printf(l->scratch, "%s%s%s", missing, comma, needed[i].name);
        used = arena_printf(l->scratch, "%s%s%us", used, comma, needed[i].fallback_ms / 1000);
        add = arena_printf(l->scratch, "%s%s%s%s", add, comma,
                           loader_hint(l, span, "timeout_", "timeout "), needed[i].name);
    }
    bool misspelt = l->report->errors > 0; /* perhaps; then that is what to say */
    if (*missing != '\0' && !misspelt)
        CONF_WARN(l, span, arena_printf(l->scratch, "add %s, here or in defaults", add),
                  "'%s' has no timeout %s: %s is used", proxy->name, missing, used);
}

/* Where the probe goes: addr and port may each come from the server itself. */
static void resolve_check(struct conf_server *server)
{
    struct conf_server_check *check = &server->check;
    bool elsewhere = check->port != 0 || check->addr.text != NULL;
    check->tls = check->tls || (server->tls.enabled && !elsewhere);
    check->send_proxy =
        check->send_proxy || (server->send_proxy != 0 && !elsewhere && !check->no_send_proxy);
    if (check->addr.text == NULL)
        return;
    if (check->port == 0 && check->addr.port != 0)
        check->port = check->addr.port;
    address_set_port(&check->addr, check->port != 0 ? check->port : server->addr.port);
}

struct conf_span server_span(const struct loader *l, const struct conf_server *server)
{
    struct conf_span span = {server->place, 1};
    if (server->name != NULL)
        span.width = (unsigned)(strlen(server->name) + strlen(loader_hint(l, span, "\"\"", "")));
    return span;
}

/* A probe has no client whose port it could take. */
static void check_probe_port(struct loader *l, struct conf_server *server)
{
    struct conf_server_check *check = &server->check;
    if (!check->enabled || !server->port_of_client || check->port != 0 ||
        check->addr.sa.ss_family == AF_UNIX)
        return;
    struct conf_span span = server_span(l, server);
    const char *help = loader_hint(l, span, "add port = 80", "add: port 80");
    check->enabled = false;
    if (server->addr_of_client) /* as HAProxy, which lets it pass */
        CONF_WARN(l, span, help, "server '%s' has no port that could be checked", server->name);
    else
        CONF_FAIL(l, span, help, "server '%s' has neither a port nor one to check", server->name);
}

/* Numbers that are not given are the lowest that are free, in the order of the file. */
static unsigned next_id(struct loader *l, struct name_map *taken, unsigned *next)
{
    char *key;
    if (taken->count == 0)
        return (*next)++; /* as nearly always: no id was given */
    do {
        key = arena_printf(l->scratch, "%u", (*next)++);
    } while (names_get(taken, key) != NULL);
    return *next - 1;
}

static void take_id(struct loader *l, struct name_map *taken, unsigned id, struct conf_span span,
                    const void *owner)
{
    if (names_add(l->scratch, taken, arena_printf(l->scratch, "%u", id), owner) != NULL)
        CONF_FAIL(l, span, "leave it out, or give another number", "id %u is taken already", id);
}

static void resolve_servers(struct loader *l, struct conf_proxy *proxy)
{
    struct name_map names = {0}, ids = {0};
    unsigned next = 1;
    for (size_t i = 0; i < proxy->server_count; i++) {
        struct conf_server *server = &proxy->servers[i];
        server->has_own_id = server->id != 0;
        if (server->has_own_id)
            take_id(l, &ids, server->id, server_span(l, server), server);
        resolve_name(l, proxy, server);
        resolve_check(server);
        if (server->check.plan_name != NULL)
            resolve_plan(l, server);
        check_probe_port(l, server);
        if (server->source.addr.text == NULL && server->source.interface == NULL)
            server->source = proxy->source;
        if (server->name == NULL)
            continue; /* reported as missing */
        check_server_name(l, server);
        const struct conf_server *other = names_add(l->scratch, &names, server->name, server);
        if (other != NULL)
            CONF_FAIL(l, server_span(l, server),
                      arena_printf(l->scratch, "the other one is in line %u", other->place.line),
                      "there is another server '%s' in '%s'", server->name, proxy->name);
    }
    for (size_t i = 0; i < proxy->server_count; i++) {
        if (proxy->servers[i].id == 0)
            proxy->servers[i].id = next_id(l, &ids, &next);
    }
}

static void number_proxies(struct loader *l)
{
    struct name_map ids = {0};
    unsigned next = l->global.g.admin.bind_count > 0 ? 2 : 1; /* as in HAProxy, the first is its */
    for (size_t i = 0; i < l->proxy_count; i++)
        if (l->proxies[i]->p.id != 0) {
            l->proxies[i]->p.has_own_id = true;
            take_id(l, &ids, l->proxies[i]->p.id, l->proxies[i]->span, l->proxies[i]);
        }
    for (size_t i = 0; i < l->proxy_count; i++) {
        if (l->proxies[i]->p.id == 0)
            l->proxies[i]->p.id = next_id(l, &ids, &next);
    }
}

static void report_no_backend(struct loader *l, const struct draft_proxy *draft)
{
    const char *name = draft->p.default_backend_name;
    struct suggestion suggestion;
    suggestion_start(&suggestion, name);
    bool is_frontend = false;
    for (size_t i = 0; i < l->proxy_count; i++) {
        const struct conf_proxy *other = &l->proxies[i]->p;
        if (other->caps & CONF_BACKEND)
            suggestion_try(&suggestion, other->name);
        else if (strcmp(other->name, name) == 0)
            is_frontend = true;
    }
    const char *help =
        suggestion.best != NULL ? arena_printf(l->scratch, "did you mean '%s'?", suggestion.best)
        : is_frontend           ? "that is the name of a frontend"
                      : loader_hint(l, draft->default_backend_span, "add it to backends = ( ... )",
                                    "add a section: backend NAME");
    CONF_FAIL(l, draft->default_backend_span, help, "there is no backend '%s'", name);
}

/* The other way round works: the frontend speaks HTTP then. */
static void check_same_mode(struct loader *l, const struct draft_proxy *draft,
                            const struct conf_proxy *proxy)
{
    if (proxy->mode == CONF_MODE_HTTP && proxy->default_backend->mode == CONF_MODE_TCP)
        CONF_FAIL(l, draft->default_backend_span, "give both the same mode",
                  "'%s' has mode http, its backend '%s' mode tcp", proxy->name,
                  proxy->default_backend_name);
}

/* All proxies stand in their final array by now. */
static void link_backends(struct loader *l, struct config *config)
{
    struct name_map backs = {0};
    for (size_t i = 0; i < config->proxy_count; i++) {
        if (config->proxies[i].caps & CONF_BACKEND)
            names_add(l->scratch, &backs, config->proxies[i].name, &config->proxies[i]);
    }
    for (size_t i = 0; i < config->proxy_count; i++) {
        struct conf_proxy *proxy = &config->proxies[i];
        if ((proxy->caps & CONF_FRONTEND) == 0)
            proxy->default_backend_name = NULL; /* of defaults, meant for frontends */
        else if (proxy->default_backend_name != NULL) {
            proxy->default_backend = names_get(&backs, proxy->default_backend_name);
            if (proxy->default_backend == NULL)
                report_no_backend(l, l->proxies[i]);
            else if (proxy->default_backend == proxy)
                CONF_FAIL(l, l->proxies[i]->default_backend_span,
                          "remove the line: a listen uses its own servers",
                          "'%s' names itself as its backend", proxy->name);
            else
                check_same_mode(l, l->proxies[i], proxy);
        } else if (proxy->server_count > 0)
            proxy->default_backend = proxy;
    }
}

static void resolve_global(struct loader *l)
{
    struct conf_global *global = &l->global.g;
    global->admin.name = "GLOBAL"; /* what HAProxy calls it, too */
    global->admin.caps = CONF_FRONTEND;
    if (l->input->maxconn != 0)
        global->maxconn = l->input->maxconn;
    if (global->nbthread == 0)
        global->nbthread = l->input->cpus != 0 ? l->input->cpus : 1;
    if (global->log_tag == NULL)
        global->log_tag = l->input->log_tag != NULL ? l->input->log_tag : "weir";
    char host[256] = "";
    if (global->node == NULL && gethostname(host, sizeof(host) - 1) == 0)
        global->node = arena_copy(l->arena, host);
    resolve_global_logs(l);
    resolve_name_cases(l);
}

/* The rules' room compiles it with the other lines. */
static void add_expression(struct loader *l, struct conf_lines *lines, const struct conf_line *line)
{
    lines->items = arena_list_grow(l->arena, lines->items, lines->count, sizeof *lines->items);
    lines->items[lines->count++] = *line;
}

static void resolve_forwarded(struct loader *l, struct conf_proxy *proxy)
{
    for (size_t i = 0; i < CONF_FORWARDED_EXPRS; i++) {
        if (proxy->forwarded.expressions[i] != NULL)
            add_expression(l, &proxy->lines, proxy->forwarded.expressions[i]);
    }
}

static void resolve_balance(struct loader *l, struct draft_proxy *draft)
{
    struct conf_balance *balance = &draft->p.balance;
    struct conf_hash *hash = &draft->p.hash;
    if (hash->function == NULL) { /* hash-type without one: HAProxy's defaults */
        hash->function = lb_hashes;
        hash->avalanche = hash->avalanche || strcmp(hash->method, lb_consistent.name) == 0;
    }
    if (balance->key == CONF_KEY_URL_PARAM && balance->parameter == NULL)
        CONF_FAIL(l, draft->span,
                  loader_hint(l, draft->span,
                              "balance = { algorithm = \"url_param\"; parameter = \"...\"; }",
                              "as in: balance url_param userid"),
                  "'%s': balance url_param needs the name of a parameter", draft->p.name);
    if (balance->key == CONF_KEY_EXPRESSION && balance->expression != NULL)
        add_expression(l, &draft->p.lines, balance->expression);
    else if (balance->key == CONF_KEY_EXPRESSION)
        CONF_FAIL(l, draft->span,
                  loader_hint(l, draft->span,
                              "balance = { algorithm = \"hash\"; expression = \"src\"; }",
                              "as in: balance hash src"),
                  "'%s': balance hash needs an expression", draft->p.name);
}

/* A format of defaults that tells of requests is meant for those that have some. */
static void resolve_log_format(struct loader *l, struct conf_proxy *proxy, struct conf_span span)
{
    if (proxy->log_format_is_own)
        proxy->log_format = CONF_LOG_CUSTOM;
    if (proxy->log_format_is_own || proxy->mode != CONF_MODE_TCP ||
        proxy->log_format <= CONF_LOG_TCP)
        return;
    proxy->log_format = CONF_LOG_TCP;
    if ((proxy->caps & CONF_FRONTEND) != 0)
        CONF_WARN(l, span,
                  loader_hint(l, span, "add option_tcplog = true", "add a line: option tcplog"),
                  "'%s' has no requests to log: 'option tcplog' is used", proxy->name);
}

static void resolve_proxy(struct loader *l, struct draft_proxy *draft)
{
    struct conf_proxy *proxy = &draft->p;
    resolve_log_format(l, proxy, draft->span);
    fill_timeouts(l, proxy, draft->span);
    resolve_logs(l, proxy);
    resolve_saved_state(l, draft);
    resolve_transparent(l, draft);
    resolve_servers(l, proxy);
    if ((proxy->caps & CONF_BACKEND) != 0)
        resolve_check_script(l, &proxy->check, proxy->name, draft->span);
    check_authorities(l, proxy);
    resolve_email(l, draft);
    resolve_balance(l, draft);
    if (proxy->rdp_cookie != NULL && (proxy->caps & CONF_BACKEND) != 0)
        add_expression(l, &proxy->lines, proxy->rdp_cookie);
    resolve_forwarded(l, proxy);
    resolve_cookie(l, draft);
    resolve_stick_table(l, proxy);
    if (proxy->log_tag == NULL)
        proxy->log_tag = l->global.g.log_tag;
    if (proxy->maxconn == 0)
        proxy->maxconn = l->global.g.maxconn;
    if (proxy->stats.node == NULL)
        proxy->stats.node = l->global.g.node;
    if (proxy->stats.desc == NULL)
        proxy->stats.desc = l->global.g.description;
    proxy->http_server_close = proxy->http_mode == CONF_HTTP_SERVER_CLOSE;
    proxy->http_close = proxy->http_mode == CONF_HTTP_CLOSE;
}

struct config *resolve_config(struct loader *l)
{
    struct config *config = arena_alloc(l->arena, sizeof *config);
    resolve_global(l);
    number_proxies(l);
    config->global = l->global.g;
    config->proxies = arena_alloc(l->arena, (l->proxy_count + 1) * sizeof *config->proxies);
    for (size_t i = 0; i < l->proxy_count; i++) {
        resolve_proxy(l, l->proxies[i]);
        config->proxies[config->proxy_count++] = l->proxies[i]->p;
    }
    check_table_names(l);
    link_backends(l, config);
    resolve_peers_tables(l, config);
    resolve_tracks(l, config);
    config->resolvers = l->resolvers;
    config->resolvers_count = l->resolvers_count;
    config->userlists = l->userlists;
    config->userlist_count = l->userlist_count;
    config->rings = l->rings;
    config->ring_count = l->ring_count;
    config->log_turns = l->log_turns;
    return config;
}
