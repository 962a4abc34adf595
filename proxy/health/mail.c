/* SPDX-License-Identifier: Apache-2.0 */
/* Each letter is a connection of its own, from its making to its end. */
#include "proxy/health/mail.h"

#include "proxy/net/conn.h"
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
enum { ANSWER_BYTES_MAX = 4096 };

struct mailroom {
    struct loop *control;            /* borrowed */
    const struct snapshot *snapshot; /* borrowed: the newest */
    struct list letters;             /* owned */
    unsigned count;
};

struct letter {
    struct list node;
    struct loop_garbage garbage;
    struct mailroom *room; /* borrowed */
    struct conn conn;
    struct wheel_timer deadline;
    enum stage stage;
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
    wheel_forget(&room->control->wheel, &letter->deadline);
    conn_close(&letter->conn);
    loop_free_later(room->control, &letter->garbage, free_memory);
}

static void on_deadline(struct wheel_timer *timer)
{
    end(LIST_ITEM(timer, struct letter, deadline));
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
    if (rc != 0 || !read_answer(letter)) {
        end(letter);
        return;
    }
    int verdict = judge(letter);
    if (verdict == 0)
        return;
    if (verdict < 0 || !say(letter)) {
        end(letter);
        return;
    }
    letter->stage++;
    letter->answer_len = 0;
    letter->answer[0] = '\0';
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

static void post(struct mailroom *room, const struct conf_email *email,
                 const struct conf_mailer *mailer, const char *text)
{
    static const struct conn_options options = {.slow_ack = false};
    struct letter *letter = room->count < MAIL_LETTERS_MAX ? calloc(1, sizeof(*letter)) : NULL;
    if (letter == NULL)
        return;
    letter->room = room;
    letter->conn.source.fd = -1;
    wheel_timer_init(&letter->deadline, on_deadline);
    list_push_back(&room->letters, &letter->node);
    room->count++;
    loop_arm(room->control, &letter->deadline, email->mailers->timeout_ms);
    if (!write_all(letter, email, text) ||
        conn_connect(&letter->conn, room->control, (const struct sockaddr *)&mailer->addr.sa,
                     mailer->addr.sa_len, &options, on_ready) != 0)
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
        post(room, email, &email->mailers->items[i], event->text);
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

void mailroom_apply(struct mailroom *room, const struct snapshot *snapshot)
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
