/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a snapshot to name servers, names and members. A reload makes all of them anew: nothing in
 * them is worth the care of carrying it over, as all that counts is in the servers.
 */
#include "proxy/discovery/discovery.h"

#include "proxy/discovery/members.h"
#include "proxy/state/snapshot.h"

#include <ares.h>
#include <stdlib.h>

struct discovery {
    struct loop *control;        /* borrowed */
    struct resolver **resolvers; /* owned: by index of the configuration; NULL: nobody uses it */
    size_t resolver_count;
    struct list members; /* owned */
    struct list counts;  /* owned: of the name servers of this load and of those before */
};

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
    return discovery;
}

static void clear(struct discovery *discovery)
{
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

static struct resolver *use_resolver(struct discovery *discovery, const struct config *config,
                                     size_t section)
{
    struct resolver **resolver = &discovery->resolvers[section];
    if (*resolver == NULL)
        *resolver =
            resolver_new(discovery->control, &config->resolvers[section], &discovery->counts);
    return *resolver;
}

/* Out of memory the server stays where it is; the next load tries again. */
static bool add_member(struct discovery *discovery, const struct config *config,
                       const struct conf_naming *naming, struct server *server, unsigned delay_ms)
{
    struct resolver *resolver = use_resolver(discovery, config, naming->section);
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
    discovery->resolvers = calloc(config->resolvers_count + 1, sizeof(struct resolver *));
    if (discovery->resolvers == NULL)
        return;
    discovery->resolver_count = config->resolvers_count;
    for (size_t i = 0; i < config->proxy_count; i++) {
        const struct proxy *proxy = &snapshot->proxies[i];
        for (size_t k = 0; k < proxy->conf->server_count; k++) {
            const struct conf_naming *naming = &proxy->conf->servers[k].naming;
            if (naming->resolvers != NULL && !proxy->conf->disabled)
                delay_ms += add_member(discovery, config, naming, proxy->servers[k], delay_ms);
        }
    }
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
    clear(discovery);
    while (!list_is_empty(&discovery->counts))
        dns_counts_free(LIST_ITEM(discovery->counts.next, struct dns_counts, node));
    ares_library_cleanup();
    free(discovery);
}
