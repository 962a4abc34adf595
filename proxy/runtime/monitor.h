/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two processes that may stand beside a worker and keep what it must not have: the monitor,
 * which is the launched process under -W, and the opener, a child of the worker where that gives up
 * root without -W.
 */
#ifndef WEIR_RUNTIME_MONITOR_H
#define WEIR_RUNTIME_MONITOR_H

#include "proxy/runtime/keeper.h"

/* What the worker is, in either case: serves until told to end, returns the exit code. */
typedef int worker_main(const struct options *options, struct keeper_link *link,
                        struct socket_set *sockets);

/*
 * Forks the worker, restarts it when it dies, passes signals on, until a signal ends both. Returns
 * the exit code; in the worker's process it does not return.
 */
int monitor_run(const struct options *options, worker_main *worker);

/*
 * Forks the opener, which leaves when the worker's ends of the link are closed. 0 in the worker, or
 * a negative errno; does not return in the opener.
 */
MUST_CHECK int opener_fork(const struct options *options, struct keeper_link *link_out);

#endif
