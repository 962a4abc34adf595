/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses in all of HAProxy's spellings: *:443 :443 10.0.0.1:80-85 [::1]:80 ::1:80 name:80 ipv4@
 * ipv6@ unix@/path /path abns@name fd@3. Text to parts here; who uses them decides what is needed.
 */
#ifndef WEIR_CONFIG_ADDRESS_H
#define WEIR_CONFIG_ADDRESS_H

#include "config/arena.h"
#include "config/model.h"

/* Abstract names fill all of sun_path with zeros behind them, but for those of abnsz@. */
enum address_kind {
    ADDRESS_IP,
    ADDRESS_UNIX,
    ADDRESS_ABSTRACT,
    ADDRESS_ABSTRACT_SHORT,
    ADDRESS_FD,
};

struct address_parts {
    enum address_kind kind;
    int family;       /* AF_INET, AF_INET6 where a prefix says so, else AF_UNSPEC */
    const char *host; /* address, name, path; "" stands for any address */
    bool has_port;
    char port_sign; /* '+' or '-' of a port relative to the client's, else 0 */
    unsigned first_port, last_port;
    int fd;         /* of ADDRESS_FD, else -1 */
    bool is_stream; /* says so: tcp@, uxst@ */
};

enum address_error {
    ADDRESS_EMPTY = -1,
    ADDRESS_BAD_PORT = -2, /* not a number, above 65535, or a range that runs backwards */
    ADDRESS_BAD_FD = -3,
    ADDRESS_LONG_PATH = -4,  /* longer than a unix socket's path can be */
    ADDRESS_BAD_PREFIX = -5, /* a word before '@' that is none of the above */
    ADDRESS_NOT_IP = -6,     /* a host name, where only names may be left to resolve */
};

/* Splits; the strings it makes lie in the arena. */
MUST_CHECK int address_split(struct conf_arena *arena, const char *text,
                             struct address_parts *parts_out);

/*
 * Completes addr for one port; addr->text stays. A host that is a name is left for the caller:
 * ADDRESS_NOT_IP, with addr->host and addr->port set.
 */
MUST_CHECK int address_fill(const struct address_parts *parts, unsigned port,
                            struct conf_addr *addr);

/* Completes an address whose host is a name with what the name stands for. */
void address_take(struct conf_addr *addr, const struct sockaddr_storage *sa, uint16_t port);

/* Sets the port of a complete IP address. */
void address_set_port(struct conf_addr *addr, uint16_t port);

/* One spelling for each complete address: "10.0.0.1:80", "[::]:80", "/path", "abns@x", "fd@3". */
char *address_print(struct conf_arena *arena, const struct conf_addr *addr);

#endif
