/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a snapshot to name servers, names and members. A reload makes all of them anew: nothing in
 * them is worth the care of carrying it over, as all that counts is in the servers.
 */
#include "proxy/discovery/asks.h"
#include "proxy/discovery/discovery_priv.h"
#include "proxy/discovery/members.h"
#include "proxy/state/snapshot.h"

#include <ares.h>
#include <stdlib.h>

static struct discovery *present;

struct discovery *discovery_new(struct loop *control)
{
    struct discovery *discovery = calloc(1, sizeof(*discovery));
    if (discovery == NULL || ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS) {
        free(discovery);
        return NULL;
    }
    discovery->control = control;
    list_init(&discovery->members);
    list_init(&discovery->counts);
    list_init(&discovery->asks);
    present = discovery;
    return discovery;
}

struct discovery *discovery_present(void)
{
    return present;
}

static void clear(struct discovery *discovery)
{
    asks_interrupt(discovery);
    while (!list_is_empty(&discovery->members))
        member_free(member_of_node(discovery->members.next));
    for (size_t i = 0; i < discovery->resolver_count; i++) {
        if (discovery->resolvers[i] != NULL)
            resolver_free(discovery->resolvers[i]);
    }
    free(discovery->resolvers);
    discovery->resolvers = NULL;
    discovery->resolver_count = 0;
}

static void add_resolvers(struct discovery *discovery, const struct config *config)
{
    discovery->resolvers = calloc(config->resolvers_count + 1, sizeof(struct resolver *));
    if (discovery->resolvers == NULL)
        return;
    discovery->resolver_count = config->resolvers_count;
    for (size_t i = 0; i < config->resolvers_count; i++)
        discovery->resolvers[i] =
            resolver_new(discovery->control, &config->resolvers[i], &discovery->counts);
}

/* Out of memory the server stays where it is; the next load tries again. */
static bool add_member(struct discovery *discovery, const struct conf_naming *naming,
                       struct server *server, unsigned delay_ms)
{
    struct resolver *resolver =
        discovery->resolver_count > 0 ? discovery->resolvers[naming->section] : NULL;
    struct member *member =
        resolver != NULL ? member_new(resolver, server, naming, delay_ms) : NULL;
    if (member != NULL)
        list_push_back(&discovery->members, member_node(member));
    return member != NULL;
}

/* A millisecond for each server, so that a start is no burst of questions. */
void discovery_apply(struct discovery *discovery, const struct snapshot *snapshot)
{
    const struct config *config = snapshot->config;
    unsigned delay_ms = 0;
    clear(discovery);
    add_resolvers(discovery, config);
    for (size_t i = 0; i < config->proxy_count; i++) {
        const struct proxy *proxy = &snapshot->proxies[i];
        for (size_t k = 0; k < proxy->conf->server_count; k++) {
            const struct conf_naming *naming = &proxy->conf->servers[k].naming;
            if (naming->resolvers != NULL && !proxy->conf->disabled)
                delay_ms += add_member(discovery, naming, proxy->servers[k], delay_ms);
        }
    }
    asks_go_on(discovery);
}

bool discovery_rename(struct discovery *discovery, struct server *server, const char *fqdn)
{
    for (struct list *n = discovery->members.next; n != &discovery->members; n = n->next) {
        struct member *member = member_of_node(n);
        if (member_is_of(member, server))
            return member_rename(member, fqdn);
    }
    return false;
}

const struct dns_counts *discovery_counts(const struct discovery *discovery, const char *section,
                                          const char *nameserver)
{
    return dns_counts_find(&discovery->counts, section, nameserver);
}

void discovery_free(struct discovery *discovery)
{
    if (discovery == NULL)
        return;
    present = NULL;
    clear(discovery);
    asks_free(discovery);
    while (!list_is_empty(&discovery->counts))
        dns_counts_free(LIST_ITEM(discovery->counts.next, struct dns_counts, node));
    ares_library_cleanup();
    free(discovery);
}
