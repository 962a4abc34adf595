/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of an established session and of its certificates, for rules and logs.
 *
 * Ownership: certificates are borrowed from the session, and live as long.
 * Errors:    a length of -1, or false: there is no such thing, or no room for it.
 * Thread:    the session's.
 */
#ifndef WEIR_TLS_FACTS_H
#define WEIR_TLS_FACTS_H

#include "tls/session.h"

#include <time.h>

struct tls_certificate;

enum tls_side {
    TLS_OURS,  /* the certificate we showed */
    TLS_PEERS, /* the one the other side showed */
};

/* Of a peer that we do not trust, too. */
const struct tls_certificate *tls_session_certificate(const struct tls_session *s,
                                                      enum tls_side side);
/* The certificates that the peer sent, as bytes, one behind the other; those of a client without its own. */
long tls_session_chain(const struct tls_session *s, void *out, size_t room);

/* OpenSSL's line about tls_session_fault(): "error:0A000086:SSL routines::certificate verify failed". */
void tls_fault_text(unsigned long fault, struct tls_error_text *text_out);

enum tls_blob {
    TLS_SESSION_ID,
    TLS_MASTER_KEY,
    TLS_CLIENT_RANDOM,
    TLS_SERVER_RANDOM,
    TLS_UNIQUE_ID, /* RFC 5929 3: the first Finished message of the handshake */
};
/* Bytes of the session; the length. */
long tls_session_blob(const struct tls_session *s, enum tls_blob which, void *out, size_t room);
/* Bits of the key in use, or that the algorithm has. */
int tls_session_key_bits(const struct tls_session *s, bool of_algorithm);

enum tls_certificate_blob { TLS_DER, TLS_SERIAL, TLS_SHA1 };
long tls_certificate_blob(const struct tls_certificate *c, enum tls_certificate_blob which,
                          void *out, size_t room);
int tls_certificate_version(const struct tls_certificate *c); /* 3 of X.509 v3 */

enum tls_certificate_text {
    TLS_KEY_ALGORITHM,
    TLS_KEY_KIND, /* and its bits: "RSA2048", "EC256" */
    TLS_SIGNATURE_ALGORITHM,
    TLS_NOT_BEFORE,
    TLS_NOT_AFTER
};
/* Times read YYMMDDhhmmssZ. */
long tls_certificate_text(const struct tls_certificate *c, enum tls_certificate_text which,
                          char *out, size_t room);

struct tls_name_query {
    bool issuer;       /* else the subject */
    const char *entry; /* "CN"; NULL or "": all of it, as "/C=FR/CN=x" */
    int occurrence;    /* from 1, or from the end if negative */
    bool rfc2253;      /* all of it as "CN=x,C=FR" */
};
long tls_certificate_name(const struct tls_certificate *c, const struct tls_name_query *query,
                          char *out, size_t room);

#endif
