/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The response's head: read from the server, checked, and written to the client with the first bytes of
 * the body in one gathered write. Usually it comes in one piece and is read in place, in the thread's
 * scratch; a head in pieces is collected in s->resp_head.
 */
#include "proxy/http/compression.h"
#include "proxy/http/rules.h"
#include "proxy/http/sticking.h"
#include "proxy/http/stream_log.h"
#include "proxy/http1/head.h"
#include "proxy/state/observe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const struct conf_proxy *frontend_conf(const struct stream *s)
{
    return s->frontend->conf;
}

/* Whether the client's connection can carry another request after this response. */
static bool may_keep_client(const struct stream *s)
{
    if (s->resp.body == HTTP_BODY_UNTIL_CLOSE || s->thread->draining ||
        session_is_orphan(s->session))
        return false;
    if (s->resp.body == HTTP_BODY_CHUNKED && s->req.version_minor == 0)
        return false; /* the client knows no chunks and gets none: the close is the end */
    if (s->req.method == HTTP_METHOD_CONNECT)
        return false; /* refused; what follows may have been meant for the tunnel */
    return (s->req.flags & HTTP_MSG_KEEP_ALIVE) != 0 && !frontend_conf(s)->http_close;
}

static void add_connection(const struct stream *s, struct gather *g, bool tunnel)
{
    /* 426 names the protocol to upgrade to, RFC 9110 15.5.22; its Upgrade field is passed on, so this is, too */
    if ((s->resp.flags & HTTP_MSG_UPGRADE) != 0 || s->resp.status == 101)
        gather_literal(g, "Connection: upgrade\r\n");
    if (s->resp.status == 101)
        return;
    if (!tunnel && !s->keep_client)
        gather_literal(g, "Connection: close\r\n");
    else if (!tunnel && s->req.version_minor == 0)
        gather_literal(g, "Connection: keep-alive\r\n");
}

static void add_status_line(const struct stream *s, struct gather *g, const char *base)
{
    const struct http_msg *m = &s->resp;
    uint32_t end = m->reason_off + m->reason_len, after_version = sizeof("HTTP/1.1") - 1;
    if (s->backend->conf->accept_invalid_response ||
        (m->flags & HTTP_MSG_LINE_EDITED) != 0) { /* it may have come in many a shape */
        const char code[] = {' ', (char)('0' + m->status / 100), (char)('0' + m->status / 10 % 10),
                             (char)('0' + m->status % 10), ' '};
        gather_literal(g, "HTTP/1.1");
        gather_text(g, code, sizeof(code));
        gather_add(g, base + m->reason_off, m->reason_len);
    } else if (m->reason_len == 0) { /* the space before it is not optional: RFC 9112 4 */
        gather_literal(g, "HTTP/1.1");
        gather_add(g, base + after_version, sizeof(" 200") - 1);
        gather_literal(g, " ");
    } else if (base[after_version - 1] == '1') { /* 1.2 to 1.9 are read as 1.1, but not passed on */
        gather_add(g, base, end + 2);            /* with its CRLF, so that the head is one piece */
        return;
    } else {
        gather_literal(g, "HTTP/1.1");
        gather_add(g, base + after_version, end - after_version);
    }
    gather_literal(g, "\r\n");
}

static bool goes_in_chunks(const struct stream *s)
{
    return (s->resp.body == HTTP_BODY_CHUNKED && s->req.version_minor == 1) ||
           s->compressor != NULL;
}

static void add_head(struct stream *s, struct gather *g, const char *base, bool tunnel)
{
    struct http_msg *m = &s->resp;
    bool lenient = s->backend->conf->accept_invalid_response;
    bool is_chunked = goes_in_chunks(s);
    head_drop_connection_fields(m, base);
    bool has_coding = is_chunked && head_keep_chunked(m, base);
    if (!is_chunked)
        head_drop(m, HTTP_HDR_TRANSFER_ENCODING);
    bool needs_length = (m->flags & HTTP_MSG_FIELDS_EDITED) != 0 && m->body == HTTP_BODY_LENGTH &&
                        !is_chunked && !head_keep_length(m, base);
    add_status_line(s, g, base);
    head_add_fields(g, m, base, lenient);
    if (is_chunked && !has_coding)
        gather_literal(g, "Transfer-Encoding: chunked\r\n");
    char line[48];
    if (needs_length)
        gather_text(g, line,
                    (size_t)snprintf(line, sizeof(line), "Content-Length: %" PRIu64 "\r\n",
                                     m->content_length));
    add_connection(s, g, tunnel);
    head_add_end(g, m, base, lenient);
}

static bool is_tunnel(const struct stream *s)
{
    if (s->resp.status == 101)
        return s->upgrade;
    return s->req.method == HTTP_METHOD_CONNECT && s->resp.status >= 200 && s->resp.status < 300;
}

static enum stream_state refuse_response(struct stream *s, const char *reason)
{
    s->keep_server = false;
    if (dispatch_may_repeat(s, CONF_RETRY_JUNK))
        return dispatch_repeat(s);
    s->bad.reason = reason;
    return stream_fail(s, CAUSE_PROXY, 502);
}

/* From now on bytes flow both ways as they are. Those the client sent behind its request go first. */
static enum stream_state start_tunnel(struct stream *s)
{
    struct relay_bytes *intake = &s->session->intake;
    struct gather g;
    size_t used;
    gather_init(&g);
    s->keep_client = s->keep_server = false;
    s->session->client.fin_is_end = s->sconn->conn.fin_is_end = true;
    /* what is still held is ours to send; the framing of the request has done its duty */
    s->up.body = HTTP_BODY_UNTIL_CLOSE;
    s->up.chunk_out = s->up.input_done = false;
    s->up.surplus_max = 0;
    enum relay_status status =
        relay_stage(&s->up, &g, s->in + s->in_used, s->in_len - s->in_used, &used);
    s->in_used = s->in_len;
    if (status == RELAY_WAITS)
        status = relay_push(&s->up, &g, intake->data + intake->off, intake->len, &used);
    intake->len = 0;
    if (status == RELAY_TO_FAILED)
        return stream_fail(s, CAUSE_SERVER_ABORT, 502);
    if (status != RELAY_WAITS)
        return stream_fail(s, CAUSE_RESOURCE, 500);
    s->state = STREAM_TUNNEL;
    stream_refresh_deadlines(s);
    return stream_pump(s);
}

/* What is written to change the head finds its room behind it. */
static void make_editable(struct stream *s, const char *base, size_t len)
{
    const char *scratch = s->thread->loop->scratch;
    bool in_scratch = base >= scratch && base < scratch + LOOP_SCRATCH_BYTES;
    const char *end = in_scratch ? scratch + LOOP_SCRATCH_BYTES + LOOP_SCRATCH_MARGIN
                                 : s->resp_head.data + s->resp_head.cap + s->thread->buffer_bytes;
    s->resp_base = (char *)base;
    s->resp_len = (uint32_t)len;
    s->resp_top = (uint32_t)(end - base);
}

/* The rules look at the head, and may change it. False: *next_out says what becomes of the stream. */
static bool pass_rules(struct stream *s, enum stream_state *next_out)
{
    if (rules_response(s, next_out))
        return false;
    if (persist_wants_response(s) && !persist_response(s)) {
        *next_out = refuse_response(s, "there is no room for the cookie");
        return false;
    }
    if (rules_wants_after_response(s) && !rules_after_response(s)) {
        *next_out = stream_fail(s, CAUSE_INTERNAL, 500);
        return false;
    }
    return true;
}

/* For stick tables: whose mistake is it? */
static void count_status(struct stream *s)
{
    unsigned status = s->resp.status;
    if (status >= 400 && status < 500)
        tracking_client_error(s);
    else if (status >= 500 && status < 600 && status != 501 && status != 505)
        tracking_server_failure(s);
}

/* Of enum conf_retry; 0 for a status that retry-on cannot name. */
static unsigned retry_of_status(unsigned status)
{
    static const struct {
        unsigned status, retry;
    } rows[] = {
        {401, CONF_RETRY_401}, {403, CONF_RETRY_403}, {404, CONF_RETRY_404}, {408, CONF_RETRY_408},
        {425, CONF_RETRY_425}, {429, CONF_RETRY_429}, {500, CONF_RETRY_500}, {501, CONF_RETRY_501},
        {502, CONF_RETRY_502}, {503, CONF_RETRY_503}, {504, CONF_RETRY_504},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].status == status)
            return rows[i].retry;
    return 0;
}

/* What rules, cookies and compression make of the head. False: a rule answered instead, see *next_out. */
static bool edit_response(struct stream *s, const char *base, size_t len,
                          enum stream_state *next_out)
{
    bool has_rules = rules_act_on_streams(s->frontend->conf->rules) ||
                     rules_act_on_streams(s->backend->conf->rules) || persist_wants_response(s);
    if (s->coding != CONF_CODING_NONE)
        compression_response(s);
    if (has_rules || s->compressor != NULL)
        make_editable(s, base, len);
    if (has_rules && !pass_rules(s, next_out))
        return false;
    if (s->compressor != NULL)
        compression_edit(s);
    return true;
}

/* Sends the final head and what came of the body with it. */
static enum stream_state start_response(struct stream *s, const char *base, size_t len)
{
    struct http_msg *m = &s->resp;
    bool tunnel = is_tunnel(s);
    struct gather g;
    size_t used;
    enum stream_state next;
    gather_init(&g);
    if (s->backend->conf->retry_on != 0 && dispatch_may_repeat(s, retry_of_status(m->status)))
        return dispatch_repeat(s);
    s->response_us = s->thread->loop->now_us;
    count_status(s);
    s->resp_base = (char *)base;
    s->rules.server_status = m->status;
    sticking_response(s);
    if (!edit_response(s, base, len, &next))
        return next;
    s->status = m->status;
    bool is_error = m->status >= 500 && m->status != 501 && m->status != 505;
    bool closes = head_says_close(m, base);
    server_observe(s->server, is_error ? OBSERVED_STATUS : OBSERVED_RESPONSE);
    s->keep_client = !tunnel && !closes && may_keep_client(s);
    s->keep_server =
        s->keep_server && (m->flags & HTTP_MSG_KEEP_ALIVE) != 0 && m->body != HTTP_BODY_UNTIL_CLOSE;
    add_head(s, &g, base, tunnel);
    unsigned lenient = s->backend->conf->accept_invalid_response ? H1_LENIENT : 0;
    enum http_body body = tunnel ? HTTP_BODY_UNTIL_CLOSE : m->body;
    relay_start(&s->down, &s->sconn->conn, &s->session->client, body, m->content_length,
                goes_in_chunks(s), lenient);
    s->down.compressor = s->compressor;
    s->down.read_bytes = s->session->burst_bytes;
    s->down.discard =
        s->asked_method == HTTP_METHOD_HEAD; /* though the server may be sending one */
    uint64_t interim_bytes = s->down.bytes_out;
    enum relay_status status =
        relay_push(&s->down, &g, base + m->head_bytes, len - m->head_bytes, &used);
    /* nothing has gone yet of a response whose body is wrong from the start: then a 502 can still be given */
    s->resp_started = status != RELAY_BAD_FRAMING || s->down.bytes_out != interim_bytes;
    stream_client_lives(s, stream_client_ms(s));
    switch (status) {
    case RELAY_WAITS:
    case RELAY_DONE:
        if (s->down.input_done && used < len - m->head_bytes)
            s->keep_server = false; /* bytes nobody asked for */
        s->state = STREAM_RELAYING;
        stream_log_head(s);
        return tunnel ? start_tunnel(s) : stream_pump(s);
    case RELAY_TO_FAILED:
        return stream_fail(s, CAUSE_CLIENT_ABORT, 0);
    case RELAY_BAD_FRAMING:
        s->bad = s->down.chunked.error;
        return stream_fail(s, CAUSE_PROXY, 502);
    default:
        return stream_fail(s, CAUSE_RESOURCE, 500);
    }
}

/* 100, 102, 103: passed on to clients that know them, RFC 9110 15.2. */
static enum relay_status pass_interim(struct stream *s, const char *base)
{
    struct gather g;
    bool lenient = s->backend->conf->accept_invalid_response;
    gather_init(&g);
    if (s->req.version_minor == 0)
        return RELAY_WAITS;
    head_drop_connection_fields(&s->resp, base);
    head_drop(&s->resp, HTTP_HDR_TRANSFER_ENCODING);
    add_status_line(s, &g, base);
    head_add_fields(&g, &s->resp, base, lenient);
    head_add_end(&g, &s->resp, base, lenient);
    return relay_send(&s->down, &g);
}

/* A whole head lies at base. Returns whether it was interim: then the next one starts behind it. */
static bool is_interim(const struct stream *s)
{
    return s->resp.status < 200 && s->resp.status != 101;
}

static void expect_next_head(struct stream *s)
{
    unsigned lenient = s->backend->conf->accept_invalid_response ? H1_LENIENT : 0;
    h1_response_init(&s->parser, &s->resp, s->req.method, lenient);
}

/* Reads on in base[0..len); *consumed_out: the interim heads at its start that are done with. */
static enum stream_state parse_heads(struct stream *s, const char *base, size_t len,
                                     size_t *consumed_out)
{
    *consumed_out = 0;
    for (;;) {
        enum h1_status status = h1_head_parse(&s->parser, base, len);
        if (status == H1_BAD)
            return refuse_response(s, s->parser.error.reason);
        if (status == H1_MORE)
            return STREAM_WAITING;
        if (s->resp.head_bytes > s->thread->buffer_bytes)
            return refuse_response(s, "the head is too large");
        if (!is_interim(s)) {
            if (s->resp.status == 101 && !(s->upgrade && s->up.input_done))
                return refuse_response(s, "101 without a whole request to upgrade");
            return start_response(s, base, len);
        }
        if (++s->interim_count > STREAM_INTERIM_MAX)
            return refuse_response(s, "too many interim responses");
        if (pass_interim(s, base) == RELAY_TO_FAILED)
            return stream_fail(s, CAUSE_CLIENT_ABORT, 0);
        base += s->resp.head_bytes;
        len -= s->resp.head_bytes;
        *consumed_out += s->resp.head_bytes;
        expect_next_head(s);
    }
}

static enum stream_state server_ended(struct stream *s, ssize_t n)
{
    if (n == UV_ENOMEM)
        return stream_fail(s, CAUSE_RESOURCE, 500);
    bool silent = s->resp_head.len == 0 && s->interim_count == 0;
    if (silent)
        return dispatch_server_failed(s, CAUSE_SERVER_ABORT, 502);
    s->keep_server = false;
    return stream_fail(s, CAUSE_SERVER_ABORT, 502);
}

/* Appends to the head that came in pieces before; the whole of it. NULL when it grows too large. */
static const char *collect_head(struct stream *s, const char *data, size_t len)
{
    struct relay_bytes *head = &s->resp_head;
    size_t cap = s->thread->buffer_bytes;
    if (head->data == NULL) {
        head->data = malloc(cap + s->thread->buffer_bytes); /* behind it, what rules write */
        if (head->data == NULL)
            return NULL;
        *head = (struct relay_bytes){.data = head->data, .cap = cap};
    }
    if (head->len + len > cap)
        return NULL;
    memcpy(head->data + head->len, data, len);
    head->len += len;
    return head->data;
}

/* A head that has come in part before: everything so far lies in resp_head. */
static enum stream_state read_on(struct stream *s)
{
    struct relay_bytes *head = &s->resp_head;
    ssize_t n = conn_recv(&s->sconn->conn, head->data + head->len, head->cap - head->len);
    if (n == UV_EAGAIN)
        return STREAM_WAITING;
    if (n <= 0)
        return server_ended(s, n);
    head->len += (size_t)n;
    size_t consumed;
    enum stream_state next = parse_heads(s, head->data, head->len, &consumed);
    if (next != STREAM_WAITING)
        return next;
    head->len -= consumed;
    memmove(head->data, head->data + consumed, head->len);
    if (head->len == head->cap)
        return refuse_response(s, "the head is too large");
    return STREAM_WAITING;
}

enum stream_state response_read(struct stream *s)
{
    enum stream_state next = STREAM_WAITING;
    while (next == STREAM_WAITING && conn_can_read(&s->sconn->conn)) {
        if (s->resp_head.len > 0) {
            next = read_on(s);
            continue;
        }
        char *scratch = s->thread->loop->scratch;
        ssize_t n = conn_recv(&s->sconn->conn, scratch, s->session->burst_bytes);
        if (n == UV_EAGAIN)
            break;
        if (n <= 0)
            return server_ended(s, n);
        size_t consumed;
        next = parse_heads(s, scratch, (size_t)n, &consumed);
        if (next == STREAM_WAITING && consumed < (size_t)n &&
            collect_head(s, scratch + consumed, (size_t)n - consumed) == NULL)
            return refuse_response(s, "the head is too large");
    }
    return next;
}
