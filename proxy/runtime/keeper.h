/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What keeps root when the worker gives it up: the monitor of -W, or else a small process of its
 * own (the opener). It holds duplicates of the listening sockets and answers one request, "reload":
 * a fresh child loads the named configuration from disk, opens the new sockets, and hands the
 * transcript and the sockets to the worker. No message names a file or an address, so the worker
 * can ask for nothing else.
 *
 *   worker == channel == keeper --fork--> loader (only while loading)
 *                          `--- handoff ------'  new sockets, to be kept
 *
 * The first load is the worker's own, while it still has root; it then speaks as a loader on its
 * handoff.
 *
 * Thread: processes with one thread.
 */
#ifndef WEIR_RUNTIME_KEEPER_H
#define WEIR_RUNTIME_KEEPER_H

#include "proxy/runtime/load.h"

/* The worker's ends. */
struct keeper_link {
    int channel;  /* -1: there is no keeper, this process reloads by itself */
    int handoff;  /* -1 once the first load has been told */
    pid_t keeper; /* who made it */
};

enum keeper_news {
    KEEPER_NOTHING,
    KEEPER_READY,
    KEEPER_RELOADED,
    KEEPER_RELOAD_FAILED,
    KEEPER_WORKER_GONE
};

struct keeper {
    const struct options *options; /* borrowed */
    struct socket_set sockets;
    int channel;   /* owned: to the worker; -1 without one */
    int handoff;   /* owned: from the loader; -1 without one */
    pid_t loader;  /* 0 without one */
    bool is_asked; /* to load again as soon as the present loader has ended */
};

void keeper_init(struct keeper *keeper, const struct options *options);
/* Before the fork of keeper and worker: makes the two channels. 0 or a negative errno. */
MUST_CHECK int keeper_link(struct keeper *keeper, struct keeper_link *link_out);
/* In each of the two: closes the other one's ends. */
void keeper_detach(struct keeper *keeper);
void keeper_link_close(struct keeper_link *link);
/* Closes sockets and channels. */
void keeper_destroy(struct keeper *keeper);

/* When poll() says that the descriptor can be read. */
enum keeper_news keeper_on_channel(struct keeper *keeper);
void keeper_on_handoff(struct keeper *keeper);
/* A child has ended, with that status of waitpid(). True if it was the loader. */
bool keeper_on_exit(struct keeper *keeper, pid_t pid, int status);

/* For loaders: tells the keeper of new and wanted sockets. 0 or a negative errno. */
MUST_CHECK int handoff_send(int handoff, const struct socket_set *set);

#endif
