/* SPDX-License-Identifier: Apache-2.0 */
/* A site to tell of; see site.h. */
#include "test/proxy/admin/site.h"

#include "proxy/state/build.h"
#include "proxy/state/health_status.h"
#include "proxy/state/proxy_state.h"
#include "proxy/state/server_state.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WEB, APP, DB, EVIL, STATS, PROXIES, APP_SERVERS = 6, EXTRA_MAX = 10000, TRAFFIC = 500 };

static struct conf_server app_servers[APP_SERVERS + EXTRA_MAX], db_servers[2], evil_servers[1];
static char extra_names[EXTRA_MAX][24];
static struct conf_proxy proxies[PROXIES];
static struct config config;
static struct loop loop;

static void set_server(struct conf_server *server, const char *name, unsigned number, bool checked)
{
    struct sockaddr_in *in = (struct sockaddr_in *)&server->addr.sa;
    *server = (struct conf_server){.name = name, .id = number, .weight = 1};
    in->sin_family = AF_INET;
    in->sin_port = htons((uint16_t)(8000 + number % 1000));
    in->sin_addr.s_addr = htonl(0x0a000001 + number);
    server->addr.sa_len = sizeof(*in);
    server->addr.text = "10.0.0.1";
    server->addr.port = (uint16_t)(8000 + number % 1000);
    server->pool_max_conn = UINT32_MAX;
    server->check = (struct conf_server_check){.enabled = checked, .rise = 2, .fall = 3};
}

struct conf_stats *site_stats(void)
{
    return &proxies[STATS].stats;
}

static void make_config(unsigned extra)
{
    static const char *const names[APP_SERVERS] = {"web-1", "web-2", "web-3",
                                                   "web-4", "web-5", "spare-in-the-other-cellar"};
    for (unsigned i = 0; i < APP_SERVERS; i++)
        set_server(&app_servers[i], names[i], i + 1, i != 5);
    app_servers[0].maxconn = 200;
    app_servers[5].backup = true;
    app_servers[3].disabled = true;
    for (unsigned i = 0; i < extra; i++) {
        snprintf(extra_names[i], sizeof(extra_names[i]), "extra-%u", i);
        set_server(&app_servers[APP_SERVERS + i], extra_names[i], APP_SERVERS + i + 1, true);
    }
    set_server(&db_servers[0], "mariadb-1", 1, true);
    set_server(&db_servers[1], "mariadb-2", 2, true);
    set_server(&evil_servers[0], "<script>alert(1)</script>", 1, false);

    proxies[WEB] = (struct conf_proxy){.name = "www",
                                       .caps = CONF_FRONTEND,
                                       .mode = CONF_MODE_HTTP,
                                       .id = 2,
                                       .maxconn = 10000,
                                       .description = "shop & blog"};
    proxies[APP] = (struct conf_proxy){.name = "app",
                                       .caps = CONF_BACKEND,
                                       .mode = CONF_MODE_HTTP,
                                       .id = 3,
                                       .balance.name = "roundrobin",
                                       .fullconn = 1000,
                                       .servers = app_servers,
                                       .server_count = APP_SERVERS + extra};
    proxies[DB] = (struct conf_proxy){.name = "database",
                                      .caps = CONF_LISTEN,
                                      .mode = CONF_MODE_TCP,
                                      .id = 4,
                                      .balance.name = "leastconn",
                                      .maxconn = 2000,
                                      .servers = db_servers,
                                      .server_count = 2};
    proxies[EVIL] = (struct conf_proxy){.name = "a\"b<i>&c,d\\e",
                                        .caps = CONF_BACKEND,
                                        .mode = CONF_MODE_HTTP,
                                        .id = 5,
                                        .balance.name = "roundrobin",
                                        .servers = evil_servers,
                                        .server_count = 1,
                                        .description = "</h2><img src=x onerror=alert(2)>"};
    proxies[STATS] = (struct conf_proxy){
        .name = "stats", .caps = CONF_LISTEN, .id = 6, .maxconn = 100, .mode = CONF_MODE_HTTP};
    proxies[STATS].stats = (struct conf_stats){.enabled = true,
                                               .uri = "/stats",
                                               .refresh_s = 10,
                                               .show_node = true,
                                               .node = "balance-1.example.net",
                                               .admin = true};
    config = (struct config){.global.maxconn = 10000,
                             .proxies = proxies,
                             .proxy_count = PROXIES,
                             .digest = "3f786850e387550fdab836ed7e6dc881de23001b"};
}

static void report(struct server *server, enum health_status status, int code, const char *info,
                   unsigned times)
{
    struct check_result check = {.status = status, .code = code, .duration_ms = 3};
    snprintf(check.info, sizeof(check.info), "%s", info);
    while (times-- > 0)
        server_report_check(server, &check, &loop);
}

static void pass_traffic(struct counter_set *set, unsigned thread, unsigned streams, unsigned slow)
{
    struct counters *cells = &set->threads[thread];
    set->picks += streams;
    counters_add(cells, COUNTER_SESSIONS, streams);
    counters_add(cells, COUNTER_CONNECTIONS, streams);
    counters_add(cells, COUNTER_REQUESTS, streams);
    counters_add(cells, COUNTER_BYTES_IN, streams * 812ULL);
    counters_add(cells, COUNTER_BYTES_OUT, streams * 48211ULL);
    counters_add(cells, COUNTER_RESP_2XX, streams - streams / 20);
    counters_add(cells, COUNTER_RESP_4XX, streams / 20 - streams / 100);
    counters_add(cells, COUNTER_RESP_5XX, streams / 100);
    for (unsigned i = 0; i < TRAFFIC; i++) {
        counters_time(cells, TIME_CONNECT, 100 + i);
        counters_time(cells, TIME_RESPONSE, 1000 + i * slow);
        counters_time(cells, TIME_TOTAL, 1500 + i * slow);
    }
}

struct server *site_server(const struct snapshot *snapshot, const char *proxy, const char *server)
{
    return proxy_find_server(snapshot_find(snapshot, proxy), server);
}

static void live(struct snapshot *snapshot)
{
    static const struct {
        const char *name;
        unsigned streams;
    } traffic[] = {{"web-1", 1234567}, {"web-2", 1234566}, {"web-3", 4000}, {"web-5", 900}};
    for (size_t i = 0; i < sizeof(traffic) / sizeof(traffic[0]); i++) {
        struct server *server = site_server(snapshot, "app", traffic[i].name);
        pass_traffic(server->counters, 0, traffic[i].streams, 40 + 400 * (unsigned)i);
    }
    pass_traffic(snapshot->proxies[WEB].state->frontend.counters, 1, 2474033, 60);
    pass_traffic(snapshot->proxies[APP].state->backend.counters, 1, 2474033, 60);
    snapshot->proxies[WEB].state->frontend.sessions = 231;
    counters_add(frontend_counters(&snapshot->proxies[WEB].state->frontend, 1), COUNTER_FAILED_REQ,
                 17);

    report(site_server(snapshot, "app", "web-1"), HEALTH_L7_OK, 200, "", 3);
    report(site_server(snapshot, "app", "web-2"), HEALTH_L7_OK, 200, "", 2);
    report(site_server(snapshot, "app", "web-2"), HEALTH_L7_STATUS, 503, "Service Unavailable", 1);
    report(site_server(snapshot, "app", "web-3"), HEALTH_L4_CONNECT, 0,
           "Connection refused <b>here</b>", 4);
    counters_add(server_counters(site_server(snapshot, "app", "web-3"), 0), COUNTER_FAILED_CONN,
                 12);
    counters_add(server_counters(site_server(snapshot, "app", "web-3"), 0), COUNTER_REDISPATCHES,
                 12);
    report(site_server(snapshot, "app", "web-5"), HEALTH_L7_OK, 200, "", 3);
    server_set_admin(site_server(snapshot, "app", "web-5"), SERVER_DRAIN, &loop);
    report(site_server(snapshot, "database", "mariadb-1"), HEALTH_L4_OK, 0, "", 3);
    report(site_server(snapshot, "database", "mariadb-2"), HEALTH_L4_TIMEOUT, 0, " at step 1", 4);
}

static void keep_config(struct config *unused)
{
    (void)unused;
}

struct snapshot *site_open(unsigned extra)
{
    struct state_error error = {""};
    struct state_build_options options = {.threads = SITE_THREADS, .free_config = keep_config};
    if (loop_init(&loop, SITE_THREADS) != 0)
        abort();
    make_config(extra);
    struct snapshot *snapshot = state_build(&config, NULL, &options, &error);
    if (snapshot == NULL) {
        fprintf(stderr, "%s\n", error.text);
        abort();
    }
    snapshot->number = 3;
    state_commit(snapshot, NULL, &loop);
    live(snapshot);
    return snapshot;
}

void site_close(struct snapshot *snapshot)
{
    snapshot_free(snapshot);
    loop_destroy(&loop);
}

char *site_document(const struct snapshot *snapshot, const struct stats_query *query, size_t step)
{
    struct stats_query asked = *query;
    asked.may_admin = site_stats()->admin;
    struct stats_cursor *cursor = stats_cursor_new(snapshot, site_stats(), &asked, &loop);
    size_t len = 0, part, size = 1 << 16;
    char *text = malloc(size);
    while ((part = stats_cursor_next(cursor, text + len, step)) > 0) {
        len += part;
        if (size - len <= step) {
            size *= 2;
            text = realloc(text, size);
        }
    }
    text[len] = '\0';
    stats_cursor_free(cursor);
    return text;
}
