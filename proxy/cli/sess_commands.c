/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show sess, shutdown session, shutdown sessions server. Streams belong to data threads, which are asked one
 * after the other; the answer waits for each.
 */
#include "proxy/cli/cli_priv.h"
#include "proxy/http/session_query.h"
#include "proxy/state/server_state.h"

#include <stdlib.h>
#include <string.h>

struct inquiry {
    struct session_query query;
    struct cli_call *call; /* borrowed */
    unsigned thread;       /* that is asked, or is to be asked next */
    bool is_asked;         /* the views are of that thread */
    unsigned shown;        /* of the views */
    unsigned found;        /* in all */
};

static void on_answer(struct session_query *query)
{
    cli_call_resume(LIST_ITEM(query, struct inquiry, query)->call);
}

/* NULL after a message. */
static struct inquiry *inquiry_begin(struct cli_call *call, enum session_question question,
                                     const void *id, cli_more *more)
{
    struct inquiry *inquiry = calloc(1, sizeof(*inquiry));
    if (inquiry == NULL) {
        cli_fail(call, "Out of memory.\n");
        return NULL;
    }
    inquiry->call = call;
    inquiry->query.home = cli_call_loop(call);
    inquiry->query.done = on_answer;
    inquiry->query.question = question;
    inquiry->query.id = id;
    call->state = inquiry;
    call->release = cli_call_free_state;
    call->more = more;
    return inquiry;
}

/* The next thread, or more of the same. False: all have been asked. */
static bool ask_next(struct inquiry *inquiry)
{
    const struct cli_host *host = &inquiry->call->cli->host;
    if (inquiry->is_asked && !inquiry->query.has_more) {
        inquiry->thread++;
        inquiry->query.after_us = inquiry->query.after_count = 0;
    }
    if (inquiry->thread == host->thread_count)
        return false;
    inquiry->is_asked = true;
    inquiry->shown = 0;
    session_query_send(&inquiry->query, host->threads[inquiry->thread]);
    return true;
}

/* ---- show sess ------------------------------------------------------------------------------- */

static void put_duration(struct text *out, uint64_t ms)
{
    if (ms < 60000)
        text_printf(out, "%us", (unsigned)(ms / 1000));
    else if (ms < 3600000)
        text_printf(out, "%um%us", (unsigned)(ms / 60000), (unsigned)(ms / 1000 % 60));
    else
        text_printf(out, "%uh%um", (unsigned)(ms / 3600000), (unsigned)(ms / 60000 % 60));
}

static void put_source(struct text *out, const struct addr *client)
{
    char host[ADDR_TEXT_BYTES];
    addr_format(client, host);
    if (client->family == AF_INET || client->family == AF_INET6)
        text_printf(out, "proto=tcpv%c src=%s:%u", client->family == AF_INET ? '4' : '6', host,
                    addr_port(client));
    else
        text_put(out, "proto=unix_stream src=unix:1");
}

static void put_view(struct text *out, const struct session_view *view)
{
    text_printf(out, "%p: ", view->id);
    put_source(out, &view->client);
    text_printf(out, " fe=%s be=%s srv=%s ts=00 epoch=0 age=", view->frontend, view->backend,
                view->server);
    put_duration(out, view->age_ms);
    text_printf(out, " calls=%u rate=0 cpu=0 lat=0 state=%s exp=", view->requests, view->state);
    if (view->expires_in_ms > 0)
        put_duration(out, view->expires_in_ms);
    text_char(out, '\n');
}

/* Those of the admin sockets, as HAProxy shows them too. */
static void put_own(const struct cli_call *call, struct text *out)
{
    const struct list *head = &call->cli->sessions;
    for (const struct list *node = head->next; node != head; node = node->next)
        text_printf(out,
                    "%p: proto=unix_stream src=unix:1 fe=GLOBAL be=<NONE> srv=<none> ts=00 epoch=0 "
                    "age=0s calls=1 rate=0 cpu=0 lat=0 state=ANSWERING exp=\n",
                    (const void *)LIST_ITEM(node, struct cli_session, node));
}

/* The next question goes on behind it. */
static void note_shown(struct session_query *query, const struct session_view *view)
{
    query->after_count = view->accepted_us == query->after_us ? query->after_count + 1 : 1;
    query->after_us = view->accepted_us;
}

static enum cli_progress more_sessions(struct cli_call *call, struct text *out)
{
    struct inquiry *inquiry = call->state;
    const struct session_query *query = &inquiry->query;
    if (inquiry->is_asked && inquiry->shown < query->count) {
        note_shown(&inquiry->query, &query->views[inquiry->shown]);
        put_view(out, &query->views[inquiry->shown++]);
        inquiry->found++;
        return CLI_MORE;
    }
    if (ask_next(inquiry))
        return CLI_WAIT;
    if (query->id == NULL)
        put_own(call, out);
    else if (inquiry->found == 0)
        text_put(out, "Session not found.\n");
    return CLI_DONE;
}

static void run_show(struct cli_call *call)
{
    const void *id = (const void *)strtoull(call->words[2], NULL, 0);
    (void)inquiry_begin(call, SESSION_QUERY_LIST, id, more_sessions);
}

/* ---- shutdown -------------------------------------------------------------------------------- */

static enum cli_progress more_shutdown(struct cli_call *call, struct text *out)
{
    struct inquiry *inquiry = call->state;
    inquiry->found += inquiry->is_asked ? inquiry->query.count : 0;
    if (inquiry->found == 0 && ask_next(inquiry))
        return CLI_WAIT;
    if (inquiry->found == 0)
        text_put(out, "No such session (use 'show sess').\n");
    return CLI_DONE;
}

static void run_shutdown(struct cli_call *call)
{
    const void *id = (const void *)strtoull(call->words[2], NULL, 0);
    if (id == NULL)
        cli_fail(call, "Session pointer expected (use 'show sess').\n");
    else
        (void)inquiry_begin(call, SESSION_QUERY_KILL, id, more_shutdown);
}

static void run_shutdown_server(struct cli_call *call)
{
    struct server *server = cli_find_server(call, call->words[3], NULL);
    if (server != NULL)
        server_kill_sessions(server);
}

/* clang-format off */
const struct cli_command cli_sess_commands[] = {
    {"show sess", CONF_ADMIN_OPERATOR, "show sess [id]", "report the list of current sessions or dump this exact session", run_show, NULL},
    {"shutdown sessions server", CONF_ADMIN_ADMIN, "shutdown sessions server <bk>/<srv>", "kill sessions on a server", run_shutdown_server, NULL},
    {"shutdown session", CONF_ADMIN_ADMIN, "shutdown session [id]", "kill a specific session", run_shutdown, NULL},
    {0},
};
/* clang-format on */
