/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a probe; probe.h draws it. Its memory stays for as long as the server is checked,
 * and so does its socket where the kernel lets it, so a probe costs the system calls of its
 * connection and nothing else.
 *
 * How long it may take is HAProxy's rule: without `timeout check` the interval bounds all of it;
 * with it, connecting may take the shorter of `timeout connect` and the interval, and what follows
 * `timeout check`.
 */
#include "proxy/health/probe_priv.h"

#include "proxy/state/server_address.h"
#include "proxy/state/server_state.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)
#define SET(cell, value) atomic_store_explicit(&(cell), (value), memory_order_relaxed)
#define US_PER_MS 1000

/* ---- the end of one try ---- */

enum probe_step probe_end(struct probe *probe, enum health_status status, int code,
                          const char *info)
{
    probe->result.status = status;
    probe->result.code = code;
    probe->result.info[0] = '\0';
    if (info != NULL)
        snprintf(probe->result.info, sizeof(probe->result.info), "%s", info);
    return PROBE_DONE;
}

enum probe_step probe_fail(struct probe *probe, enum health_status status, const char *error)
{
    char info[SERVER_REASON_BYTES], where[SERVER_REASON_BYTES];
    script_where(probe, where, sizeof(where));
    snprintf(info, sizeof(info), "%s%.*s", error, (int)(sizeof(info) - strlen(error) - 1), where);
    return probe_end(probe, status, 0, info);
}

static void change_script(struct probe *probe)
{
    if (probe->next_script == NULL)
        return;
    script_free(probe->script);
    probe->script = probe->next_script;
    probe->next_script = NULL;
    probe->renew_ms = 0; /* the connection was made as the old one said */
    probe->is_ticketless = false;
}

void probe_adopt(struct probe *probe, struct script *script)
{
    script->references++;
    script_free(probe->next_script);
    probe->next_script = script;
    if (probe->state == PROBE_ASLEEP)
        change_script(probe);
}

/* Says nothing. */
static void fall_asleep(struct probe *probe)
{
    probe->state = PROBE_ASLEEP;
    probe_rest(probe);
    var_store_clear(&probe->vars);
    change_script(probe);
    if (!probe->is_agent)
        SET(probe->server->check_running, false);
}

void probe_start_in(struct probe *probe, unsigned delay_ms)
{
    assert(probe->state == PROBE_ASLEEP);
    probe->due_ms = probe->loop->now_ms + delay_ms;
    loop_arm(probe->loop, &probe->timer, delay_ms);
}

/* Counted from when this one was due, so that neither its own duration nor a coarse timer adds up. */
static void start_after(struct probe *probe, unsigned interval_ms)
{
    uint64_t due_ms = probe->due_ms + interval_ms, now_ms = probe->loop->now_ms;
    if (due_ms < now_ms)
        due_ms = now_ms;
    probe_start_in(probe, (unsigned)(due_ms - now_ms));
}

/* In doubt the server is asked more often, or less often once it is surely down. */
static unsigned next_interval_ms(const struct probe *probe)
{
    const struct server *server = probe->server;
    if (probe->is_agent)
        return probe->inter_ms;
    unsigned health = GET(server->check_health);
    if (health + 1 >= GET(server->rise) + GET(server->fall))
        return probe->inter_ms;
    return health == 0 ? probe->downinter_ms : probe->fastinter_ms;
}

/* Up to so many percent more or less, so that probes of many servers drift apart. */
static unsigned spread(struct probe *probe, unsigned ms)
{
    if (probe->spread_percent == 0)
        return ms;
    /* xorshift: no security hangs on it */
    probe->random ^= probe->random << 13;
    probe->random ^= probe->random >> 17;
    probe->random ^= probe->random << 5;
    uint64_t range = (uint64_t)ms * probe->spread_percent / 100;
    return (unsigned)(ms - range + probe->random % (2 * range + 1));
}

/* The server's errors are many: the next probe should not wait for its turn. */
void probe_hurry(struct server *server)
{
    struct probe *probe = server->probe;
    if (probe == NULL || probe->state != PROBE_ASLEEP || probe->paused)
        return;
    uint64_t soon_ms = probe->loop->now_ms + probe->fastinter_ms;
    if (soon_ms < probe->due_ms)
        probe_start_in(probe, probe->fastinter_ms);
}

static void report(struct probe *probe)
{
    if (probe->is_off) /* since it began */
        return;
    if (probe->is_agent) {
        agent_obey(probe);
        server_report_agent(probe->server, &probe->result, probe->loop);
    } else if (!server_is_in_maintenance(probe->server)) { /* else nobody wants to know any more */
        server_report_check(probe->server, &probe->result, probe->loop);
    }
}

void probe_finish(struct probe *probe)
{
    probe->result.duration_ms = (int64_t)(probe->loop->now_us - probe->started_us) / US_PER_MS;
    fall_asleep(probe);
    report(probe);
    start_after(probe, spread(probe, next_interval_ms(probe)));
    probe_guard(probe);
}

/* ---- one try ---- */

/* What each state does at an event, and what it means when its time is up. */
static const struct {
    enum probe_step (*step)(struct probe *probe);
    enum health_status timeout;
} states[PROBE_STATES] = {
    [PROBE_ASLEEP] = {probe_step_asleep, HEALTH_UNKNOWN},
    [PROBE_CONNECTING] = {probe_step_connecting, HEALTH_L4_TIMEOUT},
    [PROBE_ASKING_PROXY] = {probe_step_asking_proxy, HEALTH_L7_TIMEOUT},
    [PROBE_HANDSHAKING] = {probe_step_handshaking, HEALTH_L6_TIMEOUT},
    [PROBE_EXCHANGING] = {script_run, HEALTH_L7_TIMEOUT},
};

/* The try counts from now on. */
static enum probe_step repeat(struct probe *probe)
{
    probe_let_go(probe);
    probe->started_us = probe->loop->now_us;
    while (probe->script->steps[probe->step].conf.kind != CONF_STEP_CONNECT)
        probe->step--;
    return probe_connect(probe);
}

/* Does what a step of a try has said. */
static void carry_on(struct probe *probe, enum probe_step step)
{
    if (step == PROBE_CONNECT)
        step = probe_connect(probe);
    if (step == PROBE_DONE && probe_must_repeat(probe))
        step = repeat(probe);
    if (step == PROBE_DONE)
        probe_finish(probe);
}

void probe_on_ready(struct conn *conn)
{
    struct probe *probe = LIST_ITEM(conn, struct probe, conn);
    enum probe_step step = PROBE_NEXT;
    while ((step = states[probe->state].step(probe)) == PROBE_NEXT)
        probe->state++;
    carry_on(probe, step);
}

static enum probe_step begin_program(struct probe *probe)
{
    probe->state = PROBE_EXCHANGING;
    probe->result.is_decisive = false;
    loop_arm(probe->loop, &probe->timer, probe->check_ms > 0 ? probe->check_ms : probe->inter_ms);
    return external_start(probe);
}

/* Where the server is today. A kept connection leads to where it was. */
static void follow_server(struct probe *probe)
{
    struct sockaddr_storage before = probe->server_addr;
    if (!probe->follows)
        return;
    probe->server_addr_len = server_read_address(probe->server, &probe->server_addr);
    if (probe->port > 0)
        probe_set_port(&probe->server_addr, probe->port);
    if (memcmp(&before, &probe->server_addr, sizeof(before)) != 0)
        probe_let_go(probe);
}

static void start(struct probe *probe)
{
    /* an agent may want to take its server out of maintenance */
    probe->paused = probe->is_off || GET(probe->server->is_lost) ||
                    (!probe->is_agent && GET(probe->server->admin) == SERVER_MAINT);
    if (probe->paused) {
        probe_let_go(probe);
        probe_start_in(probe, probe->inter_ms);
        return;
    }
    follow_server(probe);
    probe->started_us = probe->loop->now_us;
    probe->step = 0;
    if (!probe->is_agent)
        SET(probe->server->check_running, true);
    carry_on(probe, probe->script->count == 0 ? begin_program(probe) : script_run(probe));
}

void probe_on_timer(struct wheel_timer *timer)
{
    struct probe *probe = LIST_ITEM(timer, struct probe, timer);
    if (probe->state == PROBE_ASLEEP) {
        if (!probe_gives_up_ticket(probe))
            start(probe);
        return;
    }
    if (probe->script->count == 0) {
        external_kill(probe);
        probe_end(probe, HEALTH_PROCESS_TIMEOUT, 0, NULL);
        probe_finish(probe);
        return;
    }
    const struct script_step *step = &probe->script->steps[probe->step];
    bool is_expecting = probe->state == PROBE_EXCHANGING && step->conf.kind == CONF_STEP_EXPECT;
    probe_fail(probe, is_expecting ? step->timeout : states[probe->state].timeout, "");
    probe->keeps = false; /* who knows when the rest would come */
    probe_finish(probe);
}

static void free_memory(struct loop_garbage *garbage)
{
    struct probe *probe = LIST_ITEM(garbage, struct probe, garbage);
    free(probe->scram);
    free(probe->greeting);
    free(probe->sni);
    free(probe->alpn);
    free(probe);
}

void probe_free(struct probe *probe)
{
    probe_let_go(probe);
    fall_asleep(probe);
    external_free(probe);
    if (probe->socket >= 0)
        close(probe->socket);
    wheel_forget(&probe->loop->wheel, &probe->timer);
    list_remove(&probe->node);
    if (probe->server->probe == probe)
        probe->server->probe = NULL;
    if (probe->server->agent_probe == probe)
        probe->server->agent_probe = NULL;
    script_free(
        probe->script); /* now, as it keeps a snapshot; and last, as that may keep the server */
    loop_free_later(probe->loop, &probe->garbage, free_memory);
}
