/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a stream of HTTP differs from one of TCP: what follows a request on its connection, and what only a
 * request has. The steps themselves are in request.c, response.c and local.c.
 */
#include "proxy/http/compression.h"
#include "proxy/http/rules.h"
#include "proxy/http/stream_steps.h"

/* One that only ended its side may still read, RFC 9112 9.6, unless we are told that it does not. */
static bool http_is_forsaken(const struct stream *s)
{
    return s->backend->conf->abortonclose;
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

static enum session_fate fate_after(struct stream *s, bool asked, bool answered)
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

static enum session_fate http_fate(struct stream *s)
{
    struct session *session = s->session;
    bool asked = relay_is_finished(&s->up), answered = relay_is_finished(&s->down);
    if (answered && s->down.read_bytes != 0)
        session->burst_bytes = s->down.read_bytes;
    session->upload_bytes = upload_size(s);
    return fate_after(s, asked, answered);
}

static void http_release(struct stream *s)
{
    relay_bytes_free(&s->resp_head);
    rule_progress_free(&s->rules);
    if (s->compressor != NULL)
        compression_end(s);
    session_restore_ends(s->session);
    if (s->answer.free_state != NULL)
        s->answer.free_state(s->answer.state);
    if (s->answer.wait != NULL)
        s->answer.wait->stream = NULL;
}

/* What the client sent for this request, as far as we got to know. */
static uint64_t http_uploaded(const struct stream *s)
{
    return s->head_us != 0 ? s->req.head_bytes + s->up.bytes_in : s->in_len;
}

static void http_describe(const struct stream *s, struct access_record *r)
{
    if (r->server == NULL)
        r->server = s->answer.name;
    if (s->head_us == 0)
        return;
    r->is_request = true;
    r->request_line = s->in + s->line_off;
    r->request_line_len = s->line_len;
}

const struct stream_mode stream_http = {
    .connected = request_send,
    .look_again = rules_client_ready,
    .waited = rules_timed_out,
    .go_on = rules_request,
    .refuse = local_error,
    .is_forsaken = http_is_forsaken,
    .fate = http_fate,
    .release = http_release,
    .uploaded = http_uploaded,
    .describe = http_describe,
    .counts_requests = true,
};
