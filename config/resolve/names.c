/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Servers that have a name: the resolvers section they mean, and the address they begin with, which
 * the words of init-addr lead to. What happens to the name later is the discovery room's.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/address.h"
#include "config/apply.h"
#include "config/own/own.h"
#include "config/resolve/resolve.h"

static const char resolv_conf[] = "/etc/resolv.conf";
enum { DNS_PORT = 53, SYSTEM_NAMESERVERS_MAX = 8 };

/* ---- sections -------------------------------------------------------------------------------- */

static void add_nameserver(struct loader *l, struct conf_resolvers *resolvers, const char *address)
{
    struct address_parts parts = {.host = address, .fd = -1};
    struct conf_nameserver nameserver = {
        .name = address, .place = resolvers->place, .addr = {.text = address, .fd = -1}};
    if (address_fill(&parts, DNS_PORT, &nameserver.addr) != 0)
        return; /* "fe80::1%eth0" and the like */
    resolvers->nameservers = arena_list_grow(l->arena, resolvers->nameservers,
                                             resolvers->nameserver_count, sizeof nameserver);
    resolvers->nameservers[resolvers->nameserver_count++] = nameserver;
}

/* Its "nameserver" lines; false: it cannot be read. */
static bool add_system_nameservers(struct loader *l, struct conf_resolvers *resolvers)
{
    char *text = NULL, *at;
    size_t len, most = resolvers->nameserver_count + SYSTEM_NAMESERVERS_MAX;
    if (l->source->read(l->source->ctx, resolv_conf, &text, &len) != 0)
        return false;
    at = arena_copy_bytes(l->arena, text, len);
    free(text);
    while (*at != '\0' && resolvers->nameserver_count < most) {
        char *line = at, *rest;
        at += strcspn(at, "\n");
        if (*at == '\n')
            *at++ = '\0';
        const char *word = strtok_r(line, " \t\r", &rest);
        const char *address = word != NULL ? strtok_r(NULL, " \t\r", &rest) : NULL;
        if (address != NULL && strcmp(word, "nameserver") == 0)
            add_nameserver(l, resolvers, address);
    }
    return true;
}

void resolve_nameservers(struct loader *l, struct conf_resolvers *resolvers, struct conf_span span)
{
    if (resolvers->parse_resolv_conf && !add_system_nameservers(l, resolvers))
        CONF_WARN(l, span, NULL, "parse-resolv-conf: %s cannot be read", resolv_conf);
    if (resolvers->nameserver_count == 0)
        CONF_WARN(l, span,
                  loader_hint(l, span,
                              "add nameservers = ( { name = \"a\"; address = \"10.0.0.53:53\"; } )",
                              "add a line: nameserver a 10.0.0.53:53"),
                  "resolvers '%s' has no name server: nothing is resolved by it", resolvers->name);
}

static size_t find_section(const struct loader *l, const char *name)
{
    size_t i = 0;
    while (i < l->resolvers_count && strcmp(l->resolvers[i].name, name) != 0)
        i++;
    return i;
}

/* The one that is there without being written: the name servers of this machine. */
static void add_default_section(struct loader *l)
{
    struct conf_resolvers resolvers = {.name = "default"};
    apply_initial(l, LEVEL_RESOLVERS, &resolvers);
    (void)add_system_nameservers(l, &resolvers); /* it just has none then, as in HAProxy */
    l->resolvers = arena_list_grow(l->arena, l->resolvers, l->resolvers_count, sizeof resolvers);
    l->resolvers[l->resolvers_count++] = resolvers;
}

const struct conf_resolvers *resolve_find_resolvers(struct loader *l, struct config *config,
                                                    const char *name)
{
    size_t at = find_section(l, name);
    if (at == l->resolvers_count && strcmp(name, "default") == 0) {
        add_default_section(l);
        config->resolvers = l->resolvers;
        config->resolvers_count = l->resolvers_count;
    }
    return at < l->resolvers_count ? &l->resolvers[at] : NULL;
}

static void link_section(struct loader *l, const struct conf_proxy *proxy,
                         struct conf_server *server)
{
    struct conf_naming *naming = &server->naming;
    if (naming->resolvers == NULL)
        return;
    naming->section = find_section(l, naming->resolvers);
    if (naming->section == l->resolvers_count && strcmp(naming->resolvers, "default") == 0)
        add_default_section(l);
    if (naming->section == l->resolvers_count) {
        CONF_FAIL(l, server_span(l, server), "add a section: resolvers NAME",
                  "server '%s' of '%s': there is no resolvers section '%s'", server->name,
                  proxy->name, naming->resolvers);
        naming->resolvers = NULL;
    }
    if (naming->fqdn == NULL)
        naming->resolvers = NULL; /* an address is not asked for */
}

/* ---- the address to begin with --------------------------------------------------------------- */

static struct conf_span name_span(const struct conf_server *server)
{
    return (struct conf_span){server->naming.place, server->naming.width};
}

/* The address that the file of saved states has for the server; false: none. */
static bool find_last(const struct conf_proxy *proxy, const struct conf_server *server,
                      struct conf_addr *last_out)
{
    char text[1024], backend[256], name[256], address[64];
    struct address_parts parts = {.host = address, .fd = -1};
    size_t len;
    for (const char *line = proxy->saved_state; line != NULL && *line != '\0'; line += len) {
        len = strcspn(line, "\n") + 1;
        snprintf(text, sizeof text, "%.*s", (int)(len < sizeof text ? len : sizeof text) - 1, line);
        len -= line[len - 1] == '\0';
        if (sscanf(text, "%*u %255s %*u %255s %63s", backend, name, address) == 3 &&
            strcmp(backend, proxy->name) == 0 && strcmp(name, server->name) == 0)
            return address_fill(&parts, 0, last_out) == 0;
    }
    return false;
}

/* Whether the step settles it, be it with no address. */
static bool take_step(struct loader *l, const struct conf_init_addr *step,
                      const struct conf_proxy *proxy, struct conf_server *server)
{
    struct conf_addr last = {.fd = -1};
    const struct conf_naming *naming = &server->naming;
    const struct sockaddr_storage *found = NULL;
    switch (step->kind) {
    case CONF_INIT_LIBC:
        if (!naming->is_service)
            found = own_lookup(l, naming->fqdn, naming->family);
        break;
    case CONF_INIT_ADDRESS:
        found = &step->addr.sa;
        break;
    case CONF_INIT_NONE:
        return true;
    case CONF_INIT_LAST:
        if (find_last(proxy, server, &last))
            found = &last.sa;
        break;
    }
    if (found != NULL)
        address_take(&server->addr, found, server->addr.port);
    return found != NULL;
}

static void report_nowhere(struct loader *l, const struct conf_server *server)
{
    const struct conf_naming *naming = &server->naming;
    if (naming->is_service && naming->resolvers != NULL)
        return; /* which the C library knows nothing of */
    if (naming->resolvers != NULL && naming->init_count == 0) /* as HAProxy has it */
        CONF_WARN(l, name_span(server), "it is used as soon as the name resolves",
                  "the host name '%s' does not resolve yet", naming->fqdn);
    else
        own_report_lookup(l, name_span(server), naming->fqdn);
}

static void settle_address(struct loader *l, const struct conf_proxy *proxy,
                           struct conf_server *server)
{
    static const struct conf_init_addr usual[] = {{.kind = CONF_INIT_LAST},
                                                  {.kind = CONF_INIT_LIBC}};
    const struct conf_naming *naming = &server->naming;
    const struct conf_init_addr *steps = naming->init_count > 0 ? naming->init : usual;
    size_t count = naming->init_count > 0 ? naming->init_count : sizeof usual / sizeof *usual;
    for (size_t i = 0; i < count; i++) {
        if (take_step(l, &steps[i], proxy, server))
            return;
    }
    report_nowhere(l, server);
}

void resolve_name(struct loader *l, const struct conf_proxy *proxy, struct conf_server *server)
{
    link_section(l, proxy, server);
    if (server->naming.fqdn != NULL)
        settle_address(l, proxy, server);
}
