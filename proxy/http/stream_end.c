/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a stream: whose fault it is, what is still answered, and what becomes of its connections, its
 * slot, the bytes behind it and its memory. Every way out leads through stream_end().
 */
#include "proxy/http/stream.h"

#include "proxy/http/stream_log.h"

/* The second of HAProxy's termination letters, by what was going on: manual section 8.5. */
static char phase_letter(const struct stream *s)
{
    static const char letters[STREAM_STATES] = {
        [STREAM_HEAD] = 'R',       [STREAM_QUEUED] = 'Q',    [STREAM_PAUSED] = 'C',
        [STREAM_CONNECTING] = 'C', [STREAM_WAITING] = 'H',   [STREAM_RELAYING] = 'D',
        [STREAM_TUNNEL] = 'D',     [STREAM_ANSWERING] = 'D', [STREAM_PREPARING] = 'H',
        [STREAM_ENDED] = '-',
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
    if (s->cause ==
        CAUSE_NONE) { /* else it has been counted: that we cannot even say so is not another one */
        stream_blame(s, cause);
        stream_log_failure(s);
    }
    s->keep_client = s->keep_server = false;
    dispatch_leave_queue(s);
    dispatch_release(s, false);
    if (!s->resp_started)
        s->status = status > 0 ? status : -1;
    /* a client that ended its side within the head may still listen */
    bool in_vain =
        s->session->client.broken || (cause == CAUSE_CLIENT_ABORT && s->state != STREAM_HEAD);
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
    return client->broken || (expects_no_more && !client->readable) ? SESSION_LEAVES
                                                                    : SESSION_LINGERS;
}

/* Of a request with a body that the buffer cannot hold; 0 for others. */
static size_t upload_size(const struct stream *s)
{
    if (s->req.body != HTTP_BODY_LENGTH || s->head_us == 0)
        return 0;
    uint64_t size = s->req.head_bytes + s->req.content_length;
    return size <= s->thread->buffer_bytes ? 0
           : size < RELAY_READ_MAX / 2     ? (size_t)size
                                           : RELAY_READ_MAX / 2;
}

enum stream_state stream_end(struct stream *s)
{
    struct session *session = s->session;
    bool asked = relay_is_finished(&s->up), answered = relay_is_finished(&s->down);
    stream_log_end(s);
    if (answered && s->down.read_bytes != 0)
        session->burst_bytes = s->down.read_bytes;
    session->upload_bytes = upload_size(s);
    dispatch_leave_queue(s);
    dispatch_release(s, s->keep_server && asked && answered && !s->down.surplus &&
                            s->sconn != NULL && !s->sconn->conn.peer_ended);
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
