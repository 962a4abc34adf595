/* SPDX-License-Identifier: Apache-2.0 */
/* Reads PROXY protocol headers; see proxy_protocol.h. */
#include "proxy/net/proxy_priv.h"
#include "proxy/net/proxy_protocol.h"

#include <arpa/inet.h>
#include <string.h>

const uint8_t proxy_v2_signature[V2_SIGNATURE_BYTES] = "\r\n\r\n\0\r\nQUIT\n";

uint32_t proxy_crc32c(uint32_t before, const uint8_t *data, size_t len)
{
    uint32_t crc = ~before;
    for (size_t i = 0; i < len; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
    }
    return ~crc;
}

/* ---- version 1: one line of text ---------------------------------------------------------------- */

/* The next word, ended by one space and what follows it, or by the end of the line. NULL: there is none, or two
 * spaces. */
static char *next_word(char **at)
{
    char *word = *at, *end = word + strcspn(word, " ");
    if (end == word || strcmp(end, " ") == 0)
        return NULL;
    *at = *end == ' ' ? end + 1 : end;
    *end = '\0';
    return word;
}

static bool read_port(const char *word, in_port_t *port_out)
{
    unsigned port = 0;
    size_t len = word != NULL ? strspn(word, "0123456789") : 0;
    if (len == 0 || len > 5 || word[len] != '\0' || (word[0] == '0' && len > 1))
        return false;
    for (size_t i = 0; i < len; i++)
        port = port * 10 + (unsigned)(word[i] - '0');
    *port_out = htons((uint16_t)port);
    return port <= UINT16_MAX;
}

/* inet_pton() takes the spellings that the protocol has: no zeros before, no abbreviations of IPv4. */
static bool read_v1_addresses(char *at, sa_family_t family, struct proxy_header *header)
{
    const char *words[4];
    for (int i = 0; i < 4; i++)
        words[i] = next_word(&at);
    if (words[3] == NULL || *at != '\0')
        return false;
    struct addr *ends[] = {&header->from, &header->to};
    for (int i = 0; i < 2; i++) {
        struct sockaddr_storage sa = {.ss_family = family};
        struct sockaddr_in *in = (struct sockaddr_in *)&sa;
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&sa;
        void *ip = family == AF_INET ? (void *)&in->sin_addr : (void *)&in6->sin6_addr;
        in_port_t *port = family == AF_INET ? &in->sin_port : &in6->sin6_port;
        if (inet_pton(family, words[i], ip) != 1 || !read_port(words[2 + i], port))
            return false;
        addr_set(ends[i], (struct sockaddr *)&sa);
    }
    header->has_addresses = true;
    return true;
}

static int parse_v1(const uint8_t *data, size_t len, struct proxy_header *header)
{
    static const char unknown[] = "UNKNOWN";
    char line[PROXY_V1_BYTES_MAX + 1];
    size_t most = len < PROXY_V1_BYTES_MAX ? len : PROXY_V1_BYTES_MAX;
    const uint8_t *lf = memchr(data, '\n', most);
    if (memchr(data, '\0', lf != NULL ? (size_t)(lf - data) : most) != NULL)
        return PROXY_BAD;
    if (lf == NULL)
        return most < PROXY_V1_BYTES_MAX ? PROXY_MORE : PROXY_BAD;
    size_t whole = (size_t)(lf - data) + 1;
    if (lf[-1] != '\r')
        return PROXY_BAD;
    memcpy(line, data, whole - 2);
    line[whole - 2] = '\0';
    char *at = line + sizeof("PROXY ") - 1;
    if (memchr(at, '\r', strlen(at)) != NULL)
        return PROXY_BAD;
    if (strncmp(at, unknown, sizeof(unknown) - 1) == 0) /* whatever follows says nothing */
        return strchr(" ", at[sizeof(unknown) - 1]) != NULL ? (int)whole : PROXY_BAD;
    sa_family_t family = strncmp(at, "TCP4 ", 5) == 0   ? AF_INET
                         : strncmp(at, "TCP6 ", 5) == 0 ? AF_INET6
                                                        : AF_UNSPEC;
    if (family == AF_UNSPEC)
        return PROXY_UNKNOWN;
    return read_v1_addresses(at + 5, family, header) ? (int)whole : PROXY_BAD;
}

/* ---- version 2: binary ------------------------------------------------------------------------------ */

static size_t get_u16(const uint8_t *at)
{
    return (size_t)at[0] << 8 | at[1];
}

static void read_v2_ipv4(const uint8_t *at, struct proxy_header *header)
{
    struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET};
    memcpy(&from.sin_addr, at, 4);
    memcpy(&to.sin_addr, at + 4, 4);
    memcpy(&from.sin_port, at + 8, 2);
    memcpy(&to.sin_port, at + 10, 2);
    addr_set(&header->from, (struct sockaddr *)&from);
    addr_set(&header->to, (struct sockaddr *)&to);
    header->has_addresses = true;
}

static void read_v2_ipv6(const uint8_t *at, struct proxy_header *header)
{
    struct sockaddr_in6 from = {.sin6_family = AF_INET6}, to = {.sin6_family = AF_INET6};
    memcpy(&from.sin6_addr, at, 16);
    memcpy(&to.sin6_addr, at + 16, 16);
    memcpy(&from.sin6_port, at + 32, 2);
    memcpy(&to.sin6_port, at + 34, 2);
    addr_set(&header->from, (struct sockaddr *)&from);
    addr_set(&header->to, (struct sockaddr *)&to);
    header->has_addresses = true;
}

/* What the protocol knows. Of those that cannot connect to us the connection's own addresses count. */
static const struct {
    uint8_t family;
    size_t bytes;
    void (*read)(const uint8_t *at, struct proxy_header *header);
} families[] = {
    {V2_TCP4, V2_IPV4_BYTES, read_v2_ipv4},
    {V2_TCP6, V2_IPV6_BYTES, read_v2_ipv6},
    {V2_UNIX_STREAM, V2_UNIX_BYTES, NULL},
    {V2_UNIX_DATAGRAM, V2_UNIX_BYTES, NULL},
    {V2_UDP4, V2_IPV4_BYTES, NULL},
    {V2_UDP6, V2_IPV6_BYTES, NULL},
    {V2_UNSPEC, 0, NULL},
};

static bool has_right_sum(const uint8_t *data, size_t len, const uint8_t *sum)
{
    static const uint8_t zeros[4] = {0};
    uint32_t crc = proxy_crc32c(0, data, (size_t)(sum - data));
    crc = proxy_crc32c(crc, zeros, sizeof(zeros));
    crc = proxy_crc32c(crc, sum + 4, (size_t)(data + len - (sum + 4)));
    return crc == ((uint32_t)get_u16(sum) << 16 | (uint32_t)get_u16(sum + 2));
}

/* As HAProxy bounds them, since others put them into names and logs. */
static bool has_sane_length(uint8_t type, size_t len)
{
    return !(type == PROXY_TLV_AUTHORITY && len > 255) &&
           !(type == PROXY_TLV_UNIQUE_ID && len > 128);
}

/* They fill the rest of the header exactly. */
static bool check_tlvs(const uint8_t *data, size_t len, const struct proxy_header *header)
{
    const uint8_t *at = header->tlvs, *end = at + header->tlvs_len;
    while (at < end) {
        if (end - at < V2_TLV_HEAD_BYTES)
            return false;
        size_t value_len = get_u16(at + 1);
        const uint8_t *value = at + V2_TLV_HEAD_BYTES;
        if (value_len > (size_t)(end - value) || !has_sane_length(*at, value_len))
            return false;
        if (*at == PROXY_TLV_CRC32C && (value_len != 4 || !has_right_sum(data, len, value)))
            return false;
        at = value + value_len;
    }
    return true;
}

static int parse_v2_body(const uint8_t *data, size_t len, struct proxy_header *header)
{
    size_t body = len - V2_HEAD_BYTES, i = 0;
    if ((data[12] & 0x0f) == V2_LOCAL)
        return (int)len; /* whatever it says is to be passed over */
    while (i < sizeof(families) / sizeof(families[0]) && families[i].family != data[13])
        i++;
    if (i == sizeof(families) / sizeof(families[0]))
        return PROXY_UNKNOWN;
    if (body < families[i].bytes)
        return PROXY_BAD;
    if (families[i].read != NULL)
        families[i].read(data + V2_HEAD_BYTES, header);
    if (families[i].family == V2_UNSPEC)
        return (int)len; /* addresses of unknown length: the TLVs cannot be found */
    header->tlvs = data + V2_HEAD_BYTES + families[i].bytes;
    header->tlvs_len = body - families[i].bytes;
    return check_tlvs(data, len, header) ? (int)len : PROXY_BAD;
}

static int parse_v2(const uint8_t *data, size_t len, struct proxy_header *header)
{
    if (len > 12 && (data[12] & 0xf0) != V2_VERSION)
        return PROXY_BAD;
    if (len > 12 && (data[12] & 0x0f) > V2_PROXY)
        return PROXY_BAD;
    if (len < V2_HEAD_BYTES)
        return PROXY_MORE;
    size_t whole = V2_HEAD_BYTES + get_u16(data + 14);
    if (whole > PROXY_HEADER_BYTES_MAX)
        return PROXY_TOO_LONG;
    return len < whole ? PROXY_MORE : parse_v2_body(data, whole, header);
}

/* ---- either ----------------------------------------------------------------------------------------- */

static bool begins_with(const uint8_t *data, size_t len, const void *mark, size_t mark_len)
{
    return memcmp(data, mark, len < mark_len ? len : mark_len) == 0;
}

int proxy_header_parse(const uint8_t *data, size_t len, struct proxy_header *header_out)
{
    static const char v1_mark[] = "PROXY ";
    *header_out = (struct proxy_header){.has_addresses = false};
    if (begins_with(data, len, v1_mark, sizeof(v1_mark) - 1))
        return len < sizeof(v1_mark) - 1 ? PROXY_MORE : parse_v1(data, len, header_out);
    if (begins_with(data, len, proxy_v2_signature, sizeof(proxy_v2_signature)))
        return len < sizeof(proxy_v2_signature) ? PROXY_MORE : parse_v2(data, len, header_out);
    return PROXY_NOT;
}

const uint8_t *proxy_header_tlv(const uint8_t *tlvs, size_t tlvs_len, uint8_t type, size_t *len_out)
{
    for (size_t at = 0; at < tlvs_len;) {
        size_t len = get_u16(tlvs + at + 1);
        if (tlvs[at] == type) {
            *len_out = len;
            return tlvs + at + V2_TLV_HEAD_BYTES;
        }
        at += V2_TLV_HEAD_BYTES + len;
    }
    return NULL;
}
