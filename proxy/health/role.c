/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a database server is what the pool wants: the one that is written to, or one that
 * follows it and is not too late. A server that says of itself that it is something else is out at
 * once: waiting for two more probes would let writes go to it.
 */
#include "proxy/health/probe.h"

#include <stdio.h>

static enum probe_step refuse(struct probe *probe, const char *why)
{
    probe->result.is_decisive = true;
    return probe_end(probe, HEALTH_L7_STATUS, 0, why);
}

static enum probe_step judge_membership(struct probe *probe, const struct role_report *report)
{
    static const char *const words[CLUSTER_FAULTS] = {
        [FAULT_CUT_OFF] = "cut off from the majority of its cluster",
        [FAULT_NOT_SYNCED] = "not synced with its cluster",
        [FAULT_NOT_READY] = "not ready in its cluster",
        [FAULT_REJECTS] = "it rejects queries",
        [FAULT_MAINTENANCE] = "it is in maintenance",
    };
    for (size_t i = 0; report->is_cluster && i < CLUSTER_FAULTS; i++) {
        if (report->faults & 1U << i)
            return refuse(probe, words[i]);
    }
    return PROBE_NEXT;
}

/*
 * Of two that both call themselves primary, the one that was promoted later is right: what is
 * written to the other one is lost. So it stays even while the right one is down, until somebody
 * has looked after it. PostgreSQL counts its promotions itself; those of others we have seen.
 */
static enum probe_step judge_promotion(struct probe *probe, const struct role_report *report)
{
    struct server_role *role = &probe->server->role;
    struct backend *backend = probe->server->backend;
    if (report->is_cluster)
        return PROBE_NEXT; /* all its members may be written to */
    if (role->was_replica && report->timeline == 0)
        role->promotion = ++backend->promotions;
    role->was_replica = false;
    if (report->timeline < backend->timeline || role->promotion < backend->promotions)
        return refuse(probe, "another server was promoted after it");
    backend->timeline = report->timeline;
    return PROBE_NEXT;
}

static enum probe_step judge_writer(struct probe *probe, const struct role_report *report)
{
    bool is_replica = report->is_following || report->is_unwritable;
    if (!is_replica)
        return judge_promotion(probe, report);
    probe->server->role.was_replica = true;
    return refuse(probe, report->is_following ? "it is a replica" : "it is read-only");
}

static enum probe_step judge_lag(struct probe *probe, const struct role_report *report)
{
    char why[SERVER_REASON_BYTES];
    unsigned bound_ms = probe->script->max_lag_ms;
    if (bound_ms == 0)
        return PROBE_NEXT;
    if (report->is_broken)
        return refuse(probe, "its replication has stopped");
    if (report->lag_seconds < 0)
        return refuse(probe, "nobody knows how late it is");
    if (report->lag_seconds * 1000 <= bound_ms)
        return PROBE_NEXT;
    snprintf(why, sizeof(why), "it is %llds late", report->lag_seconds);
    return refuse(probe, why);
}

static enum probe_step judge_reader(struct probe *probe, const struct role_report *report)
{
    if (report->is_cluster)
        return PROBE_NEXT;
    if (!report->is_following && !report->is_unwritable)
        return refuse(probe, "it is the primary");
    return report->is_following ? judge_lag(probe, report) : PROBE_NEXT;
}

enum probe_step role_judge(struct probe *probe)
{
    const struct role_report *report = &probe->role;
    const char *name = report->is_cluster     ? "member of the cluster"
                       : report->is_following ? "replica"
                                              : "primary";
    if (!report->is_known)
        return probe_end(probe, HEALTH_L7_RESPONSE, 0, "it does not tell its role");
    probe->result.is_decisive = true;
    if (report->is_following && report->lag_seconds >= 0)
        snprintf(probe->info, sizeof(probe->info), "%s, %llds late", name, report->lag_seconds);
    else
        snprintf(probe->info, sizeof(probe->info), "%s", name);
    if (judge_membership(probe, report) == PROBE_DONE)
        return PROBE_DONE;
    return probe->script->role == CONF_ROLE_WRITER ? judge_writer(probe, report)
                                                   : judge_reader(probe, report);
}
