/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages with descriptors between the processes of one weir: a pair of unix sockets that keep
 * message boundaries (SOCK_SEQPACKET).
 *
 *   worker --RELOAD-----------------> keeper --fork--> loader
 *   worker <-SOCKET* LOADED|FAILED-------------------- loader   new sockets; the load's transcript
 *                                     keeper <-SOCKET* WANTED* [LOADED]- loader, or first worker
 *   worker --COMMIT|ROLLBACK--------> keeper
 *   worker <-DONE-------------------- keeper                    what nobody wants is closed
 *   worker --READY------------------> keeper                    serves for the first time
 *
 * Errors:  0 or a negative errno; -EPIPE when the other end is gone, -EPROTO for what is no
 *          message.
 * Owner:   descriptors that come with a message are the receiver's.
 * Thread:  one at a time for each end.
 */
#ifndef WEIR_RUNTIME_CHANNEL_H
#define WEIR_RUNTIME_CHANNEL_H

#include <stddef.h>

#define CHANNEL_TEXT_BYTES 1024
#define CHANNEL_FDS_MAX 128

enum channel_kind {
    CHANNEL_RELOAD = 1, /* the one request there is */
    CHANNEL_SOCKET,     /* text: key; fds: new listening sockets */
    CHANNEL_WANTED,     /* text: key of a socket that this load names */
    CHANNEL_LOADED,     /* fds: the transcript; towards a keeper only if that starts workers */
    CHANNEL_FAILED,     /* text: why */
    CHANNEL_COMMIT,
    CHANNEL_ROLLBACK,
    CHANNEL_DONE,
    CHANNEL_READY,
    CHANNEL_KINDS,
};

struct channel_message {
    enum channel_kind kind;
    char text[CHANNEL_TEXT_BYTES]; /* ends in NUL */
    int fds[CHANNEL_FDS_MAX];      /* sending: borrowed; received: the receiver's */
    unsigned fd_count;
};

/* Both ends close on exec; receives give up after that long, 0 = never. */
MUST_CHECK int channel_open(int ends_out[2], unsigned timeout_s);
MUST_CHECK int channel_send(int end, const struct channel_message *message);
/* A message without descriptors; text may be NULL. */
MUST_CHECK int channel_tell(int end, enum channel_kind kind, const char *text);
MUST_CHECK int channel_receive(int end, struct channel_message *message_out);
/* Closes the descriptors that came with it. */
void channel_drop_fds(struct channel_message *message);

#endif
