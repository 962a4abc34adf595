/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each kind of probe says of servers that behave and of those that do not. The verdicts are
 * those HAProxy 2.6 gives of the same servers.
 */
#include "proxy/health/health.h"
#include "proxy/health/probe.h"
#include "proxy/state/events.h"
#include "test/proxy/health/fake_server.h"
#include "test/proxy/health/probed.h"
#include "test/proxy/net/turns.h"
#include "test/proxy/state/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define INTER_MS 60000 /* bounds each probe, and passes only where a test says so */
#define OK_200 "HTTP/1.1 200 Fine\r\nContent-Length: 0\r\n\r\n"

static const struct probe_case {
    const char *name;
    enum conf_check_kind kind;
    bool tls;
    struct fake_behaviour server;
    enum health_status want;
    int want_code;
    const char *want_info;
} cases[] = {
    {"tcp: somebody listens", CONF_CHECK_TCP, false, {.mute = true}, HEALTH_L4_OK, 0, ""},
    {"http: 200", CONF_CHECK_HTTP, false, {.answer = OK_200}, HEALTH_L7_OK, 200, ""},
    {"http: 302 is fine too",
     CONF_CHECK_HTTP,
     false,
     {.answer = "HTTP/1.0 302 Found\r\n\r\n"},
     HEALTH_L7_OK,
     302,
     ""},
    {"http: 404",
     CONF_CHECK_HTTP,
     false,
     {.answer = "HTTP/1.0 404 nope\r\n\r\n"},
     HEALTH_L7_STATUS,
     404,
     "nope"},
    {"http: 503 without a reason",
     CONF_CHECK_HTTP,
     false,
     {.answer = "HTTP/1.1 503\r\n\r\n"},
     HEALTH_L7_STATUS,
     503,
     ""},
    {"http: in two pieces",
     CONF_CHECK_HTTP,
     false,
     {.answer = "HTTP/1.1 200 Fi", .later = "ne\r\nContent-Length: 0\r\n\r\n"},
     HEALTH_L7_OK,
     200,
     ""},
    {"http: a body is not waited for",
     CONF_CHECK_HTTP,
     false,
     {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", .end = FAKE_HANG},
     HEALTH_L7_OK,
     200,
     ""},
    {"http: another protocol",
     CONF_CHECK_HTTP,
     false,
     {.answer = "SSH-2.0-foo\r\n", .end = FAKE_HANG},
     HEALTH_L7_RESPONSE,
     0,
     ""},
    {"http: HTTP/0.9", CONF_CHECK_HTTP, false, {.answer = "hello"}, HEALTH_L7_RESPONSE, 0, ""},
    {"http: bad header",
     CONF_CHECK_HTTP,
     false,
     {.answer = "HTTP/1.1 200 OK\r\nCon tent: 0\r\n\r\n"},
     HEALTH_L7_RESPONSE,
     0,
     ""},
    {"http: half a head, then the end",
     CONF_CHECK_HTTP,
     false,
     {.answer = "HTTP/1.1 200 OK\r\nFoo"},
     HEALTH_L7_RESPONSE,
     0,
     ""},
    {"http: the end instead of an answer",
     CONF_CHECK_HTTP,
     false,
     {.answer = NULL},
     HEALTH_L7_RESPONSE,
     0,
     ""},
    {"http: a reset",
     CONF_CHECK_HTTP,
     false,
     {.end = FAKE_RESET},
     HEALTH_SOCKET_ERROR,
     0,
     "Connection reset by peer"},
    {"http: silence", CONF_CHECK_HTTP, false, {.end = FAKE_HANG}, HEALTH_L7_TIMEOUT, 0, ""},
    {"http: half a head, then silence",
     CONF_CHECK_HTTP,
     false,
     {.answer = "HTTP/1.1 200", .end = FAKE_HANG},
     HEALTH_L7_TIMEOUT,
     0,
     ""},
    {"tls: no TLS there",
     CONF_CHECK_TCP,
     true,
     {.answer = "hello\n"},
     HEALTH_L6_RESPONSE,
     0,
     "SSL handshake failure"},
    {"tls: the end",
     CONF_CHECK_TCP,
     true,
     {.answer = NULL},
     HEALTH_L6_RESPONSE,
     0,
     "SSL handshake failure"},
    {"tls: silence",
     CONF_CHECK_TCP,
     true,
     {.mute = true, .end = FAKE_HANG},
     HEALTH_L6_TIMEOUT,
     0,
     ""},
    {"tls: a handshake", CONF_CHECK_TCP, true, {.tls = true, .mute = true}, HEALTH_L6_OK, 0, ""},
    {"https: 200", CONF_CHECK_HTTP, true, {.tls = true, .answer = OK_200}, HEALTH_L7_OK, 200, ""},
    {"https: 500",
     CONF_CHECK_HTTP,
     true,
     {.tls = true, .answer = "HTTP/1.1 500 Oh\r\n\r\n"},
     HEALTH_L7_STATUS,
     500,
     "Oh"},
    {"https: silence",
     CONF_CHECK_HTTP,
     true,
     {.tls = true, .end = FAKE_HANG},
     HEALTH_L7_TIMEOUT,
     0,
     ""},
};

static struct loop loop;
static struct snapshot *snapshot;
static const struct fake_server *asked; /* NULL = nobody accepts */
static enum probe_state late_state;
static bool has_result;

/* Each result that counts is told, as these backends log their checks. */
static void on_told(struct state_listener *listener, const struct state_event *event)
{
    (void)listener;
    has_result |= event->server != NULL;
}

static bool is_over(void)
{
    return has_result;
}

/* It waits for what will not come. */
static bool is_waiting(void)
{
    const struct probe *probe = snapshot->proxies[0].servers[0]->probe;
    return probe->state == late_state && (asked == NULL || atomic_load(&asked->is_hanging));
}

static struct state_listener listener = {.told = on_told};

static struct conf_check_step http_steps[PROBED_HTTP_STEPS];

static void config_for(struct fixture_config *fc, const struct probe_case *c, uint16_t port)
{
    fixture_config_init(fc, 1);
    fixture_set_port(&fc->servers[0], port);
    fc->proxy.log_health_checks = true;
    probed_http_steps(http_steps);
    fc->proxy.check = (struct conf_check){
        .kind = c->kind, .script = {.steps = http_steps, .count = PROBED_HTTP_STEPS}};
    fc->servers[0].check.enabled = true;
    fc->servers[0].check.tls = c->tls;
    fc->servers[0].check.inter_ms = INTER_MS;
}

/* Runs until the first result of the only server, and hands it out. Where that is a time-out, wait_ms pass
 * once the probe is in late_state. */
static void probe_once(struct fixture_config *fc, unsigned wait_ms, struct check_result *result_out)
{
    struct state_error error = {""};
    struct state_build_options options = {
        .threads = 1, .make_tls = probed_make_tls, .free_config = probed_keep_config};
    assert_int_equal(loop_init(&loop, 0), 0);
    snapshot = state_build(&fc->config, NULL, &options, &error);
    assert_non_null(snapshot);
    state_commit(snapshot, NULL, &loop);
    struct health *health = health_new(&loop);
    health_apply(health, snapshot);
    assert_int_equal(health_count(health), 1);
    has_result = false;
    if (wait_ms > 0) {
        assert_true(turns_until(&loop, is_waiting));
        turns_skip(wait_ms);
    }
    assert_true(turns_until(&loop, is_over));
    server_read_check(snapshot->proxies[0].servers[0], result_out);
    health_free(health);
    snapshot_free(snapshot);
    loop_destroy(&loop);
}

static unsigned wait_ms_of(enum health_status want)
{
    late_state = want == HEALTH_L7_TIMEOUT ? PROBE_EXCHANGING : PROBE_HANDSHAKING;
    return want == HEALTH_L7_TIMEOUT || want == HEALTH_L6_TIMEOUT ? INTER_MS : 0;
}

static void test_verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        const struct probe_case *c = &cases[i];
        struct fake_server server = {0};
        struct fixture_config fc;
        struct check_result got;
        fake_server_start(&server, &c->server);
        config_for(&fc, c, server.port);
        asked = &server;
        probe_once(&fc, wait_ms_of(c->want), &got);
        fake_server_stop(&server);
        if (got.status != c->want || got.code != c->want_code ||
            strcmp(got.info, c->want_info) != 0)
            fail_msg("%s: %s %d \"%s\"", c->name, health_status_rows[got.status].word, got.code,
                     got.info);
        if (c->kind == CONF_CHECK_HTTP && !c->server.mute && (!c->tls || c->server.tls))
            assert_string_equal(server.request,
                                "GET /health HTTP/1.1\r\nhost: app\r\nconnection: close\r\n\r\n");
    }
}

static void test_nobody_listens(void **state)
{
    (void)state;
    struct fake_server server = {0};
    struct fixture_config fc;
    struct check_result got;
    fake_server_start(&server, &cases[0].server);
    fake_server_pause(&server);
    config_for(&fc, &cases[0], server.port);
    probe_once(&fc, 0, &got);
    fake_server_stop(&server);
    assert_int_equal(got.status, HEALTH_L4_CONNECT);
    assert_string_equal(got.info, "Connection refused");
    assert_true(got.duration_ms >= 0 && got.duration_ms < INTER_MS);
}

/* A listener whose queue is full answers nothing at all. */
static void test_nobody_accepts(void **state)
{
    (void)state;
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(in);
    int fillers[4], fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&in, len), 0);
    assert_int_equal(listen(fd, 0), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
    for (size_t i = 0; i < LEN(fillers); i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        int rc = connect(fillers[i], (struct sockaddr *)&in, len);
        (void)rc;
    }
    struct fixture_config fc;
    struct check_result got;
    config_for(&fc, &cases[0], ntohs(in.sin_port));
    asked = NULL;
    late_state = PROBE_CONNECTING;
    probe_once(&fc, INTER_MS, &got);
    assert_int_equal(got.status, HEALTH_L4_TIMEOUT);
    assert_true(got.duration_ms >= INTER_MS);
    for (size_t i = 0; i < LEN(fillers); i++)
        close(fillers[i]);
    close(fd);
}

static void test_timeout_check_bounds_what_follows_connect(void **state)
{
    (void)state;
    struct fake_behaviour silence = {.end = FAKE_HANG};
    struct fake_server server = {0};
    struct fixture_config fc;
    struct check_result got;
    fake_server_start(&server, &silence);
    config_for(&fc, &cases[1], server.port);
    fc.servers[0].check.inter_ms = 10 * INTER_MS;
    fc.proxy.timeout.connect_ms = 5 * INTER_MS;
    fc.proxy.timeout.check_ms = INTER_MS;
    asked = &server;
    probe_once(&fc, wait_ms_of(HEALTH_L7_TIMEOUT), &got);
    fake_server_stop(&server);
    assert_int_equal(got.status, HEALTH_L7_TIMEOUT);
    assert_true(got.duration_ms >= INTER_MS && got.duration_ms < 5 * INTER_MS);
}

static void test_port_of_its_own(void **state)
{
    (void)state;
    struct fake_server server = {0};
    struct fixture_config fc;
    struct check_result got;
    fake_server_start(&server, &cases[1].server);
    config_for(&fc, &cases[1], 1);
    fc.servers[0].check.port = server.port;
    probe_once(&fc, 0, &got);
    fake_server_stop(&server);
    assert_int_equal(got.status, HEALTH_L7_OK);
}

static void test_proxy_header_and_http10(void **state)
{
    (void)state;
    struct fake_server server = {0};
    struct fixture_config fc;
    struct check_result got;
    fake_server_start(&server, &cases[1].server);
    config_for(&fc, &cases[1], server.port);
    fc.servers[0].check.send_proxy = true;
    http_steps[PROBED_REQUEST].request =
        (struct conf_request){.method = "OPTIONS", .uri = "/", .version = "HTTP/1.0"};
    probe_once(&fc, 0, &got);
    fake_server_stop(&server);
    assert_int_equal(got.status, HEALTH_L7_OK);
    static const char header[] = "PROXY TCP4 127.0.0.1 127.0.0.1 ";
    assert_memory_equal(server.request, header, sizeof(header) - 1);
    const char *request = strstr(server.request, "\r\n") + 2;
    if (*request != '\0') /* mostly both come in one piece */
        assert_string_equal(request, "OPTIONS / HTTP/1.0\r\n\r\n");
}

static void test_a_head_without_end(void **state)
{
    (void)state;
    static char answer[20000];
    struct fake_behaviour behaviour = {.answer = answer, .end = FAKE_HANG};
    struct fake_server server = {0};
    struct fixture_config fc;
    struct check_result got;
    memset(answer, 'x', sizeof(answer) - 1);
    memcpy(answer, "HTTP/1.1 200 OK\r\nX: ", 20);
    fake_server_start(&server, &behaviour);
    config_for(&fc, &cases[1], server.port);
    probe_once(&fc, 0, &got);
    fake_server_stop(&server);
    assert_int_equal(got.status, HEALTH_L7_RESPONSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_nobody_accepts),
        cmocka_unit_test(test_timeout_check_bounds_what_follows_connect),
        cmocka_unit_test(test_port_of_its_own),
        cmocka_unit_test(test_proxy_header_and_http10),
        cmocka_unit_test(test_a_head_without_end),
    };
    state_listen(&listener);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
