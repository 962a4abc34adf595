/* SPDX-License-Identifier: Apache-2.0 */
/* Words about names and name servers that are more than a value, and what a server-template stands for. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "config/address.h"
#include "config/apply.h"
#include "config/own/own.h"
#include "config/value.h"

enum { TEMPLATE_SERVERS_MAX = 10000 };

/* ---- resolvers sections ---------------------------------------------------------------------- */

/* What is written before the address: which of the two protocols. */
static const struct {
    const char *prefix;
    bool over_tcp;
    const char *family; /* the prefix that address_split() knows */
} protocols[] = {
    {"udp@", false, ""}, {"udp4@", false, "ipv4@"}, {"udp6@", false, "ipv6@"},
    {"tcp@", true, ""},  {"tcp4@", true, "ipv4@"},  {"tcp6@", true, "ipv6@"},
};

static const char *take_protocol(struct loader *l, const char *text,
                                 struct conf_nameserver *nameserver)
{
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++) {
        size_t len = strlen(protocols[i].prefix);
        if (strncmp(text, protocols[i].prefix, len) != 0)
            continue;
        nameserver->over_tcp = protocols[i].over_tcp;
        return arena_printf(l->scratch, "%s%s", protocols[i].family, text + len);
    }
    return text;
}

void own_nameserver_address(struct loader *l, const struct keyword *row, void *base,
                            const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    struct conf_nameserver *nameserver = base;
    struct conf_addr *addr = (struct conf_addr *)((char *)base + row->offset);
    struct address_parts parts;
    if (word == NULL)
        return;
    addr->text = word->text;
    const char *text = take_protocol(l, word->text, nameserver);
    bool is_good = address_split(l->scratch, text, &parts) == 0 && parts.kind == ADDRESS_IP &&
                   *parts.host != '\0' && parts.has_port && parts.port_sign == 0 &&
                   parts.first_port > 0 && parts.first_port == parts.last_port;
    if (!is_good) {
        CONF_FAIL(l, word->span, "as in \"10.0.0.53:53\" or \"tcp@10.0.0.53:53\"",
                  "nameserver: '%s' is not an address with a port", word->text);
        return;
    }
    if (address_fill(&parts, parts.first_port, addr) == 0)
        return;
    const struct sockaddr_storage *found = own_lookup(l, parts.host, parts.family);
    if (found != NULL)
        address_take(addr, found, (uint16_t)parts.first_port);
    else
        own_report_lookup(l, word->span, parts.host);
}

static void finish_nameserver(struct loader *l, const struct keyword *row, void *owner, void *item,
                              struct conf_span span)
{
    (void)row;
    const struct conf_resolvers *resolvers = owner;
    const struct conf_nameserver *nameserver = item;
    for (const struct conf_nameserver *at = resolvers->nameservers; at != nameserver; at++) {
        if (nameserver->name != NULL && at->name != NULL && strcmp(at->name, nameserver->name) == 0)
            CONF_FAIL(l, span,
                      arena_printf(l->scratch, "the other one is in line %u", at->place.line),
                      "there is another name server '%s'", at->name);
    }
}

const struct keyword_list own_nameserver_list = {
    .item_bytes = sizeof(struct conf_nameserver),
    .count_offset = offsetof(struct conf_resolvers, nameserver_count),
    .place_offset = offsetof(struct conf_nameserver, place),
    .finish = finish_nameserver,
};

/* ---- what a server says about its name ------------------------------------------------------- */

/* Calls `take` with each word of a directive, whose texts hold several with commas between. */
static void each_word(struct loader *l, const struct conf_directive *d,
                      void (*take)(struct loader *l, const struct conf_word *word, void *owner),
                      void *owner)
{
    if (d->arg_count == 0)
        CONF_FAIL(l, d->name.span, NULL, "'%s' needs a value", d->name.text);
    for (size_t i = 0; i < d->arg_count; i++) {
        const char *rest = d->args[i].text;
        for (size_t len; *rest != '\0'; rest += len + (rest[len] == ',')) {
            len = strcspn(rest, ",");
            struct conf_word word = d->args[i];
            word.text = arena_copy_bytes(l->arena, rest, len);
            if (len > 0)
                take(l, &word, owner);
        }
    }
}

static void take_network(struct loader *l, const struct conf_word *word, void *owner)
{
    struct conf_naming *naming = owner;
    struct conf_network network;
    if (!own_read_network(l, word->span, word->text, &network.base, &network.bits))
        return;
    naming->networks =
        arena_list_grow(l->arena, naming->networks, naming->network_count, sizeof network);
    naming->networks[naming->network_count++] = network;
}

void own_resolve_net(struct loader *l, const struct keyword *row, void *base,
                     const struct conf_directive *d)
{
    struct conf_naming *naming = &((struct conf_server *)base)->naming;
    (void)row;
    naming->networks = NULL; /* those of default-server are replaced */
    naming->network_count = 0;
    each_word(l, d, take_network, naming);
}

struct options {
    const struct keyword *row;
    unsigned bits;
};

static void take_option(struct loader *l, const struct conf_word *word, void *owner)
{
    struct options *options = owner;
    struct keyword_choice choice;
    if (!apply_choice(l, options->row, word, &choice))
        return;
    options->bits |= (unsigned)choice.value;
    if (choice.value == 0) /* prevent-dup-ip */
        options->bits &= ~(unsigned)CONF_RESOLVE_SHARED_ADDRESS;
}

void own_resolve_opts(struct loader *l, const struct keyword *row, void *base,
                      const struct conf_directive *d)
{
    unsigned *bits = (unsigned *)((char *)base + row->offset);
    struct options options = {.row = row, .bits = *bits};
    each_word(l, d, take_option, &options);
    *bits = options.bits;
}

static bool read_init_address(struct loader *l, const struct conf_word *word,
                              struct conf_init_addr *init)
{
    struct address_parts parts = {.host = word->text, .fd = -1};
    init->kind = CONF_INIT_ADDRESS;
    init->addr.text = word->text;
    if (address_fill(&parts, 0, &init->addr) == 0)
        return true;
    CONF_FAIL(l, word->span, "one of: last, libc, none, or an address", "unknown init-addr '%s'",
              word->text);
    return false;
}

static void take_init(struct loader *l, const struct conf_word *word, void *owner)
{
    static const char *const kinds[] = {
        [CONF_INIT_LAST] = "last", [CONF_INIT_LIBC] = "libc", [CONF_INIT_NONE] = "none"};
    struct conf_naming *naming = owner;
    struct conf_init_addr init = {.kind = CONF_INIT_LAST, .addr.fd = -1};
    while (init.kind < CONF_INIT_ADDRESS && strcmp(kinds[init.kind], word->text) != 0)
        init.kind++;
    if (init.kind == CONF_INIT_ADDRESS && !read_init_address(l, word, &init))
        return;
    naming->init = arena_list_grow(l->arena, naming->init, naming->init_count, sizeof init);
    naming->init[naming->init_count++] = init;
}

void own_init_addr(struct loader *l, const struct keyword *row, void *base,
                   const struct conf_directive *d)
{
    struct conf_naming *naming = &((struct conf_server *)base)->naming;
    (void)row;
    naming->init = NULL;
    naming->init_count = 0;
    each_word(l, d, take_init, naming);
}

/* ---- server-template ------------------------------------------------------------------------- */

/* "3" is 1-3. */
static bool read_range(const char *text, unsigned *first_out, unsigned *last_out)
{
    long long first = 1, last;
    const char *dash = strchr(text, '-');
    char *end;
    if (*text < '0' || *text > '9' || (dash != NULL && (dash[1] < '0' || dash[1] > '9')))
        return false;
    if (dash != NULL)
        first = strtoll(text, &end, 10);
    last = strtoll(dash != NULL ? dash + 1 : text, &end, 10);
    if (*end != '\0' || first < 1 || last < first || last > UINT32_MAX / 2 ||
        last - first >= TEMPLATE_SERVERS_MAX)
        return false;
    *first_out = (unsigned)first;
    *last_out = (unsigned)last;
    return true;
}

/* The element becomes the first of those that it stands for. */
static void finish_template(struct loader *l, const struct keyword *row, void *owner, void *item,
                            struct conf_span span)
{
    struct conf_proxy *proxy = &((struct draft_proxy *)owner)->p;
    struct conf_server template = *(struct conf_server *)item;
    unsigned first, last;
    (void)row;
    proxy->server_count--;
    if (template.naming.range == NULL || !read_range(template.naming.range, &first, &last)) {
        CONF_FAIL(l, span, "a number of servers, or the first and the last: 3, 1-3",
                  "server-template: '%s' is no range",
                  template.naming.range != NULL ? template.naming.range : "");
        return;
    }
    for (unsigned n = first; n <= last && template.name != NULL; n++) {
        struct conf_server server = template;
        server.name = arena_printf(l->arena, "%s%u", template.name, n);
        server.id = n == first ? template.id : 0;
        proxy->servers =
            arena_list_grow(l->arena, proxy->servers, proxy->server_count, sizeof server);
        proxy->servers[proxy->server_count++] = server;
    }
}

static void begin_template(struct loader *l, const void *owner, void *item)
{
    own_server_list.begin(l, owner, item);
}

const struct keyword_list own_template_list = {
    .item_bytes = sizeof(struct conf_server),
    .count_offset = offsetof(struct conf_proxy, server_count),
    .place_offset = offsetof(struct conf_server, place),
    .begin = begin_template,
    .finish = finish_template,
};
