/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process that serves: a control thread (signals, reloads, upkeep, and what the rooms below run
 * on it) and data threads with one loop each.
 *
 *   STARTING --> SERVING --SIGUSR1--> DRAINING --last session, or hard-stop-after--> ENDING
 *                   `----------- SIGTERM, SIGINT ------------------------------------^
 *
 * Thread: everything here is the control thread's, unless a comment says otherwise.
 */
#ifndef WEIR_RUNTIME_WORKER_H
#define WEIR_RUNTIME_WORKER_H

#include "proxy/net/loop.h"
#include "proxy/runtime/keeper.h"
#include "proxy/state/snapshot.h"

#define WORKER_SIGNALS 5

enum worker_state { WORKER_STARTING, WORKER_SERVING, WORKER_DRAINING, WORKER_ENDING };

struct cli;
struct discovery;
struct health;
struct worker;

/* A reload on its way; one at a time. */
struct reload {
    bool is_running;   /* until the threads have moved to the new snapshot */
    bool is_asked;     /* again, meanwhile */
    bool is_published; /* loaded, and on its way to the threads */
    uv_thread_t thread;
    struct load load;             /* the thread's until `done` arrives, as the next two */
    struct transcript transcript; /* empty without a keeper */
    int result;
    char reason[LOAD_REASON_BYTES];
    struct loop_message done;
};

struct data_thread {
    struct loop loop;
    struct worker *worker;    /* borrowed */
    struct http_thread *http; /* owned */
    uv_thread_t id;
    bool is_running;
    struct loop_message question, answer; /* there and back, see threads_await() */
    struct loop_message drained;          /* to the control thread: the last session has ended */
};

struct worker {
    const struct options *options; /* borrowed */
    struct keeper_link *link;      /* borrowed */
    struct socket_set *sockets;    /* borrowed; outlives us */
    struct tls_shared tls;
    struct loop control;
    bool has_loop;               /* control has been initialised */
    struct data_thread *threads; /* owned */
    struct loop **loops;         /* owned: the threads', for the state room */
    unsigned thread_count;
    unsigned threads_drained;
    unsigned threads_awaited;                       /* have not answered yet */
    void (*threads_arrived)(struct worker *worker); /* once all have */
    struct snapshot_chain snapshots;
    struct health *health;       /* owned */
    struct discovery *discovery; /* owned */
    struct cli *cli;             /* owned */
    struct loop_source clients;  /* of the master socket; see master.h */
    struct reload reload;
    uv_signal_t signals[WORKER_SIGNALS];
    struct wheel_timer upkeep, grace, hard_stop;
    unsigned upkeeps;
    bool has_freed; /* a snapshot; its memory can go back to the system */
    enum worker_state state;
    int end_signal; /* that ended us; 0 = we left by ourselves */
};

/* The worker_main: returns the exit code, or dies of the signal that ended it. */
int worker_run(const struct options *options, struct keeper_link *link, struct socket_set *sockets);

/* --- startup.c --- */
/* Everything up to the loss of privileges; what cannot be had is told on stderr. */
MUST_CHECK int startup_prepare(struct worker *worker, struct load *load);

/* --- threads.c --- */
MUST_CHECK int threads_create(struct worker *worker, const struct conf_global *global);
MUST_CHECK int threads_start(struct worker *worker);
/* Calls arrived() when each has done what it was told before. One wait at a time. */
void threads_await(struct worker *worker, void (*arrived)(struct worker *worker));
/* Ends their loops and closes their sessions. */
void threads_stop(struct worker *worker);
void threads_free(struct worker *worker);

/* --- publish.c --- */
/* The first half: nothing that runs is touched. NULL with a reason; else the load's config is the snapshot's. */
struct snapshot *publish_build(struct load *load, struct snapshot *old, unsigned threads,
                               char reason_out[LOAD_REASON_BYTES]);
/* Before it is freed: what publish_build() hung on it. */
void publish_take_down(struct snapshot *snapshot);
/*
 * Turns a load that succeeded into the current snapshot. -1 with a reason when memory runs out or
 * an error file is wrong: then nothing has changed.
 */
MUST_CHECK int publish(struct worker *worker, struct load *load,
                       char reason_out[LOAD_REASON_BYTES]);
/* Has the threads move to it. */
void publish_to_threads(struct worker *worker);
/* For the chain: takes down what publish() hung on it. */
void publish_undo(struct snapshot *snapshot, void *owner);
/* Logs what is wrong with certificates in use. */
void publish_warn_certificates(const struct worker *worker);

/* --- reload.c --- */
void reload_request(struct worker *worker);
/* Whether the load thread is at work. */
bool reload_is_loading(const struct worker *worker);
/* Waits for the load at hand and forgets it. */
void reload_abandon(struct worker *worker);

#endif
