/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reloads under load: servers come, go, move and change weight while streams run on every thread.
 * No stream may be refused, and every snapshot and server must go in its time. Meant for
 * ThreadSanitizer and AddressSanitizer.
 */
#include "proxy/state/events.h"
#include "test/proxy/state/fixture.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { STREAMS = 16, RELOADS = 100 };

struct stream {
    struct loop_message step;
    struct thread *thread;
    struct snapshot *snapshot; /* held while it runs, or NULL */
    struct server *server;
};

struct thread {
    struct loop loop;
    pthread_t id;
    struct snapshot *current;
    struct stream streams[STREAMS];
    unsigned seed, served, refused, retired_seen, running;
    bool is_ending;
};

/* Tells one thread of a new load. */
struct publication {
    struct loop_message message;
    struct thread *thread;
    struct snapshot *snapshot;
};

static struct thread threads[FIXTURE_THREADS];

static void begin(struct stream *stream)
{
    struct thread *thread = stream->thread;
    unsigned index = thread->loop.index;
    struct backend *backend = &thread->current->proxies[0].state->backend;
    if (backend_assign(backend, NULL, NULL, thread->loop.now_us, &stream->server) != ASSIGNED) {
        thread->refused++;
        return;
    }
    stream->snapshot = snapshot_hold(thread->current, index);
    counters_add(server_counters(stream->server, index), COUNTER_SESSIONS, 1);
    counters_time(server_counters(stream->server, index), TIME_TOTAL, 1000);
    thread->running++;
}

static void end(struct stream *stream)
{
    struct thread *thread = stream->thread;
    if (atomic_load(&stream->server->retired))
        thread->retired_seen++;
    backend_release(stream->server, thread->loop.now_us);
    snapshot_release(stream->snapshot, thread->loop.index);
    stream->snapshot = NULL;
    thread->served++;
    thread->running--;
}

static void on_step(struct loop_message *message)
{
    struct stream *stream = LIST_ITEM(message, struct stream, step);
    struct thread *thread = stream->thread;
    if (stream->snapshot == NULL && !thread->is_ending)
        begin(stream);
    else if (stream->snapshot != NULL && (thread->is_ending || rand_r(&thread->seed) % 8 == 0))
        end(stream);
    if (thread->is_ending && stream->snapshot == NULL) {
        if (thread->running == 0)
            loop_stop(&thread->loop);
        return;
    }
    loop_post(&thread->loop, &stream->step);
}

static void on_publication(struct loop_message *message)
{
    struct publication *publication = LIST_ITEM(message, struct publication, message);
    struct thread *thread = publication->thread;
    struct snapshot *before = thread->current;
    thread->current = publication->snapshot;
    if (publication->snapshot == NULL)
        thread->is_ending = true;
    if (before != NULL && publication->snapshot != NULL)
        snapshot_release(before, thread->loop.index);
    free(publication);
}

static void publish(struct snapshot *snapshot)
{
    for (int t = 0; t < FIXTURE_THREADS; t++) {
        struct publication *publication = malloc(sizeof(*publication));
        assert_non_null(publication);
        *publication = (struct publication){{NULL, on_publication}, &threads[t], snapshot};
        loop_post(&threads[t].loop, &publication->message);
    }
}

static void on_server_notice(struct loop *loop, struct server *server, unsigned notice)
{
    /* what the http room does: its idle connections of this thread */
    struct server_idle *mine = &server->threads[loop->index];
    assert_true(list_is_empty(&mine->idle));
    (void)notice;
}

static void *run(void *arg)
{
    struct thread *thread = arg;
    for (int i = 0; i < STREAMS; i++)
        loop_post(&thread->loop, &thread->streams[i].step);
    loop_run(&thread->loop);
    return NULL;
}

static void free_fixture(struct config *config)
{
    free(LIST_ITEM(config, struct fixture_config, config));
}

/* Every load another one: 3 to 6 servers, some moved, some re-weighted. */
static struct snapshot *make_load(unsigned number, struct snapshot *old, struct loop *control)
{
    struct fixture_config *fc = malloc(sizeof(*fc));
    assert_non_null(fc);
    fixture_config_init(fc, 3 + number % 4);
    for (unsigned i = 0; i < 3 + number % 4; i++) {
        fc->servers[i].weight = 1 + (number / 3 + i) % 3;
        fc->servers[i].maxconn = number % 5 == 0 ? 1000 : 0;
    }
    fixture_set_port(&fc->servers[1], (uint16_t)(100 + number / 7));
    fc->proxy.balance.name = number % 20 < 10 ? "roundrobin" : "leastconn";
    struct state_error error = {""};
    struct state_build_options options = {.threads = FIXTURE_THREADS, .free_config = free_fixture};
    struct snapshot *snapshot = state_build(&fc->config, old, &options, &error);
    assert_non_null(snapshot);
    state_commit(snapshot, old, control);
    return snapshot;
}

static void start_threads(struct snapshot *first)
{
    static struct loop *loops[FIXTURE_THREADS];
    static const struct state_hooks hooks = {.server_notice = on_server_notice};
    for (unsigned t = 0; t < FIXTURE_THREADS; t++) {
        threads[t].seed = t + 1;
        threads[t].current = first;
        loops[t] = &threads[t].loop;
        assert_int_equal(loop_init(&threads[t].loop, t), 0);
        for (int i = 0; i < STREAMS; i++)
            threads[t].streams[i] = (struct stream){.step = {NULL, on_step}, .thread = &threads[t]};
    }
    state_set_hooks(&hooks, loops, FIXTURE_THREADS);
    for (int t = 0; t < FIXTURE_THREADS; t++)
        assert_int_equal(pthread_create(&threads[t].id, NULL, run, &threads[t]), 0);
}

static void test_a_hundred_reloads_under_load(void **state)
{
    (void)state;
    struct loop control;
    struct snapshot_chain chain;
    assert_int_equal(loop_init(&control, FIXTURE_THREADS), 0);
    snapshot_chain_init(&chain, &control, NULL, NULL);
    struct snapshot *snapshot = make_load(0, NULL, &control);
    assert_null(snapshot_publish(&chain, snapshot));
    start_threads(snapshot);
    for (unsigned n = 1; n <= RELOADS; n++) {
        usleep(1000);
        snapshot = make_load(n, chain.current, &control);
        struct snapshot *before = snapshot_publish(&chain, snapshot);
        assert_non_null(before);
        publish(snapshot);
        fixture_run(&control); /* lets go of old ones */
    }
    struct proxy_state *live = snapshot->proxies[0].state;
    publish(NULL);
    unsigned served = 0;
    for (int t = 0; t < FIXTURE_THREADS; t++) {
        pthread_join(threads[t].id, NULL);
        assert_int_equal(threads[t].refused, 0);
        served += threads[t].served;
    }
    fixture_run(&control);
    assert_ptr_equal(chain.oldest, chain.current); /* all others are gone */
    assert_int_equal(live->backend.sessions, 0);
    assert_int_equal(live->backend.counters->picks, served);
    uint64_t sessions = 0;
    for (size_t i = 0; i < snapshot->proxies[0].conf->server_count; i++)
        sessions += counter_set_total(snapshot->proxies[0].servers[i]->counters, COUNTER_SESSIONS);
    assert_true(sessions > 0 && sessions <= served);
    snapshot_chain_destroy(&chain);
    for (int t = 0; t < FIXTURE_THREADS; t++)
        loop_destroy(&threads[t].loop);
    loop_destroy(&control);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_hundred_reloads_under_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
