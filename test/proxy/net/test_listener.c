/* SPDX-License-Identifier: Apache-2.0 */
/* Accepting: whom the owner admits, pauses, and that nobody in the backlog is lost when it stops.
 */
#include "proxy/net/listener.h"
#include "test/proxy/net/turns.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

enum { CLIENTS = 100 };

static struct loop loop;
static struct listener listener;
static int fd, clients[CLIENTS];
static unsigned room, accepted;

static bool on_admit(struct listener *l)
{
    (void)l;
    return accepted < room;
}

static void on_accepted(struct listener *l, int conn, const struct sockaddr *from)
{
    (void)l;
    assert_int_equal(from->sa_family, AF_INET);
    accepted++;
    close(conn);
}

static const struct listener_owner owner = {.admit = on_admit, .accepted = on_accepted};

static int set_up(void **state)
{
    (void)state;
    room = CLIENTS;
    accepted = 0;
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
    assert_int_equal(listen(fd, 2 * CLIENTS), 0);
    assert_int_equal(loop_init(&loop, 0), 0);
    assert_int_equal(listener_start(&listener, &loop, fd, &owner), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    listener_stop(&listener);
    listener_stop(&listener); /* idempotent */
    loop_destroy(&loop);
    close(fd);
    return 0;
}

static unsigned backlog(void)
{
    struct tcp_info info;
    socklen_t len = sizeof(info);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
    return info.tcpi_unacked; /* of a listening socket: how many wait to be accepted */
}

/* So many more wait to be accepted. */
static void arrive(unsigned count)
{
    struct sockaddr_in in;
    socklen_t len = sizeof(in);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
    for (unsigned i = 0; i < count; i++) {
        clients[i] = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(connect(clients[i], (struct sockaddr *)&in, sizeof(in)), 0);
    }
    for (uint64_t end = turns_clock_ms() + TURNS_PATIENCE_MS; backlog() < count;)
        assert_true(turns_clock_ms() < end); /* the last step of a handshake is the listener's */
}

static bool are_all_accepted(void)
{
    return accepted == room;
}

static void leave(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        close(clients[i]);
}

static void test_all_are_accepted(void **state)
{
    (void)state;
    arrive(CLIENTS);
    assert_true(turns_until(&loop, are_all_accepted));
    leave(CLIENTS);
}

static void test_those_without_a_place_wait(void **state)
{
    (void)state;
    room = 3;
    arrive(5);
    turns_settle(&loop);
    assert_int_equal(accepted, 3);
    assert_true(listener.paused);
    room = 4;
    listener_resume(&listener);
    turns_settle(&loop);
    assert_int_equal(accepted, 4);
    room = 5;
    turns_skip(LISTENER_RETRY_MS); /* nobody tells: it looks again by itself */
    assert_true(turns_until(&loop, are_all_accepted));
    leave(5);
}

static void test_stopping_takes_the_backlog_along(void **state)
{
    (void)state;
    arrive(CLIENTS);
    listener_stop(&listener);
    assert_int_equal(accepted, CLIENTS);
    listener_resume(&listener); /* no effect */
    leave(CLIENTS);
}

static void test_stopping_while_paused(void **state)
{
    (void)state;
    room = 1;
    arrive(2);
    turns_settle(&loop);
    assert_true(listener.paused);
    listener_stop(&listener);
    assert_int_equal(accepted, 1);
    turns_skip(2 * LISTENER_RETRY_MS);
    turns_settle(&loop);
    assert_int_equal(accepted, 1);
    leave(2);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_all_are_accepted),
        CASE(test_those_without_a_place_wait),
        CASE(test_stopping_takes_the_backlog_along),
        CASE(test_stopping_while_paused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
