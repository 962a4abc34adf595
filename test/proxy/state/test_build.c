/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reloads: what is carried over, what starts anew, and when the old goes.
 */
#include "proxy/state/events.h"
#include "proxy/state/server_address.h"
#include "test/proxy/state/fixture.h"

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct loop control;
static struct fixture_config before, after;
static struct snapshot *old;

static struct server *server_of(const struct snapshot *snapshot, const char *name)
{
    struct server *server = proxy_find_server(&snapshot->proxies[0], name);
    assert(server != NULL);
    return server;
}

static struct backend *backend_of(const struct snapshot *snapshot)
{
    return &snapshot->proxies[0].state->backend;
}

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(loop_init(&control, 0), 0);
    fixture_config_init(&before, 3);
    fixture_config_init(&after, 3);
    for (int i = 0; i < 3; i++)
        before.servers[i].check.enabled = after.servers[i].check.enabled = true;
    old = fixture_load(&before, NULL, &control);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    loop_destroy(&control);
    return 0;
}

static struct snapshot *reload(void)
{
    return fixture_load(&after, old, &control);
}

static void end(struct snapshot *new)
{
    snapshot_free(old);
    snapshot_free(new);
}

static struct server *assign(struct backend *backend)
{
    struct server *server = NULL;
    assert_int_equal(backend_assign(backend, NULL, NULL, 0, &server), ASSIGNED);
    return server;
}

static void refuse(struct server *server)
{
    struct check_result check = {.status = HEALTH_L4_CONNECT, .info = "Connection refused"};
    server_report_check(server, &check, &control);
}

static void test_the_same_file_changes_nothing(void **state)
{
    (void)state;
    struct server *first = assign(backend_of(old));
    refuse(server_of(old, "s3"));
    server_set_weight(server_of(old, "s2"), 5, &control);
    struct snapshot *new = reload();
    assert_ptr_equal(new->proxies[0].state, old->proxies[0].state);
    for (int i = 0; i < 3; i++)
        assert_ptr_equal(new->proxies[0].servers[i], old->proxies[0].servers[i]);
    assert_false(server_of(new, "s3")->up);
    assert_int_equal(server_of(new, "s2")->weight, 5);
    assert_int_equal(first->in_flight, 1);
    assert_string_equal(assign(backend_of(new))->name, "s2");
    backend_release(server_of(new, "s2"), 0);
    backend_release(first, 0);
    end(new);
}

static void test_turn_goes_on_over_reloads(void **state)
{
    (void)state;
    unsigned picks[3] = {0};
    for (int n = 0; n < 300; n++) {
        struct server *server = assign(backend_of(old));
        picks[server->id - 1]++;
        backend_release(server, 0);
        if (n % 7 == 0) {
            struct snapshot *new = reload();
            snapshot_free(old);
            old = new;
        }
    }
    assert_int_equal(picks[0], 100);
    assert_int_equal(picks[1], 100);
    assert_int_equal(picks[2], 100);
    snapshot_free(old);
}

static void test_numbers_change_in_place(void **state)
{
    (void)state;
    struct server *s1 = server_of(old, "s1");
    after.servers[0].weight = 7;
    after.servers[0].maxconn = 9;
    after.servers[0].pool_max_conn = 3;
    after.servers[0].check.fall = 5;
    after.servers[0].backup = true;
    struct snapshot *new = reload();
    assert_ptr_equal(server_of(new, "s1"), s1);
    assert_int_equal(s1->weight, 7);
    assert_int_equal(s1->maxconn, 9);
    assert_int_equal(s1->pool_max_conn, 3);
    assert_int_equal(s1->fall, 5);
    assert_true(s1->backup);
    assert_int_equal(backend_of(new)->active_up, 2);
    assert_int_equal(backend_of(new)->backup_up, 1);
    end(new);
}

static void test_an_address_makes_a_new_server_with_the_old_counts(void **state)
{
    (void)state;
    struct server *was = assign(backend_of(old));
    counters_add(server_counters(was, 1), COUNTER_BYTES_IN, 10);
    refuse(was);
    fixture_set_port(&after.servers[0], 999);
    struct snapshot *new = reload();
    struct server *is = server_of(new, "s1");
    assert_ptr_not_equal(was, is);
    assert_true(was->retired);
    assert_false(is->retired);
    assert_int_equal(is->in_flight, 0);
    assert_true(is->up); /* another address: nobody has asked it yet */
    assert_int_equal(is->failed_checks, 1);
    counters_add(server_counters(was, 1), COUNTER_BYTES_IN, 5);
    assert_int_equal(counter_set_total(is->counters, COUNTER_BYTES_IN), 15);
    char address[SERVER_ADDRESS_BYTES];
    server_address_text(is, address);
    assert_string_equal(address, "127.0.0.1:999");
    backend_release(was, 0);
    assert_int_equal(was->in_flight, 0);
    end(new);
}

static void test_another_probe_starts_health_anew(void **state)
{
    (void)state;
    struct server *s1 = server_of(old, "s1");
    refuse(s1);
    assert_false(s1->up);
    after.proxy.check.kind = CONF_CHECK_REDIS;
    struct snapshot *new = reload();
    assert_ptr_equal(server_of(new, "s1"), s1);
    assert_true(s1->up);
    assert_int_equal(s1->check.status, HEALTH_INIT);
    end(new);
}

static void test_health_is_carried_to_another_rise_and_fall(void **state)
{
    (void)state;
    struct server *s1 = server_of(old, "s1"), *s2 = server_of(old, "s2");
    refuse(s1);
    server_set_health(s2, true, &control);
    refuse(s2); /* 2/3 */
    after.servers[0].check.rise = after.servers[1].check.rise = 10;
    after.servers[0].check.fall = after.servers[1].check.fall = 2;
    struct snapshot *new = reload();
    char text[32];
    server_status_text(s1, text, sizeof(text));
    assert_string_equal(text, "DOWN");
    server_status_text(s2, text, sizeof(text));
    assert_string_equal(text, "UP");
    refuse(s2);
    refuse(s2);
    assert_false(s2->up);
    end(new);
}

static void test_servers_come_and_go(void **state)
{
    (void)state;
    struct server *gone = server_of(old, "s1");
    fixture_config_init(&after, 4);
    memmove(&after.servers[0], &after.servers[1], 3 * sizeof(after.servers[0]));
    after.proxy.server_count = 3; /* s2, s3, s4 */
    struct server *held = assign(backend_of(old));
    assert_ptr_equal(held, gone);
    struct snapshot *new = reload();
    assert_true(gone->retired);
    assert_int_equal(gone->slot, LB_NONE);
    for (int n = 0; n < 9; n++) {
        struct server *server = assign(backend_of(new));
        assert_ptr_not_equal(server, gone);
        backend_release(server, 0);
    }
    assert_int_equal(server_of(new, "s4")->counters->picks, 3);
    backend_release(held, 0);
    end(new);
}

static void test_disabled_in_the_file(void **state)
{
    (void)state;
    after.servers[1].disabled = true;
    struct snapshot *new = reload();
    struct server *s2 = server_of(new, "s2");
    assert_int_equal(s2->admin, SERVER_MAINT);
    server_set_admin(s2, SERVER_READY, &control);
    struct snapshot *third = fixture_load(&after, new, &control);
    assert_int_equal(s2->admin,
                     SERVER_READY); /* the operator's word stands while the file is the same */
    snapshot_free(old);
    snapshot_free(new);
    snapshot_free(third);
}

static void test_a_limit_raised_by_the_file_serves_the_queue(void **state)
{
    (void)state;
    snapshot_free(old);
    before.servers[0].maxconn = after.servers[0].maxconn = 1;
    before.proxy.server_count = after.proxy.server_count = 1;
    struct snapshot *first = fixture_load(&before, NULL, &control);
    struct server *server = assign(backend_of(first));
    struct queue_entry entry = {.loop = &control};
    assert_int_equal(backend_assign(backend_of(first), NULL, &entry, 0, &server), QUEUED);
    after.servers[0].maxconn = 2;
    struct snapshot *second = fixture_load(&after, first, &control);
    assert_int_equal(server->in_flight, 2);
    assert_false(queue_cancel(&entry));
    /* the message is dropped with the loop in this test: give back by hand what it would have */
    atomic_store(&control.mailbox, NULL);
    backend_release(server, 0);
    backend_release(server, 0);
    snapshot_free(first);
    snapshot_free(second);
}

static void test_nothing_happens_before_the_commit(void **state)
{
    (void)state;
    struct state_error error;
    struct state_build_options options = {.threads = FIXTURE_THREADS};
    after.servers[0].weight = 50;
    after.servers[1].disabled = true;
    fixture_set_port(&after.servers[2], 999);
    struct snapshot *new = state_build(&after.config, old, &options, &error);
    assert_non_null(new);
    assert_int_equal(server_of(old, "s1")->weight, 1);
    assert_int_equal(server_of(old, "s2")->admin, SERVER_READY);
    assert_false(server_of(old, "s3")->retired);
    assert_int_equal(backend_of(old)->pool.present, 3);
    snapshot_free(new);
    backend_release(assign(backend_of(old)), 0);
    snapshot_free(old);
}

static struct tls_client_context *refuse_tls(void *owner, const struct conf_server *server,
                                             struct state_error *error_out)
{
    (void)owner;
    (void)server;
    strcpy(error_out->text, "no such file");
    return NULL;
}

static void test_a_failed_build_leaves_all_as_it_was(void **state)
{
    (void)state;
    struct state_error error;
    struct state_build_options options = {.threads = FIXTURE_THREADS, .make_tls = refuse_tls};
    after.servers[1].tls.enabled = true;
    assert_null(state_build(&after.config, old, &options, &error));
    assert_string_equal(error.text, "no such file");
    assert_int_equal(old->proxies[0].state->references, 1);
    assert_int_equal(server_of(old, "s1")->references, 1);
    backend_release(assign(backend_of(old)), 0);
    snapshot_free(old);
}

static unsigned freed;

static void on_freeing(struct snapshot *snapshot, void *owner)
{
    assert_ptr_equal(owner, &freed);
    freed = freed * 10 + snapshot->number;
}

/* The oldest goes first, though others were let go before it. */
static void test_snapshots_go_in_order(void **state)
{
    (void)state;
    struct snapshot_chain chain;
    freed = 0;
    snapshot_chain_init(&chain, &control, on_freeing, &freed);
    assert_null(snapshot_publish(&chain, old));
    struct snapshot *second = fixture_load(&before, old, &control);
    assert_ptr_equal(snapshot_publish(&chain, second), old);
    struct snapshot *third = fixture_load(&before, second, &control);
    assert_ptr_equal(snapshot_publish(&chain, third), second);

    snapshot_hold(old, 0); /* a stream on thread 0 */
    for (unsigned t = 0; t < FIXTURE_THREADS; t++)
        snapshot_release(second, t);
    for (unsigned t = 0; t < FIXTURE_THREADS; t++)
        snapshot_release(old, t);
    fixture_run(&control);
    assert_int_equal(freed, 0);
    snapshot_release(old, 0);
    fixture_run(&control);
    assert_int_equal(freed, 12);
    assert_ptr_equal(chain.oldest, third);
    snapshot_chain_destroy(&chain);
    assert_int_equal(freed, 123);
}

static unsigned noticed;

static void on_server_notice(struct loop *loop, struct server *server, unsigned notice)
{
    (void)loop;
    (void)server;
    noticed |= notice;
}

static void test_threads_are_told(void **state)
{
    (void)state;
    static const struct state_hooks hooks = {.server_notice = on_server_notice};
    struct loop *loops[] = {&control};
    state_set_hooks(&hooks, loops, 1);
    server_of(old, "s1")->shutdown_sessions_on_down = true;
    server_set_health(server_of(old, "s1"), false, &control);
    server_set_health(server_of(old, "s2"), false, &control);
    fixture_run(&control);
    assert_int_equal(noticed, NOTICE_DOWN | NOTICE_SHUT_SESSIONS);
    noticed = 0;
    fixture_set_port(&after.servers[2], 999);
    struct snapshot *new = reload();
    fixture_run(&control);
    assert_int_equal(noticed, NOTICE_RETIRED);
    state_set_hooks(&hooks, loops, 0);
    end(new);
}

static void test_frontend_counts_exactly(void **state)
{
    (void)state;
    struct frontend *frontend = &old->proxies[0].state->frontend;
    assert_true(frontend_has_room(frontend, 1));
    frontend_enter(frontend, 1);
    assert_true(frontend_has_room(frontend, 1));
    frontend_enter(frontend, 1);
    frontend->maxconn = 2;
    assert_false(frontend_has_room(frontend, 1));
    assert_int_equal(frontend->sessions, 2);
    frontend_leave(frontend);
    assert_true(frontend_has_room(frontend, 1));
    frontend_enter(frontend, 1);
    assert_int_equal(frontend->counters->sessions_max, 2);
    snapshot_free(old);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_same_file_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_turn_goes_on_over_reloads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_numbers_change_in_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_address_makes_a_new_server_with_the_old_counts,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_another_probe_starts_health_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_health_is_carried_to_another_rise_and_fall, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_servers_come_and_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_disabled_in_the_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_limit_raised_by_the_file_serves_the_queue, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_happens_before_the_commit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_failed_build_leaves_all_as_it_was, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_snapshots_go_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_threads_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_frontend_counts_exactly, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
