/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The monitor and its states, for monitor.c (signals, channel, loop) and monitor_worker.c (the worker's life).
 *
 * Thread:  the process has one.
 */
#ifndef WEIR_RUNTIME_MONITOR_PRIV_H
#define WEIR_RUNTIME_MONITOR_PRIV_H

#include "proxy/runtime/master.h"
#include "proxy/runtime/monitor.h"

#include <signal.h>

enum monitor_state { STARTING, SERVING, WAITING, LEAVING };

struct monitor {
    struct keeper keeper;
    worker_main *worker_main; /* borrowed */
    enum monitor_state state;
    pid_t worker; /* 0 without one */
    int signals;  /* owned: signalfd */
    sigset_t old_mask;
    int64_t wake_ms; /* end of the pause, or of the patience; 0 = none */
    int64_t started_ms;
    int pause_ms;
    struct master *master; /* owned; NULL without -S */
    int clients; /* owned: for clients of the master socket, to the worker; -1 without one */
    int64_t born_ms;
    unsigned reloads, failed_reloads;
    bool is_ready;    /* the worker at hand has begun to serve */
    bool reads_files; /* the next worker does, instead of going on with what is kept */
    int exit_code;
};

int64_t monitor_now_ms(void);
/* Forks a worker; where that fails, m->wake_ms says when to try again. Does not return in the worker. */
void monitor_start_worker(struct monitor *m);
/* Has taken note of its end: the next one starts after a pause, or none does. */
void monitor_on_worker_exit(struct monitor *m, int status);
/* Without them the master socket cannot reach a worker. */
void monitor_close_clients(struct monitor *m);

#endif
