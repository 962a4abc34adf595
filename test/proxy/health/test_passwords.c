/* SPDX-License-Identifier: Apache-2.0 */
/* Challenges and answers, by the examples of RFC 7677 3 and of the servers' own manuals. */
#include "proxy/health/passwords.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SERVER_FIRST                                                                               \
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"

/* The example's client names a user, which PostgreSQL's does not; so only the keys are the same. */
static void scram_answers_and_knows_the_server(void **state)
{
    struct scram scram = {.nonce = "rOprNGfwEbeRWgbNEkqO"};
    char answer[SCRAM_TEXT_BYTES];
    (void)state;
    assert_true(scram_final(&scram, "pencil", SERVER_FIRST, answer));
    assert_memory_equal(answer,
                        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=", 62);
    assert_int_equal(scram.iterations, 4096);
    assert_false(scram_verify(&scram, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
    assert_false(scram_verify(&scram, "e=other-error"));
    assert_true(scram_final(&scram, "pencil", SERVER_FIRST, answer));
}

static void scram_refuses_what_makes_no_sense(void **state)
{
    static const char *const firsts[] = {
        "",
        "r=,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "r=somebody-elses,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "r=abc,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "r=abcdef,s=,i=4096",
        "r=abcdef,s=!!!,i=4096",
        "r=abcdef,s=W22Z,i=0",
        "r=abcdef,s=W22Z,i=4000000000",
        "r=abcdef,s=W22Z",
    };
    char answer[SCRAM_TEXT_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
        struct scram scram = {.nonce = "abc"};
        if (scram_final(&scram, "pencil", firsts[i], answer))
            fail_msg("%s was taken", firsts[i]);
    }
}

static void md5_is_what_postgresql_stores(void **state)
{
    char text[MD5_TEXT_BYTES];
    (void)state;
    assert_true(password_md5("secret", "joe", (const uint8_t *)"\1\2\3\4", text));
    assert_string_equal(text, "md5850be429f1fe77df3f603ac424abb440");
}

static void mysql_answers_differ_with_the_salt(void **state)
{
    uint8_t one[SHA1_BYTES], other[SHA1_BYTES], sha2[SHA256_BYTES];
    (void)state;
    assert_true(password_sha1("secret", (const uint8_t *)"12345678901234567890", one));
    assert_true(password_sha1("secret", (const uint8_t *)"12345678901234567891", other));
    assert_memory_not_equal(one, other, SHA1_BYTES);
    assert_true(password_sha256("secret", (const uint8_t *)"12345678901234567890", sha2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scram_answers_and_knows_the_server),
        cmocka_unit_test(scram_refuses_what_makes_no_sense),
        cmocka_unit_test(md5_is_what_postgresql_stores),
        cmocka_unit_test(mysql_answers_differ_with_the_salt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
