/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store that handshakes of a context begin with. Another may take its place while threads shake hands: whoever
 * began with the old one keeps it until the end of the handshake.
 *
 * Thread: any.
 */
#ifndef WEIR_TLS_SERVED_PRIV_H
#define WEIR_TLS_SERVED_PRIV_H

#include "tls/store.h"

#include <pthread.h>

struct tls_served {
    pthread_mutex_t lock;
    struct tls_store *now; /* counted, or NULL */
};

/* Keeps a reference; NULL: there are no certificates. */
void tls_served_init(struct tls_served *served, struct tls_store *store);
/* A reference, for the caller to free. */
struct tls_store *tls_served_take(struct tls_served *served);
/* Keeps a reference. */
void tls_served_replace(struct tls_served *served, struct tls_store *store);
void tls_served_clear(struct tls_served *served);

#endif
