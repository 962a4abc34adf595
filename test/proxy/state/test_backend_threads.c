/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads that assign, wait, cancel and release, while the control thread takes servers out and
 * back and moves their limits. At the end nothing may be left over. Meant for ThreadSanitizer.
 */
#include "test/proxy/state/fixture.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { WORKERS = 8, ROUNDS = 1500 };

struct worker {
    struct queue_entry entry;
    struct loop_message step; /* the next thing to do */
    struct server *server;    /* held, or NULL */
    struct thread *thread;
    unsigned rounds;
    bool is_waiting, is_cancelling;
};

struct thread {
    struct loop loop;
    pthread_t id;
    struct worker workers[WORKERS];
    unsigned seed, done;
    unsigned assigned, granted, cancelled, returned, refused;
};

static struct thread threads[FIXTURE_THREADS];
static struct backend *backend;
static atomic_uint over_limit;

static void next_step(struct worker *worker)
{
    loop_post(&worker->thread->loop, &worker->step);
}

static void finish_round(struct worker *worker)
{
    struct thread *thread = worker->thread;
    if (++worker->rounds < ROUNDS)
        next_step(worker);
    else if (++thread->done == WORKERS)
        loop_stop(&thread->loop);
}

static void on_granted(struct queue_entry *entry, struct server *server)
{
    struct worker *worker = LIST_ITEM(entry, struct worker, entry);
    assert_true(worker->is_cancelling == (server == NULL));
    if (server == NULL) {
        worker->is_cancelling = false;
        worker->thread->returned++;
        finish_round(worker);
        return;
    }
    worker->is_waiting = false;
    worker->server = server;
    worker->thread->granted++;
}

static void try_to_cancel(struct worker *worker)
{
    worker->is_waiting = false;
    if (queue_cancel(&worker->entry)) {
        worker->thread->cancelled++;
        finish_round(worker);
    } else {
        worker->is_cancelling = true;
    }
}

static void start(struct worker *worker)
{
    struct thread *thread = worker->thread;
    worker->entry.loop = &thread->loop;
    worker->entry.granted = on_granted;
    switch (backend_assign(backend, NULL, &worker->entry, thread->loop.now_us, &worker->server)) {
    case ASSIGNED:
        thread->assigned++;
        break;
    case QUEUED:
        worker->is_waiting = true;
        break;
    default:
        thread->refused++;
        finish_round(worker);
        return;
    }
    next_step(worker);
}

static void on_step(struct loop_message *message)
{
    struct worker *worker = LIST_ITEM(message, struct worker, step);
    struct thread *thread = worker->thread;
    bool now = rand_r(&thread->seed) % 3 == 0;
    if (worker->is_waiting) {
        if (now && rand_r(&thread->seed) % 4 == 0)
            try_to_cancel(worker);
        else
            next_step(worker);
    } else if (worker->server != NULL) {
        unsigned maxconn = atomic_load(&worker->server->maxconn);
        if (maxconn >= 3 && atomic_load(&worker->server->in_flight) > 3)
            atomic_fetch_add(&over_limit, 1);
        if (!now) {
            next_step(worker);
            return;
        }
        struct server *server = worker->server;
        worker->server = NULL;
        backend_release(server, thread->loop.now_us);
        finish_round(worker);
    } else {
        start(worker);
    }
}

static void *run(void *arg)
{
    struct thread *thread = arg;
    for (int i = 0; i < WORKERS; i++)
        next_step(&thread->workers[i]);
    loop_run(&thread->loop);
    return NULL;
}

static bool all_done(void)
{
    for (int t = 0; t < FIXTURE_THREADS; t++) {
        if (!atomic_load(&threads[t].loop.stopping))
            return false;
    }
    return true;
}

static void disturb(struct snapshot *snapshot, struct loop *control)
{
    unsigned seed = 7;
    while (!all_done()) {
        struct server *server = snapshot->proxies[0].servers[rand_r(&seed) % 3];
        switch (rand_r(&seed) % 4) {
        case 0:
            server_set_admin(server, rand_r(&seed) % 3, control);
            break;
        case 1:
            server_set_health(server, rand_r(&seed) % 2, control);
            break;
        case 2:
            server_set_weight(server, rand_r(&seed) % 3, control);
            break;
        default:
            server_set_maxconn(server, 1 + rand_r(&seed) % 3, control);
        }
        /* what the statistics do meanwhile */
        struct check_result check;
        server_read_check(server, &check);
        char text[32];
        server_status_text(server, text, sizeof(text));
        usleep(200);
        /* nobody waits for ever */
        server_set_admin(snapshot->proxies[0].servers[0], SERVER_READY, control);
        server_set_weight(snapshot->proxies[0].servers[0], 1, control);
        server_set_health(snapshot->proxies[0].servers[0], true, control);
    }
}

static void test_nothing_is_left_over(void **state)
{
    (void)state;
    struct loop control;
    static struct fixture_config fc;
    assert_int_equal(loop_init(&control, FIXTURE_THREADS), 0);
    fixture_config_init(&fc, 3);
    for (int i = 0; i < 3; i++)
        fc.servers[i].maxconn = 3;
    struct snapshot *snapshot = fixture_load(&fc, NULL, &control);
    backend = &snapshot->proxies[0].state->backend;

    for (unsigned t = 0; t < FIXTURE_THREADS; t++) {
        threads[t].seed = t + 1;
        assert_int_equal(loop_init(&threads[t].loop, t), 0);
        for (int i = 0; i < WORKERS; i++) {
            threads[t].workers[i].thread = &threads[t];
            threads[t].workers[i].step.run = on_step;
        }
    }
    for (int t = 0; t < FIXTURE_THREADS; t++)
        assert_int_equal(pthread_create(&threads[t].id, NULL, run, &threads[t]), 0);
    disturb(snapshot, &control);

    unsigned got = 0, granted = 0, gone = 0;
    for (int t = 0; t < FIXTURE_THREADS; t++) {
        pthread_join(threads[t].id, NULL);
        got += threads[t].assigned + threads[t].granted + threads[t].returned;
        granted += threads[t].granted;
        gone += threads[t].cancelled + threads[t].refused;
    }
    assert_int_equal(backend->queued, 0);
    assert_int_equal(backend->sessions, 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(snapshot->proxies[0].servers[i]->in_flight, 0);
    assert_int_equal(got + gone, FIXTURE_THREADS * WORKERS * ROUNDS);
    assert_int_equal(backend->counters->picks, got);
    assert_true(granted > 0);
    assert_int_equal(over_limit, 0);
    assert_true(backend->counters->sessions_max <= FIXTURE_THREADS * WORKERS);
    for (int t = 0; t < FIXTURE_THREADS; t++)
        loop_destroy(&threads[t].loop);
    snapshot_free(snapshot);
    loop_destroy(&control);
}

/* Without limits, round robin is exact over all threads. */
static void *take_turns(void *arg)
{
    (void)arg;
    for (int n = 0; n < 5000; n++) {
        struct server *server;
        if (backend_assign(backend, NULL, NULL, 0, &server) == ASSIGNED)
            backend_release(server, 0);
    }
    return NULL;
}

static void test_turns_are_exact_over_threads(void **state)
{
    (void)state;
    struct loop control;
    static struct fixture_config fc;
    pthread_t ids[FIXTURE_THREADS];
    assert_int_equal(loop_init(&control, FIXTURE_THREADS), 0);
    fixture_config_init(&fc, 7);
    struct snapshot *snapshot = fixture_load(&fc, NULL, &control);
    backend = &snapshot->proxies[0].state->backend;
    for (int t = 0; t < FIXTURE_THREADS; t++)
        assert_int_equal(pthread_create(&ids[t], NULL, take_turns, NULL), 0);
    for (int t = 0; t < FIXTURE_THREADS; t++)
        pthread_join(ids[t], NULL);
    uint64_t least = UINT64_MAX, most = 0, total = 0;
    for (int i = 0; i < 7; i++) {
        uint64_t picks = snapshot->proxies[0].servers[i]->counters->picks;
        least = picks < least ? picks : least;
        most = picks > most ? picks : most;
        total += picks;
    }
    assert_int_equal(total, FIXTURE_THREADS * 5000);
    assert_true(most - least <= 1);
    snapshot_free(snapshot);
    loop_destroy(&control);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_left_over),
        cmocka_unit_test(test_turns_are_exact_over_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
