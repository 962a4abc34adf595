/* SPDX-License-Identifier: Apache-2.0 */
/* Stick tables under several threads: no event is lost, no bound is broken, nothing is freed too early. */
#include "proxy/state/stick_table.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { THREADS = 4, ROUNDS = 20000, KEYS = 50, SIZE = 16384 };

static struct stick_table *table;

static struct stick_entry *hold(uint32_t number, uint64_t now_ms)
{
    return stick_table_hold(table, (struct stick_key){&number, 4}, true, now_ms);
}

/* Half of the events are on a few keys, the others on ever new ones, which push each other out. */
static void *run(void *arg)
{
    unsigned seed = *(unsigned *)arg;
    struct stick_change arrival[] = {
        {CONF_STICK_CONN_CUR, 0, 1}, {CONF_STICK_CONN_CNT, 0, 1}, {CONF_STICK_CONN_RATE, 0, 1}};
    struct stick_change departure = {CONF_STICK_CONN_CUR, 0, -1};
    struct stick_entry *kept[KEYS];
    for (uint32_t n = 0; n < KEYS; n++)
        kept[n] = hold(n, 1);
    for (unsigned n = 0; n < ROUNDS; n++) {
        uint64_t now_ms = n / 100;
        struct stick_entry *entry =
            hold(n % 2 == 0 ? n / 2 % KEYS : (uint32_t)rand_r(&seed), now_ms);
        if (entry == NULL)
            continue;
        stick_entry_change(entry, arrival, 3, now_ms);
        stick_entry_change(entry, &departure, 1, now_ms);
        stick_entry_drop(entry, now_ms);
        if (n % 1000 == 0)
            stick_table_sweep(table, now_ms);
    }
    for (uint32_t n = 0; n < KEYS; n++)
        stick_entry_drop(kept[n], 1);
    return NULL;
}

static void test_no_event_is_lost(void **state)
{
    (void)state;
    struct conf_stick_table d = {
        .type = CONF_STICK_INTEGER, .key_bytes = 4, .size = SIZE, .expire_ms = 60000};
    d.data[CONF_STICK_CONN_CUR].count = d.data[CONF_STICK_CONN_CNT].count = 1;
    d.data[CONF_STICK_CONN_RATE].count = 1;
    d.data[CONF_STICK_CONN_RATE].period_ms = 1000;
    table = stick_table_new(&d);
    assert_non_null(table);
    struct stick_entry *kept[KEYS];
    for (uint32_t n = 0; n < KEYS; n++)
        kept[n] = hold(n, 1);
    pthread_t threads[THREADS];
    unsigned seeds[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        seeds[i] = i + 1;
        assert_int_equal(pthread_create(&threads[i], NULL, run, &seeds[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_in_range(stick_table_used(table), KEYS, SIZE);
    for (uint32_t n = 0; n < KEYS; n++) {
        uint64_t count = 0, present = 1;
        assert_true(stick_entry_read(kept[n], CONF_STICK_CONN_CNT, 0, 1, &count));
        assert_true(stick_entry_read(kept[n], CONF_STICK_CONN_CUR, 0, 1, &present));
        assert_int_equal(count, THREADS * ROUNDS / 2 / KEYS);
        assert_int_equal(present, 0);
        stick_entry_drop(kept[n], 1);
    }
    stick_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_event_is_lost)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
