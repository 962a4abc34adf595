/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `redir` of a server: GET and HEAD are not passed on to it but redirected, so that large transfers take
 * another way. Which server it is has been decided as for any request.
 */
#include "proxy/http/persist.h"
#include "proxy/http/rules.h"
#include "proxy/http/stream_steps.h"
#include "proxy/rules/trace.h"

#include <stdio.h>

static bool is_meant(const struct stream *s, const struct conf_server *server)
{
    return s->backend->conf->mode == CONF_MODE_HTTP && server != NULL && server->redir != NULL &&
           (s->req.method == HTTP_METHOD_GET || s->req.method == HTTP_METHOD_HEAD);
}

/* The prefix "/" adds nothing. The head lies in the thread's scratch. */
static bool write_head(struct stream *s, const char *prefix, struct rule_decision *d)
{
    struct sample_scratch *scratch = &s->thread->sample_scratch;
    const struct http_msg *m = &s->req;
    char *text = scratch->base + scratch->used;
    size_t room = scratch->size - scratch->used;
    int path_len = (int)(m->target_off + m->target_len - m->path_off);
    int n = snprintf(text, room,
                     "HTTP/1.1 302 Found\r\ncache-control: no-cache\r\ncontent-length: 0\r\n"
                     "location: %s%.*s\r\n",
                     strcmp(prefix, "/") == 0 ? "" : prefix, path_len, s->in + m->path_off);
    if (n < 0 || (size_t)n >= room)
        return false;
    d->head = (struct sample_text){text, (size_t)n};
    d->scratch_used = scratch->used + (size_t)n;
    return true;
}

bool persist_redirects(struct stream *s, enum stream_state *next_out)
{
    const struct conf_server *server = persist_server_conf(s);
    struct rule_decision d = {.kind = DECIDED_REPLY, .status = 302};
    if (!is_meant(s, server))
        return false;
    if (s->trace != NULL)
        trace_note(s->trace, TRACE_ANSWER, &server->place, true,
                   "redirected to %s, the redir of %s", server->redir, server->name);
    s->state = STREAM_CONNECTING; /* the phase HAProxy logs: LC */
    stream_blame(s, CAUSE_LOCAL);
    *next_out =
        write_head(s, server->redir, &d) ? local_reply(s, &d) : stream_fail(s, CAUSE_INTERNAL, 500);
    return true;
}
