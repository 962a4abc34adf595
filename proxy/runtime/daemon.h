/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Going to the background (-D): the process is forked before anything is loaded, so that its id
 * never changes afterwards, but the launched one waits until the other serves or has failed. So the
 * exit code tells the truth and every message of the start is seen.
 *
 * Thread:  the only one there is by then.
 */
#ifndef WEIR_RUNTIME_DAEMON_H
#define WEIR_RUNTIME_DAEMON_H

#include <stddef.h>

/* Returns in the background process only; the launched one exits 0 or 1. -1 with errno if it
 * cannot. */
MUST_CHECK int daemon_fork(void);
/* We serve: lets the launched process go, and cuts loose from its terminal. No-op without -D. */
void daemon_serving(void);
/* Forgets the launched process without a word, in children whose readiness is not ours. */
void daemon_forget(void);

/* Writes our process id. 0, or -1 with the reason. */
MUST_CHECK int pidfile_write(const char *path, char *error_out, size_t error_bytes);

#endif
