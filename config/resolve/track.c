/* SPDX-License-Identifier: Apache-2.0 */
/*
 * track [backend/]server: finds who is meant, and that somebody at the end of the chain is probed.
 * Agents without a port are left out here, too.
 */
#include "config/resolve/resolve.h"

#include <string.h>

#include "config/suggest.h"

static const struct conf_server *tracked_by(const struct config *config,
                                            const struct conf_server *server)
{
    const struct conf_proxy *proxy = &config->proxies[server->watch.track_proxy];
    return &proxy->servers[server->watch.track_server];
}

/* By name, in the proxy named before the slash or in its own; false if there is none. */
static bool find_tracked(const struct config *config, const struct conf_proxy *own,
                         struct conf_watch *watch)
{
    const char *slash = strchr(watch->track, '/');
    const char *name = slash != NULL ? slash + 1 : watch->track;
    for (size_t i = 0; i < config->proxy_count; i++) {
        const struct conf_proxy *proxy = &config->proxies[i];
        size_t len = strlen(proxy->name);
        bool is_it = slash == NULL ? proxy == own
                                   : (proxy->caps & CONF_BACKEND) != 0 &&
                                         len == (size_t)(slash - watch->track) &&
                                         memcmp(proxy->name, watch->track, len) == 0;
        for (size_t k = 0; is_it && k < proxy->server_count; k++) {
            if (proxy->servers[k].name == NULL || strcmp(proxy->servers[k].name, name) != 0)
                continue;
            watch->track_proxy = i;
            watch->track_server = k;
            return true;
        }
    }
    return false;
}

static void link_track(struct loader *l, const struct config *config, const struct conf_proxy *own,
                       struct conf_server *server)
{
    struct conf_span span = server_span(l, server);
    if (server->check.enabled || server->agent.enabled)
        CONF_FAIL(l, span, "remove one of them", "server '%s' is probed, and tracks '%s'",
                  server->name, server->watch.track);
    else if (!find_tracked(config, own, &server->watch))
        CONF_FAIL(l, span, "write the backend too, where it is another one: backend/server",
                  "server '%s' tracks '%s', which does not exist", server->name,
                  server->watch.track);
    else
        return;
    server->watch.track = NULL;
}

/* The chain is at most as long as there are servers, unless it runs in a circle. */
static void check_chain(struct loader *l, const struct config *config, struct conf_server *server,
                        size_t server_count)
{
    const struct conf_server *at = server;
    for (size_t n = 0; n <= server_count && at->watch.track != NULL; n++)
        at = tracked_by(config, at);
    if (at->watch.track != NULL)
        CONF_FAIL(l, server_span(l, server), "one of them must be probed",
                  "server '%s' tracks itself in the end", server->name);
    else if (!at->check.enabled && !at->agent.enabled)
        CONF_FAIL(l, server_span(l, server), "add check to it",
                  "server '%s' tracks '%s', which is not probed", server->name, at->name);
}

static void check_agent(struct loader *l, const struct conf_server *server)
{
    struct conf_span span = server_span(l, server);
    if (server->agent.enabled && server->agent.port == 0)
        CONF_FAIL(l, span, loader_hint(l, span, "add agent_port = 8080", "add: agent-port 8080"),
                  "server '%s' has an agent-check and no agent-port", server->name);
}

void resolve_tracks(struct loader *l, struct config *config)
{
    size_t total = 0;
    for (size_t i = 0; i < config->proxy_count; i++) {
        struct conf_proxy *proxy = &config->proxies[i];
        total += proxy->server_count;
        for (size_t k = 0; k < proxy->server_count; k++) {
            check_agent(l, &proxy->servers[k]);
            if (proxy->servers[k].watch.track != NULL)
                link_track(l, config, proxy, &proxy->servers[k]);
        }
    }
    for (size_t i = 0; i < config->proxy_count; i++) {
        for (size_t k = 0; k < config->proxies[i].server_count; k++) {
            if (config->proxies[i].servers[k].watch.track != NULL)
                check_chain(l, config, &config->proxies[i].servers[k], total);
        }
    }
}
