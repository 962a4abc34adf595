/* SPDX-License-Identifier: Apache-2.0 */
/* Bounds on what comes in: by the second, and by number. */
#include "proxy/state/live_limits.h"

#include "config/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_gate_closes_for_the_rest_of_its_second(void **state)
{
    (void)state;
    struct rate_gate gate = {0};
    for (unsigned i = 0; i < 3; i++) {
        assert_true(rate_gate_is_open(&gate, 3, 7));
        rate_gate_count(&gate, 3, 7);
    }
    assert_false(rate_gate_is_open(&gate, 3, 7));
    assert_true(rate_gate_is_open(&gate, 4, 7));
    assert_true(rate_gate_is_open(&gate, 3, 8));
    rate_gate_count(&gate, 3, 8);
    assert_true(rate_gate_is_open(&gate, 3, 8));
    assert_false(rate_gate_is_open(&gate, 1, 8));
}

static void without_a_bound_a_gate_is_open(void **state)
{
    (void)state;
    struct rate_gate gate = {0};
    for (unsigned i = 0; i < 1000; i++)
        rate_gate_count(&gate, 0, 7);
    assert_true(rate_gate_is_open(&gate, 0, 7));
    assert_true(rate_gate_is_open(&gate, 1, 7));
}

static void the_process_is_full_at_maxconn(void **state)
{
    (void)state;
    struct conf_global global = {.maxconn = 2};
    live_limits_set(&global);
    assert_true(live_limits_have_room(1, false, 1));
    assert_false(live_limits_have_room(2, false, 1));
    live_limits.maxconn = 3;
    assert_true(live_limits_have_room(2, false, 1));
    live_limits_set(&(struct conf_global){0});
    assert_true(live_limits_have_room(1000000, false, 1));
}

static void the_lower_one_of_both_rates_counts(void **state)
{
    (void)state;
    live_limits_set(&(struct conf_global){.maxconnrate = 2, .maxsessrate = 1, .maxsslrate = 5});
    assert_true(live_limits_have_room(0, true, 20));
    live_limits_count(false, 20);
    assert_false(live_limits_have_room(0, false, 20));
    assert_true(live_limits_have_room(0, false, 21));
}

static void the_rate_of_tls_holds_back_no_others(void **state)
{
    (void)state;
    live_limits_set(&(struct conf_global){.maxsslrate = 1});
    live_limits_count(true, 30);
    assert_false(live_limits_have_room(0, true, 30));
    assert_true(live_limits_have_room(0, false, 30));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gate_closes_for_the_rest_of_its_second),
        cmocka_unit_test(without_a_bound_a_gate_is_open),
        cmocka_unit_test(the_process_is_full_at_maxconn),
        cmocka_unit_test(the_lower_one_of_both_rates_counts),
        cmocka_unit_test(the_rate_of_tls_holds_back_no_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
