/* SPDX-License-Identifier: Apache-2.0 */
/* Which address of a name each of its servers gets. */
#include "proxy/discovery/members_priv.h"
#include "proxy/state/server_address.h"

#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)

/* How much an address is wanted. */
enum { SCORE_CURRENT = 1, SCORE_NETWORK = 4, SCORE_FAMILY = 8 };

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

void member_share_addresses(struct lookup *lookup, const struct backend *backend, const char *by)
{
    bool used[DNS_RECORDS_MAX] = {false};
    struct member *member;
    EACH_MEMBER(n, lookup)
    {
        if ((member = LIST_ITEM(n, struct member, by_name))->server->backend == backend)
            keep_address(member, lookup, used);
    }
    EACH_MEMBER(n, lookup)
    {
        if ((member = LIST_ITEM(n, struct member, by_name))->server->backend == backend)
            choose_address(member, lookup, used);
    }
    EACH_MEMBER(n, lookup)
    {
        if ((member = LIST_ITEM(n, struct member, by_name))->server->backend == backend)
            settle(member, lookup, &by);
    }
}

/* Members of a backend stand together, as they were made in its order. */
void member_assign_addresses(struct lookup *lookup, const char *by)
{
    const struct backend *last = NULL;
    EACH_MEMBER(n, lookup)
    {
        const struct backend *backend = LIST_ITEM(n, struct member, by_name)->server->backend;
        if (backend != last)
            member_share_addresses(lookup, backend, by);
        last = backend;
    }
}
