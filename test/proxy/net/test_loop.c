/* SPDX-License-Identifier: Apache-2.0 */
/* The event loop: messages of other threads, tasks, timers, garbage, and events of what is closed
 * meanwhile. */
#include "test/proxy/net/turns.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct loop loop;

static int set_up(void **state)
{
    (void)state;
    return loop_init(&loop, 0);
}

static int tear_down(void **state)
{
    (void)state;
    loop_destroy(&loop);
    return 0;
}

/* ---- messages
 * ------------------------------------------------------------------------------------- */

struct note {
    struct loop_message message;
    unsigned sender, number;
};

enum { SENDERS = 4, NOTES = 2000 };

static struct note notes[SENDERS][NOTES];
static unsigned heard[SENDERS];

static void on_note(struct loop_message *message)
{
    struct note *note = LIST_ITEM(message, struct note, message);
    assert_int_equal(note->number, heard[note->sender]); /* in the order of their sender */
    heard[note->sender]++;
    unsigned all = 0;
    for (unsigned i = 0; i < SENDERS; i++)
        all += heard[i];
    if (all == SENDERS * NOTES)
        loop_stop(&loop);
}

static void *send_notes(void *arg)
{
    struct note *mine = arg;
    for (unsigned i = 0; i < NOTES; i++)
        loop_post(&loop, &mine[i].message);
    return NULL;
}

static void test_messages_of_many_threads(void **state)
{
    (void)state;
    pthread_t threads[SENDERS];
    memset(heard, 0, sizeof(heard));
    for (unsigned i = 0; i < SENDERS; i++) {
        for (unsigned n = 0; n < NOTES; n++)
            notes[i][n] = (struct note){{.run = on_note}, i, n};
        assert_int_equal(pthread_create(&threads[i], NULL, send_notes, notes[i]), 0);
    }
    loop_run(&loop);
    for (unsigned i = 0; i < SENDERS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(heard[i], NOTES);
    }
}

static unsigned repeats;

static void on_repeat(struct loop_message *message)
{
    if (++repeats < 3)
        loop_post(&loop, message); /* it may be posted again from within */
}

static void test_a_message_posts_itself_again(void **state)
{
    (void)state;
    struct loop_message message = {.run = on_repeat};
    repeats = 0;
    loop_post(&loop, &message);
    turns_settle(&loop);
    assert_int_equal(repeats, 3);
}

/* ---- tasks and garbage
 * ---------------------------------------------------------------------------- */

struct job {
    struct loop_task task;
    struct loop_garbage garbage;
    unsigned runs;
    bool freed;
};

static struct job job, other_job;

static void on_job(struct loop_task *task)
{
    struct job *j = LIST_ITEM(task, struct job, task);
    if (++j->runs < 3)
        loop_soon(&loop, task);
}

static void on_thief(struct loop_task *task)
{
    LIST_ITEM(task, struct job, task)->runs++;
    list_remove(&job.task.node);
}

static void job_init(struct job *j, void (*run)(struct loop_task *))
{
    *j = (struct job){.task.run = run};
    list_init(&j->task.node);
}

static void test_a_task_runs_once_in_a_turn(void **state)
{
    (void)state;
    job_init(&job, on_job);
    loop_soon(&loop, &job.task);
    loop_soon(&loop, &job.task);
    for (unsigned turn = 1; turn <= 4; turn++) {
        turns_one(&loop);
        assert_int_equal(job.runs, turn < 3 ? turn : 3);
    }
}

static void test_a_task_is_withdrawn_by_another(void **state)
{
    (void)state;
    job_init(&job, on_job);
    job_init(&other_job, on_thief);
    loop_soon(&loop, &other_job.task);
    loop_soon(&loop, &job.task);
    turns_settle(&loop);
    assert_int_equal(other_job.runs, 1);
    assert_int_equal(job.runs, 0);
}

static void on_free(struct loop_garbage *garbage)
{
    LIST_ITEM(garbage, struct job, garbage)->freed = true;
}

static void on_throw_away(struct loop_task *task)
{
    struct job *j = LIST_ITEM(task, struct job, task);
    loop_free_later(&loop, &j->garbage, on_free);
    assert_false(j->freed);
}

static void test_garbage_goes_at_the_end_of_the_turn(void **state)
{
    (void)state;
    job_init(&job, on_throw_away);
    loop_soon(&loop, &job.task);
    turns_one(&loop);
    assert_true(job.freed);
}

/* ---- sockets
 * -------------------------------------------------------------------------------------- */

struct socket_pair {
    struct loop_source ours, theirs_too;
    int fds[4];
    unsigned events;
};

static struct socket_pair pair;

static void on_ready_close_other(struct loop_source *source, uint32_t events)
{
    struct loop_source *other = source == &pair.ours ? &pair.theirs_too : &pair.ours;
    (void)events;
    pair.events++;
    if (other->fd >= 0)
        close(other->fd);
    other->fd = -1;
}

static void test_an_event_of_what_was_closed_in_the_same_batch(void **state)
{
    (void)state;
    pair.events = 0;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair.fds), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair.fds + 2), 0);
    pair.ours = (struct loop_source){on_ready_close_other, pair.fds[0]};
    pair.theirs_too = (struct loop_source){on_ready_close_other, pair.fds[2]};
    assert_int_equal(loop_add(&loop, &pair.ours), 0);
    assert_int_equal(loop_add(&loop, &pair.theirs_too), 0);
    assert_int_equal(write(pair.fds[1], "x", 1), 1);
    assert_int_equal(write(pair.fds[3], "x", 1), 1);
    turns_one(&loop);
    assert_int_equal(pair.events, 1);
    close(pair.fds[1]);
    close(pair.fds[3]);
    close(pair.ours.fd >= 0 ? pair.ours.fd : pair.theirs_too.fd);
}

/* ---- time
 * ----------------------------------------------------------------------------------------- */

static unsigned fired;

static void end_with_the_second(void)
{
    if (++fired == 2)
        loop_stop(&loop);
}

static void on_uv_timer(uv_timer_t *timer)
{
    (void)timer;
    end_with_the_second();
}

static void on_wheel_timer(struct wheel_timer *timer)
{
    (void)timer;
    end_with_the_second();
}

static void test_both_kinds_of_timers_wake_the_loop(void **state)
{
    (void)state;
    uv_timer_t uv;
    struct wheel_timer timer;
    assert_int_equal(uv_timer_init(&loop.uv, &uv), 0);
    fired = 0;
    assert_int_equal(uv_timer_start(&uv, on_uv_timer, 10, 0), 0);
    wheel_timer_init(&timer, on_wheel_timer);
    loop_arm(&loop, &timer, 60);
    uint64_t begin = turns_clock_ms();
    loop_run(&loop); /* for ever, if one of them does not */
    assert_true(turns_clock_ms() - begin >= 59);
    uv_close((uv_handle_t *)&uv, NULL);
    turns_settle(&loop);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_messages_of_many_threads),
        CASE(test_a_message_posts_itself_again),
        CASE(test_a_task_runs_once_in_a_turn),
        CASE(test_a_task_is_withdrawn_by_another),
        CASE(test_garbage_goes_at_the_end_of_the_turn),
        CASE(test_an_event_of_what_was_closed_in_the_same_batch),
        CASE(test_both_kinds_of_timers_wake_the_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
