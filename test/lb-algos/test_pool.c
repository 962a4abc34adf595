/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may be picked: groups, backups, limits, and the bookkeeping of the pool, for every algorithm
 * alike.
 */
#include "lb-algos/algo.h"
#include "lb-algos/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

enum { SERVERS = 4 };

/* A server as a word: A active, B backup; lower case is down; f full; 0 has no weight; - is absent.
 */
static const struct {
    const char *name;
    const char *servers;
    bool all_backups;
    const char *want; /* who may be picked: X yes, . no */
} cases[] = {
    {"all that are up", "AAAA", false, "XXXX"},
    {"not those that are down", "AaAa", false, "X.X."},
    {"not those without weight", "A0A0", false, "X.X."},
    {"not those that are full", "AfAf", false, "X.X."},
    {"no backup while an active server is up", "aABB", false, ".X.."},
    {"only the first backup", "aBBB", false, ".X.."},
    {"the first backup that is up", "abBB", false, "..X."},
    {"all backups if asked", "aBbB", true, ".X.X"},
    {"a full active server keeps backups away", "fBBB", false, "...."},
    {"a full active server keeps all backups away", "fBBB", true, "...."},
    {"an active server without weight does not", "0BBB", false, ".X.."},
    {"all are full", "ffff", false, "...."},
    {"all are down", "aabb", true, "...."},
    {"an empty pool", "----", false, "...."},
    {"gaps are skipped", "-A-A", false, ".X.X"},
};

static void fill(struct lb_pool *pool, const char *servers, bool all_backups)
{
    for (unsigned i = 0; i < SERVERS; i++) {
        char c = servers[i];
        int index = lb_pool_add(pool, c == '0' ? 0 : 1, i, c == 'B' || c == 'b');
        assert_int_equal(index, (int)i);
        lb_pool_set_up(pool, i, c != 'a' && c != 'b');
        lb_pool_set_full(pool, i, c == 'f');
    }
    for (unsigned i = 0; i < SERVERS; i++) {
        if (servers[i] == '-')
            lb_pool_remove(pool, i);
    }
    lb_pool_set_all_backups(pool, all_backups);
}

/* Those that use all servers in turn; `first` has a test of its own. */
static const struct lb_algo *const turning[] = {
    &lb_round_robin, &lb_least_conn, &lb_static_rr, &lb_random, &lb_map_based, &lb_consistent,
};

enum { PICKS = 100 }; /* enough for random, and for a ring's places, to come to all */

static void test_who_may_be_picked(void **state)
{
    (void)state;
    for (size_t a = 0; a < LEN(turning); a++) {
        for (size_t c = 0; c < LEN(cases); c++) {
            struct lb_pool pool;
            lb_pool_init(&pool, turning[a]);
            fill(&pool, cases[c].servers, cases[c].all_backups);
            char got[SERVERS + 1] = "....";
            for (unsigned n = 0; n < PICKS; n++) {
                int index = lb_pool_pick(&pool, LB_NO_KEY, LB_NONE);
                if (index != LB_NONE)
                    got[index] = 'X';
            }
            if (strcmp(got, cases[c].want) != 0)
                fail_msg("%s: %s: %s, not %s", turning[a]->name, cases[c].name, got, cases[c].want);
            lb_pool_destroy(&pool);
        }
    }
}

static void test_avoided_only_if_there_is_another(void **state)
{
    (void)state;
    for (size_t a = 0; a < LEN(turning) + 1; a++) {
        struct lb_pool pool;
        lb_pool_init(&pool, a < LEN(turning) ? turning[a] : &lb_first);
        fill(&pool, "AAAA", false);
        for (int n = 0; n < 100; n++) {
            assert_int_not_equal(lb_pool_pick(&pool, LB_NO_KEY, n % SERVERS), n % SERVERS);
            assert_int_not_equal(lb_pool_pick(&pool, (uint64_t)n << 25, n % SERVERS), n % SERVERS);
        }
        lb_pool_set_up(&pool, 0, false);
        lb_pool_set_up(&pool, 1, false);
        lb_pool_set_full(&pool, 2, true);
        assert_int_equal(lb_pool_pick(&pool, LB_NO_KEY, 3), 3);
        lb_pool_destroy(&pool);
    }
}

static void test_names_are_found(void **state)
{
    (void)state;
    assert_ptr_equal(lb_algo_find("roundrobin"), &lb_round_robin);
    assert_ptr_equal(lb_algo_find("leastconn"), &lb_least_conn);
    assert_ptr_equal(lb_hash_type_find("consistent"), &lb_consistent);
    assert_null(lb_algo_find("consistent"));
    assert_null(lb_hash_type_find("first"));
    assert_null(lb_algo_find("Roundrobin"));
    assert_null(lb_algo_find(""));
    for (size_t a = 0; lb_algos[a] != NULL; a++)
        assert_true(strlen(lb_algos[a]->summary) > 0);
    for (size_t a = 0; lb_hash_types[a] != NULL; a++)
        assert_true(strlen(lb_hash_types[a]->summary) > 0);
}

/* What must hold in any pool; counted the slow way. */
static void check_pool(const struct lb_pool *pool)
{
    unsigned active = 0, backup = 0, present = 0, candidates = 0;
    uint64_t weight = 0;
    for (unsigned i = 0; i < pool->count; i++) {
        const struct lb_server *s = &pool->servers[i];
        bool usable = s->present && s->up && s->weight > 0;
        active += usable && !s->backup;
        backup += usable && s->backup;
        present += s->present;
    }
    int first = LB_NONE;
    for (unsigned i = 0; i < pool->count; i++) {
        const struct lb_server *s = &pool->servers[i];
        if (s->present && s->up && s->weight > 0 && s->backup &&
            (first == LB_NONE || s->order < pool->servers[first].order))
            first = (int)i;
    }
    for (unsigned i = 0; i < pool->count; i++) {
        const struct lb_server *s = &pool->servers[i];
        bool usable = s->present && s->up && s->weight > 0;
        bool member = usable && (active > 0 ? !s->backup : pool->all_backups || (int)i == first);
        assert_int_equal(s->member, member);
        assert_int_equal(s->candidate, member && !s->full);
        assert_int_equal(s->place.heap != NULL, s->candidate);
        weight += member ? s->weight : 0;
        candidates += s->candidate;
        if (s->candidate)
            assert_int_equal(s->place.heap->items[s->place.at].server, i);
    }
    assert_int_equal(pool->active_usable, active);
    assert_int_equal(pool->backup_usable, backup);
    assert_int_equal(pool->present, present);
    assert_int_equal(pool->weight_total, weight);
    assert_int_equal(pool->ready.count + pool->waiting.count, candidates);
}

static void change_at_random(struct lb_pool *pool, unsigned *in_flight)
{
    unsigned i = (unsigned)rand() % pool->count;
    if (!pool->servers[i].present) {
        if (rand() % 4 == 0)
            assert_int_not_equal(
                lb_pool_add(pool, (uint32_t)rand() % 4, (uint32_t)rand() % 64, rand() % 3 == 0),
                LB_NONE);
        return;
    }
    switch (rand() % 10) {
    case 0:
        lb_pool_set_weight(pool, i, (uint32_t)rand() % (LB_WEIGHT_MAX + 1));
        break;
    case 1:
        lb_pool_set_full(pool, i, rand() % 2);
        break;
    case 2:
        if (rand() % 8 == 0) {
            lb_pool_remove(pool, i);
            in_flight[i] = 0;
        }
        break;
    case 3:
        lb_pool_set_place(pool, i, (uint32_t)rand() % 64, rand() % 2);
        break;
    case 4:
        lb_pool_set_all_backups(pool, rand() % 2);
        break;
    case 5:
        if (rand() % 10 == 0)
            lb_pool_set_algo(pool, lb_algos[rand() % 2]);
        break;
    case 6:
        if (in_flight[i] > 0) {
            lb_pool_leave(pool, i);
            in_flight[i]--;
        }
        break;
    default:
        lb_pool_set_up(pool, i, rand() % 3 != 0);
    }
}

static void test_random_changes_keep_the_books(void **state)
{
    (void)state;
    srand(1);
    struct lb_pool pool;
    unsigned in_flight[64] = {0};
    lb_pool_init(&pool, &lb_round_robin);
    for (uint32_t i = 0; i < 20; i++)
        assert_int_not_equal(lb_pool_add(&pool, 1 + i % 3, i, i % 5 == 4), LB_NONE);
    for (int n = 0; n < 20000; n++) {
        change_at_random(&pool, in_flight);
        check_pool(&pool);
        int avoid = rand() % (int)pool.count;
        int index = lb_pool_pick(&pool, 0, avoid);
        if (index != LB_NONE) {
            assert_true(pool.servers[index].candidate);
            assert_true(index != avoid || pool.ready.count + pool.waiting.count == 1);
            lb_pool_enter(&pool, (unsigned)index);
            in_flight[index]++;
        } else {
            assert_int_equal(pool.ready.count + pool.waiting.count, 0);
        }
    }
    lb_pool_destroy(&pool);
}

static void test_reserved_room_needs_no_memory(void **state)
{
    (void)state;
    struct lb_pool pool;
    lb_pool_init(&pool, &lb_round_robin);
    assert_true(lb_pool_reserve(&pool, 100));
    const struct lb_server *before = pool.servers;
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(lb_pool_add(&pool, 1, i, false), (int)i);
    assert_ptr_equal(pool.servers, before);
    lb_pool_destroy(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_may_be_picked),
        cmocka_unit_test(test_avoided_only_if_there_is_another),
        cmocka_unit_test(test_names_are_found),
        cmocka_unit_test(test_random_changes_keep_the_books),
        cmocka_unit_test(test_reserved_room_needs_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
