/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statistics page: what is shown of a proxy. A frontend is a strip of tiles, servers are rows
 * of a table that a narrow screen lays out as cards, and the backend is its last row. With `stats
 * admin` the table is in a form.
 *
 *   BEGIN        FRONTEND   LISTENER ...  SERVER ...            BACKEND          END
 *   <section>    tiles      tiles ...     [form table] row ...  [table] row      [/table /form] </section>
 */
#include "proxy/admin/html.h"
#include "proxy/admin/transitions.h"
#include "proxy/admin/values.h"

#include "proxy/state/backend.h"
#include "proxy/state/counters.h"
#include "proxy/state/health_status.h"
#include "proxy/state/proxy_state.h"
#include "proxy/state/server.h"
#include "proxy/state/server_address.h"

#include <string.h>

/* --- the steps --- */

static void begin(struct text *text, const struct proxy *proxy)
{
    static const char *const kinds[] = {
        [CONF_FRONTEND] = "frontend", [CONF_BACKEND] = "backend", [CONF_LISTEN] = "listen"};
    const struct conf_proxy *conf = proxy->conf;
    text_put(text, "<section id=\"");
    text_html(text, conf->name);
    text_put(text, "\"><h2>");
    text_html(text, conf->name);
    text_printf(text, " <small>%s, %s</small>", kinds[conf->caps & CONF_LISTEN],
                conf->mode == CONF_MODE_HTTP ? "http" : "tcp");
    if (conf->description != NULL) {
        text_put(text, " <small>");
        text_html(text, conf->description);
        text_put(text, "</small>");
    }
    text_put(text, "</h2>\n");
}

static void open_tile(struct text *text, const char *label)
{
    text_printf(text, "<div><dt>%s</dt><dd>", label);
}

static void put_frontend(struct text *text, const struct stats_subject *s)
{
    static const struct {
        const char *label;
        void (*put)(struct text *text, const struct stats_subject *s);
        bool http_only;
    } tiles[] = {{"Sessions", html_sessions, false},
                 {"Sessions/s", html_rate, false},
                 {"Latency", html_latency, false},
                 {"Bytes", html_bytes, false},
                 {"Responses", html_responses, true}};
    text_put(text, "<dl class=tiles>");
    for (size_t i = 0; i < sizeof(tiles) / sizeof(tiles[0]); i++) {
        if (tiles[i].http_only && s->proxy->conf->mode != CONF_MODE_HTTP)
            continue;
        open_tile(text, tiles[i].label);
        tiles[i].put(text, s);
        text_put(text, "</dd></div>");
    }
    open_tile(text, "Errors");
    html_errors(text, s);
    text_put(text, "</dd></div></dl>\n");
}

/* A strip like that of its frontend, with what is counted of it. */
static void put_listener(struct text *text, const struct stats_subject *s)
{
    struct stats_value address = {.type = STATS_EMPTY};
    char room[LISTENER_NAME_BYTES];
    get_addr(NULL, s, &address);
    text_put(text, "<dl class=tiles>");
    open_tile(text, "Listener");
    text_html(text, stats_listener_name(s, room));
    text_put(text, " <small>");
    text_html(text, address.string);
    text_put(text, "</small></dd></div>");
    open_tile(text, "Sessions");
    html_sessions(text, s);
    text_put(text, "</dd></div>");
    open_tile(text, "Bytes");
    html_bytes(text, s);
    text_put(text, "</dd></div>");
    open_tile(text, "Errors");
    html_errors(text, s);
    text_put(text, "</dd></div></dl>\n");
}

static void open_table(const struct stats_cursor *c, struct text *text, const struct proxy *proxy)
{
    if (c->query.may_admin && proxy->conf->server_count > 0)
        text_printf(text, "<form method=post><input type=hidden name=b value=\"#%u\">",
                    proxy->conf->id);
    text_put(text, "<table><thead><tr><th>");
    if (c->query.may_admin)
        text_put(text, "<input type=checkbox aria-label=\"all servers\" onclick=\"this.form"
                       ".querySelectorAll('[name=s]').forEach(x=&gt;x.checked=this.checked)\"> ");
    text_put(text, "Server</th><th>State</th><th>Last check</th><th>Sessions</th><th>Queue</th>"
                   "<th>Rate/s</th><th>Latency</th><th>Bytes</th>");
    if (proxy->conf->mode == CONF_MODE_HTTP)
        text_put(text, "<th>Responses</th>");
    text_put(text, "<th>Errors</th><th>Weight</th></tr></thead><tbody>\n");
}

static void put_numbers(struct text *text, const struct stats_subject *s)
{
    html_cell(text, "Rate/s", "n");
    html_rate(text, s);
    html_cell(text, "Latency", "lat");
    html_latency(text, s);
    html_cell(text, "Bytes", "n");
    html_bytes(text, s);
    if (s->proxy->conf->mode == CONF_MODE_HTTP) {
        html_cell(text, "Responses", "");
        html_responses(text, s);
    }
    html_cell(text, "Errors", "");
    html_errors(text, s);
}

/* On the way up or down the state counts probes: "UP 1/3"; these get the colour of a warning. */
static const char *class_of(const struct server *server, const char *status)
{
    static const char *const classes[STATS_STATES] = {"down", "up", "maint", "drain", "drain"};
    enum stats_state state = stats_server_state(server);
    if ((state == STATE_UP || state == STATE_DOWN) && strchr(status, '/') != NULL)
        return "going";
    return state == STATE_UP && !server->check_enabled ? "nocheck" : classes[state];
}

static void put_state(struct text *text, const struct stats_subject *s, const char *status)
{
    uint64_t now_s = s->now_us / 1000000, changed_s = s->server->last_change_s;
    html_cell(text, "State", "state");
    text_put(text, "<b><i></i>");
    text_html(text, status);
    text_put(text, "</b> <small>");
    text_duration(text, now_s > changed_s ? now_s - changed_s : 0);
    if (s->server->down_count > 0)
        text_printf(text, ", down %llu&times;", (unsigned long long)s->server->down_count);
    text_put(text, "</small>");
    transitions_html(text, s->server);
}

static void put_check(struct text *text, const struct stats_subject *s)
{
    html_cell(text, "Last check", "check");
    struct check_result check;
    server_read_check(s->server, &check);
    if (!s->server->check_enabled || check.duration_ms < 0) {
        text_put(text, s->server->check_enabled ? "<small>no result yet</small>"
                                                : "<small>not checked</small>");
        return;
    }
    const struct health_status_row *row = &health_status_rows[check.status];
    text_printf(text, "<span title=\"%s\">%s", row->description, row->word);
    if (row->has_code)
        text_printf(text, "/%d", check.code);
    text_put(text, "</span>");
    text_printf(text, " <small>in %lld ms</small>", (long long)check.duration_ms);
    if (check.info[0] != '\0') {
        text_put(text, " <small class=why>");
        text_html(text, check.info);
        text_put(text, "</small>");
    }
}

static void put_server_name(const struct stats_cursor *c, struct text *text,
                            const struct stats_subject *s)
{
    char address[SERVER_ADDRESS_BYTES];
    text_put(text, "<th scope=row>");
    if (c->query.may_admin) {
        text_put(text, "<label><input type=checkbox name=s value=\"");
        text_html(text, s->server->name);
        text_put(text, "\"> ");
    }
    text_html(text, s->server->name);
    if (c->query.may_admin)
        text_put(text, "</label>");
    if (s->server_conf->backup)
        text_put(text, " <small class=tag>backup</small>");
    text_put(text, " <small>");
    server_address_text(s->server, address);
    text_html(text, address);
    text_put(text, "</small></th>");
}

static void put_server(const struct stats_cursor *c, struct text *text,
                       const struct stats_subject *s)
{
    char status[64];
    server_status_text(s->server, status, sizeof(status));
    text_printf(text, "<tr class=%s>", class_of(s->server, status));
    put_server_name(c, text, s);
    put_state(text, s, status);
    put_check(text, s);
    html_cell(text, "Sessions", "n");
    html_sessions(text, s);
    html_cell(text, "Queue", "n none");
    put_numbers(text, s);
    html_cell(text, "Weight", "n");
    text_u64(text, s->server->weight);
    text_put(text, "</td></tr>\n");
}

static void put_backend(struct text *text, const struct stats_subject *s)
{
    const struct backend *backend = &s->proxy->state->backend;
    bool up = stats_backend_is_up(s->proxy);
    bool panics = atomic_load_explicit(&backend->panic, memory_order_relaxed);
    text_printf(text, "<tr class=\"sum %s\"><th scope=row>Backend</th>", up ? "up" : "down");
    html_cell(text, "State", "state");
    text_printf(text, "<b><i></i>%s</b> <small>%u active, %u backup</small>", up ? "UP" : "DOWN",
                backend->active_up, backend->backup_up);
    if (panics)
        text_printf(text,
                    "<small class=bad title=\"less than %u%% of its servers are up\">"
                    "<b>PANIC: traffic goes to all</b></small>",
                    s->proxy->conf->panic_percent);
    html_cell(text, "Last check", "none");
    html_cell(text, "Sessions", "n");
    html_sessions(text, s);
    html_cell(text, "Queue", "n");
    text_short(text, backend->queued);
    html_small(text, "max", s->counters->queued_max);
    put_numbers(text, s);
    html_cell(text, "Weight", "n");
    text_u64(text, backend->weight_total);
    text_put(text, "</td></tr>\n");
}

static void end(const struct stats_cursor *c, struct text *text, const struct proxy *proxy)
{
    if (c->sub != 0) {
        text_put(text, "</tbody></table>");
        if (c->query.may_admin && proxy->conf->server_count > 0)
            text_put(text,
                     "<p class=act><select name=action aria-label=\"action\"><option value=\"\">"
                     "With the chosen servers ...</option><option value=ready>Set state to READY"
                     "</option><option value=drain>Set state to DRAIN</option><option value=maint>"
                     "Set state to MAINT</option><option value=hrunn>Health: force UP</option>"
                     "<option value=hdown>Health: force DOWN</option></select> "
                     "<button>Apply</button></p></form>");
    }
    text_put(text, "</section>\n");
}

void html_row(struct stats_cursor *c, struct text *text, enum stats_step step,
              const struct stats_subject *s)
{
    bool has_servers = s->proxy->conf->server_count > 0;
    bool is_in_table =
        step == STEP_SERVER ||
        (step == STEP_BACKEND && (has_servers || s->proxy->conf->caps == CONF_BACKEND));
    if (is_in_table && c->sub++ == 0)
        open_table(c, text, s->proxy);

    if (step == STEP_BEGIN)
        begin(text, s->proxy);
    else if (step == STEP_FRONTEND)
        put_frontend(text, s);
    else if (step == STEP_LISTENER)
        put_listener(text, s);
    else if (step == STEP_SERVER)
        put_server(c, text, s);
    else if (step == STEP_BACKEND && is_in_table)
        put_backend(text, s);
    else if (step == STEP_END) {
        end(c, text, s->proxy);
        c->sub = 0;
    }
}
