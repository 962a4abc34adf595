/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps, rings, random and first: who gets a key, and what a change of servers moves. That the choices
 * are HAProxy's is shown by test/e2e/persistence.
 */
#include "lb-algos/algo.h"
#include "lb-algos/hash.h"
#include "lb-algos/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

enum { KEYS = 2000, SERVERS = 5 };

static void make(struct lb_pool *pool, const struct lb_algo *algo, const uint32_t *weights)
{
    lb_pool_init(pool, algo);
    for (unsigned i = 0; i < SERVERS; i++) {
        assert_int_equal(lb_pool_add(pool, weights != NULL ? weights[i] : 1, i, false), (int)i);
        lb_pool_set_up(pool, i, true);
    }
}

static uint32_t key_of(uint32_t n)
{
    return lb_hash_spread(n * 7 + 1);
}

static void choose_all(struct lb_pool *pool, int *chosen)
{
    for (uint32_t n = 0; n < KEYS; n++)
        chosen[n] = lb_pool_pick(pool, key_of(n), LB_NONE);
}

static const struct {
    const char *name;
    uint32_t weights[SERVERS];
    const char *round; /* of keys 0, 1, 2, ... by a map */
} rounds[] = {
    {"equal servers in order", {1, 1, 1, 1, 1}, "abcdeabcde"},
    {"the weights' common divisor does not count", {7, 7, 7, 7, 7}, "abcdeabcde"},
    {"the heavier earlier", {2, 1, 1, 0, 0}, "aabcaabc"},
    {"no weight, no keys", {0, 3, 0, 3, 0}, "bdbd"},
    {"only one", {0, 0, 200, 0, 0}, "cccc"},
};

static void test_a_map_holds_one_round(void **state)
{
    (void)state;
    for (size_t c = 0; c < LEN(rounds); c++) {
        for (int by_key = 0; by_key < 2; by_key++) {
            struct lb_pool pool;
            make(&pool, &lb_map_based, rounds[c].weights);
            char got[32] = "";
            for (unsigned n = 0; n < strlen(rounds[c].round); n++)
                got[n] = (char)('a' + lb_pool_pick(&pool, by_key ? n : LB_NO_KEY, LB_NONE));
            if (strcmp(got, rounds[c].round) != 0)
                fail_msg("%s: %s, not %s", rounds[c].name, got, rounds[c].round);
            lb_pool_destroy(&pool);
        }
    }
}

/* A key stays where it is while its server stays, full or not, whoever else comes and goes. */
static void test_a_ring_moves_only_the_keys_of_who_leaves(void **state)
{
    (void)state;
    static int before[KEYS], during[KEYS], after[KEYS];
    struct lb_pool pool;
    make(&pool, &lb_consistent, NULL);
    choose_all(&pool, before);
    lb_pool_set_up(&pool, 2, false);
    lb_pool_set_full(&pool, 4, true);
    choose_all(&pool, during);
    lb_pool_set_up(&pool, 2, true);
    choose_all(&pool, after);
    unsigned counts[SERVERS] = {0};
    for (unsigned n = 0; n < KEYS; n++) {
        counts[before[n]]++;
        assert_int_equal(after[n], before[n]);
        if (before[n] != 2)
            assert_int_equal(during[n], before[n]);
        else
            assert_int_not_equal(during[n], 2);
    }
    for (unsigned i = 0; i < SERVERS; i++)
        assert_in_range(counts[i], KEYS / SERVERS / 3, 3 * KEYS / SERVERS);
    lb_pool_destroy(&pool);
}

static void test_servers_known_by_address_may_change_places(void **state)
{
    (void)state;
    static int before[KEYS], after[KEYS];
    struct lb_pool pool;
    for (int turned = 0; turned < 2; turned++) {
        make(&pool, &lb_consistent, NULL);
        for (unsigned i = 0; i < SERVERS; i++) {
            unsigned char address[] = {10, 0, 0, (unsigned char)(turned ? SERVERS - 1 - i : i)};
            lb_pool_set_identity(&pool, i, i + 1, lb_ring_base_of_address(address, 4, 80));
        }
        choose_all(&pool, turned ? after : before);
        lb_pool_destroy(&pool);
    }
    for (unsigned n = 0; n < KEYS; n++)
        assert_int_equal(after[n], SERVERS - 1 - before[n]);
}

/* One key alone, but nobody gets more than 1.5 times the average. */
static void test_a_balance_factor_bounds_the_load(void **state)
{
    (void)state;
    struct lb_pool pool;
    struct lb_options options = {.balance_factor_percent = 150};
    make(&pool, &lb_consistent, NULL);
    lb_pool_set_options(&pool, &options);
    int first = lb_pool_pick(&pool, key_of(1), LB_NONE);
    for (unsigned n = 1; n <= 100; n++) {
        int index = lb_pool_pick(&pool, key_of(1), LB_NONE);
        lb_pool_enter(&pool, (unsigned)index);
        /* shares are whole streams, and at least one */
        assert_in_range(pool.servers[index].in_flight, 1, n * 150 / 100 / SERVERS + 1);
    }
    assert_true(pool.servers[first].in_flight > 100 / SERVERS);
    lb_pool_destroy(&pool);
}

static void test_draws_find_the_idle(void **state)
{
    (void)state;
    struct lb_pool pool;
    struct lb_options options = {.draws = 100};
    make(&pool, &lb_random, NULL);
    lb_pool_set_options(&pool, &options);
    for (unsigned n = 0; n < 10 * SERVERS; n++)
        lb_pool_enter(&pool, (unsigned)lb_pool_pick(&pool, LB_NO_KEY, LB_NONE));
    for (unsigned i = 0; i < SERVERS; i++)
        assert_int_equal(pool.servers[i].in_flight, 10);
    lb_pool_destroy(&pool);
}

static void test_first_is_by_id_and_passes_over_the_full(void **state)
{
    (void)state;
    struct lb_pool pool;
    make(&pool, &lb_first, NULL);
    assert_int_equal(lb_pool_pick(&pool, LB_NO_KEY, LB_NONE), 0);
    lb_pool_set_identity(&pool, 3, 0, 0);
    assert_int_equal(lb_pool_pick(&pool, LB_NO_KEY, LB_NONE), 3);
    lb_pool_set_full(&pool, 3, true);
    assert_int_equal(lb_pool_pick(&pool, LB_NO_KEY, LB_NONE), 0);
    assert_int_equal(lb_pool_pick(&pool, LB_NO_KEY, 0), 1);
    lb_pool_set_full(&pool, 3, false);
    lb_pool_set_weight(&pool, 3, 0);
    assert_int_equal(lb_pool_pick(&pool, LB_NO_KEY, LB_NONE), 0);
    lb_pool_destroy(&pool);
}

/* With a key the server is waited for, without one another is taken. */
static void test_a_key_insists_on_a_full_server(void **state)
{
    (void)state;
    static const struct lb_algo *const algos[] = {&lb_map_based, &lb_consistent};
    for (size_t a = 0; a < LEN(algos); a++) {
        struct lb_pool pool;
        make(&pool, algos[a], NULL);
        int index = lb_pool_pick(&pool, key_of(3), LB_NONE);
        lb_pool_set_full(&pool, (unsigned)index, true);
        assert_int_equal(lb_pool_pick(&pool, key_of(3), LB_NONE), index);
        for (int n = 0; n < 200; n++)
            assert_int_not_equal(lb_pool_pick(&pool, LB_NO_KEY, LB_NONE), index);
        assert_int_not_equal(lb_pool_pick(&pool, key_of(3), index), index);
        lb_pool_destroy(&pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_map_holds_one_round),
        cmocka_unit_test(test_a_ring_moves_only_the_keys_of_who_leaves),
        cmocka_unit_test(test_servers_known_by_address_may_change_places),
        cmocka_unit_test(test_a_balance_factor_bounds_the_load),
        cmocka_unit_test(test_draws_find_the_idle),
        cmocka_unit_test(test_first_is_by_id_and_passes_over_the_full),
        cmocka_unit_test(test_a_key_insists_on_a_full_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
