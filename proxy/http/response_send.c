/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The response's head as the client shall see it, written with the first bytes of the body in one
 * gathered write; from there on the relay, or the tunnel, has the bytes.
 */
#include "proxy/http/response_priv.h"
#include "proxy/http/rules.h"
#include "proxy/http/stream_log.h"
#include "proxy/http/stream_steps.h"
#include "proxy/http1/head.h"
#include "proxy/state/observe.h"

#include <inttypes.h>
#include <stdio.h>

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

/* Each side is told what the lower of the two versions would not let it assume: of HTTP/1.0 a connection ends unless
 * it is said to stay. */
static void add_connection(const struct stream *s, struct gather *g, bool tunnel)
{
    const struct conf_name_cases *cases = stream_client_cases(s);
    bool is_old = s->req.version_minor == 0 || s->resp.version_minor == 0;
    /* 426 names the protocol to upgrade to, RFC 9110 15.5.22; its Upgrade field is passed on, so this is, too */
    if ((s->resp.flags & HTTP_MSG_UPGRADE) != 0 || s->resp.status == 101)
        head_add_literal(g, cases, "Connection: Upgrade\r\n");
    if (s->resp.status == 101)
        return;
    if (!tunnel && !s->keep_client && s->resp.version_minor == 1)
        head_add_literal(g, cases, "Connection: close\r\n");
    else if (!tunnel && s->keep_client && is_old)
        head_add_literal(g, cases, "Connection: keep-alive\r\n");
}

/*
 * A server's HTTP/1.0 stays one, as with HAProxy: nothing of 1.1 was promised, and such a response is never
 * framed in chunks. 1.2 to 1.9 are read as 1.1, and passed on as that.
 */
static void add_version(const struct http_msg *m, struct gather *g)
{
    if (m->version_minor == 0)
        gather_literal(g, "HTTP/1.0");
    else
        gather_literal(g, "HTTP/1.1");
}

static void add_status_line(const struct stream *s, struct gather *g, const char *base)
{
    const struct http_msg *m = &s->resp;
    uint32_t end = m->reason_off + m->reason_len, after_version = sizeof("HTTP/1.1") - 1;
    if (s->backend->conf->accept_invalid_response ||
        (m->flags & HTTP_MSG_LINE_EDITED) != 0) { /* it may have come in many a shape */
        const char code[] = {' ', (char)('0' + m->status / 100), (char)('0' + m->status / 10 % 10),
                             (char)('0' + m->status % 10), ' '};
        add_version(m, g);
        gather_text(g, code, sizeof(code));
        gather_add(g, base + m->reason_off, m->reason_len);
    } else if (m->reason_len == 0) { /* the space before it is not optional: RFC 9112 4 */
        add_version(m, g);
        gather_add(g, base + after_version, sizeof(" 200") - 1);
        gather_literal(g, " ");
    } else if (base[after_version - 1] <= '1') {
        gather_add(g, base, end + 2); /* with its CRLF, so that the head is one piece */
        return;
    } else {
        add_version(m, g);
        gather_add(g, base + after_version, end - after_version);
    }
    gather_literal(g, "\r\n");
}

/* To HEAD, or rules made it a status that has none: RFC 9112 6.3. The server may be sending one all the same. */
static bool loses_body(const struct stream *s)
{
    return s->asked_method == HTTP_METHOD_HEAD || http_status_is_bodiless(s->resp.status);
}

/* Came without a body, for its status or because a rule asked by HEAD, and the client expects one: it is empty. */
static bool gains_body(const struct stream *s)
{
    return !loses_body(s) &&
           (http_status_is_bodiless(s->rules.server_status) || s->req.method == HTTP_METHOD_HEAD);
}

static bool goes_in_chunks(const struct stream *s)
{
    return (s->resp.body == HTTP_BODY_CHUNKED && s->req.version_minor == 1) ||
           s->compressor != NULL;
}

/* What is to be added to the fields, so that they tell where the body ends. */
struct framing {
    bool needs_coding, needs_length;
    uint64_t length;
};

/* Fields that came stay as far as rules left them right; the others are dropped. */
static struct framing settle_framing(struct stream *s, const char *base, bool tunnel)
{
    struct http_msg *m = &s->resp;
    bool is_edited = (m->flags & HTTP_MSG_FIELDS_EDITED) != 0;
    bool is_empty = m->status == 204; /* which has no length either: RFC 9110 8.6 */
    bool is_chunked = goes_in_chunks(s) && !is_empty;
    bool may_say_chunked = is_chunked || (s->asked_method == HTTP_METHOD_HEAD &&
                                          s->req.version_minor == 1 && !is_empty);
    bool gains = gains_body(s);
    bool ends_otherwise = is_chunked || m->body == HTTP_BODY_UNTIL_CLOSE;
    bool has_end = !tunnel && !loses_body(s) && m->status >= 200;
    bool has_coding = may_say_chunked && head_keep_chunked(m, base);
    bool has_length = true;
    if (!may_say_chunked)
        head_drop(m, HTTP_HDR_TRANSFER_ENCODING);
    if (is_empty || gains || (is_edited && ends_otherwise))
        head_drop(m, HTTP_HDR_CONTENT_LENGTH);
    else if (is_edited)
        has_length = head_keep_length(m, base) || !has_end;
    return (struct framing){
        .needs_coding = is_chunked && !has_coding,
        .needs_length = !has_length || gains,
        .length = gains ? 0 : m->content_length,
    };
}

static void add_head(struct stream *s, struct gather *g, char *base, bool tunnel)
{
    struct http_msg *m = &s->resp;
    const struct conf_name_cases *cases = stream_client_cases(s);
    bool lenient = s->backend->conf->accept_invalid_response;
    head_drop_connection_fields(m, base);
    struct framing framing = settle_framing(s, base, tunnel);
    head_adjust_names(m, base, cases);
    add_status_line(s, g, base);
    head_add_fields(g, m, base, lenient);
    if (framing.needs_coding)
        head_add_literal(g, cases, "Transfer-Encoding: chunked\r\n");
    char line[48];
    if (framing.needs_length) {
        int len = snprintf(line, sizeof(line), "Content-Length: %" PRIu64 "\r\n", framing.length);
        head_adjust_line(cases, line);
        gather_text(g, line, (size_t)len);
    }
    add_connection(s, g, tunnel);
    head_add_end(g, m, base, lenient);
}

static bool is_tunnel(const struct stream *s)
{
    if (s->resp.status == 101)
        return s->upgrade;
    return s->req.method == HTTP_METHOD_CONNECT && s->resp.status >= 200 && s->resp.status < 300;
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

/* What has come of the body, as far as it can be sent now. */
static enum stream_state start_relay(struct stream *s, struct gather *g, bool tunnel)
{
    const struct http_msg *m = &s->resp;
    const struct relay_body body = {
        .framing = tunnel ? HTTP_BODY_UNTIL_CLOSE : m->body,
        .length = m->content_length,
        .chunk_out = goes_in_chunks(s),
        .h1_options = s->backend->conf->accept_invalid_response ? H1_LENIENT : 0,
    };
    size_t used, came = s->resp_len - m->head_bytes;
    relay_start(&s->down, &s->sconn->conn, &s->session->client, body);
    s->down.compressor = s->compressor;
    s->down.read_bytes = s->session->burst_bytes;
    s->down.discard = !tunnel && loses_body(s);
    uint64_t interim_bytes = s->down.bytes_out;
    enum relay_status status = relay_push(&s->down, g, s->resp_base + m->head_bytes, came, &used);
    /* nothing has gone yet of a response whose body is wrong from the start: then a 502 can still be given */
    s->resp_started = status != RELAY_BAD_FRAMING || s->down.bytes_out != interim_bytes;
    stream_client_lives(s, stream_client_ms(s));
    switch (status) {
    case RELAY_WAITS:
    case RELAY_DONE:
        if (s->down.input_done && used < came)
            s->keep_server = false; /* bytes nobody asked for */
        s->state = STREAM_RELAYING;
        stream_log_head(s);
        return tunnel ? start_tunnel(s) : stream_pump(s);
    default:
        return stream_down_failed(s, status);
    }
}

enum stream_state response_send(struct stream *s)
{
    struct http_msg *m = &s->resp;
    char *base = s->resp_base;
    bool tunnel = is_tunnel(s);
    struct gather g;
    gather_init(&g);
    s->status = m->status;
    bool is_error = m->status >= 500 && m->status != 501 && m->status != 505;
    bool closes = head_says_close(m, base);
    server_observe(s->server, is_error ? OBSERVED_STATUS : OBSERVED_RESPONSE);
    s->keep_client = !tunnel && !closes && may_keep_client(s);
    s->keep_server =
        s->keep_server && (m->flags & HTTP_MSG_KEEP_ALIVE) != 0 && m->body != HTTP_BODY_UNTIL_CLOSE;
    add_head(s, &g, base, tunnel);
    return start_relay(s, &g, tunnel);
}

enum relay_status response_pass_interim(struct stream *s, char *base)
{
    struct gather g;
    bool lenient = s->backend->conf->accept_invalid_response;
    gather_init(&g);
    if (s->req.version_minor == 0)
        return RELAY_WAITS;
    head_drop_connection_fields(&s->resp, base);
    head_drop(&s->resp, HTTP_HDR_TRANSFER_ENCODING);
    head_adjust_names(&s->resp, base, stream_client_cases(s));
    add_status_line(s, &g, base);
    head_add_fields(&g, &s->resp, base, lenient);
    head_add_end(&g, &s->resp, base, lenient);
    return relay_send(&s->down, &g);
}
