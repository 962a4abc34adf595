/* SPDX-License-Identifier: Apache-2.0 */
/* One lookup for many rules: always the answer that the rules give one after the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/rules/ruleset.h"
#include "proxy/rules/trace.h"
#include "test/proxy/rules/fake_language.h"

#define DENY "tcp-request content deny if "

static struct language_env e;

static struct config *load(const char *lines)
{
    struct conf_report report;
    conf_report_init(&report);
    struct config *config = language_load_line(lines, &report);
    if (config == NULL)
        conf_report_print(stderr, &report, CONF_NOTE);
    conf_report_clear(&report);
    assert_non_null(config);
    return config;
}

static void ignore(struct rule_trace *trace, const struct trace_record *record)
{
    (void)trace, (void)record;
}

/* The rule that decided, -1: none, -2: it waits. One by one: with a trace, which needs each rule. */
static int run(const struct config *config, bool one_by_one)
{
    struct rule_trace trace = {ignore};
    const struct ruleset *set = &config->proxies[0].rules->sets[RULES_TCP_CONTENT];
    unsigned at = 0;
    language_env_init(&e);
    e.env.trace = one_by_one ? &trace : NULL;
    enum rule_verdict verdict = ruleset_run(set, &e.env, &at);
    language_env_clear(&e);
    if (verdict == RULE_WAITS)
        return -2 - (int)at;
    return verdict == RULE_GOES_ON ? -1 : (int)at - 1;
}

static const char names[] =
    DENY "{ texts a.example b.example }\n" DENY "{ texts -i C.Example }\n" DENY
         "{ texts -m beg www. }\n" DENY "{ texts -m end .org } or { texts -m beg -i FTP. }\n" DENY
         "{ texts b.example "
         "d.example }\n" DENY "{ texts -m end example } or { texts e }";

static void the_first_rule_that_holds_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *text, *more;
        int want;
    } cases[] = {
        {"a.example", NULL, 0},
        {"b.example", NULL, 0},
        {"A.example", NULL, 5},
        {"c.eXAMPLE", NULL, 1},
        {"www.c.example", NULL, 2},
        {"www.", NULL, 2},
        {"www", NULL, -1},
        {"a.org", NULL, 3},
        {".org", NULL, 3},
        {"ftp.org", NULL, 3},
        {"fTp.x", NULL, 3},
        {"d.example", NULL, 4},
        {"e", NULL, 5},
        {"E", NULL, -1},
        {"", NULL, -1},
        {NULL, NULL, -1},
        {"x", "a.example", 0},
        {"e", "www.x", 2},
        {"www.x", "e", 2},
        {"x", "y", -1},
    };
    struct config *config = load(names);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        language_text = cases[i].text;
        language_more = cases[i].more;
        int found = run(config, false), one_by_one = run(config, true);
        if (found != cases[i].want || one_by_one != cases[i].want)
            fail_msg("%s, %s: %d, one by one %d", cases[i].text, cases[i].more, found, one_by_one);
    }
    config_free(config);
}

static void the_sample_is_taken_once(void **state)
{
    (void)state;
    struct config *config = load(names);
    language_text = "nothing";
    language_more = NULL;
    language_asked = 0;
    assert_int_equal(run(config, false), -1);
    assert_int_equal(language_asked, 1);
    config_free(config);
}

static void it_waits_where_an_earlier_rule_might_hold_yet(void **state)
{
    (void)state;
    struct config *config = load(names);
    language_more = NULL;
    language_may_change = true;
    language_text = "d.example";
    assert_int_equal(run(config, false), -2);
    assert_int_equal(run(config, true), -2);
    language_text = "a.example";
    assert_int_equal(run(config, false), 0);
    assert_int_equal(run(config, true), 0);
    language_may_change = false;
    config_free(config);
}

/* Rules that do not fit end a run; what stands around it is run as ever. */
static void runs_end_at_rules_of_another_kind(void **state)
{
    (void)state;
    static const char lines[] =
        "tcp-request content set-var(txn.x) str(1)\n" DENY "{ texts a }\n" DENY "{ texts b }\n" DENY
        "!{ texts c } !{ texts d } !{ texts e } !{ texts f }\n" DENY "{ texts c }\n" DENY
        "{ texts d } TRUE\n" DENY "{ texts e } FALSE\n" DENY "{ texts,upper E }\n" DENY
        "{ texts f }\ntcp-request content set-var(txn.x) str(1)";
    static const struct {
        const char *text;
        int want;
    } cases[] = {{"a", 1}, {"b", 2}, {"x", 3}, {"c", 4}, {"d", 5}, {"e", 7}, {"f", 8}};
    struct config *config = load(lines);
    language_more = NULL;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        language_text = cases[i].text;
        assert_int_equal(run(config, false), cases[i].want);
        assert_int_equal(run(config, true), cases[i].want);
    }
    config_free(config);
}

/* Deterministic: words of two letters out of three, compared in all ways. */
static void any_words_give_the_same_either_way(void **state)
{
    (void)state;
    static const char *const methods[] = {"str", "beg", "end", "str -i", "beg -i", "end -i"};
    unsigned seed = 1;
    char lines[4096] = "", word[8];
    for (int i = 0; i < 40; i++) {
        size_t len = strlen(lines);
        seed = seed * 1103515245 + 12345;
        unsigned bits = seed >> 8;
        snprintf(word, sizeof word, "%c%c%c", "aAb"[bits % 3], "bBa"[bits / 3 % 3],
                 bits / 9 % 2 == 0 ? 'a' : '\0');
        snprintf(lines + len, sizeof lines - len, "%s" DENY "{ texts -m %s %s }", i > 0 ? "\n" : "",
                 methods[bits / 18 % 6], word);
    }
    struct config *config = load(lines);
    language_more = NULL;
    language_text = word;
    for (unsigned bits = 0; bits < 4 * 4 * 4 * 4; bits++) {
        const char *letters = "aAbB";
        snprintf(word, sizeof word, "%c%c%c%c", letters[bits % 4], letters[bits / 4 % 4],
                 letters[bits / 16 % 4], letters[bits / 64]);
        word[1 + bits % 4] = '\0';
        assert_int_equal(run(config, false), run(config, true));
    }
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_rule_that_holds_is_found),
        cmocka_unit_test(the_sample_is_taken_once),
        cmocka_unit_test(it_waits_where_an_earlier_rule_might_hold_yet),
        cmocka_unit_test(runs_end_at_rules_of_another_kind),
        cmocka_unit_test(any_words_give_the_same_either_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
