/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statistics page: frame and banner. Plain HTML that works without scripts and fetches nothing;
 * every text that comes from the configuration or from outside goes through text_html().
 */
#include "proxy/admin/html.h"

#include "proxy/log/log.h"
#include "proxy/state/counters.h"
#include "proxy/state/proxy_state.h"
#include "proxy/state/server.h"
#include "tls/store.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define EXPIRY_WARNING_DAYS 14

static const struct {
    const char *class_name, *text;
} results[] = {
    [STATS_DONE] = {"good", "Done."},
    [STATS_NONE] = {"info", "Nothing was changed: choose servers and an action."},
    [STATS_PARTIAL] = {"warn", "Done in part: some of the servers are unknown here."},
    [STATS_INVALID] = {"bad", "Not done: an unknown action, backend or server."},
    [STATS_TOO_BIG] = {"bad", "Not done: the form is too long. Choose fewer servers at a time."},
    [STATS_DENIED] = {"bad", "Not done: changes are not allowed on this page."},
};

/* What the banner counts over all proxies. */
struct summary {
    unsigned servers[STATS_STATES];
    unsigned sessions;
    uint64_t session_rate, request_rate;
};

static struct summary summarize(const struct stats_cursor *c)
{
    struct summary sum = {0};
    for (size_t i = 0; i < c->snapshot->config->proxy_count; i++) {
        const struct proxy *proxy = &c->snapshot->proxies[i];
        for (size_t j = 0; j < proxy->conf->server_count; j++)
            sum.servers[stats_server_state(proxy->servers[j])]++;
        if ((proxy->conf->caps & CONF_FRONTEND) == 0)
            continue;
        const struct frontend *frontend = &proxy->state->frontend;
        sum.sessions += frontend->sessions;
        sum.session_rate += counter_set_rate(frontend->counters, RATE_SESSIONS, c->now_us);
        sum.request_rate += counter_set_rate(frontend->counters, RATE_REQUESTS, c->now_us);
    }
    return sum;
}

static void put_chip(struct text *text, const char *class_name, unsigned count, const char *word)
{
    if (count > 0)
        text_printf(text, "<span class=\"chip %s\"><i></i>%u %s</span>", class_name, count, word);
}

static void open_fact(struct text *text, const char *label)
{
    text_printf(text, "<div><dt>%s</dt><dd>", label);
}

static void close_fact(struct text *text)
{
    text_put(text, "</dd></div>");
}

static void put_time(struct text *text, int64_t wall_us)
{
    time_t t = wall_us / 1000000;
    struct tm tm;
    char out[32];
    localtime_r(&t, &tm);
    strftime(out, sizeof(out), "%Y-%m-%d %H:%M:%S", &tm);
    text_put(text, out);
}

static void put_reload(const struct stats_cursor *c, struct text *text,
                       const struct process_facts *process)
{
    const char *digest = c->snapshot->config->digest;
    open_fact(text, "Configuration");
    text_printf(text, "load %u, ", c->snapshot->number);
    put_time(text, process->reload.in_use_us);
    if (digest != NULL) {
        text_put(text, " <code title=\"SHA-256 ");
        text_html(text, digest);
        text_put(text, "\">");
        char start[13];
        snprintf(start, sizeof(start), "%s", digest);
        text_html(text, start);
        text_put(text, "</code>");
    }
    close_fact(text);
}

/* The certificate that ends first, with a warning two weeks before. */
static void put_certificate(const struct stats_cursor *c, struct text *text)
{
    struct certificate_walk walk = {0};
    const struct tls_certificate_info *info;
    const struct bind *bind;
    char name[256] = "";
    time_t end = 0;
    while ((info = certificate_next(c->snapshot, &walk, &bind)) != NULL) {
        if (name[0] != '\0' && info->not_after >= end)
            continue;
        snprintf(name, sizeof(name), "%s", info->name_count > 0 ? info->names[0] : info->file);
        end = info->not_after;
    }
    if (name[0] == '\0')
        return;
    int64_t days = ((int64_t)end - c->wall_us / 1000000) / 86400;
    open_fact(text, "Next certificate to expire");
    text_printf(text, "<span class=%s>", days < EXPIRY_WARNING_DAYS ? "red" : "fine");
    text_html(text, name);
    text_printf(text, ", %lld day%s</span>", (long long)days, days == 1 ? "" : "s");
    close_fact(text);
}

static void put_facts(const struct stats_cursor *c, struct text *text, const struct summary *sum,
                      const struct process_facts *process)
{
    text_put(text, "<dl class=facts>");
    open_fact(text, "Up for");
    text_duration(text, (uint64_t)((c->wall_us - process->start_wall_us) / 1000000));
    close_fact(text);
    open_fact(text, "Process");
    text_printf(text, "pid %u, %u thread%s", (unsigned)getpid(), process->threads,
                process->threads == 1 ? "" : "s");
    close_fact(text);
    open_fact(text, "Connections");
    text_printf(text, "%u of ", sum->sessions);
    text_short(text, process->maxconn);
    close_fact(text);
    open_fact(text, "Rate");
    text_short(text, sum->request_rate);
    text_put(text, " requests/s, ");
    text_short(text, sum->session_rate);
    text_put(text, " sessions/s");
    close_fact(text);
    put_reload(c, text, process);
    put_certificate(c, text);
    open_fact(text, "Log lines lost");
    text_short(text, log_dropped());
    close_fact(text);
    text_put(text, "</dl>");
}

static void put_notes(const struct stats_cursor *c, struct text *text,
                      const struct process_facts *process)
{
    if (c->query.result != STATS_NO_RESULT)
        text_printf(text, "<p class=\"note %s\" role=status>%s</p>",
                    results[c->query.result].class_name, results[c->query.result].text);
    if (!process->reload.ok && process->reload.failed > 0) {
        text_put(text, "<p class=\"note bad\" role=alert><b>The last reload failed, ");
        put_time(text, process->reload.wall_us);
        text_put(text, ".</b> The configuration before it is in use.<br><code>");
        text_html(text, process->reload.message);
        text_put(text, "</code></p>");
    }
    if (process->stopping)
        text_put(text, "<p class=\"note warn\">This process is leaving: it ends with its last "
                       "session.</p>");
}

/* A link to this page with one of its words turned over. */
static void put_link(const struct stats_cursor *c, struct text *text, const char *words,
                     const char *label)
{
    text_put(text, "<a href=\"");
    text_html(text, c->conf->uri);
    text_put(text, words);
    if (c->query.scope[0] != '\0') {
        text_put(text, ";scope=");
        text_html(text, c->query.scope);
    }
    text_printf(text, "\">%s</a>", label);
}

static void put_links(const struct stats_cursor *c, struct text *text)
{
    const bool up = c->query.hide_down, still = c->query.no_refresh;
    text_put(text, "<nav>");
    put_link(c, text, still ? ";norefresh" : "", "Refresh");
    if (c->conf->refresh_s > 0)
        put_link(c, text, up ? (still ? ";up" : ";up;norefresh") : (still ? "" : ";norefresh"),
                 still ? "Refresh by itself" : "Stop refreshing");
    put_link(c, text, up ? (still ? ";norefresh" : "") : (still ? ";up;norefresh" : ";up"),
             up ? "Show all servers" : "Hide what is down");
    put_link(c, text, ";csv;norefresh", "CSV");
    put_link(c, text, ";json;norefresh", "JSON");
    text_put(text, "</nav>");
}

void html_banner(const struct stats_cursor *c, struct text *text)
{
    struct process_facts process;
    struct summary sum = summarize(c);
    process_read(c->snapshot, &process);

    text_put(text, "<header><div class=top><h1>weir");
    if (!c->conf->hide_version)
        text_put(text, " <small>" WEIR_VERSION "</small>");
    if (c->conf->show_node && c->conf->node != NULL) {
        text_put(text, " <small>on ");
        text_html(text, c->conf->node);
        text_put(text, "</small>");
    }
    text_put(text, "</h1><div class=chips>");
    put_chip(text, "up", sum.servers[STATE_UP], "up");
    put_chip(text, "down", sum.servers[STATE_DOWN], "down");
    put_chip(text, "drain", sum.servers[STATE_DRAIN], "draining");
    put_chip(text, "maint", sum.servers[STATE_MAINT], "in maintenance");
    text_put(text, "</div></div>");
    if (c->conf->show_desc && c->conf->desc != NULL) {
        text_put(text, "<p>");
        text_html(text, c->conf->desc);
        text_put(text, "</p>");
    }
    put_facts(c, text, &sum, &process);
    put_links(c, text);
    text_put(text, "</header>");
    put_notes(c, text, &process);
    text_put(text, "<main>");
}

static void put_head(const struct stats_cursor *c, struct text *text)
{
    text_put(text, "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>"
                   "<meta name=viewport content=\"width=device-width,initial-scale=1\">"
                   "<meta name=color-scheme content=\"light dark\"><title>weir");
    if (c->conf->show_node && c->conf->node != NULL) {
        text_put(text, " on ");
        text_html(text, c->conf->node);
    }
    text_put(text, "</title><link rel=icon href=\"data:,\"><style>");
    text_put(text, html_style);
    text_put(text, "</style></head><body>\n");
}

enum { PHASE_HEAD, PHASE_BANNER, PHASE_ROWS, PHASE_DONE };

static bool write_piece(struct stats_cursor *c, struct text *text)
{
    enum stats_step step;
    struct stats_subject subject;
    switch (c->phase) {
    case PHASE_HEAD:
        put_head(c, text);
        c->phase = PHASE_BANNER;
        return true;
    case PHASE_BANNER:
        html_banner(c, text);
        c->phase = PHASE_ROWS;
        return true;
    case PHASE_ROWS:
        if (stats_walk_next(c, &step, &subject)) {
            html_row(c, text, step, &subject);
            return true;
        }
        text_put(text, "</main><footer>");
        put_time(text, c->wall_us);
        text_put(text, "</footer></body></html>\n");
        c->phase = PHASE_DONE;
        return true;
    default:
        return false;
    }
}

const struct stats_format stats_html = {.content_type = "text/html; charset=utf-8",
                                        .piece = write_piece};
