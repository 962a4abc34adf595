/* SPDX-License-Identifier: Apache-2.0 */
/* Rings keep the newest lines, through reloads too, and readers of any speed find their way. */
#include "proxy/log/memory_ring.h"

#include "config/model.h"
#include "proxy/log/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include <cmocka.h>

#define LINE_BYTES 100
#define SIZE 1040 /* ten lines, each with its length */

static struct conf_ring confs[2] = {
    {.name = "recent", .description = "what came last", .bytes = SIZE},
    {.name = "other", .description = "other", .bytes = SIZE},
};
static struct conf_ring *rings[] = {&confs[0], &confs[1]};
static struct config config = {.rings = rings, .ring_count = 2};

static void put(const char *ring, unsigned number)
{
    char text[LINE_BYTES + 1];
    snprintf(text, sizeof(text), "%*u", LINE_BYTES - 4, number);
    memory_ring_put(memory_ring_find(ring), "<6> ", 4, text, LINE_BYTES - 4);
}

/* The number of the next line, 0 if there is none. */
static unsigned take(const char *ring, uint64_t *at)
{
    char text[200] = "";
    size_t len = 0;
    if (log_ring_read(ring, at, text, sizeof(text) - 1, &len) != 1)
        return 0;
    assert_int_equal(len, LINE_BYTES);
    assert_memory_equal(text, "<6> ", 4);
    return (unsigned)strtoul(text + 4, NULL, 10);
}

static int start(void **state)
{
    (void)state;
    confs[0].bytes = SIZE;
    config.ring_count = 2;
    memory_rings_adopt(&config);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    memory_rings_close();
    return 0;
}

static void the_oldest_lines_make_room(void **state)
{
    (void)state;
    uint64_t at = 0;
    assert_int_equal(take("recent", &at), 0);
    for (unsigned i = 1; i <= 25; i++)
        put("recent", i);
    for (unsigned want = 16; want <= 25; want++)
        assert_int_equal(take("recent", &at), want);
    assert_int_equal(take("recent", &at), 0);
    put("recent", 26);
    assert_int_equal(take("recent", &at), 26);
    uint64_t none = 0;
    assert_int_equal(take("other", &none), 0);
}

static void a_slow_reader_misses_what_was_overwritten(void **state)
{
    (void)state;
    uint64_t at = 0;
    put("recent", 1);
    assert_int_equal(take("recent", &at), 1);
    for (unsigned i = 2; i <= 20; i++)
        put("recent", i);
    assert_int_equal(take("recent", &at), 11);
}

static void a_reader_may_begin_at_the_end(void **state)
{
    (void)state;
    uint64_t at = 0;
    put("recent", 1);
    assert_int_equal(log_ring_end("recent", &at), 0);
    assert_int_equal(take("recent", &at), 0);
    put("recent", 2);
    assert_int_equal(take("recent", &at), 2);
    assert_int_equal(log_ring_end("none", &at), UV_ENOENT);
}

static void a_line_is_copied_as_far_as_there_is_room(void **state)
{
    (void)state;
    uint64_t at = 0;
    char text[6] = "......";
    size_t len = 0;
    memory_ring_put(memory_ring_find("recent"), "<6> ", 4, "abcdef", 6);
    assert_int_equal(log_ring_read("recent", &at, text, 5, &len), 1);
    assert_int_equal(len, 10);
    assert_memory_equal(text, "<6> a.", 6);
}

static void a_line_longer_than_the_ring_is_counted(void **state)
{
    (void)state;
    static const char text[SIZE];
    struct log_ring_facts facts;
    memory_ring_put(memory_ring_find("recent"), "", 0, text, sizeof(text));
    assert_true(log_ring_at(0, &facts));
    assert_int_equal(facts.dropped, 1);
    assert_string_equal(facts.name, "recent");
    assert_string_equal(facts.description, "what came last");
    assert_true(log_ring_at(1, &facts));
    assert_string_equal(facts.name, "other");
    assert_false(log_ring_at(2, &facts));
}

static void a_reload_keeps_lines_and_readers(void **state)
{
    (void)state;
    uint64_t at = 0;
    for (unsigned i = 1; i <= 12; i++)
        put("recent", i);
    assert_int_equal(take("recent", &at), 3);
    memory_rings_adopt(&config); /* nothing changes */
    assert_int_equal(take("recent", &at), 4);
    confs[0].bytes = SIZE / 2; /* smaller */
    memory_rings_adopt(&config);
    assert_int_equal(take("recent", &at), 8);
    confs[0].bytes = SIZE * 2; /* larger */
    memory_rings_adopt(&config);
    assert_int_equal(take("recent", &at), 9);
    config.ring_count = 0; /* none */
    memory_rings_adopt(&config);
    size_t len;
    assert_int_equal(log_ring_read("recent", &at, NULL, 0, &len), UV_ENOENT);
    config.ring_count = 2; /* and a new one, which the reader's position is not of */
    memory_rings_adopt(&config);
    put("recent", 77);
    assert_int_equal(take("recent", &at), 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_oldest_lines_make_room, start, stop),
        cmocka_unit_test_setup_teardown(a_slow_reader_misses_what_was_overwritten, start, stop),
        cmocka_unit_test_setup_teardown(a_reader_may_begin_at_the_end, start, stop),
        cmocka_unit_test_setup_teardown(a_line_is_copied_as_far_as_there_is_room, start, stop),
        cmocka_unit_test_setup_teardown(a_line_longer_than_the_ring_is_counted, start, stop),
        cmocka_unit_test_setup_teardown(a_reload_keeps_lines_and_readers, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
