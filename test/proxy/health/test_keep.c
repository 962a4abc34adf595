/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check-reuse-pool: which connections are kept from one probe to the next, and what becomes of the probe when one that
 * was kept is of no use.
 */
#include "proxy/health/health.h"
#include "proxy/health/response.h"
#include "test/proxy/health/fake_server.h"
#include "test/proxy/health/probed.h"
#include "test/proxy/net/turns.h"
#include "test/proxy/state/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define INTER_MS 10000 /* passes only where a test says so */
#define OK_200 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static struct loop loop;

/* ---- what an answer says of its connection ---- */

static const struct {
    const char *name;
    const char *answer;
    enum response_end want;
    bool to_head, has_ended;
} answers[] = {
    {"whole, by its length", OK_200, .want = RESPONSE_KEEPS},
    {"a failure is an answer as any", "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n",
     .want = RESPONSE_KEEPS},
    {"without a body by its status", "HTTP/1.1 204 No Content\r\n\r\n", .want = RESPONSE_KEEPS},
    {"to a HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", .want = RESPONSE_KEEPS,
     .to_head = true},
    {"whole, in chunks",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
     .want = RESPONSE_KEEPS},
    {"chunks with a trailer",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: y\r\n\r\n",
     .want = RESPONSE_KEEPS},
    {"1.0 that says so", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
     .want = RESPONSE_KEEPS},
    {"half a head", "HTTP/1.1 200 OK\r\nConte", .want = RESPONSE_GOES_ON},
    {"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no", .want = RESPONSE_GOES_ON},
    {"no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
     .want = RESPONSE_GOES_ON},
    {"no end of the last chunk",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n",
     .want = RESPONSE_GOES_ON},
    {"nothing", "", .want = RESPONSE_CLOSES},
    {"Connection: close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
     .want = RESPONSE_CLOSES},
    {"1.0", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", .want = RESPONSE_CLOSES},
    {"a body up to the end of the connection", "HTTP/1.1 200 OK\r\n\r\nok",
     .want = RESPONSE_CLOSES},
    {"whole, and then the end", OK_200, .want = RESPONSE_CLOSES, .has_ended = true},
    {"half a body, and then the end", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no",
     .want = RESPONSE_CLOSES, .has_ended = true},
    {"bytes behind it", OK_200 "!", .want = RESPONSE_CLOSES},
    {"another answer behind it", OK_200 OK_200, .want = RESPONSE_CLOSES},
    {"bytes behind the last chunk",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n!", .want = RESPONSE_CLOSES},
    {"bytes behind a head without a body", "HTTP/1.1 304 Same\r\n\r\n!", .want = RESPONSE_CLOSES},
    {"a chunk that is none", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
     .want = RESPONSE_CLOSES},
    {"an answer before the answer", "HTTP/1.1 100 Continue\r\n\r\n", .want = RESPONSE_CLOSES},
    {"another protocol", "HTTP/1.1 101 So Be It\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
     .want = RESPONSE_CLOSES},
    {"no HTTP", "SSH-2.0-foo\r\n", .want = RESPONSE_CLOSES},
};

static void test_what_an_answer_says_of_its_connection(void **state)
{
    (void)state;
    struct script script = {0};
    assert_int_equal(loop_init(&loop, 0), 0);
    for (size_t i = 0; i < LEN(answers); i++) {
        struct probe probe = {.loop = &loop,
                              .script = &script,
                              .answer = answers[i].answer,
                              .answer_len = strlen(answers[i].answer),
                              .asks_head = answers[i].to_head,
                              .has_ended = answers[i].has_ended};
        enum response_end got = response_end(&probe);
        if (got != answers[i].want)
            fail_msg("%s: %d", answers[i].name, (int)got);
    }
    loop_destroy(&loop);
}

/* ---- which scripts may keep theirs ---- */

static struct conf_check_header says_close[] = {{.name = "Connection", .value = "close"}};
static struct conf_made made;
#define CONNECT                                                                                    \
    {                                                                                              \
        .kind = CONF_STEP_CONNECT, .connect = {.like_server = true }                               \
    }
#define REQUEST                                                                                    \
    {                                                                                              \
        .kind = CONF_STEP_REQUEST, .request = {.method = "GET", .version = "HTTP/1.1" }            \
    }
#define EXPECT                                                                                     \
    {                                                                                              \
        .kind = CONF_STEP_EXPECT, .expect = {.kind = CONF_EXPECT_STATUS }                          \
    }

static struct script_case {
    const char *name;
    enum conf_check_kind kind;
    struct conf_check_step steps[5];
    size_t count;
    bool want;
} scripts[] = {
    {"as option httpchk has it", CONF_CHECK_HTTP, {CONNECT, REQUEST, EXPECT}, 3, true},
    {"several expectations", CONF_CHECK_HTTP, {CONNECT, REQUEST, EXPECT, EXPECT}, 4, true},
    {"a port of its own",
     CONF_CHECK_HTTP,
     {{.kind = CONF_STEP_CONNECT, .connect = {.port = 81}}, REQUEST, EXPECT},
     3,
     true},
    {"two connections", CONF_CHECK_HTTP, {CONNECT, REQUEST, EXPECT, CONNECT, EXPECT}, 5, false},
    {"two requests", CONF_CHECK_HTTP, {CONNECT, REQUEST, EXPECT, REQUEST, EXPECT}, 5, false},
    {"no request", CONF_CHECK_HTTP, {CONNECT, EXPECT}, 2, false},
    {"no expectation", CONF_CHECK_HTTP, {CONNECT, REQUEST}, 2, false},
    {"a port that rules make",
     CONF_CHECK_HTTP,
     {{.kind = CONF_STEP_CONNECT, .connect = {.made_port = &made}}, REQUEST, EXPECT},
     3,
     false},
    {"a Connection field of its own",
     CONF_CHECK_HTTP,
     {CONNECT,
      {.kind = CONF_STEP_REQUEST,
       .request =
           {.method = "GET", .version = "HTTP/1.1", .headers = says_close, .header_count = 1}},
      EXPECT},
     3,
     false},
    {"another protocol", CONF_CHECK_SCRIPT, {CONNECT, REQUEST, EXPECT}, 3, false},
};

static void test_which_scripts_may_keep_their_connection(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(scripts); i++) {
        struct conf_proxy proxy = {0};
        struct conf_check check = {
            .kind = scripts[i].kind,
            .script = {.steps = scripts[i].steps, .count = scripts[i].count}};
        struct script *script = script_new(probe_kind_find(&check), &proxy, &check, NULL);
        assert_non_null(script);
        if (script->is_exchange != scripts[i].want)
            fail_msg("%s", scripts[i].name);
        script_free(script);
    }
}

/* ---- probes, one after the other ---- */

enum { MANY = 1000, PROBES = 4 };

static const struct {
    const char *name;
    struct fake_behaviour server;
    bool reuse;
    unsigned want_connections; /* of PROBES, none of which fails */
    const char *version;       /* of the requests; NULL = 1.1 */
} rows[] = {
    {"one connection for all", {.answer = OK_200, .answers = MANY}, true, .want_connections = 1},
    {"and over TLS", {.tls = true, .answer = OK_200, .answers = MANY}, true, .want_connections = 1},
    {"and by HTTP/1.0",
     {.answer = "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
      .answers = MANY},
     true,
     .want_connections = 1,
     .version = "HTTP/1.0"},
    {"the rest of an answer may come after the verdict",
     {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", .later = "lo", .answers = MANY},
     true,
     .want_connections = 1},
    {"not without the word",
     {.answer = OK_200, .answers = MANY},
     false,
     .want_connections = PROBES},
    {"the server closes, and has said so",
     {.answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"},
     true,
     .want_connections = PROBES},
    {"the server closes without a word", {.answer = OK_200}, true, .want_connections = PROBES},
    {"the server closes when it is asked again",
     {.answer = OK_200, .swallows = true},
     true,
     .want_connections = PROBES},
    {"the server resets when it is asked again",
     {.answer = OK_200, .swallows = true, .end = FAKE_RESET},
     true,
     .want_connections = PROBES},
    {"bytes that nobody asked for, at once",
     {.answer = OK_200 "HTTP/1.1 500 No\r\n\r\n"},
     true,
     .want_connections = PROBES},
    {"bytes that nobody asked for, later",
     {.answer = OK_200, .later = "HTTP/1.1 500 No\r\n\r\n"},
     true,
     .want_connections = PROBES},
    {"a server that has waited for too long says so",
     {.answer = OK_200,
      .swallows = true,
      .farewell = "HTTP/1.1 408 Late\r\nContent-Length: 0\r\n\r\n"},
     true,
     .want_connections = PROBES},
    {"an answer that never ends",
     {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", .swallows = true},
     true,
     .want_connections = PROBES},
};

static struct conf_check_step http_steps[PROBED_HTTP_STEPS];
static struct snapshot *snapshot;
static struct health *health;
static struct fake_server fake;
static struct fixture_config fc;
static uint64_t was_due_ms;

static struct probe *the_probe(void)
{
    return snapshot->proxies[0].servers[0]->probe;
}

static bool is_over(void)
{
    return the_probe()->state == PROBE_ASLEEP && the_probe()->due_ms > was_due_ms;
}

/* The fake server has done with the connection at hand, and that has been seen, or it is kept for the next request. */
static bool is_settled(void)
{
    return !conn_is_open(&the_probe()->conn) ||
           (the_probe()->answer_len == 0 && fake.behaviour.answers == MANY);
}

static void begin(const struct fake_behaviour *behaviour, enum conf_check_kind kind, bool reuse,
                  const char *version)
{
    struct state_error error = {""};
    struct state_build_options options = {
        .threads = 1, .make_tls = probed_make_tls, .free_config = probed_keep_config};
    fake_server_start(&fake, behaviour);
    fixture_config_init(&fc, 1);
    fixture_set_port(&fc.servers[0], fake.port);
    probed_http_steps(http_steps);
    if (version != NULL)
        http_steps[PROBED_REQUEST].request.version = version;
    fc.proxy.check = (struct conf_check){
        .kind = kind, .script = {.steps = http_steps, .count = PROBED_HTTP_STEPS}};
    fc.servers[0].check.enabled = true;
    fc.servers[0].check.tls = behaviour->tls;
    fc.servers[0].check.reuse = reuse;
    fc.servers[0].check.inter_ms = INTER_MS;
    assert_int_equal(loop_init(&loop, 0), 0);
    snapshot = state_build(&fc.config, NULL, &options, &error);
    assert_non_null(snapshot);
    state_commit(snapshot, NULL, &loop);
    health = health_new(&loop);
    health_apply(health, snapshot);
}

static void end(void)
{
    health_free(health);
    snapshot_free(snapshot);
    loop_destroy(&loop);
    fake_server_stop(&fake);
}

static void probe_once(const char *name, unsigned number, enum health_status want)
{
    struct check_result got;
    was_due_ms = the_probe()->due_ms;
    if (number > 0)
        turns_skip(INTER_MS);
    assert_true(turns_until(&loop, is_over));
    server_read_check(snapshot->proxies[0].servers[0], &got);
    if (got.status != want || got.code != (want == HEALTH_L7_OK ? 200 : 0))
        fail_msg("%s: probe %u: %s %d \"%s\"", name, number, health_status_rows[got.status].word,
                 got.code, got.info);
}

static void test_connections(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        begin(&rows[i].server, CONF_CHECK_HTTP, rows[i].reuse, rows[i].version);
        for (unsigned number = 0; number < PROBES; number++) {
            probe_once(rows[i].name, number, HEALTH_L7_OK);
            if (!rows[i].server.swallows && !turns_until(&loop, is_settled))
                fail_msg("%s: the connection is neither kept nor given up", rows[i].name);
        }
        unsigned connections = atomic_load(&fake.connections);
        end();
        if (connections != rows[i].want_connections)
            fail_msg("%s: %u connections", rows[i].name, connections);
    }
}

static void test_requests_say_what_becomes_of_the_connection(void **state)
{
    (void)state;
    static const struct {
        bool reuse;
        const char *version, *want;
    } requests[] = {
        {true, "HTTP/1.1", "GET /health HTTP/1.1\r\nhost: app\r\n\r\n"},
        {true, "HTTP/1.0", "GET /health HTTP/1.0\r\nhost: app\r\nconnection: keep-alive\r\n\r\n"},
        {false, "HTTP/1.1", "GET /health HTTP/1.1\r\nhost: app\r\nconnection: close\r\n\r\n"},
        {false, "HTTP/1.0", "GET /health HTTP/1.0\r\nhost: app\r\n\r\n"},
    };
    for (size_t i = 0; i < LEN(requests); i++) {
        begin(&(struct fake_behaviour){.answer = OK_200}, CONF_CHECK_HTTP, requests[i].reuse,
              requests[i].version);
        probe_once(requests[i].want, 0, HEALTH_L7_OK);
        end();
        assert_string_equal(fake.request, requests[i].want);
    }
}

/* Else nobody would see that the server accepts no more. */
static void test_a_connection_is_used_for_a_minute(void **state)
{
    (void)state;
    begin(&(struct fake_behaviour){.answer = OK_200, .answers = MANY}, CONF_CHECK_HTTP, true, NULL);
    for (unsigned number = 0; number <= 80000 / INTER_MS; number++)
        probe_once("a minute", number, HEALTH_L7_OK);
    assert_int_equal(atomic_load(&fake.connections), 2);
    end();
}

static bool is_let_go(void)
{
    return !conn_is_open(&the_probe()->conn);
}

/* What ends with the handshake waits for the ticket that comes behind it. */
static void test_handshakes_are_resumed(void **state)
{
    (void)state;
    begin(&(struct fake_behaviour){.tls = true, .tickets = true, .mute = true}, CONF_CHECK_TCP,
          false, NULL);
    for (unsigned number = 0; number < PROBES; number++) {
        probe_once("a handshake", number, HEALTH_L6_OK);
        assert_true(turns_until(&loop, is_let_go));
    }
    end();
    assert_int_equal(atomic_load(&fake.resumed), PROBES - 1);
}

static void test_a_ticket_is_waited_for_in_vain_but_once(void **state)
{
    (void)state;
    begin(&(struct fake_behaviour){.tls = true, .mute = true, .end = FAKE_HANG}, CONF_CHECK_TCP,
          false, NULL);
    probe_once("no ticket", 0, HEALTH_L6_OK);
    turns_skip(INTER_MS / 2);
    assert_true(turns_until(&loop, is_let_go));
    probe_once("no ticket", 1, HEALTH_L6_OK);
    assert_true(is_let_go());
    end();
    assert_int_equal(atomic_load(&fake.resumed), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_an_answer_says_of_its_connection),
        cmocka_unit_test(test_which_scripts_may_keep_their_connection),
        cmocka_unit_test(test_connections),
        cmocka_unit_test(test_requests_say_what_becomes_of_the_connection),
        cmocka_unit_test(test_a_connection_is_used_for_a_minute),
        cmocka_unit_test(test_handshakes_are_resumed),
        cmocka_unit_test(test_a_ticket_is_waited_for_in_vain_but_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
