/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What probes and agents find, counted towards rise and fall, and what follows from it. A server is
 * up as long as both say so, as far as each of them is asked.
 */
#include "proxy/state/server_state_priv.h"

#include <stdio.h>
#include <syslog.h>

#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)
#define SET(cell, value) atomic_store_explicit(&(cell), (value), memory_order_relaxed)

/* Who judges: the probe or the agent, each with a count of its own. */
struct judge {
    const char *name;
    bool is_agent;
    unsigned rise, fall;
    _Atomic unsigned *health; /* 0..rise+fall-1 */
    struct check_result *last;
};

static struct judge probe_of(struct server *server)
{
    return (struct judge){
        "Health",      false, GET(server->rise), GET(server->fall), &server->check_health,
        &server->check};
}

/* One word of an agent is enough, as in HAProxy. */
static struct judge agent_of(struct server *server)
{
    return (struct judge){"Agent", true, 1, 1, &server->agent_health, &server->agent};
}

static bool is_passed(const struct check_result *check)
{
    return health_status_rows[check->status].passed;
}

/* That an agent cannot be reached says nothing of the server. */
static bool is_failed(const struct judge *judge, const struct check_result *check)
{
    const struct health_status_row *row = &health_status_rows[check->status];
    return check->status != HEALTH_CHECKED && !row->passed && (!judge->is_agent || row->has_code);
}

/* Counts the result towards rise or fall; whether it counted, as HAProxy reports it. */
static bool count(struct server *server, const struct judge *judge,
                  const struct check_result *check, bool was_decisive)
{
    unsigned health = GET(*judge->health), rise = judge->rise, top = rise + judge->fall - 1;
    if (is_passed(check)) {
        if (health >= top || (check->status == HEALTH_L7_OK_CONDITIONAL && health == 0))
            return false;
        /* it was well before, in another role */
        bool is_enough = check->is_decisive && was_decisive;
        health = is_enough || health + 1 >= rise ? top : health + 1;
    } else {
        if (!is_failed(judge, check) || health == 0)
            return false;
        SET(server->failed_checks, GET(server->failed_checks) + 1);
        health = check->is_decisive || health - 1 < rise ? 0 : health - 1;
    }
    SET(*judge->health, health);
    return true;
}

static void tell_check(struct server *server, const struct judge *judge,
                       const struct check_result *check)
{
    unsigned health = GET(*judge->health), rise = judge->rise;
    bool is_up = health >= rise;
    struct line line = {.len = 0};
    line_add(&line, "%s check for %sserver %s/%s %s", judge->name, server->backup ? "backup " : "",
             server->backend->name, server->name,
             !is_passed(check)                           ? "failed"
             : check->status == HEALTH_L7_OK_CONDITIONAL ? "conditionally succeeded"
                                                         : "succeeded");
    line_add_check(&line, check);
    line_add(&line, ", status: %u/%u %s", is_up ? health - rise + 1 : health,
             is_up ? judge->fall : rise,
             !is_up                     ? "DOWN"
             : GET(server->weight) == 0 ? "DRAIN"
                                        : "UP");
    line_tell(&line, server, LOG_NOTICE);
}

/* What is kept is shown in tables and in JSON: one line of what can be read. A log has marks for the rest. */
static void make_readable(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
            *text = '?';
    }
}

static void turn_verdict(struct server *server, bool up, bool leaving,
                         const struct check_result *check, struct loop *control)
{
    char reason[SERVER_REASON_BYTES];
    snprintf(reason, sizeof(reason), "%s%s%.60s", health_status_rows[check->status].description,
             check->info[0] != '\0' ? ": " : "", check->info);
    make_readable(reason);
    struct stance to = server_stance(server);
    to.up = up;
    to.leaving = leaving;
    struct turn turn = server_turn(server, to, reason, control);
    struct line line;
    line_begin(&line, server);
    line_add(&line, "is %s", !up ? "DOWN" : leaving ? "stopping" : "UP");
    if (!server->log_health_checks) /* else the line before has said why */
        line_add_check(&line, check);
    line_add_counts(&line, server, &turn);
    bool is_alert = !up && turn.admin_before == SERVER_READY && !turn.was_leaving;
    line_tell(&line, server, is_alert ? LOG_ALERT : LOG_NOTICE);
    tell_admin(server, &turn);
    tell_backend(server->backend, &turn);
    server_turn_trackers(server, control);
}

/* Whether it is up by all that are asked. */
static bool is_up_by_all(const struct server *server)
{
    return (!GET(server->check_enabled) || GET(server->check_health) >= GET(server->rise)) &&
           (!GET(server->agent_enabled) || GET(server->agent_health) > 0);
}

static void report(struct server *server, const struct judge *judge,
                   const struct check_result *check, struct loop *control)
{
    enum health_status before = judge->last->status;
    bool was_decisive = judge->last->is_decisive;
    backend_lock(server->backend);
    *judge->last = *check;
    make_readable(judge->last->info);
    backend_unlock(server->backend, control->now_us);
    if (check->status == HEALTH_CHECKED) /* it has no opinion */
        return;
    bool counted = count(server, judge, check, was_decisive), up = is_up_by_all(server);
    if (server->log_health_checks && (counted || before != check->status))
        tell_check(server, judge, check);
    bool leaving = up && GET(server->leaving);
    if (up && !judge->is_agent && is_passed(check)) /* one failure does not bring it back */
        leaving = check->status == HEALTH_L7_OK_CONDITIONAL;
    if (up != GET(server->up) || leaving != GET(server->leaving))
        turn_verdict(server, up, leaving, check, control);
}

void server_report_check(struct server *server, const struct check_result *check,
                         struct loop *control)
{
    struct judge judge = probe_of(server);
    if (is_passed(check) && GET(server->errors_in_row) != 0)
        SET(server->errors_in_row, 0);
    report(server, &judge, check, control);
}

void server_report_agent(struct server *server, const struct check_result *check,
                         struct loop *control)
{
    struct judge judge = agent_of(server);
    report(server, &judge, check, control);
}
