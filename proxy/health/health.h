/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Health checks: one probe for each checked server, again and again, on the control thread.
 *
 *   health_apply(snapshot) --- probes of new servers start, spread over the shortest interval
 *                          |-- those of servers that stay go on as they were
 *                          `-- those of servers that left end
 *
 * What a result does to a server is in proxy/state/server_state.h. A server in maintenance is not
 * asked; when it comes back it is asked at once.
 *
 * Thread:  the control thread.
 */
#ifndef WEIR_HEALTH_HEALTH_H
#define WEIR_HEALTH_HEALTH_H

#include <stddef.h>

struct health;
struct loop;
struct snapshot;

/* control is borrowed. NULL when memory runs out. */
struct health *health_new(struct loop *control);
/* After each state_commit(), in the same callback. */
void health_apply(struct health *health, struct snapshot *snapshot);
/* Probes at present. */
size_t health_count(const struct health *health);
/* Ends all probes; before the servers they belong to. NULL is fine. */
void health_free(struct health *health);

#endif
