/* SPDX-License-Identifier: Apache-2.0 */
/* Streams without messages; see tcp_stream.h. */
#include "proxy/tcp/tcp_stream.h"

#include "proxy/http/sticking.h"
#include "proxy/http/stream_log.h"
#include "proxy/http/stream_steps.h"
#include "proxy/tcp/tcp_priv.h"

#include <stdlib.h>
#include <string.h>

static const struct stream_mode stream_tcp;

static struct stream *tcp_stream_new(struct session *session)
{
    struct pool *pool = &session->thread->tunnel_pool;
    struct stream *s = pool_take(pool);
    if (s == NULL)
        return NULL;
    memset(s, 0, STREAM_TUNNEL_BYTES);
    stream_init(s, session, &stream_tcp, pool);
    s->head_us = s->whole_us = s->began_us;
    s->fresh_conn = true; /* what another client's session has left behind is no beginning */
    return s;
}

void tcp_begin(struct session *session)
{
    struct stream *s = tcp_stream_new(session);
    if (s == NULL) {
        session_close(session);
        return;
    }
    session->stream = s;
    session->state = SESSION_STREAM;
    session->requests++;
    session->client.fin_is_end = true;
    stream_log_begin(s);
    enum stream_state next = tcp_route(s);
    if (next != STREAM_ENDED)
        s->state = next;
}

enum stream_state tcp_hand_over(struct stream *s)
{
    struct session *session = s->session;
    enum stream_state next = stream_dismiss(s);
    if (session->handover != NULL)
        session_speak_http(session);
    return next;
}

/* From now on bytes flow both ways. Those that were read to find the server go first. */
static enum stream_state tcp_connected(struct stream *s)
{
    struct conn *client = &s->session->client, *server = &s->sconn->conn;
    struct relay_bytes *intake = &s->session->intake;
    const struct relay_body tunnel = {.framing = HTTP_BODY_UNTIL_CLOSE};
    struct gather g;
    size_t used;
    server->fin_is_end = true;
    relay_start(&s->up, client, server, tunnel);
    relay_start(&s->down, server, client, tunnel);
    s->up.may_splice = s->down.may_splice = conn_can_splice(client, server);
    s->resp_started = true;
    tcp_expect_answer(s);
    if (!s->inspects_answer)
        sticking_response(s);
    s->state = STREAM_TUNNEL;
    stream_refresh_deadlines(s);
    stream_log_head(s);
    if (intake->len > 0) {
        gather_init(&g);
        enum relay_status status =
            relay_push(&s->up, &g, intake->data + intake->off, intake->len, &used);
        relay_bytes_free(intake);
        *intake = (struct relay_bytes){0};
        if (status == RELAY_NO_MEMORY)
            return stream_fail(s, CAUSE_RESOURCE, 0);
        if (status == RELAY_TO_FAILED)
            return stream_fail(s, CAUSE_SERVER_ABORT, 0);
    }
    return stream_pump(s);
}

/* It has said all it had to say, and that was nothing. */
static bool tcp_is_forsaken(const struct stream *s)
{
    char byte;
    const struct session *session = s->session;
    if (s->backend->conf->abortonclose)
        return true;
    return session->intake.len == 0 && session->client.tls == NULL &&
           recv(session->client.source.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* Bytes of which nobody took notice would turn the close into a reset; where nobody ever would,
 * they may still be on their way. */
static enum session_fate tcp_fate(struct stream *s)
{
    const struct conn *client = &s->session->client;
    bool is_unread = !s->up.input_done && (client->readable || s->backend == NULL);
    return is_unread && !client->broken ? SESSION_LINGERS : SESSION_LEAVES;
}

static void tcp_release(struct stream *s)
{
    free(s->rules.captured);
    rule_progress_free(&s->rules);
    relay_bytes_free(&s->resp_head);
}

static uint64_t tcp_uploaded(const struct stream *s)
{
    return s->up.bytes_in + s->session->intake.len;
}

static void tcp_describe(const struct stream *s, struct access_record *record)
{
    record->accepted_wall_us =
        (int64_t)s->session->accepted_us + s->thread->loop->wall_minus_mono_us;
}

static const struct stream_mode stream_tcp = {
    .connected = tcp_connected,
    .look_again = tcp_look_again,
    .waited = tcp_waited,
    .go_on = tcp_route,
    .look_at_answer = tcp_look_at_answer,
    .release = tcp_release,
    .is_forsaken = tcp_is_forsaken,
    .fate = tcp_fate,
    .uploaded = tcp_uploaded,
    .describe = tcp_describe,
};
