/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two TLS sessions facing each other over a wire in memory that a test can look at, cut, narrow
 * and stop.
 */
#ifndef WEIR_TEST_TLS_PAIR_H
#define WEIR_TEST_TLS_PAIR_H

#include "test/tls/pki.h"
#include "tls/session.h"

/* One direction. */
struct wire {
    unsigned char *bytes; /* owned: everything ever sent */
    size_t len, read, capacity;
    bool closed;     /* the sender has gone: eof after the last byte */
    bool broken;     /* recv and send fail */
    size_t room;     /* bytes that send still takes; SIZE_MAX: any number */
    size_t send_max; /* bytes that one send takes at most; 0: any number */
    size_t recv_max; /* bytes that one recv brings at most; 0: any number */
    size_t sends;    /* calls that took something */
};

struct pair_end {
    struct wire *in, *out;
};

struct pair {
    struct wire to_server, to_client;
    struct pair_end client_end, server_end;
    struct tls_session *client, *server;
    int client_status, server_status; /* of the latest handshake step */
};

extern const struct tls_io pair_io;

/* Sessions of both contexts, nothing said yet. */
void pair_open(struct pair *pair, struct tls_client_context *client, struct tls_context *server,
               const char *sni);
/* Lets both shake hands until nothing moves any more. True when both are established. */
bool pair_shake(struct pair *pair);
/* What the client says arrives whole: writes, flushes, and reads it on the other side. */
bool pair_pass(struct tls_session *from, struct tls_session *to, const char *text);
void pair_free(struct pair *pair);

/* The payload lengths of the application data records between two offsets of a wire, as they stand
 * in their headers; how many there are is the result. */
size_t wire_records(const struct wire *wire, size_t from, size_t *lengths_out, size_t max);

/* A server context with the certificates of these paths, without files to verify by. NULL fails
 * the test. */
struct tls_context *server_context(const struct tls_settings *settings, struct memory_disk *disk,
                                   const char *const *paths, struct tls_ticket_keys *keys,
                                   struct tls_session_cache *cache);
struct tls_client_context *client_context(const struct tls_client_settings *settings,
                                          struct memory_disk *disk);
/* Settings of a client that verifies nobody. */
struct tls_client_settings trusting_client(void);

#endif
