/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes through a pipe from one connection to another. */
#include "proxy/net/splice.h"
#include "test/proxy/net/turns.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { BYTES = 300 * 1024 };

static struct loop loop;
static struct conn from, to;
static int giver, taker;
static char sent[BYTES], received[BYTES];

static void on_ready(struct conn *conn)
{
    (void)conn;
}

/* conn and the other end, over TCP. */
static int open_conn(struct conn *conn)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(in);
    int listener = socket(AF_INET, SOCK_STREAM, 0), peer = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&in, sizeof(in)), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&in, &len), 0);
    assert_int_equal(connect(peer, (struct sockaddr *)&in, sizeof(in)), 0);
    assert_int_equal(conn_open(conn, &loop, accept4(listener, NULL, NULL, SOCK_NONBLOCK), on_ready),
                     0);
    close(listener);
    return peer;
}

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(loop_init(&loop, 0), 0);
    giver = open_conn(&from);
    taker = open_conn(&to);
    for (size_t i = 0; i < BYTES; i++)
        sent[i] = (char)(i * 7 + i / 251);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    conn_close(&from);
    conn_close(&to);
    close(giver);
    close(taker);
    splice_trim(&loop);
    loop_destroy(&loop);
    return 0;
}

static void test_bytes_arrive_as_they_were(void **state)
{
    (void)state;
    struct splice_pipe *pipe = splice_pipe_take(&loop);
    assert_non_null(pipe);
    size_t given = 0, in_pipe = 0, taken = 0;
    while (taken < BYTES) {
        ssize_t n = given < BYTES ? send(giver, sent + given, BYTES - given, MSG_DONTWAIT) : 0;
        given += n > 0 ? (size_t)n : 0;
        turns_settle(&loop);
        n = in_pipe == 0 ? splice_in(&from, pipe, BYTES) : 0;
        assert_true(n >= 0 || n == UV_EAGAIN);
        in_pipe += n > 0 ? (size_t)n : 0;
        n = in_pipe > 0 ? splice_out(pipe, &to, in_pipe, false) : 0;
        assert_true(n >= 0 || n == UV_EAGAIN);
        in_pipe -= n > 0 ? (size_t)n : 0;
        n = recv(taker, received + taken, BYTES - taken, MSG_DONTWAIT);
        taken += n > 0 ? (size_t)n : 0;
    }
    assert_memory_equal(received, sent, BYTES);
    assert_int_equal(splice_in(&from, pipe, BYTES), UV_EAGAIN);
    assert_false(conn_can_read(&from));
    splice_pipe_give(&loop, pipe, 0);
}

static void test_the_end_is_a_zero(void **state)
{
    (void)state;
    struct splice_pipe *pipe = splice_pipe_take(&loop);
    shutdown(giver, SHUT_WR);
    turns_settle(&loop);
    assert_int_equal(splice_in(&from, pipe, 100), 0);
    splice_pipe_give(&loop, pipe, 0);
}

static void test_a_taker_that_is_gone(void **state)
{
    (void)state;
    struct splice_pipe *pipe = splice_pipe_take(&loop);
    struct linger now = {.l_onoff = 1};
    setsockopt(taker, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(taker);
    taker = dup(giver); /* for tear_down */
    assert_int_equal(send(giver, "abc", 3, 0), 3);
    turns_settle(&loop);
    assert_int_equal(splice_in(&from, pipe, 100), 3);
    assert_true(splice_out(pipe, &to, 3, false) < 0);
    splice_pipe_give(&loop, pipe, 3);
    assert_int_equal(loop.spare_pipe_count, 0); /* what is in it must not reach another client */
}

static void test_only_empty_pipes_are_kept(void **state)
{
    (void)state;
    struct splice_pipe *pipe = splice_pipe_take(&loop);
    splice_pipe_give(&loop, pipe, 0);
    assert_int_equal(loop.spare_pipe_count, 1);
    assert_ptr_equal(splice_pipe_take(&loop), pipe);
    splice_pipe_give(&loop, pipe, 0);
    splice_pipe_give(&loop, NULL, 0);
    splice_trim(&loop);
    assert_int_equal(loop.spare_pipe_count, 0);
}

static void test_who_can_be_joined(void **state)
{
    (void)state;
    static const struct transport another = {.name = "another"};
    assert_true(splice_is_possible(&from, &to));
    to.transport = &another;
    assert_false(splice_is_possible(&from, &to));
    assert_false(splice_is_possible(&to, &from));
    to.transport = &transport_plain;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_bytes_arrive_as_they_were), CASE(test_the_end_is_a_zero),
        CASE(test_a_taker_that_is_gone),      CASE(test_only_empty_pipes_are_kept),
        CASE(test_who_can_be_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
