/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turning a server: every change goes through server_turn(), which brings pool, queue, clocks and
 * history up to date and says what it found before. The callers only choose the words.
 *
 * The words are HAProxy's (the lines of its log in 2.6), because people's alerts match them.
 */
#include "proxy/state/server_state.h"

#include "proxy/state/events_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#define US_PER_SECOND 1000000u
#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)
#define SET(cell, value) atomic_store_explicit(&(cell), (value), memory_order_relaxed)

/* What a turn found and did. */
struct turn {
    bool was_running, was_leaving, backend_was_up;
    enum server_admin admin_before;
    unsigned requeued; /* waiting streams that got a slot by it */
};

struct line {
    char text[1024];
    size_t len;
};

static void line_add(struct line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void line_add(struct line *line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t room = sizeof(line->text) - line->len;
    int len = vsnprintf(line->text + line->len, room, format, args);
    va_end(args);
    if (len > 0)
        line->len += (size_t)len < room ? (size_t)len : room - 1;
}

static void line_begin(struct line *line, const struct server *server)
{
    line->len = 0;
    line_add(line, "%sServer %s/%s ", server->backup ? "Backup " : "", server->backend->name,
             server->name);
}

static void line_add_check(struct line *line, const struct check_result *check)
{
    const struct health_status_row *row = &health_status_rows[check->status];
    line_add(line, ", reason: %s", row->description);
    if (row->has_code)
        line_add(line, ", code: %d", check->code);
    if (check->info[0] != '\0')
        line_add(line, ", info: \"%s\"", check->info);
    if (check->duration_ms >= 0)
        line_add(line, ", check duration: %lldms", (long long)check->duration_ms);
}

static void line_add_counts(struct line *line, const struct server *server, const struct turn *turn)
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

static void line_tell(struct line *line, struct server *server, int level)
{
    line_add(line, ".");
    struct state_event event = {.backend = server->backend,
                                .server = server,
                                .level = level,
                                .is_warning = true,
                                .text = line->text};
    state_tell(&event);
}

static void tell_if_empty(const struct backend *backend, const struct turn *turn)
{
    if (!turn->backend_was_up || backend_is_up(backend))
        return;
    char text[256];
    snprintf(text, sizeof(text), "%s %s has no server available!",
             backend->is_listen ? "proxy" : "backend", backend->name);
    struct state_event event = {.backend = backend, .level = LOG_EMERG, .text = text};
    state_tell(&event);
}

/* Lock held. */
static void note_transition(struct server *server, const char *reason, const struct loop *control)
{
    struct server_transition *note =
        &server->transitions[server->transition_count++ % SERVER_TRANSITIONS];
    enum server_admin admin = GET(server->admin);
    note->wall_us = loop_wall_us(control);
    note->state = admin == SERVER_MAINT   ? "MAINT"
                  : !GET(server->up)      ? "DOWN"
                  : admin == SERVER_DRAIN ? "DRAIN"
                  : GET(server->leaving)  ? "NOLB"
                                          : "UP";
    snprintf(note->reason, sizeof(note->reason), "%s", reason);
}

static void note_running(struct server *server, bool was_running, uint64_t now_s)
{
    bool is_running = server_is_running(server);
    if (was_running == is_running)
        return;
    uint64_t since_s = GET(server->last_change_s);
    if (is_running && now_s > since_s)
        SET(server->down_s, GET(server->down_s) + now_s - since_s);
    if (!is_running)
        SET(server->down_count, GET(server->down_count) + 1);
    SET(server->last_change_s, now_s);
}

static struct turn server_turn(struct server *server, enum server_admin admin, bool up,
                               bool leaving, const char *reason, struct loop *control)
{
    struct backend *backend = server->backend;
    uint64_t now_s = control->now_us / US_PER_SECOND;
    struct turn turn = {.was_running = server_is_running(server),
                        .was_leaving = GET(server->leaving),
                        .backend_was_up = backend_is_up(backend),
                        .admin_before = GET(server->admin)};
    backend_lock(backend);
    SET(server->admin, admin);
    SET(server->up, up);
    SET(server->leaving, leaving);
    if (server->slot != LB_NONE)
        lb_pool_set_up(&backend->pool, (unsigned)server->slot, server_takes_streams(server));
    note_running(server, turn.was_running, now_s);
    note_transition(server, reason, control);
    turn.requeued = backend_unlock(backend, control->now_us);

    backend_note_change(backend, turn.backend_was_up, control->now_us);
    if (turn.was_running && !server_is_running(server))
        server_notify(server,
                      NOTICE_DOWN | (server->shutdown_sessions_on_down ? NOTICE_SHUT_SESSIONS : 0));
    return turn;
}

/* ---- by the operator ------------------------------------------------------------------------- */

static void tell_maintenance(struct server *server, const struct turn *turn)
{
    struct line line;
    line_begin(&line, server);
    if (!turn->was_running) {
        line_add(&line, "was DOWN and now enters maintenance");
        line_tell(&line, server, LOG_NOTICE);
        return;
    }
    line_add(&line, "is going DOWN for maintenance");
    line_add_counts(&line, server, turn);
    line_tell(&line, server, turn->admin_before == SERVER_DRAIN ? LOG_NOTICE : LOG_ALERT);
}

static void tell_admin(struct server *server, const struct turn *turn)
{
    const char *state = GET(server->up) ? "UP" : "DOWN";
    enum server_admin admin = GET(server->admin);
    struct line line;
    line_begin(&line, server);
    if (turn->admin_before == SERVER_MAINT) {
        line_add(&line, "is %s/%s (leaving forced maintenance)", state,
                 admin == SERVER_DRAIN ? "DRAIN" : "READY");
    } else if (admin == SERVER_DRAIN) {
        line_add(&line, "enters drain state");
        line_add_counts(&line, server, turn);
    } else {
        line_add(&line, "is %s (leaving forced drain)", state);
    }
    line_tell(&line, server, LOG_NOTICE);
}

void server_set_admin(struct server *server, enum server_admin admin, struct loop *control)
{
    if (GET(server->admin) == admin)
        return;
    bool up = GET(server->up);
    if (GET(server->admin) == SERVER_MAINT) {
        /* nobody looked at it meanwhile: it counts as up, and the first failed probe is enough */
        up = true;
        SET(server->check_health, GET(server->rise));
    }
    struct turn turn = server_turn(server, admin, up, false, "set by the operator", control);
    if (admin == SERVER_MAINT)
        tell_maintenance(server, &turn);
    else
        tell_admin(server, &turn);
    tell_if_empty(server->backend, &turn);
}

void server_set_health(struct server *server, bool up, struct loop *control)
{
    SET(server->check_health, up ? GET(server->rise) + GET(server->fall) - 1 : 0);
    if (GET(server->up) == up)
        return;
    struct turn turn =
        server_turn(server, GET(server->admin), up, false, "health set by the operator", control);
    struct line line;
    line_begin(&line, server);
    line_add(&line, "is %s, changed from CLI", up ? "UP" : "DOWN");
    line_add_counts(&line, server, &turn);
    line_tell(&line, server, up ? LOG_NOTICE : LOG_ALERT);
    tell_if_empty(server->backend, &turn);
}

void server_set_weight(struct server *server, unsigned weight, struct loop *control)
{
    struct backend *backend = server->backend;
    struct turn turn = {.backend_was_up = backend_is_up(backend)};
    backend_lock(backend);
    SET(server->weight, weight);
    if (server->slot != LB_NONE)
        lb_pool_set_weight(&backend->pool, (unsigned)server->slot, weight);
    backend_unlock(backend, control->now_us);
    backend_note_change(backend, turn.backend_was_up, control->now_us);
    tell_if_empty(backend, &turn);
}

void server_set_maxconn(struct server *server, unsigned maxconn, struct loop *control)
{
    backend_lock(server->backend);
    SET(server->maxconn, maxconn);
    backend_refresh_limits(server->backend);
    backend_unlock(server->backend, control->now_us);
}

/* ---- by the probes --------------------------------------------------------------------------- */

/* Counts the result towards rise or fall; whether it counted, as HAProxy reports it. */
static bool count_check(struct server *server, const struct check_result *check)
{
    unsigned health = GET(server->check_health), rise = GET(server->rise);
    unsigned top = rise + GET(server->fall) - 1;
    if (health_status_rows[check->status].passed) {
        if (health >= top || (check->status == HEALTH_L7_OK_CONDITIONAL && health == 0))
            return false;
        health = health + 1 >= rise ? top : health + 1;
    } else {
        if (health == 0)
            return false;
        SET(server->failed_checks, GET(server->failed_checks) + 1);
        health = health - 1 < rise ? 0 : health - 1;
    }
    SET(server->check_health, health);
    return true;
}

static void tell_check(struct server *server, const struct check_result *check)
{
    unsigned health = GET(server->check_health), rise = GET(server->rise);
    bool is_up = health >= rise;
    struct line line = {.len = 0};
    line_add(&line, "Health check for %sserver %s/%s %s", server->backup ? "backup " : "",
             server->backend->name, server->name,
             !health_status_rows[check->status].passed   ? "failed"
             : check->status == HEALTH_L7_OK_CONDITIONAL ? "conditionally succeeded"
                                                         : "succeeded");
    line_add_check(&line, check);
    line_add(&line, ", status: %u/%u %s", is_up ? health - rise + 1 : health,
             is_up ? GET(server->fall) : rise,
             !is_up                     ? "DOWN"
             : GET(server->weight) == 0 ? "DRAIN"
                                        : "UP");
    line_tell(&line, server, LOG_NOTICE);
}

static void turn_verdict(struct server *server, bool up, bool leaving,
                         const struct check_result *check, struct loop *control)
{
    char reason[SERVER_REASON_BYTES];
    snprintf(reason, sizeof(reason), "%s%s%.60s", health_status_rows[check->status].description,
             check->info[0] != '\0' ? ": " : "", check->info);
    struct turn turn = server_turn(server, GET(server->admin), up, leaving, reason, control);
    struct line line;
    line_begin(&line, server);
    line_add(&line, "is %s", !up ? "DOWN" : leaving ? "stopping" : "UP");
    if (!server->log_health_checks) /* else the line before has said why */
        line_add_check(&line, check);
    line_add_counts(&line, server, &turn);
    bool is_alert = !up && turn.admin_before == SERVER_READY && !turn.was_leaving;
    line_tell(&line, server, is_alert ? LOG_ALERT : LOG_NOTICE);
    tell_if_empty(server->backend, &turn);
}

void server_report_check(struct server *server, const struct check_result *check,
                         struct loop *control)
{
    enum health_status before = server->check.status;
    backend_lock(server->backend);
    server->check = *check;
    backend_unlock(server->backend, control->now_us);
    bool counted = count_check(server, check);
    if ((counted || before != check->status) && server->log_health_checks)
        tell_check(server, check);
    bool up = GET(server->check_health) >= GET(server->rise);
    bool leaving = up && check->status == HEALTH_L7_OK_CONDITIONAL;
    bool is_failed = !health_status_rows[check->status].passed;
    if (up && is_failed)
        leaving = GET(server->leaving); /* one failure does not bring it back */
    if (up != GET(server->up) || leaving != GET(server->leaving))
        turn_verdict(server, up, leaving, check, control);
}
