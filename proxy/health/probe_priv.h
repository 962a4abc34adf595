/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the probe share: its life in probe.c, its making, its connections. */
#ifndef WEIR_HEALTH_PROBE_PRIV_H
#define WEIR_HEALTH_PROBE_PRIV_H

#include "proxy/health/probe.h"

/* How long a connection is used at most. */
#define PROBE_CONNECTION_MS 60000
/* How long a session ticket is waited for: the longest round trip that there is. */
#define PROBE_TICKET_MS 250

/* probe.c: when its time has come or is up, and when its connection is ready. */
void probe_on_timer(struct wheel_timer *timer);
void probe_on_ready(struct conn *conn);
/* For server->hurry. */
void probe_hurry(struct server *server);

/* probe_keep.c: what becomes of the connection between two tries */
/* A try is over: keeps the connection, or gives it up. */
void probe_rest(struct probe *probe);
/* It sleeps, and knows until when. */
void probe_guard(struct probe *probe);
/* Something came while it sleeps. PROBE_WAIT. */
enum probe_step probe_step_asleep(struct probe *probe);
/* Gives the connection up, with all that came on it. */
void probe_let_go(struct probe *probe);
bool probe_can_reuse(const struct probe *probe);
/* At its timer while it sleeps: that was not yet for the next try. */
bool probe_gives_up_ticket(struct probe *probe);
/* In place of connecting. */
enum probe_step probe_reuse(struct probe *probe);
/* The try failed because the kept connection did: that says nothing of the server. */
bool probe_must_repeat(const struct probe *probe);

/* probe_connect.c */
void probe_set_port(struct sockaddr_storage *to, uint16_t port);
/* At a step of the script that connects. PROBE_WAIT, or as script_run() where there is a connection already;
 * PROBE_DONE where it fails at once. */
enum probe_step probe_connect(struct probe *probe);
void probe_disconnect(struct probe *probe);
/* What to do in each state until the script goes on. */
enum probe_step probe_step_connecting(struct probe *probe);
enum probe_step probe_step_asking_proxy(struct probe *probe);
enum probe_step probe_step_handshaking(struct probe *probe);

#endif
