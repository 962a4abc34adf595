/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys that session tickets are sealed with. One object serves all threads and is handed from
 * context to context over reloads, so that clients resume whatever thread or configuration answers.
 *
 * The newest key seals; it and the two before it open, and a ticket sealed with an older one is
 * renewed. AES-256-CBC and HMAC-SHA-256, RFC 5077 4.
 *
 * Thread:  any; a read-write lock inside.
 */
#ifndef WEIR_TLS_TICKETS_H
#define WEIR_TLS_TICKETS_H

#include "tls/error.h"
#include "tls/files.h"

#include <stdbool.h>
#include <time.h>

struct tls_ticket_keys;

/* One random key, one reference. Each key seals for lifetime_s. NULL without memory or randomness.
 */
struct tls_ticket_keys *tls_ticket_keys_new(time_t now, unsigned lifetime_s);

/* The keys of a file, for several machines that share them; they stay as they are. NULL with a text. */
struct tls_ticket_keys *tls_ticket_keys_read(const char *path, const struct tls_files *files,
                                             struct tls_error_text *error_out);

/* Makes a new key when the newest has served its time. Cheap otherwise: call it from a timer. */
bool tls_ticket_keys_rotate(struct tls_ticket_keys *keys, time_t now);

/* One holder more; NULL stays NULL. */
struct tls_ticket_keys *tls_ticket_keys_ref(struct tls_ticket_keys *keys);
void tls_ticket_keys_free(struct tls_ticket_keys *keys); /* drops one reference */

#endif
