/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The persistence cookie in responses: the server's own is dropped, rewritten or given a prefix; ours is
 * added where the client has none that fits.
 */
#include "proxy/http/cacheable.h"
#include "proxy/http/persist.h"
#include "proxy/http/rules.h"
#include "proxy/http/server_cookie.h"
#include "proxy/http1/cookie.h"

enum { COOKIE_BYTES_MAX = 1024 };

const struct conf_server *persist_server_conf(const struct stream *s)
{
    const struct proxy *be = s->backend;
    for (size_t i = 0; i < be->conf->server_count; i++)
        if (be->servers[i] == s->last_server)
            return &be->conf->servers[i];
    return NULL;
}

bool persist_wants_response(const struct stream *s)
{
    return s->backend->conf->cookie.name != NULL;
}

/* ---- the server's cookie ------------------------------------------------------------------------------ */

/* Writes value bytes of `new` in the place of those from `from` to `to` of the field's value. */
static bool put_in(struct http_edit *e, unsigned index, const char *from, const char *to,
                   const char *put, bool with_tilde)
{
    const struct http_header *h = &e->msg->headers[index];
    const char *text = e->base + h->value_off, *end = text + h->value_len;
    size_t before = (size_t)(from - text), after = (size_t)(end - to), len = strlen(put);
    char *room = edit_replace_room(e, index, before + len + with_tilde + after);
    if (room == NULL)
        return false;
    memcpy(room, text, before);
    memcpy(room + before, put, len);
    if (with_tilde)
        room[before + len++] = '~';
    memcpy(room + before + len, to, after);
    return true;
}

/* HAProxy takes blanks around '=' out, of every cookie it looks at. */
static bool strip_blanks(struct http_edit *e, unsigned index, struct cookie *c)
{
    if (!cookie_has_value(c) || (c->name_end == c->equal && c->value == c->equal + 1))
        return true;
    size_t before = (size_t)(c->name_end - c->start), after = (size_t)(c->end - c->value);
    char *room = edit_replace_room(e, index, before + 1 + after);
    if (room == NULL)
        return false;
    memcpy(room, c->start, before);
    room[before] = '=';
    memcpy(room + before + 1, c->value, after);
    cookie_of_set(room, room + before + 1 + after, c);
    return true;
}

/* value: what the server is called, or NULL. */
static bool change_field(struct stream *s, struct http_edit *e, unsigned index, const char *value)
{
    const struct conf_cookie *conf = &s->backend->conf->cookie;
    const struct http_header *h = &e->msg->headers[index];
    const char *text = e->base + h->value_off;
    struct persistence *p = &s->persist;
    struct cookie c;
    cookie_of_set(text, text + h->value_len, &c);
    if (!strip_blanks(e, index, &c))
        return false;
    if (!cookie_has_value(&c) || !cookie_is_named(&c, conf->name) || p->is_ignored)
        return true;
    p->set_cookie = SET_COOKIE_FOUND;
    if (conf->preserve)
        return true;
    if (conf->insert || (conf->indirect && p->is_direct)) {
        edit_drop(e, index);
        p->set_cookie = SET_COOKIE_DELETED;
        return true;
    }
    if (value == NULL || !(conf->rewrite || conf->prefix))
        return true;
    p->set_cookie = SET_COOKIE_REPLACED;
    return put_in(e, index, c.value, conf->prefix ? c.value : c.value_end, value, conf->prefix);
}

/* ---- ours --------------------------------------------------------------------------------------------- */

/* The client does not have it, or not with the dates that are wanted. */
static bool is_due(const struct stream *s)
{
    const struct conf_cookie *conf = &s->backend->conf->cookie;
    const struct persistence *p = &s->persist;
    int64_t now_s = loop_wall_us(s->thread->loop) / 1000000;
    if (!conf->insert || p->is_ignored || (conf->postonly && s->req.method != HTTP_METHOD_POST) ||
        (conf->preserve && p->set_cookie == SET_COOKIE_FOUND))
        return false;
    bool is_dated = conf->maxidle_s != 0 || p->last_s != 0;
    return !p->is_direct || (is_dated && (p->last_s == 0 || p->last_s < now_s)) ||
           (conf->maxlife_s != 0) != (p->first_s != 0);
}

/* A text as it grows; too long a one is noticed at the end. */
struct text {
    char bytes[COOKIE_BYTES_MAX];
    size_t len;
};

static void put(struct text *t, const char *more)
{
    size_t len = strlen(more), room = sizeof(t->bytes) - t->len;
    memcpy(t->bytes + t->len, more, len < room ? len : room);
    t->len += len < room ? len : room;
}

static void put_date(struct text *t, int64_t date_s)
{
    char date[] = "|.....";
    cookie_write_date(date_s, date + 1);
    put(t, date);
}

static void print_cookie(const struct stream *s, const char *value, struct text *t)
{
    const struct conf_cookie *conf = &s->backend->conf->cookie;
    int64_t now_s = loop_wall_us(s->thread->loop) / 1000000, first_s = s->persist.first_s;
    put(t, conf->name);
    put(t, "=");
    if (value == NULL) { /* the client shall forget the one it has */
        put(t, "; Expires=Thu, 01-Jan-1970 00:00:01 GMT");
    } else {
        put(t, value);
        if (conf->maxidle_s != 0 || conf->maxlife_s != 0)
            put_date(t, now_s);
        if (conf->maxlife_s != 0)
            put_date(t, first_s != 0 ? first_s : now_s);
    }
    put(t, "; path=/");
    if (conf->domain != NULL) {
        put(t, "; domain=");
        put(t, conf->domain);
    }
    put(t, conf->httponly ? "; HttpOnly" : "");
    put(t, conf->secure ? "; Secure" : "");
    if (conf->attributes != NULL) {
        put(t, "; ");
        put(t, conf->attributes);
    }
}

static bool insert(struct stream *s, struct http_edit *e, const char *value)
{
    struct text t;
    t.len = 0;
    print_cookie(s, value, &t);
    s->persist.set_cookie =
        value != NULL && s->persist.is_direct ? SET_COOKIE_UPDATED : SET_COOKIE_INSERTED;
    return t.len < sizeof(t.bytes) && edit_add(e, "set-cookie", 10, t.bytes, t.len);
}

bool persist_response(struct stream *s)
{
    struct http_edit e = stream_edit(s, true);
    const struct conf_cookie *conf = &s->backend->conf->cookie;
    const struct conf_server *server = persist_server_conf(s);
    char text[DYNAMIC_COOKIE_BYTES];
    const char *value =
        server != NULL ? server_cookie(s->backend->conf, server, s->last_server, text) : NULL;
    for (unsigned i = 0; i < s->resp.header_count; i++) {
        const struct http_header *h = &s->resp.headers[i];
        if (h->id == HTTP_HDR_SET_COOKIE && (h->flags & HTTP_HEADER_DROP) == 0 &&
            !change_field(s, &e, i, value))
            return false;
    }
    if (server == NULL || !is_due(s))
        return true;
    bool is_private = conf->nocache && cacheable_response(s) != CACHEABLE_NOT;
    return insert(s, &e, value) && (!is_private || edit_add(&e, "cache-control", 13, "private", 7));
}
