/* SPDX-License-Identifier: Apache-2.0 */
/* What reading and writing of the PROXY protocol, version 2, have in common. */
#ifndef WEIR_NET_PROXY_PRIV_H
#define WEIR_NET_PROXY_PRIV_H

#include <stddef.h>
#include <stdint.h>

enum {
    V2_SIGNATURE_BYTES = 12,
    V2_HEAD_BYTES = 16,
    V2_IPV4_BYTES = 12, /* two addresses and two ports */
    V2_IPV6_BYTES = 36,
    V2_UNIX_BYTES = 216,
    V2_TLV_HEAD_BYTES = 3,
    V2_VERSION = 0x20,
    V2_LOCAL = 0,
    V2_PROXY = 1,
    V2_UNSPEC = 0x00,
    V2_TCP4 = 0x11,
    V2_TCP6 = 0x21,
    V2_UNIX_STREAM = 0x31,
    V2_UDP4 = 0x12,
    V2_UDP6 = 0x22,
    V2_UNIX_DATAGRAM = 0x32,
};

extern const uint8_t proxy_v2_signature[V2_SIGNATURE_BYTES];

/* RFC 3720 appendix B.4; goes on from the checksum of what is before, 0 at first. */
uint32_t proxy_crc32c(uint32_t before, const uint8_t *data, size_t len);

#endif
