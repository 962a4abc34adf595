/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the TLS words of a configuration to the contexts of the tls folder: certificates are read,
 * matched with their keys and refused here, before anything that serves is touched.
 *
 * Binds with the same words share one store and one context; servers share what is costly about theirs, since 10,000
 * of them take a second otherwise. Ticket keys and the session cache
 * belong to the process and go on over reloads.
 *
 * Thread:  that of the load.
 */
#ifndef WEIR_RUNTIME_LOAD_TLS_H
#define WEIR_RUNTIME_LOAD_TLS_H

#include "config/model.h"
#include "tls/context.h"

#include <time.h>

struct conf_report;

/* What outlives a load. Both NULL in processes that serve nobody. */
struct tls_shared {
    struct tls_ticket_keys *keys;    /* counted */
    struct tls_session_cache *cache; /* counted */
};

/* At the first load of a process that serves. 0, or -1 without memory. */
MUST_CHECK int tls_shared_init(struct tls_shared *shared, const struct conf_global *global,
                               time_t now);
void tls_shared_clear(struct tls_shared *shared);

/* What a load of TLS contexts is about; borrowed all. */
struct tls_load {
    const struct config *config;
    const struct tls_shared *shared;
    const struct tls_files *files;
    bool is_check; /* nothing is written (self-signed certificates) */
};

/*
 * Contexts for all binds of the config, in the order of proxies and binds; NULL for those without
 * TLS. Problems go to the report, and then -1; contexts_out is filled in either case and the
 * caller's.
 */
MUST_CHECK int load_bind_tls(const struct tls_load *load, struct tls_context **contexts_out,
                             struct conf_report *report);

/* A server line that has TLS, for itself or for its probes. */
struct server_tls {
    const struct conf_server *server;
    struct tls_client_context *tls; /* counted */
};

/* The context of such a line; NULL with a text. It shares with the `count` ones made before what those with the same
 * words have in common. */
struct tls_client_context *load_server_tls(const struct conf_server *server,
                                           const struct server_tls *before, size_t count,
                                           const struct tls_files *files,
                                           struct tls_error_text *error_out);

/* A line without TLS may name such files all the same: -1 with a text where one of them cannot be read. */
MUST_CHECK int load_look_for_server_files(const struct conf_server *server,
                                          const struct tls_files *files,
                                          struct tls_error_text *error_out);

#endif
