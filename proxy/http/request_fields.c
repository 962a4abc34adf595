/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields that requests get on their way, behind the client's own and in HAProxy's order: who the client is,
 * where it connected to, and the server's name.
 */
#include "proxy/http/request_fields.h"

#include "proxy/http/forwarded.h"
#include "proxy/http/unique_id.h"
#include "proxy/http1/head.h"

static void add_name(const struct stream *s, struct gather *g, const char *name)
{
    size_t len = strlen(name);
    gather_add(g, head_name_as(stream_server_cases(s), name, len), len);
}

static void add_field(const struct stream *s, struct gather *g, const char *name, const char *value,
                      size_t value_len)
{
    add_name(s, g, name);
    gather_literal(g, ": ");
    gather_text(g, value, value_len);
    gather_literal(g, "\r\n");
}

/* The value outlives the write. */
static void add_lasting_field(const struct stream *s, struct gather *g, const char *name,
                              const char *value, size_t value_len)
{
    add_name(s, g, name);
    gather_literal(g, ": ");
    gather_add(g, value, value_len);
    gather_literal(g, "\r\n");
}

/* ---- option forwardfor, option originalto ------------------------------------------------------------- */

static bool is_excepted(const struct conf_forwardfor *conf, const struct addr *address)
{
    const struct sockaddr *except = (const struct sockaddr *)&conf->except;
    return conf->enabled && except->sa_family != AF_UNSPEC &&
           addr_is_within(address, except, conf->except_bits);
}

/* if-none counts where whoever asks for the field says so. */
static bool is_only_if_none(const struct conf_forwardfor *back, const struct conf_forwardfor *front)
{
    return (!back->enabled || back->if_none) && (!front->enabled || front->if_none);
}

/* As HAProxy has it: one field, however many ask for it, by the backend's name for it first; not for a
 * network that either excepts. */
static void add_address(struct stream *s, struct gather *g, const struct conf_forwardfor *back,
                        const struct conf_forwardfor *front, const struct addr *address)
{
    char text[ADDR_TEXT_BYTES];
    const char *header = back->enabled ? back->header : front->header;
    if (address->family != AF_INET && address->family != AF_INET6)
        return;
    if (is_excepted(back, address) || is_excepted(front, address))
        return;
    if (is_only_if_none(back, front) &&
        http_msg_find(&s->req, s->in, header, strlen(header), 0) >= 0)
        return;
    add_field(s, g, header, text, addr_format(address, text));
}

static void add_addresses(struct stream *s, struct gather *g)
{
    const struct conf_proxy *be = s->backend->conf, *fe = s->frontend->conf;
    struct addr destination;
    if (be->forwardfor.enabled || fe->forwardfor.enabled)
        add_address(s, g, &be->forwardfor, &fe->forwardfor, &s->session->address);
    if (!be->originalto.enabled && !fe->originalto.enabled)
        return;
    session_destination(s->session, &destination);
    add_address(s, g, &be->originalto, &fe->originalto, &destination);
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
    const char *id_header = s->frontend->conf->unique_id_header;
    struct sample_text id = {0};
    char forwarded[FORWARDED_MAX];
    if (id_header != NULL)
        id = unique_id_of(s);
    if (id.len > 0)
        add_lasting_field(s, g, id_header, id.data, id.len);
    size_t forwarded_len = forwarded_make(s, forwarded);
    if (forwarded_len > 0)
        add_field(s, g, "forwarded", forwarded, forwarded_len);
    add_addresses(s, g);
}

void request_add_name(struct stream *s, struct gather *g)
{
    const char *name = s->backend->conf->name_header;
    if (name != NULL)
        add_field(s, g, name, s->server->name, strlen(s->server->name));
}
