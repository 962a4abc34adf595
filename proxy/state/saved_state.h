/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What HAProxy's `show servers state` wrote before a restart, read back into servers that begin.
 *
 * Thread: the control thread, with the lock of the backend held.
 */
#ifndef WEIR_STATE_SAVED_STATE_H
#define WEIR_STATE_SAVED_STATE_H

#include "proxy/state/server.h"

/*
 * Looks for the server's line in the text, and takes over what holds for it still: state and admin
 * mode, weight, health, and since when. Lines that make no sense change nothing. saved may be NULL.
 */
void saved_state_apply(struct server *server, const struct conf_server *conf, const char *saved,
                       uint64_t now_us);

#endif
