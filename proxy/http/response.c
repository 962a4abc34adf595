/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The response's head: read from the server, checked and judged by rules; response_send.c writes it to the
 * client. Usually it comes in one piece and is read in place, in the thread's scratch; a head in pieces is
 * collected in s->resp_head, as is a response that rules may hold.
 */
#include "proxy/http/cacheable.h"
#include "proxy/http/captures.h"
#include "proxy/http/compression.h"
#include "proxy/http/response_priv.h"
#include "proxy/http/rules.h"
#include "proxy/http/sticking.h"
#include "proxy/http/stream_steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

enum { LINE_BYTES = 512 };

static enum stream_state refuse_response(struct stream *s, const char *reason)
{
    s->keep_server = false;
    if (dispatch_may_repeat(s, CONF_RETRY_JUNK))
        return dispatch_repeat(s);
    s->bad.reason = reason;
    return stream_fail(s, CAUSE_PROXY, 502);
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

/* option checkcache: others would be given the cookie, too. */
static enum stream_state refuse_cookie(struct stream *s)
{
    char line[LINE_BYTES];
    snprintf(line, sizeof(line),
             "Blocking cacheable cookie in response from instance %s, server %s.",
             s->backend->conf->name, s->server->name);
    s->thread->hooks->told(LOG_ALERT, s->backend->conf, line);
    s->keep_server = false;
    s->decision = (struct rule_decision){
        .kind = DECIDED_ERROR, .cause = CAUSE_PROXY, .is_denial = true, .status = 502};
    return rules_act(s, s->backend, COUNTER_DENIED_RESP);
}

/* The rules look at the head, and may change it. False: *next_out says what becomes of the stream. */
static bool pass_rules(struct stream *s, enum stream_state *next_out)
{
    if (rules_response(s, next_out))
        return false;
    captures_take_cookie(s, true);
    bool has_cookie = s->backend->conf->checkcache && cacheable_has_cookie(s);
    if (persist_wants_response(s) && !persist_response(s)) {
        *next_out = refuse_response(s, "there is no room for the cookie");
        return false;
    }
    if (has_cookie && cacheable_response(s) == CACHEABLE_WHOLE) {
        *next_out = refuse_cookie(s);
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
    const struct conf_global *global = &s->snapshot->config->global;
    if (conf_status_has(&global->http_err_codes, s->resp.status))
        tracking_client_error(s);
    if (conf_status_has(&global->http_fail_codes, s->resp.status))
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

static bool has_rules(const struct stream *s)
{
    return rules_act_on_streams(s->frontend->conf->rules) ||
           rules_act_on_streams(s->backend->conf->rules) || persist_wants_response(s) ||
           s->backend->conf->checkcache;
}

/* What rules, cookies and compression make of the head; then it goes on its way, unless a rule waits. */
static enum stream_state edit_response(struct stream *s)
{
    enum stream_state next;
    if (has_rules(s) && !pass_rules(s, &next)) {
        if (next == STREAM_HOLDING) {
            s->state = next;
            s->server_deadline_ms = s->rules.wait_until_ms;
            stream_arm(s);
        }
        return next;
    }
    if (s->state == STREAM_HOLDING)
        stream_server_lives(s, stream_server_ms(s));
    if (s->compressor != NULL)
        compression_edit(s);
    return response_send(s);
}

/* ---- a response that rules hold ------------------------------------------------------------------------ */

/* Where it can stay while the thread goes on; false without memory. */
static bool make_lasting(struct stream *s, const char **base, size_t len)
{
    struct relay_bytes *head = &s->resp_head;
    size_t cap = len > s->thread->buffer_bytes ? len : s->thread->buffer_bytes;
    if (head->len > 0)
        return true; /* it came in pieces, and lies there */
    free(head->data);
    *head = (struct relay_bytes){.data = malloc(cap + s->thread->buffer_bytes), .cap = cap};
    if (head->data == NULL)
        return false;
    memcpy(head->data, *base, len);
    head->len = len;
    *base = head->data;
    return true;
}

enum stream_state response_read_more(struct stream *s)
{
    struct relay_bytes *head = &s->resp_head;
    ssize_t n = 1;
    while (n > 0 && response_room(s) > 0 && conn_can_read(&s->sconn->conn)) {
        n = conn_recv(&s->sconn->conn, head->data + head->len, response_room(s));
        if (n > 0) {
            head->len += (size_t)n;
            s->resp_len += (uint32_t)n;
        }
    }
    s->resp_cut = s->resp_cut || (n <= 0 && n != UV_EAGAIN);
    return edit_response(s);
}

enum stream_state response_waited(struct stream *s)
{
    s->rules.wait_is_over = true;
    return edit_response(s);
}

/* ---- heads --------------------------------------------------------------------------------------------- */

/* The final head is whole; what came of the body lies behind it. */
static enum stream_state start_response(struct stream *s, const char *base, size_t len)
{
    if (s->backend->conf->retry_on != 0 && dispatch_may_repeat(s, retry_of_status(s->resp.status)))
        return dispatch_repeat(s);
    s->response_us = s->thread->loop->now_us;
    count_status(s);
    s->resp_base = (char *)base;
    s->resp_len = (uint32_t)len;
    s->rules.server_status = s->resp.status;
    sticking_response(s);
    if (s->coding != CONF_CODING_NONE)
        compression_response(s);
    if (has_rules(s) && rules_may_hold_response(s) && !make_lasting(s, &base, len))
        return stream_fail(s, CAUSE_RESOURCE, 500);
    if (has_rules(s) || s->compressor != NULL)
        make_editable(s, base, len);
    enum stream_state next = edit_response(s);
    return next == STREAM_HOLDING ? response_read_more(s) : next; /* more may be here already */
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
static enum stream_state parse_heads(struct stream *s, char *base, size_t len, size_t *consumed_out)
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
        if (response_pass_interim(s, base) == RELAY_TO_FAILED)
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
    if (s->interim_count == 0 && dispatch_may_repeat(s, CONF_RETRY_EMPTY))
        return dispatch_repeat(s); /* as for HAProxy, to which part of a head is none */
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
