/* SPDX-License-Identifier: Apache-2.0 */
/* Sharing records out among servers; members.h draws it. */
#include "proxy/discovery/members.h"

#include "proxy/state/server_address.h"
#include "proxy/state/server_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)

enum { NOTHING = -1 };
/* How much an address is wanted. */
enum { SCORE_CURRENT = 1, SCORE_NETWORK = 4, SCORE_FAMILY = 8 };

struct member {
    struct list node;       /* of all */
    struct list by_service; /* in the service's lookup->members */
    struct list by_name;    /* in the name's */
    struct resolver *resolver;
    struct server *server;  /* borrowed */
    struct lookup *service; /* used; or NULL */
    struct lookup *name;    /* used; NULL: a service's that has no host */
    int prefer;
    unsigned options;
    uint16_t port;                 /* of the line, or of the service's record */
    struct conf_network *networks; /* owned */
    size_t network_count;
    int choice; /* while records are shared out: the index of its record */
    int share;  /* the weight that its record gave it; NOTHING: none yet */
};

/* ---- addresses ------------------------------------------------------------------------------- */

static struct sockaddr_storage address_of(const struct member *member,
                                          const struct dns_record *record, socklen_t *len_out)
{
    struct sockaddr_storage sa = {.ss_family = record->addr.family};
    if (sa.ss_family == AF_INET) {
        struct sockaddr_in *in = (struct sockaddr_in *)&sa;
        in->sin_addr = record->addr.in.sin_addr;
        in->sin_port = htons(member->port);
        *len_out = sizeof(*in);
    } else {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&sa;
        in6->sin6_addr = record->addr.in6.sin6_addr;
        in6->sin6_port = htons(member->port);
        *len_out = sizeof(*in6);
    }
    return sa;
}

static bool is_at(const struct server *server, const struct dns_record *record)
{
    struct dns_record here = {.port = 0};
    addr_set(&here.addr, (const struct sockaddr *)&server->addr);
    if (here.addr.family != AF_INET && here.addr.family != AF_INET6)
        return false;
    return dns_record_is_same(&here, record);
}

static int score_of(const struct member *member, const struct dns_record *record)
{
    int score = record->addr.family == member->prefer ? SCORE_FAMILY : 0;
    for (size_t i = 0; i < member->network_count; i++) {
        const struct conf_network *network = &member->networks[i];
        if (addr_is_within(&record->addr, (const struct sockaddr *)&network->base, network->bits)) {
            score += SCORE_NETWORK;
            break;
        }
    }
    return score + (is_at(member->server, record) ? SCORE_CURRENT : 0);
}

/* Those of a service differ in their ports. */
static bool may_share(const struct member *member)
{
    return member->service != NULL || (member->options & CONF_RESOLVE_SHARED_ADDRESS) != 0;
}

/* The one it has already, unless another one has it, too. */
static void keep_address(struct member *member, const struct lookup *lookup, bool *used)
{
    member->choice = NOTHING;
    for (unsigned i = 0; i < lookup->record_count; i++) {
        if (!is_at(member->server, &lookup->records[i]) || (used[i] && !may_share(member)))
            continue;
        member->choice = (int)i;
        used[i] = true;
        return;
    }
}

/* Of those that are free, or else any, where that is allowed. */
static void choose_address(struct member *member, const struct lookup *lookup, bool *used)
{
    int best = NOTHING, best_score = -1;
    for (unsigned i = 0; i < lookup->record_count; i++) {
        bool is_free = !used[i] || (int)i == member->choice;
        int score = score_of(member, &lookup->records[i]);
        if (!is_free && may_share(member))
            score -= SCORE_FAMILY + SCORE_NETWORK; /* better one that nobody has */
        else if (!is_free)
            continue;
        if (best == NOTHING || score > best_score) {
            best = (int)i;
            best_score = score;
        }
    }
    if (best == member->choice)
        return;
    if (member->choice != NOTHING)
        used[member->choice] = false;
    used[best] = true;
    member->choice = best;
}

static void settle(struct member *member, const struct lookup *lookup, const char **by)
{
    struct loop *control = lookup->resolver->control;
    socklen_t len;
    if (member->choice == NOTHING) {
        server_lose_address(member->server, "No IP for server ", control);
        return;
    }
    unsigned moves = GET(member->server->moves);
    struct sockaddr_storage sa = address_of(member, &lookup->records[member->choice], &len);
    server_set_address(member->server, &sa, len, *by, control);
    if (GET(member->server->moves) != moves)
        *by = "DNS cache"; /* as HAProxy has it: the first one that asked got the answer */
}

#define MEMBERS_BY_NAME(n, lookup)                                                                 \
    for (struct list *n = (lookup)->members.next; n != &(lookup)->members; n = n->next)

/* Among the members of one backend: two of different ones may well have one address. */
static void share_addresses(struct lookup *lookup, const struct backend *backend, const char *by)
{
    bool used[DNS_RECORDS_MAX] = {false};
    struct member *member;
    MEMBERS_BY_NAME(n, lookup)
    {
        if ((member = LIST_ITEM(n, struct member, by_name))->server->backend == backend)
            keep_address(member, lookup, used);
    }
    MEMBERS_BY_NAME(n, lookup)
    {
        if ((member = LIST_ITEM(n, struct member, by_name))->server->backend == backend)
            choose_address(member, lookup, used);
    }
    MEMBERS_BY_NAME(n, lookup)
    {
        if ((member = LIST_ITEM(n, struct member, by_name))->server->backend == backend)
            settle(member, lookup, &by);
    }
}

/* Members of a backend stand together, as they were made in its order. */
static void assign_addresses(struct lookup *lookup, const char *by)
{
    const struct backend *last = NULL;
    MEMBERS_BY_NAME(n, lookup)
    {
        const struct backend *backend = LIST_ITEM(n, struct member, by_name)->server->backend;
        if (backend != last)
            share_addresses(lookup, backend, by);
        last = backend;
    }
}

/* ---- services -------------------------------------------------------------------------------- */

static bool is_record_of(const struct member *member, const struct dns_record *record)
{
    const char *target = member->server->target;
    return target != NULL && strcasecmp(target, record->host) == 0 && member->port == record->port;
}

static void leave_name(struct member *member)
{
    if (member->name == NULL)
        return;
    list_remove(&member->by_name);
    lookup_leave(member->name);
    member->name = NULL;
}

/* HAProxy's scale of the 16 bits of a record. */
static void take_share(struct member *member, const struct dns_record *record)
{
    int share = record->weight / 256 + 1;
    if ((member->options & CONF_RESOLVE_IGNORE_WEIGHT) != 0 || share == member->share)
        return;
    member->share = share; /* only then: what the operator set since stays */
    server_set_weight(member->server, (unsigned)share, member->resolver->control);
}

static void join_name(struct member *member)
{
    if (member->name != NULL)
        return;
    member->name = lookup_use(member->resolver, member->server->target, member->prefer, 0);
    if (member->name == NULL)
        return; /* out of memory: the next answer of the service tries again */
    list_push_back(&member->name->members, &member->by_name);
    if (member->name->record_count > 0)
        share_addresses(member->name, member->server->backend, "DNS cache");
}

static void settle_service(struct member *member, const struct lookup *service)
{
    struct loop *control = service->resolver->control;
    if (member->choice == NOTHING) {
        leave_name(member);
        server_lose_address(member->server, "entry removed from SRV record", control);
        server_forget_target(member->server);
        return;
    }
    const struct dns_record *record = &service->records[member->choice];
    if (!is_record_of(member, record)) {
        leave_name(member);
        if (!server_set_target(member->server, record->host))
            return; /* out of memory: the next answer tries again */
        member->port = record->port;
    }
    take_share(member, record);
    join_name(member);
}

#define MEMBERS_BY_SERVICE(n, lookup)                                                              \
    for (struct list *n = (lookup)->members.next; n != &(lookup)->members; n = n->next)

static void keep_record(struct member *member, const struct lookup *service, bool *used)
{
    member->choice = NOTHING;
    for (unsigned i = 0; i < service->record_count && member->choice == NOTHING; i++) {
        if (!used[i] && is_record_of(member, &service->records[i]))
            member->choice = (int)i;
    }
    if (member->choice != NOTHING)
        used[member->choice] = true;
}

static void choose_record(struct member *member, const struct lookup *service, bool *used)
{
    for (unsigned i = 0; i < service->record_count && member->choice == NOTHING; i++) {
        if (!used[i])
            member->choice = (int)i;
    }
    if (member->choice != NOTHING)
        used[member->choice] = true;
}

static void share_services(struct lookup *service, const struct backend *backend)
{
    bool used[DNS_RECORDS_MAX] = {false};
    struct member *member;
    MEMBERS_BY_SERVICE(n, service)
    {
        if ((member = LIST_ITEM(n, struct member, by_service))->server->backend == backend)
            keep_record(member, service, used);
    }
    MEMBERS_BY_SERVICE(n, service)
    {
        if ((member = LIST_ITEM(n, struct member, by_service))->server->backend == backend)
            choose_record(member, service, used);
    }
    MEMBERS_BY_SERVICE(n, service)
    {
        if ((member = LIST_ITEM(n, struct member, by_service))->server->backend == backend)
            settle_service(member, service);
    }
}

static void assign_services(struct lookup *service)
{
    const struct backend *last = NULL;
    MEMBERS_BY_SERVICE(n, service)
    {
        const struct backend *backend = LIST_ITEM(n, struct member, by_service)->server->backend;
        if (backend != last)
            share_services(service, backend);
        last = backend;
    }
}

/* ---- what lookups tell ----------------------------------------------------------------------- */

static bool is_service(const struct lookup *lookup)
{
    return lookup->prefer == AF_UNSPEC;
}

void lookup_changed(struct lookup *lookup)
{
    if (is_service(lookup))
        assign_services(lookup);
    else
        assign_addresses(lookup, lookup->by);
}

void lookup_lost(struct lookup *lookup, const char *why)
{
    for (struct list *n = lookup->members.next, *next; n != &lookup->members; n = next) {
        struct member *member = is_service(lookup) ? LIST_ITEM(n, struct member, by_service)
                                                   : LIST_ITEM(n, struct member, by_name);
        next = n->next;
        if (is_service(lookup))
            leave_name(member);
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

/* ---- life ------------------------------------------------------------------------------------ */

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
    if (!copy_networks(member, naming) || !join(member, naming, delay_ms)) {
        member_free(member);
        return NULL;
    }
    return member;
}

void member_free(struct member *member)
{
    leave_name(member);
    list_remove(&member->by_service);
    list_remove(&member->node);
    if (member->service != NULL)
        lookup_leave(member->service);
    free(member->networks);
    free(member);
}

struct list *member_node(struct member *member)
{
    return &member->node;
}

struct member *member_of_node(struct list *node)
{
    return LIST_ITEM(node, struct member, node);
}
