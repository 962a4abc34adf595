/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deadlines of a stream: each state that waits has one, it names the side that is waited for, and
 * whoever moves bytes is not late.
 */
#include "test/proxy/http/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define LIMIT_MS 60000 /* the time-out that a test is about; the others are HARNESS_AMPLE_MS */

static struct harness h;

static int set_up(void **state)
{
    (void)state;
    harness_init(&h, 1);
    return 0;
}

static void expect_status(int client, const char *status)
{
    const char *head = harness_hear_head(&h, client);
    if (strncmp(head + sizeof("HTTP/1.1"), status, 3) != 0)
        fail_msg("not %s but \"%s\"", status, head);
}

static void expect_log(const char *termination)
{
    const struct harness_log *log = harness_last_log(&h);
    assert_string_equal(log->termination, termination);
}

static void end(int client)
{
    close(client);
    harness_settle(&h);
    harness_stop(&h);
}

/* ---- who is late
 * ---------------------------------------------------------------------------------- */

static void test_a_client_that_never_asks(void **state)
{
    (void)state;
    h.proxy.timeout.http_request_ms = LIMIT_MS;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_age(&h, LIMIT_MS);
    expect_status(client, "408");
    expect_log("cR");
    end(client);
}

static void test_a_head_in_pieces_has_one_deadline(void **state)
{
    (void)state;
    h.proxy.timeout.http_request_ms = LIMIT_MS;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, "GET / HTTP/1.1\r\n");
    for (int i = 0; i < 3; i++) {
        harness_age(&h, LIMIT_MS / 2);
        harness_say(&h, client, "X: y\r\n");
    }
    expect_status(client, "408");
    expect_log("cR");
    end(client);
}

static void test_an_idle_client_is_let_go(void **state)
{
    (void)state;
    h.proxy.timeout.http_keep_alive_ms = LIMIT_MS;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, GET);
    int server = harness_accept(&h, 0);
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    harness_age(&h, LIMIT_MS);
    harness_hear_end(&h, client);
    assert_int_equal(h.log_count, 1);
    close(server);
    harness_stop(&h);
}

static void test_a_body_that_stops(void **state)
{
    (void)state;
    h.proxy.timeout.client_ms = LIMIT_MS;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
    harness_age(&h, LIMIT_MS);
    expect_status(client, "408");
    expect_log("cH");
    close(server);
    end(client);
}

static void test_a_server_that_says_nothing(void **state)
{
    (void)state;
    h.proxy.timeout.server_ms = LIMIT_MS;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, GET);
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, GET);
    harness_age(&h, LIMIT_MS);
    expect_status(client, "504");
    expect_log("sH");
    close(server);
    end(client);
}

static void test_a_server_that_does_not_accept(void **state)
{
    (void)state;
    h.proxy.timeout.connect_ms = LIMIT_MS;
    h.proxy.retries = 1;
    harness_start(&h);
    harness_jam(&h, 0);
    int client = harness_connect(&h);
    harness_say(&h, client, GET);
    for (int i = 0; i < 4 && h.log_count == 0; i++) /* two attempts and the pause between them */
        harness_age(&h, LIMIT_MS);
    expect_status(client, "503");
    expect_log("sC");
    assert_int_equal(harness_last_log(&h)->retries, 1);
    assert_int_equal(harness_count(&h, 0, COUNTER_FAILED_CONN), 1);
    assert_int_equal(harness_count(&h, -1, COUNTER_FAILED_CONN), 1);
    end(client);
}

static void test_a_response_that_stops(void **state)
{
    (void)state;
    h.proxy.timeout.server_ms = LIMIT_MS;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, GET);
    int server = harness_accept(&h, 0);
    harness_say(&h, server, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    harness_hear(&h, client, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    harness_age(&h, LIMIT_MS);
    harness_hear_end(&h, client);
    expect_log("sD");
    close(server);
    harness_stop(&h);
}

static void test_a_queue_that_does_not_move(void **state)
{
    (void)state;
    h.proxy.timeout.queue_ms = LIMIT_MS;
    h.servers[0].maxconn = 1;
    harness_start(&h);
    int first = harness_connect(&h), second = harness_connect(&h);
    harness_say(&h, first, GET);
    int server = harness_accept(&h, 0);
    harness_say(&h, second, GET);
    while (atomic_load(&h.chain.current->proxies[0].state->backend.queued) == 0)
        harness_settle(&h);
    harness_age(&h, LIMIT_MS);
    expect_status(second, "503");
    expect_log("sQ");
    harness_say(&h, server, OK);
    harness_hear(&h, first, OK);
    close(second);
    close(server);
    end(first);
}

static void test_a_tunnel_that_falls_silent(void **state)
{
    (void)state;
    h.proxy.timeout.tunnel_ms = LIMIT_MS;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
    harness_say(&h, server, "HTTP/1.1 200 OK\r\n\r\n");
    harness_hear(&h, client, "HTTP/1.1 200 OK\r\n\r\n");
    for (int i = 0; i < 3; i++) { /* either side keeps it alive */
        harness_age(&h, LIMIT_MS * 2 / 3);
        harness_say(&h, i == 1 ? client : server, "x");
        harness_hear(&h, i == 1 ? server : client, "x");
    }
    harness_age(&h, LIMIT_MS);
    harness_hear_end(&h, client);
    close(server);
    harness_stop(&h);
}

/* ---- who is not
 * ------------------------------------------------------------------------------------- */

/* Its time begins when it has the whole request, however long that took the client. */
static void test_a_server_is_not_late_for_a_slow_upload(void **state)
{
    (void)state;
    h.proxy.timeout.server_ms = LIMIT_MS;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
    for (int i = 0; i < 5; i++) {
        harness_age(&h, LIMIT_MS / 2);
        harness_say(&h, client, "x");
        harness_hear(&h, server, "x");
    }
    harness_age(&h, LIMIT_MS / 2);
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    expect_log("--");
    close(server);
    end(client);
}

#define LARGE (8 * 1024 * 1024)

static int start_large_response(int client)
{
    char head[64];
    snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", LARGE);
    harness_say(&h, client, GET);
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, GET);
    harness_say(&h, server, head);
    harness_hear(&h, client, head);
    return server;
}

/* As much as the kernel and weir take while the client does not read; returns how much. */
static size_t flood(int server, size_t most)
{
    static char bytes[64 * 1024];
    size_t sent = 0;
    for (bool idle = false; sent < most;) {
        size_t len = most - sent < sizeof(bytes) ? most - sent : sizeof(bytes);
        ssize_t n = send(server, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && idle)
            break;
        sent += n > 0 ? (size_t)n : 0;
        idle = n < 0;
        if (idle)
            harness_settle(&h);
    }
    return sent;
}

/* Its time begins when it does not take what there is, not when the response began. */
static void test_a_client_is_not_late_for_a_slow_response(void **state)
{
    (void)state;
    h.proxy.timeout.client_ms = LIMIT_MS;
    h.client_buffer_bytes = h.server_send_bytes = 256 * 1024;
    harness_start(&h);
    int client = harness_connect(&h);
    int server = start_large_response(client);
    harness_age(&h, 2 * LIMIT_MS);
    size_t sent = flood(server, LARGE);
    assert_true(sent < LARGE);
    harness_age(&h, LIMIT_MS / 2);
    harness_skip(&h, client, sent);
    while (sent < LARGE) {
        size_t more = flood(server, LARGE - sent);
        harness_skip(&h, client, more);
        sent += more;
    }
    expect_log("--");
    close(server);
    end(client);
}

/* Its time begins when we take bytes of it again. */
static void test_a_server_is_not_late_for_a_slow_client(void **state)
{
    (void)state;
    h.proxy.timeout.server_ms = LIMIT_MS;
    h.client_buffer_bytes = h.server_send_bytes = 256 * 1024;
    harness_start(&h);
    int client = harness_connect(&h);
    int server = start_large_response(client);
    size_t sent = flood(server, LARGE / 2);
    harness_age(&h, 2 * LIMIT_MS);
    harness_skip(&h, client, sent);
    harness_age(&h, LIMIT_MS / 2);
    while (sent < LARGE) {
        size_t more = flood(server, LARGE - sent);
        harness_skip(&h, client, more);
        sent += more;
    }
    expect_log("--");
    close(server);
    end(client);
}

/* But a client that does not read cannot make time by sending. */
static void test_a_client_that_does_not_read_is_late(void **state)
{
    (void)state;
    h.proxy.timeout.client_ms = LIMIT_MS;
    h.client_buffer_bytes = h.server_send_bytes = 256 * 1024;
    harness_start(&h);
    int client = harness_connect(&h);
    int server = start_large_response(client);
    flood(server, LARGE);
    for (int i = 0; i < 20 && h.log_count == 0;
         i++) { /* the kernels may move a little for a while */
        harness_age(&h, LIMIT_MS / 3);
        harness_say(&h, client, "x");
    }
    expect_log("cD");
    close(server);
    end(client);
}

/* Nor is one late that takes an answer of ours slowly. */
static void test_a_slow_reader_of_our_answer(void **state)
{
    (void)state;
    static char page[LARGE];
    memset(page, 'x', sizeof(page));
    h.page = page;
    h.page_len = sizeof(page);
    h.proxy.timeout.client_ms = LIMIT_MS;
    h.client_buffer_bytes = h.server_send_bytes =
        256 * 1024; /* several segments of loopback's 64 KB */
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, GET);
    expect_status(client, "200");
    for (int i = 0; i < 5; i++) {
        harness_age(&h, LIMIT_MS * 2 / 3);
        harness_skip(&h, client, 1024 * 1024);
    }
    harness_skip(&h, client, LARGE - 5 * 1024 * 1024);
    expect_log("LR");
    end(client);
}

#define CASE(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_a_client_that_never_asks),
        CASE(test_a_head_in_pieces_has_one_deadline),
        CASE(test_an_idle_client_is_let_go),
        CASE(test_a_body_that_stops),
        CASE(test_a_server_that_says_nothing),
        CASE(test_a_server_that_does_not_accept),
        CASE(test_a_response_that_stops),
        CASE(test_a_queue_that_does_not_move),
        CASE(test_a_tunnel_that_falls_silent),
        CASE(test_a_server_is_not_late_for_a_slow_upload),
        CASE(test_a_client_is_not_late_for_a_slow_response),
        CASE(test_a_server_is_not_late_for_a_slow_client),
        CASE(test_a_client_that_does_not_read_is_late),
        CASE(test_a_slow_reader_of_our_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
