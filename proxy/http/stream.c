/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stream's states, its deadlines and its end. stream.h draws the states and says which file does what.
 */
#include "proxy/http/stream.h"

#include "proxy/http/stream_log.h"

struct stream *stream_new(struct session *session)
{
    struct http_thread *thread = session->thread;
    struct stream *s = pool_take(&thread->stream_pool);
    if (s == NULL)
        return NULL;
    memset(s, 0, offsetof(struct stream, answer.headers));
    s->answer.headers[0] = '\0';
    s->session = session;
    s->thread = thread;
    s->snapshot = snapshot_hold(session->snapshot, thread->loop->index);
    s->frontend = session->bind->proxy;
    s->began_us = thread->loop->now_us;
    s->phase = '-';
    s->status = -1;
    h1_request_init(&s->parser, &s->req, s->frontend->conf->accept_invalid_request ? H1_LENIENT : 0);
    return s;
}

void stream_free(struct stream *s)
{
    snapshot_release(s->snapshot, s->thread->loop->index);
    pool_give(&s->thread->stream_pool, s);
}

/* ---- deadlines ----------------------------------------------------------------------------------- */

/* Which sides the stream waits for now; the deadline of the other one does not count. */
static bool waits_for_client(const struct stream *s)
{
    switch (s->state) {
    case STREAM_ANSWERING:
    case STREAM_TUNNEL:
        return true;
    case STREAM_WAITING:
        return !s->up.input_done && !s->up_broken && !relay_is_blocked(&s->up);
    case STREAM_RELAYING:
        return relay_is_blocked(&s->down) ||
               (!s->up.input_done && !s->up_broken && !relay_is_blocked(&s->up));
    default:
        return false;
    }
}

static bool waits_for_server(const struct stream *s)
{
    switch (s->state) {
    case STREAM_QUEUED:
    case STREAM_PAUSED:
    case STREAM_CONNECTING:
    case STREAM_PREPARING:
    case STREAM_TUNNEL:
        return true;
    case STREAM_WAITING:
        return s->up.input_done || s->up_broken || relay_is_blocked(&s->up);
    case STREAM_RELAYING:
        return (!s->down.input_done && !relay_is_blocked(&s->down)) || relay_is_blocked(&s->up);
    default:
        return false;
    }
}

void stream_arm(struct stream *s)
{
    uint64_t client = waits_for_client(s) ? s->client_deadline_ms : UINT64_MAX;
    uint64_t server = waits_for_server(s) ? s->server_deadline_ms : UINT64_MAX;
    uint64_t first = client < server ? client : server;
    if (first != UINT64_MAX)
        wheel_arm(&s->thread->loop->wheel, &s->session->deadline, first);
    else
        wheel_disarm(&s->session->deadline);
}

/* Of a tunnel; once one side has ended, there is no reason to wait long for the other. */
static unsigned client_timeout_ms(const struct stream *s)
{
    const struct conf_timeouts *fe = &s->frontend->conf->timeout;
    if (s->up.input_done || s->down.input_done)
        return fe->client_fin_ms != 0 ? fe->client_fin_ms : fe->client_ms;
    unsigned tunnel = s->backend->conf->timeout.tunnel_ms;
    return tunnel != 0 ? tunnel : fe->client_ms;
}

static unsigned server_timeout_ms(const struct stream *s)
{
    const struct conf_timeouts *be = &s->backend->conf->timeout;
    if (s->up.input_done || s->down.input_done)
        return be->server_fin_ms != 0 ? be->server_fin_ms : be->server_ms;
    return be->tunnel_ms != 0 ? be->tunnel_ms : be->server_ms;
}

void stream_refresh_deadlines(struct stream *s)
{
    stream_client_lives(s, client_timeout_ms(s));
    stream_server_lives(s, server_timeout_ms(s));
}

/* ---- the way of a request ------------------------------------------------------------------------- */

static void count_request(struct stream *s)
{
    struct counters *cells = frontend_counters(&s->frontend->state->frontend, s->thread->loop->index);
    counters_add(cells, COUNTER_REQUESTS, 1);
    rate_count(&cells->rates[RATE_REQUESTS], (uint32_t)(s->thread->loop->now_us / 1000000));
}

static enum stream_state begin(struct stream *s)
{
    enum stream_state next;
    s->up.input_done = s->req.body == HTTP_BODY_NONE;
    s->backend = NULL; /* what the frontend answers itself is nobody else's, in logs and counters too */
    if (local_try_service(s, s->frontend, &next))
        return next;
    s->backend = s->frontend->default_backend;
    if (s->backend == NULL) {
        s->state = STREAM_CONNECTING;
        return stream_fail(s, CAUSE_SERVER_ABORT, 503);
    }
    if (s->backend != s->frontend && local_try_service(s, s->backend, &next))
        return next;
    request_prepare(s);
    return dispatch_start(s);
}

/* The head is whole, or refused, or more of it must come. */
static enum stream_state read_head(struct stream *s)
{
    enum h1_status status = h1_head_parse(&s->parser, s->in, s->in_len);
    if (status == H1_MORE && s->in_len < s->thread->buffer_bytes)
        return STREAM_HEAD;
    if (status == H1_DONE) {
        s->head_us = s->thread->loop->now_us;
        s->in_used = s->req.head_bytes;
        count_request(s);
        return begin(s);
    }
    s->bad = status == H1_BAD ? s->parser.error : h1_too_large(&s->parser);
    return stream_fail(s, CAUSE_PROXY, s->bad.status);
}

void stream_parse_head(struct stream *s)
{
    /* a service may have asked for the body: then the head is known already */
    enum stream_state next = s->head_us == 0 ? read_head(s) : begin(s);
    if (next != STREAM_ENDED)
        s->state = next;
}

/* ---- both directions ------------------------------------------------------------------------------ */

/* A relay before it runs. */
struct progress {
    uint64_t in, out;
    bool blocked, done;
};

static struct progress progress_of(const struct relay *relay)
{
    return (struct progress){relay->bytes_in, relay->bytes_out, relay_is_blocked(relay), relay->input_done};
}

/* Whoever gave bytes is not late; nor is one who could not, since we did not read, and now can again. */
static bool has_given(const struct relay *relay, struct progress before)
{
    return relay->bytes_in != before.in || relay->input_done != before.done ||
           (before.blocked && !relay_is_blocked(relay));
}

/* Nor is one who took bytes, or is offered more than it takes only from now on. */
static bool has_taken(const struct relay *relay, struct progress before)
{
    return relay->bytes_out != before.out || (!before.blocked && relay_is_blocked(relay));
}

static void note_progress(struct stream *s, bool of_client, bool of_server)
{
    if (s->state == STREAM_TUNNEL && (of_client || of_server)) { /* it ends when both are silent */
        stream_refresh_deadlines(s);
        return;
    }
    if (of_client)
        stream_client_lives(s, s->frontend->conf->timeout.client_ms);
    if (of_server)
        stream_server_lives(s, s->backend->conf->timeout.server_ms);
}

static enum relay_status run_up(struct stream *s)
{
    struct progress before = progress_of(&s->up);
    enum relay_status status = relay_run(&s->up);
    note_progress(s, has_given(&s->up, before), has_taken(&s->up, before));
    return status;
}

static enum relay_status run_down(struct stream *s)
{
    struct progress before = progress_of(&s->down);
    enum relay_status status = relay_run(&s->down);
    note_progress(s, has_taken(&s->down, before), has_given(&s->down, before));
    return status;
}

static bool is_finished(const struct relay *relay)
{
    return relay->input_done && !relay_is_blocked(relay);
}

static enum stream_state pump_up(struct stream *s)
{
    if (s->up_broken || is_finished(&s->up))
        return s->state;
    switch (run_up(s)) {
    case RELAY_DONE:
        if (s->state == STREAM_TUNNEL)
            conn_end_writing(&s->sconn->conn);
        return s->state;
    case RELAY_WAITS:
        return s->state;
    case RELAY_AGAIN:
        loop_soon(s->thread->loop, &s->session->again);
        return s->state;
    case RELAY_FROM_ENDED:
    case RELAY_FROM_FAILED:
        return stream_fail(s, CAUSE_CLIENT_ABORT, 0);
    case RELAY_TO_FAILED:
        s->up_broken = true; /* perhaps it has answered already: 413, say */
        s->keep_client = s->keep_server = false;
        return s->state;
    case RELAY_BAD_FRAMING:
        s->bad = s->up.chunked.error;
        return stream_fail(s, CAUSE_PROXY, 400);
    default:
        return stream_fail(s, CAUSE_RESOURCE, 500);
    }
}

/* A server that answered before it had the whole request may go on to read it: then it shall get it, as the
 * client is still sending and a connection that was cut would lose it the answer. */
static bool has_listener(const struct stream *s)
{
    return s->state == STREAM_TUNNEL ||
           ((s->resp.flags & HTTP_MSG_KEEP_ALIVE) != 0 && !s->sconn->conn.peer_ended);
}

static bool is_over(const struct stream *s)
{
    return is_finished(&s->down) && (s->up_broken || is_finished(&s->up) || !has_listener(s));
}

static enum stream_state pump_down(struct stream *s)
{
    bool was_over = is_finished(&s->down);
    switch (was_over ? RELAY_DONE : run_down(s)) {
    case RELAY_DONE:
        if (s->state == STREAM_TUNNEL && !was_over)
            conn_end_writing(&s->session->client);
        return s->state;
    case RELAY_WAITS:
        return s->state;
    case RELAY_AGAIN:
        loop_soon(s->thread->loop, &s->session->again);
        return s->state;
    case RELAY_FROM_ENDED:
    case RELAY_FROM_FAILED:
        return stream_fail(s, CAUSE_SERVER_ABORT, 502);
    case RELAY_TO_FAILED:
        return stream_fail(s, CAUSE_CLIENT_ABORT, 0);
    case RELAY_BAD_FRAMING:
        s->bad = s->down.chunked.error;
        return stream_fail(s, CAUSE_PROXY, 502);
    default:
        return stream_fail(s, CAUSE_RESOURCE, 500);
    }
}

enum stream_state stream_pump(struct stream *s)
{
    enum stream_state next = pump_up(s);
    if (next == STREAM_WAITING) {
        if (relay_is_blocked(&s->down)) /* an interim response waits for room */
            (void)relay_flush(&s->down);
        next = response_read(s);
        if (next == STREAM_WAITING && s->up_broken && !conn_can_read(&s->sconn->conn) &&
            s->sconn->conn.peer_ended)
            next = dispatch_server_failed(s, CAUSE_SERVER_ABORT, 502);
        if (next == STREAM_WAITING)
            stream_arm(s);
        return next;
    }
    if (next != STREAM_RELAYING && next != STREAM_TUNNEL)
        return next;
    next = pump_down(s);
    if (next != STREAM_RELAYING && next != STREAM_TUNNEL)
        return next;
    if (is_over(s))
        return stream_end(s);
    stream_arm(s);
    return next;
}

/* ---- events --------------------------------------------------------------------------------------- */

static enum stream_state pump_client(struct stream *s)
{
    if (s->session->client.broken && s->state != STREAM_TUNNEL) /* there a reset may have bytes before it */
        return stream_fail(s, CAUSE_CLIENT_ABORT, 400);
    if (s->state == STREAM_WAITING && s->backend->conf->abortonclose && s->session->client.peer_ended &&
        s->up.input_done)
        return stream_fail(s, CAUSE_CLIENT_ABORT, 400);
    return stream_pump(s);
}

static enum stream_state pump_server(struct stream *s)
{
    if (s->state != STREAM_TUNNEL)
        stream_server_lives(s, s->backend->conf->timeout.server_ms); /* with a part of its head, say */
    return stream_pump(s);
}

/* A client that hangs up while we look for a server need not be served. One that only ended its side may
 * still read: RFC 9112 9.6. */
static enum stream_state watch_client(struct stream *s)
{
    const struct conn *client = &s->session->client;
    if (client->broken || (client->peer_ended && s->backend->conf->abortonclose))
        return stream_fail(s, CAUSE_CLIENT_ABORT, 503);
    return s->state;
}

static enum stream_state time_out_queue(struct stream *s)
{
    return stream_fail(s, CAUSE_SERVER_TIMEOUT, 503);
}

static enum stream_state time_out_connect(struct stream *s)
{
    if (s->retries < s->backend->conf->retries)
        return dispatch_retry_connect(s);
    return stream_fail(s, CAUSE_SERVER_TIMEOUT, 503);
}

static enum stream_state time_out_pump(struct stream *s)
{
    uint64_t now = s->thread->loop->now_ms;
    bool client = waits_for_client(s) && s->client_deadline_ms <= now;
    bool server = waits_for_server(s) && s->server_deadline_ms <= now;
    bool client_first = client && (s->client_deadline_ms < s->server_deadline_ms || s->state == STREAM_TUNNEL);
    if (server && !client_first)
        return stream_fail(s, CAUSE_SERVER_TIMEOUT, 504);
    if (client)
        return stream_fail(s, CAUSE_CLIENT_TIMEOUT, 408);
    stream_arm(s);
    return s->state;
}

typedef enum stream_state stream_step(struct stream *s);

/* Every path a stream can take. An empty cell: the event changes nothing in that state. */
static stream_step *const steps[STREAM_STATES][STREAM_EVENTS] = {
    [STREAM_QUEUED] = {[STREAM_GRANTED] = dispatch_granted,
                       [STREAM_CLIENT_READY] = watch_client,
                       [STREAM_TIMED_OUT] = time_out_queue},
    [STREAM_PAUSED] = {[STREAM_CLIENT_READY] = watch_client, [STREAM_TIMED_OUT] = dispatch_resume},
    [STREAM_CONNECTING] = {[STREAM_SERVER_READY] = dispatch_connecting,
                           [STREAM_CLIENT_READY] = watch_client,
                           [STREAM_SERVER_DOWN] = dispatch_server_down,
                           [STREAM_TIMED_OUT] = time_out_connect},
    [STREAM_WAITING] = {[STREAM_SERVER_READY] = pump_server,
                        [STREAM_CLIENT_READY] = pump_client,
                        [STREAM_RESUMED] = stream_pump,
                        [STREAM_SERVER_DOWN] = dispatch_server_down,
                        [STREAM_TIMED_OUT] = time_out_pump},
    [STREAM_RELAYING] = {[STREAM_SERVER_READY] = pump_server,
                         [STREAM_CLIENT_READY] = pump_client,
                         [STREAM_RESUMED] = stream_pump,
                         [STREAM_TIMED_OUT] = time_out_pump},
    [STREAM_TUNNEL] = {[STREAM_SERVER_READY] = pump_server,
                       [STREAM_CLIENT_READY] = pump_client,
                       [STREAM_RESUMED] = stream_pump,
                       [STREAM_TIMED_OUT] = time_out_pump},
    [STREAM_PREPARING] = {[STREAM_PREPARED] = local_prepared, [STREAM_TIMED_OUT] = local_late},
    [STREAM_ANSWERING] = {[STREAM_CLIENT_READY] = local_continue, [STREAM_TIMED_OUT] = time_out_pump},
};

void stream_handle(struct stream *s, enum stream_event event)
{
    stream_step *step = steps[s->state][event];
    if (step == NULL)
        return;
    enum stream_state next = step(s);
    if (next != STREAM_ENDED) /* else its memory may be gone */
        s->state = next;
}

/* ---- the end -------------------------------------------------------------------------------------- */

/* The second of HAProxy's termination letters, by what was going on: manual section 8.5. */
static char phase_letter(const struct stream *s)
{
    static const char letters[STREAM_STATES] = {
        [STREAM_HEAD] = 'R',     [STREAM_QUEUED] = 'Q',   [STREAM_PAUSED] = 'C', [STREAM_CONNECTING] = 'C',
        [STREAM_WAITING] = 'H',  [STREAM_RELAYING] = 'D', [STREAM_TUNNEL] = 'D', [STREAM_ANSWERING] = 'D',
        [STREAM_PREPARING] = 'H', [STREAM_ENDED] = '-',
    };
    if (s->cause == CAUSE_LOCAL)
        return 'R';
    if (s->cause == CAUSE_CLIENT_ABORT && s->state == STREAM_WAITING && !s->up.input_done)
        return 'D'; /* it was its data that we waited for */
    return letters[s->state];
}

void stream_blame(struct stream *s, enum stream_cause cause)
{
    if (s->cause != CAUSE_NONE)
        return;
    s->cause = cause;
    s->phase = phase_letter(s);
}

enum stream_state stream_fail(struct stream *s, enum stream_cause cause, int status)
{
    if (s->cause == CAUSE_NONE) { /* else it has been counted: that we cannot even say so is not another one */
        stream_blame(s, cause);
        stream_log_failure(s);
    }
    s->keep_client = s->keep_server = false;
    dispatch_leave_queue(s);
    dispatch_release(s, false);
    if (!s->resp_started)
        s->status = status > 0 ? status : -1;
    /* a client that ended its side within the head may still listen */
    bool in_vain = s->session->client.broken || (cause == CAUSE_CLIENT_ABORT && s->state != STREAM_HEAD);
    if (s->resp_started || status <= 0 || in_vain)
        return stream_end(s);
    return local_error(s, status);
}

/*
 * Bytes of the next request: behind this one in the buffer, or read together with the end of a body.
 * False when there are some but no memory for them.
 */
static bool pass_leftover(struct stream *s)
{
    size_t in_buffer = s->in_len - s->in_used, unread = s->up.surplus ? s->up.unread.len : 0;
    if (in_buffer + unread == 0)
        return true;
    session_move_on(s->session);
    struct stream *next = stream_new(s->session);
    if (next == NULL)
        return false;
    memcpy(next->in, s->in + s->in_used, in_buffer);
    if (unread > 0)
        memcpy(next->in + in_buffer, s->up.unread.data + s->up.unread.off, unread);
    next->in_len = (uint32_t)(in_buffer + unread);
    s->session->stream = next;
    return true;
}

static void release_memory(struct stream *s)
{
    relay_free(&s->up);
    relay_free(&s->down);
    relay_bytes_free(&s->resp_head);
    if (s->answer.free_state != NULL)
        s->answer.free_state(s->answer.state);
    if (s->answer.wait != NULL)
        s->answer.wait->stream = NULL;
    s->session = NULL;
    if (!s->queue_owes)
        stream_free(s);
}

static enum session_fate session_fate_after(struct stream *s, bool asked, bool answered)
{
    const struct conn *client = &s->session->client;
    if (s->resp_started && !answered)
        return SESSION_CUTS;
    if (s->keep_client && asked && answered && pass_leftover(s))
        return SESSION_KEEPS;
    bool expects_no_more = asked && (s->req.flags & HTTP_MSG_KEEP_ALIVE) == 0;
    return client->broken || (expects_no_more && !client->readable) ? SESSION_LEAVES : SESSION_LINGERS;
}

/* Of a request with a body that the buffer cannot hold; 0 for others. */
static size_t upload_size(const struct stream *s)
{
    if (s->req.body != HTTP_BODY_LENGTH || s->head_us == 0)
        return 0;
    uint64_t size = s->req.head_bytes + s->req.content_length;
    return size <= s->thread->buffer_bytes ? 0 : size < RELAY_READ_MAX / 2 ? (size_t)size : RELAY_READ_MAX / 2;
}

enum stream_state stream_end(struct stream *s)
{
    struct session *session = s->session;
    bool asked = is_finished(&s->up), answered = is_finished(&s->down);
    stream_log_end(s);
    if (answered && s->down.read_bytes != 0)
        session->burst_bytes = s->down.read_bytes;
    session->upload_bytes = upload_size(s);
    dispatch_leave_queue(s);
    dispatch_release(s, s->keep_server && asked && answered && !s->down.surplus && s->sconn != NULL &&
                            !s->sconn->conn.peer_ended);
    s->state = STREAM_ENDED;
    session->stream = NULL;
    enum session_fate fate = session_fate_after(s, asked, answered);
    release_memory(s);
    session_stream_ended(session, fate);
    return STREAM_ENDED;
}

void stream_abandon(struct stream *s)
{
    s->keep_client = false;
    stream_blame(s, CAUSE_KILLED);
    stream_end(s);
}

void stream_kill(struct stream *s)
{
    enum stream_state next = stream_fail(s, CAUSE_SERVER_DOWN, 503);
    if (next != STREAM_ENDED)
        s->state = next;
}
