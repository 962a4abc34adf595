/* SPDX-License-Identifier: Apache-2.0 */
/* Compact socket addresses; see addr.h. */
#include "proxy/base/addr.h"

#include <arpa/inet.h>
#include <string.h>

void addr_set(struct addr *addr, const struct sockaddr *sa)
{
    memset(addr, 0, sizeof(*addr));
    if (sa->sa_family == AF_INET) {
        memcpy(&addr->in, sa, sizeof(addr->in));
        return;
    }
    if (sa->sa_family != AF_INET6) {
        addr->family = sa->sa_family;
        return;
    }
    struct sockaddr_in6 in6;
    memcpy(&in6, sa, sizeof(in6));
    if (!IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
        addr->in6 = in6;
        return;
    }
    addr->in.sin_family = AF_INET;
    addr->in.sin_port = in6.sin6_port;
    memcpy(&addr->in.sin_addr, &in6.sin6_addr.s6_addr[12], 4);
}

socklen_t addr_len(const struct addr *addr)
{
    return addr->family == AF_INET ? sizeof(addr->in) : sizeof(addr->in6);
}

uint16_t addr_port(const struct addr *addr)
{
    if (addr->family == AF_INET)
        return ntohs(addr->in.sin_port);
    return addr->family == AF_INET6 ? ntohs(addr->in6.sin6_port) : 0;
}

size_t addr_format_ipv4(const struct in_addr *addr, char text[INET_ADDRSTRLEN])
{
    uint8_t bytes[4];
    char *out = text;
    memcpy(bytes, addr, sizeof(bytes));
    for (int i = 0; i < 4; i++) {
        unsigned byte = bytes[i];
        if (i > 0)
            *out++ = '.';
        if (byte >= 100)
            *out++ = (char)('0' + byte / 100);
        if (byte >= 10)
            *out++ = (char)('0' + byte / 10 % 10);
        *out++ = (char)('0' + byte % 10);
    }
    *out = '\0';
    return (size_t)(out - text);
}

size_t addr_format(const struct addr *addr, char text[ADDR_TEXT_BYTES])
{
    if (addr->family == AF_INET)
        return addr_format_ipv4(&addr->in.sin_addr, text);
    if (addr->family != AF_INET6 ||
        inet_ntop(AF_INET6, &addr->in6.sin6_addr, text, ADDR_TEXT_BYTES) == NULL)
        strcpy(text, addr->family == AF_UNIX ? "unix" : "-");
    return strlen(text);
}

bool addr_is_within(const struct addr *addr, const struct sockaddr *net, unsigned bits)
{
    if (addr->family != net->sa_family)
        return false;
    const uint8_t *a, *b;
    if (addr->family == AF_INET) {
        a = (const uint8_t *)&addr->in.sin_addr;
        b = (const uint8_t *)&((const struct sockaddr_in *)(const void *)net)->sin_addr;
    } else if (addr->family == AF_INET6) {
        a = (const uint8_t *)&addr->in6.sin6_addr;
        b = (const uint8_t *)&((const struct sockaddr_in6 *)(const void *)net)->sin6_addr;
    } else {
        return false;
    }
    if (memcmp(a, b, bits / 8) != 0)
        return false;
    unsigned rest = bits % 8;
    return rest == 0 || (a[bits / 8] ^ b[bits / 8]) >> (8 - rest) == 0;
}
