/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that ask for an explanation; see explain.h. */
#include "proxy/http/explain.h"

#include "proxy/http/rules.h"
#include "proxy/rules/trace_log.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define ENTRIES_MAX 256
#define LINE_BYTES 900 /* a line of a log has 1024 */
#define REQUEST_BYTES 512

struct explained {
    struct trace_log log;
    unsigned number;             /* of this process: tells the lines of two blocks apart */
    char request[REQUEST_BYTES]; /* "GET / HTTP/1.1 from 192.0.2.1" */
};

/* Takes as long for a value that is nearly right as for any other of its length. */
static bool is_secret(const char *value, size_t len, const char *secret)
{
    size_t secret_len = strlen(secret);
    volatile unsigned char difference = len != secret_len;
    for (size_t i = 0; i < len; i++)
        difference = (unsigned char)(difference | ((unsigned char)value[i] ^
                                                   (unsigned char)secret[i % secret_len]));
    return difference == 0;
}

static void note_request(const struct stream *s, struct explained *e)
{
    char from[ADDR_TEXT_BYTES];
    addr_format(&s->session->address, from);
    int line_len = (int)(s->line_len < REQUEST_BYTES / 2 ? s->line_len : REQUEST_BYTES / 2);
    snprintf(e->request, sizeof(e->request), "%.*s from %s at %s", line_len, s->in + s->line_off,
             from, s->frontend->conf->name);
}

static void begin(struct stream *s)
{
    static atomic_uint count;
    struct explained *e = malloc(sizeof(*e));
    if (e == NULL) /* then it is served like any other */
        return;
    trace_log_init(&e->log, ENTRIES_MAX);
    e->number = atomic_fetch_add_explicit(&count, 1, memory_order_relaxed) + 1;
    note_request(s, e);
    s->explained = e;
    s->trace = &e->log.trace;
}

void explain_read_secret(struct stream *s)
{
    const struct conf_global *global = &s->snapshot->config->global;
    const char *name = global->explain_header;
    size_t name_len = strlen(name);
    bool is_asked = false;
    struct http_edit e = stream_edit(s, false);
    for (int i = http_msg_find(&s->req, s->in, name, name_len, 0); i >= 0;
         i = http_msg_find(&s->req, s->in, name, name_len, (unsigned)i + 1)) {
        const struct http_header *h = &s->req.headers[i];
        if (is_secret(s->in + h->value_off, h->value_len, global->explain_secret))
            is_asked = true;
        edit_drop(&e, (unsigned)i);
    }
    if (is_asked && s->trace == NULL)
        begin(s);
}

/* ---- the block --------------------------------------------------------------------------------------------- */

static void write_entry(const struct stream *s, const struct explained *e,
                        const struct trace_entry *entry)
{
    char line[LINE_BYTES], place[256] = "-";
    const char *verdict = trace_verdict(entry->kind, entry->matched);
    if (entry->place.file != NULL)
        snprintf(place, sizeof(place), "%s:%u", entry->place.file, entry->place.line);
    snprintf(line, sizeof(line), "explain #%u: %s %s %s%s%s", e->number, place,
             trace_kind_name(entry->kind), verdict, *verdict != '\0' ? " " : "", entry->text);
    s->thread->hooks->told(LOG_NOTICE, s->frontend->conf, line);
}

static void write_end(const struct stream *s, const struct explained *e)
{
    char line[LINE_BYTES];
    if (e->log.left_out > 0) {
        snprintf(line, sizeof(line), "explain #%u: %zu decisions more were left out", e->number,
                 e->log.left_out);
        s->thread->hooks->told(LOG_NOTICE, s->frontend->conf, line);
    }
    snprintf(line, sizeof(line), "explain #%u: end: %s/%s, status %d", e->number,
             s->backend != NULL ? s->backend->conf->name : s->frontend->conf->name,
             s->last_server != NULL ? s->last_server->name : "<NOSRV>", s->status);
    s->thread->hooks->told(LOG_NOTICE, s->frontend->conf, line);
}

void explain_write(struct stream *s)
{
    struct explained *e = s->explained;
    char line[LINE_BYTES];
    snprintf(line, sizeof(line), "explain #%u: %s", e->number, e->request);
    s->thread->hooks->told(LOG_NOTICE, s->frontend->conf, line);
    for (size_t i = 0; i < e->log.count; i++)
        write_entry(s, e, &e->log.entries[i]);
    write_end(s, e);
    trace_log_clear(&e->log);
    free(e);
    s->explained = NULL;
    s->trace = NULL;
}
