/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a server fails a request: whether it may be sent again, when, and to whom.
 *
 * A request is sent a second time only where the first cannot have had an effect: nothing of it was sent;
 * or its method is idempotent (RFC 9110 9.2.2), no byte of answer has come, and the server closed a
 * connection it had kept idle, or refuses new ones, or is down by its probes.
 */
#include "lb-algos/algo.h"
#include "proxy/http/dispatch_priv.h"
#include "proxy/http/stream_steps.h"
#include "proxy/state/observe.h"

/* Before the only server is tried again, as HAProxy: else the retries are spent within a millisecond. */
#define PAUSE_MS 1000

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

/* As in HAProxy: where another one is asked, that is no retry of this one. */
static void leave_failed_server(struct stream *s, bool moves)
{
    s->retries++;
    s->suspects_death = false;
    s->redispatched |= moves;
    dispatch_count(s, moves ? COUNTER_REDISPATCHES : COUNTER_RETRIES);
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

static enum stream_state rest(struct stream *s)
{
    unsigned connect_ms = stream_connect_ms(s);
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
    unsigned retry = s->retries + 1;
    if (s->persist.is_forced || be->redispatch == 0)
        return false;
    if (is_any_server_right(s))
        return true;
    return be->redispatch > 0 ? retry % (unsigned)be->redispatch == 0 : retry == stream_retries(s);
}

enum stream_state dispatch_retry_connect(struct stream *s)
{
    const struct conf_proxy *be = s->backend->conf;
    server_observe(s->server, OBSERVED_CONNECT_FAILED);
    bool may_not = be->retry_on != 0 && (be->retry_on & CONF_RETRY_CONNECT) == 0;
    if (s->retries >= stream_retries(s) || may_not)
        return stream_fail(s, CAUSE_SERVER_ABORT, 503);
    bool shall = shall_move(s);
    bool moves = shall && has_other_server(&s->backend->state->backend, s->server);
    leave_failed_server(s, moves);
    s->fresh_conn = false;
    if (!shall)
        s->avoid = NULL;
    if (moves)
        return dispatch_start(s);
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
    int error;
    server_conn_close(s->sconn);
    stream_server_lives(s, stream_connect_ms(s));
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
    leave_failed_server(s, false);
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
    leave_failed_server(s, false);
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
    leave_failed_server(s, true);
    return dispatch_start(s);
}
