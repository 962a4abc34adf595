/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be told to others of the certificates of a session, as short texts in HAProxy's spellings.
 *
 * Thread: the session's.
 */
#ifndef TLS_FACTS_H
#define TLS_FACTS_H

struct tls_session;

/* "" where there is nothing to tell. */
struct tls_fact {
    char text[128];
};

/* The common name in the certificate that the peer has shown. */
void tls_fact_peer_name(const struct tls_session *s, struct tls_fact *out);
/* Of our own certificate: "RSA2048" or "EC256", and "RSA-SHA256". */
void tls_fact_key(const struct tls_session *s, struct tls_fact *out);
void tls_fact_signature(const struct tls_session *s, struct tls_fact *out);

#endif
