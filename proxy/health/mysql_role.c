/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks a MySQL or MariaDB server for its role: logs in, asks for its variables, and then how it is
 * in its Galera cluster, or how late it is as a replica, and takes leave.
 *
 *   greeting > login > ... > ok > variables > Galera, or replication > quit
 *
 * The account needs REPLICATION CLIENT (MariaDB: SLAVE MONITOR) to see how late a replica is, and
 * nothing else.
 */
#include "proxy/health/mysql_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum stage {
    GREETING,
    LOGGING_IN,
    ASKING_VARIABLES,
    ASKING_CLUSTER,
    ASKING_REPLICATION,
    ASKING_REPLICATION_AS_BEFORE
};
enum { COLUMNS_MAX = 128 };
enum { COM_QUIT = 1, COM_QUERY = 3 };
enum {
    UNPREPARED = 1047,  /* what a member of a cluster says of any question, being out of it */
    SYNTAX_ERROR = 1064 /* what MySQL before 8.0.22 and MariaDB before 10.5 say of "REPLICA" */
};

static const char *const questions[] = {
    [ASKING_VARIABLES] =
        "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('read_only','super_read_only',"
        "'innodb_read_only','wsrep_on','wsrep_provider','wsrep_reject_queries','pxc_maint_mode')",
    [ASKING_CLUSTER] =
        "SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_ready','wsrep_local_state',"
        "'wsrep_cluster_status')",
    [ASKING_REPLICATION] = "SHOW REPLICA STATUS",
    [ASKING_REPLICATION_AS_BEFORE] = "SHOW SLAVE STATUS",
};

/* What a member of a Galera cluster says while it is of use. */
static const struct {
    const char *name, *good;
    enum cluster_fault fault;
} cluster_rules[] = {
    {"wsrep_cluster_status", "Primary", FAULT_CUT_OFF},
    {"wsrep_local_state", "4", FAULT_NOT_SYNCED},
    {"wsrep_ready", "ON", FAULT_NOT_READY},
    {"wsrep_reject_queries", "NONE", FAULT_REJECTS},
    {"pxc_maint_mode", "DISABLED", FAULT_MAINTENANCE},
};
enum { CLUSTER_RULES = sizeof(cluster_rules) / sizeof(cluster_rules[0]) };

/* ---- asking ---- */

static enum probe_step ask(struct probe *probe, enum stage stage)
{
    char command[512];
    int len = snprintf(command, sizeof(command), "%c%s", COM_QUERY, questions[stage]);
    probe->stage = stage;
    probe->column_count = probe->ends_seen = 0;
    return mysql_send(probe, 0, command, (size_t)len);
}

/* ---- answers ---- */

static bool is_on(const struct mysql_text *text)
{
    return text->bytes != NULL && !mysql_is_text(text, "OFF") && !mysql_is_text(text, "0");
}

/* Whether it is one of those that only matter in a cluster. */
static bool take_cluster(struct role_report *role, const struct mysql_text *name,
                         const struct mysql_text *value)
{
    for (size_t i = 0; i < CLUSTER_RULES; i++) {
        if (!mysql_is_text(name, cluster_rules[i].name))
            continue;
        if (!mysql_is_text(value, cluster_rules[i].good))
            role->faults |= 1U << cluster_rules[i].fault;
        return true;
    }
    return false;
}

/* Percona's wsrep_on is none of the global ones: there the provider alone tells of a cluster. */
static void take_variable(struct role_report *role, const struct mysql_text *name,
                          const struct mysql_text *value)
{
    if (take_cluster(role, name, value))
        return;
    if (mysql_is_text(name, "wsrep_on"))
        role->is_cluster_off = !is_on(value);
    else if (mysql_is_text(name, "wsrep_provider"))
        role->is_cluster = value->len > 0 && !mysql_is_text(value, "none");
    else if (is_on(value))
        role->is_unwritable = true;
    if (mysql_is_text(name, "read_only"))
        role->is_known = true;
}

/* Rows of two columns: names and values. */
static enum probe_step take_pair(struct probe *probe, const struct mysql_packet *p)
{
    struct mysql_text name, value;
    size_t at = 0;
    if (!mysql_take_text(p, &at, &name) || !mysql_take_text(p, &at, &value))
        return mysql_garbled(probe);
    take_variable(&probe->role, &name, &value);
    return PROBE_NEXT;
}

/* The columns have been seen: which of them say how it goes. */
static enum probe_step take_replica(struct probe *probe, const struct mysql_packet *p)
{
    struct role_report *role = &probe->role;
    size_t at = 0;
    role->is_following = true;
    for (unsigned i = 0; i < probe->column_count; i++) {
        struct mysql_text value;
        char number[24];
        if (!mysql_take_text(p, &at, &value))
            return mysql_garbled(probe);
        if (i == probe->columns.io_running || i == probe->columns.sql_running)
            role->is_broken = role->is_broken || !mysql_is_text(&value, "Yes");
        if (i != probe->columns.seconds_behind || value.bytes == NULL ||
            value.len >= sizeof(number))
            continue;
        memcpy(number, value.bytes, value.len);
        number[value.len] = '\0';
        role->lag_seconds = atoll(number);
    }
    return PROBE_NEXT;
}

/* catalog, schema, table, its alias, and the name. */
static enum probe_step take_column(struct probe *probe, const struct mysql_packet *p)
{
    struct mysql_text name = {NULL, 0};
    size_t at = 0;
    for (size_t i = 0; i < 5; i++) {
        if (!mysql_take_text(p, &at, &name))
            return mysql_garbled(probe);
    }
    unsigned index = probe->columns.seen++;
    if (mysql_is_text(&name, "Slave_IO_Running") || mysql_is_text(&name, "Replica_IO_Running"))
        probe->columns.io_running = index;
    if (mysql_is_text(&name, "Slave_SQL_Running") || mysql_is_text(&name, "Replica_SQL_Running"))
        probe->columns.sql_running = index;
    if (mysql_is_text(&name, "Seconds_Behind_Master") ||
        mysql_is_text(&name, "Seconds_Behind_Source"))
        probe->columns.seconds_behind = index;
    return PROBE_NEXT;
}

/* It has told all. */
static enum probe_step leave(struct probe *probe)
{
    static const char quit = COM_QUIT;
    enum probe_step left = mysql_send(probe, 0, &quit, 1);
    probe->is_told = true;
    return left == PROBE_DONE ? left : role_judge(probe);
}

static enum probe_step next_question(struct probe *probe)
{
    struct role_report *role = &probe->role;
    if (probe->stage != ASKING_VARIABLES)
        return leave(probe);
    role->is_cluster = role->is_cluster && !role->is_cluster_off;
    return ask(probe, role->is_cluster ? ASKING_CLUSTER : ASKING_REPLICATION);
}

/* A count of columns, the columns, an end, rows, another end; or nothing at all. */
static enum probe_step take_answer(struct probe *probe, const struct mysql_packet *p)
{
    if (probe->column_count == 0) {
        if (p->bytes[0] == MYSQL_OK)
            return next_question(probe);
        probe->column_count = p->bytes[0];
        probe->columns = (struct replica_columns){0, UINT32_MAX, UINT32_MAX, UINT32_MAX};
        return probe->column_count <= COLUMNS_MAX ? PROBE_NEXT : mysql_garbled(probe);
    }
    if (p->bytes[0] == MYSQL_END && p->len < 9)
        return ++probe->ends_seen == 2 ? next_question(probe) : PROBE_NEXT;
    if (probe->ends_seen == 0)
        return take_column(probe, p);
    return probe->stage >= ASKING_REPLICATION ? take_replica(probe, p) : take_pair(probe, p);
}

/* Two bytes of code, then "#", five of state, and the text. */
static enum probe_step take_error(struct probe *probe, const struct mysql_packet *p)
{
    char info[SERVER_REASON_BYTES];
    size_t at = p->len > 9 && p->bytes[3] == '#' ? 9 : 3;
    int code = p->len >= 3 ? p->bytes[1] | p->bytes[2] << 8 : 0;
    if (probe->stage == ASKING_REPLICATION && code == SYNTAX_ERROR)
        return ask(probe, ASKING_REPLICATION_AS_BEFORE);
    /* without the right to see it, nobody knows how late it is; whoever writes need not know */
    if (probe->stage >= ASKING_REPLICATION && probe->script->role == CONF_ROLE_WRITER)
        return leave(probe);
    probe->code = code;
    probe->result.is_decisive = code == UNPREPARED;
    snprintf(info, sizeof(info), "%.*s", (int)(at < p->len ? p->len - at : 0),
             (const char *)p->bytes + at);
    return script_fail(probe, &probe->script->steps[probe->step], false, info);
}

/* ---- the dialogue ---- */

static enum probe_step take_packet(struct probe *probe, const struct mysql_packet *p)
{
    if (p->bytes[0] == MYSQL_ERROR)
        return take_error(probe, p);
    if (probe->stage >= ASKING_VARIABLES)
        return take_answer(probe, p);
    if (probe->stage == LOGGING_IN) {
        enum probe_step next = mysql_log_in(probe, p);
        return next == PROBE_NEXT ? ask(probe, ASKING_VARIABLES) : next;
    }
    probe->stage = LOGGING_IN;
    return mysql_greet(probe, p);
}

static enum probe_step talk(struct probe *probe, const struct script_step *step)
{
    (void)step;
    for (;;) {
        struct mysql_packet p;
        enum probe_step next = mysql_next_packet(probe, &p);
        if (next == PROBE_WAIT && probe->has_ended)
            return mysql_garbled(probe);
        if (next != PROBE_NEXT)
            return next;
        next = take_packet(probe, &p);
        if (next == PROBE_DONE || probe->is_told)
            return next;
    }
}

static const struct script_step steps[] = {
    STEP_CONNECT(true),
    {.conf = {.kind = CONF_STEP_EXPECT, .number = 2, .expect = {.error_status = "L7STS"}},
     .judge = talk},
};

const struct probe_kind probe_kind_mysql_role = {
    .kind = CONF_CHECK_MYSQL, .steps = steps, .step_count = sizeof(steps) / sizeof(steps[0])};
