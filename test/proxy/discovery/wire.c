/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 1035 4.1, without compression. */
#include "test/proxy/discovery/wire.h"

#include <arpa/inet.h>
#include <string.h>

enum { FLAGS_RESPONSE = 0x8180, CLASS_IN = 1, COUNT_AT = 6 };

static void put16(struct wire *wire, unsigned number)
{
    wire->bytes[wire->len++] = (uint8_t)(number >> 8);
    wire->bytes[wire->len++] = (uint8_t)number;
}

static void put_name(struct wire *wire, const char *name)
{
    while (*name != '\0') {
        size_t len = strcspn(name, ".");
        wire->bytes[wire->len++] = (uint8_t)len;
        memcpy(wire->bytes + wire->len, name, len);
        wire->len += len;
        name += len + (name[len] == '.');
    }
    wire->bytes[wire->len++] = 0;
}

void wire_begin(struct wire *wire, const char *name, enum dns_type type)
{
    wire->len = 0;
    put16(wire, 1234);
    put16(wire, FLAGS_RESPONSE);
    put16(wire, 1);
    for (int i = 0; i < 3; i++)
        put16(wire, 0);
    put_name(wire, name);
    put16(wire, type);
    put16(wire, CLASS_IN);
}

/* Returns where its length is to be written. */
static size_t begin_record(struct wire *wire, const char *owner, unsigned type, uint32_t ttl_s)
{
    unsigned count = (unsigned)wire->bytes[COUNT_AT] << 8 | wire->bytes[COUNT_AT + 1];
    count++;
    wire->bytes[COUNT_AT] = (uint8_t)(count >> 8);
    wire->bytes[COUNT_AT + 1] = (uint8_t)count;
    put_name(wire, owner);
    put16(wire, type);
    put16(wire, CLASS_IN);
    put16(wire, ttl_s >> 16);
    put16(wire, ttl_s & 0xffff);
    put16(wire, 0);
    return wire->len - 2;
}

static void end_record(struct wire *wire, size_t length_at)
{
    size_t len = wire->len - length_at - 2;
    wire->bytes[length_at] = (uint8_t)(len >> 8);
    wire->bytes[length_at + 1] = (uint8_t)len;
}

void wire_address(struct wire *wire, const char *owner, uint32_t ttl_s, const char *address)
{
    bool is_v6 = strchr(address, ':') != NULL;
    size_t at = begin_record(wire, owner, is_v6 ? DNS_AAAA : DNS_A, ttl_s);
    inet_pton(is_v6 ? AF_INET6 : AF_INET, address, wire->bytes + wire->len);
    wire->len += is_v6 ? 16 : 4;
    end_record(wire, at);
}

void wire_alias(struct wire *wire, const char *owner, uint32_t ttl_s, const char *target)
{
    size_t at = begin_record(wire, owner, DNS_CNAME, ttl_s);
    put_name(wire, target);
    end_record(wire, at);
}

void wire_service(struct wire *wire, const char *owner, uint32_t ttl_s, const char *host,
                  unsigned port, unsigned weight)
{
    size_t at = begin_record(wire, owner, DNS_SRV, ttl_s);
    put16(wire, 0);
    put16(wire, weight);
    put16(wire, port);
    put_name(wire, host);
    end_record(wire, at);
}
