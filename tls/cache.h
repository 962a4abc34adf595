/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions remembered on our side, for clients that use no tickets. One object serves all threads
 * and is handed from context to context over reloads. When it is full the session that has not
 * been used for longest makes place.
 *
 * Thread:  any; divided into shards with a lock each, held for a few hundred nanoseconds.
 */
#ifndef WEIR_TLS_CACHE_H
#define WEIR_TLS_CACHE_H

#include <stddef.h>

struct tls_session_cache;

/* Room for so many sessions, of about 200 bytes each. NULL only when memory runs out. */
struct tls_session_cache *tls_session_cache_new(size_t sessions_max);

struct tls_session_cache *tls_session_cache_ref(struct tls_session_cache *cache);
void tls_session_cache_free(struct tls_session_cache *cache); /* drops one reference */

size_t tls_session_cache_count(struct tls_session_cache *cache);

#endif
