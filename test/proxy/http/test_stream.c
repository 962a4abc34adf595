/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole exchanges through a data thread: what goes to the server, what comes back, and which
 * connections live on afterwards. Time-outs are in test_stream_time.c, bulk and back-pressure in
 * test_stream_bulk.c.
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
#define CHUNKED "Transfer-Encoding: chunked\r\n"
#define CHUNKED_POST "POST / HTTP/1.1\r\nHost: a\r\n" CHUNKED "\r\n"
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static struct harness h;

static int set_up(void **state)
{
    (void)state;
    harness_init(&h, 1);
    return 0;
}

/* One plain exchange over connections that exist already. */
static void exchange(int client, int server)
{
    harness_say(&h, client, GET);
    harness_hear(&h, server, GET);
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
}

/* The first exchange, which opens the connection to the server. */
static int first_exchange(int client)
{
    harness_say(&h, client, GET);
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, GET);
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    return server;
}

static void end(int client)
{
    close(client);
    harness_settle(&h);
    harness_stop(&h);
}

/* ---- framing, as a table
 * -------------------------------------------------------------------------- */

struct exchange {
    const char *name;
    const char *request;   /* of the client */
    const char *forwarded; /* what the server gets */
    const char *response;  /* of the server */
    const char *returned;  /* what the client gets */
    bool keeps_client, keeps_server;
};

#define REQ_CLOSE "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
#define REQ_10 "GET / HTTP/1.0\r\n\r\n"
#define REQ_HEAD "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"

static const struct exchange exchanges[] = {
    {"a length", GET, GET, OK, OK, true, true},
    {"a body of no bytes", GET, GET, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true, true},
    {"204 has no body", GET, GET, "HTTP/1.1 204 No Content\r\n\r\n",
     "HTTP/1.1 204 No Content\r\n\r\n", true, true},
    {"304 has no body whatever its length says", GET, GET,
     "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
     "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", true, true},
    {"nor has the answer to HEAD", REQ_HEAD, REQ_HEAD,
     "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
     true, true},
    {"chunks are framed anew", GET, GET,
     "HTTP/1.1 200 OK\r\n" CHUNKED "\r\n0003;x=y\r\nabc\r\n0\r\n\r\n",
     "HTTP/1.1 200 OK\r\n" CHUNKED "\r\n3\r\nabc\r\n0\r\n\r\n", true, true},
    {"trailers are passed on", GET, GET,
     "HTTP/1.1 200 OK\r\n" CHUNKED "\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n",
     "HTTP/1.1 200 OK\r\n" CHUNKED "\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n", true, true},
    {"a request in chunks", "POST / HTTP/1.1\r\nHost: a\r\n" CHUNKED "\r\n3\r\nabc\r\n0\r\n\r\n",
     "POST / HTTP/1.1\r\nHost: a\r\n" CHUNKED "\r\n3\r\nabc\r\n0\r\n\r\n", OK, OK, true, true},
    {"the client asks to close", REQ_CLOSE, GET, OK,
     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", false, true},
    {"the server asks to close", GET, GET,
     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", OK, true, false},
    {"HTTP/1.0 closes", REQ_10, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", OK,
     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", false, true},
    {"HTTP/1.0 asks to go on", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
     "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", OK,
     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok", true, true},
    {"chunks for HTTP/1.0 are taken apart", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
     "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
     "HTTP/1.1 200 OK\r\n" CHUNKED "\r\n3\r\nabc\r\n0\r\n\r\n",
     "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc", false, true},
    {"an HTTP/1.0 server closes", GET, GET, "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
     "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok", true, false},
    {"an HTTP/1.0 server goes on", GET, GET,
     "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok",
     "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok", true, true},
    {"what Connection names stays here",
     "GET / HTTP/1.1\r\nHost: a\r\nX-Hop: 1\r\nConnection: x-hop\r\nX-End: 1\r\n\r\n",
     "GET / HTTP/1.1\r\nHost: a\r\nX-End: 1\r\n\r\n", OK, OK, true, true},
    {"but not what frames or routes",
     "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: host, "
     "content-length\r\n\r\nabc",
     "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", OK, OK, true, true},
    {"the same length twice goes on once",
     "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
     "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", OK, OK, true, true},
    {"TE but for trailers", "GET / HTTP/1.1\r\nHost: a\r\nTE: gzip\r\nConnection: te\r\n\r\n", GET,
     OK, OK, true, true},
    {"interim responses go on", GET, GET, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" OK,
     "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" OK, true, true},
    {"but not to HTTP/1.0", REQ_10, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
     "HTTP/1.1 103 Early Hints\r\n\r\n" OK,
     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", false, true},
    {"bytes behind the response's end", GET, GET, OK "HTTP/1.1 200 OK\r\n", OK, true, false},
    {"426 says what to upgrade to", GET, GET,
     "HTTP/1.1 426 Upgrade Required\r\nUpgrade: foo\r\nContent-Length: 0\r\nConnection: "
     "Upgrade\r\n\r\n",
     "HTTP/1.1 426 Upgrade Required\r\nUpgrade: foo\r\nContent-Length: 0\r\nConnection: "
     "Upgrade\r\n\r\n",
     true, true},
    {"a status line without a reason", GET, GET, "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", true, true},
};

/* With option accept-invalid-http-request and -response: whatever came, what goes on is well
 * formed. */
static const struct exchange lenient_exchanges[] = {
    {"lines that end in LF", "GET / HTTP/1.1\nHost: a\nX: y\n\n",
     "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\nX: y\n\n",
     "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: y\r\n\r\n", true, true},
    {"more than one space", "GET   /   HTTP/1.1\r\nHost: a\r\n\r\n", GET,
     "HTTP/1.1   200   OK\r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true, true},
    {"another version", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", GET,
     "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
     true, true},
    {"another protocol", GET, GET, "ICY 200 OK\r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n", true, false},
    {"empty lines first", "\r\n\r\n" GET, GET, "\r\nHTTP/1.1 204 No Content\r\n\r\n",
     "HTTP/1.1 204 No Content\r\n\r\n", true, true},
};

static void run_exchanges(const struct exchange *table, size_t count, bool lenient)
{
    for (size_t i = 0; i < count; i++) {
        const struct exchange *e = &table[i];
        print_message("%s\n", e->name);
        harness_init(&h, 1);
        h.proxy.accept_invalid_request = h.proxy.accept_invalid_response = lenient;
        harness_start(&h);
        int client = harness_connect(&h);
        harness_say(&h, client, e->request);
        int server = harness_accept(&h, 0);
        harness_hear(&h, server, e->forwarded);
        harness_hear_nothing(&h, server);
        harness_say(&h, server, e->response);
        harness_hear(&h, client, e->returned);
        if (e->keeps_server)
            harness_hear_nothing(&h, server);
        else
            harness_hear_end(&h, server);
        if (e->keeps_client)
            harness_hear_nothing(&h, client);
        else
            harness_hear_end(&h, client);
        assert_memory_equal(harness_last_log(&h)->termination, "--", 2);
        if (e->keeps_client)
            close(client);
        if (e->keeps_server)
            close(server);
        harness_stop(&h);
    }
}

static void test_exchange(void **state)
{
    (void)state;
    run_exchanges(exchanges, sizeof(exchanges) / sizeof(exchanges[0]), false);
}

static void test_lenient_exchange(void **state)
{
    (void)state;
    run_exchanges(lenient_exchanges, sizeof(lenient_exchanges) / sizeof(lenient_exchanges[0]),
                  true);
}

/* ---- reuse
 * ---------------------------------------------------------------------------------------- */

static void test_one_connection_serves_many(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    int server = first_exchange(client);
    for (int i = 0; i < 3; i++)
        exchange(client, server);
    int other = harness_connect(&h);
    exchange(other, server);
    assert_false(harness_has_connection(&h, 0));
    close(other);
    close(server);
    end(client);
}

static void test_a_server_that_sends_too_much_later(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    int server = first_exchange(client);
    harness_say(&h, server, "HTTP/1.1 200 OK\r\n");
    harness_hear_end(&h, server);
    close(first_exchange(client));
    end(client);
}

/* A body of exactly as many bytes as one read asks for leaves it open whether more has come. */
static void test_surplus_behind_a_large_body(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    static char response[1024 * 1024 + 64];
    memset(response, 'x', sizeof(response));
    int head = sprintf(response, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", 1024 * 1024);
    response[head] = 'x';
    harness_say(&h, client, GET);
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, GET);
    harness_say_bytes(&h, server, response, (size_t)head + 1024 * 1024 - 1);
    harness_skip(&h, client, (size_t)head + 1024 * 1024 - 1);
    harness_say(&h, server, "xHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
    harness_hear(&h, client, "x");
    harness_hear_end(&h, server);
    close(first_exchange(client));
    end(client);
}

static void test_surplus_behind_a_body_read_at_once(void **state)
{
    (void)state;
    enum { BODY = 66 * 1024 }; /* small enough to be moved at once */
    harness_start(&h);
    int client = harness_connect(&h);
    static char response[BODY + 256];
    memset(response, 'x', sizeof(response));
    harness_say(&h, client, GET);
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, GET);
    char head[64];
    int head_len = sprintf(head, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", BODY);
    harness_say_bytes(&h, server, head, (size_t)head_len);
    harness_hear(&h, client, head);
    memcpy(response + BODY, OK, sizeof(OK));
    assert_int_equal(send(server, response, BODY + sizeof(OK) - 1, 0), BODY + sizeof(OK) - 1);
    harness_skip(&h, client, BODY);
    harness_hear_nothing(&h, client);
    harness_say(&h, client, GET);
    harness_hear_nothing(&h, client);
    close(server);
    server = harness_accept(&h, 0);
    harness_hear(&h, server, GET);
    harness_say(&h, server, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
    harness_hear(&h, client, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
    close(server);
    end(client);
}

/* ---- retries
 * -------------------------------------------------------------------------------------- */

static void test_an_idle_connection_that_closed_is_no_failure(void **state)
{
    (void)state;
    h.proxy.retries = 3;
    harness_start(&h);
    int client = harness_connect(&h);
    int server = first_exchange(client);
    harness_say(&h, client, GET);
    harness_hear(&h, server, GET);
    close(server);
    server = harness_accept(&h, 0);
    harness_hear(&h, server, GET);
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    assert_int_equal(harness_last_log(&h)->retries, 1);
    close(server);
    end(client);
}

static void test_a_post_is_never_repeated(void **state)
{
    (void)state;
    h.proxy.retries = 3;
    harness_start(&h);
    int client = harness_connect(&h);
    int server = first_exchange(client);
    harness_say(&h, client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
    harness_hear(&h, server, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
    close(server);
    assert_memory_equal(harness_hear_head(&h, client), "HTTP/1.1 502", 12);
    assert_false(harness_has_connection(&h, 0));
    assert_memory_equal(harness_last_log(&h)->termination, "SH", 2);
    end(client);
}

static void test_nor_is_what_has_begun_to_be_answered(void **state)
{
    (void)state;
    h.proxy.retries = 3;
    harness_start(&h);
    int client = harness_connect(&h);
    int server = first_exchange(client);
    harness_say(&h, client, GET);
    harness_hear(&h, server, GET);
    harness_say(&h, server, "HTTP/1.1 200 OK\r\nConte");
    close(server);
    assert_memory_equal(harness_hear_head(&h, client), "HTTP/1.1 502", 12);
    assert_false(harness_has_connection(&h, 0));
    end(client);
}

static void test_a_cut_response_is_cut(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, GET);
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, GET);
    harness_say(&h, server, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
    close(server);
    harness_hear(&h, client, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
    harness_hear_end(&h, client);
    assert_memory_equal(harness_last_log(&h)->termination, "SD", 2);
    harness_stop(&h);
}

/* ---- answers before the question is over
 * ------------------------------------------------------------- */

#define PUT_5 "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"

/* A server that means to go on reads the rest: who cut it would reset the client. */
static void test_an_early_answer_and_the_rest_of_the_request(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, PUT_5 "ab");
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, PUT_5 "ab");
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    harness_say(&h, client, "c");
    harness_hear(&h, server, "c");
    assert_int_equal(h.log_count, 0);
    harness_say(&h, client, "de" GET);
    harness_hear(&h, server, "de" GET);
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    assert_int_equal(h.log_count, 2);
    close(server);
    end(client);
}

static void test_an_early_answer_that_closes(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, PUT_5 "ab");
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, PUT_5 "ab");
    harness_say(&h, server,
                "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    assert_memory_equal(harness_hear_head(&h, client), "HTTP/1.1 413", 12);
    harness_hear_end(&h, server);
    harness_say(&h, client,
                "cde"); /* read and dropped, so that the answer is not lost by a reset */
    harness_hear_end(&h, client);
    harness_stop(&h);
}

static void test_an_early_answer_and_the_server_leaves(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, PUT_5 "ab");
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, PUT_5 "ab");
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    close(server);
    harness_hear_end(&h, client);
    harness_stop(&h);
}

/* ---- failures
 * --------------------------------------------------------------------------------------- */

static void test_a_client_that_resets_ends_the_stream(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, GET);
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, GET);
    harness_say(&h, server, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    harness_hear(&h, client, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    harness_reset(&h, client);
    harness_hear_end(&h, server);
    assert_memory_equal(harness_last_log(&h)->termination, "CD", 2);
    harness_stop(&h);
}

static void test_no_server_listens(void **state)
{
    (void)state;
    harness_start(&h);
    close(h.origins[0]);
    h.origins[0] = 0;
    int client = harness_connect(&h);
    harness_say(&h, client, GET);
    assert_memory_equal(harness_hear_head(&h, client), "HTTP/1.1 503", 12);
    assert_memory_equal(harness_last_log(&h)->termination, "SC", 2);
    assert_int_equal(harness_count(&h, 0, COUNTER_FAILED_CONN), 1);
    assert_int_equal(harness_count(&h, -1, COUNTER_FAILED_CONN), 1);
    end(client);
}

static void test_a_bad_body_is_the_fault_of_the_client(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, CHUNKED_POST "1\r\na\r\n");
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, CHUNKED_POST "1\r\na\r\n");
    harness_say(&h, client, "nonsense\r\n");
    assert_memory_equal(harness_hear_head(&h, client), "HTTP/1.1 400", 12);
    harness_hear_end(&h, server);
    assert_int_equal(harness_count(&h, 0, COUNTER_FAILED_RESP), 0);
    end(client);
}

static void test_a_bad_response_is_the_fault_of_the_server(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, GET);
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, GET);
    harness_say(&h, server, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab");
    assert_memory_equal(harness_hear_head(&h, client), "HTTP/1.1 502", 12);
    harness_hear_end(&h, server);
    assert_memory_equal(harness_last_log(&h)->termination, "PH", 2);
    assert_int_equal(harness_count(&h, 0, COUNTER_FAILED_RESP), 1);
    end(client);
}

/* ---- pipelining
 * ----------------------------------------------------------------------------------- */

static void test_pipelined_requests_go_one_by_one(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, GET GET GET);
    int server = harness_accept(&h, 0);
    for (int i = 0; i < 3; i++) {
        harness_hear(&h, server, GET);
        harness_hear_nothing(&h, server);
        harness_say(&h, server, OK);
        harness_hear(&h, client, OK);
    }
    close(server);
    end(client);
}

/* More of them than fit the buffer: the rest waits in the kernel, and no event speaks of it again.
 */
static void test_pipelining_beyond_the_buffer(void **state)
{
    (void)state;
    enum { REQUESTS = 1000 };
    harness_start(&h);
    int client = harness_connect(&h);
    static char all[REQUESTS * (sizeof(GET) - 1) + 1];
    for (int i = 0; i < REQUESTS; i++)
        memcpy(all + (size_t)i * (sizeof(GET) - 1), GET, sizeof(GET));
    harness_say_bytes(&h, client, all, strlen(all));
    int server = harness_accept(&h, 0);
    for (int i = 0; i < REQUESTS; i++) {
        harness_hear(&h, server, GET);
        harness_say(&h, server, OK);
        harness_hear(&h, client, OK);
    }
    close(server);
    end(client);
}

static void test_a_request_behind_a_trailer_in_pieces(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, CHUNKED_POST "1\r\na\r\n0\r\nX-Sum: 1");
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, CHUNKED_POST "1\r\na\r\n");
    harness_say(&h, client, "23\r\n\r\n" GET);
    harness_hear(&h, server, "0\r\nX-Sum: 123\r\n\r\n");
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    harness_hear(&h, server, GET);
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    close(server);
    end(client);
}

enum { UPLOAD = 40000 };

#define PUT_UPLOAD "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n"

/* An upload in one piece, and what follows it. */
static void say_upload(int client, const char *behind)
{
    static char all[UPLOAD + 1024];
    int len = sprintf(all, PUT_UPLOAD);
    memset(all + len, 'x', UPLOAD);
    strcpy(all + len + UPLOAD, behind);
    harness_say_bytes(&h, client, all, strlen(all));
}

/* The second upload of a session is read beyond the stream's buffer, together with what follows. */
static void test_requests_behind_large_uploads(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    int server = first_exchange(client);
    for (int i = 0; i < 3; i++) {
        say_upload(client, GET GET);
        harness_hear(&h, server, PUT_UPLOAD);
        harness_skip(&h, server, UPLOAD);
        for (int k = 0; k < 3; k++) {
            harness_say(&h, server, OK);
            harness_hear(&h, client, OK);
            if (k < 2)
                harness_hear(&h, server, GET);
        }
        exchange(client, server);
    }
    close(server);
    end(client);
}

/* Nor is it lost while the stream waits for a server. */
static void test_a_large_upload_waits_in_the_queue(void **state)
{
    (void)state;
    h.servers[0].maxconn = 1;
    harness_start(&h);
    int client = harness_connect(&h), other = harness_connect(&h);
    int server = first_exchange(client);
    say_upload(client, "");
    harness_hear(&h, server, PUT_UPLOAD);
    harness_skip(&h, server, UPLOAD);
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    harness_say(&h, other, GET);
    harness_hear(&h, server, GET);
    say_upload(client, GET);
    harness_hear_nothing(&h, server);
    harness_say(&h, server, OK);
    harness_hear(&h, other, OK);
    harness_hear(&h, server, PUT_UPLOAD);
    harness_skip(&h, server, UPLOAD);
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    harness_hear(&h, server, GET);
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    close(other);
    close(server);
    end(client);
}

/* A refused one leaves no byte that could be taken for a request. */
static void test_a_large_upload_that_is_refused(void **state)
{
    (void)state;
    h.proxy.retries = 0;
    harness_start(&h);
    int client = harness_connect(&h);
    int server = first_exchange(client);
    say_upload(client, "");
    harness_skip(&h, server, sizeof(PUT_UPLOAD) - 1 + UPLOAD);
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    close(server);
    harness_settle(&h);
    close(h.origins[0]);
    h.origins[0] = 0;
    say_upload(client, GET);
    assert_memory_equal(harness_hear_head(&h, client), "HTTP/1.1 503", 12);
    char page[512];
    harness_settle(&h);
    ssize_t n = recv(client, page, sizeof(page) - 1, MSG_DONTWAIT);
    assert_true(n > 0);
    page[n] = '\0';
    assert_null(strstr(page, "HTTP/1.1"));
    harness_hear_end(&h, client);
    harness_stop(&h);
}

/* Requests that were read together with the end of a body must fit the next stream's buffer. */
static void test_much_behind_a_chunked_body(void **state)
{
    (void)state;
    enum { REQUESTS = 400 };
    h.buffer_bytes = 4096;
    harness_start(&h);
    int client = harness_connect(&h);
    static char rest[16 + REQUESTS * (sizeof(GET) - 1)];
    int len = sprintf(rest, "1\r\na\r\n0\r\n\r\n");
    for (int i = 0; i < REQUESTS; i++)
        len += sprintf(rest + len, GET);
    harness_say(&h, client, CHUNKED_POST);
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, CHUNKED_POST);
    harness_say_bytes(&h, client, rest, (size_t)len);
    harness_hear(&h, server, "1\r\na\r\n0\r\n\r\n");
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    for (int i = 0; i < REQUESTS; i++) {
        harness_hear(&h, server, GET);
        harness_say(&h, server, OK);
        harness_hear(&h, client, OK);
    }
    close(server);
    end(client);
}

/* ---- upgrades
 * ------------------------------------------------------------------------------------- */

#define UPGRADE "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: chat\r\n"

static void test_an_upgrade_becomes_a_tunnel(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, UPGRADE "Connection: Upgrade\r\n\r\nearly");
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, UPGRADE "Connection: Upgrade\r\n\r\n");
    harness_hear_nothing(&h, server);
    harness_say(&h, server,
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\nConnection: "
                "Upgrade\r\n\r\nhello");
    harness_hear(&h, client,
                 "HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\nConnection: "
                 "Upgrade\r\n\r\nhello");
    harness_hear(&h, server, "early");
    harness_say(&h, client, "to server");
    harness_hear(&h, server, "to server");
    shutdown(client, SHUT_WR);
    char c;
    harness_settle(&h);
    assert_int_equal(recv(server, &c, 1, MSG_DONTWAIT), 0);
    harness_say(&h, server, "last words");
    harness_hear(&h, client, "last words");
    close(server);
    harness_hear_end(&h, client);
    harness_stop(&h);
}

static void test_101_that_nobody_asked_for(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, GET);
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, GET);
    harness_say(&h, server,
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
    assert_memory_equal(harness_hear_head(&h, client), "HTTP/1.1 502", 12);
    harness_hear_end(&h, server);
    end(client);
}

static void test_a_flood_of_interim_responses(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, GET);
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, GET);
    for (int i = 0; i < 33; i++)
        harness_say(&h, server, "HTTP/1.1 102 Processing\r\n\r\n");
    for (int i = 0; i < 32; i++)
        harness_hear(&h, client, "HTTP/1.1 102 Processing\r\n\r\n");
    assert_memory_equal(harness_hear_head(&h, client), "HTTP/1.1 502", 12);
    harness_hear_end(&h, server);
    end(client);
}

static void test_expect_100_continue(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client,
                "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    int server = harness_accept(&h, 0);
    harness_hear(&h, server,
                 "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    harness_say(&h, server, "HTTP/1.1 100 Continue\r\n\r\n");
    harness_hear(&h, client, "HTTP/1.1 100 Continue\r\n\r\n");
    harness_say(&h, client, "ab");
    harness_hear(&h, server, "ab");
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    exchange(client, server);
    close(server);
    end(client);
}

/* ---- the end
 * -------------------------------------------------------------------------------------- */

static void test_draining_lets_the_busy_finish(void **state)
{
    (void)state;
    harness_start(&h);
    int idle = harness_connect(&h), busy = harness_connect(&h);
    int server = first_exchange(idle);
    harness_say(&h, busy, GET);
    harness_hear(&h, server, GET);
    harness_say(&h, server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    harness_hear(&h, busy, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    http_thread_post_drain(h.http[0]);
    harness_hear_end(&h, idle);
    assert_int_equal(h.drained, 0);
    harness_say(&h, server, "ok");
    harness_hear(&h, busy, "ok");
    harness_hear_end(&h, busy);
    assert_int_equal(h.drained, 1);
    close(server);
    harness_stop(&h);
}

static void test_draining_the_idle_is_told_once(void **state)
{
    (void)state;
    harness_start(&h);
    int idle = harness_connect(&h);
    close(first_exchange(idle));
    http_thread_post_drain(h.http[0]);
    harness_hear_end(&h, idle);
    assert_int_equal(h.drained, 1);
    harness_stop(&h);
}

#define CASE(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exchange),
        cmocka_unit_test(test_lenient_exchange),
        CASE(test_one_connection_serves_many),
        CASE(test_a_server_that_sends_too_much_later),
        CASE(test_surplus_behind_a_large_body),
        CASE(test_surplus_behind_a_body_read_at_once),
        CASE(test_an_idle_connection_that_closed_is_no_failure),
        CASE(test_a_post_is_never_repeated),
        CASE(test_nor_is_what_has_begun_to_be_answered),
        CASE(test_a_cut_response_is_cut),
        CASE(test_an_early_answer_and_the_rest_of_the_request),
        CASE(test_an_early_answer_that_closes),
        CASE(test_an_early_answer_and_the_server_leaves),
        CASE(test_a_client_that_resets_ends_the_stream),
        CASE(test_no_server_listens),
        CASE(test_a_bad_body_is_the_fault_of_the_client),
        CASE(test_a_bad_response_is_the_fault_of_the_server),
        CASE(test_pipelined_requests_go_one_by_one),
        CASE(test_pipelining_beyond_the_buffer),
        CASE(test_a_request_behind_a_trailer_in_pieces),
        CASE(test_requests_behind_large_uploads),
        CASE(test_a_large_upload_waits_in_the_queue),
        CASE(test_a_large_upload_that_is_refused),
        CASE(test_much_behind_a_chunked_body),
        CASE(test_an_upgrade_becomes_a_tunnel),
        CASE(test_101_that_nobody_asked_for),
        CASE(test_a_flood_of_interim_responses),
        CASE(test_expect_100_continue),
        CASE(test_draining_lets_the_busy_finish),
        CASE(test_draining_the_idle_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
