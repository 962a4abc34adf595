/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hash of a request for backends that choose a server by one: `balance source`, uri, url_param,
 * hdr. What is hashed, and the result, are HAProxy's, to the bit.
 */
#ifndef WEIR_HTTP_BALANCE_KEY_H
#define WEIR_HTTP_BALANCE_KEY_H

#include <stdbool.h>
#include <stdint.h>

struct stream;

/* False where the backend asks for none, or the request lacks it: then servers take turns. */
bool balance_key(struct stream *s, uint32_t *key_out);

#endif
