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
 * A monitor keeps the transcript of the load that serves, and a worker that replaces a dead one
 * builds its configuration from that: only a start and a reload read the files, so what somebody is
 * writing into them cannot turn a crash into an outage.
 *
 * Thread: processes with one thread.
 */
#ifndef WEIR_RUNTIME_KEEPER_H
#define WEIR_RUNTIME_KEEPER_H

#include "proxy/runtime/load.h"

/* The worker's ends. */
struct keeper_link {
    int channel;       /* -1: there is no keeper, this process reloads by itself */
    int handoff;       /* -1 once the first load has been told */
    int clients;       /* of the master socket come here; -1: there is none */
    pid_t keeper;      /* who made it */
    bool is_successor; /* it goes on where a dead worker was, with what `transcript` tells */
    bool is_refused;   /* the last reload was */
    int transcript;    /* -1 once it has been read */
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
    int channel;     /* owned: to the worker; -1 without one */
    int handoff;     /* owned: from the loader; -1 without one */
    int offered;     /* owned: transcript of the load under way; -1 without one */
    int good;        /* owned: transcript of the load that serves; -1 without one */
    bool is_refused; /* the last reload was */
    pid_t loader;    /* 0 without one */
    bool is_asked;   /* to load again as soon as the present loader has ended */
};

void keeper_init(struct keeper *keeper, const struct options *options);
/* Before the fork of keeper and worker: makes the two channels. 0 or a negative errno. */
MUST_CHECK int keeper_link(struct keeper *keeper, struct keeper_link *link_out);
/* In each of the two: closes the other one's ends, and forgets a load under way. */
void keeper_detach(struct keeper *keeper);
/* Closes the transcript alone. */
void keeper_link_forget(struct keeper_link *link);
void keeper_link_close(struct keeper_link *link);
/* Closes sockets and channels. */
void keeper_destroy(struct keeper *keeper);

/* When poll() says that the descriptor can be read. */
enum keeper_news keeper_on_channel(struct keeper *keeper);
void keeper_on_handoff(struct keeper *keeper);
/* A child has ended, with that status of waitpid(). True if it was the loader. */
bool keeper_on_exit(struct keeper *keeper, pid_t pid, int status);

/*
 * For loaders: tells the keeper of new and wanted sockets, and of the transcript if that is to be
 * kept; NULL if not. 0 or a negative errno.
 */
MUST_CHECK int handoff_send(int handoff, const struct socket_set *set,
                            const struct transcript *transcript);

#endif
