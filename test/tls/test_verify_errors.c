/* SPDX-License-Identifier: Apache-2.0 */
/* Words for errors of verification: numbers, names, all, and what is none of them. */
#include "tls/verify_errors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    const char *word;
    bool is_known;
    int has, lacks; /* errors; 0: none to ask for */
} cases[] = {
    {"all", true, 10, 0},
    {"10", true, 10, 9},
    {"1", true, 1, 2},
    {"127", true, 127, 126},
    {"X509_V_ERR_CERT_HAS_EXPIRED", true, 10, 11},
    {"X509_V_ERR_CERT_REVOKED", true, 23, 10},
    {"0", false, 0, 10},
    {"128", false, 0, 10},
    {"99999999999999999999", false, 0, 10},
    {"-1", false, 0, 10},
    {"10x", false, 0, 10},
    {"", false, 0, 10},
    {"ALL", false, 0, 10},
    {"CERT_HAS_EXPIRED", false, 0, 10},
    {"X509_V_ERR_CERT_HAS_EXPIRED_", false, 0, 10},
};

static void words_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct tls_verify_errors set = {{0}};
        if (tls_verify_errors_add(&set, cases[i].word, strlen(cases[i].word)) != cases[i].is_known)
            fail_msg("%s", cases[i].word);
        assert_true(cases[i].has == 0 || tls_verify_errors_have(&set, cases[i].has));
        assert_false(cases[i].lacks != 0 && tls_verify_errors_have(&set, cases[i].lacks));
    }
}

static void several_add_up(void **state)
{
    (void)state;
    struct tls_verify_errors set = {{0}};
    assert_true(tls_verify_errors_add(&set, "10,9", 2));
    assert_true(tls_verify_errors_add(&set, "70", 2));
    assert_true(tls_verify_errors_have(&set, 10) && tls_verify_errors_have(&set, 70));
    assert_false(tls_verify_errors_have(&set, 9) || tls_verify_errors_have(&set, 0));
    assert_false(tls_verify_errors_have(&set, -1) || tls_verify_errors_have(&set, 1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_read),
        cmocka_unit_test(several_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
