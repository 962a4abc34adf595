/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the probe share: its life in probe.c, its making, its connections. */
#ifndef WEIR_HEALTH_PROBE_PRIV_H
#define WEIR_HEALTH_PROBE_PRIV_H

#include "proxy/health/probe.h"

/* probe.c: when its time has come or is up, and when its connection is ready. */
void probe_on_timer(struct wheel_timer *timer);
void probe_on_ready(struct conn *conn);
/* For server->hurry. */
void probe_hurry(struct server *server);

/* probe_connect.c */
void probe_set_port(struct sockaddr_storage *to, uint16_t port);
/* At a step of the script that connects. PROBE_WAIT, or PROBE_DONE where that fails at once. */
enum probe_step probe_connect(struct probe *probe);
void probe_disconnect(struct probe *probe);
/* What to do in each state until the script goes on. */
enum probe_step probe_step_connecting(struct probe *probe);
enum probe_step probe_step_asking_proxy(struct probe *probe);
enum probe_step probe_step_handshaking(struct probe *probe);

#endif
