/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one load of the configuration means at run time: the immutable config and, hung on each of its
 * nouns, the live object that goes on over reloads.
 *
 *   snapshot ---- config (owned)
 *       |-------- proxies[i] -- conf         same index as config->proxies
 *       |              |------- state        counters, pool of servers, queue: carried over
 *       |              `------- binds[j] --- tls context of this load, socket: carried over
 *       `-------- next          the load after this one
 *
 * A stream keeps the snapshot it began with; a session moves on to the newest between two requests.
 * Each thread counts its own users without atomics. A snapshot is freed when every thread has let go of
 * it, and never before an older one: so a stream on an old snapshot may use a server that came later.
 *
 * Thread: built, published and freed by the control thread; read by all.
 */
#ifndef WEIR_STATE_SNAPSHOT_H
#define WEIR_STATE_SNAPSHOT_H

#include "config/model.h"
#include "proxy/net/loop.h"

struct proxy_state; /* proxy/state/proxy_state.h */
struct tls_context;

/* A listening address: one socket for each data thread (SO_REUSEPORT), kept while any load names it. */
struct bind_socket {
    int *fds;      /* owned: one for each data thread; a single shared one (unix, fd@) is repeated */
    unsigned count;
};

struct bind {
    const struct conf_bind *conf;
    struct proxy *proxy;
    struct bind_socket *socket; /* counted by the registry of sockets (runtime) */
    struct tls_context *tls;    /* counted, or NULL */
};

struct proxy {
    const struct conf_proxy *conf;
    struct proxy *default_backend; /* in this snapshot, or NULL */
    struct proxy_state *state;
    struct bind *binds; /* conf->bind_count of them */
    const struct stream_service *service; /* answers without a server: statistics, return; or NULL */
};

struct snapshot {
    struct config *config;
    struct proxy *proxies; /* config->proxy_count of them */
    struct snapshot *next; /* the one published after this; NULL for the newest */
    unsigned *users;       /* for each data thread: its sessions and streams here, plus one while current */
    unsigned number;       /* counts loads from 1 */
};

#endif
