/* SPDX-License-Identifier: Apache-2.0 */
/* The part of state_commit() that is one server's. Thread: the control thread, which holds the lock of the backend. */
#ifndef WEIR_STATE_COMMIT_PRIV_H
#define WEIR_STATE_COMMIT_PRIV_H

#include "proxy/state/build.h"

struct server;

/* Brings it to the line `index` of the proxy; one that is new joins the pool. Cannot fail, but forgets its
 * history of transitions where there is no memory for it. */
void commit_server(struct server *server, const struct conf_proxy *proxy, size_t index,
                   struct loop *control);

#endif
