/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the process says of itself: since when it runs, with what limits, how the last reload went,
 * and which certificates it holds.
 *
 * Thread: process_started() and process_stopping() on the control thread, the others on any.
 */
#ifndef WEIR_ADMIN_PROCESS_H
#define WEIR_ADMIN_PROCESS_H

#include "proxy/state/reload_status.h"
#include "proxy/state/snapshot.h"

struct tls_certificate_info;
struct tls_store;

struct process_facts {
    unsigned threads;
    unsigned maxconn;
    unsigned max_fds;
    unsigned listeners;
    bool stopping;
    int64_t start_wall_us; /* since 1970; 0 = not told */
    struct reload_status reload;
};

/* Once, before the data threads run. */
void process_started(int64_t wall_us);
/* From now on the page and the metrics say that the process drains. */
void process_stopping(void);

void process_read(const struct snapshot *snapshot, struct process_facts *facts_out);

/* A place among the certificates of all binds; zeroed to begin with. */
struct certificate_walk {
    size_t proxy, bind, certificate;
    struct tls_store *store; /* counted: of the latest one told */
};

/* The next one and where it is used, or NULL. It lives until the next call. */
const struct tls_certificate_info *certificate_next(const struct snapshot *snapshot,
                                                    struct certificate_walk *walk,
                                                    const struct bind **bind_out);
/* Needed only before NULL was returned. */
void certificate_walk_end(struct certificate_walk *walk);

#endif
