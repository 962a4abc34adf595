/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose certificates are trusted is said, or that anybody's are: a server over TLS whose line says neither is
 * refused, as HAProxy does. Taking the system's authorities unasked would accept files it refuses.
 */
#include "config/resolve/resolve.h"

static bool is_trust_unsaid(const struct conf_proxy *proxy, const struct conf_server *server)
{
    return server->tls.verify != CONF_VERIFY_NONE && server->tls.ca_file == NULL &&
           conf_server_needs_tls(proxy, server);
}

static bool is_same_place(const struct conf_place *a, const struct conf_place *b)
{
    return a->file == b->file && a->line == b->line && a->column == b->column;
}

void check_authorities(struct loader *l, const struct conf_proxy *proxy)
{
    for (size_t i = 0; i < proxy->server_count; i++) {
        const struct conf_server *server = &proxy->servers[i];
        bool is_told =
            i > 0 && is_same_place(&server[-1].place, &server->place); /* of a template */
        if (server->name == NULL || is_told || !is_trust_unsaid(proxy, server))
            continue;
        struct conf_span span = server_span(l, server);
        CONF_FAIL(l, span,
                  loader_hint(l, span, "add ca_file = \"@system-ca\", or verify = \"none\"",
                              "add: ca-file @system-ca, or verify none"),
                  "server '%s' speaks TLS, but whose certificates to trust is not said",
                  server->name);
    }
}
