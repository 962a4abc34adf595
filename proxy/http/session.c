/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Client connections; session.h draws their states. What happens to a request is the stream's business:
 * the session brings it bytes and time-outs while there is one.
 */
#include "proxy/http/session_priv.h"
#include "proxy/rules/ruleset.h"

#include "proxy/http/handover.h"
#include "proxy/http/stream.h"
#include "proxy/http/stream_log.h"
#include "proxy/state/bind_state.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINGER_MS 2000

_Atomic unsigned http_sessions_total;

static void on_client_ready(struct conn *conn)
{
    session_handle(LIST_ITEM(conn, struct session, client), SESSION_READY);
}

static void on_deadline(struct wheel_timer *timer)
{
    session_handle(LIST_ITEM(timer, struct session, deadline), SESSION_TIMED_OUT);
}

static void on_again(struct loop_task *task)
{
    session_handle(LIST_ITEM(task, struct session, again), SESSION_AGAIN);
}

/* ---- life ------------------------------------------------------------------------------------------ */

static const struct conf_timeouts *timeouts_of(const struct session *session)
{
    return &session_frontend(session)->timeout;
}

unsigned session_head_timeout_ms(const struct session *session)
{
    const struct conf_timeouts *t = timeouts_of(session);
    bool is_http = session_frontend(session)->mode == CONF_MODE_HTTP;
    return is_http && t->http_request_ms != 0 ? t->http_request_ms : t->client_ms;
}

unsigned session_idle_timeout_ms(const struct session *session)
{
    const struct conf_timeouts *t = timeouts_of(session);
    return t->http_keep_alive_ms != 0 ? t->http_keep_alive_ms : session_head_timeout_ms(session);
}

static uint32_t now_s(const struct session *session)
{
    return (uint32_t)(session->thread->loop->now_us / 1000000);
}

static struct counters *cells_of(const struct session *session)
{
    return frontend_counters(&session->bind->proxy->state->frontend, session->thread->loop->index);
}

static void count_connection(struct session *session)
{
    frontend_enter(&session->bind->proxy->state->frontend, now_s(session));
    bind_enter(session->bind->state);
    bind_count(session->bind, session->thread->loop->index, COUNTER_CONNECTIONS, 1);
    rate_count(&cells_of(session)->rates[RATE_CONNECTIONS], now_s(session));
    atomic_fetch_add_explicit(&http_sessions_total, 1, memory_order_relaxed);
}

/* As HAProxy: one that rules refused is none, nor is one without its handshake. */
static void count_session(struct session *session)
{
    counters_add(cells_of(session), COUNTER_SESSIONS, 1);
    rate_count(&cells_of(session)->rates[RATE_SESSIONS], now_s(session));
}

/* Everything but memory and descriptor, which the caller has. */
static int session_start(struct session *session, int fd)
{
    const struct conf_proxy *conf = session_frontend(session);
    const struct conf_keepalive *times = &conf->client_keepalive;
    const struct keepalive keepalive = {conf->tcpka || conf->clitcpka, times->idle_s,
                                        times->interval_s, times->count};
    int rc = conn_open(&session->client, session->thread->loop, fd, on_client_ready);
    if (rc != 0)
        return rc;
    /* TCP_NODELAY needs no call: it is inherited from the listening socket */
    socket_keep_alive(fd, &keepalive);
    if (conf->nolinger)
        socket_reset_at_end(fd);
    if (conf->smart_accept)
        socket_slow_ack(fd);
    return 0;
}

bool session_open(struct http_thread *thread, const struct bind *bind, int fd,
                  const struct sockaddr *from)
{
    struct session *session = pool_take(&thread->session_pool);
    if (session == NULL) {
        close(fd);
        return false;
    }
    *session = (struct session){
        .thread = thread, .bind = bind, .state = SESSION_IDLE, .burst_bytes = RELAY_READ_START};
    session->again = (struct loop_task){.run = on_again};
    list_init(&session->again.node);
    list_init(&session->kept);
    wheel_timer_init(&session->deadline, on_deadline);
    addr_set(&session->address, from);
    session->accepted_us = session->idle_since_us = thread->loop->now_us;
    session->snapshot = snapshot_hold(thread->snapshot, thread->loop->index);
    list_push_back(&thread->sessions, &session->node);
    thread->session_count++;
    count_connection(session);
    if (session_start(session, fd) != 0 || !session_is_admitted(session)) {
        session_close(session);
        return false;
    }
    session_admitted_ends(session);
    loop_arm(thread->loop, &session->deadline, session_head_timeout_ms(session));
    if (bind->conf->accept_proxy)
        session->greetings |= SESSION_GREETS_PROXY;
    if (bind->conf->accept_netscaler)
        session->greetings |= SESSION_GREETS_NETSCALER;
    if (session->greetings == 0)
        return session_secure(session);
    session->state = SESSION_GREETING;
    return true;
}

bool session_secure(struct session *session)
{
    if (session->bind->tls == NULL) {
        session_begin(session);
        return true;
    }
    session->state = SESSION_HANDSHAKE;
    if (conn_start_tls_server(&session->client, session->bind->tls) == 0)
        return true;
    session_close(session);
    return false;
}

/* A TCP frontend in front of an HTTP backend speaks HTTP, as in HAProxy; rules may yet choose another. */
static bool is_tcp(const struct session *session)
{
    const struct proxy *frontend = session->bind->proxy, *backend = frontend->default_backend;
    return frontend->conf->mode == CONF_MODE_TCP &&
           (backend == NULL || backend->conf->mode == CONF_MODE_TCP ||
            rules_act_on_streams(frontend->conf->rules));
}

void session_begin(struct session *session)
{
    session->state = SESSION_IDLE;
    if (!session_may_begin(session)) {
        session_close(session);
        return;
    }
    count_session(session);
    tracking_session_begins(session);
    if (is_tcp(session))
        session->thread->hooks->begin_tcp(session);
}

void session_speak_http(struct session *session)
{
    struct loop *loop = session->thread->loop;
    session->speaks_http = true;
    session->client.fin_is_end = false;
    session->state = SESSION_IDLE;
    session->requests = 0;
    loop_arm(loop, &session->deadline, session_head_timeout_ms(session));
    loop_soon(loop, &session->again);
}

static void free_session(struct loop_garbage *garbage)
{
    struct session *session = LIST_ITEM(garbage, struct session, garbage);
    if (session->vars.first != NULL)
        var_store_clear(&session->vars);
    pool_give(&session->thread->session_pool, session);
}

void session_close(struct session *session)
{
    struct http_thread *thread = session->thread;
    if (session->state == SESSION_CLOSED)
        return;
    session->state = SESSION_CLOSED;
    if (session->stream != NULL)
        stream_free(session->stream);
    session->stream = NULL;
    tracking_session_ends(session);
    handover_drop(session, session->handover);
    session->handover = NULL;
    server_conn_leave_session(session, true);
    conn_close(&session->client);
    relay_bytes_free(&session->intake);
    session->intake = (struct relay_bytes){0};
    free(session->origin);
    session->origin = NULL;
    wheel_forget(&thread->loop->wheel, &session->deadline);
    list_remove(&session->again.node);
    list_remove(&session->node);
    thread->session_count--;
    atomic_fetch_sub_explicit(&http_sessions_total, 1, memory_order_relaxed);
    http_thread_session_left(thread, session->bind);
    snapshot_release(session->snapshot, thread->loop->index);
    loop_free_later(thread->loop, &session->garbage, free_session);
}

void session_drain_if_due(struct session *session)
{
    if (session->thread->draining)
        session_drain(session);
}

bool session_is_orphan(const struct session *session)
{
    return session->snapshot != session->thread->snapshot &&
           http_thread_find_bind(session->thread, session->bind) == NULL;
}

void session_move_on(struct session *session)
{
    struct http_thread *thread = session->thread;
    if (session->snapshot == thread->snapshot)
        return;
    const struct bind *heir = http_thread_find_bind(thread, session->bind);
    if (heir == NULL)
        return;
    /* while the old snapshot is still held: without it the server may be gone */
    server_conn_leave_session(session, false);
    if (session->bind->state != heir->state) {
        bind_leave(session->bind->state);
        bind_enter(heir->state);
    }
    snapshot_release(session->snapshot, thread->loop->index);
    session->snapshot = snapshot_hold(thread->snapshot, thread->loop->index);
    session->bind = heir;
}

/* ---- between two requests --------------------------------------------------------------------------- */

/* The client may still be sending: closing now would reset the connection and take our last words with
 * it, RFC 9112 9.6. */
static void session_linger(struct session *session)
{
    session->state = SESSION_LINGER;
    conn_end_writing(&session->client);
    loop_arm(session->thread->loop, &session->deadline, LINGER_MS);
    if (conn_can_read(&session->client))
        session_drain_client(session);
}

static void await_next_request(struct session *session)
{
    struct loop *loop = session->thread->loop;
    bool has_bytes = session->stream != NULL;
    session->state = has_bytes ? SESSION_HEAD : SESSION_IDLE;
    session->requests += has_bytes;
    loop_arm(loop, &session->deadline,
             has_bytes ? session_head_timeout_ms(session) : session_idle_timeout_ms(session));
    /* in the next turn, not from here: a hundred requests in one packet must not nest */
    if (has_bytes || session_has_input(session))
        loop_soon(loop, &session->again);
    else
        session_drain_if_due(session);
}

void session_stream_ended(struct session *session, enum session_fate fate)
{
    session->idle_since_us = session->thread->loop->now_us;
    switch (fate) {
    case SESSION_KEEPS:
        await_next_request(session);
        return;
    case SESSION_LINGERS:
        session_linger(session);
        return;
    default:
        session_close(session);
        return;
    }
}

/* Who has not asked for anything yet is waited for: its request may be on the way. */
void session_drain(struct session *session)
{
    if ((session->state == SESSION_IDLE && session->requests > 0) ||
        session->state == SESSION_LINGER)
        session_close(session);
}
