/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to servers; see server_way.h. */
#include "proxy/http/server_way.h"

#include "proxy/http/rules.h"
#include "proxy/http/server_greet.h"
#include "proxy/http/session.h"
#include "proxy/http/stream.h"
#include "proxy/rules/expr.h"
#include "proxy/state/server_address.h"

#include <string.h>

static void set_port(struct addr *addr, unsigned port)
{
    if (addr->family == AF_INET)
        addr->in.sin_port = htons((uint16_t)port);
    else if (addr->family == AF_INET6)
        addr->in6.sin6_port = htons((uint16_t)port);
}

const struct conf_server *server_way_line(const struct stream *s, const struct server *server)
{
    const struct proxy *be = s->backend;
    size_t count = be->conf->server_count;
    size_t line = atomic_load_explicit(&server->line, memory_order_relaxed);
    /* in a snapshot that is not the newest it may stand elsewhere */
    if (line >= count || be->servers[line] != server) {
        for (line = 0; line < count && be->servers[line] != server;)
            line++;
    }
    return line < count ? &be->conf->servers[line] : NULL;
}

/* ---- whence ------------------------------------------------------------------------------------------- */

/* usesrc hdr_ip(...); in TCP, where the configuration was warned of, the kernel chooses. */
static bool source_of_request(struct stream *s, const struct server *server, struct addr *out)
{
    const struct conf_server *line = server_way_line(s, server);
    struct sample_env env;
    struct sample value;
    if (line == NULL || line->source.header == NULL)
        return true;
    size_t used = s->thread->sample_scratch.used;
    rules_env(s, s->backend, false, &env);
    env.is_final = true;
    if (!expr_run(line->source.header, &env, &value))
        value.type = SAMPLE_NONE;
    if (value.type == SAMPLE_IPV4) {
        out->in = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = value.ipv4};
    } else if (value.type == SAMPLE_IPV6) {
        out->in6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = value.ipv6};
    }
    s->thread->sample_scratch.used = used;
    return out->family != AF_UNSPEC;
}

bool server_way_source(struct stream *s, const struct server *server, struct addr *out)
{
    *out = (struct addr){.family = AF_UNSPEC};
    switch (server->link.usesrc) {
    case CONF_USESRC_CLIENT:
        *out = s->session->address;
        break;
    case CONF_USESRC_CLIENTIP:
        *out = s->session->address;
        set_port(out, 0);
        break;
    case CONF_USESRC_HEADER:
        return source_of_request(s, server, out);
    default:
        break;
    }
    if (out->family == AF_UNIX)
        out->family = AF_UNSPEC;
    return true;
}

/* ---- whereto ------------------------------------------------------------------------------------------ */

bool server_way_destination(const struct stream *s, const struct server *server, struct addr *out)
{
    const struct server_link *link = &server->link;
    struct sockaddr_storage fixed;
    struct addr wanted;
    *out = (struct addr){.family = AF_UNSPEC};
    if (!link->addr_of_client && !link->port_of_client)
        return true;
    session_destination(s->session, &wanted);
    if (wanted.family != AF_INET && wanted.family != AF_INET6)
        return false;
    (void)server_read_address(server, &fixed);
    addr_set(out, (struct sockaddr *)&fixed);
    unsigned port = addr_port(out);
    if (link->port_of_client)
        port = addr_port(&wanted) + (unsigned)link->port_offset;
    if (link->addr_of_client)
        *out = wanted;
    set_port(out, port);
    return true;
}

/* ---- for whom ----------------------------------------------------------------------------------------- */

const char *server_way_name(struct stream *s, const struct server *server,
                            char text[SERVER_NAME_BYTES])
{
    const struct conf_server *line =
        server->link.name_of_request ? server_way_line(s, server) : NULL;
    struct sample_env env;
    struct sample_text name;
    if (line == NULL)
        return server->sni;
    size_t used = s->thread->sample_scratch.used;
    rules_env(s, s->backend, false, &env);
    env.is_final = true;
    bool is_name = line->tls.sni_expr != NULL && expr_text(line->tls.sni_expr, &env, &name) &&
                   name.len > 0 && name.len < SERVER_NAME_BYTES;
    if (is_name) {
        memcpy(text, name.data, name.len);
        text[name.len] = '\0';
    }
    s->thread->sample_scratch.used = used;
    return is_name ? text : NULL;
}

bool server_way_is_personal(const struct stream *s, const struct server *server)
{
    const struct server_link *link = &server->link;
    const struct packet_marks *marks = &s->rules.server_marks;
    return marks->has_mark || marks->has_tos || link->send_proxy != 0 ||
           link->usesrc >= CONF_USESRC_CLIENT || link->addr_of_client || link->port_of_client ||
           link->name_of_request;
}

/* Behind one another, those of fixed length first: no two ways have the same bytes. */
size_t server_way_identity(struct stream *s, const struct server *server,
                           char out[SERVER_IDENTITY_BYTES])
{
    struct addr ends[2];
    char name[SERVER_NAME_BYTES];
    if (!server_way_is_personal(s, server))
        return 0;
    memset(ends, 0, sizeof(ends));
    (void)server_way_source(s, server, &ends[0]);
    (void)server_way_destination(s, server, &ends[1]);
    memcpy(out, ends, sizeof(ends));
    size_t len = sizeof(ends);
    memcpy(out + len, &s->rules.server_marks, sizeof(s->rules.server_marks));
    len += sizeof(s->rules.server_marks);
    const char *asked = server->link.name_of_request ? server_way_name(s, server, name) : NULL;
    size_t name_len = asked != NULL ? strlen(asked) : 0;
    if (name_len > 0)
        memcpy(out + len, asked, name_len);
    len += name_len;
    out[len++] = '\0';
    if (server->link.send_proxy != 0)
        len += server_header_write(s, server, (uint8_t *)out + len);
    return len;
}
