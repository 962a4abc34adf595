/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How answers of our own begin and end. Their heads are texts; where http-after-response is to look at one it is
 * read as a server's would be, changed, and written anew.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proxy/http/local_priv.h"
#include "proxy/http/stream_steps.h"
#include "proxy/http1/head.h"

/* After an answer of ours the connection goes on only if the request has been read to its end. */
bool local_may_keep_client(const struct stream *s)
{
    if (s->thread->draining || s->frontend->conf->http_close || session_is_orphan(s->session))
        return false;
    if ((s->req.flags & HTTP_MSG_KEEP_ALIVE) == 0)
        return false;
    return s->up.input_done;
}

/* How long a body is that has come with the head; false: not all of it is here. Chunks are read as strictly as where
 * they are passed on, for what follows them is a request. */
static bool body_is_here(const struct stream *s, uint64_t *bytes_out)
{
    const struct http_msg *m = &s->req;
    const char *body = s->in + m->head_bytes, *at = body, *end = s->in + s->in_len;
    struct h1_chunked chunks;
    struct h1_piece piece = {.kind = H1_PIECE_NONE};
    *bytes_out = m->content_length;
    if (m->body != HTTP_BODY_CHUNKED)
        return m->body == HTTP_BODY_LENGTH && (uint64_t)(end - body) >= m->content_length;
    h1_chunk_init(&chunks, s->frontend->conf->accept_invalid_request ? H1_LENIENT : 0);
    while (piece.kind != H1_PIECE_END) {
        int64_t used = h1_chunk_next(&chunks, at, (size_t)(end - at), &piece);
        if (used < 0 || piece.kind == H1_PIECE_NONE)
            return false;
        at += used;
    }
    *bytes_out = (uint64_t)(at - body);
    return true;
}

/* A body that has come with the head needs no reading: it is behind us. */
void local_skip_body(struct stream *s)
{
    uint64_t bytes;
    if (s->head_us == 0 || s->up.input_done || s->up.from != NULL || s->keeps_body ||
        !body_is_here(s, &bytes))
        return;
    s->in_used = s->req.head_bytes + (uint32_t)bytes;
    s->up.input_done = true;
}

void local_start(struct stream *s, int status)
{
    s->status = status;
    s->resp_started = true;
    s->state = STREAM_ANSWERING;
    relay_start(&s->down, &s->session->client, &s->session->client,
                (struct relay_body){.framing = HTTP_BODY_NONE});
    stream_client_lives(s, stream_client_ms(s));
}

void local_add_connection(const struct stream *s, struct gather *g)
{
    const struct conf_name_cases *cases = stream_client_cases(s);
    if (!s->keep_client)
        head_add_literal(g, cases, "Connection: close\r\n");
    else if (s->req.version_minor == 0)
        head_add_literal(g, cases, "Connection: keep-alive\r\n");
}

enum stream_state local_finish(struct stream *s)
{
    if (relay_is_blocked(&s->down)) {
        stream_arm(s);
        return STREAM_ANSWERING;
    }
    return stream_end(s);
}

/* ---- heads: http-after-response changes them too ------------------------------------------------- */

bool local_has_body(const struct stream *s)
{
    return s->asked_method != HTTP_METHOD_HEAD && !http_status_is_bodiless((unsigned)s->status);
}

/* A copy of the head as a message in the scratch, with room behind it. False when that is used up. */
static bool read_own_head(struct stream *s, struct sample_text head)
{
    struct sample_scratch *scratch = &s->thread->sample_scratch;
    size_t room = head.len + 2 + s->thread->buffer_bytes;
    if (scratch->size - scratch->used < room)
        return false;
    s->resp_base = scratch->base + scratch->used;
    scratch->used += room;
    memcpy(s->resp_base, head.data, head.len);
    memcpy(s->resp_base + head.len, "\r\n", 2);
    s->resp_len = (uint32_t)head.len + 2;
    s->resp_top = (uint32_t)room;
    h1_response_init(&s->parser, &s->resp, (enum http_method)s->asked_method, H1_LENIENT);
    return h1_head_parse(&s->parser, s->resp_base, s->resp_len) == H1_DONE;
}

enum { FRAMING_LINE_BYTES = 48 };

/* Drops what rules got wrong of it; what they took away, or a status that has a body after all lacks, goes to line. */
static void mend_framing(const struct stream *s, struct http_msg *m, char line[FRAMING_LINE_BYTES])
{
    bool in_chunks = m->body == HTTP_BODY_CHUNKED;
    line[0] = '\0';
    if (m->status == 204 || in_chunks || m->body == HTTP_BODY_UNTIL_CLOSE)
        head_drop(m, HTTP_HDR_CONTENT_LENGTH);
    if (!local_has_body(s) || m->body == HTTP_BODY_UNTIL_CLOSE)
        return;
    if (in_chunks && !head_keep_chunked(m, s->resp_base))
        snprintf(line, FRAMING_LINE_BYTES, "Transfer-Encoding: chunked\r\n");
    if (!in_chunks && !head_keep_length(m, s->resp_base))
        snprintf(line, FRAMING_LINE_BYTES, "Content-Length: %" PRIu64 "\r\n",
                 m->body == HTTP_BODY_LENGTH ? m->content_length : 0);
}

/* Status line and fields, without the connection's and the empty line. False: the rules failed. */
bool local_add_head(struct stream *s, struct gather *g, struct sample_text head)
{
    bool has_rules = rules_wants_after_response(s);
    if (!has_rules && !s->frontend->conf->adjusts_for_client) {
        gather_add(g, head.data, head.len);
        return true;
    }
    struct http_msg *m = &s->resp;
    char line[32], framing[FRAMING_LINE_BYTES];
    if (!read_own_head(s, head) || (has_rules && !rules_after_response(s))) {
        s->rules.has_failed = true;
        return false;
    }
    if ((m->flags & HTTP_MSG_LINE_EDITED) != 0)
        s->status = m->status;
    head_drop(m, HTTP_HDR_CONNECTION);
    gather_text(g, line, (size_t)snprintf(line, sizeof(line), "HTTP/1.1 %u ", m->status));
    gather_add(g, s->resp_base + m->reason_off, m->reason_len);
    gather_literal(g, "\r\n");
    mend_framing(s, m, framing);
    m->flags |= HTTP_MSG_FIELDS_EDITED; /* the empty line is not to go with the last of them */
    head_adjust_names(m, s->resp_base, stream_client_cases(s));
    head_add_fields(g, m, s->resp_base, false);
    head_adjust_line(stream_client_cases(s), framing);
    gather_text(g, framing, strlen(framing));
    return true;
}
