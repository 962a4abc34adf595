/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show events: the rings that keep log lines, and what is in one of them; with -w also what comes later.
 * Whoever waits is looked after ten times a second: a ring knows nothing of its readers.
 */
#include "proxy/cli/cli_priv.h"
#include "proxy/log/log.h"
#include "proxy/net/loop.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define LOOK_AGAIN_MS 100

struct reader {
    struct cli_call *call;
    struct wheel_timer timer;
    uint64_t at;
    bool waits, is_plain;
    char end; /* of each line */
    char line[CLI_ROW_BYTES / 2];
};

/* ---- one ring ---- */

/* Control characters would move the cursor of whoever reads, or forge a line. */
static void make_plain(char *line, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)line[i];
        if (c == '\t')
            line[i] = ' ';
        else if (c < ' ' || c == 0x7f)
            line[i] = '?';
    }
}

static void look_again(struct wheel_timer *timer)
{
    cli_call_resume(LIST_ITEM(timer, struct reader, timer)->call);
}

/* Whatever is typed ends the wait, and means nothing else. */
static bool has_input(const struct cli_call *call)
{
    char typed[256];
    return recv(call->session->source.fd, typed, sizeof(typed), MSG_DONTWAIT) > 0;
}

static enum cli_progress more_lines(struct cli_call *call, struct text *out)
{
    struct reader *reader = call->state;
    size_t len = 0;
    int rc = log_ring_read(call->words[2], &reader->at, reader->line, sizeof(reader->line), &len);
    if (rc < 0 || (rc == 0 && !reader->waits))
        return CLI_DONE;
    if (rc == 0 && has_input(call))
        return CLI_DONE;
    if (rc == 0) {
        loop_arm(cli_call_loop(call), &reader->timer, LOOK_AGAIN_MS);
        return CLI_WAIT;
    }
    len = len < sizeof(reader->line) ? len : sizeof(reader->line);
    if (reader->is_plain)
        make_plain(reader->line, len);
    text_bytes(out, reader->line, len);
    text_char(out, reader->end);
    return CLI_MORE;
}

static void release_reader(struct cli_call *call)
{
    struct reader *reader = call->state;
    wheel_forget(&cli_call_loop(call)->wheel, &reader->timer);
    cli_call_free_state(call);
}

/* -w and its like, also several behind one dash; false if there is another. */
static bool read_flags(struct reader *reader, const char *word, bool *from_end)
{
    if (word[0] != '-' || word[1] == '\0')
        return false;
    for (const char *flag = word + 1; *flag != '\0'; flag++) {
        switch (*flag) {
        case 'w':
            reader->waits = true;
            break;
        case 'n':
            *from_end = true;
            break;
        case 's':
            reader->is_plain = true;
            break;
        case '0':
            reader->end = '\0';
            break;
        default:
            return false;
        }
    }
    return true;
}

static void read_ring(struct cli_call *call)
{
    struct reader *reader = calloc(1, sizeof(*reader));
    uint64_t end = 0;
    bool from_end = false;
    if (reader == NULL) {
        cli_fail(call, "Out of memory\n");
        return;
    }
    call->state = reader;
    call->release = release_reader;
    reader->call = call;
    reader->end = '\n';
    wheel_timer_init(&reader->timer, look_again);
    if (log_ring_end(call->words[2], &end) != 0) {
        cli_fail(call, "No such event sink");
        return;
    }
    for (unsigned i = 3; i < call->count; i++) {
        if (!read_flags(reader, call->words[i], &from_end)) {
            cli_fail(call, "unknown option");
            return;
        }
    }
    reader->at = from_end ? end : 0;
    call->more = more_lines;
}

/* ---- all of them ---- */

static void run_events(struct cli_call *call)
{
    struct log_ring_facts facts;
    if (call->count > 2) {
        read_ring(call);
        return;
    }
    text_put(call->out,
             "Supported events sinks are listed below. Add -w(wait), -n(new). Any key to stop\n");
    for (size_t i = 0; log_ring_at(i, &facts); i++)
        text_printf(call->out, "    %-10s : type=buffer, %llu dropped, %s\n", facts.name,
                    (unsigned long long)facts.dropped, facts.description);
}

/* clang-format off */
const struct cli_command cli_event_commands[] = {
    {"show events", CONF_ADMIN_OPERATOR, "show events [<sink>] [-w] [-n] [-0] [-s]", "show event sink state", run_events, NULL},
    {0},
};
/* clang-format on */
