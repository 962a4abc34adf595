/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All listening sockets of this process, by what defines them; they outlive loads.
 *
 *   begin ---> claim each bind (found: kept; else opened) ---> commit:   unclaimed ones are retired
 *                                                         `--> rollback: new ones are closed
 *
 * The keeper has a set of its own with duplicates, so that a worker's death does not close them.
 *
 * Ownership: the set owns the descriptors; snapshots hold references to the entries, whose memory
 *            outlives the descriptors of a retired one.
 * Thread:    one at a time: the control thread, or the load that it waits for.
 */
#ifndef WEIR_RUNTIME_SOCKETS_H
#define WEIR_RUNTIME_SOCKETS_H

#include "proxy/base/list.h"
#include "proxy/state/snapshot.h"

#include <stdint.h>

struct conf_report;

struct socket_entry {
    struct bind_socket socket; /* what binds of snapshots point to */
    struct list node;
    char *key;   /* owned */
    int *unique; /* owned: the descriptors, each once */
    unsigned unique_count;
    unsigned references; /* of snapshots, and one of the set */
    uint16_t port;
    bool is_new;     /* since begin */
    bool is_claimed; /* since begin */
};

struct socket_set {
    struct list entries;
    struct list retired; /* no longer claimed; open until sockets_close_retired() */
    unsigned threads;    /* data threads; set before the first claim, then for good */
    bool may_share;      /* -sf, -st: another process may listen on our addresses for now */
};

void sockets_init(struct socket_set *set);
/* Closes everything. */
void sockets_destroy(struct socket_set *set);

/* A load begins: nothing is claimed, nothing is new. */
void sockets_begin(struct socket_set *set);
/* Where a missing socket comes from: socket_open(), or nowhere, if all must have been adopted. */
enum socket_origin { SOCKETS_OPEN, SOCKETS_ADOPTED };
/*
 * Claims the socket of each bind of the config, in the order of proxies and binds, NULL for
 * disabled proxies. claims_out has room for all binds. Problems go to the report; then -1, and
 * rollback follows.
 */
MUST_CHECK int sockets_claim(struct socket_set *set, const struct config *config,
                             enum socket_origin origin, struct socket_entry **claims_out,
                             struct conf_report *report);
void sockets_rollback(struct socket_set *set);
/* Moves what is unclaimed to the retired. */
void sockets_commit(struct socket_set *set);
/* When no thread listens on them any more. */
void sockets_close_retired(struct socket_set *set);

/* A socket that another process opened; takes the descriptors. -1: no memory, they are closed. */
MUST_CHECK int sockets_adopt(struct socket_set *set, const char *key, const int *fds,
                             unsigned count);
/* Claims by key; false if there is none. */
bool sockets_claim_key(struct socket_set *set, const char *key);

/* For snapshots. */
struct bind_socket *socket_entry_hold(struct socket_entry *entry);
void socket_entry_release(struct bind_socket *socket);

#endif
