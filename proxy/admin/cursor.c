/* SPDX-License-Identifier: Apache-2.0 */
/* The cursor: walks over the rows of a snapshot and hands out the pieces that a format makes of
 * them. */
#include "proxy/admin/cursor.h"

#include "proxy/net/loop.h"
#include "proxy/state/bind_state.h"
#include "proxy/state/proxy_state.h"
#include "proxy/state/server.h"

#include <stdlib.h>
#include <string.h>

static const struct stats_format *const formats[] = {
    [STATS_HTML] = &stats_html,   [STATS_CSV] = &stats_csv,
    [STATS_JSON] = &stats_json,   [STATS_PROMETHEUS] = &stats_prometheus,
    [STATS_TYPED] = &stats_typed,
};

const char *stats_content_type(enum stats_format_id format)
{
    return formats[format]->content_type;
}

struct stats_cursor *stats_cursor_new(const struct snapshot *snapshot,
                                      const struct conf_stats *conf,
                                      const struct stats_query *query, const struct loop *loop)
{
    struct stats_cursor *cursor = malloc(sizeof(*cursor));
    if (cursor == NULL)
        return NULL;
    memset(cursor, 0, offsetof(struct stats_cursor, piece));
    cursor->snapshot = snapshot;
    cursor->conf = conf;
    cursor->format = formats[query->format];
    cursor->query = *query;
    cursor->now_us = loop->now_us;
    cursor->wall_us = loop_wall_us(loop);
    return cursor;
}

void stats_cursor_free(struct stats_cursor *cursor)
{
    certificate_walk_end(&cursor->certificates);
    free(cursor);
}

/* Fills the piece at hand; false at the end of the document. */
static bool next_piece(struct stats_cursor *c)
{
    c->len = c->sent = 0;
    while (c->len == 0) {
        struct text text;
        text_init(&text, c->piece, sizeof(c->piece));
        if (!c->format->piece(c, &text))
            return false;
        if (!text.full) /* a row with absurd names is left out as a whole */
            c->len = text_len(&text);
    }
    return true;
}

size_t stats_cursor_next(struct stats_cursor *c, char *buf, size_t cap)
{
    size_t written = 0;
    while (written < cap) {
        if (c->sent == c->len && !next_piece(c))
            break;
        size_t part = c->len - c->sent < cap - written ? c->len - c->sent : cap - written;
        memcpy(buf + written, c->piece + c->sent, part);
        c->sent += part;
        written += part;
    }
    return written;
}

static bool is_in_scope(const struct stats_cursor *c, const struct proxy *proxy)
{
    if (c->query.is_bound && c->query.proxy_id != -1 &&
        (unsigned)c->query.proxy_id != proxy->conf->id)
        return false;
    return c->query.scope[0] == '\0' || strcasestr(proxy->conf->name, c->query.scope) != NULL;
}

static bool is_hidden(const struct stats_cursor *c, const struct server *server)
{
    enum stats_state state = stats_server_state(server);
    return (c->query.hide_down && (state == STATE_DOWN || state == STATE_MAINT)) ||
           (c->query.hide_maint && state == STATE_MAINT);
}

/* Of rows of a proxy that is in scope. */
static bool is_asked_for(const struct stats_query *query, const struct stats_subject *subject)
{
    if (!query->is_bound)
        return true;
    if ((query->kinds & 1 << subject->kind) == 0)
        return false;
    return stats_row_id(subject) == 0 || query->server_id == -1 ||
           (unsigned)query->server_id == stats_row_id(subject);
}

/* How many items a step of that proxy has. */
static size_t items_of(enum stats_step step, const struct proxy *proxy)
{
    if (step == STEP_SERVER)
        return proxy->conf->server_count;
    if (step == STEP_LISTENER)
        return proxy->conf->socket_stats ? proxy->conf->bind_count : 0;
    return 1;
}

static void walk_advance(struct stats_walk *walk, const struct proxy *proxy)
{
    if (++walk->item < items_of(walk->step, proxy))
        return;
    walk->item = 0;
    do
        walk->step++;
    while (walk->step < STEPS && items_of(walk->step, proxy) == 0);
    if (walk->step == STEPS) {
        walk->step = STEP_BEGIN;
        walk->proxy++;
    }
}

/* Whether the step of this proxy is a row; fills in the subject. */
static bool is_row(const struct stats_cursor *c, const struct stats_walk *at,
                   const struct proxy *proxy, struct stats_subject *out)
{
    *out = (struct stats_subject){.query = &c->query, .proxy = proxy, .now_us = c->now_us};
    switch (at->step) {
    case STEP_FRONTEND:
        out->kind = STATS_FRONTEND;
        out->counters = proxy->state->frontend.counters;
        return (proxy->conf->caps & CONF_FRONTEND) != 0 && is_asked_for(&c->query, out);
    case STEP_BACKEND:
        out->kind = STATS_BACKEND;
        out->counters = proxy->state->backend.counters;
        return (proxy->conf->caps & CONF_BACKEND) != 0 && is_asked_for(&c->query, out);
    case STEP_LISTENER:
        out->kind = STATS_LISTENER;
        out->bind = &proxy->binds[at->item];
        out->counters = out->bind->state->counters;
        return is_asked_for(&c->query, out);
    case STEP_SERVER:
        out->kind = STATS_SERVER;
        out->server = proxy->servers[at->item];
        out->server_conf = &proxy->conf->servers[at->item];
        out->counters = out->server->counters;
        return !is_hidden(c, out->server) && is_asked_for(&c->query, out);
    default:
        return true;
    }
}

bool stats_walk_next(struct stats_cursor *c, enum stats_step *step_out,
                     struct stats_subject *subject_out)
{
    while (c->walk.proxy < c->snapshot->config->proxy_count) {
        const struct proxy *proxy = &c->snapshot->proxies[c->walk.proxy];
        struct stats_walk at = c->walk;
        if (!is_in_scope(c, proxy)) {
            c->walk.proxy++;
            continue;
        }
        walk_advance(&c->walk, proxy);
        *step_out = at.step;
        if (is_row(c, &at, proxy, subject_out))
            return true;
    }
    return false;
}

bool stats_walk_row(struct stats_cursor *c, struct stats_subject *subject_out)
{
    enum stats_step step;
    do
        if (!stats_walk_next(c, &step, subject_out))
            return false;
    while (step == STEP_BEGIN || step == STEP_END);
    return true;
}
