/* SPDX-License-Identifier: Apache-2.0 */
/* Which record of a service (SRV, RFC 2782) each of its servers gets; the host of the record is then a name of its own. */
#include "proxy/discovery/members_priv.h"
#include "proxy/state/server_address.h"

#include <strings.h>

static bool is_record_of(const struct member *member, const struct dns_record *record)
{
    const char *target = member->server->target;
    return target != NULL && strcasecmp(target, record->host) == 0 && member->port == record->port;
}

void member_leave_name(struct member *member)
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
        member_share_addresses(member->name, member->server->backend, "DNS cache");
}

static void settle_service(struct member *member, const struct lookup *service)
{
    struct loop *control = service->resolver->control;
    if (member->choice == NOTHING) {
        member_leave_name(member);
        server_lose_address(member->server, "entry removed from SRV record", control);
        server_forget_target(member->server);
        return;
    }
    const struct dns_record *record = &service->records[member->choice];
    if (!is_record_of(member, record)) {
        member_leave_name(member);
        if (!server_set_target(member->server, record->host))
            return; /* out of memory: the next answer tries again */
        member->port = record->port;
    }
    take_share(member, record);
    join_name(member);
}

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
    EACH_MEMBER(n, service)
    {
        if ((member = LIST_ITEM(n, struct member, by_service))->server->backend == backend)
            keep_record(member, service, used);
    }
    EACH_MEMBER(n, service)
    {
        if ((member = LIST_ITEM(n, struct member, by_service))->server->backend == backend)
            choose_record(member, service, used);
    }
    EACH_MEMBER(n, service)
    {
        if ((member = LIST_ITEM(n, struct member, by_service))->server->backend == backend)
            settle_service(member, service);
    }
}

void member_assign_services(struct lookup *service)
{
    const struct backend *last = NULL;
    EACH_MEMBER(n, service)
    {
        const struct backend *backend = LIST_ITEM(n, struct member, by_service)->server->backend;
        if (backend != last)
            share_services(service, backend);
        last = backend;
    }
}
