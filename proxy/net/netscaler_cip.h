/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NetScaler's Client IP insertion: in front of the client's bytes stand the headers of IP and TCP with which it
 * had come, behind a number that both sides have agreed upon.
 *
 *   standard   magic 4 | length 4 | type 0, 2 | length of what follows 2 | IP and TCP headers
 *   legacy     magic 4 | length of what follows 4 | IP and TCP headers
 *
 * Thread:    none of its own; no state.
 */
#ifndef WEIR_NET_NETSCALER_CIP_H
#define WEIR_NET_NETSCALER_CIP_H

#include "proxy/net/proxy_protocol.h"

/* The length of the header at the beginning of data, or an enum proxy_status: PROXY_NOT is another magic number. */
MUST_CHECK int netscaler_cip_parse(const uint8_t *data, size_t len, uint32_t magic,
                                   struct proxy_header *header_out);

#endif
