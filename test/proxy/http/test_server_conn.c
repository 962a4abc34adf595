/* SPDX-License-Identifier: Apache-2.0 */
/* The pools of idle server connections: who may use which, how many are kept, and how long. */
#include "test/proxy/http/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_CLOSE "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static struct harness h;

static int set_up(void **state)
{
    (void)state;
    harness_init(&h, 1);
    return 0;
}

/* One exchange; over `server`, or with -1 over a new connection. Returns which. */
static int exchange(int client, int server)
{
    harness_say(&h, client, GET);
    if (server < 0)
        server = harness_accept(&h, 0);
    assert_false(harness_has_connection(&h, 0));
    harness_hear(&h, server, GET);
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    return server;
}

static unsigned idle_count(void)
{
    return h.chain.current->proxies[0].servers[0]->threads[0].count;
}

/* What the policies of http-reuse let the first and the later requests of a session use. */
static const struct {
    const char *name;
    enum conf_reuse reuse;
    bool first_takes_fresh;  /* an idle connection that has served one request */
    bool first_takes_proven; /* one that has served several */
    bool later_takes_others;
} policies[] = {
    {"never", CONF_REUSE_NEVER, false, false, false},
    {"safe", CONF_REUSE_SAFE, false, false, true},
    {"aggressive", CONF_REUSE_AGGRESSIVE, false, true, true},
    {"always", CONF_REUSE_ALWAYS, true, true, true},
};

static void test_policies(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
        print_message("%s\n", policies[i].name);
        harness_init(&h, 1);
        h.proxy.reuse = policies[i].reuse;
        harness_start(&h);
        int first = harness_connect(&h), second = harness_connect(&h), third = harness_connect(&h);
        int server = exchange(first, -1);
        int other = exchange(second, policies[i].first_takes_fresh ? server : -1);
        exchange(first, policies[i].later_takes_others ? other : server);
        int last = exchange(third, policies[i].first_takes_proven ? other : -1);
        close(first);
        close(second);
        close(third);
        close(server);
        if (other != server)
            close(other);
        if (last != server && last != other)
            close(last);
        harness_settle(&h);
        assert_int_equal(idle_count(), 0); /* they noticed that the server closed */
        harness_stop(&h);
    }
}

static void test_no_more_are_kept_than_configured(void **state)
{
    (void)state;
    h.servers[0].pool_max_conn = 1;
    harness_start(&h);
    int clients[2], servers[2];
    for (int i = 0; i < 2; i++) {
        clients[i] = harness_connect(&h);
        harness_say(&h, clients[i], GET);
        servers[i] = harness_accept(&h, 0);
    }
    for (int i = 0; i < 2; i++) {
        harness_say(&h, servers[i], OK);
        harness_hear(&h, clients[i], OK);
    }
    assert_int_equal(idle_count(), 1);
    harness_hear(&h, servers[1], GET);
    harness_hear_end(&h, servers[1]);
    close(servers[0]);
    close(clients[0]);
    close(clients[1]);
    harness_stop(&h);
}

static void test_a_strict_maxconn_leaves_none_idle(void **state)
{
    (void)state;
    h.servers[0].strict_maxconn = true;
    h.servers[0].maxconn = 1;
    harness_start(&h);
    int client = harness_connect(&h), server = exchange(client, -1);
    harness_hear_end(&h, server);
    assert_int_equal(idle_count(), 0);
    int next = exchange(client, -1);
    close(server);
    close(next);
    close(client);
    harness_stop(&h);
}

static void test_the_idle_are_closed_in_time(void **state)
{
    (void)state;
    h.servers[0].pool_purge_ms = 60000;
    harness_start(&h);
    int client = harness_connect(&h), server = exchange(client, -1);
    harness_age(&h, 60000);
    harness_hear_end(&h, server); /* at the next upkeep */
    assert_int_equal(idle_count(), 0);
    close(client);
    harness_stop(&h);
}

static void test_http_server_close(void **state)
{
    (void)state;
    h.proxy.http_server_close = true;
    harness_start(&h);
    int client = harness_connect(&h);
    for (int i = 0; i < 2; i++) {
        harness_say(&h, client, GET);
        int server = harness_accept(&h, 0);
        harness_hear(&h, server, GET_CLOSE);
        harness_say(&h, server, OK);
        harness_hear(&h, client, OK);
        harness_hear_end(&h, server);
    }
    close(client);
    harness_stop(&h);
}

static void test_httpclose(void **state)
{
    (void)state;
    h.proxy.http_close = true;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, GET);
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, GET_CLOSE);
    harness_say(&h, server, OK);
    harness_hear(&h, client, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    harness_hear_end(&h, server);
    harness_hear_end(&h, client);
    harness_stop(&h);
}

#define CASE(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policies),
        CASE(test_no_more_are_kept_than_configured),
        CASE(test_a_strict_maxconn_leaves_none_idle),
        CASE(test_the_idle_are_closed_in_time),
        CASE(test_http_server_close),
        CASE(test_httpclose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
