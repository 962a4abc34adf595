/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes through pipes: whole, in order, held while nobody takes them; and how many pipes are kept. */
#include "proxy/net/splice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void on_ready(struct conn *conn)
{
    (void)conn;
}

/* Two connections, and the far ends of both. */
struct pair {
    struct loop loop;
    struct conn from, to;
    int sender, receiver;
};

static void pair_start(struct pair *p)
{
    int in[2], out[2];
    assert_int_equal(loop_init(&p->loop, 0), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, in), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, out), 0);
    assert_int_equal(conn_open(&p->from, &p->loop, in[0], on_ready), 0);
    assert_int_equal(conn_open(&p->to, &p->loop, out[0], on_ready), 0);
    p->sender = in[1];
    p->receiver = out[1];
    p->from.readable = true;
}

static void pair_end(struct pair *p)
{
    conn_close(&p->from);
    conn_close(&p->to);
    close(p->sender);
    close(p->receiver);
    loop_destroy(&p->loop);
}

static void bytes_pass_whole_and_in_order(void **state)
{
    (void)state;
    struct pair p;
    char sent[5000], got[sizeof(sent)];
    pair_start(&p);
    for (size_t i = 0; i < sizeof(sent); i++)
        sent[i] = (char)(i * 7);
    assert_int_equal(write(p.sender, sent, sizeof(sent)), sizeof(sent));
    struct splice_pipe *pipe = splice_pipe_take(&p.loop);
    assert_non_null(pipe);
    assert_int_equal(conn_splice_in(&p.from, pipe), sizeof(sent));
    assert_int_equal(pipe->held, sizeof(sent));
    assert_int_equal(conn_splice_out(&p.to, pipe), sizeof(sent));
    assert_int_equal(pipe->held, 0);
    assert_int_equal(read(p.receiver, got, sizeof(got)), sizeof(got));
    assert_memory_equal(sent, got, sizeof(sent));
    splice_pipe_give(&p.loop, pipe);
    pair_end(&p);
}

static void nothing_to_read_and_the_end_are_told_apart(void **state)
{
    (void)state;
    struct pair p;
    pair_start(&p);
    struct splice_pipe *pipe = splice_pipe_take(&p.loop);
    assert_int_equal(conn_splice_in(&p.from, pipe), UV_EAGAIN);
    assert_false(p.from.readable);
    assert_int_equal(conn_splice_in(&p.from, pipe), UV_EAGAIN); /* without a call */
    shutdown(p.sender, SHUT_WR);
    p.from.readable = true;
    assert_int_equal(conn_splice_in(&p.from, pipe), 0);
    splice_pipe_give(&p.loop, pipe);
    pair_end(&p);
}

static void what_is_not_taken_stays_in_the_pipe(void **state)
{
    (void)state;
    struct pair p;
    static char much[65536];
    pair_start(&p);
    while (write(p.to.source.fd, much, sizeof(much)) > 0)
        continue; /* its receiver is full */
    assert_int_equal(write(p.sender, "late", 4), 4);
    struct splice_pipe *pipe = splice_pipe_take(&p.loop);
    assert_int_equal(conn_splice_in(&p.from, pipe), 4);
    assert_int_equal(conn_splice_out(&p.to, pipe), UV_EAGAIN);
    assert_false(p.to.writable);
    assert_int_equal(pipe->held, 4);
    splice_pipe_give(&p.loop, pipe); /* with bytes in it: no other connection shall get those */
    assert_int_equal(p.loop.pipes.free_count, 0);
    pair_end(&p);
}

static void pipes_are_kept_and_bounded(void **state)
{
    (void)state;
    struct pair p;
    struct splice_pipe *taken[SPLICE_PIPES_MAX];
    pair_start(&p);
    for (size_t i = 0; i < SPLICE_PIPES_MAX; i++) {
        taken[i] = splice_pipe_take(&p.loop);
        assert_non_null(taken[i]);
    }
    assert_null(splice_pipe_take(&p.loop));
    for (size_t i = 0; i < SPLICE_PIPES_MAX; i++)
        splice_pipe_give(&p.loop, taken[i]);
    assert_int_equal(p.loop.pipes.free_count, SPLICE_PIPES_MAX);
    splice_pool_trim(&p.loop.pipes); /* all were needed since the last time */
    assert_int_equal(p.loop.pipes.free_count, SPLICE_PIPES_MAX);
    splice_pool_trim(&p.loop.pipes);
    assert_int_equal(p.loop.pipes.free_count, 0);
    pair_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_pass_whole_and_in_order),
        cmocka_unit_test(nothing_to_read_and_the_end_are_told_apart),
        cmocka_unit_test(what_is_not_taken_stays_in_the_pipe),
        cmocka_unit_test(pipes_are_kept_and_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
