/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a context seals and opens tickets with the keys.
 */
#ifndef WEIR_TLS_TICKETS_PRIV_H
#define WEIR_TLS_TICKETS_PRIV_H

#include "tls/tickets.h"

#include <openssl/ssl.h>

/*
 * What OpenSSL's SSL_CTX_set_tlsext_ticket_key_evp_cb() asks for: sets up both contexts; 1, 2 for
 * "opened, but give out a new ticket", 0 for "unknown key", -1 for an error.
 *
 * single_use: a ticket is renewed whenever it is used, RFC 8446 C.4, so that nobody who watches can
 * link two connections by it.
 */
int tls_ticket_keys_use(struct tls_ticket_keys *keys, unsigned char *key_name, unsigned char *iv,
                        EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int sealing, bool single_use);

#endif
