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
#include "proxy/health/probe.h"

#include "proxy/net/proxy_protocol.h"
#include "proxy/net/socks4.h"
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

static void on_timer(struct wheel_timer *timer);
static void hurry(struct server *server);

/* ---- settings ---- */

const struct probe_kind *probe_kind_find(const struct conf_check *check)
{
    size_t i = 0;
    if (check->role != CONF_ROLE_ANY && check->kind == CONF_CHECK_PGSQL)
        return &probe_kind_pgsql_role;
    if (check->role != CONF_ROLE_ANY && check->kind == CONF_CHECK_MYSQL)
        return &probe_kind_mysql_role;
    while (probe_kinds[i] != NULL && probe_kinds[i]->kind != check->kind)
        i++;
    return probe_kinds[i] != NULL ? probe_kinds[i] : probe_kinds[0];
}

static void set_port(struct sockaddr_storage *to, uint16_t port)
{
    if (to->ss_family == AF_INET)
        ((struct sockaddr_in *)to)->sin_port = htons(port);
    else if (to->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)to)->sin6_port = htons(port);
}

static uint16_t port_of(const struct sockaddr_storage *addr)
{
    if (addr->ss_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)addr)->sin_port);
    return addr->ss_family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)addr)->sin6_port) : 0;
}

/* The server's own address, but for what `addr` and `port` say. */
static void set_address(struct probe *probe, const struct conf_server *conf)
{
    const struct conf_server_check *check = &conf->check;
    probe->server_addr = conf->addr.sa;
    probe->server_addr_len = conf->addr.sa_len;
    if (check->addr.text != NULL) {
        probe->server_addr = check->addr.sa;
        probe->server_addr_len = check->addr.sa_len;
        set_port(&probe->server_addr, check->addr.port > 0 ? check->addr.port : conf->addr.port);
    }
    if (check->port > 0)
        set_port(&probe->server_addr, check->port);
}

void probe_set_times(struct probe *probe, const struct conf_global *global,
                     const struct conf_proxy *proxy, const struct conf_server *conf)
{
    unsigned inter_ms = probe->is_agent ? conf->agent.inter_ms : conf->check.inter_ms;
    unsigned fast_ms = probe->is_agent ? 0 : conf->check.fastinter_ms;
    unsigned down_ms = probe->is_agent ? 0 : conf->check.downinter_ms;
    probe->inter_ms = inter_ms > 0 ? inter_ms : 2000;
    probe->fastinter_ms = fast_ms > 0 ? fast_ms : probe->inter_ms;
    probe->downinter_ms = down_ms > 0 ? down_ms : probe->inter_ms;
    probe->connect_ms = proxy->timeout.connect_ms;
    probe->check_ms = proxy->timeout.check_ms;
    probe->spread_percent = global->spread_checks;
}

static bool configure(struct probe *probe, const struct conf_server *conf)
{
    const char *sni = conf->check.sni != NULL ? conf->check.sni : conf->tls.sni;
    set_address(probe, conf);
    probe->tls = conf->check.tls;
    probe->send_proxy = conf->check.send_proxy;
    probe->via_socks4 = conf->check.via_socks4;
    probe->sni = sni != NULL ? strdup(sni) : NULL;
    return probe->sni != NULL || sni == NULL;
}

static struct probe *make(struct loop *control, struct server *server, struct script *script)
{
    struct probe *probe = calloc(1, sizeof(*probe));
    if (probe == NULL)
        return NULL;
    list_init(&probe->node);
    probe->loop = control;
    probe->server = server;
    probe->script = script;
    script->references++;
    probe->conn.source.fd = probe->socket = probe->external.source.fd = -1;
    probe->random = (uint32_t)(uintptr_t)probe | 1;
    wheel_timer_init(&probe->timer, on_timer);
    return probe;
}

struct probe *probe_new(struct loop *control, struct server *server, struct script *script,
                        const struct conf_global *global, const struct conf_proxy *proxy,
                        const struct conf_server *conf)
{
    struct probe *probe = make(control, server, script);
    if (probe == NULL)
        return NULL;
    probe_set_times(probe, global, proxy, conf);
    if (!configure(probe, conf)) {
        probe_free(probe);
        return NULL;
    }
    server->probe = probe;
    server->hurry = hurry;
    return probe;
}

struct probe *probe_new_agent(struct loop *control, struct server *server, struct script *script,
                              const struct conf_global *global, const struct conf_proxy *proxy,
                              const struct conf_server *conf)
{
    const struct conf_agent *agent = &conf->agent;
    struct probe *probe = make(control, server, script);
    if (probe == NULL)
        return NULL;
    probe->is_agent = true;
    probe_set_times(probe, global, proxy, conf);
    bool is_elsewhere = agent->addr.text != NULL;
    probe->server_addr = is_elsewhere ? agent->addr.sa : conf->addr.sa;
    probe->server_addr_len = is_elsewhere ? agent->addr.sa_len : conf->addr.sa_len;
    set_port(&probe->server_addr, agent->port);
    probe->greeting = agent->send != NULL ? strdup(agent->send) : NULL;
    if (agent->send != NULL && probe->greeting == NULL) {
        probe_free(probe);
        return NULL;
    }
    server->agent_probe = probe;
    return probe;
}

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

/* With RST, unless the script asks for a FIN: some servers take a reset for an attack. */
static void disconnect(struct probe *probe)
{
    if (!conn_is_open(&probe->conn))
        return;
    if (probe->lingers)
        conn_close(&probe->conn);
    else
        probe->socket = conn_disconnect(&probe->conn);
}

/* Gives the connection up and goes to sleep; says nothing. */
static void fall_asleep(struct probe *probe)
{
    disconnect(probe);
    script_forget(probe);
    probe->state = PROBE_ASLEEP;
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
static void hurry(struct server *server)
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
    if (probe->is_agent) {
        agent_obey(probe);
        server_report_agent(probe->server, &probe->result, probe->loop);
    } else if (GET(probe->server->admin) != SERVER_MAINT) { /* else nobody wants to know any more */
        server_report_check(probe->server, &probe->result, probe->loop);
    }
}

void probe_finish(struct probe *probe)
{
    probe->result.duration_ms = (int64_t)(probe->loop->now_us - probe->started_us) / US_PER_MS;
    fall_asleep(probe);
    report(probe);
    start_after(probe, spread(probe, next_interval_ms(probe)));
}

/* ---- one try ---- */

/* What we lack ourselves says nothing of the server, yet it cannot be said to be well either. */
static enum probe_step connect_failed(struct probe *probe, int rc)
{
    bool is_ours = rc == UV_EMFILE || rc == UV_ENFILE || rc == UV_ENOMEM || rc == UV_ENOBUFS ||
                   rc == UV_EADDRNOTAVAIL;
    return probe_fail(probe, is_ours ? HEALTH_SOCKET_ERROR : HEALTH_L4_CONNECT, strerror(-rc));
}

static const struct conf_connect *present_connect(const struct probe *probe)
{
    return &probe->script->steps[probe->step].conf.connect;
}

/* check-via-socks4: where to connect on our behalf. */
static enum probe_step ask_proxy(struct probe *probe)
{
    uint8_t ask[SOCKS4_ASK_BYTES_MAX];
    int len = socks4_format_ask((const struct sockaddr *)&probe->behind_proxy, ask);
    struct iovec piece = {ask, (size_t)len};
    if (len > 0 && conn_sendv(&probe->conn, &piece, 1) == len)
        return PROBE_NEXT;
    return probe_fail(probe, HEALTH_SOCKET_ERROR, "SOCKS4 proxy cannot be asked");
}

static enum probe_step send_proxy_header(struct probe *probe)
{
    static const struct proxy_facts facts = {.is_local = true};
    uint8_t header[PROXY_OUT_BYTES];
    bool v2 = (probe->server->link.send_proxy & CONF_PROXY_V2) != 0;
    size_t len = v2 ? proxy_header_format_v2(&facts, header)
                    : proxy_header_format_v1(&facts, (char *)header);
    struct iovec piece = {header, len};
    ssize_t n = conn_sendv(&probe->conn, &piece, 1);
    if (n == (ssize_t)piece.iov_len)
        return PROBE_NEXT;
    /* a new socket has room for it, so less than all is an error */
    return probe_fail(probe, HEALTH_SOCKET_ERROR, n < 0 ? strerror((int)-n) : "");
}

static enum probe_step start_tls(struct probe *probe)
{
    struct tls_client_context *tls = GET(probe->server->tls);
    int rc = tls != NULL ? conn_start_tls_client(&probe->conn, tls, probe->to_sni) : UV_ENOMEM;
    if (rc != 0)
        return probe_fail(probe, HEALTH_SOCKET_ERROR, strerror(-rc));
    return PROBE_NEXT;
}

static enum probe_step step_connecting(struct probe *probe)
{
    int rc = conn_connected(&probe->conn);
    if (rc == UV_EAGAIN)
        return PROBE_WAIT;
    if (rc != 0)
        return connect_failed(probe, rc);
    if (probe->check_ms > 0)
        loop_arm(probe->loop, &probe->timer, probe->check_ms);
    return probe->is_proxied ? ask_proxy(probe) : PROBE_NEXT;
}

/* What the connection begins with, towards the server itself. */
static enum probe_step greet(struct probe *probe)
{
    const struct conf_connect *connect = present_connect(probe);
    bool says_proxy = connect->send_proxy || (connect->like_server && probe->send_proxy);
    enum probe_step step = says_proxy ? send_proxy_header(probe) : PROBE_NEXT;
    return step == PROBE_NEXT && probe->is_tls ? start_tls(probe) : step;
}

static enum probe_step step_asking_proxy(struct probe *probe)
{
    uint8_t answer[SOCKS4_ANSWER_BYTES];
    if (probe->is_proxied) {
        ssize_t n = conn_recv(&probe->conn, answer, sizeof(answer));
        if (n == UV_EAGAIN)
            return PROBE_WAIT;
        /* so few bytes come in one piece, or not at all */
        if (n != sizeof(answer) || !socks4_is_granted(answer))
            return probe_fail(probe, HEALTH_L4_CONNECT, "SOCKS4 proxy refused");
    }
    return greet(probe);
}

static enum probe_step step_handshaking(struct probe *probe)
{
    int rc = conn_handshake(&probe->conn);
    if (rc == UV_EAGAIN)
        return PROBE_WAIT;
    if (rc != 0)
        return probe_fail(probe, HEALTH_L6_RESPONSE, "SSL handshake failure");
    probe->step++;
    return PROBE_NEXT;
}

/* What each state does at an event, and what it means when its time is up. */
static const struct {
    enum probe_step (*step)(struct probe *probe);
    enum health_status timeout;
} states[PROBE_STATES] = {
    [PROBE_CONNECTING] = {step_connecting, HEALTH_L4_TIMEOUT},
    [PROBE_ASKING_PROXY] = {step_asking_proxy, HEALTH_L4_TIMEOUT},
    [PROBE_HANDSHAKING] = {step_handshaking, HEALTH_L6_TIMEOUT},
    [PROBE_EXCHANGING] = {script_run, HEALTH_L7_TIMEOUT},
};

static enum probe_step begin_connect(struct probe *probe);

static void on_ready(struct conn *conn)
{
    struct probe *probe = LIST_ITEM(conn, struct probe, conn);
    enum probe_step step = PROBE_NEXT;
    while ((step = states[probe->state].step(probe)) == PROBE_NEXT)
        probe->state++;
    if (step == PROBE_CONNECT)
        step = begin_connect(probe);
    if (step == PROBE_DONE)
        probe_finish(probe);
}

static unsigned first_deadline_ms(const struct probe *probe)
{
    bool is_shorter =
        probe->check_ms > 0 && probe->connect_ms > 0 && probe->connect_ms < probe->inter_ms;
    return is_shorter ? probe->connect_ms : probe->inter_ms;
}

/* The address of the script's step, or the one that is probed. */
static socklen_t find_address(const struct probe *probe, const struct conf_connect *connect,
                              struct sockaddr_storage *to)
{
    bool is_own = connect->addr.text != NULL;
    *to = is_own ? connect->addr.sa : probe->server_addr;
    if (connect->port > 0)
        set_port(to, connect->port);
    else if (is_own && connect->addr.port == 0)
        set_port(to, port_of(&probe->server_addr));
    return is_own ? connect->addr.sa_len : probe->server_addr_len;
}

static int start_connect(struct probe *probe)
{
    const struct conf_connect *connect = present_connect(probe);
    /* saves a packet; but whoever says more than one thing may hold the next back until we acknowledge */
    struct conn_options options = {.slow_ack = !probe->is_tls && !probe->script->is_dialogue};
    struct sockaddr_storage to;
    socklen_t to_len = find_address(probe, connect, &to);
    int fd = probe->socket;
    probe->socket = -1;
    if (probe->is_proxied) {
        probe->behind_proxy = to;
        to = probe->server->link.socks4;
        to_len = probe->server->link.socks4_len;
    }
    server_link_options(&probe->server->link, &options);
    /* bound once, it cannot be bound again */
    if (fd >= 0 && probe->family == to.ss_family && options.source == NULL)
        return conn_reconnect(&probe->conn, fd, (struct sockaddr *)&to, to_len, &options);
    if (fd >= 0)
        close(fd);
    probe->family = to.ss_family;
    return conn_connect(&probe->conn, probe->loop, (struct sockaddr *)&to, to_len, &options,
                        on_ready);
}

/* At a step of the script that connects. PROBE_WAIT, or PROBE_DONE where that fails at once. */
static enum probe_step begin_connect(struct probe *probe)
{
    const struct conf_connect *connect = present_connect(probe);
    disconnect(probe);
    script_forget(probe);
    probe->state = PROBE_CONNECTING;
    probe->is_tls = connect->tls || (connect->like_server && probe->tls);
    probe->lingers = connect->linger;
    probe->is_proxied = (connect->via_socks4 || (connect->like_server && probe->via_socks4)) &&
                        probe->server->link.socks4_len > 0;
    probe->to_sni = connect->sni == NULL && connect->like_server ? probe->sni : connect->sni;
    loop_arm(probe->loop, &probe->timer, first_deadline_ms(probe));
    int rc = start_connect(probe);
    return rc != 0 ? connect_failed(probe, rc) : PROBE_WAIT;
}

static enum probe_step begin_program(struct probe *probe)
{
    probe->state = PROBE_EXCHANGING;
    probe->result.is_decisive = false;
    loop_arm(probe->loop, &probe->timer, probe->check_ms > 0 ? probe->check_ms : probe->inter_ms);
    return external_start(probe);
}

static void start(struct probe *probe)
{
    /* an agent may want to take its server out of maintenance */
    probe->paused = !probe->is_agent && GET(probe->server->admin) == SERVER_MAINT;
    if (probe->paused) {
        probe_start_in(probe, probe->inter_ms);
        return;
    }
    probe->started_us = probe->loop->now_us;
    probe->step = 0;
    if (!probe->is_agent)
        SET(probe->server->check_running, true);
    enum probe_step step = probe->script->count == 0 ? begin_program(probe) : begin_connect(probe);
    if (step == PROBE_DONE)
        probe_finish(probe);
}

static void on_timer(struct wheel_timer *timer)
{
    struct probe *probe = LIST_ITEM(timer, struct probe, timer);
    if (probe->state == PROBE_ASLEEP) {
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
    probe_finish(probe);
}

static void free_memory(struct loop_garbage *garbage)
{
    struct probe *probe = LIST_ITEM(garbage, struct probe, garbage);
    script_free(probe->script);
    free(probe->scram);
    free(probe->greeting);
    free(probe->sni);
    free(probe);
}

void probe_free(struct probe *probe)
{
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
    loop_free_later(probe->loop, &probe->garbage, free_memory);
}
