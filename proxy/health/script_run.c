/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scripts at work. An answer mostly comes at once and is judged where it was received; only what
 * has to be waited for is kept.
 */
#include "proxy/health/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- sending ---- */

/* Keeps what the socket did not take; seldom, as questions are short. */
static enum probe_step keep_rest(struct probe *probe, const char *bytes, size_t len)
{
    char *rest = malloc(len);
    if (rest == NULL)
        return probe_end(probe, HEALTH_SOCKET_ERROR, 0, "out of memory");
    memcpy(rest, bytes, len);
    free(probe->unsent);
    probe->unsent = rest;
    probe->unsent_len = len;
    return PROBE_WAIT;
}

enum probe_step probe_send(struct probe *probe, const char *bytes, size_t len)
{
    while (len > 0) {
        struct iovec piece = {(void *)bytes, len};
        ssize_t n = conn_sendv(&probe->conn, &piece, 1);
        if (n == UV_EAGAIN)
            return keep_rest(probe, bytes, len);
        if (n < 0)
            return probe_fail(probe, HEALTH_SOCKET_ERROR, strerror((int)-n));
        bytes += n;
        len -= (size_t)n;
    }
    return PROBE_NEXT;
}

static enum probe_step send_rest(struct probe *probe)
{
    char *bytes = probe->unsent;
    probe->unsent = NULL;
    enum probe_step step = probe_send(probe, bytes, probe->unsent_len);
    free(bytes);
    return step;
}

static void forget_answer(struct probe *probe)
{
    free(probe->kept);
    probe->kept = NULL;
    probe->answer = NULL;
    probe->answer_len = 0;
}

void script_forget(struct probe *probe)
{
    forget_answer(probe);
    free(probe->unsent);
    probe->unsent = NULL;
    probe->is_asked = probe->has_ended = probe->is_404 = probe->keeps = false;
    probe->code = 0;
    probe->stage = 0;
    probe->taken = 0;
    probe->is_told = false;
    probe->result.is_decisive = false;
    probe->role = (struct role_report){.lag_seconds = -1};
    probe->info[0] = '\0';
}

/* Of an agent, whose script is the same for all servers: what this one is to be told. */
static enum probe_step send_greeting(struct probe *probe)
{
    return probe->greeting != NULL ? probe_send(probe, probe->greeting, strlen(probe->greeting))
                                   : PROBE_NEXT;
}

static enum probe_step send_made(struct probe *probe, const struct script_step *step)
{
    const struct conf_made *made = step->conf.send.made;
    struct sample_text text = script_text(probe, made, NULL);
    char info[SERVER_REASON_BYTES];
    forget_answer(probe); /* which the text was made of, maybe */
    if (made->kind != CONF_MADE_HEX || script_decode_hex(probe, &text))
        return probe_send(probe, text.data, text.len);
    snprintf(info, sizeof(info), "tcp-check send : failed to build log-format string at step %u",
             step->conf.number);
    return probe_end(probe, HEALTH_L7_RESPONSE, 0, info);
}

static enum probe_step ask(struct probe *probe, const struct script_step *step)
{
    if (probe->is_asked)
        return probe->unsent != NULL ? send_rest(probe) : PROBE_NEXT;
    probe->is_asked = true;
    if (step->conf.kind == CONF_STEP_SEND && step->conf.send.made != NULL)
        return send_made(probe, step);
    forget_answer(probe);
    if (step->conf.kind == CONF_STEP_SEND && step->conf.send.bytes == NULL)
        return send_greeting(probe);
    if (step->conf.kind == CONF_STEP_SEND)
        return probe_send(probe, step->conf.send.bytes, step->conf.send.len);
    char *text = probe->loop->scratch;
    const struct conf_request *request = &step->conf.request;
    probe->asks_head = strcmp(request->method, "HEAD") == 0;
    probe->keeps = probe_may_keep(probe);
    return probe_send(probe, text, script_write_request(probe, request, text));
}

/* ---- receiving ---- */

/* Moves the answer out of the scratch, or makes room behind what is kept. */
static bool keep_answer(struct probe *probe, const char *more, size_t len)
{
    char *kept = realloc(probe->kept, probe->answer_len + len + 1);
    if (kept == NULL)
        return false;
    if (probe->kept == NULL && probe->answer_len > 0)
        memcpy(kept, probe->answer, probe->answer_len);
    memcpy(kept + probe->answer_len, more, len);
    probe->answer = probe->kept = kept;
    probe->answer_len += len;
    return true;
}

bool script_hold(struct probe *probe)
{
    return probe->answer_len == 0 || probe->kept != NULL || keep_answer(probe, "", 0);
}

enum probe_step script_receive(struct probe *probe)
{
    size_t room = SCRIPT_ANSWER_BYTES_MAX - probe->answer_len;
    char *scratch = probe->loop->scratch + SCRIPT_REQUEST_BYTES_MAX;
    if (room == 0)
        probe->has_ended = true; /* nobody waits for the end of an endless answer */
    if (probe->has_ended)
        return PROBE_NEXT;
    if (!conn_can_read(&probe->conn))
        return PROBE_WAIT;
    bool is_first = probe->answer_len == 0;
    if (!script_hold(probe)) /* else the next piece would overwrite it */
        return probe_end(probe, HEALTH_SOCKET_ERROR, 0, "out of memory");
    ssize_t n = conn_recv(&probe->conn, scratch, room);
    if (n == UV_EAGAIN)
        return PROBE_WAIT;
    if (n <= 0) {
        probe->has_ended = true;
        if (n < 0 && n != UV_EOF && is_first)
            return probe_fail(probe, HEALTH_SOCKET_ERROR, strerror((int)-n));
        return PROBE_NEXT;
    }
    if (is_first) {
        probe->answer = scratch;
        probe->answer_len = (size_t)n;
    } else if (!keep_answer(probe, scratch, (size_t)n)) {
        return probe_end(probe, HEALTH_SOCKET_ERROR, 0, "out of memory");
    }
    return PROBE_NEXT;
}

/* ---- expecting ---- */

/* What the rules have made so far is not needed any more. */
static void give_texts_back(const struct probe *probe)
{
    if (probe->script->scratch != NULL)
        probe->script->scratch->used = 0;
}

static enum probe_step judge_empty(struct probe *probe, const struct script_step *step)
{
    char info[SERVER_REASON_BYTES];
    const char *comment = step->conf.comment;
    if (probe->script->words == WORDS_OF_HTTP)
        return script_cannot_judge(probe, step, NULL);
    snprintf(info, sizeof(info), "TCPCHK got an empty response at step %u%s%s%s", step->conf.number,
             comment != NULL ? " comment: '" : "", comment != NULL ? comment : "",
             comment != NULL ? "'" : "");
    return probe_end(probe, step->error, 0, info);
}

static bool is_short(const struct probe *probe, const struct conf_expect *expect, size_t wanted)
{
    bool is_text = expect->kind == CONF_EXPECT_STRING || expect->kind == CONF_EXPECT_BINARY;
    return !probe->has_ended &&
           ((is_text && probe->answer_len < wanted) ||
            (expect->min_bytes > 0 && probe->answer_len < (size_t)expect->min_bytes));
}

/* Upper-case digits, as HAProxy's. */
static bool matches_hex(const struct probe *probe, const struct regex *regex)
{
    static const char digits[] = "0123456789ABCDEF";
    char *hex = probe->loop->scratch + SCRIPT_REQUEST_BYTES_MAX + SCRIPT_ANSWER_BYTES_MAX;
    for (size_t i = 0; i < probe->answer_len; i++) {
        hex[2 * i] = digits[(unsigned char)probe->answer[i] >> 4];
        hex[2 * i + 1] = digits[probe->answer[i] & 15];
    }
    return regex_match(regex, hex, 2 * probe->answer_len);
}

static bool matches(const struct probe *probe, const struct script_step *step,
                    const struct sample_text *pattern)
{
    const struct conf_expect *expect = &step->conf.expect;
    if (expect->kind == CONF_EXPECT_REGEX)
        return regex_match(step->pattern, probe->answer, probe->answer_len);
    if (expect->kind == CONF_EXPECT_BINARY_REGEX)
        return matches_hex(probe, step->pattern);
    return memmem(probe->answer, probe->answer_len, pattern->data, pattern->len) != NULL;
}

static enum probe_step judge_bytes(struct probe *probe, const struct script_step *step)
{
    const struct conf_expect *expect = &step->conf.expect;
    struct sample_text pattern;
    if (!script_pattern(probe, step, &pattern))
        return PROBE_DONE;
    if (is_short(probe, expect, pattern.len))
        return PROBE_WAIT;
    bool matched = matches(probe, step, &pattern);
    if (!matched && !probe->has_ended && expect->min_bytes == -1)
        return PROBE_WAIT;
    if (matched != expect->is_unwanted)
        return PROBE_NEXT;
    return script_fail(probe, step, matched, NULL);
}

static enum probe_step judge(struct probe *probe, const struct script_step *step)
{
    give_texts_back(probe);
    if (probe->answer_len == 0)
        return probe->has_ended ? judge_empty(probe, step) : PROBE_WAIT;
    if (step->judge != NULL)
        return step->judge(probe, step);
    if (probe->script->words == WORDS_OF_HTTP)
        return script_judge_http(probe, step);
    return judge_bytes(probe, step);
}

/* What has come may do for several expectations; more is read only when one of them waits for it. */
static enum probe_step expect(struct probe *probe, const struct script_step *step)
{
    enum probe_step verdict = PROBE_WAIT;
    if (probe->unsent != NULL && (verdict = send_rest(probe)) == PROBE_DONE)
        return verdict;
    verdict = judge(probe, step);
    while (verdict == PROBE_WAIT) {
        verdict = script_receive(probe);
        if (verdict != PROBE_NEXT)
            return verdict;
        verdict = judge(probe, step);
        if (verdict == PROBE_WAIT && probe->has_ended)
            return script_fail(probe, step, false,
                               NULL); /* a judge that wants more than there is */
    }
    return verdict;
}

/* ---- the end ---- */

/* Setting variables says nothing of a server. */
static const struct script_step *find_last(const struct script *script)
{
    const struct script_step *last = &script->steps[script->count - 1];
    while (last->conf.kind == CONF_STEP_ACTION)
        last--;
    return last; /* every script connects */
}

static enum probe_step conclude(struct probe *probe)
{
    const struct script *script = probe->script;
    const struct script_step *last = find_last(script);
    const char *info = script->words == WORDS_OF_TCP ? "(tcp-check)" : NULL;
    if (last->conf.kind == CONF_STEP_EXPECT)
        return script_pass(probe, last, info);
    if (last->conf.kind == CONF_STEP_CONNECT)
        return probe_end(probe, probe->is_tls ? HEALTH_L6_OK : HEALTH_L4_OK, 0,
                         last->conf.connect.is_implied ? NULL : info);
    return probe_end(probe, HEALTH_L7_OK, 0, info);
}

static enum probe_step run_step(struct probe *probe, const struct script_step *step)
{
    switch (step->conf.kind) {
    case CONF_STEP_CONNECT:
        return PROBE_CONNECT;
    case CONF_STEP_SEND:
    case CONF_STEP_REQUEST:
        return ask(probe, step);
    case CONF_STEP_EXPECT:
        return expect(probe, step);
    case CONF_STEP_ACTION:
        script_act(probe, step->conf.action.made);
        break;
    case CONF_STEP_COMMENT:
        break;
    }
    return PROBE_NEXT;
}

enum probe_step script_run(struct probe *probe)
{
    const struct script *script = probe->script;
    while (probe->step < script->count) {
        give_texts_back(probe);
        enum probe_step verdict = run_step(probe, &script->steps[probe->step]);
        if (verdict == PROBE_WAIT && !script_hold(probe))
            return probe_end(probe, HEALTH_SOCKET_ERROR, 0, "out of memory");
        if (verdict != PROBE_NEXT)
            return verdict;
        probe->step++;
        probe->is_asked = false;
    }
    return conclude(probe);
}
