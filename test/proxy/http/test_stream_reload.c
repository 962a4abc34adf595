/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a reload and servers that come and go mean to sessions, streams and connections at hand.
 */
#include "test/proxy/http/harness.h"

#include "proxy/state/events.h"
#include "proxy/state/server_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define OK_CLOSE "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"

static struct harness h;

static int set_up(void **state)
{
    (void)state;
    harness_init(&h, 2);
    h.proxy.server_count = 1;
    return 0;
}

static int first_exchange(int client)
{
    harness_say(&h, client, GET);
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, GET);
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    return server;
}

static void exchange(int client, int server)
{
    harness_say(&h, client, GET);
    harness_hear(&h, server, GET);
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
}

static void end(int client)
{
    close(client);
    harness_settle(&h);
    harness_stop(&h);
}

/* The address of the second server takes the place of the first one's. */
static void move_server(void)
{
    h.servers[0].addr = h.servers[1].addr;
}

static void test_connections_outlive_a_reload(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    int server = first_exchange(client);
    harness_reload(&h);
    assert_int_equal(harness_loads(&h), 1);
    exchange(client, server);
    close(server);
    end(client);
}

static void test_a_stream_keeps_its_load(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, GET);
    int server = harness_accept(&h, 0);
    move_server();
    harness_reload(&h);
    assert_int_equal(harness_loads(&h), 2);
    harness_hear(&h, server, GET);
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    harness_hear_end(&h, server); /* nobody will use it again */
    harness_say(&h, client, GET);
    server = harness_accept(&h, 1);
    harness_hear(&h, server, GET);
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    assert_int_equal(harness_loads(&h), 1);
    close(server);
    end(client);
}

static void test_a_pipelining_client_moves_on(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, GET GET);
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, GET);
    move_server();
    harness_reload(&h);
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    close(server);
    server = harness_accept(&h, 1);
    assert_int_equal(harness_loads(&h), 1);
    harness_hear(&h, server, GET);
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    close(server);
    end(client);
}

static void test_a_kept_connection_goes_with_its_server(void **state)
{
    (void)state;
    h.proxy.reuse = CONF_REUSE_NEVER;
    harness_start(&h);
    int client = harness_connect(&h);
    int server = first_exchange(client);
    exchange(client, server);
    move_server();
    harness_reload(&h);
    harness_hear_end(&h, server);
    harness_say(&h, client, GET);
    close(harness_accept(&h, 1));
    end(client);
}

static void test_an_address_that_is_gone(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    int server = first_exchange(client);
    h.proxy.bind_count = 0;
    harness_reload(&h);
    harness_say(&h, client, GET);
    harness_hear(&h, server, GET);
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK_CLOSE);
    harness_hear_end(&h, client);
    harness_settle(&h);
    assert_int_equal(harness_loads(&h), 1);
    close(server);
    harness_stop(&h);
}

static struct server *server_of(unsigned index)
{
    return h.chain.current->proxies[0].servers[index];
}

/* Two servers; the first one has a request at hand and then goes down. */
static int ask_and_lose(const char *request, int client)
{
    harness_say(&h, client, request);
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, request);
    server_set_health(server_of(0), false, &h.control);
    harness_settle(&h);
    return server;
}

static void test_a_safe_request_leaves_a_server_that_goes_down(void **state)
{
    (void)state;
    h.proxy.server_count = 2;
    h.proxy.retries = 3;
    harness_start(&h);
    int client = harness_connect(&h);
    int lost = ask_and_lose(GET, client);
    harness_hear_end(&h, lost);
    int server = harness_accept(&h, 1);
    harness_hear(&h, server, GET);
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    close(server);
    end(client);
}

#define POST "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"

static void test_any_other_stays(void **state)
{
    (void)state;
    h.proxy.server_count = 2;
    h.proxy.retries = 3;
    harness_start(&h);
    int client = harness_connect(&h);
    int server = ask_and_lose(POST, client);
    assert_false(harness_has_connection(&h, 1));
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    harness_hear_end(&h, server); /* but its connection is not kept */
    end(client);
}

/* The operator means that no new request goes there; those at hand are finished in peace. */
static void test_maintenance_lets_requests_finish(void **state)
{
    (void)state;
    h.proxy.server_count = 2;
    h.proxy.retries = 3;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, GET);
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, GET);
    server_set_admin(server_of(0), SERVER_MAINT, &h.control);
    harness_settle(&h);
    assert_false(harness_has_connection(&h, 1));
    harness_say(&h, server, OK);
    harness_hear(&h, client, OK);
    harness_hear_end(&h, server);
    end(client);
}

static void test_on_marked_down_shutdown_sessions(void **state)
{
    (void)state;
    h.proxy.server_count = 2;
    h.servers[0].shutdown_sessions_on_down = true;
    harness_start(&h);
    int client = harness_connect(&h);
    int server = ask_and_lose(POST, client);
    harness_hear_end(&h, server);
    assert_memory_equal(harness_hear_head(&h, client), "HTTP/1.1 503", 12);
    assert_memory_equal(harness_last_log(&h)->termination, "DH", 2);
    end(client);
}

static void test_idle_connections_go_with_a_server_that_is_down(void **state)
{
    (void)state;
    harness_start(&h);
    int client = harness_connect(&h);
    int server = first_exchange(client);
    server_set_health(server_of(0), false, &h.control);
    harness_hear_end(&h, server);
    harness_say(&h, client, GET);
    assert_memory_equal(harness_hear_head(&h, client), "HTTP/1.1 503", 12);
    assert_memory_equal(harness_last_log(&h)->termination, "SC", 2);
    end(client);
}

/* ---- the queue
 * ------------------------------------------------------------------------------------- */

static void test_a_slot_goes_to_who_waited_longest(void **state)
{
    (void)state;
    h.servers[0].maxconn = 1;
    harness_start(&h);
    int clients[3], server = 0;
    for (int i = 0; i < 3; i++) {
        clients[i] = harness_connect(&h);
        harness_say(&h, clients[i], GET);
    }
    server = harness_accept(&h, 0);
    for (int i = 0; i < 3; i++) {
        harness_hear(&h, server, GET);
        harness_hear_nothing(&h, server);
        harness_say(&h, server, OK);
        harness_hear(&h, clients[i], OK);
    }
    assert_false(harness_has_connection(&h, 0));
    close(clients[0]);
    close(clients[1]);
    close(server);
    end(clients[2]);
}

/* The slot is granted and its message on the way when the client resets: it must not get lost. */
static void test_a_client_that_leaves_as_its_turn_comes(void **state)
{
    (void)state;
    h.servers[0].maxconn = 1;
    harness_start(&h);
    int first = harness_connect(&h), second = harness_connect(&h);
    harness_say(&h, first, GET);
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, GET);
    harness_say(&h, second, GET);
    struct linger now = {.l_onoff = 1};
    setsockopt(second, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    assert_int_equal(send(server, OK, sizeof(OK) - 1, 0), sizeof(OK) - 1);
    close(second); /* both events in one batch */
    harness_settle(&h);
    harness_hear(&h, first, OK);
    assert_int_equal(atomic_load(&server_of(0)->in_flight), 0);
    exchange(first, server);
    close(server);
    end(first);
}

#define CASE(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_connections_outlive_a_reload),
        CASE(test_a_stream_keeps_its_load),
        CASE(test_a_pipelining_client_moves_on),
        CASE(test_a_kept_connection_goes_with_its_server),
        CASE(test_an_address_that_is_gone),
        CASE(test_a_safe_request_leaves_a_server_that_goes_down),
        CASE(test_any_other_stays),
        CASE(test_maintenance_lets_requests_finish),
        CASE(test_on_marked_down_shutdown_sessions),
        CASE(test_idle_connections_go_with_a_server_that_is_down),
        CASE(test_a_slot_goes_to_who_waited_longest),
        CASE(test_a_client_that_leaves_as_its_turn_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
