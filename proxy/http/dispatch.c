/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a request to a server that takes it: assignment, the queue, connecting, and trying again.
 *
 * A request is sent a second time only where the first cannot have had an effect: nothing of it was sent;
 * or its method is idempotent (RFC 9110 9.2.2), no byte of answer has come, and the server closed a
 * connection it had kept idle, or refuses new ones, or is down by its probes.
 */
#include "lb-algos/algo.h"
#include "proxy/http/balance_key.h"
#include "proxy/http/explain.h"
#include "proxy/http/rules.h"
#include "proxy/http/server_greet.h"
#include "proxy/http/server_way.h"
#include "proxy/http/stream.h"
#include "proxy/rules/expr.h"
#include "proxy/state/observe.h"

#include <stdio.h>

/* Before the only server is tried again, as HAProxy: else the retries are spent within a millisecond. */
#define PAUSE_MS 1000

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

bool dispatch_is_repeatable(const struct stream *s)
{
    if (s->state == STREAM_CONNECTING)
        return true;
    if (s->resp_started || s->resp_head.len > 0 || s->interim_count > 0)
        return false;
    /* what was read of the body must still be here */
    return s->up.bytes_in + s->req.head_bytes <= s->in_used;
}

static bool is_idempotent(enum http_method method)
{
    switch (method) {
    case HTTP_METHOD_GET:
    case HTTP_METHOD_HEAD:
    case HTTP_METHOD_OPTIONS:
    case HTTP_METHOD_TRACE:
    case HTTP_METHOD_PUT:
    case HTTP_METHOD_DELETE:
        return true;
    default:
        return false;
    }
}

static struct counters *server_cells(const struct stream *s, struct server *server)
{
    return server_counters(server, s->thread->loop->index);
}

static struct counters *backend_cells(const struct stream *s)
{
    return backend_counters(&s->backend->state->backend, s->thread->loop->index);
}

static void count_server(struct stream *s, enum counter which)
{
    counters_add(server_cells(s, s->server), which, 1);
    counters_add(backend_cells(s), which, 1);
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
        count_server(s, COUNTER_REUSES);
        return s->mode->connected(s);
    }
    int error;
    count_server(s, COUNTER_CONNECTS);
    stream_server_lives(s, be->timeout.connect_ms);
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
    const struct conf_timeouts *timeout = &s->backend->conf->timeout;
    s->queued = true;
    s->state = STREAM_QUEUED;
    stream_server_lives(s, timeout->queue_ms != 0 ? timeout->queue_ms : timeout->connect_ms);
    stream_arm(s);
    return STREAM_QUEUED;
}

static enum stream_state no_server(struct stream *s)
{
    s->state = STREAM_CONNECTING; /* the phase HAProxy logs: SC */
    return stream_fail(s, CAUSE_SERVER_ABORT, 503);
}

/* For the log: how many were there, itself among them. */
static void note_queue(struct stream *s)
{
    *(s->queue.waits_for != NULL ? &s->srv_queue : &s->backend_queue) = s->queue.ahead + 1;
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

static void leave_failed_server(struct stream *s)
{
    s->retries++;
    s->suspects_death = false;
    count_server(s, COUNTER_RETRIES);
    s->avoid = s->server;
    dispatch_release(s, false);
}

/* The failed one may have been found down meanwhile, and is then not among those counted. */
static bool has_other_server(const struct backend *backend, const struct server *failed)
{
    unsigned up = atomic_load_explicit(&backend->active_up, memory_order_relaxed) +
                  atomic_load_explicit(&backend->backup_up, memory_order_relaxed);
    return up > (server_is_usable(failed) ? 1 : 0);
}

/* Away from a server that failed it. */
static enum stream_state redispatch(struct stream *s, struct server *failed)
{
    s->redispatched = true;
    counters_add(server_cells(s, failed), COUNTER_REDISPATCHES, 1);
    counters_add(backend_cells(s), COUNTER_REDISPATCHES, 1);
    return dispatch_start(s);
}

static enum stream_state rest(struct stream *s)
{
    unsigned connect_ms = s->backend->conf->timeout.connect_ms;
    s->state = STREAM_PAUSED;
    stream_server_lives(s, connect_ms < PAUSE_MS ? connect_ms : PAUSE_MS);
    stream_arm(s);
    return STREAM_PAUSED;
}

/* Servers take turns, so that another one does as well. */
static bool is_any_server_right(const struct stream *s)
{
    const struct conf_balance *balance = &s->backend->conf->balance;
    const struct lb_algo *algo = balance->name != NULL ? lb_algo_find(balance->name) : NULL;
    return balance->key == CONF_KEY_NONE && (algo == NULL || algo->takes_turns) &&
           !s->persist.is_direct &&
           atomic_load_explicit(&s->backend->state->backend.active_up, memory_order_relaxed) > 1;
}

/* redispatch N: at each Nth retry; -1: at the last. Sooner where nothing is gained by waiting for this server. */
static bool shall_move(const struct stream *s)
{
    const struct conf_proxy *be = s->backend->conf;
    if (s->persist.is_forced || be->redispatch == 0)
        return false;
    if (is_any_server_right(s))
        return true;
    return be->redispatch > 0 ? s->retries % (unsigned)be->redispatch == 0
                              : s->retries == stream_retries(s);
}

enum stream_state dispatch_retry_connect(struct stream *s)
{
    const struct conf_proxy *be = s->backend->conf;
    server_observe(s->server, OBSERVED_CONNECT_FAILED);
    bool may_not = be->retry_on != 0 && (be->retry_on & CONF_RETRY_CONNECT) == 0;
    if (s->retries >= stream_retries(s) || may_not)
        return stream_fail(s, CAUSE_SERVER_ABORT, 503);
    leave_failed_server(s);
    s->fresh_conn = false;
    bool move = shall_move(s);
    struct server *failed = s->avoid;
    if (!move)
        s->avoid = NULL;
    if (move && has_other_server(&s->backend->state->backend, failed))
        return redispatch(s, failed);
    bool was_waited_for = s->server_deadline_ms <= s->thread->loop->now_ms; /* it timed out */
    return was_waited_for ? dispatch_start(s) : rest(s);
}

enum stream_state dispatch_resume(struct stream *s)
{
    if (stream_is_forsaken(s)) /* it may have left before there was any reason to look */
        return stream_fail(s, CAUSE_CLIENT_ABORT, 0);
    return dispatch_start(s);
}

/*
 * A server closed a new connection without a word. Did it mean to, or has it died? A further connection
 * tells: if it is accepted, the silence was the answer, and asking again would do no good; if it is refused,
 * no answer can come from there any more, and another server may be asked.
 */
static enum stream_state ask_whether_dead(struct stream *s)
{
    const struct conf_proxy *be = s->backend->conf;
    int error;
    server_conn_close(s->sconn);
    stream_server_lives(s, be->timeout.connect_ms);
    s->sconn = server_conn_open(s, s->server, &error);
    s->state = STREAM_CONNECTING;
    if (s->sconn == NULL)
        return dispatch_retry_connect(s);
    s->suspects_death = true;
    stream_arm(s);
    return STREAM_CONNECTING;
}

/* Nothing of a response has gone to the client, and all that was read of the request is still here. */
static bool is_at_hand(const struct stream *s)
{
    return !s->resp_started && s->interim_count == 0 &&
           s->up.bytes_in + s->req.head_bytes <= s->in_used;
}

bool dispatch_may_repeat(const struct stream *s, unsigned why)
{
    const struct conf_proxy *be = s->backend->conf;
    return (be->retry_on & why) != 0 && !s->rules.no_l7_retry && s->retries < stream_retries(s) &&
           is_at_hand(s);
}

enum stream_state dispatch_repeat(struct stream *s)
{
    leave_failed_server(s);
    s->avoid = NULL;
    s->fresh_conn = true; /* what kept connections have been through is not known */
    relay_bytes_free(&s->resp_head);
    s->resp_head = (struct relay_bytes){0};
    s->response_us = 0;
    return dispatch_start(s);
}

enum stream_state dispatch_server_failed(struct stream *s, enum stream_cause cause, int status)
{
    if (dispatch_may_repeat(s, CONF_RETRY_EMPTY))
        return dispatch_repeat(s);
    bool was_idle = s->sconn != NULL && s->sconn->streams > 1;
    bool again =
        is_idempotent(s->req.method) && dispatch_is_repeatable(s) && s->retries < stream_retries(s);
    s->keep_server = false;
    if (!again)
        return stream_fail(s, cause, status);
    if (!was_idle)
        return ask_whether_dead(s);
    leave_failed_server(s);
    s->avoid = NULL;      /* it closed an idle connection, which is its right */
    s->fresh_conn = true; /* the other idle ones may have the same fate */
    return dispatch_start(s);
}

/* The probes have given the server up: who merely waits for it goes elsewhere. */
enum stream_state dispatch_server_down(struct stream *s)
{
    bool may_repeat = s->state == STREAM_CONNECTING || is_idempotent(s->req.method);
    if (s->persist.is_direct && s->queue.wish.insists)
        return s->state; /* no other will do */
    if (!backend_is_up(&s->backend->state->backend) || !may_repeat || !dispatch_is_repeatable(s))
        return s->state;
    leave_failed_server(s);
    return redispatch(s, s->avoid);
}
