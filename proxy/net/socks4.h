/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SOCKS version 4: asks a proxy to connect on our behalf.
 *
 *   04 01 port address "weir" 00  -->  <--  00 5a port address      5a: granted
 */
#ifndef WEIR_NET_SOCKS4_H
#define WEIR_NET_SOCKS4_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define SOCKS4_ASK_BYTES_MAX 16
#define SOCKS4_ANSWER_BYTES 8

/* The length; 0 for what is no IPv4 address: version 4 knows no other. */
int socks4_format_ask(const struct sockaddr *to, uint8_t out[SOCKS4_ASK_BYTES_MAX]);
bool socks4_is_granted(const uint8_t answer[SOCKS4_ANSWER_BYTES]);

#endif
