/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of probes, and what is expected of the responses. A response is parsed anew for each
 * expectation and whenever more of it has come: there are few of either, and most want the head
 * alone.
 */
#include "proxy/base/addr.h"
#include "proxy/health/probe.h"
#include "proxy/http1/h1.h"
#include "proxy/state/server_address.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- the request ---- */

struct text {
    char *bytes;
    size_t len;
};

static void put(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct text *text, const char *format, ...)
{
    va_list args;
    size_t room = SCRIPT_REQUEST_BYTES_MAX - text->len;
    va_start(args, format);
    int len = vsnprintf(text->bytes + text->len, room, format, args);
    va_end(args);
    if (len > 0)
        text->len += (size_t)len < room ? (size_t)len : room - 1;
}

/* HAProxy writes names in lower case. */
static void put_header(struct text *text, const struct conf_check_header *header)
{
    size_t from = text->len;
    put(text, "%s: %s\r\n", header->name, header->value);
    for (size_t i = from; i < text->len && text->bytes[i] != ':'; i++) {
        if (text->bytes[i] >= 'A' && text->bytes[i] <= 'Z')
            text->bytes[i] = (char)(text->bytes[i] + 'a' - 'A');
    }
}

static bool has_header(const struct conf_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (strcasecmp(request->headers[i].name, name) == 0)
            return true;
    }
    return false;
}

/* "UP 1/2; address=10.0.0.1; port=80; name=be/s1; node=lb1; weight=1/2; scur=3/22; qcur=0" */
static void put_state(struct text *text, const struct probe *probe)
{
    const struct server *server = probe->server;
    const struct backend *backend = server->backend;
    char status[32];
    struct addr addr;
    char host[ADDR_TEXT_BYTES];
    server_status_text(server, status, sizeof(status));
    addr_set(&addr, (const struct sockaddr *)&server->addr);
    addr_format(&addr, host);
    put(text,
        "x-haproxy-server-state: %s; address=%s; port=%u; name=%s/%s; node=%s; weight=%u/%llu; "
        "scur=%u/%u; qcur=%u\r\n",
        status, host, addr_port(&addr), backend->name, server->name,
        probe->script->node != NULL ? probe->script->node : "", server->weight,
        (unsigned long long)backend->weight_total, server->in_flight, backend->sessions,
        backend->queued);
}

static void put_host(struct text *text, const struct server *server)
{
    char address[SERVER_ADDRESS_BYTES];
    server_address_text(server, address);
    put(text, "host: %s\r\n", address);
}

size_t script_write_request(const struct probe *probe, const struct conf_request *request,
                            char *bytes)
{
    struct text text = {bytes, 0};
    bool is_11 = strcmp(request->version, "HTTP/1.0") != 0;
    put(&text, "%s %s %s\r\n", request->method, request->uri, request->version);
    for (size_t i = 0; i < request->header_count; i++)
        put_header(&text, &request->headers[i]);
    if (is_11 && !has_header(request, "host"))
        put_host(&text, probe->server); /* RFC 9112 3.2 wants one */
    if (probe->script->send_state)
        put_state(&text, probe);
    if (request->body != NULL)
        put(&text, "content-length: %zu\r\n", strlen(request->body));
    if (is_11 && !has_header(request, "connection"))
        put(&text, "connection: close\r\n");
    put(&text, "\r\n%s", request->body != NULL ? request->body : "");
    return text.len;
}

/* ---- the response ---- */

struct response {
    struct http_msg msg;
    const char *base;
    const char *body; /* decoded */
    size_t body_len;
    bool is_whole;
};

/* Pieces move together in the part of the scratch behind the answer. */
static void decode_chunks(const struct probe *probe, const char *bytes, size_t len,
                          struct response *response)
{
    char *to = probe->loop->scratch + SCRIPT_REQUEST_BYTES_MAX + SCRIPT_ANSWER_BYTES_MAX;
    struct h1_chunked chunks;
    struct h1_piece piece;
    h1_chunk_init(&chunks, probe->script->lenient ? H1_LENIENT : 0);
    response->body = to;
    response->body_len = 0;
    for (;;) {
        int64_t n = h1_chunk_next(&chunks, bytes, len, &piece);
        if (n < 0 || piece.kind == H1_PIECE_END)
            response->is_whole = true;
        if (n < 0 || piece.kind != H1_PIECE_DATA)
            return;
        memcpy(to + response->body_len, bytes + piece.off, piece.len);
        response->body_len += piece.len;
        bytes += n;
        len -= (size_t)n;
    }
}

static void find_body(const struct probe *probe, struct response *response)
{
    const struct http_msg *msg = &response->msg;
    response->body = probe->answer + msg->head_bytes;
    response->body_len = probe->answer_len - msg->head_bytes;
    response->is_whole = false;
    if (msg->body == HTTP_BODY_NONE)
        response->body_len = 0;
    if (msg->body == HTTP_BODY_CHUNKED)
        decode_chunks(probe, response->body, response->body_len, response);
    if (msg->body == HTTP_BODY_LENGTH && response->body_len >= msg->content_length) {
        response->body_len = msg->content_length;
        response->is_whole = true;
    }
    response->is_whole = response->is_whole || msg->body == HTTP_BODY_NONE || probe->has_ended;
}

static enum h1_status parse_head(const struct probe *probe, struct response *response)
{
    struct h1_parser parser;
    enum http_method method = probe->asks_head ? HTTP_METHOD_HEAD : HTTP_METHOD_OTHER;
    h1_response_init(&parser, &response->msg, method, probe->script->lenient ? H1_LENIENT : 0);
    response->base = probe->answer;
    return h1_head_parse(&parser, probe->answer, probe->answer_len);
}

/* ---- what is expected of it ---- */

static bool matches_text(const struct conf_text_pattern *pattern, const struct regex *regex,
                         const char *text, size_t len, bool ignores_case)
{
    size_t want = pattern->text != NULL ? strlen(pattern->text) : 0;
    int (*compare)(const char *, const char *, size_t) = ignores_case ? strncasecmp : strncmp;
    if (pattern->text == NULL)
        return true;
    if (pattern->how == CONF_MATCH_REGEX)
        return regex_match(regex, text, len);
    if (len < want || (pattern->how == CONF_MATCH_EXACT && len != want))
        return false;
    if (pattern->how == CONF_MATCH_END)
        return compare(text + len - want, pattern->text, want) == 0;
    if (pattern->how != CONF_MATCH_WITHIN)
        return compare(text, pattern->text, want) == 0;
    for (size_t i = 0; i + want <= len; i++) {
        if (compare(text + i, pattern->text, want) == 0)
            return true;
    }
    return false;
}

/* The value as a whole, or each of its parts between commas. */
static bool matches_value(const struct script_step *step, const char *value, size_t len)
{
    const struct conf_expect *expect = &step->conf.expect;
    if (expect->kind == CONF_EXPECT_FULL_HEADER)
        return matches_text(&expect->value, step->value, value, len, false);
    for (const char *end = value + len;;) {
        while (value < end && (*value == ' ' || *value == '\t'))
            value++;
        const char *comma = memchr(value, ',', (size_t)(end - value));
        const char *stop = comma != NULL ? comma : end;
        size_t part = (size_t)(stop - value);
        while (part > 0 && (value[part - 1] == ' ' || value[part - 1] == '\t'))
            part--;
        if (matches_text(&expect->value, step->value, value, part, false))
            return true;
        if (comma == NULL)
            return false;
        value = comma + 1;
    }
}

static bool has_field(const struct script_step *step, const struct response *response)
{
    for (size_t i = 0; i < response->msg.header_count; i++) {
        const struct http_header *header = &response->msg.headers[i];
        if (matches_text(&step->conf.expect.name, step->name, response->base + header->name_off,
                         header->name_len, true) &&
            matches_value(step, response->base + header->value_off, header->value_len))
            return true;
    }
    return false;
}

static bool matches_head(const struct script_step *step, const struct response *response)
{
    const struct conf_expect *expect = &step->conf.expect;
    unsigned status = response->msg.status, bit = status - 100;
    char digits[12];
    switch (expect->kind) {
    case CONF_EXPECT_STATUS:
        return status >= 100 && status < 600 && (expect->statuses.bits[bit / 64] >> bit % 64 & 1);
    case CONF_EXPECT_STATUS_REGEX:
        return regex_match(step->pattern, digits,
                           (size_t)snprintf(digits, sizeof(digits), "%u", status));
    default:
        return has_field(step, response);
    }
}

static enum probe_step judge_head(struct probe *probe, const struct script_step *step,
                                  const struct response *response)
{
    char reason[SERVER_REASON_BYTES];
    if (matches_head(step, response) != step->conf.expect.is_unwanted)
        return PROBE_NEXT;
    snprintf(reason, sizeof(reason), "%.*s", (int)response->msg.reason_len,
             response->base + response->msg.reason_off);
    return script_fail(probe, step, false, reason);
}

static enum probe_step judge_body(struct probe *probe, const struct script_step *step,
                                  struct response *response)
{
    const struct conf_expect *expect = &step->conf.expect;
    find_body(probe, response);
    size_t len = response->body_len;
    bool is_short = (expect->kind == CONF_EXPECT_STRING && len < expect->pattern_len) ||
                    (expect->min_bytes > 0 && len < (size_t)expect->min_bytes);
    if (!response->is_whole && (len == 0 || is_short))
        return PROBE_WAIT;
    if (len == 0)
        return script_fail(probe, step, false, "HTTP content check could not find a response body");
    bool matched = expect->kind == CONF_EXPECT_REGEX
                       ? regex_match(step->pattern, response->body, len)
                       : memmem(response->body, len, expect->pattern, expect->pattern_len) != NULL;
    if (!matched && !response->is_whole && expect->min_bytes == -1)
        return PROBE_WAIT;
    if (matched != expect->is_unwanted)
        return PROBE_NEXT;
    return script_fail(probe, step, matched,
                       matched ? "HTTP check matched unwanted content"
                               : "HTTP content check did not match");
}

/* A running server that does not know the page leaves gently. */
static bool is_leaving(const struct probe *probe, unsigned status)
{
    return status == 404 && probe->script->disable_on_404 &&
           atomic_load_explicit(&probe->server->up, memory_order_relaxed);
}

enum probe_step script_judge_http(struct probe *probe, const struct script_step *step)
{
    struct response response;
    enum h1_status head = parse_head(probe, &response);
    if (head == H1_MORE && !probe->has_ended)
        return PROBE_WAIT;
    if (head != H1_DONE)
        return probe_end(probe, HEALTH_L7_RESPONSE, 0, NULL);
    probe->code = response.msg.status;
    probe->is_404 = is_leaving(probe, response.msg.status);
    if (probe->is_404)
        return PROBE_NEXT;
    if (step->conf.expect.kind == CONF_EXPECT_STRING || step->conf.expect.kind == CONF_EXPECT_REGEX)
        return judge_body(probe, step, &response);
    return judge_head(probe, step, &response);
}
