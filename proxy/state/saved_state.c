/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of version 1: words divided by blanks, as the heading of the file names them. */
#include "proxy/state/saved_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SET(cell, value) atomic_store_explicit(&(cell), (value), memory_order_relaxed)
#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)

enum { NAME_BYTES = 256, STOPPED = 0, STOPPING = 3, FORCED_MAINT = 1, FORCED_DRAIN = 8 };

/* be_id be_name srv_id srv_name srv_addr, then numbers */
struct saved {
    char backend[NAME_BYTES], server[NAME_BYTES];
    unsigned operation, admin, weight, weight_conf, health;
    unsigned long since_s;
};

static bool read_line(const char *line, struct saved *saved_out)
{
    char text[1024];
    size_t len = strcspn(line, "\r\n");
    if (*line == '#' || len >= sizeof(text))
        return false;
    memcpy(text, line, len);
    text[len] = '\0';
    return sscanf(text, "%*u %255s %*u %255s %*s %u %u %u %u %lu %*u %*u %u", saved_out->backend,
                  saved_out->server, &saved_out->operation, &saved_out->admin, &saved_out->weight,
                  &saved_out->weight_conf, &saved_out->since_s, &saved_out->health) == 8;
}

static bool find(const struct server *server, const char *text, struct saved *saved_out)
{
    if (strncmp(text, "1\n", 2) != 0) /* the version */
        return false;
    for (const char *line = text; *line != '\0'; line += *line == '\n') {
        if (read_line(line, saved_out) && strcmp(saved_out->server, server->name) == 0 &&
            strcmp(saved_out->backend, server->backend->name) == 0)
            return true;
        line += strcspn(line, "\n");
    }
    return false;
}

static void take_health(struct server *server, const struct saved *saved)
{
    unsigned rise = GET(server->rise), top = rise + GET(server->fall) - 1;
    bool is_up = saved->operation != STOPPED;
    unsigned lowest = is_up ? rise : 0, highest = is_up ? top : rise - 1;
    unsigned health = saved->health < highest ? saved->health : highest;
    SET(server->up, is_up);
    SET(server->leaving, saved->operation == STOPPING);
    SET(server->check_health, health > lowest ? health : lowest);
}

void saved_state_apply(struct server *server, const struct conf_server *conf, const char *saved,
                       uint64_t now_us)
{
    struct saved line;
    uint64_t now_s = now_us / 1000000;
    if (saved == NULL || !find(server, saved, &line))
        return;
    if (conf->check.enabled) /* else nobody would ever call it up again */
        take_health(server, &line);
    if (!conf->disabled && (line.admin & (FORCED_MAINT | FORCED_DRAIN)) != 0)
        SET(server->admin, (line.admin & FORCED_MAINT) != 0 ? SERVER_MAINT : SERVER_DRAIN);
    if (line.weight_conf == conf->weight && line.weight <= LB_WEIGHT_MAX)
        SET(server->weight, line.weight); /* else the file has a later word */
    SET(server->last_change_s, line.since_s < now_s ? now_s - line.since_s : 0);
}
