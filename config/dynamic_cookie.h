/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cookies made of addresses, HAProxy's to the bit: so several balancers agree on them, and who moves here from there
 * finds each client where it was. A server whose address is looked up gets another one with each address.
 */
#ifndef WEIR_CONFIG_DYNAMIC_COOKIE_H
#define WEIR_CONFIG_DYNAMIC_COOKIE_H

#include <stdbool.h>
#include <sys/socket.h>

#define DYNAMIC_COOKIE_BYTES 17 /* with its zero */

/* False where the address is none of IP: there is no cookie then. */
bool dynamic_cookie_write(const char *key, const struct sockaddr_storage *sa,
                          char text_out[DYNAMIC_COOKIE_BYTES]);

#endif
