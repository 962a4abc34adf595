/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the session share: session.c has its life, session_steps.c what it does meanwhile. */
#ifndef WEIR_HTTP_SESSION_PRIV_H
#define WEIR_HTTP_SESSION_PRIV_H

#include "proxy/http/session.h"

enum session_event { SESSION_READY, SESSION_TIMED_OUT, SESSION_AGAIN, SESSION_EVENTS };

/* Takes the step that the state's table has for the event. */
void session_handle(struct session *session, enum session_event event);
/* tcp-request connection, tcp-request session: false = it is to be closed. */
bool session_is_admitted(struct session *session);
bool session_may_begin(struct session *session);
/* TLS if the bind has it; else the client can be served. False when memory runs out: then it is closed. */
bool session_secure(struct session *session);
/* What tcp-request connection has made of its ends is from now on what they are. */
void session_admitted_ends(struct session *session);
/* SESSION_GREETING: reads the PROXY header; and when it does not come in time. */
void session_read_greeting(struct session *session);
void session_late_greeting(struct session *session);
/* The client can be served, by the protocol of its frontend: TLS is agreed upon where it is asked for. */
void session_begin(struct session *session);
/* Bytes of the next request are at hand, or may be. */
bool session_has_input(const struct session *session);
/* Ends it if its thread drains and nothing has come of a request. */
void session_drain_if_due(struct session *session);
/* SESSION_LINGER: reads and drops. */
void session_drain_client(struct session *session);

/* For a whole request head; and for its first byte, between two requests. */
unsigned session_head_timeout_ms(const struct session *session);
unsigned session_idle_timeout_ms(const struct session *session);

#endif
