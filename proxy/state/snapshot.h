/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one load of the configuration means at run time: the immutable config and, hung on each of
 * its nouns, the live object that goes on over reloads.
 *
 *   snapshot ---- config (owned)
 *       |-------- proxies[i] -- conf         same index as config->proxies
 *       |              |------- state        counters, pool of servers, queue: carried over
 *       |              `------- binds[j] --- tls context of this load, socket: carried over
 *       `-------- next          the load after this one
 *
 * A stream keeps the snapshot it began with; a session moves on to the newest between two requests.
 * Each thread counts its own users without atomics. A snapshot is freed when every thread has let
 * go of it, and never before an older one: so a stream on an old snapshot may use a server that
 * came later.
 *
 * Thread: built, published and freed by the control thread; read by all.
 */
#ifndef WEIR_STATE_SNAPSHOT_H
#define WEIR_STATE_SNAPSHOT_H

#include "config/model.h"
#include "proxy/net/loop.h"

struct bind_state;  /* proxy/state/bind_state.h */
struct proxy_state; /* proxy/state/proxy_state.h */
struct server;      /* proxy/state/server.h */
struct tls_client_context;
struct tls_context;

/* A listening address: one socket for each data thread (SO_REUSEPORT),
 * kept while any load names it. */
struct bind_socket {
    int *fds; /* owned: one for each data thread; a single shared one (unix, fd@) is repeated */
    unsigned count;
};

struct bind {
    const struct conf_bind *conf;
    struct proxy *proxy;
    struct bind_socket *socket; /* counted by the registry of sockets (runtime) */
    struct tls_context *tls;    /* counted, or NULL */
    struct bind_state *state;   /* counted; NULL: nothing is counted of it by itself */
};

struct proxy {
    const struct conf_proxy *conf;
    struct proxy *default_backend; /* in this snapshot, or NULL */
    struct proxy_state *state;
    struct bind *binds;              /* conf->bind_count of them */
    struct server **servers;         /* conf->server_count of them, each counted */
    struct stick_table *stick_table; /* counted; NULL: it defines none */
    struct error_set *errors;        /* owned by the http room: its error files, or NULL */
    const struct stream_service
        *service;  /* answers without a server: statistics, return; or NULL */
    bool is_plain; /* the http room's: no stream has to ask its rules or services for its way */
};

/* One data thread's hold on a snapshot. */
struct snapshot_use {
    unsigned users; /* its sessions and streams here, plus one while it is current there */
    struct loop_message adopt;  /* to the data thread: use this one from now on */
    void *adopter;              /* borrowed: what the message is for */
    struct loop_message let_go; /* to the control thread: this thread is done with it */
    struct snapshot *snapshot;
};

/* A TLS context that a later load replaced in a server while threads may
 * be just about to use it. */
struct replaced_tls {
    struct replaced_tls *next;
    struct tls_client_context *tls; /* counted */
};

struct snapshot {
    struct config *config;             /* owned */
    struct proxy *proxies;             /* owned: config->proxy_count of them */
    struct stick_table **peers_tables; /* owned, counted: those of peers sections */
    struct snapshot *next;             /* the one published after this; NULL for the newest */
    struct snapshot_use *uses;         /* owned: one for each data thread */
    unsigned thread_count;
    unsigned threads_left;         /* still using it; the control thread's */
    unsigned kept;                 /* by what the control thread does; its own */
    unsigned number;               /* counts loads from 1 */
    struct snapshot_chain *chain;  /* borrowed: set by snapshot_publish() */
    struct replaced_tls *replaced; /* owned: contexts that its servers had until the next load */
    struct tls_client_context **
        *new_tls; /* owned: [proxy][server], until state_commit() hands them on */
    void (*free_config)(struct config *config);
};

/* All snapshots in use, oldest first; the control thread's. */
struct snapshot_chain {
    struct snapshot *oldest, *current;
    struct loop *control; /* borrowed */
    /* Called before a snapshot is freed: for what runtime hung on its binds. May be NULL. */
    void (*freeing)(struct snapshot *snapshot, void *owner);
    void *owner;
};

void snapshot_chain_init(struct snapshot_chain *chain, struct loop *control,
                         void (*freeing)(struct snapshot *snapshot, void *owner), void *owner);
/* Frees it and its holds on all live objects; for the chain and for state_build(). */
void snapshot_free(struct snapshot *snapshot);
/*
 * Makes it the current one. Each data thread already counts as its user once: it must be told the
 * new one by a message, and then snapshot_release() the one it had. Returns that one, NULL at
 * first.
 */
struct snapshot *snapshot_publish(struct snapshot_chain *chain, struct snapshot *snapshot);
/* After all data threads have ended: frees everything. */
void snapshot_chain_destroy(struct snapshot_chain *chain);

/* On data thread `thread`, which must hold the snapshot already (it is
 * current there, or in use). */
static inline struct snapshot *snapshot_hold(struct snapshot *snapshot, unsigned thread)
{
    snapshot->uses[thread].users++;
    return snapshot;
}

/* By the numbering of config/stick_table.h; NULL: that proxy has none. */
static inline struct stick_table *snapshot_table(const struct snapshot *snapshot, size_t number)
{
    size_t proxies = snapshot->config->proxy_count;
    return number < proxies ? snapshot->proxies[number].stick_table
                            : snapshot->peers_tables[number - proxies];
}

void snapshot_let_go(struct snapshot *snapshot, unsigned thread);

/* On the control thread, for what it does longer than the load at hand: probes that are under way, commands
 * that answer by and by. */
void snapshot_keep(struct snapshot *snapshot);
void snapshot_forgo(struct snapshot *snapshot);

static inline void snapshot_release(struct snapshot *snapshot, unsigned thread)
{
    if (--snapshot->uses[thread].users == 0)
        snapshot_let_go(snapshot, thread);
}

/* The first proxy of that name, or NULL; a frontend and a backend may share one. */
struct proxy *snapshot_find(const struct snapshot *snapshot, const char *name);
/* The proxy that goes on with this state, or NULL. */
struct proxy *snapshot_find_state(const struct snapshot *snapshot, const struct proxy_state *state);
struct server *proxy_find_server(const struct proxy *proxy, const char *name);

#endif
