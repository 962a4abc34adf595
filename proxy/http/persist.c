/* SPDX-License-Identifier: Apache-2.0 */
/* Persistence on a request's way to its server; see persist.h. The response's side is in set_cookie.c. */
#include "proxy/http/persist.h"

#include "proxy/http/explain.h"
#include "proxy/http/rules.h"
#include "proxy/http/server_cookie.h"
#include "proxy/http/sticking.h"
#include "proxy/http1/cookie.h"
#include "proxy/rules/expr.h"
#include "proxy/state/server_address.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    FUTURE_MAX_S = 86400, /* a date further ahead than a wrong time zone is no date */
    RDP_TEXT_BYTES = 64,  /* of an RDP cookie that may be an address */
};

/* ---- rules -------------------------------------------------------------------------------------------- */

static void run_list(struct stream *s, enum ruleset_id id)
{
    const struct ruleset *set = ruleset_of(s->backend->conf->rules, id);
    struct sample_env env;
    unsigned at = 0;
    if (set == NULL)
        return;
    rules_env(s, s->backend, false, &env);
    env.is_final = true;
    (void)ruleset_run(set, &env, &at);
    if (env.chosen_server != NULL) {
        s->persist.server = env.chosen_server;
        s->persist.is_direct = true;
    }
}

/* ---- the cookie's value ------------------------------------------------------------------------------- */

static bool is_out_of_date(const struct stream *s, int64_t date_s, unsigned max_s)
{
    int64_t age_s = loop_wall_us(s->thread->loop) / 1000000 - date_s;
    return date_s != 0 && max_s != 0 && (age_s > max_s || age_s < -FUTURE_MAX_S);
}

/* The dates decide first whether the value counts at all. */
static bool is_fresh(struct stream *s, struct cookie_mark *mark)
{
    const struct conf_cookie *conf = &s->backend->conf->cookie;
    struct persistence *p = &s->persist;
    if (mark->last_s != 0)
        p->last_s = mark->last_s;
    if (mark->first_s != 0)
        p->first_s = mark->first_s;
    if (is_out_of_date(s, p->first_s, conf->maxlife_s))
        p->cookie = COOKIE_OLD;
    else if (is_out_of_date(s, p->last_s, conf->maxidle_s))
        p->cookie = COOKIE_EXPIRED;
    else
        return true;
    p->first_s = p->last_s = 0;
    return false;
}

static bool is_called(const struct stream *s, size_t i, const char *value, size_t len)
{
    const struct conf_proxy *be = s->backend->conf;
    char text[DYNAMIC_COOKIE_BYTES];
    const char *cookie = server_cookie(be, &be->servers[i], s->backend->servers[i], text);
    return cookie != NULL && strncmp(cookie, value, len) == 0 && cookie[len] == '\0';
}

/* False when it is down, and nothing says that this does not matter. */
static bool keep_to(struct stream *s, struct server *server)
{
    struct persistence *p = &s->persist;
    if (!server_is_running(server) && !s->backend->conf->persist && !p->is_forced)
        return false;
    p->server = server;
    p->is_direct = true;
    return true;
}

/* The first server of that name that may be used: a backup may share a name with one that is down. */
static bool find_server(struct stream *s, const char *value, size_t len)
{
    const struct conf_proxy *be = s->backend->conf;
    struct persistence *p = &s->persist;
    for (size_t i = 0; i < be->server_count; i++) {
        struct server *server = s->backend->servers[i];
        if (!is_called(s, i, value, len))
            continue;
        p->cookie = server_is_running(server) ? COOKIE_VALID : COOKIE_DOWN;
        if (keep_to(s, server))
            return true;
    }
    return false;
}

static void judge(struct stream *s, const struct cookie *c, struct cookie_mark *mark)
{
    struct persistence *p = &s->persist;
    bool is_taken = p->is_ignored || p->is_direct, is_useful = true;
    if (s->backend->conf->cookie.prefix) {
        cookie_read_prefix(c->value, c->value_end, mark);
    } else {
        cookie_read_dates(c->value, c->value_end, mark);
        is_useful = is_fresh(s, mark);
    }
    size_t len = (size_t)(mark->end - c->value);
    if (is_useful && len > 0 && !is_taken && find_server(s, c->value, len))
        return;
    if (p->cookie == COOKIE_NONE || p->cookie == COOKIE_INVALID)
        p->cookie = is_taken ? COOKIE_UNUSED : COOKIE_INVALID;
}

/* ---- Cookie fields ------------------------------------------------------------------------------------ */

static void filter_cookie(struct stream *s, struct cookie_writer *w, const struct cookie *c)
{
    const struct conf_cookie *conf = &s->backend->conf->cookie;
    struct cookie_mark mark;
    if (c->name < c->name_end && *c->name == '$') {
        cookie_follow(w, c);
    } else if (!cookie_has_value(c) || !cookie_is_named(c, conf->name)) {
        cookie_keep(w, c, 0);
    } else {
        judge(s, c, &mark);
        if (conf->insert && conf->indirect)
            cookie_remove(w);
        else
            cookie_keep(w, c,
                        conf->prefix && mark.end < c->value_end ? (size_t)(mark.end - c->value) + 1
                                                                : 0);
    }
}

/* The field is written anew only if something of it goes. */
static void filter_field(struct stream *s, unsigned index)
{
    struct http_edit e = stream_edit(s, false);
    struct http_header *h = &s->req.headers[index], before = *h;
    uint32_t top = s->in_top, flags = s->req.flags;
    const char *text = s->in + h->value_off, *end = text + h->value_len;
    struct cookie_writer w = {.out = edit_replace_room(&e, index, h->value_len)};
    struct cookie c = {0};
    while (cookie_next(&c, text, end))
        filter_cookie(s, &w, &c);
    if (w.out == NULL)
        return; /* no room: the server sees it as it was */
    if (w.len == before.value_len || !cookie_finish(&w)) {
        *h = before;
        s->in_top = top;
        s->req.flags = flags;
    } else {
        h->value_len = (uint32_t)w.len;
        memcpy(w.out + w.len, "\r\n", 2);
    }
    if (w.len != before.value_len && !cookie_finish(&w))
        edit_drop(&e, index);
}

static void read_cookies(struct stream *s)
{
    for (unsigned i = 0; i < s->req.header_count; i++) {
        const struct http_header *h = &s->req.headers[i];
        if (h->id == HTTP_HDR_COOKIE && (h->flags & HTTP_HEADER_DROP) == 0)
            filter_field(s, i);
    }
}

/* ---- RDP ---------------------------------------------------------------------------------------------- */

/* "3232235777.15629.0000": address and port as they stand in memory, read as numbers of Intel's order. */
static bool read_rdp_address(const char *text, in_addr_t *address_out, in_port_t *port_out)
{
    char *end;
    unsigned long address = strtoul(text, &end, 10);
    if (*end != '.' || address > UINT32_MAX)
        return false;
    *address_out = htole32((uint32_t)address);
    *port_out = htole16((uint16_t)strtoul(end + 1, &end, 10));
    return *end == '.';
}

static bool is_at(const struct server *server, in_addr_t address, in_port_t port)
{
    struct sockaddr_storage sa;
    (void)server_read_address(server, &sa);
    const struct sockaddr_in *in = (const struct sockaddr_in *)&sa;
    return sa.ss_family == AF_INET && in->sin_addr.s_addr == address && in->sin_port == port;
}

/* What has come of the connection by now either holds the cookie or never will, for us. */
static void read_rdp_cookie(struct stream *s)
{
    const struct proxy *be = s->backend;
    struct sample_env env;
    struct sample sample = {0};
    char text[RDP_TEXT_BYTES];
    in_addr_t address;
    in_port_t port;
    rules_env(s, be, false, &env);
    env.is_final = true;
    if (s->persist.is_direct || !expr_run(be->conf->rules->rdp_cookie, &env, &sample) ||
        sample.text.len >= sizeof(text))
        return;
    memcpy(text, sample.text.data, sample.text.len);
    text[sample.text.len] = '\0';
    if (!read_rdp_address(text, &address, &port))
        return;
    struct server *found = NULL;
    for (size_t i = 0; found == NULL && i < be->conf->server_count; i++) {
        if (is_at(be->servers[i], address, port) && keep_to(s, be->servers[i]))
            found = be->servers[i];
    }
    if (s->trace != NULL)
        explain_wish(s, "RDP cookie", found);
}

COLD static void explain_cookie(struct stream *s)
{
    static const char *const worth[] = {
        [COOKIE_NONE] = "the request has none",
        [COOKIE_INVALID] = "no server is called so",
        [COOKIE_DOWN] = "its server is down",
        [COOKIE_VALID] = "valid",
        [COOKIE_EXPIRED] = "idle for too long",
        [COOKIE_OLD] = "too old",
        [COOKIE_UNUSED] = "the server was chosen before",
    };
    const struct persistence *p = &s->persist;
    char text[160];
    snprintf(text, sizeof(text), "cookie %s: %s", s->backend->conf->cookie.name, worth[p->cookie]);
    explain_wish(s, text, p->cookie == COOKIE_VALID ? p->server : NULL);
}

void persist_request(struct stream *s)
{
    const struct conf_proxy *be = s->backend->conf;
    if (be->rules != NULL) {
        run_list(s, RULES_PERSIST);
        run_list(s, RULES_SERVER);
    }
    if (be->cookie.name != NULL && be->mode == CONF_MODE_HTTP)
        read_cookies(s);
    if (s->trace != NULL && be->cookie.name != NULL)
        explain_cookie(s);
    if (be->rules != NULL && be->rules->rdp_cookie != NULL)
        read_rdp_cookie(s);
    sticking_request(s);
}

void persist_chosen(struct stream *s)
{
    struct persistence *p = &s->persist;
    if (p->server == NULL || p->server == s->server)
        return;
    p->is_direct = false;
    p->server = NULL;
    if (p->cookie == COOKIE_VALID)
        p->cookie = COOKIE_DOWN;
}

void persist_letters(const struct stream *s, char letters_out[2])
{
    const struct conf_cookie *conf = s->backend != NULL ? &s->backend->conf->cookie : NULL;
    bool has_cookie =
        conf != NULL && (conf->insert || conf->rewrite || conf->prefix || conf->indirect);
    letters_out[0] = has_cookie ? "NIDVEOU"[s->persist.cookie] : '-';
    letters_out[1] = has_cookie ? "NPDIRU"[s->persist.set_cookie] : '-';
}
