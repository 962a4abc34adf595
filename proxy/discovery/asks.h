/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A name that a rule of a stream wants to know the address of: an errand to the control thread, where it joins the
 * lookup of that name, or makes one for as long as somebody waits for it.
 *
 *   data thread     ask_new() > ask_send() ......................... > ask_take()
 *   control thread                `--> lookup ... its round ends --'
 *
 * Bounds:  a stream has one ask at most, and a round has its tries and times.
 */
#ifndef WEIR_DISCOVERY_ASKS_H
#define WEIR_DISCOVERY_ASKS_H

#include "proxy/base/addr.h"
#include "proxy/http/errand.h"

struct ask;
struct discovery;

/* prefer: AF_INET or AF_INET6, asked for first. NULL: no memory, or nobody resolves here. */
struct ask *ask_new(const char *section, int prefer, const char *host, size_t host_len);
/* The stream's rule is run again when it is back. */
void ask_send(struct ask *ask, struct stream *stream);
/* Of an errand that is back; it is no more. False: the name has no address that anybody knows. */
bool ask_take(struct errand *errand, struct addr *addr_out);

/* --- for discovery.c, on the control thread --- */

/* The lookups are about to go: whoever waits is kept. */
void asks_interrupt(struct discovery *discovery);
/* The resolvers are there: all that wait ask there. */
void asks_go_on(struct discovery *discovery);
/* The data threads have ended. */
void asks_free(struct discovery *discovery);

#endif
