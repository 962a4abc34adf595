/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PROXY protocol, versions 1 and 2: what a proxy says of its client before the client's own bytes.
 *
 *   1   "PROXY TCP4 192.0.2.1 192.0.2.9 4711 443\r\n"
 *   2   signature, version and command, family, length | addresses | TLVs: type, length, value
 *
 * Reading is strict, since who may forge an address may get past every rule on addresses: one spelling of
 * each number, every length within its bounds, the checksum if there is one. How a header gets here, and how
 * long that may take, is the session's business.
 *
 * Thread:    none of its own; no state.
 * Ownership: what a header points to lies in the bytes it was read from.
 */
#ifndef WEIR_NET_PROXY_PROTOCOL_H
#define WEIR_NET_PROXY_PROTOCOL_H

#include "proxy/base/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longer ones are refused: no proxy has so much to say. As in HAProxy with its default buffer. */
#define PROXY_HEADER_BYTES_MAX 16384
#define PROXY_V1_BYTES_MAX 107
/* Room that any header of ours fits into. */
#define PROXY_OUT_BYTES 2048

enum proxy_status {
    PROXY_MORE = 0,      /* so far so good, but it is not whole */
    PROXY_NOT = -1,      /* that is no such header */
    PROXY_BAD = -2,      /* it begins like one, and is wrong */
    PROXY_UNKNOWN = -3,  /* of a family or transport that the protocol does not know */
    PROXY_TOO_LONG = -4, /* more than PROXY_HEADER_BYTES_MAX */
};

enum proxy_tlv {
    PROXY_TLV_ALPN = 0x01,
    PROXY_TLV_AUTHORITY = 0x02,
    PROXY_TLV_CRC32C = 0x03,
    PROXY_TLV_NOOP = 0x04,
    PROXY_TLV_UNIQUE_ID = 0x05,
    PROXY_TLV_SSL = 0x20,
    PROXY_TLV_SSL_VERSION = 0x21,
    PROXY_TLV_SSL_CN = 0x22,
    PROXY_TLV_SSL_CIPHER = 0x23,
    PROXY_TLV_SSL_SIG_ALG = 0x24,
    PROXY_TLV_SSL_KEY_ALG = 0x25,
    PROXY_TLV_NETNS = 0x30,
};

struct proxy_header {
    bool has_addresses; /* false: LOCAL, UNKNOWN, unix: those of the connection itself count */
    struct addr from, to;
    const uint8_t *tlvs; /* borrowed; checked to be well-formed */
    size_t tlvs_len;
};

/* The length of the header at the beginning of data, or an enum proxy_status. */
MUST_CHECK int proxy_header_parse(const uint8_t *data, size_t len, struct proxy_header *header_out);
/* The value of the first TLV of that type, or NULL. */
const uint8_t *proxy_header_tlv(const uint8_t *tlvs, size_t tlvs_len, uint8_t type,
                                size_t *len_out);

/* What a header of ours tells. Texts may be NULL: then nothing is said of them. */
struct proxy_facts {
    struct addr from, to; /* of another family than IP, or of two: unknown */
    bool is_local;        /* a connection of our own: a probe */
    const char *alpn, *authority, *unique_id;
    bool tls; /* the client speaks TLS; all else of it is zero if not */
    const char *tls_version, *tls_cipher, *tls_cn, *tls_sig_alg, *tls_key_alg;
    bool tls_has_certificate;
    uint32_t tls_verify; /* 0: none was asked for, or it was good */
    bool with_tls;       /* say all that */
    bool with_crc32c;
    const uint8_t *tlvs; /* more of them, made by proxy_tlv_format(); or NULL */
    size_t tlvs_len;
};

/* One TLV, and how long it is: 0 where it does not fit. */
size_t proxy_tlv_format(uint8_t type, const char *value, size_t len, uint8_t *out, size_t room);

size_t proxy_header_format_v1(const struct proxy_facts *facts, char out[PROXY_OUT_BYTES]);
size_t proxy_header_format_v2(const struct proxy_facts *facts, uint8_t out[PROXY_OUT_BYTES]);

#endif
