/* SPDX-License-Identifier: Apache-2.0 */
/* A trace that is kept: its order, its bounds, and that no byte of it does harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "proxy/rules/trace_log.h"

static struct trace_log trace;

static int set_up(void **state)
{
    (void)state;
    trace_log_init(&trace, 8);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    trace_log_clear(&trace);
    return 0;
}

static void tell(enum trace_kind kind, unsigned line, bool matched, const char *text)
{
    struct conf_place place = {line > 0 ? "a.cfg" : NULL, line, 1};
    trace.trace.record(&trace.trace, &(struct trace_record){kind, place, matched, text});
}

static void assert_texts(const char *const *texts)
{
    size_t i = 0;
    for (; texts[i] != NULL; i++)
        assert_string_equal(i < trace.count ? trace.entries[i].text : "nothing", texts[i]);
    assert_int_equal(trace.count, i);
}

static void a_rule_comes_before_its_tests(void **state)
{
    (void)state;
    static const char *const want[] = {"r1", "a1", "a2", "r2", "a3", "r3", NULL};
    tell(TRACE_ACL, 1, true, "a1");
    tell(TRACE_ACL, 1, false, "a2");
    tell(TRACE_RULE, 1, false, "r1");
    tell(TRACE_ACL, 2, true, "a3");
    tell(TRACE_RULE, 2, true, "r2");
    tell(TRACE_RULE, 3, true, "r3");
    assert_texts(want);
}

static void tests_without_a_rule_stay_where_they_are(void **state)
{
    (void)state;
    static const char *const want[] = {"a1", "s", "r1", NULL};
    tell(TRACE_ACL, 1, true, "a1");
    tell(TRACE_STEP, 0, true, "s");
    tell(TRACE_RULE, 2, true, "r1");
    assert_texts(want);
}

static void what_a_rule_does_stands_at_its_line(void **state)
{
    (void)state;
    tell(TRACE_RULE, 7, true, "r");
    tell(TRACE_FIELD, 0, true, "x: 1");
    tell(TRACE_BACKEND, 3, true, "b");
    assert_int_equal(trace.entries[1].place.line, 7);
    assert_int_equal(trace.entries[2].place.line, 3);
}

static void misses_take_half_of_the_room(void **state)
{
    (void)state;
    for (unsigned i = 1; i <= 20; i++)
        tell(TRACE_RULE, i, false, "no");
    assert_int_equal(trace.count, 4);
    assert_int_equal(trace.left_out, 16);
    for (unsigned i = 1; i <= 20; i++)
        tell(TRACE_FIELD, 0, true, "x");
    assert_int_equal(trace.count, 8);
    assert_int_equal(trace.entries[4].place.line, 20); /* that of a rule which is not here itself */
    assert_int_equal(trace.left_out, 32);
}

static void tests_that_were_left_out_do_not_move_a_rule(void **state)
{
    (void)state;
    static const char *const want[] = {"r1", "a1", "a2", "a3", "a4", "r2", NULL};
    tell(TRACE_ACL, 1, true, "a1");
    tell(TRACE_ACL, 1, true, "a2");
    tell(TRACE_ACL, 1, true, "a3");
    tell(TRACE_ACL, 1, true, "a4");
    tell(TRACE_RULE, 1, true, "r1");
    tell(TRACE_ACL, 2, true, "a5");
    tell(TRACE_RULE, 2, true, "r2");
    assert_texts(want);
}

static void control_characters_are_made_harmless(void **state)
{
    (void)state;
    static const char *const want[] = {"a?b?c?[31m\xc3\xa4?", NULL};
    tell(TRACE_FIELD, 0, true, "a\nb\tc\033[31m\xc3\xa4\x7f");
    assert_texts(want);
}

static void an_unasked_trace_evaluates_nothing(void **state)
{
    (void)state;
    struct rule_trace *nobody = NULL;
    int asked = 0;
    trace_tell(nobody, TRACE_STEP, "%d", ++asked);
    assert_int_equal(asked, 0);
    trace_tell(&trace.trace, TRACE_STEP, "%d", ++asked);
    assert_int_equal(asked, 1);
    assert_string_equal(trace.entries[0].text, "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_rule_comes_before_its_tests, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tests_without_a_rule_stay_where_they_are, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_a_rule_does_stands_at_its_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(misses_take_half_of_the_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tests_that_were_left_out_do_not_move_a_rule, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(control_characters_are_made_harmless, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unasked_trace_evaluates_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
