/* SPDX-License-Identifier: Apache-2.0 */
/* The hash functions, against values that were worked out elsewhere. */
#include "lb-algos/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    const char *name, *text;
    uint32_t want;
} cases[] = {
    {"sdbm", "", 0},
    {"sdbm", "a", 97},
    {"sdbm", "/index.html", 0x33242976},
    {"djb2", "", 5381},
    {"djb2", "hello", 0x0f923099},
    {"djb2", "\xff", 5381 * 33 + 255}, /* bytes are not signed */
    {"wt6", "", 0xa53c965a ^ 0x5ca6953a},
    {"crc32", "123456789", 0xcbf43926},
    {"crc32", "", 0},
};

static void test_known_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        const struct lb_hash *hash = lb_hash_find(cases[i].name);
        assert_non_null(hash);
        uint32_t got = hash->hash(cases[i].text, strlen(cases[i].text));
        if (got != cases[i].want)
            fail_msg("%s of '%s': %#x, not %#x", cases[i].name, cases[i].text, got, cases[i].want);
    }
    assert_null(lb_hash_find("md5"));
    assert_null(lb_hash_find(""));
}

static void test_addresses_are_folded(void **state)
{
    (void)state;
    static const unsigned char v4[] = {192, 0, 2, 7};
    static const unsigned char v6[] = {1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 1, 0xf0, 0, 0, 2};
    assert_int_equal(lb_hash_address(v4, sizeof(v4)), 0xc0000207);
    assert_int_equal(lb_hash_address(v6, sizeof(v6)), 0x01020304 ^ 1 ^ 0xf0000002);
}

/* No two of many neighbours have the same result, and about half of the bits change. */
static void test_spreading_mixes(void **state)
{
    (void)state;
    unsigned changed = 0;
    for (uint32_t n = 1; n < 1000; n++) {
        uint32_t difference = lb_hash_spread(n) ^ lb_hash_spread(n - 1);
        assert_int_not_equal(difference, 0);
        changed += (unsigned)__builtin_popcount(difference);
    }
    assert_in_range(changed, 999 * 14, 999 * 18);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_addresses_are_folded),
        cmocka_unit_test(test_spreading_mixes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
