/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes in both directions, and how long each side may take: a stream from the moment its request is on the
 * way until the response or the tunnel is through. relay.h moves the bytes; here is what their ends mean.
 */
#include "proxy/http/stream_steps.h"

/* ---- deadlines ----------------------------------------------------------------------------------- */

/* Which sides the stream waits for now; the deadline of the other one does not count. */
static bool waits_for_client(const struct stream *s)
{
    switch (s->state) {
    case STREAM_ANSWERING:
        return true;
    case STREAM_TUNNEL:
        return !s->up.input_done || relay_is_blocked(&s->down);
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
    case STREAM_RULES:
    case STREAM_QUEUED:
    case STREAM_PAUSED:
    case STREAM_CONNECTING:
    case STREAM_HOLDING:
    case STREAM_PREPARING:
        return true;
    case STREAM_TUNNEL:
        return !s->down.input_done || relay_is_blocked(&s->up);
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
    if (s->inspects_answer && s->rules.wait_until_ms != 0 && s->rules.wait_until_ms < first)
        first = s->rules.wait_until_ms;
    if (first != UINT64_MAX)
        wheel_arm(&s->thread->loop->wheel, &s->session->deadline, first);
    else
        wheel_disarm(&s->session->deadline);
}

/* Of a tunnel; once a side has been told that nothing more will come, there is no reason to wait long for it. */
static unsigned client_timeout_ms(const struct stream *s)
{
    const struct conf_timeouts *fe = &s->frontend->conf->timeout;
    if (s->down.input_done && fe->client_fin_ms != 0)
        return fe->client_fin_ms;
    unsigned tunnel = stream_tunnel_ms(s);
    return tunnel != 0 ? tunnel : stream_client_ms(s);
}

static unsigned server_timeout_ms(const struct stream *s)
{
    const struct conf_timeouts *be = &s->backend->conf->timeout;
    if (s->up.input_done && be->server_fin_ms != 0)
        return be->server_fin_ms;
    unsigned tunnel = stream_tunnel_ms(s);
    return tunnel != 0 ? tunnel : stream_server_ms(s);
}

void stream_refresh_deadlines(struct stream *s)
{
    stream_client_lives(s, client_timeout_ms(s));
    stream_server_lives(s, server_timeout_ms(s));
}

/* ---- both directions ------------------------------------------------------------------------------ */

/* A relay before it runs. */
struct progress {
    uint64_t in, out;
    bool blocked, done;
};

static struct progress progress_of(const struct relay *relay)
{
    return (struct progress){relay->bytes_in, relay->bytes_out, relay_is_blocked(relay),
                             relay->input_done};
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
        stream_client_lives(s, stream_client_ms(s));
    if (of_server)
        stream_server_lives(s, stream_server_ms(s));
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

static enum stream_state pump_up(struct stream *s)
{
    if (s->up_broken || relay_is_finished(&s->up))
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
    return relay_is_finished(&s->down) &&
           (s->up_broken || relay_is_finished(&s->up) || !has_listener(s));
}

static enum stream_state pump_down(struct stream *s)
{
    if (s->inspects_answer) {
        enum stream_state next = s->mode->look_at_answer(s);
        if (next != STREAM_TUNNEL || s->inspects_answer)
            return next;
    }
    bool was_over = relay_is_finished(&s->down);
    enum relay_status status = was_over ? RELAY_DONE : run_down(s);
    switch (status) {
    case RELAY_DONE:
        if (s->state == STREAM_TUNNEL && !was_over)
            conn_end_writing(&s->session->client);
        return s->state;
    case RELAY_WAITS:
        return s->state;
    case RELAY_AGAIN:
        loop_soon(s->thread->loop, &s->session->again);
        return s->state;
    default:
        return stream_down_failed(s, status);
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

enum stream_state stream_pump_client(struct stream *s)
{
    if (s->session->client.broken &&
        s->state != STREAM_TUNNEL) /* there a reset may have bytes before it */
        return stream_fail(s, CAUSE_CLIENT_ABORT, 400);
    if (s->state == STREAM_WAITING && s->backend->conf->abortonclose &&
        s->session->client.peer_ended && s->up.input_done)
        return stream_fail(s, CAUSE_CLIENT_ABORT, 400);
    return stream_pump(s);
}

enum stream_state stream_pump_server(struct stream *s)
{
    if (s->state != STREAM_TUNNEL)
        stream_server_lives(s, stream_server_ms(s)); /* with a part of its head, say */
    return stream_pump(s);
}

enum stream_state stream_pump_timed_out(struct stream *s)
{
    uint64_t now = s->thread->loop->now_ms;
    if (s->inspects_answer && s->rules.wait_until_ms != 0 && s->rules.wait_until_ms <= now) {
        s->rules.wait_is_over = true;
        return stream_pump(s);
    }
    bool client = waits_for_client(s) && s->client_deadline_ms <= now;
    bool server = waits_for_server(s) && s->server_deadline_ms <= now;
    bool client_first =
        client && (s->client_deadline_ms < s->server_deadline_ms || s->state == STREAM_TUNNEL);
    if (server && !client_first && s->state == STREAM_WAITING &&
        dispatch_may_repeat(s, CONF_RETRY_TIMEOUT))
        return dispatch_repeat(s);
    if (server && !client_first)
        return stream_fail(s, CAUSE_SERVER_TIMEOUT, 504);
    if (client)
        return stream_fail(s, CAUSE_CLIENT_TIMEOUT, 408);
    stream_arm(s);
    return s->state;
}
