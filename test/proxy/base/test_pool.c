/* SPDX-License-Identifier: Apache-2.0 */
/* Pools: last in, first out, and what nobody needed goes back. */
#include "proxy/base/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct pool pool;

static int set_up(void **state)
{
    (void)state;
    pool_init(&pool, 100);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(pool.in_use, 0);
    pool_destroy(&pool);
    assert_int_equal(pool.free_count, 0);
    return 0;
}

static void take(void *items[], unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        items[i] = pool_take(&pool);
        assert_non_null(items[i]);
        memset(items[i], 0xff, 100); /* all of it is the caller's */
    }
}

static void give(void *items[], unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        pool_give(&pool, items[i]);
}

static void test_the_last_given_comes_first(void **state)
{
    (void)state;
    void *items[2];
    take(items, 2);
    give(items, 2);
    assert_ptr_equal(pool_take(&pool), items[1]);
    assert_ptr_equal(pool_take(&pool), items[0]);
    give(items, 2);
}

static void test_the_smallest_items_hold_a_link(void **state)
{
    (void)state;
    pool_init(&pool, 1);
    void *items[3];
    for (int i = 0; i < 3; i++)
        items[i] = pool_take(&pool);
    give(items, 3);
    assert_int_equal(pool.free_count, 3);
}

static void test_trim_frees_only_what_was_idle_all_the_time(void **state)
{
    (void)state;
    void *items[10];
    take(items, 10);
    give(items, 10);
    assert_int_equal(pool_trim(&pool), 0); /* all were in use since the last trim */
    take(items, 4);
    give(items, 4);
    assert_int_equal(pool_trim(&pool), 6);
    assert_int_equal(pool.free_count, 4);
    assert_int_equal(pool_trim(&pool), 4);
    assert_int_equal(pool.free_count, 0);
    assert_int_equal(pool_trim(&pool), 0);
}

static void test_trim_leaves_what_is_in_use(void **state)
{
    (void)state;
    void *items[4];
    take(items, 4);
    give(items, 2);
    pool_trim(&pool);
    pool_trim(&pool);
    assert_int_equal(pool.free_count, 0);
    assert_int_equal(pool.in_use, 2);
    give(items + 2, 2);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_the_last_given_comes_first),
        CASE(test_the_smallest_items_hold_a_link),
        CASE(test_trim_frees_only_what_was_idle_all_the_time),
        CASE(test_trim_leaves_what_is_in_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
