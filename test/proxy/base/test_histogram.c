/* SPDX-License-Identifier: Apache-2.0 */
/* Histograms: every value has one bucket, and quantiles are right to within an eighth. */
#include "proxy/base/histogram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_buckets_are_in_order_and_leave_no_gap(void **state)
{
    (void)state;
    uint64_t from = 0;
    for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS - 1; bucket++) {
        uint64_t top = histogram_bucket_top_us(bucket);
        assert_true(top >= from);
        assert_int_equal(histogram_bucket(from), bucket);
        assert_int_equal(histogram_bucket(top), bucket);
        assert_true((top - from) * 8 <= from || from < 16); /* an eighth wide */
        from = top + 1;
    }
    assert_true(from > 3600ull * 1000 * 1000); /* over an hour */
    assert_int_equal(histogram_bucket(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
}

static void test_an_empty_one(void **state)
{
    (void)state;
    struct histogram h = {0};
    assert_int_equal(histogram_count(&h), 0);
    assert_int_equal(histogram_quantile_us(&h, 0.5), 0);
}

static const struct {
    double share;
    uint64_t want_us;
} quantiles[] = {{0, 1}, {0.5, 500}, {0.9, 900}, {0.99, 990}, {0.999, 999}, {1, 1000}};

static void test_quantiles_of_one_to_a_thousand(void **state)
{
    (void)state;
    struct histogram h = {0};
    for (uint64_t us = 1; us <= 1000; us++)
        histogram_add(&h, histogram_bucket(us), us);
    assert_int_equal(histogram_count(&h), 1000);
    assert_int_equal(h.sum_us, 500500);
    for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++) {
        uint64_t us = histogram_quantile_us(&h, quantiles[i].share);
        assert_in_range(us, quantiles[i].want_us, quantiles[i].want_us * 9 / 8 + 1);
    }
}

static void test_a_merge_counts_both(void **state)
{
    (void)state;
    struct histogram low = {0}, high = {0}, both = {0};
    for (int i = 0; i < 100; i++) {
        histogram_add(&low, histogram_bucket(10), 10);
        histogram_add(&high, histogram_bucket(1000000), 1000000);
    }
    histogram_merge(&both, &low);
    histogram_merge(&both, &high);
    assert_int_equal(histogram_count(&both), 200);
    assert_int_equal(both.sum_us, 100 * 10 + 100 * 1000000);
    assert_in_range(histogram_quantile_us(&both, 0.25), 10, 11);
    assert_in_range(histogram_quantile_us(&both, 0.75), 1000000, 1125000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buckets_are_in_order_and_leave_no_gap),
        cmocka_unit_test(test_an_empty_one),
        cmocka_unit_test(test_quantiles_of_one_to_a_thousand),
        cmocka_unit_test(test_a_merge_counts_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
