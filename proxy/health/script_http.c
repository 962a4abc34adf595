/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is expected of responses. One is parsed anew for each expectation and whenever more of it has
 * come: there are few of either, and most want the head alone.
 */
#include "proxy/health/response.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- the response ---- */

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
        if (n >= 0 && piece.kind == H1_PIECE_END)
            response->end = (size_t)(bytes + n - probe->answer);
        if (n < 0 || piece.kind != H1_PIECE_DATA)
            return;
        memcpy(to + response->body_len, bytes + piece.off, piece.len);
        response->body_len += piece.len;
        bytes += n;
        len -= (size_t)n;
    }
}

void response_find_body(const struct probe *probe, struct response *response)
{
    const struct http_msg *msg = &response->msg;
    response->body = probe->answer + msg->head_bytes;
    response->body_len = probe->answer_len - msg->head_bytes;
    response->is_whole = false;
    response->end = 0;
    if (msg->body == HTTP_BODY_NONE) {
        response->body_len = 0;
        response->end = msg->head_bytes;
    }
    if (msg->body == HTTP_BODY_CHUNKED)
        decode_chunks(probe, response->body, response->body_len, response);
    if (msg->body == HTTP_BODY_LENGTH && response->body_len >= msg->content_length) {
        response->body_len = msg->content_length;
        response->is_whole = true;
        response->end = msg->head_bytes + msg->content_length;
    }
    response->is_whole = response->is_whole || msg->body == HTTP_BODY_NONE || probe->has_ended;
}

static enum h1_status parse_head(const struct probe *probe, struct response *response,
                                 unsigned options)
{
    struct h1_parser parser;
    enum http_method method = probe->asks_head ? HTTP_METHOD_HEAD : HTTP_METHOD_OTHER;
    h1_response_init(&parser, &response->msg, method, options);
    return h1_head_parse(&parser, probe->answer, probe->answer_len);
}

/* Many a script that answers probes ends its lines in its own way, and nothing of it is passed on. */
enum h1_status response_parse_head(const struct probe *probe, struct response *response)
{
    response->base = probe->answer;
    enum h1_status status = parse_head(probe, response, 0);
    if (status != H1_BAD)
        return status;
    return parse_head(probe, response, probe->script->lenient ? H1_LENIENT : H1_RELAXED);
}

enum response_end response_end(const struct probe *probe)
{
    struct response response;
    const struct http_msg *msg = &response.msg;
    if (probe->answer_len == 0 || probe->has_ended)
        return RESPONSE_CLOSES;
    enum h1_status head = response_parse_head(probe, &response);
    if (head == H1_MORE)
        return RESPONSE_GOES_ON;
    /* behind 101 another protocol begins, behind the others below 200 the answer proper */
    if (head != H1_DONE || (msg->flags & HTTP_MSG_KEEP_ALIVE) == 0 || msg->status < 200 ||
        msg->body == HTTP_BODY_UNTIL_CLOSE)
        return RESPONSE_CLOSES;
    response_find_body(probe, &response);
    if (!response.is_whole)
        return RESPONSE_GOES_ON;
    return response.end == probe->answer_len ? RESPONSE_KEEPS : RESPONSE_CLOSES;
}

/* ---- what is expected of it ---- */

struct wanted_text {
    enum conf_text_match how;
    const struct regex *regex;
    struct sample_text text; /* data NULL = anything */
    bool ignores_case;
};

struct wanted_field {
    struct wanted_text name, value;
    bool is_full; /* values are taken whole, not as lists */
};

static bool matches_text(const struct wanted_text *wanted, const char *text, size_t len)
{
    const char *want = wanted->text.data;
    size_t want_len = wanted->text.len;
    int (*compare)(const char *, const char *, size_t) =
        wanted->ignores_case ? strncasecmp : strncmp;
    if (want == NULL)
        return true;
    if (wanted->how == CONF_MATCH_REGEX)
        return regex_match(wanted->regex, text, len);
    if (len < want_len || (wanted->how == CONF_MATCH_EXACT && len != want_len))
        return false;
    if (wanted->how == CONF_MATCH_END)
        return compare(text + len - want_len, want, want_len) == 0;
    if (wanted->how != CONF_MATCH_WITHIN)
        return compare(text, want, want_len) == 0;
    for (size_t i = 0; i + want_len <= len; i++) {
        if (compare(text + i, want, want_len) == 0)
            return true;
    }
    return false;
}

/* The value as a whole, or each of its parts between commas. */
static bool matches_value(const struct wanted_field *wanted, const char *value, size_t len)
{
    if (wanted->is_full)
        return matches_text(&wanted->value, value, len);
    for (const char *end = value + len;;) {
        while (value < end && (*value == ' ' || *value == '\t'))
            value++;
        const char *comma = memchr(value, ',', (size_t)(end - value));
        const char *stop = comma != NULL ? comma : end;
        size_t part = (size_t)(stop - value);
        while (part > 0 && (value[part - 1] == ' ' || value[part - 1] == '\t'))
            part--;
        if (matches_text(&wanted->value, value, part))
            return true;
        if (comma == NULL)
            return false;
        value = comma + 1;
    }
}

static bool has_field(const struct wanted_field *wanted, const struct response *response)
{
    for (size_t i = 0; i < response->msg.header_count; i++) {
        const struct http_header *header = &response->msg.headers[i];
        if (matches_text(&wanted->name, response->base + header->name_off, header->name_len) &&
            matches_value(wanted, response->base + header->value_off, header->value_len))
            return true;
    }
    return false;
}

static bool matches_status(const struct script_step *step, unsigned status)
{
    char digits[12];
    if (step->conf.expect.kind == CONF_EXPECT_STATUS_REGEX)
        return regex_match(step->pattern, digits,
                           (size_t)snprintf(digits, sizeof(digits), "%u", status));
    return conf_status_has(&step->conf.expect.statuses, status);
}

/* Compares it with what the step wants; false after noting that the rules could not make that. */
static bool matches_field(struct probe *probe, const struct script_step *step,
                          const struct response *response, bool *matched_out)
{
    const struct conf_expect *expect = &step->conf.expect;
    struct wanted_field wanted = {
        .name = {expect->name.how, step->name, {0}, .ignores_case = true},
        .value = {expect->value.how, step->value, {0}, .ignores_case = false},
        .is_full = expect->kind == CONF_EXPECT_FULL_HEADER,
    };
    wanted.name.text = script_text(probe, expect->name.made, expect->name.text);
    wanted.value.text = script_text(probe, expect->value.made, expect->value.text);
    if ((expect->name.made != NULL && wanted.name.text.len == 0) ||
        (expect->value.made != NULL && wanted.value.text.len == 0)) {
        script_cannot_judge(probe, step, SCRIPT_EMPTY_TEXT);
        return false;
    }
    *matched_out = has_field(&wanted, response);
    return true;
}

static enum probe_step judge_head(struct probe *probe, const struct script_step *step,
                                  const struct response *response)
{
    enum conf_expect_kind kind = step->conf.expect.kind;
    char reason[SERVER_REASON_BYTES];
    bool matched;
    if (kind == CONF_EXPECT_STATUS || kind == CONF_EXPECT_STATUS_REGEX)
        matched = matches_status(step, response->msg.status);
    else if (!matches_field(probe, step, response, &matched))
        return PROBE_DONE;
    if (matched != step->conf.expect.is_unwanted)
        return PROBE_NEXT;
    snprintf(reason, sizeof(reason), "%.*s", (int)response->msg.reason_len,
             response->base + response->msg.reason_off);
    return script_fail(probe, step, false, reason);
}

static enum probe_step judge_body(struct probe *probe, const struct script_step *step,
                                  struct response *response)
{
    const struct conf_expect *expect = &step->conf.expect;
    struct sample_text pattern;
    response_find_body(probe, response);
    size_t len = response->body_len;
    if (len == 0 && response->is_whole)
        return script_fail(probe, step, false, "HTTP content check could not find a response body");
    if (!script_pattern(probe, step, &pattern))
        return PROBE_DONE;
    bool is_short = (expect->kind == CONF_EXPECT_STRING && len < pattern.len) ||
                    (expect->min_bytes > 0 && len < (size_t)expect->min_bytes);
    if (!response->is_whole && (len == 0 || is_short))
        return PROBE_WAIT;
    bool matched = expect->kind == CONF_EXPECT_REGEX
                       ? regex_match(step->pattern, response->body, len)
                       : memmem(response->body, len, pattern.data, pattern.len) != NULL;
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
    enum h1_status head = response_parse_head(probe, &response);
    if (head == H1_MORE && !probe->has_ended)
        return PROBE_WAIT;
    if (head != H1_DONE)
        return script_cannot_judge(probe, step, NULL);
    probe->code = response.msg.status;
    probe->is_404 = is_leaving(probe, response.msg.status);
    if (probe->is_404)
        return PROBE_NEXT;
    if (step->conf.expect.kind == CONF_EXPECT_STRING || step->conf.expect.kind == CONF_EXPECT_REGEX)
        return judge_body(probe, step, &response);
    return judge_head(probe, step, &response);
}
