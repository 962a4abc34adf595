/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines about servers, in the words of HAProxy's log in 2.6, because people's alerts match them.
 */
#include "proxy/state/server_state_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)

void line_add(struct line *line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t room = sizeof(line->text) - line->len;
    int len = vsnprintf(line->text + line->len, room, format, args);
    va_end(args);
    if (len > 0)
        line->len += (size_t)len < room ? (size_t)len : room - 1;
}

void line_begin(struct line *line, const struct server *server)
{
    line->len = 0;
    line_add(line, "%sServer %s/%s ", server->backup ? "Backup " : "", server->backend->name,
             server->name);
}

/* What a server said, as HAProxy quotes it: nothing that could end the quotation or mark something up. */
static void add_info(struct line *line, const char *info)
{
    line_add(line, ", info: \"");
    for (; *info != '\0'; info++) {
        unsigned char byte = (unsigned char)*info;
        bool is_plain = byte >= ' ' && byte < 0x7f && strchr("<>\"", byte) == NULL;
        line_add(line, is_plain ? "%c" : "<%02X>", byte);
    }
    line_add(line, "\"");
}

void line_add_check(struct line *line, const struct check_result *check)
{
    const struct health_status_row *row = &health_status_rows[check->status];
    line_add(line, ", reason: %s", row->description);
    if (row->has_code)
        line_add(line, ", code: %d", check->code);
    if (check->info[0] != '\0')
        add_info(line, check->info);
    if (check->duration_ms >= 0)
        line_add(line, ", check duration: %lldms", (long long)check->duration_ms);
}

void line_add_counts(struct line *line, const struct server *server, const struct turn *turn)
{
    const struct backend *backend = server->backend;
    unsigned active = GET(backend->active_up), backup = GET(backend->backup_up);
    const char *on_backup = active == 0 && backup > 0 ? " Running on backup." : "";
    if (server_is_running(server))
        line_add(line,
                 ". %u active and %u backup servers online.%s %u sessions requeued, %u total in "
                 "queue",
                 active, backup, on_backup, turn->requeued, GET(backend->queued));
    else
        line_add(line,
                 ". %u active and %u backup servers left.%s %u sessions active, %u requeued, %u "
                 "remaining in queue",
                 active, backup, on_backup, GET(server->in_flight), turn->requeued,
                 GET(backend->queued));
}

void line_tell(struct line *line, struct server *server, int level)
{
    line_add(line, ".");
    struct state_event event = {.backend = server->backend,
                                .server = server,
                                .level = level,
                                .is_warning = true,
                                .text = line->text};
    state_tell(&event);
}

static void tell_of_backend(const struct backend *backend, int level, const char *text)
{
    struct state_event event = {.backend = backend, .level = level, .text = text};
    state_tell(&event);
}

/* Whoever reads the log should learn why a server that is down gets requests. */
static void tell_panic(struct backend *backend)
{
    char text[256];
    if (backend->panic == backend->panic_told)
        return;
    backend->panic_told = backend->panic;
    if (backend->panic)
        snprintf(text, sizeof(text),
                 "backend %s: less than %u%% of its servers are up: traffic goes to all of them.",
                 backend->name, backend->panic_percent);
    else
        snprintf(text, sizeof(text), "backend %s: traffic goes to the servers that are up again.",
                 backend->name);
    tell_of_backend(backend, backend->panic ? LOG_ALERT : LOG_NOTICE, text);
}

void tell_backend(struct backend *backend, const struct turn *turn)
{
    char text[256];
    tell_panic(backend);
    if (!turn->backend_was_up || backend_is_up(backend))
        return;
    snprintf(text, sizeof(text), "%s %s has no server available!",
             backend->is_listen ? "proxy" : "backend", backend->name);
    tell_of_backend(backend, LOG_EMERG, text);
}
