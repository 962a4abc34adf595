/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The admin sockets ("stats socket"): HAProxy's runtime API of version 2.6. Programs and people send
 * lines of commands and get answers that end with an empty line.
 *
 *   listener --accept--> session --line--> call --> row of a table of commands      cli.c, session.c
 *                           `<--- answer, row by row ---'                           call.h
 *
 * A reload keeps the sessions: only listeners whose line has gone stop.
 *
 * Bounds:  `stats maxconn` clients, a line and its payload of CLI_INPUT_BYTES, an idle client
 *          `stats timeout`, an answer in pieces of CLI_OUTPUT_BYTES.
 * Thread:  the control thread, whose loop it lives on. Data threads are asked by messages.
 */
#ifndef WEIR_CLI_CLI_H
#define WEIR_CLI_CLI_H

#include "proxy/state/snapshot.h"

struct cli;
struct discovery;
struct health;
struct loader;

/* What the process lends it; constant. */
struct cli_host {
    struct loop *control;             /* borrowed, as the others */
    struct snapshot_chain *snapshots; /* has a current one whenever a command runs */
    struct loop **threads;            /* of the data threads */
    struct discovery *discovery;
    unsigned thread_count;
    void (*compile)(struct loader *l, struct config *config); /* of rules: conf_input.compile */
};

/* NULL when memory runs out. */
struct cli *cli_new(const struct cli_host *host);
/* That of global->admin.binds[i]; it must live until the next load. */
typedef const struct bind_socket *cli_socket_at(void *owner, size_t i);
/* After a load: listens on the admin binds, and no more on those that are gone. */
void cli_apply(struct cli *cli, const struct conf_global *global, cli_socket_at *socket_at,
               void *owner);
/* A client that came another way; level: enum conf_admin_level. Takes the descriptor. */
void cli_adopt(struct cli *cli, int fd, unsigned level);
/* Present sessions go on. */
void cli_stop_listening(struct cli *cli);
/* Before the loop is destroyed; NULL is fine. */
void cli_free(struct cli *cli);

#endif
