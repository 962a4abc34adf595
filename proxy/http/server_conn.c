/* SPDX-License-Identifier: Apache-2.0 */
/* Server connections and their idle pools; see server_conn.h. */
#include "proxy/http/server_conn.h"

#include "proxy/http/server_way.h"
#include "proxy/http/session.h"
#include "proxy/http/stage.h"
#include "proxy/http/stream.h"
#include "proxy/state/server_address.h"

#include <stdlib.h>
#include <string.h>

enum {
    SEARCH_MAX = 64, /* idle connections that are looked at, the latest first */
    KEPT_MAX = 5,    /* of a session; as HAProxy's max-session-srv-conns */
};

struct server_identity {
    size_t len;
    char bytes[];
};

static struct server_idle *server_conn_pool(const struct server_conn *sconn)
{
    return &sconn->server->threads[sconn->thread->loop->index];
}

static void gauge_add(_Atomic unsigned *gauge, int n)
{
    unsigned value = atomic_load_explicit(gauge, memory_order_relaxed);
    atomic_store_explicit(gauge, value + (unsigned)n, memory_order_relaxed);
}

static void on_server_conn_ready(struct conn *conn)
{
    struct server_conn *sconn = LIST_ITEM(conn, struct server_conn, conn);
    if (sconn->stream != NULL)
        stream_handle(sconn->stream, STREAM_SERVER_READY);
    else if (conn->readable) /* closed by the server, or bytes that nobody asked for */
        server_conn_close(sconn);
}

static void server_conn_set_use(struct server_conn *sconn, bool in_use)
{
    struct server_idle *pool = server_conn_pool(sconn);
    if (sconn->in_use != in_use)
        gauge_add(&pool->used_gauge, in_use ? 1 : -1);
    sconn->in_use = in_use;
    unsigned used = atomic_load_explicit(&pool->used_gauge, memory_order_relaxed);
    if (used > pool->used_most)
        pool->used_most = used;
}

/* Nobody is there to be greeted. */
static int connect_on_stage(struct server_conn *sconn, struct http_stage *stage)
{
    int fd = stage->reach(stage, sconn->server);
    if (fd < 0)
        return fd;
    sconn->greeting = GREETING_DONE;
    sconn->secured = true;
    return conn_open(&sconn->conn, sconn->thread->loop, fd, on_server_conn_ready);
}

/* Fills in the room that `options` borrows. */
static int find_way(const struct server_conn *sconn, struct addr *source,
                    struct sockaddr_storage *to, socklen_t *to_len, struct conn_options *options)
{
    struct addr own;
    if (!server_way_source(sconn->stream, sconn->server, source))
        return UV_EDESTADDRREQ;
    if (source->family != AF_UNSPEC) {
        options->is_foreign = true;
        options->source = &source->sa;
        options->source_len = addr_len(source);
        options->source_ports = 0;
    }
    *to_len = server_read_address(sconn->server, to);
    if (!server_way_destination(sconn->stream, sconn->server, &own))
        return UV_EADDRNOTAVAIL;
    if (own.family != AF_UNSPEC) {
        *to_len = addr_len(&own);
        memcpy(to, &own, *to_len);
    }
    return to->ss_family != AF_UNSPEC ? 0 : UV_EADDRNOTAVAIL;
}

static int start_connecting(struct server_conn *sconn)
{
    if (sconn->thread->stage != NULL)
        return connect_on_stage(sconn, sconn->thread->stage);
    const struct server *server = sconn->server;
    const struct server_link *link = &server->link;
    const struct conf_proxy *be = sconn->stream->backend->conf;
    const struct conf_keepalive *times = &be->server_keepalive;
    struct conn_options options = {
        .keepalive = {be->tcpka || be->srvtcpka, times->idle_s, times->interval_s, times->count},
        .smart = be->smart_connect,
        .fast_open = link->fast_open,
        .reset_at_end = be->nolinger,
        .marks = sconn->stream->rules.server_marks,
    };
    struct addr source;
    struct sockaddr_storage to;
    socklen_t to_len;
    server_link_options(link, &options);
    bool by_proxy = link->socks4.ss_family != AF_UNSPEC;
    sconn->move = atomic_load(&server->moves); /* before the address, which may be newer then */
    int rc = find_way(sconn, &source, &to, &to_len, &options);
    if (rc != 0)
        return rc;
    return conn_connect(&sconn->conn, sconn->thread->loop,
                        (const struct sockaddr *)(by_proxy ? &link->socks4 : &to),
                        by_proxy ? link->socks4_len : to_len, &options, on_server_conn_ready);
}

/* For whom it is good; tunnels are used once. False when memory runs out. */
static bool note_identity(struct server_conn *sconn)
{
    char bytes[SERVER_IDENTITY_BYTES];
    struct stream *s = sconn->stream;
    if (s->mode != &stream_http || !server_way_is_personal(s, sconn->server))
        return true;
    size_t len = server_way_identity(s, sconn->server, bytes);
    struct server_identity *identity = malloc(sizeof(*identity) + len);
    if (identity == NULL)
        return false;
    identity->len = len;
    memcpy(identity->bytes, bytes, len);
    sconn->identity = identity;
    return true;
}

struct server_conn *server_conn_open(struct stream *stream, struct server *server, int *error_out)
{
    struct http_thread *thread = stream->thread;
    struct server_conn *sconn = pool_take(&thread->server_conn_pool);
    if (sconn == NULL) {
        *error_out = UV_ENOMEM;
        return NULL;
    }
    *sconn = (struct server_conn){.server = server, .thread = thread, .stream = stream};
    list_init(&sconn->node);
    *error_out = note_identity(sconn) ? start_connecting(sconn) : UV_ENOMEM;
    if (*error_out != 0) {
        free(sconn->identity);
        pool_give(&thread->server_conn_pool, sconn);
        return NULL;
    }
    server_conn_set_use(sconn, true);
    return sconn;
}

/* ---- idle ----------------------------------------------------------------------------------------- */

static void server_conn_leave_idle(struct server_conn *sconn)
{
    struct server_idle *pool = server_conn_pool(sconn);
    list_remove(&sconn->node);
    if (sconn->keeper == NULL) {
        pool->count--;
        gauge_add(&pool->idle_gauge, -1);
    }
    sconn->keeper = NULL;
}

/* The first request of a session goes over a connection that others used only if the policy trusts it:
 * a server may close it at that moment, and the client could not know that a retry is needed. */
static bool may_share(const struct session *session, enum conf_reuse reuse,
                      const struct server_conn *sconn)
{
    if (reuse == CONF_REUSE_ALWAYS || session->requests > 1)
        return true;
    return reuse == CONF_REUSE_AGGRESSIVE && sconn->streams > 1;
}

/* It leads to where the server is now. */
static bool is_current(const struct server_conn *sconn)
{
    return sconn->move == atomic_load_explicit(&sconn->server->moves, memory_order_relaxed);
}

static bool suits(const struct server_conn *sconn, const char *identity, size_t len)
{
    const struct server_identity *own = sconn->identity;
    return own == NULL ? len == 0 : own->len == len && memcmp(own->bytes, identity, len) == 0;
}

struct server_conn *server_conn_take(struct stream *stream, struct server *server,
                                     enum conf_reuse reuse)
{
    struct session *session = stream->session;
    char identity[SERVER_IDENTITY_BYTES];
    struct list *from = reuse == CONF_REUSE_NEVER
                            ? &session->kept
                            : &server->threads[stream->thread->loop->index].idle;
    if (list_is_empty(from))
        return NULL;
    size_t len = server_way_identity(stream, server, identity);
    struct list *node = from->next;
    for (unsigned n = 0; n < SEARCH_MAX && node != from; n++, node = node->next) {
        struct server_conn *sconn = LIST_ITEM(node, struct server_conn, node);
        if (sconn->server != server || !is_current(sconn) || !suits(sconn, identity, len) ||
            (reuse != CONF_REUSE_NEVER && !may_share(session, reuse, sconn)))
            continue;
        server_conn_leave_idle(sconn);
        server_conn_set_use(sconn, true);
        return sconn;
    }
    return NULL;
}

/*
 * pool-max-conn is for all threads; each keeps its share, so that no shared counter is written. Of those that suit
 * only some streams no more are kept than were in use at once, as a client that does not come back wants none.
 */
static bool has_idle_room(const struct server_conn *sconn, const struct server_idle *pool)
{
    const struct server *server = sconn->server;
    unsigned most = atomic_load_explicit(&server->pool_max_conn, memory_order_relaxed);
    if (pool->count >= most / server->thread_count + (most % server->thread_count != 0))
        return false;
    unsigned used = atomic_load_explicit(&pool->used_gauge, memory_order_relaxed);
    unsigned low = atomic_load_explicit(&server->pool_low_conn, memory_order_relaxed);
    unsigned need = used > pool->used_most ? used : pool->used_most;
    return sconn->identity == NULL || used + pool->count <= need + low;
}

/* Beside those it has already, of which the oldest goes when they get too many. */
static void server_conn_keep(struct server_conn *sconn, struct session *session)
{
    unsigned count = 0;
    for (struct list *node = session->kept.next; node != &session->kept; node = node->next)
        count++;
    if (count >= KEPT_MAX)
        server_conn_close(LIST_ITEM(session->kept.prev, struct server_conn, node));
    list_push_front(&session->kept, &sconn->node);
    sconn->keeper = session;
}

void server_conn_leave_session(struct session *session, bool all)
{
    struct list *node = session->kept.next, *next;
    for (; node != &session->kept; node = next) {
        struct server_conn *sconn = LIST_ITEM(node, struct server_conn, node);
        next = node->next;
        if (all || atomic_load_explicit(&sconn->server->retired, memory_order_relaxed))
            server_conn_close(sconn);
    }
}

/* Whether the server has said what it was asked and not a byte more. A read that got all it wanted
 * leaves that open: then one more tells, as the next response must not begin with these bytes. */
static bool is_silent(struct conn *conn)
{
    char surplus;
    return !conn_can_read(conn) || conn_recv(conn, &surplus, 1) == UV_EAGAIN;
}

/* max-reuse */
static bool is_worn(const struct server_conn *sconn)
{
    unsigned most = atomic_load_explicit(&sconn->server->max_uses, memory_order_relaxed);
    return most != 0 && sconn->streams >= most;
}

void server_conn_give(struct server_conn *sconn, struct session *session, enum conf_reuse reuse)
{
    struct server *server = sconn->server;
    struct server_idle *pool = server_conn_pool(sconn);
    bool welcome = !atomic_load_explicit(&server->retired, memory_order_relaxed) &&
                   !atomic_load_explicit(&server->strict_maxconn, memory_order_relaxed) &&
                   server_is_usable(server) && is_current(sconn) && !is_worn(sconn) &&
                   is_silent(&sconn->conn);
    bool shared = reuse != CONF_REUSE_NEVER;
    bool has_room = has_idle_room(sconn, pool);
    sconn->stream = NULL;
    server_conn_set_use(sconn, false);
    if (welcome && !shared && session != NULL) {
        server_conn_keep(sconn, session);
    } else if (welcome && shared && has_room) {
        sconn->idle_since_ms = sconn->thread->loop->now_ms;
        list_push_front(&pool->idle, &sconn->node);
        pool->count++;
        gauge_add(&pool->idle_gauge, 1);
    } else {
        server_conn_close(sconn);
    }
}

static void free_server_conn(struct loop_garbage *garbage)
{
    struct server_conn *sconn = LIST_ITEM(garbage, struct server_conn, garbage);
    free(sconn->identity);
    pool_give(&sconn->thread->server_conn_pool, sconn);
}

void server_conn_close(struct server_conn *sconn)
{
    if (!conn_is_open(&sconn->conn))
        return;
    if (!list_is_empty(&sconn->node))
        server_conn_leave_idle(sconn);
    server_conn_set_use(sconn, false);
    conn_close(&sconn->conn);
    loop_free_later(sconn->thread->loop, &sconn->garbage, free_server_conn);
}

void server_conn_purge(struct http_thread *thread, struct server *server, bool all)
{
    struct server_idle *pool = &server->threads[thread->loop->index];
    uint64_t now = thread->loop->now_ms;
    unsigned used = atomic_load_explicit(&pool->used_gauge, memory_order_relaxed);
    pool->used_most = (pool->used_most + used) / 2;
    uint64_t purge_ms = atomic_load_explicit(&server->pool_purge_ms, memory_order_relaxed);
    while (!list_is_empty(&pool->idle)) {
        struct server_conn *oldest = LIST_ITEM(pool->idle.prev, struct server_conn, node);
        if (!all && now - oldest->idle_since_ms < purge_ms)
            return;
        server_conn_close(oldest);
    }
}
