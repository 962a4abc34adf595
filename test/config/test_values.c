/* SPDX-License-Identifier: Apache-2.0 */
/* The parts under the rows: values, addresses, suggestions, names, digests, lists in an arena. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "config/address.h"
#include "config/arena.h"
#include "config/digest.h"
#include "config/names.h"
#include "config/suggest.h"
#include "config/value.h"

static void durations_have_haproxys_units(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        long long unit_us;
        int error;
        unsigned value;
    } cases[] = {
        {"0", 1000, 0, 0},
        {"250", 1000, 0, 250},
        {"250", 1000000, 0, 250},
        {"5s", 1000, 0, 5000},
        {"5s", 1000000, 0, 5},
        {"1500us", 1000, 0, 2}, /* rounded up */
        {"1500ms", 1000000, 0, 2},
        {"2m", 1000, 0, 120000},
        {"1h", 1000, 0, 3600000},
        {"1d", 1000000, 0, 86400},
        {"2147483647", 1000, 0, 2147483647},
        {"2147483648", 1000, VALUE_LARGE, 0},
        {"25d", 1000, VALUE_LARGE, 0},
        {"99999999999999999999", 1000, VALUE_LARGE, 0},
        {"9223372036854775807us", 1000, VALUE_LARGE, 0},
        {"500us", 1000, 0, 1},
        {"-1s", 1000, VALUE_SMALL, 0},
        {"", 1000, VALUE_BAD, 0},
        {"s", 1000, VALUE_BAD, 0},
        {"5 s", 1000, VALUE_BAD, 0},
        {"5S", 1000, VALUE_BAD, 0},
        {"5sec", 1000, VALUE_BAD, 0},
        {"1.5s", 1000, VALUE_BAD, 0},
        {"1h30m", 1000, VALUE_BAD, 0},
        {"+5s", 1000, VALUE_BAD, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned value = 0;
        print_message("'%s'\n", cases[i].text);
        assert_int_equal(value_duration(cases[i].text, cases[i].unit_us, &value), cases[i].error);
        if (cases[i].error == 0)
            assert_int_equal(value, cases[i].value);
    }
}

static void sizes_have_suffixes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int error;
        unsigned bytes;
    } cases[] = {
        {"0", 0, 0},
        {"16384", 0, 16384},
        {"16k", 0, 16384},
        {"16K", 0, 16384},
        {"2m", 0, 2097152},
        {"1g", 0, 1073741824},
        {"2g", VALUE_LARGE, 0},
        {"3000m", VALUE_LARGE, 0},
        {"-1", VALUE_SMALL, 0},
        {"", VALUE_BAD, 0},
        {"k", VALUE_BAD, 0},
        {"16kb", VALUE_BAD, 0},
        {"1t", VALUE_BAD, 0},
        {"1 k", VALUE_BAD, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned bytes = 0;
        print_message("'%s'\n", cases[i].text);
        assert_int_equal(value_size(cases[i].text, &bytes), cases[i].error);
        if (cases[i].error == 0)
            assert_int_equal(bytes, cases[i].bytes);
    }
}

static void integers_are_whole(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int error;
        long long value;
    } cases[] = {
        {"0", 0, 0},
        {"42", 0, 42},
        {"+42", 0, 42},
        {"0x1F", 0, 31},
        {"7L", 0, 7},
        {"-0", 0, 0},
        {"-3", VALUE_SMALL, 0},
        {"", VALUE_BAD, 0},
        {"-", VALUE_BAD, 0},
        {"0x", VALUE_BAD, 0},
        {"1a", VALUE_BAD, 0},
        {"1.0", VALUE_BAD, 0},
        {" 1", VALUE_BAD, 0},
        {"9223372036854775808", VALUE_LARGE, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        long long value = 0;
        print_message("'%s'\n", cases[i].text);
        assert_int_equal(value_integer(cases[i].text, &value), cases[i].error);
        if (cases[i].error == 0)
            assert_int_equal(value, cases[i].value);
    }
}

static void statuses_are_codes_and_ranges(void **state)
{
    (void)state;
    struct conf_status_set set;
    assert_int_equal(value_statuses("200,301-303,599", &set), 0);
    assert_true(conf_status_has(&set, 200) && conf_status_has(&set, 301) &&
                conf_status_has(&set, 303));
    assert_true(conf_status_has(&set, 599));
    assert_false(conf_status_has(&set, 201) || conf_status_has(&set, 300) ||
                 conf_status_has(&set, 304));
    static const char *const bad[] = {"",     "99",   "600",     "200-", "300-200",
                                      "200,", ",200", "200 300", "2xx",  "200--300"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(value_statuses(bad[i], &set), VALUE_BAD);
}

static void statuses_come_and_go(void **state)
{
    (void)state;
    static const struct {
        const char *change, *result;
    } cases[] = {
        {"400-402", "400-402"},  {"+404,406", "400-402,404,406"}, {"-401,406", "400,402,404"},
        {"-500", "400,402,404"}, {"500,502", "500,502"},
    };
    struct conf_status_set set, wanted;
    assert_int_equal(value_statuses("200", &set), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(value_statuses(cases[i].result, &wanted), 0);
        assert_int_equal(value_statuses_change(cases[i].change, &set), 0);
        assert_memory_equal(&set, &wanted, sizeof set);
    }
    static const char *const bad[] = {"", "+", "-", "+-200", "200-", "--200", "700"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(value_statuses_change(bad[i], &set), VALUE_BAD);
    assert_memory_equal(&set, &wanted, sizeof set);
}

static void addresses_split_into_parts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int error;
        enum address_kind kind;
        const char *host;
        unsigned first, last;
        char sign;
    } cases[] = {
        {"*:80", 0, ADDRESS_IP, "", 80, 80, 0},
        {"h:1-3", 0, ADDRESS_IP, "h", 1, 3, 0},
        {"h", 0, ADDRESS_IP, "h", 0, 0, 0},
        {"h:", 0, ADDRESS_IP, "h", 0, 0, 0},
        {"[fe80::1]:8", 0, ADDRESS_IP, "fe80::1", 8, 8, 0},
        {"[fe80::1]", 0, ADDRESS_IP, "fe80::1", 0, 0, 0},
        {"h:+5", 0, ADDRESS_IP, "h", 5, 5, '+'},
        {"/a:b", 0, ADDRESS_UNIX, "/a:b", 0, 0, 0},
        {"/a@b", 0, ADDRESS_UNIX, "/a@b", 0, 0, 0},
        {"unix@a", 0, ADDRESS_UNIX, "a", 0, 0, 0},
        {"abns@a", 0, ADDRESS_ABSTRACT, "a", 0, 0, 0},
        {"", ADDRESS_EMPTY, 0, NULL, 0, 0, 0},
        {"unix@", ADDRESS_EMPTY, 0, NULL, 0, 0, 0},
        {"h:65536", ADDRESS_BAD_PORT, 0, NULL, 0, 0, 0},
        {"h:123456", ADDRESS_BAD_PORT, 0, NULL, 0, 0, 0},
        {"h:8x", ADDRESS_BAD_PORT, 0, NULL, 0, 0, 0},
        {"h:8-", ADDRESS_BAD_PORT, 0, NULL, 0, 0, 0},
        {"h:9-8", ADDRESS_BAD_PORT, 0, NULL, 0, 0, 0},
        {"fd@", ADDRESS_BAD_FD, 0, NULL, 0, 0, 0},
        {"fd@-1", ADDRESS_BAD_FD, 0, NULL, 0, 0, 0},
        {"who@h:1", ADDRESS_BAD_PREFIX, 0, NULL, 0, 0, 0},
    };
    struct conf_arena *arena = arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct address_parts parts;
        print_message("'%s'\n", cases[i].text);
        assert_int_equal(address_split(arena, cases[i].text, &parts), cases[i].error);
        if (cases[i].error != 0)
            continue;
        assert_int_equal(parts.kind, cases[i].kind);
        assert_string_equal(parts.host, cases[i].host);
        assert_int_equal(parts.first_port, cases[i].first);
        assert_int_equal(parts.last_port, cases[i].last);
        assert_int_equal(parts.port_sign, cases[i].sign);
    }
    arena_free(arena);
}

static void the_nearest_word_is_suggested_if_it_is_near(void **state)
{
    (void)state;
    static const char *const words[] = {"roundrobin",     "leastconn", "timeout_connect",
                                        "timeout_client", "inter",     NULL};
    static const struct {
        const char *word, *best;
    } cases[] = {
        {"roundrobbin", "roundrobin"},
        {"rounrdobin", "roundrobin"},
        {"RoundRobin", "roundrobin"},
        {"leastcon", "leastconn"},
        {"timeout_conect", "timeout_connect"},
        {"timeout-clinet", "timeout_client"},
        {"intre", "inter"},
        {"x", NULL},
        {"random", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct suggestion suggestion;
        suggestion_start(&suggestion, cases[i].word);
        for (size_t k = 0; words[k] != NULL; k++)
            suggestion_try(&suggestion, words[k]);
        print_message("'%s'\n", cases[i].word);
        if (cases[i].best == NULL)
            assert_null(suggestion.best);
        else
            assert_string_equal(suggestion.best, cases[i].best);
    }
}

static void a_unit_is_found_before_what_follows_it(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t part;
    } cases[] = {{"10min", 3}, {"10ms", 4}, {"10msx", 4}, {"5sec", 2}, {"1h30m", 2}, {"10us", 4},
                 {"10u", 0},   {"10", 0},   {"x", 0},     {"5x", 0},   {"", 0},      {"2days", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("'%s'\n", cases[i].text);
        assert_int_equal(value_duration_part(cases[i].text), cases[i].part);
    }
}

static void digests_are_sha256(void **state)
{
    (void)state;
    static const struct {
        const char *text, *hex;
    } cases[] = {
        /* FIPS 180-4 examples */
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct digest digest;
        char hex[DIGEST_HEX_BYTES];
        digest_start(&digest);
        digest_add(&digest, cases[i].text, strlen(cases[i].text));
        digest_finish(&digest, hex);
        assert_string_equal(hex, cases[i].hex);
    }
}

static void many_names_are_found_again(void **state)
{
    (void)state;
    struct conf_arena *arena = arena_new();
    struct name_map map = {0};
    int things[1000];
    assert_null(names_get(&map, "n1"));
    for (int i = 0; i < 1000; i++)
        assert_null(names_add(arena, &map, arena_printf(arena, "n%d", i), &things[i]));
    for (int i = 0; i < 1000; i++)
        assert_ptr_equal(names_get(&map, arena_printf(arena, "n%d", i)), &things[i]);
    assert_ptr_equal(names_add(arena, &map, "n7", &things[0]), &things[7]);
    assert_ptr_equal(names_get(&map, "n7"), &things[7]);
    assert_null(names_get(&map, "n1000"));
    arena_free(arena);
}

static void a_copied_list_grows_on_its_own(void **state)
{
    (void)state;
    struct conf_arena *arena = arena_new();
    int *list = NULL;
    for (int i = 0; i < 5; i++) {
        list = arena_list_grow(arena, list, (size_t)i, sizeof *list);
        list[i] = i;
    }
    int *one = arena_list_copy(arena, list, 5, sizeof *list);
    int *two = arena_list_copy(arena, list, 5, sizeof *list);
    one = arena_list_grow(arena, one, 5, sizeof *one);
    one[5] = 50;
    two = arena_list_grow(arena, two, 5, sizeof *two);
    two[5] = 60;
    assert_int_equal(one[5], 50);
    assert_int_equal(one[4], 4);
    assert_int_equal(two[5], 60);
    assert_null(arena_list_copy(arena, NULL, 0, sizeof *list));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_have_haproxys_units),
        cmocka_unit_test(a_unit_is_found_before_what_follows_it),
        cmocka_unit_test(sizes_have_suffixes),
        cmocka_unit_test(integers_are_whole),
        cmocka_unit_test(statuses_are_codes_and_ranges),
        cmocka_unit_test(statuses_come_and_go),
        cmocka_unit_test(addresses_split_into_parts),
        cmocka_unit_test(the_nearest_word_is_suggested_if_it_is_near),
        cmocka_unit_test(digests_are_sha256),
        cmocka_unit_test(many_names_are_found_again),
        cmocka_unit_test(a_copied_list_grows_on_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
