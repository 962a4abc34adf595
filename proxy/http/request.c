/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request's head as the server shall see it: the client's bytes, with hop-by-hop fields left
 * out and ours added, in one gathered write together with the first bytes of the body.
 */
#include "proxy/http/compression.h"
#include "proxy/http/request_fields.h"
#include "proxy/http/rules.h"
#include "proxy/http/stream_steps.h"
#include "proxy/http1/head.h"

#include <inttypes.h>
#include <stdio.h>

static bool te_asks_for_trailers(const struct stream *s, const struct http_header *te)
{
    const char *at = s->in + te->value_off, *end = at + te->value_len, *member;
    size_t len;
    while (http_list_next(&at, end, &member, &len))
        if (len == 8 && http_text_same(member, "trailers", 8))
            return true;
    return false;
}

/* TE is of this hop alone; but "trailers" is a promise we can keep, as trailers are passed on. Codings are
 * not for us to promise: RFC 9110 10.1.4. */
static void reduce_te(struct stream *s, struct http_header *te)
{
    static const char promise[] = "trailers";
    struct http_edit e = stream_edit(s, false);
    bool is_all = te->value_len == sizeof(promise) - 1;
    if (!te_asks_for_trailers(s, te))
        te->flags |= HTTP_HEADER_DROP;
    else if (!is_all &&
             !edit_replace(&e, (unsigned)(te - s->req.headers), promise, sizeof(promise) - 1))
        te->flags |= HTTP_HEADER_DROP;
}

/* What concerns the client and us only does not go on: RFC 9110 7.6.1. */
static void drop_hop_by_hop(struct stream *s)
{
    struct http_msg *m = &s->req;
    head_drop_connection_fields(m, s->in);
    for (struct http_header *te = http_msg_first(m, HTTP_HDR_TE); te != NULL;
         te = http_msg_next(m, te))
        reduce_te(s, te);
    head_drop(m, HTTP_HDR_HTTP2_SETTINGS);
    if (m->body != HTTP_BODY_CHUNKED)
        head_drop(m, HTTP_HDR_TRANSFER_ENCODING);
    s->upgrade = (m->flags & HTTP_MSG_UPGRADE) != 0 && (m->flags & HTTP_MSG_UPGRADE_H2C) == 0;
    if (!s->upgrade)
        head_drop(m, HTTP_HDR_UPGRADE);
}

static void add_connection(struct stream *s, struct gather *g, const struct conf_name_cases *cases)
{
    if (s->upgrade)
        head_add_literal(g, cases, "Connection: Upgrade\r\n");
    else if (s->req.version_minor == 0 && s->keep_server)
        head_add_literal(g, cases, "Connection: keep-alive\r\n");
    else if (s->req.version_minor != 0 && !s->keep_server)
        head_add_literal(g, cases, "Connection: close\r\n");
}

void request_prepare(struct stream *s)
{
    s->closes_server = head_says_close(&s->req, s->in);
    drop_hop_by_hop(s);
    if (compression_is_configured(s))
        compression_request(s);
    request_drop_fields(s);
}

/* The framing is ours to tell, whatever rules made of its fields. */
static void add_framing(struct stream *s, struct gather *g, const struct conf_name_cases *cases,
                        bool has_coding)
{
    char line[48];
    if (!has_coding)
        head_add_literal(g, cases, "Transfer-Encoding: chunked\r\n");
    if (!s->needs_length)
        return;
    int len =
        snprintf(line, sizeof(line), "Content-Length: %" PRIu64 "\r\n", s->req.content_length);
    head_adjust_line(cases, line);
    gather_text(g, line, (size_t)len);
}

/* False: Transfer-Encoding has to be added. */
static bool check_framing(struct stream *s)
{
    struct http_msg *m = &s->req;
    if ((m->flags & HTTP_MSG_FIELDS_EDITED) != 0) {
        if (m->body == HTTP_BODY_LENGTH)
            s->needs_length = !head_keep_length(m, s->in);
        else if (m->body == HTTP_BODY_CHUNKED || (m->flags & HTTP_MSG_HAS_LENGTH) == 0)
            head_drop(m, HTTP_HDR_CONTENT_LENGTH);
    }
    return m->body != HTTP_BODY_CHUNKED || head_keep_chunked(m, s->in);
}

/*
 * Method and target as they came; the version is the highest both sides know, so a request of
 * HTTP/1.0 stays one, as with HAProxy: it may lack the Host that a server would miss in 1.1. A
 * strictly read line goes on as it is, in one piece with the fields; what leniency let through is
 * written anew.
 */
static void add_request_line(struct stream *s, struct gather *g)
{
    const struct http_msg *m = &s->req;
    uint32_t end = m->target_off + m->target_len + (uint32_t)sizeof(" HTTP/1.1\r\n") - 1;
    /* the digit itself is looked at: 1.2 to 1.9 are read as 1.1 */
    if (!s->frontend->conf->accept_invalid_request && (m->flags & HTTP_MSG_LINE_EDITED) == 0 &&
        s->in[end - 3] <= '1') {
        gather_add(g, s->in + m->method_off, end - m->method_off);
        return;
    }
    gather_add(g, s->in + m->method_off, m->method_len);
    gather_literal(g, " ");
    gather_add(g, s->in + m->target_off, m->target_len);
    if (m->version_minor == 0)
        gather_literal(g, " HTTP/1.0\r\n");
    else
        gather_literal(g, " HTTP/1.1\r\n");
}

/* What has come of the body lies in the stream's buffer and, of a large one, in the session's
 * intake. */
static enum relay_status send_with_body(struct stream *s, struct gather *g)
{
    const struct http_msg *m = &s->req;
    struct relay_bytes *intake = &s->session->intake;
    size_t used;
    enum relay_status status =
        relay_stage(&s->up, g, s->in + m->head_bytes, s->in_len - m->head_bytes, &used);
    if (status != RELAY_WAITS)
        return status;
    s->in_used = m->head_bytes + (uint32_t)used;
    status = relay_push(&s->up, g, intake->data + intake->off, intake->len, &used);
    intake->off += used;
    intake->len -= used;
    return session_own_intake(s->session) ? status : RELAY_NO_MEMORY;
}

enum stream_state request_send(struct stream *s)
{
    const struct http_msg *m = &s->req;
    const struct conf_proxy *be = s->backend->conf;
    const struct conf_name_cases *cases = stream_server_cases(s);
    struct gather g;
    gather_init(&g);
    s->keep_server = !s->closes_server && !be->http_server_close && !be->http_close &&
                     !s->frontend->conf->http_server_close && !s->frontend->conf->http_close;
    add_request_line(s, &g);
    bool lenient = s->frontend->conf->accept_invalid_request;
    bool has_coding = check_framing(s);
    head_adjust_names(m, s->in, cases);
    head_add_fields(&g, m, s->in, lenient);
    request_add_fields(s, &g);
    add_framing(s, &g, cases, has_coding);
    add_connection(s, &g, cases);
    request_add_name(s, &g);
    head_add_end(&g, m, s->in, lenient);

    relay_free(&s->up); /* of an attempt before this one */
    relay_start(&s->up, &s->session->client, &s->sconn->conn,
                (struct relay_body){.framing = m->body,
                                    .length = m->content_length,
                                    .chunk_out = m->body == HTTP_BODY_CHUNKED,
                                    .h1_options = lenient ? H1_LENIENT : 0});
    s->up.surplus_max = s->thread->buffer_bytes; /* it becomes the next stream's */
    s->down.to = &s->session->client;            /* for interim responses */
    enum relay_status status = send_with_body(s, &g);
    h1_response_init(&s->parser, &s->resp, m->method, be->accept_invalid_response ? H1_LENIENT : 0);
    stream_server_lives(s, stream_server_ms(s));
    stream_client_lives(s, stream_client_ms(s));
    s->sconn->streams++;
    s->up_broken = false;
    s->state = STREAM_WAITING;
    switch (status) {
    case RELAY_WAITS:
    case RELAY_DONE:
        return stream_pump(s);
    case RELAY_TO_FAILED:
        return dispatch_server_failed(s, CAUSE_SERVER_ABORT, 502);
    case RELAY_BAD_FRAMING:
        s->bad = s->up.chunked.error;
        return stream_fail(s, CAUSE_PROXY, 400);
    default:
        return stream_fail(s, CAUSE_RESOURCE, 500);
    }
}
