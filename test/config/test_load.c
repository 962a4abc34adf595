/* SPDX-License-Identifier: Apache-2.0 */
/* Good texts: what ends up in the model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "config/keyword.h"
#include "config/line.h"
#include "test/config/memory_source.h"

#define TIMEOUTS "defaults = { timeout = { connect = 1000; client = 1000; server = 1000; }; };\n"

/* Loads a text that must be free of errors. */
static struct config *must_load(const char *text)
{
    struct conf_report report;
    conf_report_init(&report);
    struct config *config = load_text(text, &report);
    if (config == NULL)
        conf_report_print(stderr, &report, CONF_NOTE);
    assert_non_null(config);
    conf_report_clear(&report);
    return config;
}

static size_t warnings_of(const char *text)
{
    struct conf_report report;
    conf_report_init(&report);
    config_free(load_text(text, &report));
    size_t warnings = report.warnings;
    conf_report_clear(&report);
    return warnings;
}

static void defaults_without_a_word_are_haproxys(void **state)
{
    (void)state;
    struct config *config = must_load("listens = ( { name = \"l\"; binds = [\"*:80\"]; servers = ("
                                      "{ name = \"a\"; address = \"10.0.0.1:80\"; } ); } );");
    const struct conf_global *g = &config->global;
    const struct conf_proxy *p = &config->proxies[0];
    const struct conf_server *s = &p->servers[0];
    assert_int_equal(g->nbthread, 3);
    assert_int_equal(g->bufsize, 16384);
    assert_int_equal(g->maxrewrite, 1024);
    assert_int_equal(g->http_maxhdr, 101);
    assert_int_equal(g->ssl_lifetime_s, 300);
    assert_int_equal(g->uid, (uid_t)-1);
    assert_string_equal(g->log_tag, "tag");
    assert_int_equal(p->caps, CONF_LISTEN);
    assert_int_equal(p->id, 1);
    assert_int_equal(p->mode, CONF_MODE_HTTP);
    assert_string_equal(p->balance.name, "roundrobin");
    assert_int_equal(p->retries, 3);
    assert_int_equal(p->redispatch, 0);
    assert_int_equal(p->reuse, CONF_REUSE_SAFE);
    assert_int_equal(p->timeout.connect_ms, 5000);
    assert_int_equal(p->timeout.client_ms, 60000);
    assert_int_equal(p->timeout.server_ms, 60000);
    assert_int_equal(p->check.kind, CONF_CHECK_TCP);
    assert_string_equal(p->check.method, "OPTIONS");
    assert_false(p->forwardfor.enabled);
    assert_false(p->stats.enabled);
    assert_string_equal(p->stats.uri, "/haproxy?stats");
    assert_int_equal(s->weight, 1);
    assert_int_equal(s->id, 1);
    assert_int_equal(s->check.inter_ms, 2000);
    assert_int_equal(s->check.rise, 2);
    assert_int_equal(s->check.fall, 3);
    assert_int_equal(s->pool_max_conn, UINT_MAX);
    assert_int_equal(s->pool_purge_ms, 5000);
    assert_int_equal(s->tls.verify, CONF_VERIFY_REQUIRED);
    assert_true(s->tls.tickets);
    assert_true(p->binds[0].tls.tickets);
    assert_ptr_equal(p->default_backend, p);
    config_free(config);
}

static void proxies_begin_with_the_defaults_before_them(void **state)
{
    (void)state;
    struct config *config = must_load(
        "defaults = ( { name = \"base\"; retries = 7; logs = [\"stdout\"]; option_forwardfor = "
        "true; },\n"
        "             { retries = 5; default_server = { weight = 9; }; } );\n"
        "listens = ( { name = \"one\"; servers = ( { name = \"a\"; address = \"10.0.0.1:1\"; } ); "
        "},\n"
        "  { name = \"two\"; from = \"base\"; logs = [\"stderr\"]; },\n"
        "  { name = \"three\"; from = \"base\"; option_forwardfor = false; logs = false; },\n"
        "  { name = \"four\"; from = \"base\"; } );\n");
    const struct conf_proxy *p = config->proxies;
    assert_int_equal(p[0].retries, 5);
    assert_int_equal(p[0].servers[0].weight, 9);
    assert_false(p[0].forwardfor.enabled);
    assert_int_equal(p[1].retries, 7);
    assert_true(p[1].forwardfor.enabled);
    assert_int_equal(p[1].log_count, 2);
    assert_int_equal(p[1].logs[1].kind, CONF_LOG_FD);
    assert_int_equal(p[1].logs[1].addr.fd, 2);
    assert_false(p[2].forwardfor.enabled);
    assert_int_equal(p[2].log_count, 0);
    assert_int_equal(p[3].log_count, 1);
    assert_int_equal(p[3].logs[0].kind, CONF_LOG_FD);
    assert_int_equal(p[3].logs[0].addr.fd, 1);
    config_free(config);
}

static void default_server_reaches_all_servers_and_can_be_undone(void **state)
{
    (void)state;
    struct config *config = must_load(
        "backends = ( { name = \"b\"; servers = ( { name = \"a\"; address = \"10.0.0.1:1\"; },\n"
        "   { name = \"c\"; address = \"10.0.0.2:1\"; no_check = true; ssl = false; enabled = "
        "true; } );\n"
        "  default_server = { check = true; ssl = true; verify = \"none\"; disabled = true; inter "
        "= \"1s\"; }; } "
        ");\n");
    const struct conf_server *s = config->proxies[0].servers;
    assert_true(s[0].check.enabled && s[0].check.tls && s[0].tls.enabled && s[0].disabled);
    assert_int_equal(s[0].check.inter_ms, 1000);
    assert_false(s[1].check.enabled || s[1].check.tls || s[1].tls.enabled || s[1].disabled);
    config_free(config);
}

static void binds_take_every_form_of_address(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int family;
        unsigned port, count;
        const char *shown; /* address or path */
    } cases[] = {
        {"*:443", AF_INET, 443, 1, "0.0.0.0"},
        {":80", AF_INET, 80, 1, "0.0.0.0"},
        {"10.1.2.3:80", AF_INET, 80, 1, "10.1.2.3"},
        {"ipv4@*:80", AF_INET, 80, 1, "0.0.0.0"},
        {"ipv6@:80", AF_INET6, 80, 1, "::"},
        {":::80", AF_INET6, 80, 1, "::"},
        {"[::1]:80", AF_INET6, 80, 1, "::1"},
        {"::1:80", AF_INET6, 80, 1, "::1"},
        {"app.test:80", AF_INET, 80, 1, "10.9.8.7"},
        {"ipv6@six.test:80", AF_INET6, 80, 1, "2001:db8::7"},
        {"10.1.2.3:80-83", AF_INET, 80, 4, "10.1.2.3"},
        {"10.1.2.3:80,10.1.2.3:90-91", AF_INET, 80, 3, "10.1.2.3"},
        {"/run/a.sock", AF_UNIX, 0, 1, "/run/a.sock"},
        {"unix@/run/a.sock", AF_UNIX, 0, 1, "/run/a.sock"},
        {"abns@x", AF_UNIX, 0, 1, ""},
        {"fd@5", AF_UNSPEC, 0, 1, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256], shown[128] = "";
        snprintf(text, sizeof text, TIMEOUTS "frontends = ( { name = \"f\"; binds = [\"%s\"]; } );",
                 cases[i].text);
        struct config *config = must_load(text);
        const struct conf_proxy *p = &config->proxies[0];
        const struct conf_addr *addr = &p->binds[0].addr;
        print_message("%s\n", cases[i].text);
        assert_int_equal(p->bind_count, cases[i].count);
        assert_int_equal(addr->sa.ss_family, cases[i].family);
        assert_int_equal(addr->port, cases[i].port);
        assert_null(addr->host);
        if (cases[i].family == AF_INET)
            inet_ntop(AF_INET, &((const struct sockaddr_in *)&addr->sa)->sin_addr, shown,
                      sizeof shown);
        else if (cases[i].family == AF_INET6)
            inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)&addr->sa)->sin6_addr, shown,
                      sizeof shown);
        else if (cases[i].family == AF_UNIX)
            snprintf(shown, sizeof shown, "%s", ((const struct sockaddr_un *)&addr->sa)->sun_path);
        assert_string_equal(shown, cases[i].shown);
        config_free(config);
    }
}

static void a_range_of_ports_is_a_bind_for_each(void **state)
{
    (void)state;
    struct config *config =
        must_load(TIMEOUTS "frontends = ( { name = \"f\"; binds = ("
                           "{ address = \"10.0.0.1:80-82\"; maxconn = 5; } ); } );");
    const struct conf_proxy *p = &config->proxies[0];
    assert_int_equal(p->bind_count, 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(p->binds[i].addr.port, 80 + i);
        assert_int_equal(ntohs(((struct sockaddr_in *)&p->binds[i].addr.sa)->sin_port), 80 + i);
        assert_int_equal(p->binds[i].maxconn, 5);
        assert_int_equal(p->binds[i].addr.fd, -1);
    }
    assert_string_equal(p->binds[2].addr.text, "10.0.0.1:82");
    config_free(config);
}

static void global_tls_settings_are_what_binds_and_servers_begin_with(void **state)
{
    (void)state;
    struct config *config = must_load(
        "listens = ( { name = \"l\"; binds = ("
        "  { address = \"*:1\"; ssl = true; crt = [\"a.pem\", \"/b.pem\"]; ca_file = \"ca.pem\"; },"
        "  { address = \"*:2\"; ssl = true; crt = \"a.pem\"; ciphers = \"X\"; no_tlsv12 = true; } "
        ");"
        "  servers = ( { name = \"a\"; address = \"10.0.0.1:1\"; ssl = true; sni = \"str(a.b)\"; },"
        "   { name = \"b\"; address = \"10.0.0.1:2\"; verify = \"required\"; ca_file = "
        "\"@system-ca\"; } ); } );"
        "global = { crt_base = \"/certs\"; ca_base = \"/cas\"; ssl_default_bind_ciphers = \"G\";"
        "  ssl_default_bind_options = { ssl_min_ver = \"TLSv1.1\"; no_tls_tickets = true; };"
        "  ssl_default_server_ciphers = \"S\"; ssl_server_verify = \"none\"; };");
    const struct conf_bind *b = config->proxies[0].binds;
    const struct conf_server *s = config->proxies[0].servers;
    assert_string_equal(b[0].tls.ciphers, "G");
    assert_int_equal(b[0].tls.min_version, CONF_TLS_11);
    assert_false(b[0].tls.tickets);
    assert_string_equal(b[0].tls.crt.items[0], "/certs/a.pem");
    assert_string_equal(b[0].tls.crt.items[1], "/b.pem");
    assert_int_equal(b[0].tls.crts[1].place.column, b[0].tls.crts[0].place.column + 9);
    assert_null(b[0].tls.crt.items[2]);
    assert_string_equal(b[0].tls.ca_file, "/cas/ca.pem");
    assert_string_equal(b[1].tls.ciphers, "X");
    assert_int_equal(b[1].tls.min_version, CONF_TLS_13);
    assert_string_equal(s[0].tls.ciphers, "S");
    assert_string_equal(s[0].tls.sni, "a.b");
    assert_int_equal(s[0].tls.verify, CONF_VERIFY_NONE);
    assert_int_equal(s[1].tls.verify, CONF_VERIFY_REQUIRED);
    assert_string_equal(s[1].tls.ca_file, "@system-ca");
    config_free(config);
}

static void log_global_stands_for_the_global_targets(void **state)
{
    (void)state;
    struct config *config = must_load(
        "global = { logs = ( { address = \"127.0.0.1\"; facility = \"local3\"; level = \"notice\"; "
        "},"
        "                    { address = \"/dev/log\"; format = \"rfc5424\"; len = 2000; } );"
        "  log_send_hostname = \"me\"; };"
        "listens = ( { name = \"l\"; logs = ( \"global\", { address = \"[::1]:1514\"; } ); } );");
    const struct conf_proxy *p = &config->proxies[0];
    assert_int_equal(config->global.log_count, 2);
    assert_int_equal(p->log_count, 3);
    assert_int_equal(p->logs[0].kind, CONF_LOG_UDP);
    assert_int_equal(p->logs[0].addr.port, 514);
    assert_int_equal(p->logs[0].facility, 19);
    assert_int_equal(p->logs[0].level, 5);
    assert_int_equal(p->logs[0].min_level, 0);
    assert_int_equal(p->logs[0].max_len, 1024);
    assert_int_equal(p->logs[1].kind, CONF_LOG_UNIX);
    assert_int_equal(p->logs[1].wire, CONF_LOG_RFC5424);
    assert_int_equal(p->logs[1].max_len, 2000);
    assert_int_equal(p->logs[2].addr.port, 1514);
    assert_int_equal(p->logs[2].wire, CONF_LOG_USUAL);
    config_free(config);
}

static void answers_statistics_and_error_files_are_read(void **state)
{
    (void)state;
    struct config *config = must_load(
        "frontends = ( { name = \"f\"; http_request = ("
        "   { path = \"/a\"; return = { status = 404; content_type = \"text/plain\"; string = "
        "\"x\"; }; },"
        "   { path = \"/m\"; use_service = \"prometheus-exporter\"; }, { path = \"/d\"; deny = "
        "true; },"
        "   { return = { file = \"/body.txt\"; }; } );"
        " stats = { uri = \"/s\"; auth = [\"a:b,c\", \"d:e\"]; refresh = \"90s\"; admin = true;"
        "   hide_version = true; show_desc = \"mine\"; };"
        " errorfiles = ( { status = 503; file = \"/page.http\"; }, { status = \"503\"; file = "
        "\"/page.http\"; } );"
        "} );");
    const struct conf_proxy *p = &config->proxies[0];
    assert_int_equal(p->lines.count, 5);
    assert_int_equal(p->lines.items[0].word_count, 12);
    assert_string_equal(p->lines.items[0].words[5].text, "string");
    assert_string_equal(p->lines.items[0].words[10].text, "/a");
    assert_string_equal(p->lines.items[1].words[0].text, "use-service");
    assert_int_equal(p->lines.items[2].word_count, 6);
    assert_string_equal(p->lines.items[3].words[4].text, "/body.txt");
    assert_string_equal(p->lines.items[4].keyword, "stats admin");
    assert_string_equal(p->lines.items[4].words[1].text, "TRUE");
    assert_true(p->stats.enabled && p->stats.admin && p->stats.hide_version && p->stats.show_desc);
    assert_string_equal(p->stats.uri, "/s");
    assert_string_equal(p->stats.auth.items[0], "a:b,c");
    assert_int_equal(p->stats.auth.count, 2);
    assert_int_equal(p->stats.refresh_s, 90);
    assert_string_equal(p->stats.desc, "mine");
    assert_int_equal(p->error_file_count, 1);
    assert_int_equal(p->error_files[0].status, 503);
    assert_memory_equal(p->error_files[0].bytes, "HTTP/1.0 503", 12);
    assert_int_equal(config->files.count, 3);
    assert_string_equal(config->files.items[0], "weir.conf");
    assert_string_equal(config->files.items[1], "/page.http");
    assert_null(config->files.items[3]);
    config_free(config);
}

static void probes_know_where_to_go(void **state)
{
    (void)state;
    struct config *config = must_load(
        "backends = ( { name = \"b\"; option_httpchk = { method = \"HEAD\"; uri = \"/x\"; };"
        " http_check = { expect = { status = \"200,301-302\"; }; }; servers = ("
        "  { name = \"a\"; address = \"10.0.0.1:443\"; ssl = true; port = 80; },"
        "  { name = \"b\"; address = \"10.0.0.1:443\"; ssl = true; addr = \"10.0.0.9\"; check_ssl "
        "= true; },"
        "  { name = \"c\"; address = \"10.0.0.1:443\"; ssl = true; addr = \"10.0.0.9:81\"; "
        "check_sni = \"n\"; },"
        "  { name = \"d\"; address = \"10.0.0.1:443\"; ssl = true; } ); } );"
        "global = { ssl_server_verify = \"none\"; };");
    const struct conf_proxy *p = &config->proxies[0];
    const struct conf_server *s = p->servers;
    assert_int_equal(p->check.kind, CONF_CHECK_HTTP);
    assert_string_equal(p->check.method, "HEAD");
    assert_string_equal(p->check.uri, "/x");
    assert_string_equal(p->check.version, "HTTP/1.0");
    assert_int_equal(p->check.script.count, 3);
    const struct conf_status_set *statuses = &p->check.script.steps[2].expect.statuses;
    assert_true(statuses->bits[(200 - 100) / 64] >> (200 - 100) % 64 & 1);
    assert_true(statuses->bits[(302 - 100) / 64] >> (302 - 100) % 64 & 1);
    assert_false(statuses->bits[(303 - 100) / 64] >> (303 - 100) % 64 & 1);
    assert_int_equal(s[0].check.port, 80);
    assert_false(s[0].check.tls);
    assert_int_equal(s[1].check.addr.port, 443);
    assert_true(s[1].check.tls);
    assert_int_equal(s[2].check.port, 81);
    assert_false(s[2].check.tls);
    assert_true(s[3].check.tls);
    assert_null(s[3].check.addr.text);
    config_free(config);
}

static void names_become_pointers_and_numbers(void **state)
{
    (void)state;
    struct config *config = must_load(
        TIMEOUTS
        "global = { maxconn = 1000; user = \"web\"; group = \"web\"; };"
        "frontends = ( { name = \"same\"; default_backend = \"same\"; id = 3; }, { name = \"f\"; "
        "default_backend = \"l\"; maxconn = 50; } );"
        "backends = ( { name = \"same\"; servers = ( { name = \"x\"; address = \"10.0.0.1:1\"; id "
        "= 1; },"
        "  { name = \"y\"; address = \"10.0.0.1:2\"; } ); } );"
        "listens = ( { name = \"l\"; servers = ( { name = \"x\"; address = \"10.0.0.1:1\"; } ); } "
        ");");
    const struct conf_proxy *p = config->proxies;
    assert_ptr_equal(p[0].default_backend, &p[2]);
    assert_ptr_equal(p[1].default_backend, &p[3]);
    assert_ptr_equal(p[3].default_backend, &p[3]);
    assert_int_equal(p[0].id, 3);
    assert_int_equal(p[1].id, 1);
    assert_int_equal(p[2].id, 2);
    assert_int_equal(p[2].servers[1].id, 2);
    assert_int_equal(p[0].maxconn, 1000);
    assert_int_equal(p[1].maxconn, 50);
    assert_int_equal(config->global.uid, 33);
    assert_string_equal(config->global.user, "web");
    config_free(config);
}

static void the_opposite_of_an_option_undoes_it(void **state)
{
    (void)state;
    struct config *config = must_load(
        "defaults = { option_httpclose = true; option_httpchk = \"/x\"; option_httplog = true;"
        " option_redispatch = 2; option_forwarded_proto = \"X-Proto\"; };"
        "listens = ( { name = \"a\"; option_http_keep_alive = true; option_httpchk = false;"
        "  option_httplog = false; option_redispatch = false; option_forwarded_proto = false; },"
        " { name = \"b\"; },"
        " { name = \"c\"; option_tcplog = true; option_httplog = false; option_httpslog = false; },"
        " { name = \"d\"; option_httplog = false; option_tcplog = true; },"
        " { name = \"e\"; option_tcplog = true; option_httplog = true; } );");
    const struct conf_proxy *p = config->proxies;
    assert_int_equal(p[2].log_format, CONF_LOG_TCP);
    assert_int_equal(p[3].log_format, CONF_LOG_TCP);
    assert_int_equal(p[4].log_format, CONF_LOG_HTTP);
    assert_false(p[0].http_close);
    assert_int_equal(p[0].check.kind, CONF_CHECK_TCP);
    assert_int_equal(p[0].log_format, CONF_LOG_DEFAULT);
    assert_int_equal(p[0].redispatch, 0);
    assert_int_equal(p[0].lines.count, 0);
    assert_true(p[1].http_close);
    assert_string_equal(p[1].check.uri, "/x");
    assert_int_equal(p[1].log_format, CONF_LOG_HTTP);
    assert_int_equal(p[1].redispatch, 2);
    assert_int_equal(p[1].lines.count, 1);
    assert_string_equal(p[1].lines.items[0].words[1].text, "X-Proto");
    config_free(config);
}

static void a_folder_is_its_config_files_in_order_and_files_add_up(void **state)
{
    (void)state;
    const struct memory_file files[] = {
        {"first.conf", "global = { maxconn = 5; nbthread = 2; }; defaults = { retries = 9; };", 0},
        {"d/20.conf", "backends = ( { name = \"b\"; } );", 0},
        {"d/10.cfg", "backends = ( { name = \"a\"; } ); global = { maxconn = 7; };", 0},
        {"d/.hidden.conf", "x", 0},
        {"d/notes.txt", "x", 0},
        {NULL, NULL, 0}};
    const char *const paths[] = {"first.conf", "d"};
    struct conf_source source = memory_source(files);
    struct conf_input input = {.paths = paths, .path_count = 2, .source = &source, .maxconn = 0};
    struct conf_report report;
    conf_report_init(&report);
    struct config *config = config_load(&input, &report);
    assert_non_null(config);
    assert_int_equal(config->proxy_count, 2);
    assert_string_equal(config->proxies[0].name, "a");
    assert_string_equal(config->proxies[1].name, "b");
    assert_int_equal(config->proxies[1].retries, 9);
    assert_int_equal(config->global.maxconn, 7);
    assert_int_equal(config->global.nbthread, 2);
    conf_report_clear(&report); /* places are the configuration's own */
    assert_string_equal(config->proxies[1].place.file, "d/20.conf");
    config_free(config);
}

/* What a room above config/ does: rows of its own in a table of its own. */
static void a_room_above_adds_a_table(void **state)
{
    (void)state;
    static const struct keyword rows[] = {
        {.name = "room-note",
         .kind = KW_STRING,
         .scopes = IN_BACKEND,
         .offset = offsetof(struct conf_proxy, description),
         .otherwise = "none",
         .doc = "A note."},
        {.name = NULL},
    };
    static const struct keyword_table table = {LEVEL_PROXY, rows, 0};
    const struct keyword_table *tables[64] = {NULL};
    size_t count = 0;
    for (; config_tables[count] != NULL && count < 62; count++)
        tables[count] = config_tables[count];
    tables[count] = &table;

    const struct memory_file files[] = {
        {"weir.conf", "backend = { name = \"b\"; room_note = \"hello\"; };", 0}, {NULL, NULL, 0}};
    const char *const paths[] = {"weir.conf"};
    struct conf_source source = memory_source(files);
    struct conf_input input = {
        .paths = paths, .path_count = 1, .source = &source, .tables = tables};
    struct conf_report report;
    conf_report_init(&report);
    struct config *config = config_load(&input, &report);
    assert_non_null(config);
    assert_string_equal(config->proxies[0].description, "hello");
    config_free(config);
    conf_report_clear(&report);
}

static void the_digest_follows_the_text(void **state)
{
    (void)state;
    struct config *a = must_load("defaults = { retries = 1; };");
    struct config *b = must_load("defaults = { retries = 2; };");
    struct config *c = must_load("defaults = { retries = 1; };");
    assert_int_equal(strlen(a->digest), 64);
    assert_string_not_equal(a->digest, b->digest);
    assert_string_equal(a->digest, c->digest);
    config_free(a);
    config_free(b);
    config_free(c);
}

static void comments_strings_and_odd_spacing_do_not_disturb_the_places(void **state)
{
    (void)state;
    struct config *config = must_load("/* { ( */ # \"x\n"
                                      "frontends:({name:\"a\" \"b\"//,\n"
                                      ",description=\"\\\"}\",\n"
                                      "  binds\n=\n(\"*:80\" ,  {address=\"*:81\"})});\r\n");
    const struct conf_proxy *p = &config->proxies[0];
    assert_string_equal(p->name, "ab");
    assert_string_equal(p->description, "\"}");
    assert_int_equal(p->place.line, 2);
    assert_int_equal(p->place.column, 18);
    assert_int_equal(p->binds[0].place.line, 6);
    assert_int_equal(p->binds[0].place.column, 2);
    assert_int_equal(p->binds[1].place.line, 6);
    assert_int_equal(p->binds[1].place.column, 21);
    config_free(config);
}

static void a_complete_text_has_no_warning(void **state)
{
    (void)state;
    assert_int_equal(warnings_of(TIMEOUTS
                                 "listens = ( { name = \"l\"; binds = [\"*:80\"]; servers = ("
                                 "{ name = \"a\"; address = \"10.0.0.1:80\"; } ); } );"),
                     0);
}

static void ten_thousand_servers_load(void **state)
{
    (void)state;
    enum { SERVERS = 10000 };
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    fputs(TIMEOUTS "backends = ( { name = \"b\"; servers = (\n", out);
    for (int i = 0; i < SERVERS; i++)
        fprintf(out, "%s{ name = \"s%d\"; address = \"10.0.%d.%d:80\"; check = true; }\n",
                i == 0 ? "" : ",", i, i / 256, i % 256);
    fputs("); } );", out);
    fclose(out);
    struct config *config = must_load(text);
    assert_int_equal(config->proxies[0].server_count, SERVERS);
    assert_string_equal(config->proxies[0].servers[SERVERS - 1].name, "s9999");
    assert_int_equal(config->proxies[0].servers[SERVERS - 1].id, SERVERS);
    config_free(config);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_without_a_word_are_haproxys),
        cmocka_unit_test(proxies_begin_with_the_defaults_before_them),
        cmocka_unit_test(default_server_reaches_all_servers_and_can_be_undone),
        cmocka_unit_test(binds_take_every_form_of_address),
        cmocka_unit_test(a_range_of_ports_is_a_bind_for_each),
        cmocka_unit_test(global_tls_settings_are_what_binds_and_servers_begin_with),
        cmocka_unit_test(log_global_stands_for_the_global_targets),
        cmocka_unit_test(answers_statistics_and_error_files_are_read),
        cmocka_unit_test(probes_know_where_to_go),
        cmocka_unit_test(names_become_pointers_and_numbers),
        cmocka_unit_test(the_opposite_of_an_option_undoes_it),
        cmocka_unit_test(a_folder_is_its_config_files_in_order_and_files_add_up),
        cmocka_unit_test(a_room_above_adds_a_table),
        cmocka_unit_test(the_digest_follows_the_text),
        cmocka_unit_test(comments_strings_and_odd_spacing_do_not_disturb_the_places),
        cmocka_unit_test(a_complete_text_has_no_warning),
        cmocka_unit_test(ten_thousand_servers_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
