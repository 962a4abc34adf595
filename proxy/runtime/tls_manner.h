/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which TLS words mean the same, so that contexts are made once for all that are alike: binds, servers, and
 * certificates with words of their own.
 *
 * Thread:  that of the load.
 */
#ifndef WEIR_RUNTIME_TLS_MANNER_H
#define WEIR_RUNTIME_TLS_MANNER_H

#include "config/model.h"

/* Of two binds. */
bool tls_binds_are_alike(const struct conf_tls *a, const struct conf_tls *b);
/* Of two servers, but for what each connection is told. */
bool tls_servers_are_alike(const struct conf_tls *a, const struct conf_tls *b);

/* In how many manners the certificates of a bind are served; the first is that of the bind. */
struct tls_manners {
    const struct conf_tls **items; /* owned */
    size_t count;
};

/* The number of its manner, a new one if there is no like; -1 when memory runs out. */
int tls_manner_of(struct tls_manners *manners, const struct conf_tls *tls);
void tls_manners_free(struct tls_manners *manners);

#endif
