/* SPDX-License-Identifier: Apache-2.0 */
/* One server's part in its names, for the files that share records out: member_addresses.c, member_services.c. */
#ifndef WEIR_DISCOVERY_MEMBERS_PRIV_H
#define WEIR_DISCOVERY_MEMBERS_PRIV_H

#include "proxy/discovery/members.h"
#include "proxy/state/server_state.h"

enum { NOTHING = -1 };

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

#define EACH_MEMBER(n, lookup)                                                                     \
    for (struct list *n = (lookup)->members.next; n != &(lookup)->members; n = n->next)

/* `by` tells in the log where the records come from. */
void member_assign_addresses(struct lookup *lookup, const char *by);
/* The same among the members of one backend: two of different ones may well have one address. */
void member_share_addresses(struct lookup *lookup, const struct backend *backend, const char *by);
void member_assign_services(struct lookup *service);
/* The host of a service's record is not asked for any more. */
void member_leave_name(struct member *member);

#endif
