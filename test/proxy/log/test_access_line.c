/* SPDX-License-Identifier: Apache-2.0 */
/* Access lines against what HAProxy 2.6.12 wrote for the same streams. */
#include "proxy/log/access_line.h"

#include "config/model.h"
#include "proxy/state/access_record.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define LINE_BYTES 4096

/* 20 Nov 2026, 11:38:50.444 UTC */
#define WALL_US 1795174730444000

static struct conf_bind binds[2];
static struct conf_proxy web = {
    .name = "web", .mode = CONF_MODE_HTTP, .binds = binds, .bind_count = 2};
static struct conf_proxy app = {.name = "app"};
static struct addr client;

static struct access_record plain_record(void)
{
    static const char request[] = "GET /p24001 HTTP/1.1";
    web.log_format = CONF_LOG_HTTP;
    web.logasap = web.dontlognull = web.dontlog_normal = false;
    web.mode = CONF_MODE_HTTP;
    binds[0] = (struct conf_bind){.addr.port = 24001};
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(24001)};
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    memcpy(&binds[0].addr.sa, &sin, sizeof(sin));
    sin.sin_port = htons(44244);
    addr_set(&client, (const struct sockaddr *)&sin);
    return (struct access_record){
        .frontend = &web,
        .backend = &app,
        .server = "a",
        .bind = &binds[0],
        .client = &client,
        .accepted_wall_us = WALL_US,
        .status = 200,
        .bytes_read = 127,
        .bytes_uploaded = 60,
        .termination = {'-', '-'},
        .actconn = 2,
        .feconn = 2,
        .request_line = request,
        .request_line_len = sizeof(request) - 1,
    };
}

static void as_is(struct access_record *r)
{
    (void)r;
}

static void over_tls(struct access_record *r)
{
    binds[0].tls.enabled = true;
    r->connect_ms = r->response_ms = 1;
    r->active_ms = 2;
    r->actconn = r->feconn = 1;
}

static void https_format(struct access_record *r)
{
    over_tls(r);
    web.log_format = CONF_LOG_HTTPS;
    r->tls_version = "TLSv1.3";
    r->tls_cipher = "TLS_AES_256_GCM_SHA384";
}

static void https_format_resumed(struct access_record *r)
{
    https_format(r);
    r->tls_resumed = true;
    r->tls_sni = "localhost";
}

static void handshake_failed(struct access_record *r)
{
    binds[0].tls.enabled = true;
    r->session_error = "SSL handshake failure";
}

static void handshake_failed_on_named_bind(struct access_record *r)
{
    handshake_failed(r);
    binds[0].name = "tls";
}

static void default_format_to_wildcard(struct access_record *r)
{
    static struct addr local;
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(80)};
    sin.sin_addr.s_addr = htonl(0x0a000001);
    addr_set(&local, (const struct sockaddr *)&sin);
    web.log_format = CONF_LOG_DEFAULT;
    r->local = &local;
}

static void https_format_without_tls(struct access_record *r)
{
    (void)r;
    web.log_format = CONF_LOG_HTTPS;
}

static void as_soon_as_possible(struct access_record *r)
{
    (void)r;
    web.logasap = true;
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
    web.log_format = CONF_LOG_TCP;
    web.mode = CONF_MODE_TCP;
    r->handshake_ms = 5;
    r->idle_ms = -1;
    r->queue_ms = 1;
    r->active_ms = 2003;
    r->bytes_read = 124;
}

static void tcp_format_early(struct access_record *r)
{
    tcp_format(r);
    web.logasap = true;
}

static void default_format(struct access_record *r)
{
    (void)r;
    web.log_format = CONF_LOG_DEFAULT;
}

static void default_format_tcp(struct access_record *r)
{
    (void)r;
    web.log_format = CONF_LOG_DEFAULT;
    web.mode = CONF_MODE_TCP;
}

static void from_unix_socket(struct access_record *r)
{
    client.family = AF_UNIX;
    r->bind = &binds[1];
}

static void default_format_unix(struct access_record *r)
{
    from_unix_socket(r);
    web.log_format = CONF_LOG_DEFAULT;
}

static void from_ipv6(struct access_record *r)
{
    (void)r;
    struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6, .sin6_port = htons(48940)};
    sin6.sin6_addr = in6addr_loopback;
    addr_set(&client, (const struct sockaddr *)&sin6);
}

#define START "127.0.0.1:44244 [20/Nov/2026:11:38:50.444] "

static const struct {
    const char *name;
    void (*change)(struct access_record *r);
    const char *want;
} lines[] = {
    {"httplog", as_is,
     START "web app/a 0/0/0/0/0 200 127 - - ---- 2/2/0/0/0 0/0 \"GET /p24001 HTTP/1.1\""},
    {"a TLS bind marks the frontend", over_tls,
     START "web~ app/a 0/0/1/1/2 200 127 - - ---- 1/1/0/0/0 0/0 \"GET /p24001 HTTP/1.1\""},
    {"httpslog", https_format,
     START "web~ app/a 0/0/1/1/2 200 127 - - ---- 1/1/0/0/0 0/0 \"GET /p24001 HTTP/1.1\" "
           "0/0000000000000000/0/0/0 -/TLSv1.3/TLS_AES_256_GCM_SHA384"},
    {"httpslog of a resumed session", https_format_resumed,
     START "web~ app/a 0/0/1/1/2 200 127 - - ---- 1/1/0/0/0 0/0 \"GET /p24001 HTTP/1.1\" "
           "0/0000000000000000/0/0/1 localhost/TLSv1.3/TLS_AES_256_GCM_SHA384"},
    {"a handshake that failed", handshake_failed, START "web/1: SSL handshake failure"},
    {"the same on a named bind", handshake_failed_on_named_bind,
     START "web/tls: SSL handshake failure"},
    {"no format, the address the client connected to", default_format_to_wildcard,
     "Connect from 127.0.0.1:44244 to 10.0.0.1:80 (web/HTTP)"},
    {"httpslog on a plain bind", https_format_without_tls,
     START "web app/a 0/0/0/0/0 200 127 - - ---- 2/2/0/0/0 0/0 \"GET /p24001 HTTP/1.1\" "
           "0/-/-/-/0 -/-/-"},
    {"logasap marks what will grow", as_soon_as_possible,
     START "web app/a 0/0/0/0/+0 200 +127 - - ---- 2/2/0/0/0 0/0 \"GET /p24001 HTTP/1.1\""},
    {"no request", without_request,
     START "web web/<NOSRV> -1/-1/-1/-1/2001 408 0 - - cR-- 1/1/0/0/0 0/0 \"<BADREQ>\""},
    {"redispatched", redispatched,
     START "web app/a 0/0/-1/-1/0 503 127 - - SC-- 2/2/0/0/+2 3/14 \"GET /p24001 HTTP/1.1\""},
    {"escapes", strange_bytes,
     START "web app/a 0/0/0/0/0 200 127 - - ---- 2/2/0/0/0 0/0 "
           "\"GET /a#22b#23c{|}#01#7F#C3 HTTP/1.1\""},
    {"tcplog", tcp_format, START "web app/a 1/0/2008 124 -- 2/2/0/0/0 0/0"},
    {"tcplog with logasap", tcp_format_early, START "web app/a 1/0/+2008 +124 -- 2/2/0/0/0 0/0"},
    {"no format", default_format, "Connect from 127.0.0.1:44244 to 127.0.0.1:24001 (web/HTTP)"},
    {"no format, TCP", default_format_tcp,
     "Connect from 127.0.0.1:44244 to 127.0.0.1:24001 (web/TCP)"},
    {"a unix socket shows the number of its bind", from_unix_socket,
     "unix:2 [20/Nov/2026:11:38:50.444] web app/a 0/0/0/0/0 200 127 - - ---- 2/2/0/0/0 0/0 "
     "\"GET /p24001 HTTP/1.1\""},
    {"no format, unix", default_format_unix, "Connect to unix:2 (web/HTTP)"},
    {"IPv6 has no brackets", from_ipv6,
     "::1:48940 [20/Nov/2026:11:38:50.444] web app/a 0/0/0/0/0 200 127 - - ---- 2/2/0/0/0 0/0 "
     "\"GET /p24001 HTTP/1.1\""},
};

static void writes_what_haproxy_writes(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(lines); i++) {
        struct access_record record = plain_record();
        struct line_clock clock = {0};
        lines[i].change(&record);
        char line[LINE_BYTES];
        line[access_line_render(&record, &clock, line, sizeof(line) - 1)] = '\0';
        print_message("%s\n", lines[i].name);
        assert_string_equal(line, lines[i].want);
    }
}

static void cuts_what_is_too_long(void **state)
{
    (void)state;
    struct access_record record = plain_record();
    struct line_clock clock = {0};
    char request[3000];
    memset(request, 'z', sizeof(request));
    record.request_line = request;
    record.request_line_len = sizeof(request);

    char line[LINE_BYTES];
    size_t len = access_line_render(&record, &clock, line, sizeof(line));
    const char *quote = memchr(line, '"', len);
    assert_int_equal(line + len - quote, 1023 + 2);
    for (size_t room = 0; room < 300; room++) {
        char *exact = malloc(room + 1); /* the sanitizer sees a byte too many */
        assert_int_equal(access_line_render(&record, &clock, exact, room), room);
        assert_memory_equal(exact, line, room);
        free(exact);
    }
}

static void follows_the_clock(void **state)
{
    (void)state;
    struct line_clock clock = {0};
    struct access_record record = plain_record();
    char line[LINE_BYTES];
    for (int second = 9; second <= 10; second++) {
        record.accepted_wall_us = WALL_US + second * 1000000LL + 5000;
        line[access_line_render(&record, &clock, line, sizeof(line) - 1)] = '\0';
        assert_non_null(strstr(line, second == 9 ? ":38:59.449]" : ":39:00.449]"));
    }
}

static const struct {
    const char *name;
    bool dontlognull, dontlog_normal;
    enum conf_mode mode;
    const char *cause;
    int status;
    unsigned retries, bytes;
    bool wanted, error;
} verdicts[] = {
    {"everything by default", false, false, CONF_MODE_HTTP, "--", 200, 0, 0, true, false},
    {"null is left out", true, false, CONF_MODE_TCP, "CC", 0, 0, 0, false, true},
    {"null needs no bytes at all", true, false, CONF_MODE_TCP, "CC", 0, 0, 5, true, true},
    {"a bad request is not null", true, false, CONF_MODE_HTTP, "PR", 400, 0, 0, true, true},
    {"normal is left out", false, true, CONF_MODE_HTTP, "--", 404, 0, 60, false, false},
    {"a local answer is normal", false, true, CONF_MODE_HTTP, "LR", 200, 0, 60, false, false},
    {"a server error is not", false, true, CONF_MODE_HTTP, "--", 500, 0, 60, true, true},
    {"a retry is not", false, true, CONF_MODE_HTTP, "--", 200, 1, 60, true, true},
    {"a client abort is not", false, true, CONF_MODE_HTTP, "CD", 200, 0, 60, true, true},
};

static void leaves_out_what_it_shall(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(verdicts); i++) {
        struct access_record record = plain_record();
        web.dontlognull = verdicts[i].dontlognull;
        web.dontlog_normal = verdicts[i].dontlog_normal;
        web.mode = verdicts[i].mode;
        memcpy(record.termination, verdicts[i].cause, 2);
        record.status = verdicts[i].status;
        record.retries = verdicts[i].retries;
        record.bytes_uploaded = verdicts[i].bytes;
        record.request_line_len = 0;
        print_message("%s\n", verdicts[i].name);
        assert_int_equal(access_line_is_wanted(&record), verdicts[i].wanted);
        assert_int_equal(access_line_is_error(&record), verdicts[i].error);
    }
}

static const struct {
    const char *name;
    size_t request_line_len;
    const char *session_error;
    enum conf_mode mode;
    bool wanted;
} short_verdicts[] = {
    {"a request", 14, NULL, CONF_MODE_HTTP, true},
    {"what was no request", 0, NULL, CONF_MODE_HTTP, false},
    {"a connection", 0, NULL, CONF_MODE_TCP, true},
    {"a failed handshake", 0, "SSL handshake failure", CONF_MODE_TCP, false},
};

static void the_short_format_tells_of_streams_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(short_verdicts); i++) {
        struct access_record record = plain_record();
        record.request_line_len = short_verdicts[i].request_line_len;
        record.session_error = short_verdicts[i].session_error;
        web.log_format = CONF_LOG_DEFAULT;
        web.dontlog_normal = web.dontlognull = true;
        web.mode = short_verdicts[i].mode;
        print_message("%s\n", short_verdicts[i].name);
        assert_int_equal(access_line_is_wanted(&record), short_verdicts[i].wanted);
    }
}

int main(void)
{
    setenv("TZ", "UTC", 1);
    tzset();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_what_haproxy_writes),
        cmocka_unit_test(cuts_what_is_too_long),
        cmocka_unit_test(follows_the_clock),
        cmocka_unit_test(leaves_out_what_it_shall),
        cmocka_unit_test(the_short_format_tells_of_streams_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
