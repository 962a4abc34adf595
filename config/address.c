/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last colon divides host and port, as in HAProxy, so "::1:80" is port 80 of ::1; brackets make
 * it plain.
 */
#include "config/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

static const struct {
    const char *prefix;
    enum address_kind kind;
    int family;
    bool is_stream;
} prefixes[] = {
    {"ipv4@", ADDRESS_IP, AF_INET, false},
    {"ipv6@", ADDRESS_IP, AF_INET6, false},
    {"tcp@", ADDRESS_IP, AF_UNSPEC, true},
    {"tcp4@", ADDRESS_IP, AF_INET, true},
    {"tcp6@", ADDRESS_IP, AF_INET6, true},
    {"udp@", ADDRESS_IP, AF_UNSPEC, false},
    {"udp4@", ADDRESS_IP, AF_INET, false},
    {"udp6@", ADDRESS_IP, AF_INET6, false},
    {"unix@", ADDRESS_UNIX, AF_UNIX, false},
    {"uxst@", ADDRESS_UNIX, AF_UNIX, true},
    {"uxdg@", ADDRESS_UNIX, AF_UNIX, false},
    {"abns@", ADDRESS_ABSTRACT, AF_UNIX, false},
    {"abnsz@", ADDRESS_ABSTRACT_SHORT, AF_UNIX, false},
    {"fd@", ADDRESS_FD, AF_UNSPEC, false},
};

/* A port: digits up to 65535. */
static int take_port(const char *text, size_t len, unsigned *port_out)
{
    unsigned port = 0;
    if (len == 0 || len > 5)
        return ADDRESS_BAD_PORT;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return ADDRESS_BAD_PORT;
        port = port * 10 + (unsigned)(text[i] - '0');
    }
    *port_out = port;
    return port > 65535 ? ADDRESS_BAD_PORT : 0;
}

/* "80", "80-85", "+100", "-100" */
static int split_ports(const char *text, struct address_parts *parts)
{
    if (*text == '\0')
        return 0;
    parts->has_port = true;
    if (*text == '+' || *text == '-')
        parts->port_sign = *text++;
    size_t first_len = strcspn(text, "-");
    int error = take_port(text, first_len, &parts->first_port);
    parts->last_port = parts->first_port;
    if (error == 0 && text[first_len] == '-' && parts->port_sign == 0)
        error = take_port(text + first_len + 1, strlen(text + first_len + 1), &parts->last_port);
    else if (error == 0 && text[first_len] != '\0')
        error = ADDRESS_BAD_PORT;
    return error == 0 && parts->last_port < parts->first_port ? ADDRESS_BAD_PORT : error;
}

static int split_ip(struct conf_arena *arena, const char *text, struct address_parts *parts)
{
    const char *bracket = strrchr(text, ']');
    const char *colon = strrchr(bracket != NULL ? bracket : text, ':');
    size_t host_len = colon != NULL ? (size_t)(colon - text) : strlen(text);
    if (bracket != NULL && *text == '[') {
        text++;
        host_len = (size_t)(bracket - text);
        parts->family = AF_INET6;
    }
    parts->host = arena_copy_bytes(arena, text, host_len);
    if (strcmp(parts->host, "*") == 0)
        parts->host = "";
    return colon != NULL ? split_ports(colon + 1, parts) : 0;
}

static int split_fd(const char *text, struct address_parts *parts)
{
    unsigned fd = 0;
    if (take_port(text, strlen(text), &fd) != 0)
        return ADDRESS_BAD_FD;
    parts->fd = (int)fd;
    return 0;
}

int address_split(struct conf_arena *arena, const char *text, struct address_parts *parts_out)
{
    *parts_out = (struct address_parts){.family = AF_UNSPEC, .host = "", .fd = -1};
    if (*text == '\0')
        return ADDRESS_EMPTY;
    bool known = strchr(text, '@') == NULL || *text == '/';
    for (size_t i = 0; !known && i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t len = strlen(prefixes[i].prefix);
        if (strncmp(text, prefixes[i].prefix, len) == 0) {
            parts_out->kind = prefixes[i].kind;
            parts_out->family = prefixes[i].family;
            parts_out->is_stream = prefixes[i].is_stream;
            text += len;
            known = true;
        }
    }
    if (!known)
        return ADDRESS_BAD_PREFIX;
    if (parts_out->kind == ADDRESS_FD)
        return split_fd(text, parts_out);
    if (parts_out->kind == ADDRESS_IP && *text != '/')
        return split_ip(arena, text, parts_out);
    if (parts_out->kind == ADDRESS_IP)
        parts_out->kind = ADDRESS_UNIX;
    parts_out->family = AF_UNIX;
    parts_out->host = arena_copy(arena, text);
    if (*text == '\0')
        return ADDRESS_EMPTY;
    struct sockaddr_un *un = NULL;
    return strlen(text) >= sizeof un->sun_path ? ADDRESS_LONG_PATH : 0;
}

static void fill_unix(const struct address_parts *parts, struct conf_addr *addr)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    size_t len = strlen(parts->host);
    size_t lead = parts->kind != ADDRESS_UNIX ? 1 : 0; /* abstract names begin with a NUL */
    memcpy(un.sun_path + lead, parts->host, len < sizeof un.sun_path - 1 ? len : 0);
    memcpy(&addr->sa, &un, sizeof un);
    addr->sa_len = (socklen_t)sizeof un;
    if (parts->kind == ADDRESS_ABSTRACT_SHORT)
        addr->sa_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + len);
}

static bool fill_ipv4(const struct address_parts *parts, struct conf_addr *addr)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    if (*parts->host != '\0' && inet_pton(AF_INET, parts->host, &in.sin_addr) != 1)
        return false;
    memcpy(&addr->sa, &in, sizeof in);
    addr->sa_len = sizeof in;
    return true;
}

static bool fill_ipv6(const struct address_parts *parts, struct conf_addr *addr)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    if (*parts->host != '\0' && inet_pton(AF_INET6, parts->host, &in6.sin6_addr) != 1)
        return false;
    memcpy(&addr->sa, &in6, sizeof in6);
    addr->sa_len = sizeof in6;
    return true;
}

int address_fill(const struct address_parts *parts, unsigned port, struct conf_addr *addr)
{
    addr->fd = parts->fd;
    addr->port = (uint16_t)port;
    addr->host = NULL;
    if (parts->kind == ADDRESS_FD)
        return 0;
    if (parts->family == AF_UNIX) {
        fill_unix(parts, addr);
        return 0;
    }
    bool complete = (parts->family != AF_INET6 && fill_ipv4(parts, addr)) ||
                    (parts->family != AF_INET && fill_ipv6(parts, addr));
    if (!complete) {
        addr->host = parts->host;
        return ADDRESS_NOT_IP;
    }
    address_set_port(addr, addr->port);
    return 0;
}

void address_set_port(struct conf_addr *addr, uint16_t port)
{
    addr->port = port;
    if (addr->sa.ss_family == AF_INET)
        ((struct sockaddr_in *)&addr->sa)->sin_port = htons(port);
    if (addr->sa.ss_family == AF_INET6)
        ((struct sockaddr_in6 *)&addr->sa)->sin6_port = htons(port);
}

void address_take(struct conf_addr *addr, const struct sockaddr_storage *sa, uint16_t port)
{
    addr->sa = *sa;
    addr->sa_len =
        sa->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    addr->host = NULL;
    address_set_port(addr, port);
}

static char *print_unix(struct conf_arena *arena, const struct conf_addr *addr)
{
    struct sockaddr_un un;
    memcpy(&un, &addr->sa, sizeof un);
    if (un.sun_path[0] != '\0')
        return arena_printf(arena, "%.*s", (int)sizeof un.sun_path, un.sun_path);
    int len = (int)(addr->sa_len - offsetof(struct sockaddr_un, sun_path)) - 1;
    return arena_printf(arena, "%s@%.*s", addr->sa_len == sizeof un ? "abns" : "abnsz", len,
                        un.sun_path + 1);
}

char *address_print(struct conf_arena *arena, const struct conf_addr *addr)
{
    char host[INET6_ADDRSTRLEN] = "";
    switch (addr->sa.ss_family) {
    case AF_INET:
        inet_ntop(AF_INET, &((const struct sockaddr_in *)&addr->sa)->sin_addr, host, sizeof host);
        return arena_printf(arena, "%s:%u", host, addr->port);
    case AF_INET6:
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)&addr->sa)->sin6_addr, host,
                  sizeof host);
        return arena_printf(arena, "[%s]:%u", host, addr->port);
    case AF_UNIX:
        return print_unix(arena, addr);
    default:
        return arena_printf(arena, "fd@%d", addr->fd);
    }
}
