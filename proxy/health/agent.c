/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agent-check: a line of words from a program on the server, which says how the server is and how
 * much it can take: "up", "down # backup runs", "75%", "drain", "maxconn:30 ready".
 *
 * What follows a '#' before a word is for people. Words that are unknown are reported and do nothing.
 */
#include "proxy/health/probe.h"
#include "proxy/state/server_state.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES_MAX = 1024, WEIGHT_PERCENT_MAX = 100 * LB_WEIGHT_MAX };

struct reply {
    struct agent_orders orders;
    const char *health; /* "up", "down", "stopped", "fail", in any case; or NULL */
    const char *odd;    /* the first unknown word, or NULL */
    const char *note;   /* behind '#', or "" */
};

static bool take_health(struct reply *reply, const char *word)
{
    static const char *const words[] = {"up", "down", "stopped", "fail"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasecmp(words[i], word) != 0)
            continue;
        reply->health = word;
        return true;
    }
    return false;
}

static bool take_admin(struct reply *reply, const char *word)
{
    static const struct {
        const char *word;
        enum server_admin admin;
    } rows[] = {{"ready", SERVER_READY}, {"drain", SERVER_DRAIN}, {"maint", SERVER_MAINT}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcasecmp(rows[i].word, word) != 0)
            continue;
        reply->orders.has_admin = true;
        reply->orders.admin = rows[i].admin;
        return true;
    }
    return false;
}

/* "75%": the last one counts. */
static bool take_weight(struct reply *reply, const char *word)
{
    char *end;
    unsigned long percent = strtoul(word, &end, 10);
    if (!isdigit((unsigned char)*word) || strcmp(end, "%") != 0)
        return false;
    reply->orders.has_weight = true;
    reply->orders.weight_percent =
        percent < WEIGHT_PERCENT_MAX ? (unsigned)percent : WEIGHT_PERCENT_MAX;
    return true;
}

static bool take_maxconn(struct reply *reply, const char *word)
{
    char *end;
    if (strncasecmp(word, "maxconn:", 8) != 0 || !isdigit((unsigned char)word[8]))
        return false;
    unsigned long maxconn = strtoul(word + 8, &end, 10);
    if (*end != '\0' || maxconn > INT_MAX)
        return false;
    reply->orders.has_maxconn = true;
    reply->orders.maxconn = (unsigned)maxconn;
    return true;
}

static void read_words(struct reply *reply, char *line)
{
    char *rest, *hash = line;
    reply->note = "";
    while ((hash = strchr(hash, '#')) != NULL && hash > line && strchr(" \t,", hash[-1]) == NULL)
        hash++;
    if (hash != NULL) {
        *hash++ = '\0';
        reply->note = hash + strspn(hash, " \t");
    }
    for (char *word = strtok_r(line, " \t,", &rest); word != NULL;
         word = strtok_r(NULL, " \t,", &rest)) {
        bool is_known = take_health(reply, word) || take_admin(reply, word) ||
                        take_weight(reply, word) || take_maxconn(reply, word);
        if (!is_known && reply->odd == NULL)
            reply->odd = word;
    }
}

static enum probe_step end_by(struct probe *probe, const struct reply *reply)
{
    char info[SERVER_REASON_BYTES] = "";
    enum health_status status = HEALTH_CHECKED;
    const char *note = *reply->note != '\0' || reply->odd == NULL ? reply->note : reply->odd;
    if (reply->health != NULL) {
        status = strcasecmp(reply->health, "up") == 0 ? HEALTH_L7_OK : HEALTH_L7_STATUS;
        snprintf(info, sizeof(info), "via agent : %s%s%.100s%s", reply->health,
                 *note != '\0' ? " (" : "", note, *note != '\0' ? ")" : "");
    } else if (reply->odd != NULL) {
        snprintf(info, sizeof(info), "agent reports an error : %.80s", reply->odd);
    }
    return probe_end(probe, status, 0, info);
}

static enum probe_step judge_line(struct probe *probe, const struct script_step *step)
{
    char line[LINE_BYTES_MAX];
    struct reply reply = {.health = NULL};
    size_t len = probe->answer_len < LINE_BYTES_MAX ? probe->answer_len : LINE_BYTES_MAX - 1;
    (void)step;
    memcpy(line, probe->answer, len);
    line[len] = '\0';
    size_t end = strcspn(line, "\r\n");
    if (end == len && len == LINE_BYTES_MAX - 1)
        return probe_end(probe, HEALTH_L7_RESPONSE, 0, "the agent's line is too long");
    if (end == len && !probe->has_ended)
        return PROBE_WAIT;
    if (end == len)
        return probe_end(probe, HEALTH_L7_RESPONSE, 0, "Ignoring incomplete line from agent");
    line[end] = '\0';
    read_words(&reply, line);
    probe->orders = reply.orders;
    return end_by(probe, &reply);
}

void agent_obey(struct probe *probe)
{
    struct server *server = probe->server;
    const struct agent_orders orders = probe->orders;
    unsigned weight = server->weight_conf * orders.weight_percent / 100;
    probe->orders = (struct agent_orders){.has_admin = false};
    if (orders.has_admin)
        server_set_admin_for(server, orders.admin, "set by the agent", probe->loop);
    if (weight == 0 && orders.weight_percent > 0 && server->weight_conf > 0)
        weight = 1;
    if (weight > LB_WEIGHT_MAX)
        weight = LB_WEIGHT_MAX;
    if (orders.has_weight && weight != server->weight)
        server_set_weight(server, weight, probe->loop);
    if (orders.has_maxconn && orders.maxconn != server->maxconn)
        server_set_maxconn(server, orders.maxconn, probe->loop);
}

/* What is sent is the server's own: agent-send. */
static const struct script_step steps[] = {
    {.conf = {.kind = CONF_STEP_CONNECT, .connect = {.is_implied = true, .linger = true}}},
    {.conf = {.kind = CONF_STEP_SEND, .number = 1}},
    {.conf = {.kind = CONF_STEP_EXPECT, .number = 2}, .judge = judge_line},
};

const struct probe_kind probe_kind_agent = {.steps = steps,
                                            .step_count = sizeof(steps) / sizeof(steps[0])};
