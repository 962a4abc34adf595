/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words in which scripts report: HAProxy's, to the letter, as people's alerts match them.
 */
#include "proxy/health/probe.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct words {
    char *text;
    size_t len, size;
};

static void say(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct words *words, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(words->text + words->len, words->size - words->len, format, args);
    va_end(args);
    if (len > 0)
        words->len +=
            (size_t)len < words->size - words->len ? (size_t)len : words->size - words->len - 1;
}

static void say_bytes(struct words *words, const char *bytes, size_t len)
{
    say(words, "%.*s", (int)len, bytes);
}

/* The first line of the answer, from that byte on. */
static void say_answer(struct words *words, const struct probe *probe, unsigned answer_text)
{
    size_t from = answer_text - 1;
    if (from >= probe->answer_len)
        return;
    const char *bytes = probe->answer + from;
    size_t len = probe->answer_len - from;
    while (len > 0 && *bytes == ' ')
        bytes++, len--;
    const char *end = bytes;
    while (end < bytes + len && *end != '\r' && *end != '\n' && *end != '\0')
        end++;
    say_bytes(words, bytes, (size_t)(end - bytes));
}

static void say_made(struct words *words, struct probe *probe, const struct conf_made *made,
                     const char *plain)
{
    struct sample_text text = script_text(probe, made, plain);
    say_bytes(words, text.data, text.len);
}

static void say_mismatch(struct words *words, const struct script_step *step, bool matched)
{
    const struct conf_expect *expect = &step->conf.expect;
    static const char *const hows[] = {
        [CONF_EXPECT_REGEX] = " (regex)",
        [CONF_EXPECT_BINARY] = " (binary)",
        [CONF_EXPECT_BINARY_REGEX] = " (binary regex)",
    };
    say(words, matched ? "TCPCHK matched unwanted content" : "TCPCHK did not match content");
    if (expect->made_pattern != NULL)
        say(words, " (log-format %s)", expect->kind == CONF_EXPECT_STRING ? "string" : "binary");
    else if (expect->kind == CONF_EXPECT_STRING)
        say(words, " '%.*s'", (int)expect->pattern_len, expect->pattern);
    else
        say(words, "%s", hows[expect->kind]);
    say(words, " at step %u", step->conf.number);
}

static int code_of(struct probe *probe, const struct script_step *step, int otherwise)
{
    char digits[4] = "";
    long long code;
    if (script_integer(probe, step->conf.expect.made_code, &code))
        return (int)code;
    if (!step->has_code || probe->answer_len < 3)
        return otherwise;
    memcpy(digits, probe->answer, 3);
    return atoi(digits);
}

static void say_comment(struct words *words, const struct script_step *step)
{
    if (step->conf.comment != NULL)
        say(words, " comment: %s", step->conf.comment);
}

static void say_on_error(struct words *words, struct probe *probe, const struct script_step *step)
{
    say_made(words, probe, step->conf.expect.made_error, step->conf.expect.on_error);
}

enum probe_step script_fail(struct probe *probe, const struct script_step *step, bool matched,
                            const char *info)
{
    char text[SERVER_REASON_BYTES] = "";
    struct words words = {text, 0, sizeof(text)};
    if (step->conf.expect.on_error != NULL)
        say_on_error(&words, probe, step);
    else if (info != NULL)
        say_bytes(&words, info, strlen(info));
    else if (step->error_text != ANSWER_TEXT_NONE)
        say_answer(&words, probe, step->error_text);
    else if (probe->script->words == WORDS_OF_TCP)
        say_mismatch(&words, step, matched);
    say_comment(&words, step);
    return probe_end(probe, step->error, code_of(probe, step, probe->code), text);
}

enum probe_step script_cannot_judge(struct probe *probe, const struct script_step *step,
                                    const char *why)
{
    char text[SERVER_REASON_BYTES] = "";
    struct words words = {text, 0, sizeof(text)};
    if (why != NULL)
        say(&words, "%s", why);
    else if (step->conf.expect.on_error != NULL)
        say_on_error(&words, probe, step);
    say_comment(&words, step);
    return probe_end(probe, HEALTH_L7_RESPONSE, 0, text);
}

enum probe_step script_pass(struct probe *probe, const struct script_step *step, const char *info)
{
    char text[SERVER_REASON_BYTES] = "";
    struct words words = {text, 0, sizeof(text)};
    if (probe->info[0] != '\0')
        say_bytes(&words, probe->info, strlen(probe->info));
    else if (step->conf.expect.on_success != NULL)
        say_made(&words, probe, step->conf.expect.made_success, step->conf.expect.on_success);
    else if (step->ok_text != ANSWER_TEXT_NONE)
        say_answer(&words, probe, step->ok_text);
    else if (info != NULL)
        say(&words, "%s", info);
    enum health_status status = probe->is_404 ? HEALTH_L7_OK_CONDITIONAL : step->ok;
    return probe_end(probe, status, code_of(probe, step, probe->code), text);
}

static void say_step(struct words *words, const struct script_step *step)
{
    const struct conf_expect *expect = &step->conf.expect;
    if (step->conf.kind == CONF_STEP_CONNECT && step->conf.connect.port > 0)
        say(words, " (connect port %u)", step->conf.connect.port);
    else if (step->conf.kind == CONF_STEP_CONNECT)
        say(words, " (connect)");
    else if (step->conf.kind == CONF_STEP_SEND)
        say(words, " (send)");
    else if (expect->made_pattern != NULL)
        say(words, " (expect log-format %s)",
            expect->kind == CONF_EXPECT_STRING ? "string" : "binary");
    else if (expect->kind == CONF_EXPECT_STRING)
        say(words, " (expect string '%.*s')", (int)expect->pattern_len, expect->pattern);
    else if (expect->kind == CONF_EXPECT_REGEX)
        say(words, " (expect regex)");
    else if (expect->kind == CONF_EXPECT_BINARY_REGEX)
        say(words, " (expect binary regex)");
    else
        say(words, " (expect binary '%.*s')", (int)expect->pattern_len, expect->pattern);
}

void script_where(const struct probe *probe, char *text, size_t size)
{
    const struct script *script = probe->script;
    struct words words = {text, 0, size};
    text[0] = '\0';
    if (script->words != WORDS_OF_TCP || probe->step >= script->count)
        return;
    const struct script_step *step = &script->steps[probe->step];
    if (step->conf.number == 0) {
        say(&words, " at initial connection step of tcp-check");
        return;
    }
    say(&words, " at step %u of tcp-check", step->conf.number);
    say_step(&words, step);
    if (step->conf.comment != NULL)
        say(&words, " comment: '%s'", step->conf.comment);
}
