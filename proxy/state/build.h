/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a config to a snapshot, in two steps: state_build() makes all that can fail and changes
 * nothing that runs; state_commit() cannot fail and brings pools, weights and limits to what the
 * config says.
 *
 *   config_load > state_build > (runtime: certificates, sockets) > state_commit > snapshot_publish
 *                      |                     |
 *   snapshot_free <----+---------------------'   something failed: all as it was
 *
 * Carried over by name: a proxy's state always; a server if what defines it is the same (address,
 * TLS words). Else a new server takes over its counters. Health goes on if address and probe are
 * the same.
 *
 * Thread:  the control thread.
 */
#ifndef WEIR_STATE_BUILD_H
#define WEIR_STATE_BUILD_H

#include "proxy/state/snapshot.h"

#define STATE_ERROR_BYTES 512

struct state_error {
    char text[STATE_ERROR_BYTES]; /* "www.conf:12:7: server be/s1: ..." */
};

struct state_build_options {
    unsigned threads; /* data threads; the same for all loads of a process */
    /* Makes a TLS context for the server line, or NULL with a text. Needed if any server has TLS.
     */
    struct tls_client_context *(*make_tls)(void *owner, const struct conf_server *server,
                                           struct state_error *error_out);
    void *owner;                                /* handed to make_tls */
    void (*free_config)(struct config *config); /* config_free */
};

/*
 * Takes over config with success. old may be NULL (first load). The proxies' state, servers and
 * default_backend are set; binds[].conf and .proxy too, their sockets and TLS contexts are for the
 * caller. NULL: the reason is in error_out and config is still the caller's.
 */
struct snapshot *state_build(struct config *config, struct snapshot *old,
                             const struct state_build_options *options,
                             struct state_error *error_out);
/* Brings the pools to the new snapshot. Before snapshot_publish(), and before threads run on it. */
void state_commit(struct snapshot *snapshot, struct snapshot *old, struct loop *control);
#endif
