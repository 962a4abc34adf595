/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which servers are asked and when: spreading, intervals, reloads, maintenance.
 */
#include "proxy/health/health.h"
#include "proxy/health/probe.h"
#include "test/proxy/health/fake_server.h"
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

static void on_time_up(struct wheel_timer *timer)
{
    (void)timer;
    loop_stop(&loop);
}

static void run_for_ms(unsigned ms)
{
    struct wheel_timer timer;
    wheel_timer_init(&timer, on_time_up);
    atomic_store(&loop.stopping, false);
    loop_arm(&loop, &timer, ms);
    loop_run(&loop);
}

#define PATIENCE_MS 10000 /* for what comes at once where nothing else runs */

static void run_until(bool (*is_so)(void))
{
    for (unsigned ms = 0; ms < PATIENCE_MS && !is_so(); ms += 10)
        run_for_ms(10);
    assert_true(is_so());
}

static void config_init(struct fixture_config *fc, size_t servers, unsigned inter_ms)
{
    fixture_config_init(fc, servers);
    for (size_t i = 0; i < servers; i++) {
        fixture_set_port(&fc->servers[i], fake.port);
        fc->servers[i].check.enabled = true;
        fc->servers[i].check.inter_ms = inter_ms;
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

static bool is_first_up(void)
{
    return server_at(0)->up;
}

static bool is_first_down(void)
{
    return !server_at(0)->up;
}

static bool are_four_asked(void)
{
    return count_asked() >= 4;
}

static void test_first_probes_are_spread(void **state)
{
    (void)state;
    config_init(&first, 8, 800);
    first.servers[3].check.inter_ms = 10000; /* does not stretch the others */
    load();
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(probe_at(i)->timer.deadline_ms - loop.now_ms, i * 100);
    uint64_t start_ms = loop.now_ms;
    run_until(are_four_asked);
    assert_true(loop.now_ms - start_ms >= 300);
}

static void test_down_and_up_again(void **state)
{
    (void)state;
    config_init(&first, 1, 60);
    load();
    run_until(is_first_asked);
    assert_true(server_at(0)->up);
    fake_server_stop(&fake);
    run_until(is_first_down);
    fake_server_start(&fake, &quiet);
    run_until(is_first_up);
    assert_int_equal(server_at(0)->down_count, 1);
}

static void test_intervals_follow_the_state(void **state)
{
    (void)state;
    config_init(&first, 1, 200);
    first.servers[0].check.fastinter_ms = 5000;
    first.servers[0].check.downinter_ms = 9000;
    load();
    run_until(is_first_asked);
    assert_true(probe_at(0)->timer.deadline_ms <= loop.now_ms + 200); /* surely up */
    fake_server_stop(&fake);
    run_until(is_first_refused);
    uint64_t left_ms = probe_at(0)->timer.deadline_ms - loop.now_ms; /* failed once */
    assert_true(left_ms > 4000 && left_ms <= 5000);
    server_set_health((struct server *)server_at(0), false, &loop);
    fake_server_start(&fake, &quiet);
}

static void test_maintenance_is_not_asked(void **state)
{
    (void)state;
    config_init(&first, 1, 100);
    first.servers[0].disabled = true;
    load();
    run_for_ms(300);
    assert_int_equal(server_at(0)->check.status, HEALTH_INIT);
    server_set_admin((struct server *)server_at(0), SERVER_READY, &loop);
    run_until(is_first_asked);
}

static void test_reload_leaves_probes_of_the_same_servers_alone(void **state)
{
    (void)state;
    config_init(&first, 2, 400);
    config_init(&second, 3, 400);
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
    config_init(&first, 3, 100);
    config_init(&second, 2, 100);
    second.servers[1].check.enabled = false;
    load();
    run_for_ms(20); /* some are under way */
    reload();
    assert_int_equal(health_count(health), 1);
    assert_null(server_at(1)->probe);
    assert_true(server_at(1)->up);
    run_for_ms(150);
}

static void test_reload_with_another_probe_asks_anew(void **state)
{
    (void)state;
    config_init(&first, 1, 100);
    config_init(&second, 1, 100);
    second.servers[0].check.port = 1; /* nobody there */
    load();
    run_until(is_first_asked);
    assert_true(server_at(0)->up);
    const struct server *server = server_at(0);
    reload();
    assert_ptr_equal(server_at(0), server);
    assert_int_equal(server->check.status, HEALTH_INIT);
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
