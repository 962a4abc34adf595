/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies while they are looked at; see body.h. */
#include "proxy/http/body.h"
#include "proxy/http/probe_view.h"
#include "proxy/http/stream_steps.h"

/* Bytes of the body as they came, chunk heads included. */
static struct sample_text raw_body(const struct stream *s, bool is_response)
{
    const struct http_msg *m = is_response ? &s->resp : &s->req;
    const char *base = is_response ? s->resp_base : s->in;
    size_t len = (is_response ? s->resp_len : s->in_len) - m->head_bytes;
    if (m->body == HTTP_BODY_NONE)
        len = 0;
    if (m->body == HTTP_BODY_LENGTH && len > m->content_length)
        len = (size_t)m->content_length;
    return (struct sample_text){base + m->head_bytes, len};
}

/* Without chunk heads, to `to`, which has room for all of it, or nowhere; is there an end? */
static bool join_chunks(struct sample_text raw, char *to, size_t *len_out)
{
    struct h1_chunked chunks;
    h1_chunk_init(&chunks, H1_LENIENT);
    *len_out = 0;
    for (;;) {
        struct h1_piece piece;
        int64_t used = h1_chunk_next(&chunks, raw.data, raw.len, &piece);
        if (used < 0 || piece.kind != H1_PIECE_DATA)
            return used >= 0 && piece.kind == H1_PIECE_END;
        if (to != NULL)
            memcpy(to + *len_out, raw.data + piece.off, piece.len);
        *len_out += piece.len;
        raw.data += used;
        raw.len -= (size_t)used;
    }
}

bool body_is_ready(const struct stream *s, bool is_response, size_t at_least)
{
    const struct http_msg *m = is_response ? &s->resp : &s->req;
    struct sample_text raw = raw_body(s, is_response);
    size_t len = raw.len;
    bool no_more = is_response ? s->resp_cut || response_room(s) == 0 : stream_room(s) == 0;
    if (m->body == HTTP_BODY_NONE || no_more)
        return true;
    if (m->body == HTTP_BODY_CHUNKED && join_chunks(raw, NULL, &len))
        return true;
    return len >= at_least || (m->body == HTTP_BODY_LENGTH && len == m->content_length);
}

static void invite(struct stream *s)
{
    struct gather g;
    if ((s->req.flags & HTTP_MSG_EXPECT_CONTINUE) == 0 || s->req.body == HTTP_BODY_NONE)
        return;
    s->req.flags &= ~(uint32_t)HTTP_MSG_EXPECT_CONTINUE;
    for (struct http_header *h = http_msg_first(&s->req, HTTP_HDR_EXPECT); h != NULL;
         h = http_msg_next(&s->req, h))
        h->flags |= HTTP_HEADER_DROP;
    gather_init(&g);
    gather_literal(&g, "HTTP/1.1 100 Continue\r\n\r\n");
    s->down.to = &s->session->client;
    (void)relay_send(&s->down, &g); /* a client that is gone will be noticed when it is read from */
}

bool body_text(struct sample_env *env, bool is_response, struct sample_text *out)
{
    const struct stream *s = env->stream;
    if (env->probe != NULL) {
        *out = env->probe->body;
        return true;
    }
    *out = raw_body(s, is_response);
    if ((is_response ? s->resp.body : s->req.body) != HTTP_BODY_CHUNKED)
        return true;
    char *joined = sample_scratch_take(env, out->len);
    if (joined == NULL)
        return false;
    (void)join_chunks(*out, joined, &out->len);
    out->data = joined;
    return true;
}

bool body_has_come(struct stream *s, size_t at_least)
{
    invite(s);
    if (!s->rules.client_left && !body_is_ready(s, false, at_least))
        s->whole_us = 0;
    else if (s->whole_us == 0)
        s->whole_us = s->thread->loop->now_us;
    return s->whole_us != 0;
}
