/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `observe`: what a server does to traffic, counted by the data threads and judged on the control
 * thread. Errors count in a row; the first good one starts anew.
 */
#include "proxy/state/observe.h"

#include "proxy/state/server_state_priv.h"

#include <stdio.h>

#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)
#define SET(cell, value) atomic_store_explicit(&(cell), (value), memory_order_relaxed)

enum effect { IGNORED, BAD, GOOD };

/* HAProxy's table: the words of the log, and what counts at which layer. */
static const struct {
    const char *words;
    enum effect layer4, layer7;
} rows[] = {
    [OBSERVED_CONNECT] = {"L4 successful connection", GOOD, IGNORED},
    [OBSERVED_CONNECT_FAILED] = {"L4 unsuccessful connection", BAD, BAD},
    [OBSERVED_RESPONSE] = {"Correct http response", IGNORED, GOOD},
    [OBSERVED_STATUS] = {"Wrong http response", IGNORED, BAD},
    [OBSERVED_INVALID_HEAD] = {"Invalid http response (headers)", IGNORED, BAD},
    [OBSERVED_READ_ERROR] = {"Read error (http)", IGNORED, BAD},
    [OBSERVED_TIMEOUT] = {"Read timeout (http)", IGNORED, BAD},
    [OBSERVED_CLOSED] = {"Close from server (http)", IGNORED, BAD},
};

static void on_limit(struct loop_message *message);

void server_observe_slow(struct server *server, enum observation what)
{
    enum effect effect =
        GET(server->observe) == CONF_OBSERVE_LAYER4 ? rows[what].layer4 : rows[what].layer7;
    if (effect == GOOD && GET(server->errors_in_row) != 0)
        SET(server->errors_in_row, 0);
    if (effect != BAD)
        return;
    unsigned errors = atomic_fetch_add(&server->errors_in_row, 1) + 1;
    if (errors < GET(server->error_limit) || server->control == NULL)
        return;
    SET(server->last_observation, what);
    if (atomic_exchange(&server->limit_told, true))
        return; /* the message is on its way */
    server->limit_message.run = on_limit;
    loop_post(server->control, &server->limit_message);
}

static void act(struct server *server, const struct check_result *result)
{
    unsigned rise = GET(server->rise);
    switch (server->on_error) {
    case CONF_ON_ERROR_FASTINTER:
        return;
    case CONF_ON_ERROR_SUDDEN_DEATH:
        if (GET(server->check_health) > rise)
            SET(server->check_health, rise + 1);
        break;
    case CONF_ON_ERROR_MARK_DOWN:
        SET(server->check_health, rise);
        break;
    case CONF_ON_ERROR_FAIL_CHECK:
        break;
    }
    server_report_check(server, result, server->control);
}

static void on_limit(struct loop_message *message)
{
    struct server *server = LIST_ITEM(message, struct server, limit_message);
    struct check_result result = {.status = HEALTH_ANALYZED, .duration_ms = -1};
    atomic_store(&server->limit_told, false);
    unsigned errors = atomic_exchange(&server->errors_in_row, 0);
    bool is_up = GET(server->up) && GET(server->check_health) > 0;
    if (GET(server->retired) || !GET(server->check_enabled) || !is_up ||
        GET(server->admin) == SERVER_MAINT)
        return;
    snprintf(result.info, sizeof(result.info), "Detected %u consecutive errors, last one was: %s",
             errors, rows[GET(server->last_observation)].words);
    SET(server->failed_analyses, GET(server->failed_analyses) + 1);
    act(server, &result);
    if (server->hurry != NULL)
        server->hurry(server);
}
