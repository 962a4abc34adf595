/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The master socket (-S): commands for the monitor itself, and others that it hands on to the worker.
 *
 *   client --"show proc"--> monitor                          answered here
 *          --"@1 show info"--> monitor --one end of a pair--> worker      its admin socket answers,
 *          <------- bytes as they come ------------------------'          and we pass the bytes on
 *
 * HAProxy's master of version 2.6 speaks this way. The monitor never waits: what a client does not take
 * stays in one buffer.
 *
 * Bounds:  MASTER_CLIENTS clients, a command of MASTER_BYTES with its payload.
 * Thread:  the monitor has one.
 */
#ifndef WEIR_RUNTIME_MASTER_H
#define WEIR_RUNTIME_MASTER_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MASTER_CLIENTS 10
#define MASTER_POLLS (1 + MASTER_CLIENTS)
#define MASTER_BYTES 16384

struct master;

/* What the monitor says of itself and of its worker. */
struct master_facts {
    pid_t worker; /* 0 = there is none now */
    int channel;  /* for descriptors to the worker; -1 = there is none now */
    unsigned reloads, failed_reloads;
    int64_t age_s, worker_age_s;
};

/* Listens where the option says: "ADDRESS[,mode,600][,level,admin]...". NULL with a reason. */
struct master *master_open(const char *option, char *reason_out, size_t reason_bytes);
/* Closes the listener and forgets the clients: at the end, and in the process of a worker. NULL is fine. */
void master_close(struct master *master);

/* Fills what is waited for; how many. NULL: none. */
unsigned master_poll(const struct master *master, struct pollfd fds_out[MASTER_POLLS]);
/* After poll(). True: a client asks for a reload. */
bool master_handle(struct master *master, const struct master_facts *facts);

/* For the worker: takes a client from the channel; -1 when there is none. Its rights go to *level_out. */
int master_take_client(int channel, unsigned char *level_out);

#endif
