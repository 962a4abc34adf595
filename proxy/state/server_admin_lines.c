/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines about maintenance and draining, in HAProxy's words. Both have two reasons, the operator's word about the
 * server and that about the server it tracks, and a line says which of them goes and which one stays.
 */
#include "proxy/state/server_state_priv.h"

#include <syslog.h>

#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)

static void add_via(struct line *line, const struct server *server)
{
    const struct server *tracked = server->tracked;
    if (tracked != NULL)
        line_add(line, " via %s/%s", tracked->backend->name, tracked->name);
}

static void tell_maintenance(struct server *server, const struct turn *turn)
{
    struct line line;
    line_begin(&line, server);
    line_add(&line, turn->was_running ? "is going DOWN for maintenance"
                                      : "was DOWN and now enters maintenance");
    if (GET(server->admin) != SERVER_MAINT)
        add_via(&line, server);
    if (turn->was_running)
        line_add_counts(&line, server, turn);
    bool is_alert = turn->was_running && turn->admin_before != SERVER_DRAIN;
    line_tell(&line, server, is_alert ? LOG_ALERT : LOG_NOTICE);
}

static void tell_other_maintenance(struct server *server, const struct turn *turn)
{
    bool is_forced = GET(server->admin) == SERVER_MAINT;
    struct line line;
    line_begin(&line, server);
    if (turn->admin_before == SERVER_MAINT && !is_forced) {
        line_add(&line, "is leaving forced maintenance but remains in maintenance");
        add_via(&line, server);
    } else if (turn->inherited_before == SERVER_MAINT && is_forced &&
               GET(server->inherited) != SERVER_MAINT) {
        line_add(&line, "remains in forced maintenance");
    } else {
        return;
    }
    line_tell(&line, server, LOG_NOTICE);
}

static void tell_draining_still(struct server *server)
{
    bool is_forced = GET(server->admin) == SERVER_DRAIN;
    struct line line;
    line_begin(&line, server);
    line_add(&line, is_forced ? "remains in forced drain mode"
                              : "is leaving forced drain but remains in drain mode");
    if (!is_forced)
        add_via(&line, server);
    line_tell(&line, server, LOG_NOTICE);
}

static void tell_end_of_maintenance(struct server *server, const struct turn *turn)
{
    bool was_forced = turn->admin_before == SERVER_MAINT, drains = server_is_draining(server);
    struct line line;
    line_begin(&line, server);
    line_add(&line, "is %s/%s (leaving %smaintenance)", GET(server->up) ? "UP" : "DOWN",
             drains ? "DRAIN" : "READY", was_forced ? "forced " : "");
    line_tell(&line, server, LOG_NOTICE);
    if (drains)
        tell_draining_still(server);
}

static void tell_draining(struct server *server, const struct turn *turn)
{
    struct line line;
    line_begin(&line, server);
    line_add(&line, "enters drain state");
    if (GET(server->admin) != SERVER_DRAIN)
        add_via(&line, server);
    line_add_counts(&line, server, turn);
    line_tell(&line, server, LOG_NOTICE);
}

static void tell_end_of_draining(struct server *server)
{
    struct line line;
    line_begin(&line, server);
    line_add(&line, "is %s (leaving forced drain)", GET(server->up) ? "UP" : "DOWN");
    line_tell(&line, server, LOG_NOTICE);
}

void tell_admin(struct server *server, const struct turn *turn)
{
    enum server_admin forced = turn->admin_before, inherited = turn->inherited_before;
    bool drained = forced == SERVER_DRAIN || inherited == SERVER_DRAIN;
    bool drains = server_is_draining(server), is_out = server_is_in_maintenance(server);
    bool was_out = forced == SERVER_MAINT || inherited == SERVER_MAINT || GET(server->is_lost);
    if (is_out && !was_out)
        tell_maintenance(server, turn);
    else if (is_out)
        tell_other_maintenance(server, turn);
    else if (was_out)
        tell_end_of_maintenance(server, turn);
    else if (drains && !drained)
        tell_draining(server, turn);
    else if (drains)
        tell_draining_still(server);
    else if (drained)
        tell_end_of_draining(server);
}
