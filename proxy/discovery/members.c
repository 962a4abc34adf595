/* SPDX-License-Identifier: Apache-2.0 */
/* The life of members, and what lookups tell them; members.h draws it. */
#include "proxy/discovery/members_priv.h"
#include "proxy/state/server_address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_service(const struct lookup *lookup)
{
    return lookup->prefer == AF_UNSPEC;
}

void lookup_changed(struct lookup *lookup)
{
    if (is_service(lookup))
        member_assign_services(lookup);
    else
        member_assign_addresses(lookup, lookup->by);
}

void lookup_lost(struct lookup *lookup, const char *why)
{
    for (struct list *n = lookup->members.next, *next; n != &lookup->members; n = next) {
        struct member *member = is_service(lookup) ? LIST_ITEM(n, struct member, by_service)
                                                   : LIST_ITEM(n, struct member, by_name);
        next = n->next;
        if (is_service(lookup))
            member_leave_name(member);
        server_lose_address(member->server, why, lookup->resolver->control);
    }
}

/* To the log of whoever lives by it. */
void lookup_tell_fault(struct lookup *lookup, const char *text)
{
    const struct backend *last = NULL;
    char line[512];
    snprintf(line, sizeof(line), "resolvers %s: %s: %s.", lookup->resolver->name, lookup->name,
             text);
    for (struct list *n = lookup->members.next; n != &lookup->members; n = n->next) {
        const struct member *member = is_service(lookup) ? LIST_ITEM(n, struct member, by_service)
                                                         : LIST_ITEM(n, struct member, by_name);
        if (member->server->backend != last)
            backend_tell_of_names(member->server->backend, line);
        last = member->server->backend;
    }
}

static uint16_t port_at(const struct server *server)
{
    struct addr addr;
    addr_set(&addr, (const struct sockaddr *)&server->addr);
    return addr_port(&addr);
}

static bool copy_networks(struct member *member, const struct conf_naming *naming)
{
    if (naming->network_count == 0)
        return true;
    size_t bytes = naming->network_count * sizeof(*member->networks);
    member->networks = malloc(bytes);
    if (member->networks == NULL)
        return false;
    memcpy(member->networks, naming->networks, bytes);
    member->network_count = naming->network_count;
    return true;
}

static bool join(struct member *member, const struct conf_naming *naming, unsigned delay_ms)
{
    int prefer = naming->is_service ? AF_UNSPEC : member->prefer;
    struct lookup *lookup = lookup_use(member->resolver, naming->fqdn, prefer, delay_ms);
    if (lookup == NULL)
        return false;
    if (naming->is_service) {
        member->service = lookup;
        list_push_back(&lookup->members, &member->by_service);
    } else {
        member->name = lookup;
        list_push_back(&lookup->members, &member->by_name);
    }
    return true;
}

struct member *member_new(struct resolver *resolver, struct server *server,
                          const struct conf_naming *naming, unsigned delay_ms)
{
    struct member *member = calloc(1, sizeof(*member));
    if (member == NULL)
        return NULL;
    list_init(&member->node);
    list_init(&member->by_service);
    list_init(&member->by_name);
    member->resolver = resolver;
    member->server = server;
    member->prefer = naming->family != AF_UNSPEC ? naming->family : naming->prefer;
    member->options = naming->options;
    member->port = naming->is_service ? port_at(server) : server->conf_port;
    member->share = NOTHING;
    bool is_renamed = server->fqdn != NULL && strcmp(server->fqdn, naming->fqdn) != 0;
    if ((is_renamed && !server_set_name(server, naming->fqdn)) || !copy_networks(member, naming) ||
        !join(member, naming, delay_ms)) {
        member_free(member);
        return NULL;
    }
    return member;
}

void member_free(struct member *member)
{
    member_leave_name(member);
    list_remove(&member->by_service);
    list_remove(&member->node);
    if (member->service != NULL)
        lookup_leave(member->service);
    free(member->networks);
    free(member);
}

bool member_is_of(const struct member *member, const struct server *server)
{
    return member->server == server;
}

bool member_rename(struct member *member, const char *fqdn)
{
    struct lookup *lookup = lookup_use(member->resolver, fqdn, member->prefer, 0);
    if (lookup == NULL)
        return false;
    if (!server_set_name(member->server, fqdn)) {
        lookup_leave(lookup);
        return false;
    }
    member_leave_name(member);
    member->name = lookup;
    list_push_back(&lookup->members, &member->by_name);
    if (lookup->is_good)
        lookup_changed(lookup);
    return true;
}

struct list *member_node(struct member *member)
{
    return &member->node;
}

struct member *member_of_node(struct list *node)
{
    return LIST_ITEM(node, struct member, node);
}
