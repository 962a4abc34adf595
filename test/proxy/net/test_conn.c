/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain connections: what they remember of edges, so that nothing is asked twice and nothing is
 * missed.
 */
#include "proxy/net/conn.h"
#include "test/proxy/net/turns.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct loop loop;
static struct conn conn;
static int peer;
static unsigned events;

static void on_ready(struct conn *c)
{
    (void)c;
    events++;
}

/* A port that nobody else can have, where connections are refused until somebody listens. */
static int bind_to_loopback(struct sockaddr_in *in)
{
    socklen_t len = sizeof(*in);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    *in = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(bind(fd, (struct sockaddr *)in, sizeof(*in)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)in, &len), 0);
    return fd;
}

static int listen_on_loopback(struct sockaddr_in *in)
{
    int fd = bind_to_loopback(in);
    assert_int_equal(listen(fd, 8), 0);
    return fd;
}

/* The next client, once it is there. */
static int accept_one(int listener)
{
    struct pollfd fd = {.fd = listener, .events = POLLIN};
    assert_int_equal(poll(&fd, 1, TURNS_PATIENCE_MS), 1);
    return accept(listener, NULL, NULL);
}

static struct conn *attempt;
static int attempt_rc;

static bool is_attempt_over(void)
{
    attempt_rc = conn_connected(attempt);
    return attempt_rc != UV_EAGAIN;
}

/* Turns until it is known how the attempt to connect went. */
static int outcome(struct conn *c)
{
    attempt = c;
    assert_true(turns_until(&loop, is_attempt_over));
    return attempt_rc;
}

/* conn is connected to peer over TCP. */
static int set_up(void **state)
{
    (void)state;
    struct sockaddr_in in;
    int listener = listen_on_loopback(&in);
    assert_int_equal(loop_init(&loop, 0), 0);
    assert_int_equal(conn_connect(&conn, &loop, (struct sockaddr *)&in, sizeof(in), NULL, on_ready),
                     0);
    assert_int_equal(outcome(&conn), 0);
    peer = accept_one(listener);
    assert_true(peer >= 0);
    close(listener);
    events = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    conn_close(&conn);
    conn_close(&conn); /* idempotent */
    if (peer >= 0)
        close(peer);
    loop_destroy(&loop);
    return 0;
}

static unsigned events_before;

static bool has_event(void)
{
    return events != events_before;
}

static void await_event(void)
{
    events_before = events;
    assert_true(turns_until(&loop, has_event));
}

static bool has_peer_ended(void)
{
    return conn.peer_ended;
}

static bool is_writable(void)
{
    return conn.writable;
}

static void say(const char *text)
{
    assert_int_equal(send(peer, text, strlen(text), MSG_NOSIGNAL), strlen(text));
    await_event();
}

static ssize_t send_text(const char *text)
{
    struct iovec piece = {.iov_base = (char *)text, .iov_len = strlen(text)};
    return conn_sendv(&conn, &piece, 1);
}

static void test_nothing_is_read_before_an_edge(void **state)
{
    (void)state;
    char buf[8];
    assert_false(conn_can_read(&conn));
    assert_int_equal(conn_recv(&conn, buf, sizeof(buf)), UV_EAGAIN);
}

static void test_a_short_read_empties_the_socket(void **state)
{
    (void)state;
    char buf[8];
    say("abc");
    assert_true(conn_can_read(&conn));
    assert_int_equal(conn_recv(&conn, buf, sizeof(buf)), 3);
    assert_false(conn_can_read(&conn));
    say("d");
    assert_true(conn_can_read(&conn));
    assert_int_equal(conn_recv(&conn, buf, sizeof(buf)), 1);
}

static void test_a_full_read_may_have_left_something(void **state)
{
    (void)state;
    char buf[4];
    say("abcdef");
    assert_int_equal(conn_recv(&conn, buf, sizeof(buf)), 4);
    assert_true(conn_can_read(&conn)); /* though no event comes for it */
    assert_int_equal(conn_recv(&conn, buf, sizeof(buf)), 2);
    assert_false(conn_can_read(&conn));
}

static void test_bytes_and_the_end_in_one_event(void **state)
{
    (void)state;
    char buf[8];
    assert_int_equal(send(peer, "abc", 3, 0), 3);
    shutdown(peer, SHUT_WR);
    assert_true(turns_until(&loop, has_peer_ended));
    assert_false(conn.broken);
    assert_int_equal(conn_recv(&conn, buf, sizeof(buf)), 3);
    assert_true(conn_can_read(&conn)); /* the end, of which no other event tells */
    assert_int_equal(conn_recv(&conn, buf, sizeof(buf)), 0);
    assert_int_equal(send_text("still writable"), 14);
}

static void test_a_reset(void **state)
{
    (void)state;
    struct linger now = {.l_onoff = 1};
    setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(peer);
    peer = -1;
    await_event();
    char buf[8];
    assert_true(conn.broken);
    assert_int_equal(conn_recv(&conn, buf, sizeof(buf)), UV_ECONNRESET);
    assert_int_equal(send_text("x"), UV_EPIPE);
}

static void test_a_full_send_buffer_and_room_again(void **state)
{
    (void)state;
    static char block[64 * 1024], drain[256 * 1024];
    struct iovec piece = {.iov_base = block, .iov_len = sizeof(block)};
    ssize_t n;
    size_t sent = 0, received = 0;
    while ((n = conn_sendv(&conn, &piece, 1)) > 0)
        sent += (size_t)n;
    assert_int_equal(n, UV_EAGAIN);
    assert_false(conn.writable);
    events = 0;
    while (received < sent) {
        n = recv(peer, drain, sizeof(drain), 0);
        assert_true(n > 0);
        received += (size_t)n;
    }
    assert_true(turns_until(&loop, is_writable));
    assert_true(events > 0);
    assert_int_equal(send_text("x"), 1);
}

static void test_pieces_share_one_send(void **state)
{
    (void)state;
    struct iovec pieces[] = {{"ab", 2}, {"cde", 3}, {"f", 1}};
    char buf[16];
    assert_int_equal(conn_sendv(&conn, pieces, 3), 6);
    assert_int_equal(recv(peer, buf, sizeof(buf), 0), 6);
    assert_memory_equal(buf, "abcdef", 6);
}

static void test_end_of_writing_is_a_fin(void **state)
{
    (void)state;
    char buf[8];
    conn_end_writing(&conn);
    assert_int_equal(recv(peer, buf, sizeof(buf), 0), 0);
    say("x");
    assert_int_equal(conn_recv(&conn, buf, sizeof(buf)), 1);
}

static void test_disconnecting_is_a_reset(void **state)
{
    (void)state;
    char buf[8];
    int fd = conn_disconnect(&conn);
    assert_true(fd >= 0);
    assert_false(conn_is_open(&conn));
    assert_int_equal(conn_disconnect(&conn), -1);
    assert_int_equal(recv(peer, buf, sizeof(buf), 0), -1);
    close(fd);
}

static int reconnect(int fd, const struct sockaddr_in *in)
{
    int rc = conn_reconnect(&conn, fd, (const struct sockaddr *)in, sizeof(*in));
    return rc == 0 ? outcome(&conn) : rc;
}

static void test_one_socket_for_many_connections(void **state)
{
    (void)state;
    struct sockaddr_in in, nobody;
    char buf[8];
    int listener = listen_on_loopback(&in), silent = bind_to_loopback(&nobody);
    for (int i = 0; i < 3; i++) {
        close(peer);
        int fd = conn_disconnect(&conn);
        turns_settle(&loop); /* the kernel has more to tell of it, which is no event of ours */
        events = 0;
        assert_int_equal(reconnect(fd, &nobody), UV_ECONNREFUSED);
        assert_int_equal(reconnect(conn_disconnect(&conn), &in), 0);
        peer = accept_one(listener);
        say("abc");
        assert_int_equal(conn_recv(&conn, buf, sizeof(buf)), 3);
        assert_int_equal(send_text("de"), 2);
        assert_int_equal(recv(peer, buf, sizeof(buf), 0), 2);
    }
    close(listener);
    close(silent);
}

static void test_a_socket_of_another_family_is_refused(void **state)
{
    (void)state;
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(1)};
    int fd = conn_disconnect(&conn);
    assert_true(conn_reconnect(&conn, fd, (struct sockaddr *)&in6, sizeof(in6)) < 0);
    assert_false(conn_is_open(&conn));
}

static void test_nobody_listens(void **state)
{
    (void)state;
    struct sockaddr_in in;
    struct conn refused;
    int silent = bind_to_loopback(&in);
    int rc = conn_connect(&refused, &loop, (struct sockaddr *)&in, sizeof(in), NULL, on_ready);
    assert_int_equal(rc == 0 ? outcome(&refused) : rc, UV_ECONNREFUSED);
    conn_close(&refused);
    close(silent);
}

static void test_an_address_of_no_family(void **state)
{
    (void)state;
    struct sockaddr_in in = {.sin_family = AF_UNSPEC};
    struct conn none;
    assert_true(conn_connect(&none, &loop, (struct sockaddr *)&in, sizeof(in), NULL, on_ready) < 0);
    assert_false(conn_is_open(&none));
}

static void wishes_are_options_of_the_socket(void **state)
{
    (void)state;
    const struct conn_options options = {
        .keepalive = {.enabled = true, .idle_s = 11, .interval_s = 12, .count = 3},
        .fast_open = true,
        .user_timeout_ms = 10000,
        .interface = "lo"};
    static const struct {
        int level, name, wanted;
    } rows[] = {{SOL_SOCKET, SO_KEEPALIVE, 1},         {IPPROTO_TCP, TCP_KEEPIDLE, 11},
                {IPPROTO_TCP, TCP_KEEPINTVL, 12},      {IPPROTO_TCP, TCP_KEEPCNT, 3},
                {IPPROTO_TCP, TCP_NODELAY, 1},         {IPPROTO_TCP, TCP_USER_TIMEOUT, 10000},
                {IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1}};
    char interface[16] = "";
    socklen_t len = sizeof(interface);
    int fd = socket_new(AF_INET, NULL);
    assert_true(fd >= 0);
    assert_int_equal(socket_prepare(fd, AF_INET, &options), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int value = 0;
        socklen_t bytes = sizeof(value);
        assert_int_equal(getsockopt(fd, rows[i].level, rows[i].name, &value, &bytes), 0);
        assert_int_equal(value, rows[i].wanted);
    }
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, &len), 0);
    assert_string_equal(interface, "lo");
    close(fd);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void packets_are_marked_as_asked(void **state)
{
    (void)state;
    static const struct {
        sa_family_t family;
        int level, option;
    } kinds[] = {{AF_INET, IPPROTO_IP, IP_TOS}, {AF_INET6, IPPROTO_IPV6, IPV6_TCLASS}};
    struct conn_options options = {.marks = {.tos = 0x28, .has_tos = true}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        int tos = 0, fd = socket_new(kinds[i].family, NULL);
        socklen_t len = sizeof(tos);
        if (fd < 0)
            continue; /* a machine without IPv6 */
        assert_int_equal(socket_prepare(fd, kinds[i].family, &options), 0);
        assert_int_equal(getsockopt(fd, kinds[i].level, kinds[i].option, &tos, &len), 0);
        assert_int_equal(tos, 0x28);
        close(fd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_nothing_is_read_before_an_edge),
        CASE(test_a_short_read_empties_the_socket),
        CASE(test_a_full_read_may_have_left_something),
        CASE(test_bytes_and_the_end_in_one_event),
        CASE(test_a_reset),
        CASE(test_a_full_send_buffer_and_room_again),
        CASE(test_pieces_share_one_send),
        CASE(test_end_of_writing_is_a_fin),
        CASE(test_disconnecting_is_a_reset),
        CASE(test_one_socket_for_many_connections),
        CASE(test_a_socket_of_another_family_is_refused),
        CASE(test_nobody_listens),
        CASE(test_an_address_of_no_family),
        cmocka_unit_test(packets_are_marked_as_asked),
        cmocka_unit_test(wishes_are_options_of_the_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
