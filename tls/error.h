/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How this folder says that something went wrong: a status for the program, a text for the person.
 *
 * A text names the file, what is wrong with it, and what would be right. It never holds key
 * material and never bytes that came from a network.
 */
#ifndef WEIR_TLS_ERROR_H
#define WEIR_TLS_ERROR_H

struct tls_error_text {
    char text[512]; /* one line without newline; "" as long as nothing went wrong */
};

/* What an int of tls/session.h means when it is no count of bytes. */
enum tls_status {
    TLS_WANT_READ = -1,  /* call again with the same arguments when recv has something */
    TLS_WANT_WRITE = -2, /* call again with the same arguments when send takes something */
    TLS_CLOSED = -3,     /* the peer said that it is done (close_notify): a clean end */
    TLS_EOF = -4,        /* the bytes ended without close_notify: maybe truncated */
    TLS_FAILED = -5,     /* handshake, record or transport failed: only error and free are left */
};

#endif
