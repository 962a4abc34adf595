/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each letter is on its own, from its making to its end: it tries to be delivered, sleeps, tries again, and says so
 * when it gives up. It keeps the snapshot whose settings it goes by.
 */
#include "proxy/health/mail.h"

#include "proxy/net/conn.h"
#include "proxy/state/backend.h"
#include "proxy/state/events.h"
#include "proxy/state/proxy_state.h"
#include "proxy/state/server.h"
#include "proxy/state/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

enum stage {
    GREETED,
    HELLO_SAID,
    SENDER_SAID,
    RECEIVER_SAID,
    DATA_SAID,
    LETTER_SENT,
    LEAVING,
    STAGES
};
enum { ANSWER_BYTES_MAX = 4096, TRIES_MAX = 3, FIRST_REST_MS = 1000, REASON_BYTES = 160 };

struct mailroom {
    struct loop *control;      /* borrowed */
    struct snapshot *snapshot; /* borrowed: the newest */
    struct list letters;       /* owned */
    unsigned count;
    bool is_full; /* and that was told */
};

struct letter {
    struct list node;
    struct loop_garbage garbage;
    struct mailroom *room;     /* borrowed */
    struct snapshot *snapshot; /* kept, with the next three */
    const struct backend *backend;
    const struct conf_mailers *mailers;
    const struct conf_mailer *mailer;
    struct conn conn;
    struct wheel_timer timer; /* of a try: its deadline; between two: the next */
    unsigned tries;
    enum stage stage;
    bool is_taken;      /* the mailer has it; what follows is good manners */
    char *said[STAGES]; /* owned: what is said when each stage is reached; NULL at the last */
    char answer[ANSWER_BYTES_MAX];
    size_t answer_len;
};

/* What the other side has to answer before the stage is over. */
static const char *const answers[STAGES] = {
    [GREETED] = "220",   [HELLO_SAID] = "250",  [SENDER_SAID] = "250", [RECEIVER_SAID] = "250",
    [DATA_SAID] = "354", [LETTER_SENT] = "250", [LEAVING] = "221",
};

static void free_memory(struct loop_garbage *garbage)
{
    struct letter *letter = LIST_ITEM(garbage, struct letter, garbage);
    for (size_t i = 0; i < STAGES; i++)
        free(letter->said[i]);
    free(letter);
}

static void end(struct letter *letter)
{
    struct mailroom *room = letter->room;
    list_remove(&letter->node);
    room->count--;
    room->is_full = false;
    wheel_forget(&room->control->wheel, &letter->timer);
    conn_close(&letter->conn);
    snapshot_forgo(letter->snapshot);
    loop_free_later(room->control, &letter->garbage, free_memory);
}

static void tell(const struct backend *backend, const char *text)
{
    const struct state_event event = {.backend = backend, .level = LOG_WARNING, .text = text};
    state_tell(&event);
}

/* Another try after a rest, which gets longer; or the last one was it. */
static void fail(struct letter *letter, const char *reason)
{
    char text[2 * REASON_BYTES];
    conn_close(&letter->conn);
    if (letter->tries < TRIES_MAX) {
        loop_arm(letter->room->control, &letter->timer,
                 (uint64_t)FIRST_REST_MS << (letter->tries - 1));
        return;
    }
    snprintf(text, sizeof(text), "Email alert by mailer %s/%s was not sent after %u tries: %s",
             letter->mailers->name, letter->mailer->name, letter->tries, reason);
    tell(letter->backend, text);
    end(letter);
}

/* Its first line, without what does not belong into a log. */
static void fail_by_answer(struct letter *letter)
{
    char reason[REASON_BYTES];
    int len = snprintf(reason, sizeof(reason), "it answered '");
    for (const char *at = letter->answer; *at != '\0' && *at != '\r' && *at != '\n'; at++) {
        if ((size_t)len + 2 < sizeof(reason))
            reason[len++] = *at >= ' ' && *at <= '~' ? *at : '?';
    }
    reason[len++] = '\'';
    reason[len] = '\0';
    fail(letter, reason);
}

/* The last line of an answer has a blank behind its code: 1 it is as it should be, 0 more of it has
 * to come, -1 it is something else. */
static int judge(const struct letter *letter)
{
    const char *line = letter->answer;
    for (const char *next; (next = strstr(line, "\r\n")) != NULL; line = next + 2) {
        if (strlen(line) >= 4 && line[3] == ' ')
            return strncmp(line, answers[letter->stage], 3) == 0 ? 1 : -1;
    }
    return letter->answer_len + 1 >= sizeof(letter->answer) ? -1 : 0;
}

/* Letters are short: a socket that does not take one at once is of no use. */
static bool say(struct letter *letter)
{
    char *text = letter->said[letter->stage];
    struct iovec piece = {text, text != NULL ? strlen(text) : 0};
    return text != NULL && conn_sendv(&letter->conn, &piece, 1) == (ssize_t)piece.iov_len;
}

static bool read_answer(struct letter *letter)
{
    while (conn_can_read(&letter->conn) && letter->answer_len + 1 < sizeof(letter->answer)) {
        ssize_t n = conn_recv(&letter->conn, letter->answer + letter->answer_len,
                              sizeof(letter->answer) - 1 - letter->answer_len);
        if (n == UV_EAGAIN)
            break;
        if (n <= 0)
            return false;
        letter->answer_len += (size_t)n;
        letter->answer[letter->answer_len] = '\0';
    }
    return true;
}

static void on_ready(struct conn *conn)
{
    struct letter *letter = LIST_ITEM(conn, struct letter, conn);
    int rc = conn->connecting ? conn_connected(conn) : 0;
    if (rc == UV_EAGAIN)
        return;
    if (rc != 0) {
        fail(letter, strerror(-rc));
        return;
    }
    bool goes_on = read_answer(letter);
    int verdict = judge(letter);
    if (verdict > 0 && letter->stage == LETTER_SENT)
        letter->is_taken = true;
    if (verdict > 0 && say(letter)) {
        letter->stage++;
        letter->answer_len = 0;
        letter->answer[0] = '\0';
        return;
    }
    if (letter->is_taken && (verdict != 0 || !goes_on))
        end(letter); /* however it takes its leave */
    else if (verdict < 0)
        fail_by_answer(letter);
    else if (verdict > 0 || !goes_on)
        fail(letter, "the connection was closed");
}

/* ---- trying ---- */

static void try(struct letter *letter)
{
    static const struct conn_options options = {.slow_ack = false};
    const struct conf_addr *to = &letter->mailer->addr;
    letter->tries++;
    letter->stage = GREETED;
    letter->answer_len = 0;
    letter->answer[0] = '\0';
    loop_arm(letter->room->control, &letter->timer, letter->mailers->timeout_ms);
    int rc = conn_connect(&letter->conn, letter->room->control, (const struct sockaddr *)&to->sa,
                          to->sa_len, &options, on_ready);
    if (rc != 0)
        fail(letter, strerror(-rc));
}

static void on_timer(struct wheel_timer *timer)
{
    struct letter *letter = LIST_ITEM(timer, struct letter, timer);
    if (!conn_is_open(&letter->conn))
        try(letter);
    else if (letter->is_taken)
        end(letter);
    else
        fail(letter, "it took too long");
}

/* ---- writing ---- */

static bool write_all(struct letter *letter, const struct conf_email *email, const char *text)
{
    char date[64];
    time_t now = time(NULL);
    struct tm tm;
    localtime_r(&now, &tm);
    strftime(date, sizeof(date), "%a, %d %b %Y %T %z", &tm);
    char **said = letter->said;
    return asprintf(&said[GREETED], "HELO %s\r\n", email->hostname) > 0 &&
           asprintf(&said[HELLO_SAID], "MAIL FROM:<%s>\r\n", email->from) > 0 &&
           asprintf(&said[SENDER_SAID], "RCPT TO:<%s>\r\n", email->to) > 0 &&
           asprintf(&said[RECEIVER_SAID], "DATA\r\n") > 0 &&
           asprintf(
               &said[DATA_SAID],
               "From: %s\r\nTo: %s\r\nDate: %s\r\nSubject: [HAProxy Alert] %s\r\n\r\n%s\r\n.\r\n",
               email->from, email->to, date, text, text) > 0 &&
           asprintf(&said[LETTER_SENT], "QUIT\r\n") > 0;
}

/* More than anybody reads; that is told once, until there is room again. */
static void refuse(struct mailroom *room, const struct backend *backend)
{
    if (!room->is_full)
        tell(backend, "Email alerts are dropped: too many wait to be sent");
    room->is_full = true;
}

static void post(struct mailroom *room, const struct backend *backend,
                 const struct conf_email *email, const struct conf_mailer *mailer, const char *text)
{
    struct letter *letter = room->count < MAIL_LETTERS_MAX ? calloc(1, sizeof(*letter)) : NULL;
    if (letter == NULL) {
        refuse(room, backend);
        return;
    }
    letter->room = room;
    letter->snapshot = room->snapshot;
    snapshot_keep(letter->snapshot);
    letter->backend = backend;
    letter->mailers = email->mailers;
    letter->mailer = mailer;
    letter->conn.source.fd = -1;
    wheel_timer_init(&letter->timer, on_timer);
    list_push_back(&room->letters, &letter->node);
    room->count++;
    if (write_all(letter, email, text))
        try(letter);
    else
        end(letter);
}

/* ---- the room ---- */

static const struct conf_email *email_of(const struct mailroom *room, const struct backend *backend)
{
    const struct config *config = room->snapshot != NULL ? room->snapshot->config : NULL;
    for (size_t i = 0; config != NULL && i < config->proxy_count; i++) {
        if (&room->snapshot->proxies[i].state->backend == backend)
            return &config->proxies[i].email;
    }
    return NULL;
}

/* Results of probes are less than what they lead to. */
static int gravity_of(const struct state_event *event)
{
    bool is_result = strncmp(event->text, "Health check ", 13) == 0 ||
                     strncmp(event->text, "Agent check ", 12) == 0;
    return is_result ? LOG_INFO : event->level;
}

void mailroom_tell(struct mailroom *room, const struct state_event *event)
{
    if (event->server == NULL)
        return;
    const struct conf_email *email = email_of(room, event->backend);
    if (email == NULL || email->mailers == NULL || gravity_of(event) > email->level)
        return;
    for (size_t i = 0; i < email->mailers->count; i++)
        post(room, event->backend, email, &email->mailers->items[i], event->text);
}

struct mailroom *mailroom_new(struct loop *control)
{
    struct mailroom *room = calloc(1, sizeof(*room));
    if (room == NULL)
        return NULL;
    room->control = control;
    list_init(&room->letters);
    return room;
}

void mailroom_apply(struct mailroom *room, struct snapshot *snapshot)
{
    room->snapshot = snapshot;
}

void mailroom_free(struct mailroom *room)
{
    if (room == NULL)
        return;
    while (!list_is_empty(&room->letters))
        end(LIST_ITEM(room->letters.next, struct letter, node));
    free(room);
}
