/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Least connections: against a model that looks at every server.
 */
#include "lb-algos/algo.h"
#include "lb-algos/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    const char *name;
    struct {
        uint32_t weight, in_flight;
        bool up;
    } servers[3];
    int want;
} cases[] = {
    {"an idle pool starts at the first", {{1, 0, true}, {1, 0, true}, {1, 0, true}}, 0},
    {"the fewest", {{1, 3, true}, {1, 2, true}, {1, 4, true}}, 1},
    {"weight scales the load", {{1, 3, true}, {4, 8, true}, {1, 4, true}}, 1},
    {"the same load by weight is a tie", {{2, 4, true}, {3, 6, true}, {1, 3, true}}, 0},
    {"the smallest difference counts", {{255, 254, true}, {256, 255, true}, {1, 9, true}}, 0},
    {"not one that is down", {{1, 0, false}, {1, 5, true}, {1, 6, true}}, 1},
    {"nobody left", {{1, 0, false}, {1, 0, false}, {1, 0, false}}, LB_NONE},
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t c = 0; c < LEN(cases); c++) {
        struct lb_pool pool;
        lb_pool_init(&pool, &lb_least_conn);
        for (unsigned i = 0; i < 3; i++) {
            assert_int_equal(lb_pool_add(&pool, cases[c].servers[i].weight, i, false), (int)i);
            lb_pool_set_up(&pool, i, cases[c].servers[i].up);
            for (unsigned n = 0; n < cases[c].servers[i].in_flight; n++)
                lb_pool_enter(&pool, i);
        }
        int got = lb_pool_pick(&pool, 0, LB_NONE);
        if (got != cases[c].want)
            fail_msg("%s: %d, not %d", cases[c].name, got, cases[c].want);
        lb_pool_destroy(&pool);
    }
}

static void test_ties_rotate(void **state)
{
    (void)state;
    struct lb_pool pool;
    lb_pool_init(&pool, &lb_least_conn);
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(lb_pool_add(&pool, 1, i, false), (int)i);
        lb_pool_set_up(&pool, i, true);
    }
    for (int n = 0; n < 100; n++) {
        int index = lb_pool_pick(&pool, 0, LB_NONE);
        assert_int_equal(index, n % 5);
        lb_pool_enter(&pool, (unsigned)index);
        lb_pool_leave(&pool, (unsigned)index);
    }
    lb_pool_destroy(&pool);
}

static bool is_lighter(const struct lb_server *a, const struct lb_server *b)
{
    return (uint64_t)a->in_flight * b->weight < (uint64_t)b->in_flight * a->weight;
}

static void test_always_the_lightest(void **state)
{
    (void)state;
    srand(5);
    enum { SERVERS = 50 };
    struct lb_pool pool;
    lb_pool_init(&pool, &lb_least_conn);
    for (uint32_t i = 0; i < SERVERS; i++) {
        assert_int_equal(lb_pool_add(&pool, 1 + (uint32_t)rand() % LB_WEIGHT_MAX, i, false),
                         (int)i);
        lb_pool_set_up(&pool, i, true);
    }
    for (int n = 0; n < 20000; n++) {
        unsigned i = (unsigned)rand() % SERVERS;
        if (rand() % 20 == 0)
            lb_pool_set_up(&pool, i, rand() % 2);
        if (rand() % 20 == 0)
            lb_pool_set_weight(&pool, i, (uint32_t)rand() % (LB_WEIGHT_MAX + 1));
        if (rand() % 2 == 0 && pool.servers[i].in_flight > 0)
            lb_pool_leave(&pool, i);
        int index = lb_pool_pick(&pool, 0, LB_NONE);
        if (index == LB_NONE)
            continue;
        for (unsigned k = 0; k < SERVERS; k++)
            assert_false(pool.servers[k].candidate &&
                         is_lighter(&pool.servers[k], &pool.servers[index]));
        lb_pool_enter(&pool, (unsigned)index);
    }
    lb_pool_destroy(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_ties_rotate),
        cmocka_unit_test(test_always_the_lightest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
