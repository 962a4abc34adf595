/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `weir explain` prints, for somebody who is tired: one line for each decision, its place in the file
 * first, in columns; then what came of it. Colours are for terminals only.
 */
#include "proxy/runtime/explain_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLACE_WIDTH_MAX 40

struct colours {
    const char *faint, *good, *bold, *off;
};

static struct colours choose_colours(void)
{
    bool is_wanted = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
    return is_wanted ? (struct colours){"\033[2m", "\033[32m", "\033[1m", "\033[0m"}
                     : (struct colours){"", "", "", ""};
}

/* ---- in columns ---------------------------------------------------------------------------------------- */

static int write_place(char *out, size_t size, const struct conf_place *place)
{
    return place->file != NULL ? snprintf(out, size, "%s:%u", place->file, place->line)
                               : snprintf(out, size, "-");
}

/* Long ones stick out. */
static int place_width(const struct trace_log *log)
{
    int width = 1;
    for (size_t i = 0; i < log->count; i++) {
        int len = write_place(NULL, 0, &log->entries[i].place);
        if (len > width && len <= PLACE_WIDTH_MAX)
            width = len;
    }
    return width;
}

static const char *colour_of(const struct trace_entry *entry, const struct colours *c)
{
    switch (entry->kind) {
    case TRACE_RULE:
    case TRACE_ACL:
    case TRACE_SERVER:
        return entry->matched ? c->good : c->faint;
    case TRACE_ANSWER:
    case TRACE_BACKEND:
        return c->bold;
    default:
        return "";
    }
}

static void show_entry(const struct trace_entry *entry, int width, const struct colours *c)
{
    char place[512];
    const char *colour = colour_of(entry, c);
    write_place(place, sizeof(place), &entry->place);
    printf("%-*s  %s%-8s %-4s %s%s\n", width, place, colour, trace_kind_name(entry->kind),
           trace_verdict(entry->kind, entry->matched), entry->text, *colour != '\0' ? c->off : "");
}

/* ---- messages ------------------------------------------------------------------------------------------ */

/* Where the head ends; all of it without one. */
static size_t head_len(const struct explain_bytes *bytes)
{
    const char *end = bytes->len > 0 ? memmem(bytes->data, bytes->len, "\r\n\r\n", 4) : NULL;
    return end != NULL ? (size_t)(end - bytes->data) + 4 : bytes->len;
}

static bool is_http(const struct explain_run *run)
{
    return run->words->line != NULL && (!run->speaks_tls || run->bind->tls != NULL);
}

static void show_message(const char *title, const struct explain_bytes *bytes)
{
    size_t head = head_len(bytes);
    printf("\n%s\n", title);
    bool begins = true;
    for (size_t i = 0; i < head; i++) {
        char byte = bytes->data[i];
        if (byte == '\r' || (begins && i + 1 >= head))
            continue;
        if (begins && byte != '\n')
            printf("    ");
        putchar(byte == '\n' || ((unsigned char)byte >= ' ' && byte != 0x7f) ? byte : '?');
        begins = byte == '\n';
    }
    if (bytes->len > head)
        printf("    (and a body of %zu bytes)\n", bytes->len - head);
}

static void show_bytes(const char *title, const struct explain_bytes *bytes, bool is_text)
{
    if (bytes->len == 0)
        return;
    if (is_text)
        show_message(title, bytes);
    else
        printf("\n%s\n    %zu bytes\n", title, bytes->len);
}

/* ---- the whole ----------------------------------------------------------------------------------------- */

static const struct trace_entry *last_of(const struct trace_log *log, enum trace_kind kind)
{
    for (size_t i = log->count; i > 0; i--)
        if (log->entries[i - 1].kind == kind && log->entries[i - 1].matched)
            return &log->entries[i - 1];
    return NULL;
}

static void show_result(const struct explain_run *run, const struct colours *c)
{
    const struct trace_entry *answer = last_of(&run->log, TRACE_ANSWER);
    printf("\n%sResult:%s ", c->bold, c->off);
    if (run->server != NULL)
        printf("%s/%s at %s\n", run->server->backend->name, run->server->name,
               run->server->addr_text);
    else if (answer != NULL)
        printf("no server; %s\n", answer->text);
    else
        printf("no server, and no answer\n");
}

void explain_show(const struct explain_run *run)
{
    struct colours c = choose_colours();
    char from[ADDR_TEXT_BYTES] = "127.0.0.1";
    int width = place_width(&run->log);
    if (run->words->source.family != AF_UNSPEC)
        addr_format(&run->words->source, from);
    printf("%s%s%s from %s to %s of %s%s\n", c.bold,
           run->words->line != NULL ? run->words->line : "A connection", c.off, from,
           run->bind->conf->addr.text, run->bind->proxy->conf->name,
           run->speaks_tls ? ", with TLS" : "");
    printf("%sServers are not probed: all are taken as up%s, none is busy.%s\n\n", c.faint,
           run->words->down.count > 0 ? " but for those of --down" : "", c.off);
    for (size_t i = 0; i < run->log.count; i++)
        show_entry(&run->log.entries[i], width, &c);
    show_result(run, &c);
    show_bytes("To the server:", &run->forwarded, is_http(run));
    show_bytes("To the client:", &run->answer, is_http(run));
}

/* ---- as JSON ------------------------------------------------------------------------------------------- */

static void json_text(const char *data, size_t len)
{
    putchar('"');
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)data[i];
        if (byte == '"' || byte == '\\')
            printf("\\%c", byte);
        else if (byte < ' ' || byte >= 0x7f) /* a byte is a character: no text is ever invalid */
            printf("\\u%04x", byte);
        else
            putchar(byte);
    }
    putchar('"');
}

static void json_member(const char *name, const char *value)
{
    printf(",\n  \"%s\": ", name);
    if (value != NULL)
        json_text(value, strlen(value));
    else
        printf("null");
}

static void json_entry(const struct trace_entry *entry)
{
    printf("    {\"file\": ");
    if (entry->place.file != NULL)
        json_text(entry->place.file, strlen(entry->place.file));
    else
        printf("null");
    printf(", \"line\": %u, \"kind\": \"%s\", \"matched\": %s, \"text\": ", entry->place.line,
           trace_kind_name(entry->kind), entry->matched ? "true" : "false");
    json_text(entry->text, strlen(entry->text));
    putchar('}');
}

static void json_bytes(const char *name, const struct explain_bytes *bytes)
{
    printf(",\n  \"%s\": ", name);
    json_text(bytes->data != NULL ? bytes->data : "", bytes->len);
}

/* That of the server; where there is none, the one that was chosen last: "name: why". */
static void json_backend(const struct explain_run *run)
{
    const struct trace_entry *chosen = last_of(&run->log, TRACE_BACKEND);
    const char *end = chosen != NULL ? strstr(chosen->text, ": ") : NULL;
    if (run->server != NULL || end == NULL) {
        json_member("backend", run->server != NULL ? run->server->backend->name : NULL);
        return;
    }
    printf(",\n  \"backend\": ");
    json_text(chosen->text, (size_t)(end - chosen->text));
}

/* Of the final response; 0: the client got none. */
static int status_of(const struct explain_run *run)
{
    const char *at = run->answer.data;
    int status = 0;
    while (at != NULL && sscanf(at, "HTTP/1.%*1d %3d", &status) == 1 && status / 100 == 1) {
        at = strstr(at, "\r\n\r\n");
        at = at != NULL ? at + 4 : NULL;
        status = 0;
    }
    return status;
}

static void json_status(const struct explain_run *run)
{
    int status = status_of(run);
    if (status > 0)
        printf(",\n  \"status\": %d", status);
    else
        printf(",\n  \"status\": null");
}

void explain_show_json(const struct explain_run *run)
{
    printf("{\n  \"decisions\": [\n");
    for (size_t i = 0; i < run->log.count; i++) {
        printf("%s", i > 0 ? ",\n" : "");
        json_entry(&run->log.entries[i]);
    }
    printf("\n  ]");
    json_member("frontend", run->bind->proxy->conf->name);
    json_member("bind", run->bind->conf->addr.text);
    json_backend(run);
    json_member("server", run->server != NULL ? run->server->name : NULL);
    json_member("address", run->server != NULL ? run->server->addr_text : NULL);
    json_status(run);
    json_bytes("to_server", &run->forwarded);
    json_bytes("to_client", &run->answer);
    printf("\n}\n");
}
