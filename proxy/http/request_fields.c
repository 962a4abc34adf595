/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields that requests get on their way, behind the client's own and in HAProxy's order: who the client is,
 * where it connected to, and the server's name.
 */
#include "proxy/http/request_fields.h"

#include "proxy/http/unique_id.h"

#include <stdarg.h>
#include <stdio.h>

static void add_field(struct gather *g, const char *name, const char *value, size_t value_len)
{
    gather_add(g, name, strlen(name));
    gather_literal(g, ": ");
    gather_text(g, value, value_len);
    gather_literal(g, "\r\n");
}

/* The value outlives the write. */
static void add_lasting_field(struct gather *g, const char *name, const char *value,
                              size_t value_len)
{
    gather_add(g, name, strlen(name));
    gather_literal(g, ": ");
    gather_add(g, value, value_len);
    gather_literal(g, "\r\n");
}

/* ---- option forwardfor, option originalto ------------------------------------------------------------- */

/* The backend's word counts first. */
static const struct conf_forwardfor *either(const struct conf_forwardfor *back,
                                            const struct conf_forwardfor *front)
{
    return back->enabled ? back : front->enabled ? front : NULL;
}

/* As HAProxy's manual has it: not for an excepted network, nor with if-none where there is one already. */
static void add_address(struct stream *s, struct gather *g, const struct conf_forwardfor *conf,
                        const struct addr *address)
{
    const struct sockaddr *except = (const struct sockaddr *)&conf->except;
    char text[ADDR_TEXT_BYTES];
    if (address->family != AF_INET && address->family != AF_INET6)
        return;
    if (except->sa_family != AF_UNSPEC && addr_is_within(address, except, conf->except_bits))
        return;
    if (conf->if_none && http_msg_find(&s->req, s->in, conf->header, strlen(conf->header), 0) >= 0)
        return;
    add_field(g, conf->header, text, addr_format(address, text));
}

static void add_addresses(struct stream *s, struct gather *g)
{
    const struct conf_proxy *be = s->backend->conf, *fe = s->frontend->conf;
    const struct conf_forwardfor *from = either(&be->forwardfor, &fe->forwardfor);
    const struct conf_forwardfor *to = either(&be->originalto, &fe->originalto);
    struct addr destination;
    if (from != NULL)
        add_address(s, g, from, &s->session->address);
    if (to == NULL)
        return;
    session_destination(s->session, &destination);
    add_address(s, g, to, &destination);
}

/* ---- option forwarded --------------------------------------------------------------------------------- */

struct forwarded_text {
    char text[512];
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void put(struct forwarded_text *f, const char *format,
                                                      ...)
{
    va_list args;
    size_t room = sizeof(f->text) - f->len;
    va_start(args, format);
    int n = vsnprintf(f->text + f->len, room, format, args);
    va_end(args);
    if (n > 0 && (size_t)n < room)
        f->len += (size_t)n;
}

/* A node, RFC 7239 6: what is no token is quoted. */
static void put_node(struct forwarded_text *f, const char *name, const struct addr *address,
                     bool with_host, bool with_port)
{
    char host[ADDR_TEXT_BYTES], port[8] = "";
    bool is_v6 = address->family == AF_INET6;
    addr_format(address, host);
    if (with_port)
        snprintf(port, sizeof(port), ":%u", addr_port(address));
    if (!with_host)
        put(f, ";%s=\"_unknown%s\"", name, port);
    else if (is_v6)
        put(f, ";%s=\"[%s]%s\"", name, host, port);
    else if (with_port)
        put(f, ";%s=\"%s%s\"", name, host, port);
    else
        put(f, ";%s=%s", name, host);
}

static void put_host(struct forwarded_text *f, const struct stream *s)
{
    int i = http_msg_find(&s->req, s->in, "host", 4, 0);
    if (i < 0)
        return;
    const struct http_header *h = &s->req.headers[i];
    const char *value = s->in + h->value_off;
    bool is_token = memchr(value, ':', h->value_len) == NULL;
    put(f, is_token ? ";host=%.*s" : ";host=\"%.*s\"", (int)h->value_len, value);
}

static void add_forwarded(struct stream *s, struct gather *g)
{
    unsigned parts = s->backend->conf->forwarded != 0 ? s->backend->conf->forwarded
                                                      : s->frontend->conf->forwarded;
    struct forwarded_text f = {.len = 0};
    struct addr destination;
    if (parts == 0)
        return;
    if ((parts & CONF_FORWARDED_PROTO) != 0)
        put(&f, ";proto=%s", s->session->client.tls != NULL ? "https" : "http");
    if ((parts & CONF_FORWARDED_HOST) != 0)
        put_host(&f, s);
    session_destination(s->session, &destination);
    if ((parts & (CONF_FORWARDED_BY | CONF_FORWARDED_BY_PORT)) != 0)
        put_node(&f, "by", &destination, parts & CONF_FORWARDED_BY, parts & CONF_FORWARDED_BY_PORT);
    if ((parts & (CONF_FORWARDED_FOR | CONF_FORWARDED_FOR_PORT)) != 0)
        put_node(&f, "for", &s->session->address, parts & CONF_FORWARDED_FOR,
                 parts & CONF_FORWARDED_FOR_PORT);
    if (f.len > 0)
        add_field(g, "forwarded", f.text + 1, f.len - 1);
}

/* ---- all of them -------------------------------------------------------------------------------------- */

void request_drop_fields(struct stream *s)
{
    const char *name = s->backend->conf->name_header;
    struct http_msg *m = &s->req;
    if (name == NULL)
        return;
    for (int i = -1; (i = http_msg_find(m, s->in, name, strlen(name), (unsigned)(i + 1))) >= 0;)
        m->headers[i].flags |= HTTP_HEADER_DROP;
}

void request_add_fields(struct stream *s, struct gather *g)
{
    const char *name = s->backend->conf->name_header,
               *id_header = s->frontend->conf->unique_id_header;
    struct sample_text id = {0};
    if (id_header != NULL)
        id = unique_id_of(s);
    if (id.len > 0)
        add_lasting_field(g, id_header, id.data, id.len);
    add_forwarded(s, g);
    add_addresses(s, g);
    if (name != NULL)
        add_field(g, name, s->server->name, strlen(s->server->name));
}
