/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a session does as events come, state by state: the table at the end has every path. A request that has
 * begun is the stream's business: the session brings it bytes and time-outs.
 */
#include "proxy/http/session_priv.h"

#include "proxy/http/stream_log.h"
#include "proxy/http/stream_steps.h"
#include "proxy/state/bind_state.h"
#include "tls/session.h"

#include <string.h>

#define LINGER_BYTES_MAX (256 * 1024)
#define IDLE_LONG_US 1000000 /* TCP has forgotten how much the path takes */

typedef void session_step(struct session *session);

static void read_request(struct session *session);

static void shake_hands(struct session *session)
{
    struct loop *loop = session->thread->loop;
    const struct bind *bind = session->bind;
    int rc = conn_handshake(&session->client);
    if (rc == UV_EAGAIN)
        return;
    if (rc != 0) {
        bind_count(bind, loop->index, COUNTER_TLS_FAILED, 1);
        session_log_handshake(session, rc);
        session_close(session);
        return;
    }
    bind_count(bind, loop->index, COUNTER_TLS_HANDSHAKES, 1);
    if (tls_session_is_resumed(session->client.tls))
        bind_count(bind, loop->index, COUNTER_TLS_RESUMED, 1);
    session->handshake_ms = (int)((loop->now_us - session->accepted_us) / 1000);
    session->idle_since_us = loop->now_us;
    session_begin(session);
    if (session->state == SESSION_IDLE)
        read_request(session);
}

static void parse_request(struct session *session)
{
    struct stream *s = session->stream;
    session->state = SESSION_STREAM;
    stream_parse_head(s);
    /* a stream that still wants bytes of its head leaves the reading to us */
    if (session->stream != s || session->state != SESSION_STREAM || s->state != STREAM_HEAD)
        return;
    session->state = SESSION_HEAD;
    if (conn_can_read(&session->client)) /* bytes of which no event will tell */
        loop_soon(session->thread->loop, &session->again);
}

static void begin_stream(struct session *session)
{
    if (session->thread->loop->now_us - session->idle_since_us > IDLE_LONG_US)
        conn_was_idle(&session->client);
    if (session->handover == NULL)
        session_move_on(session);
    session->stream = stream_new(session);
    if (session->stream == NULL) {
        session_close(session);
        return;
    }
    session->requests++;
}

/* Nothing came: the stream was taken for nothing. */
static void stop_waiting(struct session *session)
{
    stream_free(session->stream);
    session->stream = NULL;
    session->requests--;
    session->state = SESSION_IDLE;
    session_drain_if_due(session);
}

static void client_left(struct session *session)
{
    if (session->stream->in_len > 0) {
        stream_fail(session->stream, CAUSE_CLIENT_ABORT, 400);
        return;
    }
    if (session->requests == 1)
        session_log_null(session);
    session_close(session);
}

/*
 * Into the stream's buffer. From a client that uploads, head and body are read in one go, through the
 * scratch: what the buffer does not hold is the session's intake.
 */
ssize_t session_read(struct session *session, char *to, size_t room)
{
    struct relay_bytes *intake = &session->intake;
    char *scratch = session->thread->loop->scratch;
    if (intake->len == 0 && session->upload_bytes <= room)
        return conn_recv(&session->client, to, room);
    if (intake->len == 0) {
        ssize_t n = conn_recv(&session->client, scratch, session->upload_bytes);
        if (n <= 0)
            return n;
        *intake = (struct relay_bytes){.data = scratch, .len = (size_t)n};
    }
    size_t taken = intake->len < room ? intake->len : room;
    memcpy(to, intake->data + intake->off, taken);
    intake->off += taken;
    intake->len -= taken;
    return (ssize_t)taken;
}

bool session_own_intake(struct session *session)
{
    struct relay_bytes seen = session->intake;
    if (seen.len > 0 && seen.cap > 0)
        return true;
    relay_bytes_free(&session->intake);
    session->intake = (struct relay_bytes){0};
    return seen.len == 0 || relay_bytes_append(&session->intake, seen.data + seen.off, seen.len);
}

bool session_has_input(const struct session *session)
{
    return session->intake.len > 0 || conn_can_read(&session->client);
}

static void read_request(struct session *session)
{
    if (!session_has_input(session))
        return;
    if (session->stream == NULL)
        begin_stream(session);
    struct stream *s = session->stream;
    if (s == NULL)
        return;
    ssize_t n = session_read(session, s->in + s->in_len, stream_room(s));
    if (n > 0) {
        /* the whole head within one time-out, however many pieces it comes in; the first one's goes on */
        if (s->in_len == 0 && session->requests > 1)
            loop_arm(session->thread->loop, &session->deadline, session_head_timeout_ms(session));
        s->in_len += (uint32_t)n;
        parse_request(session);
        if (session_own_intake(session))
            return;
        if (session->stream != NULL) /* it may have a server by now, and must give it back */
            stream_abandon(session->stream);
        else
            session_close(session);
    } else if (n != UV_EAGAIN) {
        client_left(session);
    } else if (s->in_len == 0) {
        stop_waiting(session);
    }
}

/* What came behind the last request; then what did not fit there and waits in the kernel. */
static void resume_head(struct session *session)
{
    parse_request(session);
    if (session->state == SESSION_HEAD)
        read_request(session);
}

static void tell_stream(struct session *session)
{
    stream_handle(session->stream, STREAM_CLIENT_READY);
}

static void tell_stream_time(struct session *session)
{
    stream_handle(session->stream, STREAM_TIMED_OUT);
}

static void tell_stream_resume(struct session *session)
{
    stream_handle(session->stream, STREAM_RESUMED);
}

static void refuse_late_head(struct session *session)
{
    session->state = SESSION_STREAM;
    stream_fail(session->stream, CAUSE_CLIENT_TIMEOUT, 408);
}

/*
 * A client that never said a word gets a 408 as from HAProxy; one between two requests is just let go, as is what
 * passes for a probe.
 */
static void end_idle(struct session *session)
{
    if (session->requests > 0 || session_frontend(session)->ignore_probes) {
        session_close(session);
        return;
    }
    begin_stream(session);
    if (session->stream == NULL)
        return;
    session->stream->began_us = session->idle_since_us; /* it is the silence that is reported */
    refuse_late_head(session);
}

static void give_up_handshake(struct session *session)
{
    session_log_handshake(session, UV_ETIMEDOUT);
    session_close(session);
}

void session_drain_client(struct session *session)
{
    char *scratch = session->thread->loop->scratch;
    ssize_t n;
    while ((n = conn_recv(&session->client, scratch, LOOP_SCRATCH_BYTES)) > 0) {
        session->linger_bytes += (unsigned)n;
        if (session->linger_bytes > LINGER_BYTES_MAX)
            break;
    }
    if (n != UV_EAGAIN)
        session_close(session);
}

/* Every path a session can take. An empty cell: nothing to do. */
static session_step *const steps[SESSION_STATES][SESSION_EVENTS] = {
    [SESSION_GREETING] =
        {[SESSION_READY] = session_read_greeting, [SESSION_TIMED_OUT] = session_late_greeting},
    [SESSION_HANDSHAKE] = {[SESSION_READY] = shake_hands, [SESSION_TIMED_OUT] = give_up_handshake},
    [SESSION_IDLE] = {[SESSION_READY] = read_request,
                      [SESSION_AGAIN] = read_request,
                      [SESSION_TIMED_OUT] = end_idle},
    [SESSION_HEAD] = {[SESSION_READY] = read_request,
                      [SESSION_AGAIN] = resume_head,
                      [SESSION_TIMED_OUT] = refuse_late_head},
    [SESSION_STREAM] = {[SESSION_READY] = tell_stream,
                        [SESSION_AGAIN] = tell_stream_resume,
                        [SESSION_TIMED_OUT] = tell_stream_time},
    [SESSION_LINGER] =
        {[SESSION_READY] = session_drain_client, [SESSION_TIMED_OUT] = session_close},
};

void session_handle(struct session *session, enum session_event event)
{
    session_step *step = steps[session->state][event];
    if (step != NULL)
        step(session);
}
