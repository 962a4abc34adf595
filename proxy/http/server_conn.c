/* SPDX-License-Identifier: Apache-2.0 */
/* Server connections and their idle pools; see server_conn.h. */
#include "proxy/http/server_conn.h"

#include "proxy/http/session.h"
#include "proxy/http/stage.h"
#include "proxy/http/stream.h"

#include <string.h>

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
    if (sconn->in_use != in_use)
        gauge_add(&server_conn_pool(sconn)->used_gauge, in_use ? 1 : -1);
    sconn->in_use = in_use;
}

/* The client's own address, towards servers that are to believe that it comes to them directly. */
static void borrow_address(const struct stream *stream, const struct server_link *link,
                           struct sockaddr_storage *source_out, struct conn_options *options)
{
    const struct addr *client = &stream->session->address;
    if (link->usesrc < CONF_USESRC_CLIENT || client->family == AF_UNIX)
        return;
    memcpy(source_out, client, sizeof(*client));
    if (link->usesrc == CONF_USESRC_CLIENTIP && client->family == AF_INET)
        ((struct sockaddr_in *)source_out)->sin_port = 0;
    else if (link->usesrc == CONF_USESRC_CLIENTIP)
        ((struct sockaddr_in6 *)source_out)->sin6_port = 0;
    options->is_foreign = true;
    options->source = (struct sockaddr *)source_out;
    options->source_len = client->family == AF_INET ? sizeof(client->in) : sizeof(client->in6);
}

static void set_port(struct addr *addr, unsigned port)
{
    if (addr->family == AF_INET)
        addr->in.sin_port = htons((uint16_t)port);
    else
        addr->in6.sin6_port = htons((uint16_t)port);
}

/* Where to: what the server's address leaves open is taken from where the client connected to, and the result
 * stands in `own`. NULL where that was no address of IP. */
static const struct sockaddr *destination(const struct server_conn *sconn, struct addr *own,
                                          socklen_t *len_out)
{
    const struct server *server = sconn->server;
    const struct server_link *link = &server->link;
    const struct sockaddr *fixed = (const struct sockaddr *)&server->addr;
    struct addr wanted;
    *len_out = server->addr_len;
    if (!link->addr_of_client && !link->port_of_client)
        return fixed;
    session_destination(sconn->stream->session, &wanted);
    if (wanted.family != AF_INET && wanted.family != AF_INET6)
        return NULL;
    addr_set(own, fixed);
    unsigned port = addr_port(own);
    if (link->port_of_client)
        port = addr_port(&wanted) + (unsigned)link->port_offset;
    if (link->addr_of_client)
        *own = wanted;
    set_port(own, port);
    *len_out = own->family == AF_INET ? sizeof(own->in) : sizeof(own->in6);
    return &own->sa;
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

static int start_connecting(struct server_conn *sconn)
{
    if (sconn->thread->stage != NULL)
        return connect_on_stage(sconn, sconn->thread->stage);
    const struct server *server = sconn->server;
    const struct server_link *link = &server->link;
    const struct conf_proxy *be = sconn->stream->backend->conf;
    const struct conf_keepalive *times = &be->server_keepalive;
    struct sockaddr_storage source;
    struct conn_options options = {
        .keepalive = {be->tcpka || be->srvtcpka, times->idle_s, times->interval_s, times->count},
        .smart = be->smart_connect,
        .fast_open = link->fast_open,
        .reset_at_end = be->nolinger,
    };
    server_link_options(link, &options);
    borrow_address(sconn->stream, link, &source, &options);
    bool by_proxy = link->socks4.ss_family != AF_UNSPEC;
    struct addr own;
    socklen_t len;
    const struct sockaddr *to = destination(sconn, &own, &len);
    if (to == NULL)
        return UV_EADDRNOTAVAIL;
    return conn_connect(&sconn->conn, sconn->thread->loop,
                        by_proxy ? (const struct sockaddr *)&link->socks4 : to,
                        by_proxy ? link->socks4_len : len, &options, on_server_conn_ready);
}

struct server_conn *server_conn_open(struct http_thread *thread, struct server *server,
                                     struct stream *stream, int *error_out)
{
    struct server_conn *sconn = pool_take(&thread->server_conn_pool);
    if (sconn == NULL) {
        *error_out = UV_ENOMEM;
        return NULL;
    }
    *sconn = (struct server_conn){.server = server, .thread = thread, .stream = stream};
    list_init(&sconn->node);
    *error_out = start_connecting(sconn);
    if (*error_out != 0) {
        pool_give(&thread->server_conn_pool, sconn);
        return NULL;
    }
    server_conn_set_use(sconn, true);
    return sconn;
}

static void server_conn_leave_idle(struct server_conn *sconn)
{
    struct server_idle *pool = server_conn_pool(sconn);
    list_remove(&sconn->node);
    pool->count--;
    gauge_add(&pool->idle_gauge, -1);
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

static struct server_conn *take_kept(struct session *session, struct server *server)
{
    struct server_conn *kept = session->kept;
    if (kept == NULL || kept->server != server)
        return NULL;
    session->kept = NULL;
    kept->keeper = NULL;
    server_conn_set_use(kept, true);
    return kept;
}

/* A connection that told of its client at its beginning, or went where that one wanted, is of no use to
 * another. */
static bool is_personal(const struct server *server)
{
    const struct server_link *link = &server->link;
    return link->send_proxy != 0 || link->usesrc >= CONF_USESRC_CLIENT || link->addr_of_client ||
           link->port_of_client;
}

struct server_conn *server_conn_take(struct http_thread *thread, struct server *server,
                                     struct session *session, enum conf_reuse reuse)
{
    if (reuse == CONF_REUSE_NEVER || is_personal(server))
        return take_kept(session, server);
    struct server_idle *pool = &server->threads[thread->loop->index];
    if (list_is_empty(&pool->idle))
        return NULL;
    struct server_conn *sconn = LIST_ITEM(pool->idle.next, struct server_conn, node);
    if (!may_share(session, reuse, sconn))
        return NULL;
    server_conn_leave_idle(sconn);
    server_conn_set_use(sconn, true);
    return sconn;
}

/* pool-max-conn is for all threads; each keeps its share, so that no shared counter is written. */
static bool has_idle_room(const struct server *server, const struct server_idle *pool)
{
    unsigned most = atomic_load_explicit(&server->pool_max_conn, memory_order_relaxed);
    return pool->count < most / server->thread_count + (most % server->thread_count != 0);
}

static void server_conn_keep(struct server_conn *sconn, struct session *session)
{
    if (session->kept != NULL)
        server_conn_close(session->kept);
    session->kept = sconn;
    sconn->keeper = session;
}

/* Whether the server has said what it was asked and not a byte more. A read that got all it wanted
 * leaves that open: then one more tells, as the next response must not begin with these bytes. */
static bool is_silent(struct conn *conn)
{
    char surplus;
    return !conn_can_read(conn) || conn_recv(conn, &surplus, 1) == UV_EAGAIN;
}

void server_conn_give(struct server_conn *sconn, struct session *session, enum conf_reuse reuse)
{
    struct server *server = sconn->server;
    struct server_idle *pool = server_conn_pool(sconn);
    bool welcome = !atomic_load_explicit(&server->retired, memory_order_relaxed) &&
                   server_is_usable(server) && is_silent(&sconn->conn);
    sconn->stream = NULL;
    server_conn_set_use(sconn, false);
    bool shared = reuse != CONF_REUSE_NEVER && !is_personal(server);
    if (welcome && !shared && session != NULL) {
        server_conn_keep(sconn, session);
    } else if (welcome && shared && has_idle_room(server, pool)) {
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
    pool_give(&sconn->thread->server_conn_pool, sconn);
}

void server_conn_close(struct server_conn *sconn)
{
    if (!conn_is_open(&sconn->conn))
        return;
    if (!list_is_empty(&sconn->node))
        server_conn_leave_idle(sconn);
    if (sconn->keeper != NULL)
        sconn->keeper->kept = NULL;
    server_conn_set_use(sconn, false);
    conn_close(&sconn->conn);
    loop_free_later(sconn->thread->loop, &sconn->garbage, free_server_conn);
}

void server_conn_purge(struct http_thread *thread, struct server *server, bool all)
{
    struct server_idle *pool = &server->threads[thread->loop->index];
    uint64_t now = thread->loop->now_ms;
    uint64_t purge_ms = atomic_load_explicit(&server->pool_purge_ms, memory_order_relaxed);
    while (!list_is_empty(&pool->idle)) {
        struct server_conn *oldest = LIST_ITEM(pool->idle.prev, struct server_conn, node);
        if (!all && now - oldest->idle_since_ms < purge_ms)
            return;
        server_conn_close(oldest);
    }
}
