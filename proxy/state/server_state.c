/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turning a server: every change goes through server_turn(), which brings pool, queue, clocks and
 * history up to date and says what it found before; and the changes that the operator asks for.
 * Those of the probes are in server_health.c, the words in server_lines.c.
 */
#include "proxy/state/server_state_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define US_PER_SECOND 1000000u
#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)
#define SET(cell, value) atomic_store_explicit(&(cell), (value), memory_order_relaxed)

const char *const server_state_names[SERVER_STATES] = {
    [STATE_OF_UP] = "UP",       [STATE_OF_DOWN] = "DOWN", [STATE_OF_MAINT] = "MAINT",
    [STATE_OF_DRAIN] = "DRAIN", [STATE_OF_NOLB] = "NOLB",
};

/* Where the next one is written; NULL when memory runs out. */
static struct server_transition *next_transition(struct server *server)
{
    if (server->transitions == NULL)
        server->transitions = calloc(SERVER_TRANSITIONS, sizeof(*server->transitions));
    if (server->transitions == NULL)
        return NULL;
    return &server->transitions[server->transition_count++ % SERVER_TRANSITIONS];
}

/* As was noted last: one that is down and not ejected any more is down as before. */
static bool is_noted(const struct server *server, enum server_state state)
{
    unsigned count = server->transition_count;
    return server->transitions != NULL && count > 0 &&
           server->transitions[(count - 1) % SERVER_TRANSITIONS].state == server_state_names[state];
}

/* Lock held. */
static void note_transition(struct server *server, const char *reason, const struct loop *control)
{
    enum server_state state = server_is_in_maintenance(server)               ? STATE_OF_MAINT
                              : !GET(server->up)                             ? STATE_OF_DOWN
                              : server_is_draining(server)                   ? STATE_OF_DRAIN
                              : GET(server->leaving) || GET(server->ejected) ? STATE_OF_NOLB
                                                                             : STATE_OF_UP;
    if (is_noted(server, state))
        return;
    SET(server->transition_totals[state], GET(server->transition_totals[state]) + 1);
    struct server_transition *note = next_transition(server);
    if (note == NULL)
        return;
    note->wall_us = loop_wall_us(control);
    note->state = server_state_names[state];
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

/* Those who wait for a server that is back, and those on backups, which are needed no more. */
static void notify_threads(struct server *server, bool was_running)
{
    bool is_running = server_is_running(server);
    if (was_running && !is_running)
        server_notify(server,
                      NOTICE_DOWN | (server->shutdown_sessions_on_down ? NOTICE_SHUT_SESSIONS : 0));
    if (was_running || !is_running || !server->shutdown_backups_on_up || server->backup)
        return;
    const struct backend *backend = server->backend;
    for (unsigned i = 0; i < backend->pool.count; i++) {
        if (backend->servers[i] != NULL && backend->servers[i]->backup)
            server_notify(backend->servers[i], NOTICE_SHUT_SESSIONS);
    }
}

struct stance server_stance(const struct server *server)
{
    return (struct stance){.admin = GET(server->admin),
                           .inherited = GET(server->inherited),
                           .up = GET(server->up),
                           .leaving = GET(server->leaving)};
}

struct turn server_turn(struct server *server, struct stance to, const char *reason,
                        struct loop *control)
{
    struct backend *backend = server->backend;
    uint64_t now_s = control->now_us / US_PER_SECOND;
    struct turn turn = {.was_running = server_is_running(server),
                        .was_leaving = GET(server->leaving),
                        .backend_was_up = backend_is_up(backend),
                        .admin_before = GET(server->admin),
                        .inherited_before = GET(server->inherited)};
    backend_lock(backend);
    SET(server->admin, to.admin);
    SET(server->inherited, to.inherited);
    SET(server->up, to.up);
    SET(server->leaving, to.leaving);
    if (to.address != ADDRESS_STAYS)
        SET(server->is_lost, to.address == ADDRESS_LOST);
    if (server->tracked != NULL && server_is_in_maintenance(server))
        SET(server->check_health, 0); /* for good, as no probe of its own raises it */
    if (server->slot != LB_NONE)
        backend_refresh_up(backend);
    note_running(server, turn.was_running, now_s);
    note_transition(server, reason, control);
    turn.requeued = backend_unlock(backend, control->now_us);

    backend_note_change(backend, turn.backend_was_up, control->now_us);
    notify_threads(server, turn.was_running);
    if (!turn.was_running && server_is_running(server))
        server_warm_up(server, control);
    return turn;
}

bool server_begin_health(struct server *server)
{
    enum conf_init_state state = server->init_state;
    unsigned rise = GET(server->rise), fall = GET(server->fall);
    if (!GET(server->check_enabled) || server->tracked != NULL)
        state = CONF_INIT_UP; /* no probe would bring it up */
    const unsigned begins[] = {[CONF_INIT_UP] = rise,
                               [CONF_INIT_FULLY_UP] = rise + fall - 1,
                               [CONF_INIT_DOWN] = rise - 1,
                               [CONF_INIT_FULLY_DOWN] = 0};
    SET(server->check_health, begins[state]);
    return begins[state] >= rise;
}

/* ---- by the operator ------------------------------------------------------------------------- */

/* After maintenance it is taken for well, or for what the server is that it tracks. */
static void look_anew(struct server *server, struct stance *to)
{
    const struct server *tracked = server->tracked;
    to->up = tracked != NULL ? GET(tracked->up) : server_begin_health(server);
    to->leaving = tracked != NULL && GET(tracked->leaving);
}

void server_set_admin_for(struct server *server, enum server_admin admin, const char *why,
                          struct loop *control)
{
    if (GET(server->admin) == admin)
        return;
    struct stance to = server_stance(server);
    if (to.admin == SERVER_MAINT)
        look_anew(server, &to);
    to.admin = admin;
    struct turn turn = server_turn(server, to, why, control);
    tell_admin(server, &turn);
    tell_backend(server->backend, &turn);
    server_turn_trackers(server, control);
}

void server_set_admin(struct server *server, enum server_admin admin, struct loop *control)
{
    server_set_admin_for(server, admin, "set by the operator", control);
}

static void set_verdict(struct server *server, bool up, bool leaving, struct loop *control)
{
    if (GET(server->up) == up && GET(server->leaving) == leaving)
        return;
    struct stance to = server_stance(server);
    to.up = up;
    to.leaving = leaving;
    struct turn turn = server_turn(server, to, "health set by the operator", control);
    struct line line;
    line_begin(&line, server);
    line_add(&line, "is %s, changed from CLI", leaving ? "stopping" : up ? "UP" : "DOWN");
    line_add_counts(&line, server, &turn);
    line_tell(&line, server, up ? LOG_NOTICE : LOG_ALERT);
    tell_admin(server, &turn);
    tell_backend(server->backend, &turn);
    server_turn_trackers(server, control);
}

void server_set_health(struct server *server, bool up, struct loop *control)
{
    SET(server->check_health, up ? GET(server->rise) + GET(server->fall) - 1 : 0);
    set_verdict(server, up, false, control);
}

void server_set_stopping(struct server *server, struct loop *control)
{
    SET(server->check_health, GET(server->rise) + GET(server->fall) - 1);
    set_verdict(server, true, true, control);
}

void server_set_agent_health(struct server *server, bool up, struct loop *control)
{
    SET(server->agent_health, up ? 1 : 0);
    set_verdict(server, up, false, control);
}

void server_kill_sessions(struct server *server)
{
    server_notify(server, NOTICE_KILL_SESSIONS);
}

void server_set_ejected(struct server *server, bool ejected, const char *why, struct loop *control)
{
    struct line line;
    SET(server->ejected, ejected);
    struct turn turn = server_turn(server, server_stance(server), why, control);
    line_begin(&line, server);
    line_add(&line, "is %s, reason: %s", ejected ? "ejected" : "taken back", why);
    line_add_counts(&line, server, &turn);
    line_tell(&line, server, LOG_NOTICE);
    tell_backend(server->backend, &turn);
}

void server_set_weight(struct server *server, unsigned weight, struct loop *control)
{
    struct backend *backend = server->backend;
    struct turn turn = {.backend_was_up = backend_is_up(backend)};
    backend_lock(backend);
    SET(server->weight, weight);
    if (server->slot != LB_NONE)
        backend_refresh_weights(backend);
    backend_unlock(backend, control->now_us);
    backend_note_change(backend, turn.backend_was_up, control->now_us);
    tell_backend(backend, &turn);
}

void server_set_maxconn(struct server *server, unsigned maxconn, struct loop *control)
{
    backend_lock(server->backend);
    SET(server->maxconn, maxconn);
    backend_refresh_limits(server->backend);
    backend_unlock(server->backend, control->now_us);
}
