/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Binds as lists of keywords: one for each address and port that a line names, complete with what must go together. So
 * are admin sockets.
 */
#include <string.h>

#include "config/address.h"
#include "config/apply.h"
#include "config/own/own.h"

/* Kept as text until the bind is complete: see finish_bind(). */
void own_bind_address(struct loader *l, const struct keyword *row, void *base,
                      const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    struct conf_addr *addr = (struct conf_addr *)((char *)base + row->offset);
    if (word != NULL)
        addr->text = word->text;
}

static void append_bind(struct loader *l, struct conf_proxy *proxy, const struct conf_bind *bind)
{
    proxy->binds = arena_list_grow(l->arena, proxy->binds, proxy->bind_count, sizeof *bind);
    proxy->binds[proxy->bind_count++] = *bind;
}

/* One bind for each port of one address. */
static void bind_ports(struct loader *l, struct conf_proxy *proxy, struct conf_bind *bind,
                       const struct conf_word *word)
{
    struct address_parts parts;
    if (!own_split_address(l, word, &parts))
        return;
    bool needs_port = parts.kind == ADDRESS_IP;
    if (needs_port && (!parts.has_port || parts.first_port == 0 || parts.port_sign != 0)) {
        CONF_FAIL(l, word->span, arena_printf(l->scratch, "as in \"%s:80\"", parts.host),
                  "'%s': a bind needs a port", word->text);
        return;
    }
    for (unsigned port = parts.first_port; port <= parts.last_port; port++) {
        bind->addr = (struct conf_addr){.fd = -1};
        if (!own_complete_address(l, word, &parts, port, &bind->addr))
            return;
        if (parts.last_port > parts.first_port)
            bind->addr.text = arena_printf(l->arena, "%s:%u", parts.host, port);
        append_bind(l, proxy, bind);
    }
}

static void check_bind_tls(struct loader *l, const struct conf_bind *bind, struct conf_span span)
{
    const struct conf_tls *tls = &bind->tls;
    if (tls->enabled && tls->crt.count == 0 && !tls->self_signed)
        CONF_FAIL(l, span,
                  loader_hint(l, span, "add crt = [\"/path/of/chain-and-key.pem\"]",
                              "add: crt /path/of/chain-and-key.pem"),
                  "a bind with 'ssl' needs a certificate");
    if (!tls->enabled && tls->crt.count > 0)
        CONF_WARN(l, span, loader_hint(l, span, "add ssl = true", "add: ssl"),
                  "'crt' has no effect without 'ssl'");
    if (tls->self_signed && tls->crt.count == 0)
        CONF_FAIL(l, span, "add crt: the file to make", "'self-signed' needs a 'crt'");
    if (tls->verify != CONF_VERIFY_NONE && tls->ca_file == NULL && tls->ca_verify_file == NULL)
        CONF_FAIL(l, span,
                  loader_hint(l, span, "add ca_file = \"/path/of/ca.pem\"",
                              "add: ca-file /path/of/ca.pem"),
                  "'verify' of clients needs a 'ca-file'");
    if (tls->min_version != CONF_TLS_DEFAULT && tls->max_version != CONF_TLS_DEFAULT &&
        tls->min_version > tls->max_version)
        CONF_FAIL(l, span, NULL, "ssl-min-ver is above ssl-max-ver");
}

/* "10.0.0.1:80,10.0.0.2:80-82" is four binds. */
static void expand_bind(struct loader *l, struct conf_proxy *proxy, struct conf_bind bind,
                        struct conf_span span)
{
    proxy->bind_count--; /* its place is taken by what it stands for */
    if (bind.addr.text == NULL)
        return; /* reported as missing */
    const char *rest = bind.addr.text;
    for (size_t len;; rest += len + 1) {
        len = strcspn(rest, ",");
        struct conf_word word = {.text = arena_copy_bytes(l->arena, rest, len), .span = span};
        bind_ports(l, proxy, &bind, &word);
        if (rest[len] == '\0')
            return;
    }
}

static void finish_bind(struct loader *l, const struct keyword *row, void *owner, void *item,
                        struct conf_span span)
{
    struct conf_bind bind = *(struct conf_bind *)item;
    (void)row;
    if (bind.addr.text != NULL) {
        check_bind_tls(l, &bind, span);
        own_crt_complete(l, &bind);
    }
    expand_bind(l, owner, bind, span);
}

/* The owner is the global section's draft. */
static void finish_admin_bind(struct loader *l, const struct keyword *row, void *owner, void *item,
                              struct conf_span span)
{
    struct conf_bind bind = *(struct conf_bind *)item;
    struct draft_global *global = owner;
    (void)row;
    bind.admin.is_admin = true;
    if (bind.tls.enabled)
        CONF_FAIL(l, span, "reach it through ssh, or through a tcp frontend that speaks TLS",
                  "an admin socket cannot speak TLS");
    expand_bind(l, &global->g.admin, bind, span);
}

static void begin_admin_bind(struct loader *l, const void *owner, void *item)
{
    (void)l, (void)owner;
    struct conf_bind *bind = item;
    bind->addr.fd = -1;
    bind->uid = (uid_t)-1;
    bind->gid = (gid_t)-1;
}

static void begin_bind(struct loader *l, const void *owner, void *item)
{
    begin_admin_bind(l, owner, item);
    ((struct conf_bind *)item)->tls = l->global.bind_tls;
}

const struct keyword_list own_bind_list = {
    .item_bytes = sizeof(struct conf_bind),
    .count_offset = offsetof(struct conf_proxy, bind_count),
    .place_offset = offsetof(struct conf_bind, place),
    .begin = begin_bind,
    .finish = finish_bind,
};

const struct keyword_list own_admin_bind_list = {
    .item_bytes = sizeof(struct conf_bind),
    .count_offset = offsetof(struct draft_global, g.admin.bind_count),
    .place_offset = offsetof(struct conf_bind, place),
    .begin = begin_admin_bind,
    .finish = finish_admin_bind,
};
