/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Round robin: order, evenness, and that nobody's turn is lost or doubled when the pool changes.
 */
#include "lb-algos/algo.h"
#include "lb-algos/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

static void make(struct lb_pool *pool, const uint32_t *weights, unsigned count)
{
    lb_pool_init(pool, &lb_round_robin);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(lb_pool_add(pool, weights[i], i, false), (int)i);
        lb_pool_set_up(pool, i, true);
    }
}

static void make_equal(struct lb_pool *pool, unsigned count)
{
    lb_pool_init(pool, &lb_round_robin);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(lb_pool_add(pool, 1, i, false), (int)i);
        lb_pool_set_up(pool, i, true);
    }
}

static const struct {
    const char *name;
    uint32_t weights[4];
    const char *want; /* the picks, a = the first server */
} orders[] = {
    {"equal servers in the order of the file", {1, 1, 1, 1}, "abcdabcdabcd"},
    {"equal weights, whatever they are", {7, 7, 7, 7}, "abcdabcdabcd"},
    {"a heavy server is spread over the round", {5, 1, 1, 0}, "abaacaaabaacaa"},
    {"twice the weight, every other turn", {2, 1, 1, 0}, "abacabac"},
    {"no weight, no turn", {0, 1, 0, 1}, "bdbdbd"},
};

static void test_order(void **state)
{
    (void)state;
    for (size_t c = 0; c < LEN(orders); c++) {
        struct lb_pool pool;
        make(&pool, orders[c].weights, 4);
        char got[32] = "";
        for (size_t n = 0; n < strlen(orders[c].want); n++)
            got[n] = (char)('a' + lb_pool_pick(&pool, 0, LB_NONE));
        if (strcmp(got, orders[c].want) != 0)
            fail_msg("%s: %s, not %s", orders[c].name, got, orders[c].want);
        lb_pool_destroy(&pool);
    }
}

/* At every moment each server has had its share of the picks, to within one whole pick. */
static void test_never_a_pick_ahead_or_behind(void **state)
{
    (void)state;
    srand(2);
    for (int round = 0; round < 50; round++) {
        uint32_t weights[40], total = 0;
        unsigned count = 1 + (unsigned)rand() % 40, picks[40] = {0};
        for (unsigned i = 0; i < count; i++)
            total += weights[i] = 1 + (uint32_t)rand() % (round % 2 == 0 ? 4 : LB_WEIGHT_MAX);
        struct lb_pool pool;
        make(&pool, weights, count);
        for (unsigned n = 1; n <= 3000; n++) {
            picks[lb_pool_pick(&pool, 0, LB_NONE)]++;
            for (unsigned i = 0; i < count; i++) {
                double ahead = picks[i] - (double)n * weights[i] / total;
                if (ahead < -1.01 || ahead > 1.01)
                    fail_msg("server %u of %u, weight %u of %u: %f after %u", i, count, weights[i],
                             total, ahead, n);
            }
        }
        lb_pool_destroy(&pool);
    }
}

/* Counts over the last span of picks differ by one at most among the servers that were there. */
static void test_equal_servers_stay_even(void **state)
{
    (void)state;
    srand(3);
    for (unsigned count = 1; count <= 300; count += 13) {
        struct lb_pool pool;
        make_equal(&pool, count);
        unsigned picks[300] = {0};
        for (int n = 0; n < 10000; n++) {
            picks[lb_pool_pick(&pool, 0, LB_NONE)]++;
            unsigned least = picks[0], most = picks[0];
            for (unsigned i = 1; i < count; i++) {
                least = picks[i] < least ? picks[i] : least;
                most = picks[i] > most ? picks[i] : most;
            }
            assert_true(most - least <= 1);
        }
        lb_pool_destroy(&pool);
    }
}

/* Servers 0..9 stay; the others come, go, fill up and change weight all the while. */
static void test_others_do_not_notice_changes(void **state)
{
    (void)state;
    srand(4);
    for (int run = 0; run < 20; run++) {
        struct lb_pool pool;
        make_equal(&pool, 30);
        unsigned picks[64] = {0};
        for (int n = 0; n < 5000; n++) {
            unsigned i = 10 + (unsigned)rand() % 20;
            switch (rand() % 8) {
            case 0:
                lb_pool_set_up(&pool, i, rand() % 2);
                break;
            case 1:
                lb_pool_set_full(&pool, i, rand() % 2);
                break;
            case 2:
                lb_pool_set_weight(&pool, i, (uint32_t)rand() % 5);
                break;
            case 3:
                lb_pool_remove(&pool, i);
                assert_int_equal(lb_pool_add(&pool, 1 + (uint32_t)rand() % 2, i, false), (int)i);
                lb_pool_set_up(&pool, i, true);
                break;
            }
            picks[lb_pool_pick(&pool, 0, LB_NONE)]++;
            for (unsigned k = 1; k < 10; k++)
                assert_true(abs((int)picks[k] - (int)picks[0]) <= 1);
        }
        lb_pool_destroy(&pool);
    }
}

static void test_who_comes_back_gets_no_burst(void **state)
{
    (void)state;
    struct lb_pool pool;
    make_equal(&pool, 4);
    for (int n = 0; n < 10; n++)
        assert_int_not_equal(lb_pool_pick(&pool, 0, LB_NONE), LB_NONE);
    lb_pool_set_up(&pool, 2, false);
    for (int n = 0; n < 3000; n++)
        assert_int_not_equal(lb_pool_pick(&pool, 0, LB_NONE), 2);
    lb_pool_set_up(&pool, 2, true);
    unsigned picks[4] = {0};
    for (int n = 0; n < 4000; n++) {
        picks[lb_pool_pick(&pool, 0, LB_NONE)]++;
        for (int i = 0; i < 4; i++)
            assert_true(abs((int)picks[2] - (int)picks[i]) <= 1);
    }
    lb_pool_destroy(&pool);
}

static void test_who_was_served_is_not_served_again_for_a_blink(void **state)
{
    (void)state;
    struct lb_pool pool;
    make_equal(&pool, 4);
    assert_int_equal(lb_pool_pick(&pool, 0, LB_NONE), 0);
    lb_pool_set_up(&pool, 0, false);
    lb_pool_set_up(&pool, 0, true);
    lb_pool_set_weight(&pool, 0, 0);
    lb_pool_set_weight(&pool, 0, 1);
    lb_pool_set_full(&pool, 0, true);
    lb_pool_set_full(&pool, 0, false);
    for (int want = 1; want < 4; want++)
        assert_int_equal(lb_pool_pick(&pool, 0, LB_NONE), want);
    assert_int_equal(lb_pool_pick(&pool, 0, LB_NONE), 0);
    lb_pool_destroy(&pool);
}

/* maxconn 1 and two streams at a time: the turn goes on through all servers. */
static void test_full_servers_keep_their_turn(void **state)
{
    (void)state;
    struct lb_pool pool;
    make_equal(&pool, 5);
    int before = lb_pool_pick(&pool, 0, LB_NONE);
    lb_pool_set_full(&pool, (unsigned)before, true);
    for (int n = 1; n < 1000; n++) {
        int index = lb_pool_pick(&pool, 0, LB_NONE);
        assert_int_equal(index, n % 5);
        lb_pool_set_full(&pool, (unsigned)index, true);
        lb_pool_set_full(&pool, (unsigned)before, false);
        before = index;
    }
    lb_pool_destroy(&pool);
}

static void test_an_avoided_server_keeps_its_turn(void **state)
{
    (void)state;
    struct lb_pool pool;
    make_equal(&pool, 3);
    assert_int_equal(lb_pool_pick(&pool, 0, 0), 1);
    assert_int_equal(lb_pool_pick(&pool, 0, LB_NONE), 0);
    assert_int_equal(lb_pool_pick(&pool, 0, LB_NONE), 2);
    lb_pool_destroy(&pool);
}

static void test_time_is_set_back_without_notice(void **state)
{
    (void)state;
    struct lb_pool pool;
    lb_pool_init(&pool, &lb_round_robin);
    pool.now = ((uint64_t)1 << 62) - ((uint64_t)1 << 38);
    uint64_t start = pool.now;
    unsigned picks[7] = {0};
    for (unsigned i = 0; i < 7; i++) {
        assert_int_equal(lb_pool_add(&pool, 1, i, false), (int)i);
        lb_pool_set_up(&pool, i, true);
    }
    for (int n = 0; n < 1000; n++) {
        picks[lb_pool_pick(&pool, 0, LB_NONE)]++;
        for (unsigned i = 1; i < 7; i++)
            assert_true(abs((int)picks[i] - (int)picks[0]) <= 1);
    }
    assert_true(pool.now < start);
    lb_pool_destroy(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_never_a_pick_ahead_or_behind),
        cmocka_unit_test(test_equal_servers_stay_even),
        cmocka_unit_test(test_others_do_not_notice_changes),
        cmocka_unit_test(test_who_comes_back_gets_no_burst),
        cmocka_unit_test(test_who_was_served_is_not_served_again_for_a_blink),
        cmocka_unit_test(test_full_servers_keep_their_turn),
        cmocka_unit_test(test_an_avoided_server_keeps_its_turn),
        cmocka_unit_test(test_time_is_set_back_without_notice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
