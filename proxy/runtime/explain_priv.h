/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of `weir explain` share; explain.h says which does what.
 *
 * Thread:    one: control thread and data thread in turns.
 */
#ifndef WEIR_RUNTIME_EXPLAIN_PRIV_H
#define WEIR_RUNTIME_EXPLAIN_PRIV_H

#include "proxy/http/stage.h"
#include "proxy/net/conn.h"
#include "proxy/rules/trace_log.h"
#include "proxy/runtime/load.h"
#include "proxy/state/snapshot.h"

#include <stdbool.h>
#include <stddef.h>

/* ---- the command line ---------------------------------------------------------------------------------- */

struct explain_list {
    const char **items; /* owned; the words are argv's */
    size_t count;
};

struct explain_words {
    struct options options;      /* owned: the files, for the load */
    const char *line;            /* "GET / HTTP/1.1", or NULL: bytes alone, of --body */
    const char *body;            /* or NULL */
    const char *sni;             /* or NULL */
    const char *frontend, *bind; /* or NULL */
    const char *response;        /* "HTTP/1.1 200 OK", or NULL: the server does not answer */
    const char *response_body;   /* or NULL */
    struct explain_list headers, response_headers, down;
    struct addr source, destination; /* AF_UNSPEC: not given */
    bool tls, json;
};

/* -1: go on; else the exit code, and all is said. */
MUST_CHECK int explain_words_read(struct explain_words *words, int argc, char **argv);
void explain_words_clear(struct explain_words *words);

/* ---- the run ------------------------------------------------------------------------------------------- */

/* Bytes that were said or heard. */
struct explain_bytes {
    char *data; /* owned */
    size_t len;
    bool is_cut; /* more came than is kept, or memory ran out */
};

void explain_bytes_add(struct explain_bytes *bytes, const void *data, size_t len);

struct explain_run {
    struct http_stage stage; /* the first: it is handed back to us */
    const struct explain_words *words;
    struct trace_log log;
    struct loop control, loop;
    struct snapshot_chain chain;
    struct http_thread *http;
    const struct bind *bind; /* where the client arrives */
    struct tls_client_context *tls;
    bool speaks_tls;

    /* the far end of the client's connection */
    struct conn client;
    struct explain_bytes request, answer;
    size_t said; /* bytes of the request */
    bool is_secured;

    /* the far end of the server's */
    struct conn peer;
    const struct server *server; /* borrowed: the one that was reached, or NULL */
    struct explain_bytes forwarded, response;
    bool has_responded;
};

/* explain_stage.c: a thread on which the snapshot serves. 0, or -1 with a line on stderr. */
MUST_CHECK int explain_stage_open(struct explain_run *run, struct load *load);
/* Runs until nothing happens any more; what waits for a time to pass has it pass. */
void explain_stage_settle(struct explain_run *run);
void explain_stage_close(struct explain_run *run);

/* explain_client.c: 0, or -1 with a line on stderr. */
MUST_CHECK int explain_client_send(struct explain_run *run);

/* explain_show.c */
void explain_show(const struct explain_run *run);
void explain_show_json(const struct explain_run *run);

#endif
