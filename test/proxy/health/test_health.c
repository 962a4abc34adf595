/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which servers are asked and when: spreading, intervals, reloads, maintenance.
 */
#include "proxy/health/health.h"
#include "proxy/health/probe.h"
#include "test/proxy/health/fake_server.h"
#include "test/proxy/net/turns.h"
#include "test/proxy/state/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct fake_behaviour quiet = {.mute = true};

static struct loop loop;
static struct fake_server fake;
static struct fixture_config first, second;
static struct snapshot *snapshot, *left;
static struct health *health;

#define INTER_MS 60000 /* bounds each probe, and passes only where a test says so */

static void run_until(bool (*is_so)(void))
{
    assert_true(turns_until(&loop, is_so));
}

static void config_init(struct fixture_config *fc, size_t servers)
{
    fixture_config_init(fc, servers);
    for (size_t i = 0; i < servers; i++) {
        fixture_set_port(&fc->servers[i], fake.port);
        fc->servers[i].check.enabled = true;
        fc->servers[i].check.inter_ms = INTER_MS;
    }
}

static int set_up(void **state)
{
    (void)state;
    fake = (struct fake_server){0};
    fake_server_start(&fake, &quiet);
    assert_int_equal(loop_init(&loop, 0), 0);
    health = health_new(&loop);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    health_free(health);
    if (left != NULL)
        snapshot_free(left);
    left = NULL;
    snapshot_free(snapshot);
    loop_destroy(&loop);
    fake_server_stop(&fake);
    return 0;
}

static void load(void)
{
    snapshot = fixture_load(&first, NULL, &loop);
    health_apply(health, snapshot);
}

/* What probes that are under way keep is freed by tear_down(). */
static void reload(void)
{
    struct snapshot *new = fixture_load(&second, snapshot, &loop);
    health_apply(health, new);
    left = snapshot;
    if (left->kept == 0) {
        snapshot_free(left);
        left = NULL;
    }
    snapshot = new;
}

static const struct server *server_at(size_t i)
{
    return snapshot->proxies[0].servers[i];
}

static const struct probe *probe_at(size_t i)
{
    return server_at(i)->probe;
}

static unsigned count_asked(void)
{
    unsigned asked = 0;
    for (size_t i = 0; i < snapshot->proxies[0].conf->server_count; i++)
        asked += server_at(i)->check.status == HEALTH_L4_OK;
    return asked;
}

static bool is_first_asked(void)
{
    return server_at(0)->check.status == HEALTH_L4_OK;
}

static bool is_first_refused(void)
{
    return server_at(0)->check.status == HEALTH_L4_CONNECT;
}

static unsigned wanted;

static bool are_so_many_asked(void)
{
    return count_asked() >= wanted;
}

static uint64_t asked_us;

static bool is_first_asked_again(void)
{
    return probe_at(0)->state == PROBE_ASLEEP && probe_at(0)->started_us > asked_us;
}

/* The interval passes, and the first server has been asked once more. */
static void ask_again(void)
{
    asked_us = probe_at(0)->started_us;
    turns_skip(INTER_MS);
    run_until(is_first_asked_again);
}

static void test_first_probes_are_spread(void **state)
{
    (void)state;
    config_init(&first, 8);
    first.servers[3].check.inter_ms = 10 * INTER_MS; /* does not stretch the others */
    load();
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(probe_at(i)->timer.deadline_ms - loop.now_ms, i * INTER_MS / 8);
    for (wanted = 1; wanted <= 4; wanted++) {
        run_until(are_so_many_asked);
        assert_int_equal(count_asked(), wanted);
        turns_skip(INTER_MS / 8);
    }
}

static void test_down_and_up_again(void **state)
{
    (void)state;
    config_init(&first, 1);
    load();
    run_until(is_first_asked);
    assert_true(server_at(0)->up);
    fake_server_pause(&fake);
    for (unsigned failed = 1; failed <= 3; failed++) {
        ask_again();
        assert_int_equal(server_at(0)->up, failed < 3);
    }
    fake_server_resume(&fake);
    for (unsigned passed = 1; passed <= 2; passed++) {
        ask_again();
        assert_int_equal(server_at(0)->up, passed == 2);
    }
    assert_int_equal(server_at(0)->down_count, 1);
}

static void test_intervals_follow_the_state(void **state)
{
    (void)state;
    config_init(&first, 1);
    first.servers[0].check.fastinter_ms = 5 * INTER_MS;
    first.servers[0].check.downinter_ms = 9 * INTER_MS;
    load();
    run_until(is_first_asked);
    assert_true(probe_at(0)->timer.deadline_ms <= loop.now_ms + INTER_MS); /* surely up */
    fake_server_pause(&fake);
    ask_again();
    assert_true(is_first_refused());
    uint64_t left_ms = probe_at(0)->timer.deadline_ms - loop.now_ms; /* failed once */
    assert_true(left_ms > 4 * INTER_MS && left_ms <= 5 * INTER_MS);
}

static void test_maintenance_is_not_asked(void **state)
{
    (void)state;
    config_init(&first, 1);
    first.servers[0].disabled = true;
    load();
    for (int i = 0; i < 3; i++) {
        turns_settle(&loop);
        turns_skip(INTER_MS);
    }
    turns_settle(&loop);
    assert_int_equal(server_at(0)->check.status, HEALTH_INIT);
    assert_int_equal(fake.connections, 0);
    server_set_admin((struct server *)server_at(0), SERVER_READY, &loop);
    turns_skip(INTER_MS);
    run_until(is_first_asked);
}

static void test_reload_leaves_probes_of_the_same_servers_alone(void **state)
{
    (void)state;
    config_init(&first, 2);
    config_init(&second, 3);
    load();
    run_until(is_first_asked);
    const struct probe *before[] = {probe_at(0), probe_at(1)};
    uint64_t deadline_ms = probe_at(1)->timer.deadline_ms;
    reload();
    assert_ptr_equal(probe_at(0), before[0]);
    assert_ptr_equal(probe_at(1), before[1]);
    assert_int_equal(probe_at(1)->timer.deadline_ms, deadline_ms);
    assert_int_equal(server_at(0)->check.status, HEALTH_L4_OK);
    assert_int_equal(health_count(health), 3);
}

static void test_reload_ends_probes_of_servers_that_left(void **state)
{
    (void)state;
    config_init(&first, 3);
    config_init(&second, 2);
    second.servers[1].check.enabled = false;
    load();
    turns_skip(INTER_MS); /* all are due, and one turn sees them under way */
    turns_one(&loop);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(probe_at(i)->state, PROBE_CONNECTING);
    reload();
    assert_int_equal(health_count(health), 1);
    assert_null(server_at(1)->probe);
    assert_true(server_at(1)->up);
    run_until(is_first_asked);
    turns_skip(2 * INTER_MS);
    turns_settle(&loop);
}

static void test_reload_with_another_probe_asks_anew(void **state)
{
    (void)state;
    config_init(&first, 1);
    config_init(&second, 1);
    second.servers[0].check.port = 1; /* nobody there */
    load();
    run_until(is_first_asked);
    assert_true(server_at(0)->up);
    const struct server *server = server_at(0);
    reload();
    assert_ptr_equal(server_at(0), server);
    assert_int_equal(server->check.status, HEALTH_INIT);
    turns_skip(INTER_MS);
    run_until(is_first_refused);
    assert_false(server->up);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_first_probes_are_spread),
        TEST(test_down_and_up_again),
        TEST(test_intervals_follow_the_state),
        TEST(test_maintenance_is_not_asked),
        TEST(test_reload_leaves_probes_of_the_same_servers_alone),
        TEST(test_reload_ends_probes_of_servers_that_left),
        TEST(test_reload_with_another_probe_asks_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
