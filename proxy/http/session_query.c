/* SPDX-License-Identifier: Apache-2.0 */
/* Answers about a thread's streams; see session_query.h. Sessions stand in the order in which they came. */
#include "proxy/http/session_query.h"

#include "proxy/http/stream.h"

#include <stdio.h>

static const char *const state_names[STREAM_STATES] = {
    [STREAM_HEAD] = "HEAD",
    [STREAM_RULES] = "RULES",
    [STREAM_QUEUED] = "QUEUED",
    [STREAM_PAUSED] = "PAUSED",
    [STREAM_CONNECTING] = "CONNECTING",
    [STREAM_WAITING] = "WAITING",
    [STREAM_RELAYING] = "RELAYING",
    [STREAM_TUNNEL] = "TUNNEL",
    [STREAM_PREPARING] = "PREPARING",
    [STREAM_ANSWERING] = "ANSWERING",
    [STREAM_ENDED] = "ENDED",
};

static void put_name(char name[SESSION_NAME_BYTES], const char *text)
{
    snprintf(name, SESSION_NAME_BYTES, "%s", text);
}

static void fill_view(struct session_view *view, const struct session *session)
{
    const struct stream *s = session->stream;
    const struct loop *loop = session->thread->loop;
    uint64_t deadline_ms = session->deadline.deadline_ms;
    *view = (struct session_view){
        .id = session,
        .client = session->address,
        .accepted_us = session->accepted_us,
        .age_ms = (loop->now_us - session->accepted_us) / 1000,
        .expires_in_ms = deadline_ms > loop->now_ms ? deadline_ms - loop->now_ms : 0,
        .requests = session->requests,
        .state = state_names[s->state],
    };
    put_name(view->frontend, s->frontend->conf->name);
    put_name(view->backend, s->backend != NULL ? s->backend->conf->name : "<NONE>");
    put_name(view->server, s->server != NULL ? s->server->name : "<none>");
}

/* Whether it has been told already. */
static bool is_before(const struct session_query *query, const struct session *session,
                      unsigned *passed)
{
    if (session->accepted_us != query->after_us)
        return session->accepted_us < query->after_us;
    return (*passed)++ < query->after_count;
}

static void list_sessions(struct session_query *query, const struct http_thread *thread)
{
    unsigned passed = 0;
    for (const struct list *n = thread->sessions.next; n != &thread->sessions; n = n->next) {
        const struct session *session = LIST_ITEM(n, struct session, node);
        if (session->stream == NULL || (query->id != NULL && query->id != session) ||
            is_before(query, session, &passed))
            continue;
        if (query->count == SESSION_VIEWS) {
            query->has_more = true;
            return;
        }
        fill_view(&query->views[query->count++], session);
    }
}

static void kill_session(struct session_query *query, struct http_thread *thread)
{
    for (struct list *n = thread->sessions.next; n != &thread->sessions; n = n->next) {
        struct session *session = LIST_ITEM(n, struct session, node);
        if (session != query->id || session->stream == NULL)
            continue;
        stream_kill(session->stream, CAUSE_KILLED);
        query->count = 1;
        return;
    }
}

/* Back on the thread that asked. */
static void on_answer(struct loop_message *message)
{
    struct session_query *query = LIST_ITEM(message, struct session_query, message);
    query->done(query);
}

/* On the data thread. */
static void on_question(struct loop_message *message)
{
    struct session_query *query = LIST_ITEM(message, struct session_query, message);
    struct loop *home = query->home;
    struct http_thread *thread = query->thread->owner;
    if (query->question == SESSION_QUERY_LIST)
        list_sessions(query, thread);
    else
        kill_session(query, thread);
    query->message.run = on_answer;
    loop_post(home, &query->message);
}

void session_query_send(struct session_query *query, struct loop *thread)
{
    query->thread = thread;
    query->has_more = false;
    query->count = 0;
    query->message.run = on_question;
    loop_post(thread, &query->message);
}
