/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an operator changes of a server's probes while they run; it holds until a reload asks the server in
 * another way. Each is about the health check, or with is_agent about the agent.
 *
 * Thread: the control thread.
 */
#ifndef WEIR_HEALTH_PROBE_ORDERS_H
#define WEIR_HEALTH_PROBE_ORDERS_H

#include "proxy/state/server.h"

/* Where it asks, if not the server itself: family AF_UNSPEC, port 0. */
struct probe_target {
    struct sockaddr_storage host;
    uint16_t port;
};

/* Whether there is such a probe; the others do nothing without one. */
bool probe_order_exists(const struct server *server, bool is_agent);
void probe_order_target(const struct server *server, bool is_agent,
                        struct probe_target *target_out);
/* The host alone, of AF_INET or AF_INET6; the port stays. */
void probe_order_host(struct server *server, bool is_agent, const struct sockaddr_storage *host,
                      socklen_t len);
/* 0: that of the server. */
void probe_order_port(struct server *server, bool is_agent, uint16_t port);
/* What an agent is sent first; false when memory runs out. */
MUST_CHECK bool probe_order_greeting(struct server *server, const char *text);
/* Off: it is asked no more, and what it said last counts. */
void probe_order_switch(struct server *server, bool is_agent, bool is_on);

#endif
