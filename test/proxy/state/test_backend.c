/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots and the queue, on one thread.
 */
#include "test/proxy/state/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct waiter {
    struct queue_entry entry;
    struct server *server;
    int calls;
};

static struct loop loop;
static struct fixture_config fc;
static struct snapshot *snapshot;
static struct backend *backend;

static void on_granted(struct queue_entry *entry, struct server *server)
{
    struct waiter *waiter = LIST_ITEM(entry, struct waiter, entry);
    waiter->server = server;
    waiter->calls++;
}

static void waiter_init(struct waiter *waiter)
{
    *waiter = (struct waiter){.entry = {.loop = &loop, .granted = on_granted}};
}

static void load(void)
{
    assert_int_equal(loop_init(&loop, 0), 0);
    snapshot = fixture_load(&fc, NULL, &loop);
    backend = &snapshot->proxies[0].state->backend;
}

static int unload(void **state)
{
    (void)state;
    fixture_run(&loop);
    snapshot_free(snapshot);
    loop_destroy(&loop);
    return 0;
}

static struct server *assign(void)
{
    struct server *server = NULL;
    assert_int_equal(backend_assign(backend, NULL, NULL, loop.now_us, &server), ASSIGNED);
    return server;
}

static enum assign_result assign_or_wait(struct waiter *waiter)
{
    waiter_init(waiter);
    return backend_assign(backend, NULL, &waiter->entry, loop.now_us, &waiter->server);
}

static void release(struct server *server)
{
    backend_release(server, loop.now_us);
}

static void test_round_robin_and_counts(void **state)
{
    (void)state;
    fixture_config_init(&fc, 3);
    load();
    for (int n = 0; n < 9; n++) {
        struct server *server = assign();
        assert_ptr_equal(server, snapshot->proxies[0].servers[n % 3]);
        assert_int_equal(server->in_flight, 1);
        assert_int_equal(backend->sessions, 1);
        release(server);
    }
    struct server *first = assign(), *second = assign();
    assert_int_equal(backend->sessions, 2);
    release(first);
    release(second);
    assert_int_equal(backend->sessions, 0);
    assert_int_equal(backend->counters->sessions_max, 2);
    assert_int_equal(backend->counters->picks, 11);
    assert_int_equal(first->counters->sessions_max, 1);
    assert_int_equal(first->counters->picks, 4);
}

static void test_who_waits_gets_the_slot_in_order(void **state)
{
    (void)state;
    fixture_config_init(&fc, 1);
    fc.servers[0].maxconn = 1;
    load();
    struct server *server = assign();
    struct waiter waiters[3];
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(assign_or_wait(&waiters[i]), QUEUED);
        assert_int_equal(waiters[i].entry.ahead, i);
    }
    assert_int_equal(backend->queued, 3);
    assert_int_equal(backend->sessions, 4);
    for (unsigned i = 0; i < 3; i++) {
        release(server);
        assert_int_equal(server->in_flight, 1); /* reserved at once */
        assert_null(waiters[i].server);
        fixture_run(&loop);
        assert_ptr_equal(waiters[i].server, server);
    }
    release(server);
    assert_int_equal(server->in_flight, 0);
    assert_int_equal(backend->queued, 0);
    assert_int_equal(backend->sessions, 0);
    assert_int_equal(backend->counters->queued_max, 3);
    assert_int_equal(server->counters->sessions_max, 1);
}

static void test_nobody_overtakes(void **state)
{
    (void)state;
    fixture_config_init(&fc, 1);
    fc.servers[0].maxconn = 1;
    load();
    struct server *server = assign();
    struct waiter first, second;
    assert_int_equal(assign_or_wait(&first), QUEUED);
    release(server);
    /* the slot is promised though the first one has not heard of it */
    assert_int_equal(assign_or_wait(&second), QUEUED);
    fixture_run(&loop);
    assert_ptr_equal(first.server, server);
    assert_null(second.server);
    release(server);
    fixture_run(&loop);
    assert_ptr_equal(second.server, server);
    release(server);
}

static void test_cancel_while_waiting(void **state)
{
    (void)state;
    fixture_config_init(&fc, 1);
    fc.servers[0].maxconn = 1;
    load();
    struct server *server = assign();
    struct waiter first, second;
    assert_int_equal(assign_or_wait(&first), QUEUED);
    assert_int_equal(assign_or_wait(&second), QUEUED);
    assert_true(queue_cancel(&first.entry));
    assert_true(queue_cancel(&first.entry));
    assert_int_equal(backend->queued, 1);
    release(server);
    fixture_run(&loop);
    assert_int_equal(first.calls, 0);
    assert_ptr_equal(second.server, server);
    release(server);
}

static void test_cancel_after_the_grant_gives_the_slot_back(void **state)
{
    (void)state;
    fixture_config_init(&fc, 1);
    fc.servers[0].maxconn = 1;
    load();
    struct server *server = assign();
    struct waiter first, second;
    assert_int_equal(assign_or_wait(&first), QUEUED);
    assert_int_equal(assign_or_wait(&second), QUEUED);
    release(server);
    assert_false(queue_cancel(&first.entry));
    assert_int_equal(first.calls, 0);
    fixture_run(&loop);
    fixture_run(&loop);
    assert_int_equal(first.calls, 1);
    assert_null(first.server);
    assert_ptr_equal(second.server, server);
    release(server);
    assert_int_equal(server->in_flight, 0);
}

static void test_cancel_of_what_never_waited(void **state)
{
    (void)state;
    fixture_config_init(&fc, 1);
    load();
    struct waiter waiter;
    waiter_init(&waiter);
    assert_true(queue_cancel(&waiter.entry));
}

static void test_no_server_up(void **state)
{
    (void)state;
    fixture_config_init(&fc, 2);
    fc.servers[0].disabled = fc.servers[1].disabled = true;
    load();
    struct waiter waiter;
    assert_int_equal(assign_or_wait(&waiter), NO_SERVER);
    assert_int_equal(backend->sessions, 0);
}

static void test_maxqueue_is_no_bound_of_the_pools_queue(void **state)
{
    (void)state;
    fixture_config_init(&fc, 2);
    for (int i = 0; i < 2; i++) {
        fc.servers[i].maxconn = 1;
        fc.servers[i].maxqueue = 1;
    }
    load();
    struct server *held[] = {assign(), assign()};
    struct waiter waiters[3];
    assert_int_equal(assign_or_wait(&waiters[0]), QUEUED);
    assert_int_equal(assign_or_wait(&waiters[1]), QUEUED);
    assert_int_equal(assign_or_wait(&waiters[2]), QUEUED);
    struct server *server;
    assert_int_equal(backend_assign(backend, NULL, NULL, 0, &server), QUEUE_FULL);
    for (int i = 0; i < 3; i++)
        assert_true(queue_cancel(&waiters[i].entry));
    release(held[0]);
    release(held[1]);
}

static void test_redispatch_avoids_the_failed_server(void **state)
{
    (void)state;
    fixture_config_init(&fc, 2);
    load();
    struct server *failed = snapshot->proxies[0].servers[0], *server;
    for (int n = 0; n < 4; n++) {
        assert_int_equal(backend_assign(backend, failed, NULL, 0, &server), ASSIGNED);
        assert_ptr_not_equal(server, failed);
        release(server);
    }
    server_set_admin(snapshot->proxies[0].servers[1], SERVER_DRAIN, &loop);
    assert_int_equal(backend_assign(backend, failed, NULL, 0, &server), ASSIGNED);
    assert_ptr_equal(server, failed);
    release(server);
}

static void test_those_who_wait_stay_when_the_last_server_goes(void **state)
{
    (void)state;
    fixture_config_init(&fc, 1);
    fc.servers[0].maxconn = 1;
    load();
    struct server *server = assign();
    struct waiter waiter, late;
    assert_int_equal(assign_or_wait(&waiter), QUEUED);
    server_set_admin(server, SERVER_MAINT, &loop);
    release(server);
    fixture_run(&loop);
    assert_int_equal(waiter.calls, 0);
    assert_int_equal(assign_or_wait(&late), NO_SERVER);
    server_set_admin(server, SERVER_READY, &loop);
    fixture_run(&loop);
    assert_ptr_equal(waiter.server, server);
    release(server);
}

static void test_a_raised_limit_lets_more_in(void **state)
{
    (void)state;
    fixture_config_init(&fc, 1);
    fc.servers[0].maxconn = 1;
    load();
    struct server *server = assign();
    struct waiter waiters[3];
    for (int i = 0; i < 3; i++)
        assert_int_equal(assign_or_wait(&waiters[i]), QUEUED);
    server_set_maxconn(server, 3, &loop);
    fixture_run(&loop);
    assert_int_equal(server->in_flight, 3);
    assert_null(waiters[2].server);
    server_set_maxconn(server, 0, &loop);
    fixture_run(&loop);
    assert_ptr_equal(waiters[2].server, server);
    for (int i = 0; i < 4; i++)
        release(server);
}

/* minconn 1, maxconn 4, fullconn 8: the limit is half the streams of the backend, within those. */
static void test_limit_follows_the_load(void **state)
{
    (void)state;
    fixture_config_init(&fc, 1);
    fc.servers[0].maxconn = 4;
    fc.servers[0].minconn = 1;
    fc.proxy.fullconn = 8;
    load();
    struct server *server = assign();
    struct waiter waiters[7];
    int granted = 1;
    for (int i = 0; i < 7; i++)
        granted += assign_or_wait(&waiters[i]) == ASSIGNED;
    assert_true(granted >= 2 && granted <= 4);
    assert_true(server->in_flight <= 4);
    while (server->in_flight > 0) {
        release(server);
        fixture_run(&loop);
    }
    assert_int_equal(backend->queued, 0);
}

static void test_backups_serve_only_without_actives(void **state)
{
    (void)state;
    fixture_config_init(&fc, 3);
    fc.servers[1].backup = fc.servers[2].backup = true;
    fc.servers[0].maxconn = 1;
    load();
    struct server *active = assign();
    struct waiter waiter;
    assert_int_equal(assign_or_wait(&waiter), QUEUED);
    server_set_admin(active, SERVER_MAINT, &loop);
    fixture_run(&loop);
    assert_ptr_equal(waiter.server, snapshot->proxies[0].servers[1]);
    release(waiter.server);
    release(active);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_round_robin_and_counts, unload),
        cmocka_unit_test_teardown(test_who_waits_gets_the_slot_in_order, unload),
        cmocka_unit_test_teardown(test_nobody_overtakes, unload),
        cmocka_unit_test_teardown(test_cancel_while_waiting, unload),
        cmocka_unit_test_teardown(test_cancel_after_the_grant_gives_the_slot_back, unload),
        cmocka_unit_test_teardown(test_cancel_of_what_never_waited, unload),
        cmocka_unit_test_teardown(test_no_server_up, unload),
        cmocka_unit_test_teardown(test_maxqueue_is_no_bound_of_the_pools_queue, unload),
        cmocka_unit_test_teardown(test_redispatch_avoids_the_failed_server, unload),
        cmocka_unit_test_teardown(test_those_who_wait_stay_when_the_last_server_goes, unload),
        cmocka_unit_test_teardown(test_a_raised_limit_lets_more_in, unload),
        cmocka_unit_test_teardown(test_limit_follows_the_load, unload),
        cmocka_unit_test_teardown(test_backups_serve_only_without_actives, unload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
