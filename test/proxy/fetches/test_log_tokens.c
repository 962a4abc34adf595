/* SPDX-License-Identifier: Apache-2.0 */
/* Log formats and their tokens against what HAProxy 2.6.12 wrote for the same streams. */
#include "proxy/fetches/rows.h"

#include "config/load.h"
#include "proxy/http/stream.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/ruleset.h"
#include "proxy/rules/tables.h"
#include "test/config/memory_source.h"
#include "test/proxy/state/plain_record.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
static const struct rule_tables tables = {
    .fetches = (const struct fetch *const[]){process_fetches, conn_fetches, handshake_fetches,
                                             tls_fetches, request_fetches, message_fetches, NULL},
    .converters = (const struct converter *const[]){encode_converters, json_converters, NULL},
    .actions = (const struct action *const[]){NULL},
    .tokens = (const struct format_token *const[]){number_tokens, date_tokens, name_tokens,
                                                   request_tokens, NULL},
    .lines = (const struct line_row *const[]){log_format_lines, NULL},
};

/* ---- a format of a load, run on a record --------------------------------------------------------------- */

static char scratch[SAMPLE_SCRATCH_BYTES];
static struct session session;
static struct loop loop;

static void compile(struct loader *l, struct config *config)
{
    rules_compile(l, config, &tables);
}

/* A frontend with this line. */
static struct config *load(const char *line)
{
    static const char *const paths[] = {"log.cfg"};
    char text[2048];
    snprintf(
        text, sizeof text,
        "frontend web\n mode http\n timeout client 1s\n log 127.0.0.1 local0\n %s\n bind :80\n",
        line);
    const struct memory_file files[] = {{"log.cfg", text, 0}, {0}};
    const struct conf_source source = memory_source(files);
    const struct conf_input input = {
        .paths = paths, .path_count = 1, .source = &source, .cpus = 1, .compile = compile};
    struct conf_report report;
    conf_report_init(&report);
    struct config *config = config_load(&input, &report);
    conf_report_print(stderr, &report, CONF_ERROR);
    assert_non_null(config);
    conf_report_clear(&report);
    return config;
}

static const char *run(const struct format *format, const struct access_record *record)
{
    static struct sample_scratch memory;
    memory = (struct sample_scratch){.base = scratch, .size = sizeof scratch};
    session.accepted_us = 0;
    loop.wall_minus_mono_us = record->accepted_wall_us;
    struct sample_env env = {
        .session = &session, .loop = &loop, .scratch = &memory, .record = record};
    size_t len;
    return format_text(format, &env, &len);
}

/* ---- cases --------------------------------------------------------------------------------------------- */

static void as_is(struct access_record *r)
{
    (void)r;
}

static void over_tls(struct access_record *r)
{
    nouns.binds[0].tls.enabled = true;
    r->connect_ms = r->response_ms = 1;
    r->active_ms = 2;
    r->actconn = r->feconn = 1;
}

static void handshake_failed(struct access_record *r)
{
    nouns.binds[0].tls.enabled = true;
    r->session_error = "SSL handshake failure";
}

static void handshake_failed_on_named_bind(struct access_record *r)
{
    handshake_failed(r);
    nouns.binds[0].name = "tls";
}

static void as_soon_as_possible(struct access_record *r)
{
    (void)r;
    nouns.web.logasap = true;
}

static void without_request(struct access_record *r)
{
    r->backend = NULL;
    r->server = NULL;
    r->request_ms = r->queue_ms = r->connect_ms = r->response_ms = -1;
    r->active_ms = 2001;
    r->status = 408;
    r->bytes_read = 0;
    memcpy(r->termination, "cR", 2);
    r->actconn = r->feconn = 1;
    r->request_line_len = 0;
}

static void redispatched(struct access_record *r)
{
    r->connect_ms = r->response_ms = -1;
    r->status = 503;
    memcpy(r->termination, "SC", 2);
    r->redispatched = true;
    r->retries = 2;
    r->srv_queue = 3;
    r->backend_queue = 14;
}

static void strange_bytes(struct access_record *r)
{
    r->request_line = "GET /a\"b#c{|}\x01\x7f\xc3 HTTP/1.1";
    r->request_line_len = strlen(r->request_line);
}

static void tcp_format(struct access_record *r)
{
    nouns.web.mode = CONF_MODE_TCP;
    r->handshake_ms = 5;
    r->idle_ms = -1;
    r->queue_ms = 1;
    r->active_ms = 2003;
    r->bytes_read = 124;
}

static void tcp_format_early(struct access_record *r)
{
    tcp_format(r);
    nouns.web.logasap = true;
}

static void from_unix_socket(struct access_record *r)
{
    nouns.client.family = AF_UNIX;
    r->bind = &nouns.binds[1];
}

static void from_ipv6(struct access_record *r)
{
    (void)r;
    struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6, .sin6_port = htons(48940)};
    sin6.sin6_addr = in6addr_loopback;
    addr_set(&nouns.client, (const struct sockaddr *)&sin6);
}

static void with_query(struct access_record *r)
{
    r->request_line = "GET http://h/a/b?c=d HTTP/1.1";
    r->request_line_len = strlen(r->request_line);
}

static void with_captures(struct access_record *r)
{
    static const struct access_text slots[] = {{"one", 3}, {NULL, 0}};
    r->captured = slots;
    r->captured_count = 2;
    r->captured_resp_count = 1;
    r->cookie = (struct access_text){"c=1", 3};
}

#define START "127.0.0.1:44244 [20/Nov/2026:11:38:50.444] "

static const struct {
    const char *name, *line; /* of the configuration */
    void (*change)(struct access_record *r);
    const char *want;
} lines[] = {
    {"httplog", "option httplog", as_is,
     START "web app/a 0/0/0/0/0 200 127 - - ---- 2/2/0/0/0 0/0 \"GET /p24001 HTTP/1.1\""},
    {"a TLS bind marks the frontend", "option httplog", over_tls,
     START "web~ app/a 0/0/1/1/2 200 127 - - ---- 1/1/0/0/0 0/0 \"GET /p24001 HTTP/1.1\""},
    {"a handshake that failed", "", handshake_failed, START "web/1: SSL handshake failure"},
    {"the same on a named bind", "", handshake_failed_on_named_bind,
     START "web/tls: SSL handshake failure"},
    {"httpslog on a plain bind", "option httpslog", as_is,
     START "web app/a 0/0/0/0/0 200 127 - - ---- 2/2/0/0/0 0/0 \"GET /p24001 HTTP/1.1\" "
           "0/-/-/-/0 -/-/-"},
    {"logasap marks what will grow", "option httplog", as_soon_as_possible,
     START "web app/a 0/0/0/0/+0 200 +127 - - ---- 2/2/0/0/0 0/0 \"GET /p24001 HTTP/1.1\""},
    {"no request", "option httplog", without_request,
     START "web web/<NOSRV> -1/-1/-1/-1/2001 408 0 - - cR-- 1/1/0/0/0 0/0 \"<BADREQ>\""},
    {"redispatched", "option httplog", redispatched,
     START "web app/a 0/0/-1/-1/0 503 127 - - SC-- 2/2/0/0/+2 3/14 \"GET /p24001 HTTP/1.1\""},
    {"escapes", "option httplog", strange_bytes,
     START "web app/a 0/0/0/0/0 200 127 - - ---- 2/2/0/0/0 0/0 "
           "\"GET /a#22b#23c{|}#01#7F#C3 HTTP/1.1\""},
    {"tcplog", "option tcplog", tcp_format, START "web app/a 1/0/2008 124 -- 2/2/0/0/0 0/0"},
    {"tcplog with logasap", "option tcplog", tcp_format_early,
     START "web app/a 1/0/+2008 +124 -- 2/2/0/0/0 0/0"},
    {"a unix socket shows the number of its bind", "option httplog", from_unix_socket,
     "unix:2 [20/Nov/2026:11:38:50.444] web app/a 0/0/0/0/0 200 127 - - ---- 2/2/0/0/0 0/0 "
     "\"GET /p24001 HTTP/1.1\""},
    {"IPv6 has no brackets", "option httplog", from_ipv6,
     "::1:48940 [20/Nov/2026:11:38:50.444] web app/a 0/0/0/0/0 200 127 - - ---- 2/2/0/0/0 0/0 "
     "\"GET /p24001 HTTP/1.1\""},
    {"Common Log Format", "option httplog clf", as_is,
     "127.0.0.1 - - [20/Nov/2026:11:38:50 +0000] \"GET /p24001 HTTP/1.1\" 200 127 \"\" \"\" 44244 "
     "444 "
     "\"web\" \"app\" \"a\" 0 0 0 0 0 ---- 2 2 0 0 0 0 0 \"\" \"\" "},
    {"runs of blanks are one", "log-format \"  %f   %hr  %b\"", as_is, "web app"},
    {"parts of the request line", "log-format \"%HM %HU %HP %HPO %HQ %HV\"", with_query,
     "GET http://h/a/b?c=d http://h/a/b /a/b ?c=d HTTP/1.1"},
    {"captures", "log-format \"%hr %hs %hrl %CC %CS\"", with_captures, "{one|} {} one - c=1 -"},
    {"flags", "log-format \"%{+Q}f %{+X}ci %{+X}cp %{+Q}CC %{-Q}CC\"", as_is,
     "\"web\" 7F000001 ACD4 \"\" -"},
};

static void writes_what_haproxy_writes(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(lines); i++) {
        struct access_record record = plain_record();
        struct config *config = load(lines[i].line);
        const struct proxy_rules *rules = config->proxies[0].rules;
        lines[i].change(&record);
        print_message("%s\n", lines[i].name);
        bool failed = record.session_error != NULL;
        assert_string_equal(run(failed ? rules->failure_log_format : rules->log_format, &record),
                            lines[i].want);
        config_free(config);
    }
}

static void a_long_request_line_is_cut(void **state)
{
    (void)state;
    struct access_record record = plain_record();
    struct config *config = load("log-format %r");
    char request[3000];
    memset(request, 'z', sizeof request);
    record.request_line = request;
    record.request_line_len = sizeof request;
    assert_int_equal(strlen(run(config->proxies[0].rules->log_format, &record)), 1023);
    config_free(config);
}

static void follows_the_clock(void **state)
{
    (void)state;
    struct access_record record = plain_record();
    struct config *config = load("log-format %tr");
    for (int second = 9; second <= 10; second++) {
        record.accepted_wall_us = WALL_US + second * 1000000LL + 5000;
        assert_string_equal(run(config->proxies[0].rules->log_format, &record),
                            second == 9 ? "20/Nov/2026:11:38:59.449" : "20/Nov/2026:11:39:00.449");
    }
    config_free(config);
}

int main(void)
{
    setenv("TZ", "UTC", 1);
    tzset();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_what_haproxy_writes),
        cmocka_unit_test(a_long_request_line_is_cut),
        cmocka_unit_test(follows_the_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
