/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of a stream have of each other: its deadlines, its end, and the steps from one state to the next,
 * which return the state that follows. A stream that has ended (STREAM_ENDED) may be gone with its session.
 *
 * Thread:  the session's.
 */
#ifndef WEIR_HTTP_STREAM_STEPS_H
#define WEIR_HTTP_STREAM_STEPS_H

#include "proxy/http/stream.h"

/* How much of the request may still be read into s->in. */
static inline size_t stream_room(const struct stream *s)
{
    size_t limit = s->thread->buffer_bytes;
    if (s->in_top < limit)
        limit = s->in_top;
    return limit > s->in_len ? limit - s->in_len : 0;
}

/* How much of a response that rules hold may still be read into s->resp_head. */
static inline size_t response_room(const struct stream *s)
{
    const struct relay_bytes *head = &s->resp_head;
    size_t top = (size_t)(s->resp_base - head->data) + s->resp_top;
    size_t limit = top < head->cap ? top : head->cap;
    return limit > head->len ? limit - head->len : 0;
}

/* Records who is to blame; the first one to be blamed stays so. */
void stream_blame(struct stream *s, enum stream_cause cause);
/* In a tunnel it is the silence of both that ends it. */
void stream_refresh_deadlines(struct stream *s);
/* Arms the session's timer for whichever side is due first. */
void stream_arm(struct stream *s);
/* As configured, unless a rule set another one for this request. */
static inline unsigned stream_client_ms(const struct stream *s)
{
    return s->rules.client_ms != 0 ? s->rules.client_ms : s->frontend->conf->timeout.client_ms;
}
static inline unsigned stream_server_ms(const struct stream *s)
{
    return s->rules.server_ms != 0 ? s->rules.server_ms : s->backend->conf->timeout.server_ms;
}
static inline unsigned stream_tunnel_ms(const struct stream *s)
{
    return s->rules.tunnel_ms != 0 ? s->rules.tunnel_ms : s->backend->conf->timeout.tunnel_ms;
}
static inline unsigned stream_connect_ms(const struct stream *s)
{
    return s->rules.connect_ms != 0 ? s->rules.connect_ms : s->backend->conf->timeout.connect_ms;
}
/* Without a time of its own the queue has that of connecting. */
static inline unsigned stream_queue_ms(const struct stream *s)
{
    const struct conf_timeouts *timeout = &s->backend->conf->timeout;
    const unsigned queue_ms = timeout->queue_ms != 0 ? timeout->queue_ms : timeout->connect_ms;
    return s->rules.queue_ms != 0 ? s->rules.queue_ms : queue_ms;
}
static inline unsigned stream_retries(const struct stream *s)
{
    return s->rules.retries != 0 ? s->rules.retries - 1 : s->backend->conf->retries;
}
static inline void stream_client_lives(struct stream *s, unsigned timeout_ms)
{
    s->client_deadline_ms = s->thread->loop->now_ms + timeout_ms;
}
static inline void stream_server_lives(struct stream *s, unsigned timeout_ms)
{
    s->server_deadline_ms = s->thread->loop->now_ms + timeout_ms;
}
/* Ends it: log, counters, connections. Returns STREAM_ENDED. */
enum stream_state stream_end(struct stream *s);
/* The session goes on in HTTP, and has what the rules found (handover.h): no trace of it in log or counters. Returns
 * STREAM_ENDED. */
enum stream_state stream_dismiss(struct stream *s);
/* Has the client left, as far as its mode cares? */
bool stream_is_forsaken(const struct stream *s);
/* Blames, and answers with an error page if no response has begun; else cuts. */
COLD enum stream_state stream_fail(struct stream *s, enum stream_cause cause, int status);
/* The same for a response that cannot go on: by what its relay says. */
COLD enum stream_state stream_down_failed(struct stream *s, enum relay_status why);
/* Steps of the states in which bytes flow: one side is ready, or late. */
enum stream_state stream_pump_client(struct stream *s);
enum stream_state stream_pump_server(struct stream *s);
enum stream_state stream_pump_timed_out(struct stream *s);
/* Runs both directions as far as they go; ends the stream when both are done. */
enum stream_state stream_pump(struct stream *s);

/* dispatch.c, dispatch_retry.c */
enum stream_state dispatch_start(struct stream *s);
/* Whether the stream was given a backend that serves. If not it has failed with the status, 0 in TCP. */
bool dispatch_has_backend(struct stream *s, unsigned status, enum stream_state *next_out);
enum stream_state dispatch_granted(struct stream *s);
enum stream_state dispatch_connecting(struct stream *s);
COLD enum stream_state dispatch_retry_connect(struct stream *s); /* the attempt failed */
enum stream_state dispatch_resume(struct stream *s);             /* after STREAM_PAUSED */
/* The connection failed after the request was sent: tries again where that cannot do harm, else fails. */
COLD enum stream_state dispatch_server_failed(struct stream *s, enum stream_cause cause,
                                              int status);
/* May the request be sent again for that reason, one of enum conf_retry? */
bool dispatch_may_repeat(const struct stream *s, unsigned why);
enum stream_state dispatch_repeat(struct stream *s);
enum stream_state dispatch_server_down(struct stream *s);
void dispatch_leave_queue(struct stream *s);
/* Gives back connection and slot, if any. */
void dispatch_release(struct stream *s, bool reuse);
bool dispatch_is_repeatable(const struct stream *s);

/* request.c */
void request_prepare(struct stream *s);
enum stream_state request_send(struct stream *s);

/* response.c */
enum stream_state response_read(struct stream *s);
/* STREAM_HOLDING: more came of the server, or the time is over. */
enum stream_state response_read_more(struct stream *s);
enum stream_state response_waited(struct stream *s);

/* local.c */
/* Whether the proxy's service took the request; then *next_out is the stream's next state. */
bool local_try_service(struct stream *s, const struct proxy *proxy, enum service_kind kind,
                       enum stream_state *next_out);
/* Whether the request is for monitor-uri. */
bool local_try_monitor(struct stream *s, const struct proxy *proxy, enum stream_state *next_out);
/* What a rule answers. */
enum stream_state local_reply(struct stream *s, const struct rule_decision *decision);
enum stream_state local_error(struct stream *s, int status);
enum stream_state local_continue(struct stream *s);
enum stream_state local_prepared(struct stream *s);
enum stream_state local_late(struct stream *s);

#endif
