/* SPDX-License-Identifier: Apache-2.0 */
/* Servers that no line names: option transparent is a server at wherever the client connected to. */
#include <netinet/in.h>

#include "config/resolve/resolve.h"

void resolve_transparent(struct loader *l, struct draft_proxy *draft)
{
    struct conf_proxy *proxy = &draft->p;
    if (!proxy->transparent || (proxy->caps & CONF_BACKEND) == 0 || proxy->server_count > 0)
        return;
    struct conf_server *server = arena_alloc(l->arena, sizeof *server);
    *server = draft->default_server;
    server->name = "transparent";
    server->place = draft->span.place;
    server->addr_of_client = server->port_of_client = true;
    server->addr = (struct conf_addr){.text = "*", .fd = -1};
    server->addr.sa.ss_family = AF_INET;
    server->addr.sa_len = sizeof(struct sockaddr_in);
    proxy->servers = server;
    proxy->server_count = 1;
}
