/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of a session, for session.c (its life), transport.c (ciphertext) and write.c
 * (records).
 */
#ifndef WEIR_TLS_SESSION_PRIV_H
#define WEIR_TLS_SESSION_PRIV_H

#include "tls/session.h"

#include <openssl/ssl.h>
#include <stdint.h>

/*
 * Ciphertext of several records on its way to one send: room for four large ones, which makes a
 * download 12 % cheaper than a send for each. Lives on the stack of the function that writes, so
 * that idle sessions own none.
 */
#define TLS_STAGE_BYTES (4 * (16 * 1024 + 256))
struct tls_stage {
    size_t len;
    unsigned char bytes[TLS_STAGE_BYTES];
};

struct tls_session {
    SSL *ssl;                                  /* owned */
    const struct tls_io *table;                /* borrowed */
    void *io;                                  /* borrowed */
    struct tls_context *context;               /* counted; NULL towards servers */
    struct tls_store *store;                   /* counted: during the handshake, else NULL */
    struct tls_client_context *client_context; /* counted; NULL towards clients */
    struct tls_stage *stage;                   /* while a function that writes is running */
    unsigned char *unsent;                     /* owned: ciphertext that send did not take yet */
    uint32_t unsent_len;
    uint32_t unsent_sent;     /* of these so many went out meanwhile */
    uint32_t accepted;        /* plaintext in unsent that the caller was not told of yet */
    uint32_t small_left;      /* bytes that are to go out in small records */
    char *alpn;               /* owned: the protocol agreed on, or NULL */
    unsigned long error_code; /* OpenSSL's first reason, or 0 */
    int end;                  /* how reading ended, while data read before hides it; or 0 */
    bool established : 1;
    bool deferred : 1; /* unsent is not blocked: it waits for company */
    bool failed : 1;
    bool io_eof : 1;    /* recv said so */
    bool io_failed : 1; /* recv or send said so */
    bool drained : 1;   /* the latest recv brought less than it could have */
    bool starved : 1;   /* the latest read ended for want of bytes */
};

/* The two halves of a function that writes: in between, records collect in the stage, preceded by
 * what was deferred. */
void tls_transport_begin(struct tls_session *s, struct tls_stage *stage);
/* Sends what was staged; 0, TLS_WANT_WRITE or TLS_FAILED. */
int tls_transport_end(struct tls_session *s);
/* Instead: keeps it for the next send. */
int tls_transport_defer(struct tls_session *s);

/* Gives ssl the thread's BIO; false only when memory runs out. */
bool tls_transport_attach(SSL *ssl);
/* Before a call that may read or write: the callbacks of s are the other side of the BIO now. */
void tls_transport_enter(struct tls_session *s);
/* Whose turn it is in a callback of OpenSSL. */
struct tls_session *tls_transport_session(const SSL *ssl);
/* Sends what was left unsent; 0, TLS_WANT_WRITE or TLS_FAILED. */
int tls_transport_flush(struct tls_session *s);

/* After the handshake: frees what is of no more use. */
void tls_session_trim(SSL *ssl);

/* What was wrong with the client's chain at that depth; the first fault of the client and of an authority counts. */
void tls_client_faults_note(SSL *ssl, int error, int depth);

/* What a failed call to OpenSSL means; result is its return value. */
int tls_session_status(struct tls_session *s, int result);

#endif
