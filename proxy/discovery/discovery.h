/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Servers whose names are looked up while weir runs: `resolvers` of a server line.
 *
 *   discovery_apply(snapshot) --- name servers, names and members are made anew; the servers keep
 *                                 their addresses until an answer says otherwise
 *
 * What an address means to a server is in proxy/state/server_address.h.
 *
 * Bounds:  each name has one question on its way per name server, each with a deadline; of an answer
 *          DNS_RECORDS_MAX records are kept.
 * Thread:  the control thread.
 */
#ifndef WEIR_DISCOVERY_DISCOVERY_H
#define WEIR_DISCOVERY_DISCOVERY_H

#include "proxy/discovery/counts.h"

struct discovery;
struct loop;
struct server;
struct snapshot;

/* control is borrowed. NULL when memory runs out. */
struct discovery *discovery_new(struct loop *control);
/* After each state_commit(), in the same callback. */
void discovery_apply(struct discovery *discovery, const struct snapshot *snapshot);
/* What became of the questions to a name server; NULL: it was never asked. */
const struct dns_counts *discovery_counts(const struct discovery *discovery, const char *section,
                                          const char *nameserver);
/* Another name for a server that has one: it is asked for instead, until the next load. False when memory runs out. */
MUST_CHECK bool discovery_rename(struct discovery *discovery, struct server *server,
                                 const char *fqdn);
/* Before the servers and the loop. NULL is fine. */
void discovery_free(struct discovery *discovery);

#endif
