/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Servers that take over the state of another one, instead of being probed: its verdict, and what the operator
 * wants of it beside what he wants of themselves.
 *
 *   s1 DOWN   -> s2, which tracks s1, is DOWN    -> s3, which tracks s2, is DOWN
 *   s1 MAINT  -> s2 is in maintenance via s1     -> s3 is in maintenance via s2
 */
#include "proxy/state/server_state_priv.h"

#include <stdio.h>
#include <syslog.h>

#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)

static void tell_verdict(struct server *server, const struct turn *turn)
{
    const struct server *tracked = server->tracked;
    bool up = GET(server->up);
    struct line line;
    line_begin(&line, server);
    line_add(&line, "is %s via %s/%s",
             !up                    ? "DOWN"
             : GET(server->leaving) ? "stopping"
                                    : "UP",
             tracked->backend->name, tracked->name);
    line_add_counts(&line, server, turn);
    line_tell(&line, server, up ? LOG_NOTICE : LOG_ALERT);
}

static enum server_admin what_is_inherited(const struct server *tracked)
{
    if (server_is_in_maintenance(tracked))
        return SERVER_MAINT;
    return server_is_draining(tracked) ? SERVER_DRAIN : SERVER_READY;
}

static struct stance stance_of_follower(const struct server *server)
{
    const struct server *tracked = server->tracked;
    struct stance to = server_stance(server);
    to.inherited = tracked != NULL ? what_is_inherited(tracked) : SERVER_READY;
    if (tracked == NULL)
        return to;
    to.up = GET(tracked->up);
    to.leaving = GET(tracked->leaving);
    return to;
}

static void tell(struct server *server, const struct turn *turn, bool is_other_verdict)
{
    if (is_other_verdict)
        tell_verdict(server, turn);
    tell_admin(server, turn);
    tell_backend(server->backend, turn);
}

void server_follow(struct server *server, bool is_told, struct loop *control)
{
    const struct server *tracked = server->tracked;
    char reason[SERVER_REASON_BYTES] = "it tracks no other server any more";
    struct stance from = server_stance(server), to = stance_of_follower(server);
    bool has_other_verdict = to.up != from.up || to.leaving != from.leaving;
    if (!has_other_verdict && to.inherited == from.inherited)
        return;
    if (tracked != NULL)
        snprintf(reason, sizeof(reason), "as %.50s/%.50s", tracked->backend->name, tracked->name);
    bool was_in_maintenance = server_is_in_maintenance(server);
    struct turn turn = server_turn(server, to, reason, control);
    bool is_out = was_in_maintenance || server_is_in_maintenance(server);
    if (is_told)
        tell(server, &turn, has_other_verdict && !is_out);
    for (struct server *at = server->first_tracker; at != NULL; at = at->next_tracker)
        server_follow(at, is_told, control);
}

void server_turn_trackers(struct server *server, struct loop *control)
{
    for (struct server *at = server->first_tracker; at != NULL; at = at->next_tracker)
        server_follow(at, true, control);
}
