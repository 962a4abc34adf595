/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of servers and probes, and of whoever else is connected to: what each needs of an address, and the messages
 * when it lacks that. Host names are resolved once per load. Binds are own/bind.c's.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "config/address.h"
#include "config/apply.h"
#include "config/own/own.h"
#include "config/value.h"

static const struct sockaddr_storage unresolved; /* in l->hosts: asked before, in vain */

static void report_address(struct loader *l, const struct conf_word *word, int error)
{
    static const struct {
        int error;
        const char *what, *help;
    } texts[] = {
        {ADDRESS_EMPTY, "the address is empty", "host:port, *:port or /path/of/socket"},
        {ADDRESS_BAD_PORT, "the port is not a number from 0 to 65535", "as in \"10.0.0.1:8080\""},
        {ADDRESS_BAD_FD, "'fd@' wants the number of an open descriptor", "as in \"fd@3\""},
        {ADDRESS_LONG_PATH, "the path is too long for a unix socket", "107 bytes at most"},
        {ADDRESS_BAD_PREFIX, "unknown kind of address before '@'",
         "one of: ipv4@, ipv6@, unix@, abns@, fd@"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (texts[i].error == error)
            CONF_FAIL(l, word->span, texts[i].help, "'%s': %s", word->text, texts[i].what);
    }
}

bool own_split_address(struct loader *l, const struct conf_word *word,
                       struct address_parts *parts_out)
{
    int error = address_split(l->scratch, word->text, parts_out);
    if (error != 0)
        report_address(l, word, error);
    return error == 0;
}

static const struct sockaddr_storage *resolve(struct loader *l, const char *host, int family)
{
    const char *key = arena_printf(l->scratch, "%d %s", family, host);
    const struct sockaddr_storage *known = names_get(&l->hosts, key);
    if (known != NULL)
        return known;
    struct sockaddr_storage *sa = arena_alloc(l->scratch, sizeof *sa);
    if (l->source->resolve(l->source->ctx, host, family, sa) != 0)
        names_add(l->scratch, &l->hosts, key, &unresolved);
    else
        names_add(l->scratch, &l->hosts, key, sa);
    return names_get(&l->hosts, key);
}

const struct sockaddr_storage *own_lookup(struct loader *l, const char *host, int family)
{
    const struct sockaddr_storage *found = resolve(l, host, family);
    return found != &unresolved ? found : NULL;
}

void own_report_lookup(struct loader *l, struct conf_span span, const char *host)
{
    CONF_FAIL(l, span, "check the spelling, or write the address itself",
              "the host name '%s' does not resolve", host);
}

bool own_complete_address(struct loader *l, const struct conf_word *word,
                          const struct address_parts *parts, unsigned port, struct conf_addr *addr)
{
    addr->text = word->text;
    if (address_fill(parts, port, addr) == 0)
        return true;
    const struct sockaddr_storage *found = own_lookup(l, parts->host, parts->family);
    if (found == NULL) {
        own_report_lookup(l, word->span, parts->host);
        return false;
    }
    address_take(addr, found, (uint16_t)port);
    return true;
}

/* An address with at most one port. */
static bool split_single(struct loader *l, const struct conf_word *word,
                         struct address_parts *parts_out)
{
    if (!own_split_address(l, word, parts_out))
        return false;
    if (parts_out->kind != ADDRESS_IP || parts_out->last_port == parts_out->first_port)
        return true;
    CONF_FAIL(l, word->span, "write one port", "'%s': a range of ports", word->text);
    return false;
}

static bool is_target(struct loader *l, const struct conf_word *word,
                      const struct address_parts *parts)
{
    if (parts->kind == ADDRESS_IP && *parts->host == '\0') {
        CONF_FAIL(l, word->span, "as in \"10.0.0.1:80\"", "'%s': the host is missing", word->text);
        return false;
    }
    if (parts->port_sign != 0) {
        CONF_FAIL(l, word->span, "write the port itself",
                  "'%s': only a server's port may be relative to the client's", word->text);
        return false;
    }
    return true;
}

bool own_split_target(struct loader *l, const struct conf_word *word,
                      struct address_parts *parts_out)
{
    return split_single(l, word, parts_out) && is_target(l, word, parts_out);
}

/* What is left open is taken from where the client connected to. */
static void follow_client(struct conf_server *server, const struct address_parts *parts)
{
    server->port_of_client = !parts->has_port || parts->first_port == 0 || parts->port_sign != 0;
    server->port_offset = parts->port_sign == '-' ? -(int)parts->first_port : 0;
    if (parts->port_sign == '+')
        server->port_offset = (int)parts->first_port;
}

static bool is_any(const struct sockaddr_storage *sa)
{
    if (sa->ss_family == AF_INET6)
        return IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)sa)->sin6_addr);
    return sa->ss_family == AF_INET &&
           ((const struct sockaddr_in *)sa)->sin_addr.s_addr == htonl(INADDR_ANY);
}

/* Looked up when all words of the server are read: see resolve/names.c. */
static void take_name(struct loader *l, struct conf_server *server, const struct conf_word *word,
                      const struct address_parts *parts)
{
    server->naming.fqdn = arena_copy(l->arena, parts->host);
    server->naming.place = word->span.place;
    server->naming.width = word->span.width;
    server->naming.family = parts->family;
    server->naming.is_service = *parts->host == '_';
    if (server->naming.is_service) /* the records bring the port */
        server->port_of_client = false;
}

static bool is_descriptor(struct loader *l, const struct conf_word *word,
                          const struct address_parts *parts)
{
    if (parts->kind == ADDRESS_FD)
        CONF_FAIL(l, word->span, "as in \"10.0.0.1:80\"", "a server cannot be a descriptor");
    return parts->kind == ADDRESS_FD;
}

void own_server_address(struct loader *l, const struct keyword *row, void *base,
                        const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    struct conf_server *server = base;
    struct address_parts parts;
    if (word == NULL || !split_single(l, word, &parts))
        return;
    if (is_descriptor(l, word, &parts))
        return;
    if (parts.kind == ADDRESS_IP)
        follow_client(server, &parts);
    struct conf_addr *addr = (struct conf_addr *)((char *)base + row->offset);
    addr->text = word->text;
    if (address_fill(&parts, server->port_of_client ? 0 : parts.first_port, addr) == 0)
        server->addr_of_client = is_any(&addr->sa);
    else
        take_name(l, server, word, &parts);
}

/* Where a probe goes, a letter or a log line. The port of a probe may come later, by a keyword of its own. */
void own_target_address(struct loader *l, const struct keyword *row, void *base,
                        const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    struct address_parts parts;
    if (word == NULL || !own_split_target(l, word, &parts) || is_descriptor(l, word, &parts))
        return;
    struct conf_addr *addr = (struct conf_addr *)((char *)base + row->offset);
    (void)own_complete_address(l, word, &parts, parts.first_port, addr);
}

void own_port_range(struct loader *l, const struct conf_directive *d, struct conf_addr *addr,
                    uint16_t *last_port_out)
{
    const struct conf_word *word = apply_only_arg(l, d);
    struct address_parts parts;
    *last_port_out = 0;
    if (word == NULL || !own_split_address(l, word, &parts) || !is_target(l, word, &parts) ||
        is_descriptor(l, word, &parts))
        return;
    if (parts.kind == ADDRESS_IP && parts.last_port != parts.first_port)
        *last_port_out = (uint16_t)parts.last_port;
    (void)own_complete_address(l, word, &parts, parts.first_port, addr);
}

void own_socks_address(struct loader *l, const struct keyword *row, void *base,
                       const struct conf_directive *d)
{
    const struct conf_addr *addr = (struct conf_addr *)((char *)base + row->offset);
    size_t errors = l->report->errors;
    own_target_address(l, row, base, d);
    if (l->report->errors == errors && addr->port == 0)
        CONF_FAIL(l, d->args[0].span, "as in 127.0.0.1:1080", "%s: '%s' has no port", d->name.text,
                  addr->text);
}

void own_check_port(struct loader *l, const struct keyword *row, void *base,
                    const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    long long port = 0;
    if (word == NULL)
        return;
    if (value_integer(word->text, &port) == 0 && port >= 1 && port <= 65535)
        *(uint16_t *)((char *)base + row->offset) = (uint16_t)port;
    else
        CONF_FAIL(l, word->span, "a number from 1 to 65535", "%s: '%s' is not a port", d->name.text,
                  word->text);
}

bool own_read_network(struct loader *l, struct conf_span span, const char *text,
                      struct sockaddr_storage *base_out, unsigned *bits_out)
{
    size_t len = strcspn(text, "/");
    struct address_parts parts = {.host = arena_copy_bytes(l->scratch, text, len), .fd = -1};
    struct conf_addr addr = {0};
    bool good = len > 0 && address_fill(&parts, 0, &addr) == 0;
    unsigned long widest = addr.sa.ss_family == AF_INET6 ? 128 : 32, bits = widest;
    if (good && text[len] == '/') {
        char *end = NULL;
        bits = strtoul(text + len + 1, &end, 10);
        good = text[len + 1] >= '0' && text[len + 1] <= '9' && *end == '\0' && bits <= widest;
    }
    *base_out = addr.sa;
    *bits_out = (unsigned)bits;
    if (!good)
        CONF_FAIL(l, span, "as in \"10.0.0.0/8\" or \"fd00::/8\"", "'%s' is not a network", text);
    return good;
}

/* As in HAProxy: neither the name nor the exceptions are left of a line before, such as that of defaults. */
void own_address_field(struct loader *l, const struct keyword *row, void *base,
                       const struct conf_directive *d)
{
    struct conf_forwardfor *conf = (struct conf_forwardfor *)((char *)base + row->offset);
    (void)d;
    conf->except = (struct sockaddr_storage){0};
    apply_initial(l, row->params, conf);
}

/* "10.0.0.0/8" */
void own_network(struct loader *l, const struct keyword *row, void *base,
                 const struct conf_directive *d)
{
    (void)row;
    const struct conf_word *word = apply_only_arg(l, d);
    struct conf_forwardfor *forwardfor = base;
    struct sockaddr_storage network;
    unsigned bits;
    if (word == NULL || !own_read_network(l, word->span, word->text, &network, &bits))
        return;
    forwardfor->except = network;
    forwardfor->except_bits = bits;
}
