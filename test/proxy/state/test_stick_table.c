/* SPDX-License-Identifier: Apache-2.0 */
/* Stick tables on one thread, by a clock of our own. */
#include "proxy/state/rate_window.h"
#include "proxy/state/stick_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

static uint64_t now_ms;

static struct stick_table *make(unsigned size, unsigned expire_ms)
{
    struct conf_stick_table d = {
        .type = CONF_STICK_INTEGER, .key_bytes = 4, .size = size, .expire_ms = expire_ms};
    d.data[CONF_STICK_GPC0].count = 1;
    d.data[CONF_STICK_CONN_CUR].count = 1;
    d.data[CONF_STICK_BYTES_IN_CNT].count = 1;
    d.data[CONF_STICK_GPT].count = 3;
    d.data[CONF_STICK_HTTP_REQ_RATE].count = 1;
    d.data[CONF_STICK_HTTP_REQ_RATE].period_ms = 10000;
    now_ms = 1000000;
    struct stick_table *table = stick_table_new(&d);
    assert_non_null(table);
    return table;
}

static struct stick_entry *hold(struct stick_table *table, uint32_t number, bool create)
{
    return stick_table_hold(table, (struct stick_key){&number, 4}, create, now_ms);
}

static void count(struct stick_entry *entry, enum conf_stick_data data, int64_t add)
{
    struct stick_change change = {data, 0, add};
    stick_entry_change(entry, &change, 1, now_ms);
}

static uint64_t value(struct stick_entry *entry, enum conf_stick_data data, unsigned index)
{
    uint64_t got = 0;
    assert_true(stick_entry_read(entry, data, index, now_ms, &got));
    return got;
}

/* An event on the key; true if it could be kept. */
static bool touch(struct stick_table *table, uint32_t number)
{
    struct stick_entry *entry = hold(table, number, true);
    if (entry == NULL)
        return false;
    count(entry, CONF_STICK_GPC0, 1);
    stick_entry_drop(entry, now_ms);
    return true;
}

static uint64_t events(struct stick_table *table, uint32_t number)
{
    struct stick_entry *entry = hold(table, number, false);
    if (entry == NULL)
        return 0;
    uint64_t got = value(entry, CONF_STICK_GPC0, 0);
    stick_entry_drop(entry, now_ms);
    return got;
}

static void test_values_are_kept_by_key(void **state)
{
    (void)state;
    struct stick_table *table = make(100, 0);
    struct stick_entry *entry = hold(table, 7, true);
    assert_null(hold(table, 8, false));
    count(entry, CONF_STICK_GPC0, 3);
    count(entry, CONF_STICK_BYTES_IN_CNT, 5000000000);
    count(entry, CONF_STICK_CONN_CUR, 2);
    count(entry, CONF_STICK_CONN_CUR, -1);
    count(entry, CONF_STICK_SESS_CNT, 1); /* not kept */
    assert_true(stick_entry_set(entry, CONF_STICK_GPT, 2, 99, now_ms));
    assert_false(stick_entry_set(entry, CONF_STICK_GPT, 3, 99, now_ms));
    assert_false(stick_entry_set(entry, CONF_STICK_GPC1, 0, 99, now_ms));
    assert_int_equal(value(entry, CONF_STICK_GPC0, 0), 3);
    assert_int_equal(value(entry, CONF_STICK_BYTES_IN_CNT, 0), 5000000000);
    assert_int_equal(value(entry, CONF_STICK_CONN_CUR, 0), 1);
    assert_int_equal(value(entry, CONF_STICK_GPT, 2), 99);
    assert_int_equal(value(entry, CONF_STICK_GPT0, 0), 0); /* the first of gpt */
    uint64_t unused;
    assert_false(stick_entry_read(entry, CONF_STICK_SESS_CNT, 0, now_ms, &unused));
    assert_int_equal(stick_table_period_ms(table, CONF_STICK_HTTP_REQ_RATE), 10000);
    stick_entry_drop(entry, now_ms);
    stick_table_free(table);
}

static void test_entries_expire(void **state)
{
    (void)state;
    struct stick_table *table = make(100, 1000);
    touch(table, 1);
    now_ms += 600;
    touch(table, 2);
    now_ms += 399;
    assert_int_equal(events(table, 1), 1); /* which is no touch */
    now_ms += 1;
    assert_int_equal(events(table, 1), 0);
    touch(table, 2); /* lives for another second */
    now_ms += 999;
    assert_int_equal(events(table, 2), 2);
    now_ms += 1;
    assert_int_equal(stick_table_used(table), 1);
    stick_table_sweep(table, now_ms);
    assert_int_equal(stick_table_used(table), 0);
    stick_table_free(table);
}

static void test_who_is_held_lives_on(void **state)
{
    (void)state;
    struct stick_table *table = make(3, 1000);
    struct stick_entry *held = hold(table, 1, true);
    count(held, CONF_STICK_GPC0, 5);
    now_ms += 5000;
    stick_table_sweep(table, now_ms);
    for (uint32_t n = 10; n < 20; n++)
        assert_true(touch(table, n));
    assert_int_equal(events(table, 1), 5);
    now_ms += 5000;
    stick_entry_drop(held, now_ms); /* it was only kept for that */
    assert_int_equal(events(table, 1), 0);
    stick_table_free(table);
}

static void test_a_full_table_forgets_the_oldest(void **state)
{
    (void)state;
    struct stick_table *table = make(3, 0);
    for (uint32_t n = 1; n <= 3; n++)
        touch(table, n);
    touch(table, 1);
    touch(table, 4); /* 2 was touched longest ago */
    assert_int_equal(stick_table_used(table), 3);
    assert_int_equal(events(table, 1), 2);
    assert_int_equal(events(table, 2), 0);
    assert_int_equal(events(table, 3), 1);
    assert_int_equal(events(table, 4), 1);
    stick_table_free(table);
}

static void test_with_nopurge_a_full_table_takes_no_more(void **state)
{
    (void)state;
    struct conf_stick_table d = {
        .type = CONF_STICK_INTEGER, .key_bytes = 4, .size = 2, .nopurge = 1, .expire_ms = 1000};
    d.data[CONF_STICK_GPC0].count = 1;
    struct stick_table *table = stick_table_new(&d);
    assert_true(touch(table, 1) && touch(table, 2) && touch(table, 1));
    assert_false(touch(table, 3));
    now_ms += 1000;
    assert_true(touch(table, 3)); /* the others are expired */
    stick_table_free(table);
}

static void test_held_entries_hold_their_table(void **state)
{
    (void)state;
    struct stick_table *table = make(10, 0);
    struct stick_entry *entry = hold(table, 1, true);
    assert_ptr_equal(stick_entry_ref(entry), entry);
    assert_int_equal(stick_entry_holders(entry), 2);
    stick_table_free(table);
    count(entry, CONF_STICK_GPC0, 1);
    stick_entry_drop(entry, now_ms);
    assert_int_equal(value(entry, CONF_STICK_GPC0, 0), 1);
    stick_entry_drop(entry, now_ms);
}

static void test_forgetting(void **state)
{
    (void)state;
    struct stick_table *table = make(10, 0);
    uint32_t number = 1;
    struct stick_key key = {&number, 4};
    struct stick_entry *entry = hold(table, 1, true);
    assert_false(stick_table_forget(table, key, now_ms));
    stick_entry_drop(entry, now_ms);
    assert_true(stick_table_forget(table, key, now_ms));
    assert_true(stick_table_forget(table, key, now_ms));
    assert_int_equal(stick_table_used(table), 0);
    stick_table_free(table);
}

static const struct {
    enum conf_stick_type type;
    const char *text, *want;
    size_t want_len;
} keys[] = {
    {CONF_STICK_STRING, "abc", "abc", 3},     {CONF_STICK_STRING, "abcdef", "abcd", 4},
    {CONF_STICK_STRING, "", "", 0},           {CONF_STICK_BINARY, "ab", "ab\0", 4},
    {CONF_STICK_BINARY, "abcdef", "abcd", 4},
};

static void test_keys_are_made_to_fit(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(keys); i++) {
        struct conf_stick_table d = {.type = keys[i].type, .key_bytes = 4, .size = 10};
        struct stick_table *table = stick_table_new(&d);
        char room[4];
        struct stick_key key = stick_key_fit(table, keys[i].text, strlen(keys[i].text), room);
        assert_int_equal(key.len, keys[i].want_len);
        assert_memory_equal(key.data, keys[i].want, keys[i].want_len);
        struct stick_entry *entry = stick_table_hold(table, key, true, 0);
        assert_non_null(entry);
        stick_entry_drop(entry, 0);
        stick_table_free(table);
    }
}

/* HAProxy's window: events of the period before count as far as the window reaches back. */
static const struct {
    uint32_t at_ms[6]; /* one event each; 0 ends */
    uint32_t read_ms, want;
} windows[] = {
    {{100, 0}, 100, 1},
    {{100, 200, 300, 0}, 1000, 3},
    {{100, 200, 300, 400, 0}, 1100, 4},
    {{100, 200, 300, 400, 0}, 1600, 2}, /* half of the window before is left */
    {{100, 200, 300, 400, 0}, 1900, 0},
    {{100, 0}, 2098, 1}, /* one event alone does not fade */
    {{100, 0}, 2101, 0},
    {{100, 200, 1200, 1300, 0}, 1600, 3},
    {{100, 200, 300, 5000, 5100, 0}, 5200, 2},
};

static void test_rates_slide(void **state)
{
    (void)state;
    for (uint32_t base = 0; base < 2; base++) {
        uint32_t zero = base == 0 ? 0 : UINT32_MAX - 1501; /* over the end of the clock */
        for (size_t i = 0; i < LEN(windows); i++) {
            struct rate_window w = {.start_ms = zero - 100000};
            for (size_t n = 0; windows[i].at_ms[n] != 0; n++)
                rate_window_add(&w, 1000, 1, zero + windows[i].at_ms[n]);
            uint32_t got = rate_window_read(&w, 1000, zero + windows[i].read_ms);
            if (got != windows[i].want)
                fail_msg("window %zu: %u, not %u", i, got, windows[i].want);
        }
    }
}

static void on_entry(void *owner, const struct stick_view *view)
{
    uint64_t *sum = owner, gpc0 = 0;
    assert_true(stick_view_read(view, CONF_STICK_GPC0, 0, now_ms, &gpc0));
    assert_int_equal(view->key.len, 4);
    assert_int_equal(view->holders, 0);
    assert_in_range(view->expires_in_ms, 1, 5000);
    *sum += gpc0;
}

static void walk(struct stick_table *table, uint64_t *sum)
{
    struct stick_walk at = {0};
    while (stick_table_walk(table, &at, now_ms, on_entry, sum))
        continue;
}

static void test_all_are_told_of(void **state)
{
    (void)state;
    struct stick_table *table = make(100000, 5000); /* several shards */
    for (uint32_t n = 0; n < 1000; n++)
        touch(table, n);
    uint64_t sum = 0;
    walk(table, &sum);
    assert_int_equal(sum, 1000);
    now_ms += 5000;
    walk(table, &sum);
    assert_int_equal(sum, 1000);
    stick_table_free(table);
}

static void count_entry(void *owner, const struct stick_view *view)
{
    (void)view;
    ++*(unsigned *)owner;
}

static void test_what_stays_is_told_once_while_others_come_and_go(void **state)
{
    (void)state;
    struct stick_table *table = make(100000, 5000);
    struct stick_walk at = {0};
    unsigned told = 0;
    for (uint32_t n = 0; n < 500; n++)
        touch(table, n);
    for (uint32_t n = 0; stick_table_walk(table, &at, now_ms, count_entry, &told); n++) {
        uint32_t gone = 1000 + n % 50;
        touch(table, gone);
        assert_true(stick_table_forget(table, (struct stick_key){&gone, 4}, now_ms));
    }
    assert_int_equal(told, 500);
    stick_table_free(table);
}

static void test_a_held_entry_is_told_without_its_asker(void **state)
{
    (void)state;
    struct stick_table *table = make(10, 5000);
    uint64_t sum = 0;
    touch(table, 7);
    struct stick_entry *entry = hold(table, 7, false);
    assert_non_null(entry);
    stick_entry_view(entry, now_ms, on_entry, &sum);
    assert_int_equal(sum, 1);
    stick_entry_drop(entry, now_ms);
    stick_table_free(table);
}

static void test_names_have_numbers(void **state)
{
    (void)state;
    struct stick_table *table = make(10, 0);
    uint32_t a = stick_table_intern(table, "a"), b = stick_table_intern(table, "b");
    assert_int_not_equal(a, b);
    assert_int_equal(stick_table_intern(table, "a"), a);
    assert_string_equal(stick_table_name(table, b), "b");
    assert_null(stick_table_name(table, 0));
    assert_null(stick_table_name(table, 3));
    stick_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_kept_by_key),
        cmocka_unit_test(test_entries_expire),
        cmocka_unit_test(test_who_is_held_lives_on),
        cmocka_unit_test(test_a_full_table_forgets_the_oldest),
        cmocka_unit_test(test_with_nopurge_a_full_table_takes_no_more),
        cmocka_unit_test(test_held_entries_hold_their_table),
        cmocka_unit_test(test_forgetting),
        cmocka_unit_test(test_keys_are_made_to_fit),
        cmocka_unit_test(test_rates_slide),
        cmocka_unit_test(test_all_are_told_of),
        cmocka_unit_test(test_what_stays_is_told_once_while_others_come_and_go),
        cmocka_unit_test(test_a_held_entry_is_told_without_its_asker),
        cmocka_unit_test(test_names_have_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
