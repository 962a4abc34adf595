/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields that requests get on their way, behind the client's own and in HAProxy's order: who the client is,
 * where it connected to, and the server's name.
 */
#include "proxy/http/request_fields.h"

#include "proxy/http/forwarded.h"
#include "proxy/http/unique_id.h"

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
    char forwarded[FORWARDED_MAX];
    if (id_header != NULL)
        id = unique_id_of(s);
    if (id.len > 0)
        add_lasting_field(g, id_header, id.data, id.len);
    size_t forwarded_len = forwarded_make(s, forwarded);
    if (forwarded_len > 0)
        add_field(g, "forwarded", forwarded, forwarded_len);
    add_addresses(s, g);
    if (name != NULL)
        add_field(g, name, s->server->name, strlen(s->server->name));
}
