/* SPDX-License-Identifier: Apache-2.0 */
/* Commands and words cut out of what a client of the admin socket sends. */
#include "proxy/cli/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define WORDS 5

static const struct {
    const char *bytes;
    enum cli_found found;
    size_t taken;
    const char *words[WORDS];
    const char *payload;
} cases[] = {
    {"", CLI_INCOMPLETE, 0, {NULL}, NULL},
    {"show info", CLI_INCOMPLETE, 0, {NULL}, NULL},
    {"show info\n", CLI_COMMAND, 10, {"show", "info"}, NULL},
    {"show info\r\n", CLI_COMMAND, 11, {"show", "info"}, NULL},
    {"\n", CLI_COMMAND, 1, {NULL}, NULL},
    {"  show \t info \n", CLI_COMMAND, 15, {"show", "info"}, NULL},
    {"show info;show stat\n", CLI_COMMAND, 10, {"show", "info"}, NULL},
    {";show stat\n", CLI_COMMAND, 1, {NULL}, NULL},
    {"set map m a\\;b c\n", CLI_COMMAND, 17, {"set", "map", "m", "a;b", "c"}, NULL},
    {"set map m a\\ b c\n", CLI_COMMAND, 17, {"set", "map", "m", "a b", "c"}, NULL},
    {"get a\\\\b \\c\n", CLI_COMMAND, 12, {"get", "a\\b", "c"}, NULL},
    {"get a\\\n", CLI_COMMAND, 7, {"get", "a"}, NULL},
    {"get a\\", CLI_INCOMPLETE, 0, {NULL}, NULL},
    {"add map m <<\n", CLI_IN_PAYLOAD, 0, {NULL}, NULL},
    {"add map m <<\na b\n", CLI_IN_PAYLOAD, 0, {NULL}, NULL},
    {"add map m <<\na b\n\nnext", CLI_COMMAND, 18, {"add", "map", "m"}, "a b\n"},
    {"add map m <<\r\na b\r\n\r\n", CLI_COMMAND, 21, {"add", "map", "m"}, "a b\r\n"},
    {"add map m <<\n\n", CLI_COMMAND, 14, {"add", "map", "m"}, ""},
    {"add map m <<;\n", CLI_COMMAND, 13, {"add", "map", "m", "<<"}, NULL},
    {"add map m << x\n", CLI_COMMAND, 15, {"add", "map", "m", "<<", "x"}, NULL},
    {"add map m <<\na;b c\n\n", CLI_COMMAND, 20, {"add", "map", "m"}, "a;b c\n"},
};

static void cuts_as_haproxy_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        char bytes[64], *words[CLI_WORDS_MAX];
        struct cli_text text;
        print_message("%s\n", cases[i].bytes);
        strcpy(bytes, cases[i].bytes);
        assert_int_equal(cli_text_find(bytes, strlen(bytes), &text), cases[i].found);
        if (cases[i].found != CLI_COMMAND) {
            assert_string_equal(bytes, cases[i].bytes);
            continue;
        }
        assert_int_equal(text.taken, cases[i].taken);
        unsigned count = cli_words_cut(text.command, words);
        for (unsigned w = 0; w < WORDS; w++) {
            assert_int_equal(w < count, cases[i].words[w] != NULL);
            if (w < count)
                assert_string_equal(words[w], cases[i].words[w]);
        }
        assert_int_equal(text.payload != NULL, cases[i].payload != NULL);
        if (text.payload != NULL)
            assert_string_equal(text.payload, cases[i].payload);
    }
}

static void counts_the_lines_of_a_payload_as_they_come(void **state)
{
    (void)state;
    char bytes[] = "add map m <<\na b\nc d\n\n";
    struct cli_text text;
    assert_int_equal(cli_text_find(bytes, 13, &text), CLI_IN_PAYLOAD);
    assert_int_equal(text.payload_lines, 1);
    assert_int_equal(cli_text_find(bytes, 17, &text), CLI_IN_PAYLOAD);
    assert_int_equal(text.payload_lines, 2);
    assert_int_equal(cli_text_find(bytes, sizeof(bytes) - 1, &text), CLI_COMMAND);
    assert_int_equal(text.payload_lines, 3);
}

static void passes_words_over_that_are_too_many(void **state)
{
    (void)state;
    char bytes[4 * CLI_WORDS_MAX + 1], *words[CLI_WORDS_MAX];
    for (size_t i = 0; i < 2 * CLI_WORDS_MAX; i++)
        memcpy(bytes + 2 * i, "x ", 2);
    bytes[4 * CLI_WORDS_MAX] = '\0';
    assert_int_equal(cli_words_cut(bytes, words), CLI_WORDS_MAX);
    assert_string_equal(words[CLI_WORDS_MAX - 1], "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_as_haproxy_does),
        cmocka_unit_test(counts_the_lines_of_a_payload_as_they_come),
        cmocka_unit_test(passes_words_over_that_are_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
