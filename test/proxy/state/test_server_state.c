/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdict of probes, the operator's word, and the lines about them, letter by letter as
 * HAProxy 2.6 writes them.
 */
#include "proxy/state/events.h"
#include "test/proxy/state/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include <cmocka.h>

static struct loop loop;
static struct fixture_config fc;
static struct snapshot *snapshot;
static struct server *s1, *s2;

static char lines[4096];

static void on_told(struct state_listener *listener, const struct state_event *event)
{
    (void)listener;
    size_t len = strlen(lines);
    snprintf(lines + len, sizeof(lines) - len, "<%d>%s\n", event->level, event->text);
}

static struct state_listener listener = {.told = on_told};

static void load(void)
{
    assert_int_equal(loop_init(&loop, 0), 0);
    snapshot = fixture_load(&fc, NULL, &loop);
    s1 = snapshot->proxies[0].servers[0];
    s2 = snapshot->proxies[0].servers[1];
    lines[0] = '\0';
}

static int unload(void **state)
{
    (void)state;
    snapshot_free(snapshot);
    loop_destroy(&loop);
    return 0;
}

static void with_checks(void)
{
    fixture_config_init(&fc, 2);
    fc.servers[0].check.enabled = fc.servers[1].check.enabled = true;
}

static void report(struct server *server, enum health_status status, int code, const char *info)
{
    struct check_result check = {.status = status, .code = code, .duration_ms = 1};
    snprintf(check.info, sizeof(check.info), "%s", info);
    server_report_check(server, &check, &loop);
}

static void refuse(struct server *server)
{
    report(server, HEALTH_L4_CONNECT, 0, "Connection refused");
}

static void expect_lines(const char *want)
{
    assert_string_equal(lines, want);
    lines[0] = '\0';
}

static void expect_status(const struct server *server, const char *want)
{
    char text[32];
    server_status_text(server, text, sizeof(text));
    assert_string_equal(text, want);
}

static void test_rise_and_fall(void **state)
{
    (void)state;
    with_checks();
    load();
    expect_status(s1, "UP 1/3");
    report(s1, HEALTH_L4_OK, 0, "");
    expect_status(s1, "UP");
    refuse(s1);
    expect_status(s1, "UP 2/3");
    refuse(s1);
    expect_status(s1, "UP 1/3");
    report(s1, HEALTH_L4_OK, 0, "");
    expect_status(s1, "UP");
    for (int i = 0; i < 3; i++)
        refuse(s1);
    expect_status(s1, "DOWN");
    refuse(s1);
    assert_int_equal(s1->failed_checks, 5); /* the last one counts no more */
    report(s1, HEALTH_L4_OK, 0, "");
    expect_status(s1, "DOWN 1/2");
    report(s1, HEALTH_L4_OK, 0, "");
    expect_status(s1, "UP");
    assert_int_equal(s1->down_count, 1);
}

static void test_the_first_failed_probe_is_enough_at_start(void **state)
{
    (void)state;
    with_checks();
    load();
    refuse(s1);
    expect_status(s1, "DOWN");
    expect_lines("<1>Server be/s1 is DOWN, reason: Layer4 connection problem, info: \"Connection "
                 "refused\", check duration: 1ms. 1 active and 0 backup servers left. 0 sessions "
                 "active, 0 requeued, 0 remaining in queue.\n");
}

static void test_nothing_a_server_said_ends_its_quotation(void **state)
{
    (void)state;
    with_checks();
    load();
    lines[0] = '\0';
    report(s2, HEALTH_L7_STATUS, 503, "<a> \"b\"\r");
    assert_non_null(strstr(lines, ", info: \"<3C>a<3E> <22>b<22><0D>\", check duration"));
}

static void test_lines_of_the_last_server(void **state)
{
    (void)state;
    with_checks();
    load();
    refuse(s1);
    lines[0] = '\0';
    report(s2, HEALTH_L7_STATUS, 503, "Service Unavailable");
    expect_lines("<1>Server be/s2 is DOWN, reason: Layer7 wrong status, code: 503, info: \"Service "
                 "Unavailable\", check duration: 1ms. 0 active and 0 backup servers left. 0 "
                 "sessions active, 0 requeued, 0 remaining in queue.\n"
                 "<0>backend be has no server available!\n");
    report(s2, HEALTH_L7_OK, 200, "");
    report(s2, HEALTH_L7_OK, 200, "");
    expect_lines("<5>Server be/s2 is UP, reason: Layer7 check passed, code: 200, check duration: "
                 "1ms. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in "
                 "queue.\n");
    assert_int_equal(snapshot->proxies[0].state->backend.down_count, 1);
}

static void test_lines_of_backups(void **state)
{
    (void)state;
    with_checks();
    fc.servers[1].backup = true;
    load();
    refuse(s1);
    expect_lines("<1>Server be/s1 is DOWN, reason: Layer4 connection problem, info: \"Connection "
                 "refused\", check duration: 1ms. 0 active and 1 backup servers left. Running on "
                 "backup. 0 sessions active, 0 requeued, 0 remaining in queue.\n");
    refuse(s2);
    expect_lines("<1>Backup Server be/s2 is DOWN, reason: Layer4 connection problem, info: "
                 "\"Connection refused\", check duration: 1ms. 0 active and 0 backup servers left. "
                 "0 sessions active, 0 requeued, 0 remaining in queue.\n"
                 "<0>backend be has no server available!\n");
}

static void test_log_health_checks(void **state)
{
    (void)state;
    with_checks();
    fc.proxy.log_health_checks = true;
    load();
    report(s1, HEALTH_L7_OK, 200, "");
    expect_lines("<5>Health check for server be/s1 succeeded, reason: Layer7 check passed, code: "
                 "200, check duration: 1ms, status: 3/3 UP.\n");
    report(s1, HEALTH_L7_OK, 200, "");
    expect_lines("");
    refuse(s1);
    expect_lines("<5>Health check for server be/s1 failed, reason: Layer4 connection problem, "
                 "info: \"Connection refused\", check duration: 1ms, status: 2/3 UP.\n");
    refuse(s1);
    lines[0] = '\0';
    refuse(s1);
    expect_lines("<5>Health check for server be/s1 failed, reason: Layer4 connection problem, "
                 "info: \"Connection refused\", check duration: 1ms, status: 0/2 DOWN.\n"
                 "<1>Server be/s1 is DOWN. 1 active and 0 backup servers left. 0 sessions active, "
                 "0 requeued, 0 remaining in queue.\n");
}

static void test_operator(void **state)
{
    (void)state;
    fixture_config_init(&fc, 2);
    load();
    expect_status(s1, "no check");
    server_set_admin(s1, SERVER_MAINT, &loop);
    expect_status(s1, "MAINT");
    expect_lines("<1>Server be/s1 is going DOWN for maintenance. 1 active and 0 backup servers "
                 "left. 0 sessions active, 0 requeued, 0 remaining in queue.\n");
    server_set_admin(s1, SERVER_READY, &loop);
    expect_lines("<5>Server be/s1 is UP/READY (leaving forced maintenance).\n");
    server_set_admin(s1, SERVER_DRAIN, &loop);
    expect_status(s1, "DRAIN");
    expect_lines("<5>Server be/s1 enters drain state. 1 active and 0 backup servers online. 0 "
                 "sessions requeued, 0 total in queue.\n");
    server_set_admin(s1, SERVER_DRAIN, &loop);
    expect_lines("");
    server_set_admin(s1, SERVER_READY, &loop);
    expect_lines("<5>Server be/s1 is UP (leaving forced drain).\n");
}

static void test_maintenance_of_a_server_that_is_down(void **state)
{
    (void)state;
    with_checks();
    load();
    refuse(s1);
    lines[0] = '\0';
    server_set_admin(s1, SERVER_MAINT, &loop);
    expect_lines("<5>Server be/s1 was DOWN and now enters maintenance.\n");
    server_set_admin(s1, SERVER_READY, &loop);
    expect_lines("<5>Server be/s1 is UP/READY (leaving forced maintenance).\n");
    expect_status(s1, "UP 1/3");
}

static void test_times_and_transitions(void **state)
{
    (void)state;
    with_checks();
    load();
    uint64_t start = loop.now_us;
    loop.now_us = start + 10000000;
    refuse(s1);
    assert_int_equal(server_down_s(s1, start + 15000000), 5);
    loop.now_us = start + 17000000;
    server_set_health(s1, true, &loop);
    assert_int_equal(server_down_s(s1, start + 99000000), 7);

    struct server_transition transitions[SERVER_TRANSITIONS];
    assert_int_equal(server_read_transitions(s1, transitions), 2);
    assert_string_equal(transitions[0].state, "UP");
    assert_string_equal(transitions[1].state, "DOWN");
    assert_string_equal(transitions[1].reason, "Layer4 connection problem: Connection refused");
    for (int i = 0; i < 50; i++)
        server_set_health(s1, i % 2, &loop);
    assert_int_equal(server_read_transitions(s1, transitions), SERVER_TRANSITIONS);
    assert_string_equal(transitions[0].state, "UP");
}

static void test_what_stays_as_it_was_is_no_transition(void **state)
{
    (void)state;
    struct server_transition transitions[SERVER_TRANSITIONS];
    with_checks();
    load();
    server_set_ejected(s1, true, "5 errors in 5 streams", &loop);
    refuse(s1);
    server_set_ejected(s1, false, "its time is over", &loop);
    assert_int_equal(server_read_transitions(s1, transitions), 2);
    assert_string_equal(transitions[0].state, "DOWN");
    assert_string_equal(transitions[0].reason, "Layer4 connection problem: Connection refused");
    assert_string_equal(transitions[1].state, "NOLB");
    assert_int_equal(atomic_load(&s1->transition_totals[STATE_OF_DOWN]), 1);
}

static void test_info_of_any_length(void **state)
{
    (void)state;
    with_checks();
    load();
    char info[SERVER_REASON_BYTES + 50];
    memset(info, 'x', sizeof(info) - 1);
    info[sizeof(info) - 1] = '\0';
    report(s1, HEALTH_L7_STATUS, 500, info);
    assert_non_null(strstr(lines, "xxx\", check duration"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_rise_and_fall, unload),
        cmocka_unit_test_teardown(test_the_first_failed_probe_is_enough_at_start, unload),
        cmocka_unit_test_teardown(test_nothing_a_server_said_ends_its_quotation, unload),
        cmocka_unit_test_teardown(test_lines_of_the_last_server, unload),
        cmocka_unit_test_teardown(test_lines_of_backups, unload),
        cmocka_unit_test_teardown(test_log_health_checks, unload),
        cmocka_unit_test_teardown(test_operator, unload),
        cmocka_unit_test_teardown(test_maintenance_of_a_server_that_is_down, unload),
        cmocka_unit_test_teardown(test_times_and_transitions, unload),
        cmocka_unit_test_teardown(test_what_stays_as_it_was_is_no_transition, unload),
        cmocka_unit_test_teardown(test_info_of_any_length, unload),
    };
    state_listen(&listener);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
