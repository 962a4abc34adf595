/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show servers state, show servers conn: a line for each server, as scripts and server-state files expect them
 * (proxy/state/saved_state.h reads the first).
 */
#include "proxy/base/addr.h"
#include "proxy/cli/cli_priv.h"
#include "proxy/health/probe_orders.h"
#include "proxy/state/proxy_state.h"
#include "proxy/state/server_address.h"

#include <string.h>

#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)
#define US_PER_SECOND 1000000

/* ---- the walk: all backends, or one ---------------------------------------------------------- */

/* One line; call->at counts proxies, call->sub their servers. */
typedef void write_line(const struct cli_call *call, const struct proxy *proxy, size_t i,
                        struct text *out);

static enum cli_progress next_line(struct cli_call *call, struct text *out, write_line *write)
{
    const struct snapshot *snapshot = call->snapshot;
    while (call->at < snapshot->config->proxy_count) {
        const struct proxy *proxy = &snapshot->proxies[call->at];
        bool is_wanted = (proxy->conf->caps & CONF_BACKEND) != 0 &&
                         (call->state == NULL || call->state == proxy);
        if (is_wanted && call->sub < proxy->conf->server_count) {
            write(call, proxy, call->sub++, out);
            return CLI_MORE;
        }
        call->at++;
        call->sub = 0;
    }
    return CLI_DONE;
}

/* False after a message. */
static bool choose_backend(struct cli_call *call)
{
    const char *name = call->words[3];
    if (*name == '\0')
        return true;
    for (size_t i = 0; i < call->snapshot->config->proxy_count && call->state == NULL; i++) {
        struct proxy *proxy = &call->snapshot->proxies[i];
        if ((proxy->conf->caps & CONF_BACKEND) != 0 &&
            cli_is_name(name, proxy->conf->name, proxy->conf->id))
            call->state = proxy;
    }
    if (call->state == NULL)
        cli_fail(call, "Can't find backend.\n");
    return call->state != NULL;
}

/* ---- what HAProxy's numbers mean ------------------------------------------------------------- */

static unsigned operational_state(const struct server *server)
{
    enum { STOPPED, STARTING, RUNNING, STOPPING };
    if (!server_is_running(server))
        return STOPPED;
    if (GET(server->leaving))
        return STOPPING;
    return server_throttle_percent(server) < 100 ? STARTING : RUNNING;
}

static unsigned admin_state(const struct server *server)
{
    const struct {
        unsigned bit;
        bool is_set;
    } bits[] = {
        {0x01, GET(server->admin) == SERVER_MAINT},
        {0x02, GET(server->inherited) == SERVER_MAINT},
        {0x04, server->conf_disabled},
        {0x08, GET(server->admin) == SERVER_DRAIN},
        {0x10, GET(server->inherited) == SERVER_DRAIN},
        {0x20, GET(server->is_lost)},
    };
    unsigned state = 0;
    for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
        state |= bits[i].is_set ? bits[i].bit : 0;
    return state;
}

/* By enum health_status: srv_check_status. */
static const unsigned char status_numbers[HEALTH_STATUSES] = {
    [HEALTH_UNKNOWN] = 1,      [HEALTH_INIT] = 1,           [HEALTH_CHECKED] = 3,
    [HEALTH_ANALYZED] = 4,     [HEALTH_SOCKET_ERROR] = 5,   [HEALTH_L4_OK] = 6,
    [HEALTH_L4_TIMEOUT] = 7,   [HEALTH_L4_CONNECT] = 8,     [HEALTH_L6_OK] = 9,
    [HEALTH_L6_TIMEOUT] = 10,  [HEALTH_L6_RESPONSE] = 11,   [HEALTH_L7_TIMEOUT] = 12,
    [HEALTH_L7_RESPONSE] = 13, [HEALTH_L7_OK] = 15,         [HEALTH_L7_OK_CONDITIONAL] = 16,
    [HEALTH_L7_STATUS] = 17,   [HEALTH_PROCESS_ERROR] = 18, [HEALTH_PROCESS_TIMEOUT] = 19,
    [HEALTH_PROCESS_OK] = 20,
};

static unsigned check_result_number(const struct check_result *check)
{
    enum { UNKNOWN, NEUTRAL, FAILED, PASSED, CONDITIONAL };
    switch (check->status) {
    case HEALTH_UNKNOWN:
    case HEALTH_INIT:
        return UNKNOWN;
    case HEALTH_CHECKED:
        return NEUTRAL;
    case HEALTH_L7_OK_CONDITIONAL:
        return CONDITIONAL;
    default:
        return health_status_rows[check->status].passed ? PASSED : FAILED;
    }
}

enum { IN_PROGRESS = 1, CONFIGURED = 2, ENABLED = 4, PAUSED = 8, IS_AGENT = 16 };

static unsigned check_state(const struct server *server, const struct conf_server *conf)
{
    return (GET(server->check_running) ? IN_PROGRESS : 0) | (conf->check.enabled ? CONFIGURED : 0) |
           (GET(server->check_enabled) ? ENABLED : 0) |
           (server_is_in_maintenance(server) && (GET(server->check_enabled) || conf->disabled)
                ? PAUSED
                : 0);
}

static unsigned agent_state(const struct server *server, const struct conf_server *conf)
{
    return conf->agent.enabled ? CONFIGURED | IS_AGENT | (GET(server->agent_enabled) ? ENABLED : 0)
                               : 0;
}

/* The host alone; "-" for none. */
static void host_text(const struct sockaddr_storage *sa, char text[ADDR_TEXT_BYTES])
{
    struct addr addr;
    addr_set(&addr, (const struct sockaddr *)sa);
    strcpy(text, "-");
    if (addr.family == AF_INET || addr.family == AF_INET6)
        addr_format(&addr, text);
}

static const char *text_or_dash(const char *text)
{
    return text != NULL ? text : "-";
}

/* ---- show servers state ---------------------------------------------------------------------- */

static void put_names(struct text *out, const struct server *server, const struct conf_server *conf)
{
    struct sockaddr_storage sa;
    struct addr addr;
    (void)server_read_address(server, &sa);
    addr_set(&addr, (const struct sockaddr *)&sa);
    const char *fqdn = conf->naming.is_service ? server->target : server->fqdn;
    const char *service = conf->naming.is_service ? server->fqdn : NULL;
    text_printf(out, "%s %u %s %d", text_or_dash(fqdn), addr_port(&addr), text_or_dash(service),
                server->tls_enabled);
}

static void put_probes(struct text *out, const struct server *server)
{
    char check_host[ADDR_TEXT_BYTES], agent_host[ADDR_TEXT_BYTES];
    struct probe_target check, agent;
    probe_order_target(server, false, &check);
    probe_order_target(server, true, &agent);
    host_text(&check.host, check_host);
    host_text(&agent.host, agent_host);
    text_printf(out, "%u %s %s %u", check.port, check_host, agent_host, agent.port);
}

static void write_state(const struct cli_call *call, const struct proxy *proxy, size_t i,
                        struct text *out)
{
    const struct server *server = proxy->servers[i];
    const struct conf_server *conf = &proxy->conf->servers[i];
    char host[ADDR_TEXT_BYTES];
    struct sockaddr_storage sa;
    struct check_result check;
    uint64_t now_s = cli_call_loop(call)->now_us / US_PER_SECOND;
    (void)server_read_address(server, &sa);
    host_text(&sa, host);
    server_read_check(server, &check);
    text_printf(out, "%u %s %u %s %s ", proxy->conf->id, proxy->conf->name, GET(server->id),
                server->name, host);
    text_printf(out, "%u %u %u %u %llu ", operational_state(server), admin_state(server),
                GET(server->weight), server->weight_conf,
                (unsigned long long)(now_s - GET(server->last_change_s)));
    text_printf(out, "%u %u %u %u %u ", status_numbers[check.status], check_result_number(&check),
                server_is_in_maintenance(server) ? 0 : GET(server->check_health),
                check_state(server, conf), agent_state(server, conf));
    text_printf(out, "%d %d ", proxy->conf->has_own_id, conf->has_own_id);
    put_names(out, server, conf);
    text_char(out, ' ');
    put_probes(out, server);
    text_char(out, '\n');
}

static enum cli_progress more_state(struct cli_call *call, struct text *out)
{
    if (call->item++ == 0)
        text_put(out, "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state "
                      "srv_uweight srv_iweight srv_time_since_last_change srv_check_status "
                      "srv_check_result srv_check_health srv_check_state srv_agent_state "
                      "bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl "
                      "srv_check_port srv_check_addr srv_agent_addr srv_agent_port\n");
    return next_line(call, out, write_state);
}

static void run_state(struct cli_call *call)
{
    if (choose_backend(call))
        call->more = more_state;
}

/* ---- show servers conn ----------------------------------------------------------------------- */

static void write_conn(const struct cli_call *call, const struct proxy *proxy, size_t i,
                       struct text *out)
{
    const struct server *server = proxy->servers[i];
    char host[ADDR_TEXT_BYTES];
    struct sockaddr_storage sa;
    struct addr addr;
    unsigned used = 0, safe = 0, idle = 0;
    (void)call;
    (void)server_read_address(server, &sa);
    host_text(&sa, host);
    addr_set(&addr, (const struct sockaddr *)&sa);
    for (unsigned t = 0; t < server->thread_count; t++) {
        used += GET(server->threads[t].used_gauge);
        safe += GET(server->threads[t].safe_gauge);
        idle += GET(server->threads[t].idle_gauge);
    }
    /* of what was used at most and will be needed weir keeps no forecast: it is what is used now */
    text_printf(out, "%s/%s %u/%u %s %u - %u %u %u %u %u %u %d %u", proxy->conf->name, server->name,
                proxy->conf->id, GET(server->id), host, addr_port(&addr),
                GET(server->pool_purge_ms), used, used, used, idle - safe, safe,
                (int)GET(server->pool_max_conn), idle);
    for (unsigned t = 0; t < server->thread_count; t++)
        text_printf(out, " %u", GET(server->threads[t].idle_gauge));
    text_char(out, '\n');
}

static enum cli_progress more_conn(struct cli_call *call, struct text *out)
{
    if (call->item++ == 0)
        text_printf(out,
                    "# bkname/svname bkid/svid addr port - purge_delay used_cur used_max need_est "
                    "unsafe_nb safe_nb idle_lim idle_cur idle_per_thr[%u]\n",
                    call->snapshot->thread_count);
    return next_line(call, out, write_conn);
}

static void run_conn(struct cli_call *call)
{
    if (choose_backend(call))
        call->more = more_conn;
}

/* clang-format off */
const struct cli_command cli_show_server_commands[] = {
    {"show servers state", CONF_ADMIN_USER, "show servers state [<backend>]", "dump volatile server information (all or for a single backend)", run_state, NULL},
    {"show servers conn", CONF_ADMIN_USER, "show servers conn [<backend>]", "dump server connections status (all or for a single backend)", run_conn, NULL},
    {0},
};
/* clang-format on */
