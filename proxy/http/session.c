/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Client connections; session.h draws their states. What happens to a request is the stream's business:
 * the session brings it bytes and time-outs while there is one.
 */
#include "proxy/http/session.h"

#include "proxy/http/stream.h"
#include "proxy/http/stream_log.h"
#include "tls/session.h"

#include <string.h>
#include <unistd.h>

#define LINGER_MS 2000
#define IDLE_LONG_US 1000000 /* TCP has forgotten how much the path takes */
#define LINGER_BYTES_MAX (256 * 1024)

_Atomic unsigned http_sessions_total;

enum session_event { SESSION_READY, SESSION_TIMED_OUT, SESSION_AGAIN, SESSION_EVENTS };

typedef void session_step(struct session *session);

static void session_handle(struct session *session, enum session_event event);

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

static unsigned head_timeout_ms(const struct session *session)
{
    const struct conf_timeouts *t = timeouts_of(session);
    return t->http_request_ms != 0 ? t->http_request_ms : t->client_ms;
}

static unsigned idle_timeout_ms(const struct session *session)
{
    const struct conf_timeouts *t = timeouts_of(session);
    return t->http_keep_alive_ms != 0 ? t->http_keep_alive_ms : head_timeout_ms(session);
}

static void count_session(struct session *session)
{
    struct loop *loop = session->thread->loop;
    struct counters *cells = frontend_counters(&session->bind->proxy->state->frontend, loop->index);
    uint32_t now_s = (uint32_t)(loop->now_us / 1000000);
    frontend_enter(&session->bind->proxy->state->frontend);
    counters_add(cells, COUNTER_CONNECTIONS, 1);
    counters_add(cells, COUNTER_SESSIONS, 1);
    rate_count(&cells->rates[RATE_CONNECTIONS], now_s);
    rate_count(&cells->rates[RATE_SESSIONS], now_s);
    atomic_fetch_add_explicit(&http_sessions_total, 1, memory_order_relaxed);
}

/* Everything but memory and descriptor, which the caller has. */
static int session_start(struct session *session, int fd)
{
    const struct conf_proxy *conf = session_frontend(session);
    int rc = conn_open(&session->client, session->thread->loop, fd, on_client_ready);
    if (rc != 0)
        return rc;
    /* TCP_NODELAY needs no call: it is inherited from the listening socket */
    int on = 1;
    if (conf->tcpka || conf->clitcpka)
        setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    if (session->bind->tls == NULL)
        return 0;
    session->state = SESSION_HANDSHAKE;
    return conn_start_tls_server(&session->client, session->bind->tls);
}

bool session_open(struct http_thread *thread, const struct bind *bind, int fd, const struct sockaddr *from)
{
    struct session *session = pool_take(&thread->session_pool);
    if (session == NULL) {
        close(fd);
        return false;
    }
    *session = (struct session){.thread = thread, .bind = bind, .state = SESSION_IDLE,
                                .burst_bytes = RELAY_READ_START};
    session->again = (struct loop_task){.run = on_again};
    list_init(&session->again.node);
    wheel_timer_init(&session->deadline, on_deadline);
    addr_set(&session->address, from);
    session->accepted_us = session->idle_since_us = thread->loop->now_us;
    session->snapshot = snapshot_hold(thread->snapshot, thread->loop->index);
    list_push_back(&thread->sessions, &session->node);
    thread->session_count++;
    count_session(session);
    if (session_start(session, fd) != 0) {
        session_close(session);
        return false;
    }
    loop_arm(thread->loop, &session->deadline, head_timeout_ms(session));
    return true;
}

static void free_session(struct loop_garbage *garbage)
{
    struct session *session = LIST_ITEM(garbage, struct session, garbage);
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
    if (session->kept != NULL)
        server_conn_close(session->kept);
    conn_close(&session->client);
    relay_bytes_free(&session->intake);
    session->intake = (struct relay_bytes){0};
    wheel_forget(&thread->loop->wheel, &session->deadline);
    list_remove(&session->again.node);
    list_remove(&session->node);
    thread->session_count--;
    atomic_fetch_sub_explicit(&http_sessions_total, 1, memory_order_relaxed);
    http_thread_session_left(thread, session->bind);
    snapshot_release(session->snapshot, thread->loop->index);
    loop_free_later(thread->loop, &session->garbage, free_session);
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
    if (session->kept != NULL && atomic_load_explicit(&session->kept->server->retired, memory_order_relaxed))
        server_conn_close(session->kept);
    snapshot_release(session->snapshot, thread->loop->index);
    session->snapshot = snapshot_hold(thread->snapshot, thread->loop->index);
    session->bind = heir;
}

/* ---- steps ----------------------------------------------------------------------------------------- */

static void read_request(struct session *session);

static void session_drain_if_due(struct session *session)
{
    if (session->thread->draining)
        session_drain(session);
}

static void shake_hands(struct session *session)
{
    struct loop *loop = session->thread->loop;
    struct counters *cells = frontend_counters(&session->bind->proxy->state->frontend, loop->index);
    int rc = conn_handshake(&session->client);
    if (rc == UV_EAGAIN)
        return;
    if (rc != 0) {
        counters_add(cells, COUNTER_TLS_FAILED, 1);
        session_log_handshake(session, rc);
        session_close(session);
        return;
    }
    counters_add(cells, COUNTER_TLS_HANDSHAKES, 1);
    if (tls_session_is_resumed(session->client.tls))
        counters_add(cells, COUNTER_TLS_RESUMED, 1);
    session->handshake_ms = (int)((loop->now_us - session->accepted_us) / 1000);
    session->idle_since_us = loop->now_us;
    session->state = SESSION_IDLE;
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
static ssize_t read_input(struct session *session, char *to, size_t room)
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

static bool has_input(const struct session *session)
{
    return session->intake.len > 0 || conn_can_read(&session->client);
}

static void read_request(struct session *session)
{
    if (!has_input(session))
        return;
    if (session->stream == NULL)
        begin_stream(session);
    struct stream *s = session->stream;
    if (s == NULL)
        return;
    ssize_t n = read_input(session, s->in + s->in_len, session->thread->buffer_bytes - s->in_len);
    if (n > 0) {
        /* the whole head within one time-out, however many pieces it comes in; the first one's goes on */
        if (s->in_len == 0 && session->requests > 1)
            loop_arm(session->thread->loop, &session->deadline, head_timeout_ms(session));
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

/* A client that never said a word gets a 408 as from HAProxy; one between two requests is just let go. */
static void end_idle(struct session *session)
{
    if (session->requests > 0) {
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

static void drain_client(struct session *session)
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
    [SESSION_LINGER] = {[SESSION_READY] = drain_client, [SESSION_TIMED_OUT] = session_close},
};

static void session_handle(struct session *session, enum session_event event)
{
    session_step *step = steps[session->state][event];
    if (step != NULL)
        step(session);
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
        drain_client(session);
}

static void await_next_request(struct session *session)
{
    struct loop *loop = session->thread->loop;
    bool has_bytes = session->stream != NULL;
    session->state = has_bytes ? SESSION_HEAD : SESSION_IDLE;
    session->requests += has_bytes;
    loop_arm(loop, &session->deadline, has_bytes ? head_timeout_ms(session) : idle_timeout_ms(session));
    /* in the next turn, not from here: a hundred requests in one packet must not nest */
    if (has_bytes || has_input(session))
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
    if ((session->state == SESSION_IDLE && session->requests > 0) || session->state == SESSION_LINGER)
        session_close(session);
}
