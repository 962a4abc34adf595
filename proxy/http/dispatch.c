/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a request to a server that takes it: assignment, the queue, connecting. Trying again is dispatch_retry.c's.
 */
#include "proxy/http/balance_key.h"
#include "proxy/http/dispatch_priv.h"
#include "proxy/http/explain.h"
#include "proxy/http/rules.h"
#include "proxy/http/server_greet.h"
#include "proxy/http/server_way.h"
#include "proxy/http/stream_steps.h"
#include "proxy/state/observe.h"

static void on_granted(struct queue_entry *entry, struct server *server)
{
    struct stream *s = LIST_ITEM(entry, struct stream, queue);
    if (server == NULL) { /* cancelled too late: the memory is ours again, no more */
        s->queue_owes = false;
        if (s->state == STREAM_ENDED)
            stream_free(s);
        return;
    }
    s->queued = false;
    s->server = server;
    stream_handle(s, STREAM_GRANTED);
}

void dispatch_leave_queue(struct stream *s)
{
    if (!s->queued)
        return;
    s->queued = false;
    s->queue_owes = !queue_cancel(&s->queue);
}

void dispatch_release(struct stream *s, bool reuse)
{
    if (s->sconn != NULL) {
        struct server_conn *sconn = s->sconn;
        s->sconn = NULL;
        if (reuse)
            server_conn_give(sconn, s->session, s->backend->conf->reuse);
        else
            server_conn_close(sconn);
    }
    if (s->server != NULL)
        backend_release(s->server, s->thread->loop->now_us);
    s->server = NULL;
}

static enum stream_state connect_to_server(struct stream *s)
{
    const struct conf_proxy *be = s->backend->conf;
    enum stream_state redirected;
    s->last_server = s->server;
    persist_chosen(s);
    if (persist_redirects(s, &redirected))
        return redirected;
    if (s->assigned_us == 0) /* what retries take is a part of connecting */
        s->assigned_us = s->thread->loop->now_us;
    if (!s->fresh_conn)
        s->sconn = server_conn_take(s, s->server, be->reuse);
    if (s->sconn != NULL) {
        s->sconn->stream = s;
        s->connected_us = s->thread->loop->now_us;
        dispatch_count(s, COUNTER_REUSES);
        return s->mode->connected(s);
    }
    int error;
    dispatch_count(s, COUNTER_CONNECTS);
    stream_server_lives(s, stream_connect_ms(s));
    s->sconn = server_conn_open(s, s->server, &error);
    s->state = STREAM_CONNECTING;
    if (s->sconn == NULL)
        return error == UV_EDESTADDRREQ ? stream_fail(s, CAUSE_INTERNAL, 500)
                                        : dispatch_retry_connect(s);
    stream_arm(s);
    return STREAM_CONNECTING;
}

enum stream_state dispatch_granted(struct stream *s)
{
    if (s->trace != NULL)
        explain_granted(s);
    return connect_to_server(s);
}

static enum stream_state wait_in_queue(struct stream *s)
{
    s->queued = true;
    s->state = STREAM_QUEUED;
    stream_server_lives(s, stream_queue_ms(s));
    stream_arm(s);
    return STREAM_QUEUED;
}

static enum stream_state no_server(struct stream *s)
{
    s->state = STREAM_CONNECTING; /* the phase HAProxy logs: SC */
    return stream_fail(s, CAUSE_SERVER_ABORT, 503);
}

bool dispatch_has_backend(struct stream *s, unsigned status, enum stream_state *next_out)
{
    if (s->backend != NULL && !s->backend->conf->disabled)
        return true;
    if (s->backend != NULL && s->trace != NULL)
        explain_disabled(s);
    s->state = STREAM_CONNECTING;
    *next_out = stream_fail(s, CAUSE_SERVER_ABORT, status);
    return false;
}

/* For the log: how many were there, itself among them. */
static void note_queue(struct stream *s)
{
    *(s->queue.wants_one ? &s->srv_queue : &s->backend_queue) = s->queue.ahead + 1;
}

enum stream_state dispatch_start(struct stream *s)
{
    struct backend *backend = &s->backend->state->backend;
    struct server *server;
    s->queue.loop = s->thread->loop;
    s->queue.granted = on_granted;
    s->queue.wish = (struct backend_wish){
        .server = s->persist.server,
        .insists = s->persist.is_forced || s->backend->conf->redispatch == 0,
    };
    s->queue.wish.has_key = balance_key(s, &s->queue.wish.key);
    enum assign_result result =
        backend_assign(backend, s->avoid, &s->queue, s->thread->loop->now_us, &server);
    if (result == ASSIGNED)
        s->server = server;
    if (s->trace != NULL)
        explain_choice(s, result);
    switch (result) {
    case ASSIGNED:
        return connect_to_server(s);
    case QUEUED:
        note_queue(s);
        return wait_in_queue(s);
    case QUEUE_FULL:
        s->state = STREAM_QUEUED;
        return stream_fail(s, CAUSE_SERVER_ABORT, 503);
    default:
        return no_server(s);
    }
}

/* It answered a request by closing the connection, and would do so again. */
static enum stream_state server_is_alive(struct stream *s)
{
    s->suspects_death = false;
    s->state = STREAM_WAITING; /* it is then that the connection broke */
    return stream_fail(s, CAUSE_SERVER_ABORT, 502);
}

/* The server may have several addresses of trouble: DNS lied, TLS is wrong, nobody listens. All the same. */
enum stream_state dispatch_connecting(struct stream *s)
{
    struct server_conn *sconn = s->sconn;
    int rc = conn_connected(&sconn->conn);
    if (rc == 0 && s->suspects_death)
        return server_is_alive(s);
    if (rc == 0)
        rc = server_greet(sconn);
    if (rc == 0 && s->server->tls_enabled && !sconn->secured) {
        char name[SERVER_NAME_BYTES];
        if (sconn->conn.tls == NULL)
            rc = conn_start_tls_client(&sconn->conn, s->server->tls,
                                       server_way_name(s, s->server, name));
        if (rc == 0)
            rc = conn_handshake(&sconn->conn);
    }
    if (rc == UV_EAGAIN)
        return STREAM_CONNECTING;
    if (rc != 0)
        return dispatch_retry_connect(s);
    sconn->secured = true;
    s->connected_us = s->thread->loop->now_us;
    server_observe(s->server, OBSERVED_CONNECT);
    return s->mode->connected(s);
}
