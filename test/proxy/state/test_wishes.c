/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams that want one server, by persistence or by a key: they wait for it, in a queue of its own.
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
};

static struct loop loop;
static struct fixture_config fc;
static struct snapshot *snapshot;
static struct backend *backend;
static struct server **servers;

static void on_granted(struct queue_entry *entry, struct server *server)
{
    LIST_ITEM(entry, struct waiter, entry)->server = server;
}

static void load(void)
{
    assert_int_equal(loop_init(&loop, 0), 0);
    snapshot = fixture_load(&fc, NULL, &loop);
    backend = &snapshot->proxies[0].state->backend;
    servers = snapshot->proxies[0].servers;
}

/* Two servers for one stream each. */
static void load_narrow(void)
{
    fixture_config_init(&fc, 2);
    fc.servers[0].maxconn = fc.servers[1].maxconn = 1;
    load();
}

static int unload(void **state)
{
    (void)state;
    fixture_run(&loop);
    for (size_t i = 0; i < fc.proxy.server_count; i++)
        assert_int_equal(servers[i]->queued, 0);
    assert_int_equal(backend->queued, 0);
    assert_int_equal(backend->sessions, 0);
    snapshot_free(snapshot);
    loop_destroy(&loop);
    return 0;
}

static enum assign_result want(struct waiter *waiter, struct backend_wish wish)
{
    *waiter = (struct waiter){.entry = {.loop = &loop, .granted = on_granted, .wish = wish}};
    return backend_assign(backend, NULL, &waiter->entry, loop.now_us, &waiter->server);
}

static void release(struct waiter *waiter)
{
    backend_release(waiter->server, loop.now_us);
}

static void test_the_server_is_given_out_of_turn(void **state)
{
    (void)state;
    fixture_config_init(&fc, 3);
    load();
    struct waiter waiters[6];
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(want(&waiters[i], (struct backend_wish){.server = servers[2]}), ASSIGNED);
        assert_ptr_equal(waiters[i].server, servers[2]);
    }
    for (unsigned i = 0; i < 6; i++)
        release(&waiters[i]);
}

static void test_a_full_one_is_waited_for(void **state)
{
    (void)state;
    load_narrow();
    struct waiter first, second, other;
    struct backend_wish wish = {.server = servers[0]};
    assert_int_equal(want(&first, wish), ASSIGNED);
    assert_int_equal(want(&second, wish), QUEUED);
    assert_ptr_equal(second.entry.waits_for, servers[0]);
    assert_int_equal(servers[0]->queued, 1);
    assert_int_equal(backend->queued, 0);
    assert_int_equal(want(&other, (struct backend_wish){0}), ASSIGNED);
    assert_ptr_equal(other.server, servers[1]);
    release(&other); /* not its server */
    fixture_run(&loop);
    assert_null(second.server);
    release(&first);
    fixture_run(&loop);
    assert_ptr_equal(second.server, servers[0]);
    assert_int_equal(servers[0]->counters->queued_max, 1);
    release(&second);
}

/* Of both queues the one who came first. */
static void test_a_slot_goes_to_who_came_first(void **state)
{
    (void)state;
    load_narrow();
    struct waiter held[2], any, one, late;
    struct backend_wish wish = {.server = servers[0]};
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(want(&held[i], (struct backend_wish){.server = servers[i]}), ASSIGNED);
    assert_int_equal(want(&any, (struct backend_wish){0}), QUEUED);
    assert_int_equal(want(&one, wish), QUEUED);
    assert_int_equal(want(&late, (struct backend_wish){0}), QUEUED);
    struct waiter *order[] = {&held[0], &any, &one, &late};
    for (unsigned i = 0; i < 3; i++) {
        release(order[i]);
        fixture_run(&loop);
        assert_ptr_equal(order[i + 1]->server, servers[0]);
    }
    release(&late);
    release(&held[1]);
}

static void test_maxqueue_bounds_the_queue_of_a_server(void **state)
{
    (void)state;
    fixture_config_init(&fc, 2);
    fc.servers[0].maxconn = fc.servers[0].maxqueue = 1;
    load();
    struct waiter held, waits, insists, gives_way;
    struct backend_wish wish = {.server = servers[0], .insists = true};
    assert_int_equal(want(&held, wish), ASSIGNED);
    assert_int_equal(want(&waits, wish), QUEUED);
    assert_int_equal(want(&insists, wish), QUEUE_FULL);
    wish.insists = false;
    assert_int_equal(want(&gives_way, wish), ASSIGNED);
    assert_ptr_equal(gives_way.server, servers[1]);
    assert_true(queue_cancel(&waits.entry));
    release(&held);
    release(&gives_way);
}

static void test_when_the_server_goes_down_others_may_do(void **state)
{
    (void)state;
    load_narrow();
    struct waiter held[2], may_leave, insists, any;
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(want(&held[i], (struct backend_wish){.server = servers[i]}), ASSIGNED);
    assert_int_equal(want(&may_leave, (struct backend_wish){.server = servers[0]}), QUEUED);
    assert_int_equal(want(&insists, (struct backend_wish){servers[0], .insists = true}), QUEUED);
    assert_int_equal(want(&any, (struct backend_wish){0}), QUEUED);
    server_set_admin(servers[0], SERVER_MAINT, &loop);
    assert_int_equal(servers[0]->queued, 1);
    assert_int_equal(backend->queued, 2);
    release(&held[1]);
    fixture_run(&loop);
    assert_ptr_equal(may_leave.server, servers[1]); /* it came before the other */
    release(&held[0]);
    fixture_run(&loop);
    assert_ptr_equal(insists.server, servers[0]);
    release(&may_leave);
    fixture_run(&loop);
    assert_ptr_equal(any.server, servers[1]);
    release(&insists);
    release(&any);
}

static void test_a_key_names_its_server(void **state)
{
    (void)state;
    fixture_config_init(&fc, 3);
    fc.proxy.balance = (struct conf_balance){.name = "source", .key = CONF_KEY_SOURCE};
    fc.proxy.hash.method = "map-based";
    for (unsigned i = 0; i < 3; i++)
        fc.servers[i].maxconn = 1;
    load();
    struct waiter waiters[3], again, keyless;
    for (uint32_t i = 0; i < 3; i++) {
        struct backend_wish wish = {.has_key = true, .key = 3 * 7 + i};
        assert_int_equal(want(&waiters[i], wish), ASSIGNED);
        assert_ptr_equal(waiters[i].server, servers[i]);
    }
    assert_int_equal(want(&again, (struct backend_wish){.has_key = true, .key = 1}), QUEUED);
    assert_ptr_equal(again.entry.waits_for, servers[1]);
    assert_int_equal(want(&keyless, (struct backend_wish){0}), QUEUED);
    assert_null(keyless.entry.waits_for);
    for (unsigned i = 0; i < 3; i++)
        release(&waiters[i]);
    fixture_run(&loop);
    assert_ptr_equal(again.server, servers[1]);
    assert_non_null(keyless.server);
    release(&again);
    release(&keyless);
}

static void test_a_reload_without_the_server_frees_those_who_wait(void **state)
{
    (void)state;
    load_narrow();
    struct waiter held, insists;
    assert_int_equal(want(&held, (struct backend_wish){.server = servers[1]}), ASSIGNED);
    assert_int_equal(want(&insists, (struct backend_wish){servers[1], .insists = true}), QUEUED);
    static struct fixture_config next;
    fixture_config_init(&next, 1);
    struct snapshot *before = snapshot;
    snapshot = fixture_load(&next, before, &loop);
    fixture_run(&loop);
    assert_ptr_equal(insists.server, snapshot->proxies[0].servers[0]);
    release(&insists);
    release(&held);
    snapshot_free(before);
    servers = snapshot->proxies[0].servers;
    fc.proxy.server_count = 1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_the_server_is_given_out_of_turn, unload),
        cmocka_unit_test_teardown(test_a_full_one_is_waited_for, unload),
        cmocka_unit_test_teardown(test_a_slot_goes_to_who_came_first, unload),
        cmocka_unit_test_teardown(test_maxqueue_bounds_the_queue_of_a_server, unload),
        cmocka_unit_test_teardown(test_when_the_server_goes_down_others_may_do, unload),
        cmocka_unit_test_teardown(test_a_key_names_its_server, unload),
        cmocka_unit_test_teardown(test_a_reload_without_the_server_frees_those_who_wait, unload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
