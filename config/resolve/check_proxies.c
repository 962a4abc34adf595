/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is allowed but hardly meant: warnings and notes. Each check is a function and a line in the
 * table; it sees one proxy of the finished configuration.
 */
#include <ctype.h>
#include <netinet/in.h>
#include <string.h>

#include "config/address.h"
#include "config/line.h"
#include "config/resolve/resolve.h"

typedef void proxy_check(struct loader *l, const struct config *config,
                         const struct conf_proxy *proxy, struct conf_span span);

static void check_no_bind(struct loader *l, const struct config *config,
                          const struct conf_proxy *proxy, struct conf_span span)
{
    (void)config;
    if ((proxy->caps & CONF_FRONTEND) && proxy->bind_count == 0)
        CONF_WARN(l, span,
                  loader_hint(l, span,
                              "add binds = ( { address = \"*:80\"; } ), or make it a backend",
                              "add a line: bind *:80, or make it a backend"),
                  "'%s' has no bind: nobody can connect to it", proxy->name);
}

static bool has_line(const struct conf_proxy *proxy, enum conf_line_kind kind)
{
    for (size_t i = 0; i < proxy->lines.count; i++) {
        if (proxy->lines.items[i].kind == kind)
            return true;
    }
    return false;
}

static const char *fate(const struct conf_proxy *proxy)
{
    return proxy->mode == CONF_MODE_TCP ? "every connection is closed"
                                        : "every request is answered with 503";
}

static void check_no_backend(struct loader *l, const struct config *config,
                             const struct conf_proxy *proxy, struct conf_span span)
{
    (void)config;
    bool answers = proxy->stats.enabled || proxy->monitor_uri != NULL ||
                   has_line(proxy, CONF_LINE_HTTP_REQUEST) || has_line(proxy, CONF_LINE_REDIRECT);
    if ((proxy->caps & CONF_FRONTEND) && proxy->default_backend_name == NULL &&
        proxy->server_count == 0 && !answers && !has_line(proxy, CONF_LINE_USE_BACKEND))
        CONF_WARN(l, span,
                  loader_hint(l, span, "add default_backend = \"...\"",
                              "add a line: default_backend NAME"),
                  "'%s' has no backend: %s", proxy->name, fate(proxy));
}

static void check_no_server(struct loader *l, const struct config *config,
                            const struct conf_proxy *proxy, struct conf_span span)
{
    (void)config;
    if (proxy->caps == CONF_BACKEND && proxy->server_count == 0 && !proxy->stats.enabled &&
        proxy->lines.count == 0)
        CONF_WARN(l, span,
                  loader_hint(l, span,
                              "add servers = ( { name = \"a\"; address = \"10.0.0.1:80\"; } )",
                              "add a line: server a 10.0.0.1:80"),
                  "'%s' has no server: %s", proxy->name, fate(proxy));
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("-_.:", c) != NULL);
}

/* The names within a word of a rule, as the one of "nbsrv(app)". */
static void note_names(struct loader *l, const struct conf_proxy *user, const char *text)
{
    while (*text != '\0') {
        size_t len = 0;
        while (is_name_char(text[len]))
            len++;
        const char *name = len > 0 ? arena_copy_bytes(l->scratch, text, len) : NULL;
        if (name != NULL && strcmp(name, user->name) != 0)
            names_add(l->scratch, &l->mentioned, name, user);
        text += len > 0 ? len : 1;
    }
}

/* Where requests go without a rule, and whatever rules name; "use_backend %[...]" says so only later, and may mean any. */
static void note_mentioned(struct loader *l, const struct conf_proxy *user)
{
    if (user->default_backend != NULL)
        names_add(l->scratch, &l->mentioned, user->default_backend->name, user);
    for (size_t i = 0; i < user->lines.count; i++) {
        const struct conf_line *line = &user->lines.items[i];
        bool is_choice = line->kind == CONF_LINE_USE_BACKEND && line->word_count > 0;
        if (is_choice && strstr(line->words[0].text, "%[") != NULL)
            l->any_backend = true;
        for (size_t k = 0; k < line->word_count; k++)
            note_names(l, user, line->words[k].text);
    }
}

/* A backend without servers is there for its table, or is reported for that. */
static void check_unused(struct loader *l, const struct config *config,
                         const struct conf_proxy *proxy, struct conf_span span)
{
    (void)config;
    if (proxy->caps != CONF_BACKEND || proxy->server_count == 0 || l->any_backend ||
        names_get(&l->mentioned, proxy->name) != NULL)
        return;
    CONF_WARN(l, span, "name it in some default_backend, or remove it",
              "nothing uses the backend '%s'", proxy->name);
}

/* A server without a probe counts as up for ever, so a dead one goes on getting requests. */
static void check_unchecked(struct loader *l, const struct config *config,
                            const struct conf_proxy *proxy, struct conf_span span)
{
    (void)config;
    const struct conf_server *unchecked = NULL;
    bool some_checked = false;
    for (size_t i = 0; i < proxy->server_count; i++) {
        const struct conf_server *server = &proxy->servers[i];
        if (server->check.enabled)
            some_checked = true;
        else if (unchecked == NULL && !server->disabled && server->name != NULL)
            unchecked = server;
    }
    if (!some_checked || unchecked == NULL)
        return;
    span = server_span(l, unchecked);
    CONF_WARN(l, span, loader_hint(l, span, "add check = true", "add: check"),
              "server '%s' is not checked, but others beside it are", unchecked->name);
}

/* Only streams that a key or a cookie binds to one server wait for that alone. */
static void check_maxqueue(struct loader *l, const struct config *config,
                           const struct conf_proxy *proxy, struct conf_span span)
{
    (void)config;
    if (proxy->balance.key != CONF_KEY_NONE || proxy->cookie.name != NULL)
        return;
    for (size_t i = 0; i < proxy->server_count; i++) {
        const struct conf_server *server = &proxy->servers[i];
        if (server->maxqueue == 0)
            continue;
        span = server_span(l, server);
        CONF_REMARK(
            l, span, "timeout queue bounds how long a stream waits",
            "server '%s': maxqueue bounds nothing as long as no stream must have this very server",
            server->name);
    }
}

static void check_format_without_log(struct loader *l, const struct config *config,
                                     const struct conf_proxy *proxy, struct conf_span span)
{
    (void)config;
    if ((proxy->caps & CONF_FRONTEND) && proxy->log_format != CONF_LOG_DEFAULT &&
        proxy->log_count == 0)
        CONF_WARN(l, span,
                  loader_hint(l, span,
                              "add logs = [\"global\"] here, and logs to the global section",
                              "add: log global, and a log line to the global section"),
                  "'%s' has a log format but no log target", proxy->name);
}

static bool is_loopback(const struct conf_addr *addr)
{
    if (addr->sa.ss_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)&addr->sa)->sin_addr.s_addr) >> 24 == 127;
    if (addr->sa.ss_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)&addr->sa)->sin6_addr);
    return addr->sa.ss_family == AF_UNIX;
}

static bool can_refuse(const struct conf_line *line)
{
    static const char *const actions[] = {"deny", "reject", "auth", "tarpit", "silent-drop"};
    for (size_t i = 0; line->word_count > 0 && i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(line->words[0].text, actions[i]) == 0)
            return true;
    }
    return false;
}

/* Do rules keep somebody out? Whom is not looked at. */
static bool is_guarded(const struct conf_proxy *proxy)
{
    for (size_t i = 0; i < proxy->lines.count; i++) {
        const struct conf_line *line = &proxy->lines.items[i];
        const char *last = line->word_count > 0 ? line->words[line->word_count - 1].text : "TRUE";
        if (line->kind == CONF_LINE_STATS_ADMIN ? strcmp(last, "TRUE") != 0 : can_refuse(line))
            return true;
    }
    return false;
}

static void check_open_admin(struct loader *l, const struct config *config,
                             const struct conf_proxy *proxy, struct conf_span span)
{
    (void)config;
    bool reachable = false;
    for (size_t i = 0; i < proxy->bind_count; i++)
        reachable = reachable || !is_loopback(&proxy->binds[i].addr);
    if (reachable && proxy->stats.enabled && proxy->stats.admin && proxy->stats.auth.count == 0 &&
        !is_guarded(proxy))
        CONF_WARN(l, span,
                  loader_hint(l, span, "add stats_auth = [\"user:password\"]",
                              "add a line: stats auth user:password"),
                  "'%s' lets everybody take servers out: stats admin without stats auth",
                  proxy->name);
}

/* The kernel deals the connections out among the two, which HAProxy allows without a word. */
static void check_shared_address(struct loader *l, const struct config *config,
                                 const struct conf_proxy *proxy, struct conf_span span)
{
    (void)config, (void)span;
    for (size_t i = 0; i < proxy->bind_count; i++) {
        const struct conf_bind *bind = &proxy->binds[i];
        const char *key = address_print(l->scratch, &bind->addr);
        const struct conf_bind *other = names_add(l->scratch, &l->addresses, key, bind);
        if (other != NULL)
            CONF_WARN(l, ((struct conf_span){bind->place, 1}),
                      arena_printf(l->scratch, "the other one is at %s:%u", other->place.file,
                                   other->place.line),
                      "another bind has the address %s", key);
    }
}

/* What only HTTP proxies do. `defaults` may hand it to all, so this is no error. */
static void check_http_words(struct loader *l, const struct config *config,
                             const struct conf_proxy *proxy, struct conf_span span)
{
    (void)config;
    const struct {
        bool given;
        const char *word;
    } words[] = {
        {proxy->stats.enabled, "stats"},
        {proxy->monitor_uri != NULL, "monitor-uri"},
        {proxy->forwardfor.enabled, "option forwardfor"},
        {proxy->cookie.name != NULL, "cookie"},
    };
    for (size_t i = 0; proxy->mode == CONF_MODE_TCP && i < sizeof words / sizeof *words; i++)
        if (words[i].given)
            CONF_WARN(l, span, "it does no harm; remove it, or keep it to proxies with mode http",
                      "'%s' is ignored in '%s', which has mode tcp", words[i].word, proxy->name);
}

static proxy_check *const checks[] = {
    check_http_words,     check_no_bind,    check_no_backend, check_no_server,
    check_unused,         check_unchecked,  check_maxqueue,   check_format_without_log,
    check_shared_address, check_open_admin,
};

void check_proxies(struct loader *l, const struct config *config)
{
    bool has_frontend = false;
    for (size_t i = 0; i < config->proxy_count; i++)
        note_mentioned(l, &config->proxies[i]);
    for (size_t i = 0; i < config->proxy_count; i++) {
        for (size_t k = 0; k < sizeof checks / sizeof *checks; k++)
            checks[k](l, config, &config->proxies[i], l->proxies[i]->span);
        has_frontend = has_frontend || (config->proxies[i].caps & CONF_FRONTEND) != 0;
    }
    if (!has_frontend)
        CONF_WARN(l, (struct conf_span){0},
                  loader_hint(l, ((struct conf_span){0}), "add frontends = ( { ... } )",
                              "add a frontend or listen section"),
                  "there is no frontend: nobody can connect");
}
