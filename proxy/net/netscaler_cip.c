/* SPDX-License-Identifier: Apache-2.0 */
/* Reads NetScaler's Client IP headers; see netscaler_cip.h. */
#include "proxy/net/netscaler_cip.h"

#include <string.h>

enum {
    HEAD_BYTES = 8, /* magic and length: of either form */
    STANDARD_HEAD_BYTES = 12,
    IPV4_BYTES = 20,
    IPV6_BYTES = 40,
    PORTS_BYTES = 4,
    TCP = 6,
};

static uint32_t get_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Both headers, len bytes long. The ports stand behind the options, which only IPv4 may have: what follows
 * in IPv6 is another header, and then no TCP. */
static bool read_ipv4(const uint8_t *at, size_t len, struct proxy_header *header)
{
    struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET};
    size_t ip_bytes = (at[0] & 0x0f) * 4u;
    if (len < IPV4_BYTES || ip_bytes < IPV4_BYTES || len < ip_bytes + PORTS_BYTES || at[9] != TCP)
        return false;
    memcpy(&from.sin_addr, at + 12, 4);
    memcpy(&to.sin_addr, at + 16, 4);
    memcpy(&from.sin_port, at + ip_bytes, 2);
    memcpy(&to.sin_port, at + ip_bytes + 2, 2);
    addr_set(&header->from, (struct sockaddr *)&from);
    addr_set(&header->to, (struct sockaddr *)&to);
    return true;
}

static bool read_ipv6(const uint8_t *at, size_t len, struct proxy_header *header)
{
    struct sockaddr_in6 from = {.sin6_family = AF_INET6}, to = {.sin6_family = AF_INET6};
    if (len < IPV6_BYTES + PORTS_BYTES || at[6] != TCP)
        return false;
    memcpy(&from.sin6_addr, at + 8, 16);
    memcpy(&to.sin6_addr, at + 24, 16);
    memcpy(&from.sin6_port, at + IPV6_BYTES, 2);
    memcpy(&to.sin6_port, at + IPV6_BYTES + 2, 2);
    addr_set(&header->from, (struct sockaddr *)&from);
    addr_set(&header->to, (struct sockaddr *)&to);
    return true;
}

/* Where the headers begin; 0: it is of neither form. The legacy one has them where the other has its type. */
static size_t headers_at(const uint8_t *data, uint32_t *len_out)
{
    unsigned version = data[HEAD_BYTES] >> 4;
    if (version == 4 || version == 6) {
        *len_out = get_u32(data + 4);
        return HEAD_BYTES;
    }
    *len_out = (uint32_t)data[10] << 8 | data[11];
    return data[8] == 0 && data[9] == 0 ? STANDARD_HEAD_BYTES : 0;
}

int netscaler_cip_parse(const uint8_t *data, size_t len, uint32_t magic,
                        struct proxy_header *header_out)
{
    uint32_t headers_len;
    *header_out = (struct proxy_header){.has_addresses = false};
    if (len >= 4 && get_u32(data) != magic)
        return PROXY_NOT;
    if (len < STANDARD_HEAD_BYTES)
        return PROXY_MORE;
    size_t at = headers_at(data, &headers_len);
    if (at == 0)
        return PROXY_UNKNOWN;
    if (headers_len == 0)
        return PROXY_BAD;
    if (headers_len > PROXY_HEADER_BYTES_MAX - at)
        return PROXY_TOO_LONG;
    if (len < at + headers_len)
        return PROXY_MORE;
    unsigned version = data[at] >> 4;
    if (version == 4)
        header_out->has_addresses = read_ipv4(data + at, headers_len, header_out);
    else if (version == 6)
        header_out->has_addresses = read_ipv6(data + at, headers_len, header_out);
    return header_out->has_addresses ? (int)(at + headers_len) : PROXY_UNKNOWN;
}
