/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of a server's state while weir runs: by probes and by the operator. Each brings the pool
 * up to date, hands slots to those who wait, writes HAProxy's line and notifies the data threads.
 *
 *   verdict      fall probes failed            admin, apart from the verdict
 *       UP ----------------------> DOWN        READY
 *          <----------------------             DRAIN  no new streams
 *            rise probes passed                MAINT  as down, and no probes
 *
 * Thread:  the control thread, whose loop is the last argument.
 */
#ifndef WEIR_STATE_SERVER_STATE_H
#define WEIR_STATE_SERVER_STATE_H

#include "proxy/state/server.h"

void server_set_admin(struct server *server, enum server_admin admin, struct loop *control);
/* The same; why goes into its history. */
void server_set_admin_for(struct server *server, enum server_admin admin, const char *why,
                          struct loop *control);
/* The verdict, by the operator's word. */
void server_set_health(struct server *server, bool up, struct loop *control);
/* It is up, but wants no new streams, by the operator's word. */
void server_set_stopping(struct server *server, struct loop *control);
/* What its agent would say. */
void server_set_agent_health(struct server *server, bool up, struct loop *control);
/* Ends the streams on it. */
void server_kill_sessions(struct server *server);
/* Its traffic stands out among that of the others, or does so no more. */
void server_set_ejected(struct server *server, bool ejected, const char *why, struct loop *control);
void server_set_weight(struct server *server, unsigned weight, struct loop *control);
void server_set_maxconn(struct server *server, unsigned maxconn, struct loop *control);
/* One probe has ended: stores the result, counts it towards rise and fall, turns the verdict if
 * reached. */
void server_report_check(struct server *server, const struct check_result *check,
                         struct loop *control);
/* The same of what its agent said. */
void server_report_agent(struct server *server, const struct check_result *check,
                         struct loop *control);
/* For state_commit(): the control loop, and how far `from` has warmed up; NULL: it is warm. */
void server_warm_on(struct server *server, const struct server *from, struct loop *control);
/* Before its memory goes. */
void server_warm_forget(struct server *server);

#endif
