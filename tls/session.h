/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One TLS connection: plaintext on this side, two callbacks that move ciphertext on the other. It
 * owns no socket and makes no system call; OpenSSL reads into and writes from its own buffers
 * through the callbacks, without a copy in between.
 *
 * Reading is eager: one recv takes as many bytes as the peer has sent, several records even. So
 * after a read the socket may be empty while plaintext waits in here: with edge-triggered polling
 * go on as long as tls_session_has_pending() says so, then wait.
 *
 * Writing: what fits into 4 KB is one record and one send. Longer data starts in records of one
 * network packet, so that the peer decrypts the first bytes when the first packet arrives, and
 * goes on in records of 16 KB; several records share one send.
 *
 * Thread:  stays on the thread that created it; nothing here locks.
 * Errors:  every int is a count of bytes or a negative enum tls_status. After TLS_FAILED only the
 *          questions and tls_session_free() may be used.
 */
#ifndef WEIR_TLS_SESSION_H
#define WEIR_TLS_SESSION_H

#include "tls/context.h"
#include "tls/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

struct tls_session;

/* What the callbacks return when it is no count of bytes. */
enum tls_io_result {
    TLS_IO_EOF = 0, /* recv only */
    TLS_IO_AGAIN = -1,
    TLS_IO_ERROR = -2,
};

/*
 * The transport underneath. They are called from within the functions below and nowhere else. A
 * recv that brings less than asked means that nothing more is there for now, a send that takes
 * less than offered that there is no more room.
 */
struct tls_io {
    ssize_t (*recv)(void *io, void *buf, size_t len);
    ssize_t (*send)(void *io, const void *buf, size_t len);
};

/* Both keep a reference to ctx and borrow io; NULL only when memory runs out. */
struct tls_session *tls_session_accept(struct tls_context *ctx, const struct tls_io *table,
                                       void *io);
/* sni: the name to ask for, or NULL. It is copied. */
struct tls_session *tls_session_connect(struct tls_client_context *ctx, const char *sni,
                                        const struct tls_io *table, void *io);

/* Of a client, before its handshake: protocols to offer by ALPN instead of those of the context,
 * "http/1.1,http/1.0". 0, or -1 where these are none or memory runs out. */
MUST_CHECK int tls_session_offer(struct tls_session *s, const char *alpn);

/* 0 when the session is established. To be repeated until then, before anything else. */
MUST_CHECK int tls_session_handshake(struct tls_session *s);

/* At least one byte, as much of len as has arrived. len > 0. */
MUST_CHECK int tls_session_read(struct tls_session *s, void *buf, size_t len);

/*
 * Takes a part of the data or all of it. After TLS_WANT_WRITE, or when less was taken than offered,
 * the remaining bytes must be offered again (more may follow them): some are encrypted already.
 */
MUST_CHECK int tls_session_write(struct tls_session *s, const void *data, size_t len);
/* The same for data in pieces, such as a head and a body, which then share records. */
MUST_CHECK int tls_session_writev(struct tls_session *s, const struct iovec *pieces, int count);

/*
 * Says that nothing more will be written (close_notify). 0 when it has been sent, or when there is
 * nobody to tell because the handshake was not finished or the session has failed.
 */
MUST_CHECK int tls_session_shutdown(struct tls_session *s);

/* True while another read may bring something before the socket becomes readable again. */
bool tls_session_has_pending(const struct tls_session *s);

/* True while encrypted bytes wait for send: a write must be repeated before the next shutdown. */
bool tls_session_has_unsent(const struct tls_session *s);

/* The connection was idle for so long that its congestion window is small again (about a second):
 * the next long write starts in small records. */
void tls_session_idle(struct tls_session *s);

/* Drops it without a word to the peer. NULL is fine. */
void tls_session_free(struct tls_session *s);

/* Questions after the handshake; text is borrowed from the session or static, never NULL. */
bool tls_session_is_established(const struct tls_session *s);
bool tls_session_is_resumed(const struct tls_session *s);
/* Of a client that looks at no certificate: the server has yet to send what lets the next session be resumed. */
bool tls_session_awaits_ticket(const struct tls_session *s);
const char *tls_session_version(const struct tls_session *s); /* "TLSv1.3" */
const char *tls_session_cipher(const struct tls_session *s);  /* "TLS_AES_128_GCM_SHA256" */
const char *tls_session_alpn(const struct tls_session *s);    /* "http/1.1"; "" when none */
const char *tls_session_sni(const struct tls_session *s);     /* as the client sent it; "" */
bool tls_session_has_peer_certificate(const struct tls_session *s);
/* X509_V_*: 0 when the peer's certificate is good or there is none. */
long tls_session_verify_result(const struct tls_session *s);

/* Faults of the client's certificate and of its authorities, overlooked ones too; 0 = none. */
struct tls_client_faults {
    uint8_t error, ca_error, ca_depth;
};
struct tls_client_faults tls_session_client_faults(const struct tls_session *s);
/* OpenSSL's number of what failed, 0 if nothing did; and whether it was that we do not trust the peer. */
unsigned long tls_session_fault(const struct tls_session *s);
bool tls_session_distrusts(const struct tls_session *s);
/* Why TLS_FAILED or TLS_EOF was returned, in one line: "certificate verify failed: ...". */
void tls_session_error(const struct tls_session *s, struct tls_error_text *text_out);

#endif
