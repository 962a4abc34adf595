/* SPDX-License-Identifier: Apache-2.0 */
/* What the transport of the master socket (master.c) and its commands (master_commands.c) share. */
#ifndef WEIR_RUNTIME_MASTER_PRIV_H
#define WEIR_RUNTIME_MASTER_PRIV_H

#include "config/model.h"
#include "proxy/admin/text.h"
#include "proxy/cli/words.h"
#include "proxy/runtime/master.h"

struct master_client {
    int fd;       /* owned; -1 = this place is free */
    int worker;   /* owned: whence an answer comes; -1 = none does */
    pid_t target; /* of commands without a prefix; 0 = the master */
    enum conf_admin_level level;
    bool is_interactive;
    bool is_ended;   /* it sends no more */
    bool is_leaving; /* once it has been sent what there is */
    unsigned payload_lines;
    size_t in_len, out_len, out_sent;
    char in[MASTER_BYTES];
    char out[MASTER_BYTES];
};

struct master {
    int listener; /* owned */
    enum conf_admin_level level;
    struct master_client clients[MASTER_CLIENTS];
};

/* Answers a command, or has the worker answer it. True: it asks for a reload. */
bool master_command(struct master *master, struct master_client *client,
                    const struct cli_text *found, const struct master_facts *facts);

#endif
