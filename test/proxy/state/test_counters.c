/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted by one thread is read by all: totals, rates, averages, latencies. */
#include "proxy/state/counters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND 1000000u

static void test_totals_add_up_all_threads(void **state)
{
    (void)state;
    struct counter_set *set = counter_set_new(3);
    counters_add(&set->threads[0], COUNTER_BYTES_IN, 5);
    counters_add(&set->threads[1], COUNTER_BYTES_IN, 7);
    counters_add(&set->threads[1], COUNTER_BYTES_OUT, 1);
    assert_int_equal(counter_set_total(set, COUNTER_BYTES_IN), 12);
    assert_int_equal(counter_set_total(set, COUNTER_BYTES_OUT), 1);
    counter_set_clear(set);
    assert_int_equal(counter_set_total(set, COUNTER_BYTES_IN), 0);
    counter_set_free(set);
}

static void test_status_classes(void **state)
{
    (void)state;
    static const struct {
        int status;
        enum counter want;
    } cases[] = {
        {100, COUNTER_RESP_1XX},  {199, COUNTER_RESP_1XX},   {200, COUNTER_RESP_2XX},
        {304, COUNTER_RESP_3XX},  {499, COUNTER_RESP_4XX},   {500, COUNTER_RESP_5XX},
        {599, COUNTER_RESP_5XX},  {600, COUNTER_RESP_OTHER}, {99, COUNTER_RESP_OTHER},
        {-1, COUNTER_RESP_OTHER},
    };
    for (size_t i = 0; i < LEN(cases); i++)
        assert_int_equal(counter_of_status(cases[i].status), cases[i].want);
}

static void test_cells_share_no_cache_line(void **state)
{
    (void)state;
    assert_int_equal(sizeof(struct counters) % CACHE_LINE_BYTES, 0);
}

static void test_rate_is_of_the_last_elapsed_second(void **state)
{
    (void)state;
    struct rate rate = {0};
    for (int i = 0; i < 100; i++)
        rate_count(&rate, 50);
    assert_int_equal(rate_read(&rate, 50 * SECOND), 100);
    assert_int_equal(rate_read(&rate, 51 * SECOND), 100);
    assert_int_equal(rate_read(&rate, 51 * SECOND + SECOND / 2), 50);
    rate_count(&rate, 51);
    assert_int_equal(rate_read(&rate, 51 * SECOND + SECOND / 2), 51);
    assert_int_equal(rate_read(&rate, 53 * SECOND), 0);
    rate_count(&rate, 60);
    assert_int_equal(rate_read(&rate, 60 * SECOND), 1);
    assert_int_equal(rate.max, 100);
}

static void test_max_rate_is_of_all_threads_together(void **state)
{
    (void)state;
    struct counter_set *set = counter_set_new(2);
    for (int i = 0; i < 30; i++) {
        rate_count(&set->threads[0].rates[RATE_REQUESTS], 7);
        rate_count(&set->threads[1].rates[RATE_REQUESTS], 7);
    }
    rate_count(&set->threads[1].rates[RATE_REQUESTS], 8); /* one thread is ahead already */
    counter_set_tick(set, 8);
    assert_int_equal(set->rate_max[RATE_REQUESTS], 60);
    counter_set_tick(set, 9);
    assert_int_equal(set->rate_max[RATE_REQUESTS], 60);
    assert_int_equal(counter_set_rate(set, RATE_REQUESTS, 8 * SECOND), 61);
    counter_set_free(set);
}

static void test_averages_are_of_the_last_samples(void **state)
{
    (void)state;
    struct counter_set *set = counter_set_new(2);
    assert_int_equal(counter_set_average_ms(set, TIME_TOTAL), 0);
    counters_time(&set->threads[0], TIME_TOTAL, 10000);
    counters_time(&set->threads[1], TIME_TOTAL, 30000);
    assert_int_equal(counter_set_average_ms(set, TIME_TOTAL), 20);
    assert_int_equal(counter_set_time_max_ms(set, TIME_TOTAL), 30);
    for (int i = 0; i < 20 * TIME_SAMPLES; i++) {
        counters_time(&set->threads[0], TIME_TOTAL, 5000);
        counters_time(&set->threads[1], TIME_TOTAL, 5000);
    }
    assert_int_equal(counter_set_average_ms(set, TIME_TOTAL), 5);
    assert_int_equal(counter_set_time_max_ms(set, TIME_TOTAL), 30);

    static struct histogram all;
    counter_set_latency(set, TIME_TOTAL, &all);
    assert_int_equal(histogram_count(&all), 40 * TIME_SAMPLES + 2);
    counter_set_latency(set, TIME_QUEUE, &all);
    assert_int_equal(histogram_count(&all), 0);
    counter_set_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_totals_add_up_all_threads),
        cmocka_unit_test(test_status_classes),
        cmocka_unit_test(test_cells_share_no_cache_line),
        cmocka_unit_test(test_rate_is_of_the_last_elapsed_second),
        cmocka_unit_test(test_max_rate_is_of_all_threads_together),
        cmocka_unit_test(test_averages_are_of_the_last_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
