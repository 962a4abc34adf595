/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a stream: whose fault it is, what is still answered, and what becomes of its connections, its
 * slot, the bytes behind it and its memory. Every way out leads through stream_end().
 */
#include "proxy/http/explain.h"
#include "proxy/http/handover.h"
#include "proxy/http/stream_steps.h"

#include "proxy/http/stream_log.h"

/* The second of HAProxy's termination letters, by what was going on: manual section 8.5. */
static char phase_letter(const struct stream *s)
{
    static const char letters[STREAM_STATES] = {
        [STREAM_HEAD] = 'R',      [STREAM_RULES] = 'R',      [STREAM_QUEUED] = 'Q',
        [STREAM_PAUSED] = 'C',    [STREAM_CONNECTING] = 'C', [STREAM_WAITING] = 'H',
        [STREAM_HOLDING] = 'R',   [STREAM_RELAYING] = 'D',   [STREAM_TUNNEL] = 'D',
        [STREAM_ANSWERING] = 'D', [STREAM_PREPARING] = 'H',  [STREAM_ENDED] = '-',
    };
    if (s->rules.is_tarpit)
        return 'T';
    if (s->cause == CAUSE_LOCAL && s->state != STREAM_WAITING)
        return 'R';
    if (s->state == STREAM_TUNNEL && (s->cause == CAUSE_SERVER_DOWN || s->cause == CAUSE_KILLED))
        return '-'; /* as HAProxy */
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

/* For stick tables: a request that is none is a request all the same. */
static void count_failure(struct stream *s, int status)
{
    if (s->state == STREAM_HEAD && status >= 400 && status < 500) {
        tracking_request(s);
        tracking_client_error(s);
    } else if ((s->state == STREAM_WAITING || s->state == STREAM_HOLDING) && status >= 500) {
        tracking_server_failure(s);
    }
}

enum stream_state stream_fail(struct stream *s, enum stream_cause cause, int status)
{
    if (s->cause ==
        CAUSE_NONE) { /* else it has been counted: that we cannot even say so is not another one */
        stream_blame(s, cause);
        stream_log_failure(s);
        count_failure(s, status);
    }
    s->keep_client = s->keep_server = false;
    if (!s->resp_started)
        s->status = status > 0 ? status : -1;
    /* a client that ended its side within the head may still listen */
    bool in_vain =
        s->session->client.broken || (cause == CAUSE_CLIENT_ABORT && s->state != STREAM_HEAD);
    if (s->resp_started || status <= 0 || in_vain || s->mode->refuse == NULL)
        return stream_end(s);
    dispatch_leave_queue(s);
    dispatch_release(s, false);
    return s->mode->refuse(s, status);
}

enum stream_state stream_down_failed(struct stream *s, enum relay_status why)
{
    switch (why) {
    case RELAY_FROM_ENDED:
    case RELAY_FROM_FAILED:
        return stream_fail(s, CAUSE_SERVER_ABORT, 502);
    case RELAY_TO_FAILED:
        return stream_fail(s, CAUSE_CLIENT_ABORT, 0);
    case RELAY_BAD_FRAMING:
        s->bad = s->down.chunked.error;
        return stream_fail(s, s->resp_started ? CAUSE_SERVER_ABORT : CAUSE_PROXY, 502);
    default:
        return stream_fail(s, CAUSE_RESOURCE, 500);
    }
}

static void release_memory(struct stream *s)
{
    explain_end(s);
    relay_free(&s->up);
    relay_free(&s->down);
    if (s->mode->release != NULL)
        s->mode->release(s);
    s->session = NULL;
    if (!s->queue_owes)
        stream_free(s);
}

enum stream_state stream_end(struct stream *s)
{
    struct session *session = s->session;
    bool asked = relay_is_finished(&s->up), answered = relay_is_finished(&s->down);
    stream_log_end(s);
    tracking_stream_ends(s);
    dispatch_leave_queue(s);
    dispatch_release(s, s->keep_server && asked && answered && !s->down.surplus &&
                            s->sconn != NULL && !s->sconn->conn.peer_ended);
    s->state = STREAM_ENDED;
    session->stream = NULL;
    enum session_fate fate = s->mode->fate(s);
    release_memory(s);
    session_stream_ended(session, fate);
    return STREAM_ENDED;
}

enum stream_state stream_dismiss(struct stream *s)
{
    if (!handover_leave(s))
        return stream_fail(s, CAUSE_RESOURCE, 0);
    s->session->stream = NULL;
    s->state = STREAM_ENDED;
    release_memory(s);
    return STREAM_ENDED;
}

void stream_abandon(struct stream *s)
{
    s->keep_client = false;
    stream_blame(s, CAUSE_KILLED);
    stream_end(s);
}

void stream_kill(struct stream *s, enum stream_cause why)
{
    int status = why == CAUSE_KILLED && s->state == STREAM_WAITING ? 502 : 503; /* as HAProxy */
    enum stream_state next = stream_fail(s, why, status);
    if (next != STREAM_ENDED)
        s->state = next;
}
