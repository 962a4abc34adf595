/* SPDX-License-Identifier: Apache-2.0 */
/* Words of `cookie` that are more than a value, what goes together there, and cookies made from
 * addresses. */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY /* the state of a hash, on the stack */
#include <xxhash.h>

#include "config/apply.h"
#include "config/dynamic_cookie.h"
#include "config/own/own.h"
#include "config/resolve/resolve.h"

/* Another `cookie` says it anew: nothing of that of defaults is left. */
void own_cookie(struct loader *l, const struct keyword *row, void *base,
                const struct conf_directive *d)
{
    (void)l, (void)d;
    *(struct conf_cookie *)((char *)base + row->offset) = (struct conf_cookie){0};
}

/* What may not stand in an attribute, or NULL. */
static const char *find_bad(const char *text, bool is_domain)
{
    while (*text != '\0' && !iscntrl((unsigned char)*text) && *text != ';' &&
           (!is_domain || isalnum((unsigned char)*text) || strchr("-.", *text) != NULL))
        text++;
    return *text != '\0' ? text : NULL;
}

static void append_texts(struct loader *l, const struct keyword *row, void *base,
                         const struct conf_directive *d, bool is_domain)
{
    const char **all = (const char **)((char *)base + row->offset);
    if (d->is_group || d->arg_count == 0)
        CONF_FAIL(l, d->name.span, row->doc, "'%s' needs a value", row->name);
    for (size_t i = 0; i < d->arg_count; i++) {
        const char *text = d->args[i].text, *bad = find_bad(text, is_domain);
        if (bad != NULL || *text == '\0')
            CONF_FAIL(l, d->args[i].span, row->doc, "'%s' cannot be a cookie's %s", text,
                      is_domain ? "domain" : "attribute");
        else if (*all == NULL)
            *all = text;
        else
            *all = arena_printf(l->arena, is_domain ? "%s; domain=%s" : "%s; %s", *all, text);
        if (bad == NULL && is_domain && strchr(text, '.') == NULL)
            CONF_WARN(l, d->args[i].span, "as in: .example.com",
                      "clients ignore cookies of the domain '%s', which has no dot", text);
    }
}

void own_cookie_domain(struct loader *l, const struct keyword *row, void *base,
                       const struct conf_directive *d)
{
    append_texts(l, row, base, d, true);
}

void own_cookie_attribute(struct loader *l, const struct keyword *row, void *base,
                          const struct conf_directive *d)
{
    append_texts(l, row, base, d, false);
}

/* The hash of key, address and port. */
bool dynamic_cookie_write(const char *key, const struct sockaddr_storage *sa,
                          char text_out[DYNAMIC_COOKIE_BYTES])
{
    const struct sockaddr_in *in = (const struct sockaddr_in *)sa;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;
    bool is_4 = sa->ss_family == AF_INET;
    if (!is_4 && sa->ss_family != AF_INET6)
        return false;
    uint32_t port = htonl(ntohs(is_4 ? in->sin_port : in6->sin6_port));
    XXH64_state_t state;
    XXH64_reset(&state, 0);
    XXH64_update(&state, key, strlen(key));
    if (is_4)
        XXH64_update(&state, &in->sin_addr, sizeof in->sin_addr);
    else
        XXH64_update(&state, &in6->sin6_addr, sizeof in6->sin6_addr);
    XXH64_update(&state, &port, sizeof port);
    snprintf(text_out, DYNAMIC_COOKIE_BYTES, "%016llx", (unsigned long long)XXH64_digest(&state));
    return true;
}

static void check_modes(struct loader *l, const struct draft_proxy *draft)
{
    const struct conf_cookie *cookie = &draft->p.cookie;
    if (cookie->rewrite + cookie->insert + cookie->prefix > 1)
        CONF_FAIL(l, draft->span, "keep one of insert, rewrite and prefix",
                  "'%s': a cookie has one mode", draft->p.name);
    if (cookie->rewrite && cookie->indirect)
        CONF_FAIL(l, draft->span, "remove one of the two",
                  "'%s': a cookie that is rewritten cannot be indirect", draft->p.name);
    if (cookie->preserve && !cookie->insert && !cookie->indirect)
        CONF_FAIL(l, draft->span, "add insert", "'%s': preserve needs insert or indirect",
                  draft->p.name);
    if (cookie->dynamic && draft->p.dynamic_cookie_key == NULL)
        CONF_WARN(l, draft->span,
                  loader_hint(l, draft->span, "add dynamic_cookie_key = \"...\"",
                              "add a line: dynamic-cookie-key ..."),
                  "'%s': without a key no dynamic cookies are made", draft->p.name);
}

void resolve_cookie(struct loader *l, struct draft_proxy *draft)
{
    struct conf_proxy *proxy = &draft->p;
    if (proxy->cookie.name == NULL || (proxy->caps & CONF_BACKEND) == 0)
        return;
    check_modes(l, draft);
    for (size_t i = 0; i < proxy->server_count; i++) {
        struct conf_server *server = &proxy->servers[i];
        char text[DYNAMIC_COOKIE_BYTES];
        if (server->cookie == NULL && proxy->cookie.dynamic && proxy->dynamic_cookie_key != NULL &&
            dynamic_cookie_write(proxy->dynamic_cookie_key, &server->addr.sa, text))
            server->cookie = arena_copy(l->arena, text);
    }
}
