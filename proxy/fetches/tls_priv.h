/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of TLS fetches share: whom a row asks, and what about. */
#ifndef WEIR_FETCHES_TLS_PRIV_H
#define WEIR_FETCHES_TLS_PRIV_H

#include "proxy/rules/tables.h"
#include "tls/facts.h"

/* Which connection, and for certificates which of the two that it has. */
enum { FRONT = 0, BACK = 1 << 8, PEER = 1 << 9 };
/* The rest of a row's value is what to look at. */
static inline int tls_fetch_fact(const struct fetch *row)
{
    return row->value & 0xff;
}

/* Borrowed; NULL: that connection is not there, or has no TLS. */
const struct tls_session *tls_fetch_session(const struct sample_env *env, const struct fetch *row);

/* A copy of what was asked for; a negative length: there is none. */
static inline bool tls_fetch_copy(struct sample_env *env, struct sample *out, enum sample_type type,
                                  const void *bytes, long len)
{
    return len >= 0 && sample_set_copy(out, env, type, bytes, (size_t)len);
}

#define TLS_FACT(word, type, function, need, which, text)                                          \
    {                                                                                              \
        .name = word, .out = type, .run = function, .use = need, .value = which, .doc = text       \
    }

#endif
