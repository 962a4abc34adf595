/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The timer wheel under a clock of the test's own: never early, at most a slot late, whatever its
 * callbacks do to their neighbours.
 */
#include "proxy/base/wheel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define START_MS 1000003 /* not at the edge of a slot */
#define TURN_MS ((uint64_t)WHEEL_SLOTS * WHEEL_SLOT_MS)

struct alarm {
    struct wheel_timer timer;
    uint64_t due_ms, fired_ms;
    unsigned count;
    struct alarm *other; /* what the callback meddles with */
    void (*meddle)(struct alarm *alarm);
};

static struct wheel wheel;
static uint64_t now_ms;

static void on_fired(struct wheel_timer *timer)
{
    struct alarm *alarm = LIST_ITEM(timer, struct alarm, timer);
    alarm->fired_ms = now_ms;
    alarm->count++;
    if (alarm->meddle != NULL)
        alarm->meddle(alarm);
}

static int set_up(void **state)
{
    (void)state;
    now_ms = START_MS;
    wheel_init(&wheel, now_ms);
    return 0;
}

static void alarm_init(struct alarm *alarm)
{
    *alarm = (struct alarm){0};
    wheel_timer_init(&alarm->timer, on_fired);
}

static void arm(struct alarm *alarm, uint64_t delay_ms)
{
    alarm->due_ms = now_ms + delay_ms;
    wheel_arm(&wheel, &alarm->timer, alarm->due_ms);
}

/* As a loop does it: sleeps as long as the wheel says, then turns it. */
static void sleep_until(uint64_t end_ms)
{
    while (now_ms < end_ms) {
        int wait = wheel_wait_ms(&wheel, now_ms);
        uint64_t left = end_ms - now_ms;
        now_ms += wait < 0 || (uint64_t)wait > left ? left : (uint64_t)wait;
        wheel_turn(&wheel, now_ms);
        if (wait == 0)
            now_ms++;
    }
    wheel_turn(&wheel, now_ms);
}

static void expect_in_time(const struct alarm *alarm)
{
    assert_int_equal(alarm->count, 1);
    assert_true(alarm->fired_ms >= alarm->due_ms);
    assert_true(alarm->fired_ms <= alarm->due_ms + WHEEL_SLOT_MS);
}

static void test_delays_of_all_sizes(void **state)
{
    static const uint64_t delays[] = {
        0, 1, 31, 32, 33, 1000, TURN_MS - 33, TURN_MS - 1, TURN_MS, TURN_MS + 1, 3 * TURN_MS + 7};
    (void)state;
    for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
        struct alarm alarm;
        alarm_init(&alarm);
        arm(&alarm, delays[i]);
        sleep_until(alarm.due_ms + 2 * WHEEL_SLOT_MS);
        expect_in_time(&alarm);
        assert_int_equal(wheel.linked, 0);
    }
}

static void test_a_deadline_that_has_passed(void **state)
{
    (void)state;
    struct alarm alarm;
    alarm_init(&alarm);
    wheel_arm(&wheel, &alarm.timer, now_ms - 500);
    sleep_until(now_ms + WHEEL_SLOT_MS);
    assert_int_equal(alarm.count, 1);
}

static void test_pushing_back_costs_no_link(void **state)
{
    (void)state;
    struct alarm alarm;
    alarm_init(&alarm);
    arm(&alarm, 100);
    struct list *neighbour = alarm.timer.node.next;
    arm(&alarm, 5000);
    assert_ptr_equal(alarm.timer.node.next, neighbour);
    sleep_until(now_ms + 4999);
    assert_int_equal(alarm.count, 0);
    sleep_until(now_ms + 100);
    expect_in_time(&alarm);
}

static void test_pulling_forward(void **state)
{
    (void)state;
    struct alarm alarm;
    alarm_init(&alarm);
    arm(&alarm, 5000);
    arm(&alarm, 100);
    sleep_until(now_ms + 200);
    expect_in_time(&alarm);
}

static void test_disarmed_is_silent_and_can_be_armed_again(void **state)
{
    (void)state;
    struct alarm alarm;
    alarm_init(&alarm);
    arm(&alarm, 100);
    wheel_disarm(&alarm.timer);
    arm(&alarm, 50); /* still linked where 100 would be */
    sleep_until(now_ms + 200);
    expect_in_time(&alarm);
    arm(&alarm, 100);
    wheel_disarm(&alarm.timer);
    sleep_until(now_ms + 300);
    assert_int_equal(alarm.count, 1);
    assert_int_equal(wheel.linked, 0);
}

static void test_forgotten_is_unlinked(void **state)
{
    (void)state;
    struct alarm alarm;
    alarm_init(&alarm);
    wheel_forget(&wheel, &alarm.timer); /* never armed */
    arm(&alarm, 100);
    wheel_forget(&wheel, &alarm.timer);
    assert_int_equal(wheel_wait_ms(&wheel, now_ms), -1);
    sleep_until(now_ms + 200);
    assert_int_equal(alarm.count, 0);
}

static void forget_other(struct alarm *alarm)
{
    wheel_forget(&wheel, &alarm->other->timer);
}

static void rearm_other(struct alarm *alarm)
{
    arm(alarm->other, 1000);
}

static void rearm_self(struct alarm *alarm)
{
    if (alarm->count == 1)
        arm(alarm, 0);
}

static void test_a_callback_forgets_its_neighbour(void **state)
{
    (void)state;
    struct alarm first, second;
    alarm_init(&first);
    alarm_init(&second);
    first.other = &second;
    first.meddle = forget_other;
    arm(&first, 100);
    arm(&second, 100);
    sleep_until(now_ms + 200);
    assert_int_equal(first.count, 1);
    assert_int_equal(second.count, 0);
    assert_int_equal(wheel.linked, 0);
}

static void test_a_callback_arms_its_neighbour_anew(void **state)
{
    (void)state;
    struct alarm first, second;
    alarm_init(&first);
    alarm_init(&second);
    first.other = &second;
    first.meddle = rearm_other;
    arm(&first, 100);
    arm(&second, 100);
    sleep_until(now_ms + 2000);
    expect_in_time(&second);
}

static void test_a_callback_arms_itself_for_now(void **state)
{
    (void)state;
    struct alarm alarm;
    alarm_init(&alarm);
    alarm.meddle = rearm_self;
    arm(&alarm, 100);
    sleep_until(now_ms + 300);
    assert_int_equal(alarm.count, 2); /* and the turn did not go round in circles */
}

static void test_a_long_sleep_misses_nobody(void **state)
{
    (void)state;
    enum { COUNT = 200 };
    struct alarm alarms[COUNT];
    for (int i = 0; i < COUNT; i++) {
        alarm_init(&alarms[i]);
        arm(&alarms[i], (uint64_t)i * TURN_MS / 50);
    }
    now_ms += 10 * TURN_MS; /* the machine was suspended, say */
    wheel_turn(&wheel, now_ms);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(alarms[i].count, 1);
}

static void test_any_order_of_arms(void **state)
{
    (void)state;
    enum { COUNT = 100 };
    struct alarm alarms[COUNT];
    unsigned seed = 1;
    for (int i = 0; i < COUNT; i++)
        alarm_init(&alarms[i]);
    for (int round = 0; round < 2000; round++) {
        struct alarm *alarm = &alarms[rand_r(&seed) % COUNT];
        switch (rand_r(&seed) % 4) {
        case 0:
            wheel_disarm(&alarm->timer);
            alarm->due_ms = 0;
            break;
        case 1:
            wheel_forget(&wheel, &alarm->timer);
            alarm->due_ms = 0;
            break;
        default:
            arm(alarm, rand_r(&seed) % (2 * TURN_MS));
        }
        alarm->count = 0;
        sleep_until(now_ms + rand_r(&seed) % 300);
        for (int i = 0; i < COUNT; i++) {
            struct alarm *a = &alarms[i];
            if (a->count > 0) {
                assert_int_not_equal(a->due_ms, 0);
                expect_in_time(a);
                a->count = 0;
                a->due_ms = 0;
            }
            assert_true(a->due_ms == 0 || a->due_ms + WHEEL_SLOT_MS >= now_ms);
        }
    }
}

#define CASE(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_delays_of_all_sizes),
        CASE(test_a_deadline_that_has_passed),
        CASE(test_pushing_back_costs_no_link),
        CASE(test_pulling_forward),
        CASE(test_disarmed_is_silent_and_can_be_armed_again),
        CASE(test_forgotten_is_unlinked),
        CASE(test_a_callback_forgets_its_neighbour),
        CASE(test_a_callback_arms_its_neighbour_anew),
        CASE(test_a_callback_arms_itself_for_now),
        CASE(test_a_long_sleep_misses_nobody),
        CASE(test_any_order_of_arms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
