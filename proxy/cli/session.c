/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client of the admin socket: its bytes in, answers out. What commands mean is elsewhere (call.h).
 *
 * Nothing is read while an answer is being written, and nothing more of an answer is made before what
 * is there has been sent, so a client that does not read costs one buffer until its deadline.
 */
#include "proxy/cli/cli_priv.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECES_AT_ONCE 4 /* then others of the loop get their turn */

static void pump(struct cli_session *s);

/* ---- the end --------------------------------------------------------------------------------- */

static void session_free(struct loop_garbage *garbage)
{
    free(LIST_ITEM(garbage, struct cli_session, garbage));
}

static void call_end(struct cli_session *s)
{
    struct cli_call *call = &s->call;
    if (call->release != NULL)
        call->release(call);
    snapshot_forgo(call->snapshot);
    s->has_call = false;
}

/* What is unread would turn the close into a reset, and the client might lose the answer. */
static void drain(int fd)
{
    char unread[1024];
    for (int i = 0; i < 64 && recv(fd, unread, sizeof(unread), MSG_DONTWAIT) > 0; i++)
        continue;
}

void cli_session_close(struct cli_session *s)
{
    struct loop *loop = s->cli->host.control;
    if (s->source.fd >= 0) {
        drain(s->source.fd);
        close(s->source.fd);
        s->source.fd = -1;
        wheel_forget(&loop->wheel, &s->deadline);
        list_remove(&s->again.node);
    }
    if (s->state == CLI_WAITING)
        return; /* cli_call_resume() brings us back */
    s->state = CLI_CLOSED;
    if (s->has_call)
        call_end(s);
    list_remove(&s->node);
    s->cli->session_count--;
    loop_free_later(loop, &s->garbage, session_free);
}

/* ---- out ------------------------------------------------------------------------------------- */

static void stay(struct cli_session *s)
{
    loop_arm(s->cli->host.control, &s->deadline, s->timeout_ms);
}

/* False: not all could be sent, or the client is gone. */
static bool flush(struct cli_session *s)
{
    while (s->out_sent < s->out_len) {
        ssize_t n = send(s->source.fd, s->out + s->out_sent, s->out_len - s->out_sent,
                         MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            s->is_broken = errno != EAGAIN;
            return false;
        }
        s->out_sent += (size_t)n;
        stay(s);
    }
    s->out_len = s->out_sent = 0;
    return true;
}

static void put(struct cli_session *s, const char *text)
{
    size_t len = strlen(text), room = sizeof(s->out) - s->out_len;
    if (len > room)
        len = room;
    memcpy(s->out + s->out_len, text, len);
    s->out_len += len;
}

void cli_say(struct cli_call *call, int severity, const char *format, ...)
{
    static const char *const names[] = {"emerg",   "alert",  "crit", "err",
                                        "warning", "notice", "info", "debug"};
    va_list args;
    char text[1024];
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (call->session->severity == CONF_SEVERITY_NUMBER)
        text_printf(call->out, "[%d]: ", severity);
    if (call->session->severity == CONF_SEVERITY_STRING)
        text_printf(call->out, "[%s]: ", names[severity]);
    text_put(call->out, text);
}

/* ---- calls ----------------------------------------------------------------------------------- */

/* The next answer, or the end of the client. */
static void answer_end(struct cli_session *s)
{
    call_end(s);
    memmove(s->in, s->in + s->taken, s->in_len - s->taken);
    s->in_len -= s->taken;
    s->taken = 0;
    s->state = CLI_READING;
    if (s->is_leaving)
        return;
    put(s, s->is_interactive ? "\n> " : "\n");
    s->is_leaving = !s->is_interactive && s->in_len == 0;
}

/* A part of the answer goes into the empty output. */
static void answer_more(struct cli_session *s)
{
    struct cli_call *call = &s->call;
    enum cli_progress progress = call->more != NULL ? CLI_MORE : CLI_DONE;
    while (progress == CLI_MORE && s->out_len <= CLI_OUTPUT_BYTES - CLI_ROW_BYTES) {
        struct text text;
        text_init(&text, s->out + s->out_len, CLI_ROW_BYTES);
        progress = call->more(call, &text);
        s->out_len += text_len(&text);
    }
    if (progress == CLI_WAIT)
        s->state = CLI_WAITING;
    else if (progress == CLI_DONE)
        answer_end(s);
}

void cli_call_resume(struct cli_call *call)
{
    struct cli_session *s = call->session;
    s->state = CLI_ANSWERING;
    if (s->source.fd < 0)
        cli_session_close(s);
    else
        loop_soon(s->cli->host.control, &s->again);
}

static void carry_out(struct cli_call *call)
{
    if (call->row->run != NULL)
        call->row->run(call);
    else
        cli_fail(call, "%s\n", call->row->refusal);
}

static void call_begin(struct cli_session *s, const struct cli_text *found)
{
    struct text text;
    struct cli_call *call = &s->call;
    *call = (struct cli_call){.cli = s->cli, .session = s, .payload = found->payload};
    call->snapshot = s->cli->host.snapshots->current;
    snapshot_keep(call->snapshot);
    call->count = cli_words_cut(found->command, call->words);
    for (unsigned i = call->count; i <= CLI_WORDS_MAX; i++)
        call->words[i] = s->nothing;
    s->has_call = true;
    s->taken = found->taken;
    s->state = CLI_ANSWERING;
    text_init(&text, s->out + s->out_len, CLI_ROW_BYTES);
    call->out = &text;
    call->row = cli_command_find(call);
    if (call->row == NULL)
        cli_command_help(call, 0);
    else if (cli_call_may(call, call->row->level))
        carry_out(call);
    call->out = NULL;
    s->out_len += text_len(&text);
}

/* ---- in -------------------------------------------------------------------------------------- */

/* As HAProxy does, a "+ " for each line of a payload that is expected. */
static void prompt_payload(struct cli_session *s, unsigned lines)
{
    for (; s->is_interactive && s->payload_lines < lines; s->payload_lines++) {
        if (s->out_len + 2 <= CLI_OUTPUT_BYTES - CLI_ROW_BYTES)
            put(s, "+ ");
    }
}

/* False: nothing to do until more comes. */
static bool read_more(struct cli_session *s)
{
    if (s->is_ended || s->in_len == sizeof(s->in)) {
        s->is_leaving = true; /* half a command, or one that is too long */
        return true;
    }
    ssize_t n = recv(s->source.fd, s->in + s->in_len, sizeof(s->in) - s->in_len, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return errno == EINTR;
    if (n < 0)
        s->is_broken = true;
    s->is_ended = n <= 0;
    s->in_len += n > 0 ? (size_t)n : 0;
    stay(s);
    return true;
}

static bool read_command(struct cli_session *s)
{
    struct cli_text found;
    enum cli_found result = cli_text_find(s->in, s->in_len, &found);
    if (result != CLI_INCOMPLETE)
        prompt_payload(s, found.payload_lines);
    if (result != CLI_COMMAND)
        return s->out_len > 0 || read_more(s); /* prompts go out first */
    s->payload_lines = 0;
    call_begin(s, &found);
    return true;
}

/* ---- the pump -------------------------------------------------------------------------------- */

static bool step(struct cli_session *s)
{
    if (!flush(s))
        return false;
    if (s->is_leaving && !s->has_call) {
        s->is_broken = true;
        return false;
    }
    if (s->state == CLI_READING)
        return read_command(s);
    if (s->state == CLI_ANSWERING)
        answer_more(s);
    return s->state != CLI_WAITING;
}

static void pump(struct cli_session *s)
{
    int pieces = 0;
    while (pieces < PIECES_AT_ONCE && step(s))
        pieces++;
    if (s->is_broken)
        cli_session_close(s);
    else if (pieces == PIECES_AT_ONCE)
        loop_soon(s->cli->host.control, &s->again);
}

static void on_again(struct loop_task *task)
{
    pump(LIST_ITEM(task, struct cli_session, again));
}

static void on_ready(struct loop_source *source, uint32_t events)
{
    struct cli_session *s = LIST_ITEM(source, struct cli_session, source);
    if (s->state != CLI_WAITING)
        pump(s);
    else if ((events & (EPOLLHUP | EPOLLERR)) != 0)
        cli_session_close(s);
}

static void on_deadline(struct wheel_timer *timer)
{
    struct cli_session *s = LIST_ITEM(timer, struct cli_session, deadline);
    if (s->state != CLI_WAITING)
        cli_session_close(s);
}

/* ---- the beginning --------------------------------------------------------------------------- */

void cli_session_open(struct cli *cli, int fd, const struct conf_admin_bind *conf)
{
    struct cli_session *s = malloc(sizeof(*s));
    if (s == NULL) {
        close(fd);
        return;
    }
    memset(s, 0, offsetof(struct cli_session, in));
    s->cli = cli;
    s->source = (struct loop_source){.ready = on_ready, .fd = fd};
    s->again.run = on_again;
    s->level = conf->level;
    s->severity = conf->severity;
    s->timeout_ms = cli->timeout_ms;
    list_init(&s->again.node);
    wheel_timer_init(&s->deadline, on_deadline);
    list_push_back(&cli->sessions, &s->node);
    cli->session_count++;
    if (loop_add(cli->host.control, &s->source) != 0)
        cli_session_close(s);
    else
        stay(s);
}
