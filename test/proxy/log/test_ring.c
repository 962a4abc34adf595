/* SPDX-License-Identifier: Apache-2.0 */
/* The ring of log lines: order, bounds, wrapping, and two threads at it. */
#include "proxy/log/ring.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static bool put(struct ring *ring, uint32_t number, uint32_t len)
{
    struct ring_entry *entry = ring_reserve(ring);
    if (entry == NULL)
        return false;
    memset(entry->text, (int)('a' + number % 26), len);
    entry->len = len;
    entry->level = number % 8;
    entry->proxy = NULL;
    (void)ring_commit(ring, entry);
    return true;
}

static uint32_t length_of(uint32_t number)
{
    return number * 37 % RING_LINE_MAX;
}

static bool is_entry(const struct ring_entry *entry, uint32_t number)
{
    uint32_t len = length_of(number);
    char want = (char)('a' + number % 26);
    return entry->len == len && entry->level == number % 8 &&
           (len == 0 || (entry->text[0] == want && entry->text[len - 1] == want));
}

static void keeps_order_over_many_rounds(void **state)
{
    (void)state;
    struct ring ring;
    assert_int_equal(ring_init(&ring), 0);
    uint32_t in = 0, out = 0;
    while (out < 5000) {
        for (int i = 0; i < 7; i++)
            if (put(&ring, in, length_of(in)))
                in++;
        for (int i = 0; i < 6 && out < in; i++) {
            const struct ring_entry *entry = ring_peek(&ring);
            assert_non_null(entry);
            assert_true(is_entry(entry, out));
            ring_drop(&ring, entry);
            out++;
        }
    }
    ring_destroy(&ring);
}

static void refuses_and_counts_when_full(void **state)
{
    (void)state;
    struct ring ring;
    assert_int_equal(ring_init(&ring), 0);
    assert_null(ring_peek(&ring));
    uint32_t in = 0;
    while (put(&ring, in, 1000))
        in++;
    assert_true(in > (RING_BYTES - 2 * RING_LINE_MAX) / 1024);
    assert_false(put(&ring, in, 0));
    assert_int_equal(ring.dropped, 2);

    const struct ring_entry *entry;
    uint32_t out = 0;
    while ((entry = ring_peek(&ring)) != NULL) {
        ring_drop(&ring, entry);
        out++;
    }
    assert_int_equal(out, in);
    assert_true(put(&ring, 0, RING_LINE_MAX));
    ring_destroy(&ring);
}

#define LINES 20000

static void *produce(void *arg)
{
    for (uint32_t i = 0; i < LINES;) {
        if (put(arg, i, length_of(i)))
            i++;
        else
            sched_yield();
    }
    return NULL;
}

static void two_threads_see_the_same(void **state)
{
    (void)state;
    struct ring ring;
    assert_int_equal(ring_init(&ring), 0);
    pthread_t producer;
    assert_int_equal(pthread_create(&producer, NULL, produce, &ring), 0);
    for (uint32_t i = 0; i < LINES;) {
        const struct ring_entry *entry = ring_peek(&ring);
        if (entry == NULL) {
            sched_yield();
            continue;
        }
        assert_true(is_entry(entry, i));
        ring_drop(&ring, entry);
        i++;
    }
    pthread_join(producer, NULL);
    ring_destroy(&ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_order_over_many_rounds),
        cmocka_unit_test(refuses_and_counts_when_full),
        cmocka_unit_test(two_threads_see_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
