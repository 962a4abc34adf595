/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A socket address in the room it needs: 28 bytes for IP, where sockaddr_storage takes 128 of each
 * idle session. Unix addresses keep only their kind here (a peer's path says nothing).
 */
#ifndef WEIR_BASE_ADDR_H
#define WEIR_BASE_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct addr {
    union {
        sa_family_t family; /* AF_UNSPEC = none */
        struct sockaddr sa;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    };
};

#define ADDR_TEXT_BYTES INET6_ADDRSTRLEN

/* IPv4 mapped into IPv6 becomes plain IPv4, as one wants to read it. */
void addr_set(struct addr *addr, const struct sockaddr *sa);
/* Of one of IP, as bind() and connect() want it. */
socklen_t addr_len(const struct addr *addr);
/* Host order; 0 for unix sockets. */
uint16_t addr_port(const struct addr *addr);
/* The address without its port, as HAProxy writes it in logs ("unix" for unix
 * sockets); returns its length. */
size_t addr_format(const struct addr *addr, char text[ADDR_TEXT_BYTES]);
/* By hand, as inet_ntop() goes through snprintf(), which shows when each request writes an address; returns
 * the length. */
size_t addr_format_ipv4(const struct in_addr *addr, char text[INET_ADDRSTRLEN]);
/* Whether the first bits of both are the same; never for different families. */
bool addr_is_within(const struct addr *addr, const struct sockaddr *net, unsigned bits);

#endif
