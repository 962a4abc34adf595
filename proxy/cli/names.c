/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a command is about: proxies and servers by their names or numbers, in HAProxy's words. */
#include "proxy/cli/cli_priv.h"

#include "proxy/state/server.h"

#include <stdlib.h>
#include <string.h>

struct loop *cli_call_loop(const struct cli_call *call)
{
    return call->cli->host.control;
}

bool cli_call_may(struct cli_call *call, enum conf_admin_level level)
{
    if (call->session->level >= level)
        return true;
    cli_fail(call, "Permission denied\n");
    return false;
}

void cli_call_free_state(struct cli_call *call)
{
    free(call->state);
    call->state = NULL;
}

bool cli_is_name(const char *word, const char *name, unsigned id)
{
    char *end;
    if (strcmp(word, name) == 0)
        return true;
    return word[0] == '#' && word[1] != '\0' && strtoul(word + 1, &end, 10) == id && *end == '\0';
}

static struct proxy *find_proxy(const struct cli_call *call, const char *name, unsigned caps)
{
    for (size_t i = 0; i < call->snapshot->config->proxy_count; i++) {
        struct proxy *proxy = &call->snapshot->proxies[i];
        if ((proxy->conf->caps & caps) != 0 &&
            cli_is_name(name, proxy->conf->name, proxy->conf->id))
            return proxy;
    }
    return NULL;
}

struct proxy *cli_find_backend(struct cli_call *call, const char *name)
{
    struct proxy *proxy = find_proxy(call, name, CONF_BACKEND);
    if (*name == '\0')
        cli_fail(call, "A backend name is expected.\n");
    else if (proxy == NULL)
        cli_fail(call, "No such backend.\n");
    return proxy;
}

struct proxy *cli_find_frontend(struct cli_call *call, const char *name)
{
    struct proxy *proxy = find_proxy(call, name, CONF_FRONTEND);
    if (*name == '\0')
        cli_fail(call, "A frontend name is expected.\n");
    else if (proxy == NULL)
        cli_fail(call, "No such frontend.\n");
    return proxy;
}

static struct server *find_server(const struct proxy *proxy, const char *name)
{
    for (size_t i = 0; i < proxy->conf->server_count; i++)
        if (cli_is_name(name, proxy->servers[i]->name, proxy->servers[i]->id))
            return proxy->servers[i];
    return NULL;
}

struct server *cli_find_server(struct cli_call *call, char *word, struct proxy **proxy_out)
{
    char *slash = strchr(word, '/');
    if (slash == NULL || slash == word || slash[1] == '\0') {
        cli_fail(call, "Require 'backend/server'.\n");
        return NULL;
    }
    *slash = '\0';
    struct proxy *proxy = find_proxy(call, word, CONF_BACKEND);
    struct server *server = proxy != NULL ? find_server(proxy, slash + 1) : NULL;
    *slash = '/';
    if (server == NULL)
        cli_fail(call, proxy != NULL ? "No such server.\n" : "No such backend.\n");
    if (server != NULL && proxy_out != NULL)
        *proxy_out = proxy;
    return server;
}
