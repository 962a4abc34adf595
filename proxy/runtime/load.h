/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One load: everything that may fail, done before anything that serves is touched.
 *
 *   files --> struct config --> TLS contexts --> listening sockets
 *
 * The same code checks (-c), starts, reloads, and rehearses a reload in a process with more
 * privileges; only where bytes and sockets come from differs.
 *
 * Ownership: load_clear() frees what nobody took; the snapshot takes config, contexts and claims.
 * Thread:    any, one at a time; it blocks on files and name resolution.
 */
#ifndef WEIR_RUNTIME_LOAD_H
#define WEIR_RUNTIME_LOAD_H

#include "config/model.h"
#include "config/report.h"
#include "proxy/runtime/load_tls.h"
#include "proxy/runtime/options.h"
#include "proxy/runtime/sockets.h"
#include "proxy/runtime/transcript.h"

#define LOAD_REASON_BYTES 512

struct load {
    struct conf_report report;     /* owned: all problems of all parts */
    struct config *config;         /* owned */
    struct tls_context **bind_tls; /* owned; each counted: by proxies and binds, NULL without TLS */
    struct socket_entry **claims;  /* owned: by proxies and binds; the entries are the set's */
    size_t bind_count;
    size_t admin_bind_count; /* of these: the last ones */
    struct server_tls *server_tls; /* owned: for servers that have TLS */
    size_t server_tls_count;
    size_t server_tls_taken; /* those before are gone */
};

struct load_input {
    const struct options *options;
    const struct outside *outside;
    struct tls_shared *shared;  /* made at the first load if has_clients; contexts refer to it */
    struct socket_set *sockets; /* NULL: none are opened (-c) */
    enum socket_origin origin;
    bool has_clients; /* this process serves */
    bool is_check;    /* -c: nothing is written */
};

/* 0, or -1; the report says why, and then the sockets have been rolled back. */
MUST_CHECK int load_run(struct load *load, const struct load_input *input);
void load_clear(struct load *load);

/* The first error as one line, for the log and the statistics. */
void load_reason(const struct load *load, char reason_out[LOAD_REASON_BYTES]);
/* Shows the report as the options ask; on stderr. */
void load_show(const struct load *load, const struct options *options);
/* Hands over the context made for that server line; NULL if there is none. To be called in the order of the lines. */
struct tls_client_context *load_take_server_tls(struct load *load,
                                                const struct conf_server *server);

#endif
