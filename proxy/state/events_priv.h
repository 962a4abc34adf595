/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sending side of events.h, for the files of this room.
 *
 * Thread: the control thread.
 */
#ifndef WEIR_STATE_EVENTS_PRIV_H
#define WEIR_STATE_EVENTS_PRIV_H

#include "proxy/state/events.h"

/* Runs the hook with bits of enum server_notice on every data thread; nothing without hooks. */
void server_notify(struct server *server, unsigned notice);

#endif
