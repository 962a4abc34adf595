/* SPDX-License-Identifier: Apache-2.0 */
/* Writes PROXY protocol headers; see proxy_protocol.h. */
#include "proxy/net/proxy_priv.h"
#include "proxy/net/proxy_protocol.h"

#include <stdio.h>
#include <string.h>

/* Both ends must be of one kind for the protocol to have a word for them. */
static sa_family_t common_family(const struct proxy_facts *facts)
{
    return facts->from.family == facts->to.family ? facts->from.family : AF_UNSPEC;
}

size_t proxy_header_format_v1(const struct proxy_facts *facts, char out[PROXY_OUT_BYTES])
{
    sa_family_t family = common_family(facts);
    if (facts->is_local || (family != AF_INET && family != AF_INET6))
        return (size_t)snprintf(out, PROXY_OUT_BYTES, "PROXY UNKNOWN\r\n");
    char from[ADDR_TEXT_BYTES], to[ADDR_TEXT_BYTES];
    addr_format(&facts->from, from);
    addr_format(&facts->to, to);
    return (size_t)snprintf(out, PROXY_OUT_BYTES, "PROXY %s %s %s %u %u\r\n",
                            family == AF_INET ? "TCP4" : "TCP6", from, to, addr_port(&facts->from),
                            addr_port(&facts->to));
}

/* ---- version 2 ---------------------------------------------------------------------------------------- */

struct writer {
    uint8_t *start, *at, *end;
};

static void put(struct writer *w, const void *data, size_t len)
{
    if (len == 0 || len > (size_t)(w->end - w->at))
        return;
    memcpy(w->at, data, len);
    w->at += len;
}

static void put_u16(uint8_t *at, size_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put_u32(uint8_t *at, uint32_t value)
{
    put_u16(at, value >> 16);
    put_u16(at + 2, value & 0xffff);
}

/* Left out as a whole where it would not fit. */
static void put_tlv(struct writer *w, uint8_t type, const void *value, size_t len)
{
    uint8_t head[V2_TLV_HEAD_BYTES] = {type};
    if (V2_TLV_HEAD_BYTES + len > (size_t)(w->end - w->at))
        return;
    put_u16(head + 1, len);
    put(w, head, sizeof(head));
    put(w, value, len);
}

static void put_text(struct writer *w, uint8_t type, const char *text)
{
    if (text != NULL && *text != '\0')
        put_tlv(w, type, text, strlen(text));
}

static uint8_t put_addresses(struct writer *w, const struct proxy_facts *facts)
{
    switch (common_family(facts)) {
    case AF_INET:
        put(w, &facts->from.in.sin_addr, 4);
        put(w, &facts->to.in.sin_addr, 4);
        put(w, &facts->from.in.sin_port, 2);
        put(w, &facts->to.in.sin_port, 2);
        return V2_TCP4;
    case AF_INET6:
        put(w, &facts->from.in6.sin6_addr, 16);
        put(w, &facts->to.in6.sin6_addr, 16);
        put(w, &facts->from.in6.sin6_port, 2);
        put(w, &facts->to.in6.sin6_port, 2);
        return V2_TCP6;
    default:
        return V2_UNSPEC;
    }
}

/* A TLV of TLVs behind five bytes of its own. */
static void put_tls(struct writer *w, const struct proxy_facts *facts)
{
    enum { BY_TLS = 1, CERTIFICATE_HERE = 2, CERTIFICATE_EVER = 4 };
    uint8_t value[PROXY_OUT_BYTES / 2];
    struct writer inner = {value, value, value + sizeof(value)};
    uint8_t head[5] = {facts->tls ? BY_TLS : 0};
    if (facts->tls_has_certificate)
        head[0] |= CERTIFICATE_HERE | CERTIFICATE_EVER;
    put_u32(head + 1, facts->tls_verify);
    put(&inner, head, sizeof(head));
    put_text(&inner, PROXY_TLV_SSL_VERSION, facts->tls_version);
    put_text(&inner, PROXY_TLV_SSL_CN, facts->tls_cn);
    put_text(&inner, PROXY_TLV_SSL_KEY_ALG, facts->tls_key_alg);
    put_text(&inner, PROXY_TLV_SSL_SIG_ALG, facts->tls_sig_alg);
    put_text(&inner, PROXY_TLV_SSL_CIPHER, facts->tls_cipher);
    put_tlv(w, PROXY_TLV_SSL, value, (size_t)(inner.at - value));
}

size_t proxy_tlv_format(uint8_t type, const char *value, size_t len, uint8_t *out, size_t room)
{
    struct writer w = {out, out, out + room};
    put_tlv(&w, type, value, len);
    return (size_t)(w.at - out);
}

size_t proxy_header_format_v2(const struct proxy_facts *facts, uint8_t out[PROXY_OUT_BYTES])
{
    static const uint8_t zeros[4] = {0};
    struct writer w = {out, out, out + PROXY_OUT_BYTES};
    uint8_t head[4] = {V2_VERSION | (facts->is_local ? V2_LOCAL : V2_PROXY)}, *sum = NULL;
    put(&w, proxy_v2_signature, sizeof(proxy_v2_signature));
    put(&w, head, sizeof(head));
    if (!facts->is_local) {
        out[13] = put_addresses(&w, facts);
        if (facts->with_crc32c) {
            put_tlv(&w, PROXY_TLV_CRC32C, zeros, sizeof(zeros));
            sum = w.at - sizeof(zeros);
        }
        put_text(&w, PROXY_TLV_ALPN, facts->alpn);
        put_text(&w, PROXY_TLV_AUTHORITY, facts->authority);
        put_text(&w, PROXY_TLV_UNIQUE_ID, facts->unique_id);
        if (facts->with_tls)
            put_tls(&w, facts);
        put(&w, facts->tlvs, facts->tlvs_len);
    }
    size_t len = (size_t)(w.at - out);
    put_u16(out + 14, len - V2_HEAD_BYTES);
    if (sum != NULL)
        put_u32(sum, proxy_crc32c(0, out, len));
    return len;
}
