/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions and format strings: what they give, and where their mistakes are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "proxy/rules/ruleset.h"
#include "test/proxy/rules/fake_language.h"

static const struct proxy_rules *rules_of(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->proxy_count; i++) {
        if (strcmp(config->proxies[i].name, name) == 0)
            return config->proxies[i].rules;
    }
    return NULL;
}

/* What the variable is after the line has run: NULL = not set. */
static void check_value(const char *line, const char *want)
{
    static struct language_env e;
    struct conf_report report;
    conf_report_init(&report);
    struct config *config = language_load_line(line, &report);
    if (config == NULL) {
        conf_report_print(stderr, &report, CONF_NOTE);
        fail_msg("refused: %s", line);
    }
    unsigned at = 0;
    struct sample value;
    language_env_init(&e);
    assert_int_equal(ruleset_run(&rules_of(config, "www")->sets[RULES_TCP_CONTENT], &e.env, &at),
                     RULE_GOES_ON);
    bool found = var_get(&e.env, (struct var_name){VAR_TXN, var_id("x", 1)}, &value) &&
                 sample_cast(&value, SAMPLE_STRING, &e.env);
    if (found != (want != NULL) || (found && (strlen(want) != value.text.len ||
                                              memcmp(want, value.text.data, value.text.len) != 0)))
        fail_msg("%s: got '%.*s', want '%s'", line, found ? (int)value.text.len : 6,
                 found ? value.text.data : "(none)", want != NULL ? want : "(none)");
    language_env_clear(&e);
    config_free(config);
    conf_report_clear(&report);
}

#define SET "tcp-request content set-var(txn.x) "
#define FMT "tcp-request content set-var-fmt(txn.x) "

static const struct {
    const char *line, *want;
} values[] = {
    /* clang-format off */
    {SET "str(abc)", "abc"},
    {SET "str(abc),upper", "ABC"},
    {SET "str(abc),upper,same,upper,", "ABC"},
    {SET "str()", ""},
    {SET "str(\"a b\")", "a b"}, /* quoted for the line: they are gone when the argument is read */
    {SET "'str(\"a,b)c\")'", "a,b)c"},
    {SET "\"str('a,b)c')\"", "a,b)c"},
    {SET "'str(a\\b)'", "a\\b"}, /* a backslash stands for itself */
    {SET "'str(a\\\\b)'", "a\\b"}, /* unless it is before one of these */
    {SET "'str(a\\ \\n\\t\\r\\\"b)'", "a \n\t\r\"b"},
    {SET "'str(\"a\\ \\n\\t\\r\\\"b\")'", "a \n\t\r\"b"},
    {SET "\"str('a\\\\nb')\"", "a\\nb"}, /* and never between single quotes */
    {SET "'str(ab\\)'", "ab\\"},
    {SET "'str(a\"b\"c\"d e\")'", "abcd e"},
    {SET "str(a(b)", "a(b"},
    {SET "str", ""},
    {SET "'str( a)'", " a"},
    {SET "each(a,,c)", "a"},
    {SET "str(a),,upper", "A"},
    {SET "str(a) upper same", "A"}, /* as it was written before 1.5 */
    {SET "str(a),same upper,same", "A"},
    {SET "int(99999999999999999999)", "9223372036854775807"},
    {SET "int(3),set-var(txn.y),add(1),set-var(txn.z,ifnotset),add(1) ", "5"},
    {SET "int(3),set-var(txn.y),set-var(txn.y,ifnotset)", NULL}, /* what is not kept goes no further */
    {SET "int(3),unset-var(txn.y)", "3"},
    {SET "int(3),unset-var(check.y)", NULL},
    {"tcp-request content set-var(txn.y) int(3),set-var(txn.x),add(1)", "3"},
    {"tcp-request content set-var(txn.y) int(3),set-var(txn.x),add(1),unset-var(txn.x)", NULL},
    {"tcp-request content set-var(txn.x,ifexists) int(3)", NULL},
    {"tcp-request content set-var(txn.x,ifnotexists) int(3)", "3"},
    {"tcp-request content set-var(txn.x) int(3)\ntcp-request content set-var(txn.x,ifgt) int(4)", "3"},
    {"tcp-request content set-var(txn.x) int(3)\ntcp-request content set-var(txn.x,iflt) int(4)", "4"},
    {"tcp-request content set-var(txn.x) int(3)\ntcp-request content set-var(txn.x,ifempty) str(a)", "3"},
    {"tcp-request content set-var(txn.x) int(3)\ntcp-request content set-var(txn.x,ifnotempty,ifset) str(a)", "a"},
    {"tcp-request content set-var(txn.x) int(3)\ntcp-request content unset-var(txn.x)\ntcp-request content set-var(txn.x,ifnotset,ifexists) int(5)", "5"},
    {SET "'str(\"a\\\"b\")'", "a\"b"},
    {SET "'str(\"it'\\''s\")'", "it's"},
    {SET "int(5)", "5"},
    {SET "int(-5),add(3)", "-2"},
    {SET "str(40),add(2)", "42"}, /* text to number and back */
    {SET "str(40x),add(2)", "42"},
    {SET "str(),add(2)", NULL},
    {SET "str(+),add(2)", "2"},
    {SET "str(9223372036854775806),add(1)", "9223372036854775807"},
    {SET "str(9223372036854775808),add(0)", "9223372036854775807"},
    {SET "str(-9223372036854775807),add(0)", "-9223372036854775807"},
    {SET "str(-9223372036854775809),add(0)", "-9223372036854775808"},
    {SET "int(7),bool", "1"},
    {SET "int(7),upper", "7"},
    {SET "time(2s)", "2000"},
    {SET "bytes(2k)", "2048"},
    {SET "uint(0x10)", "16"},
    {SET "none", NULL},
    {SET "none,upper", NULL},
    {SET "var(txn.y)", NULL},
    {SET "each(a,b,c)", "a"},
    {SET "mask(255.255.0.0)", "255.255.0.0"},
    {SET "mask(20)", "255.255.240.0"},
    {SET "mask(0)", "0.0.0.0"},
    {SET "fe_index", "0"},
    {SET "be_index(app)", "1"},
    {SET "srv_index(app/srv1)", "11"},
    {SET "raw(a,(b),c)", "a,(b),c"},
    {FMT "plain", "plain"},
    {FMT "\"\"", ""},
    {FMT "100%%", "100%"},
    {FMT "a%[str(b),upper]c%[int(5)]", "aBc5"},
    {FMT "%[none]x", "x"},
    {FMT "%[str(one)]%[str(two),upper]", "oneTWO"},
    {FMT "%{+Q}[str(abc)]-", "\"abc\"-"},
    {FMT "%{+Q}[str(abc),upper]-", "\"ABC\"-"},
    {FMT "%{+X}[int(255)]", "255"}, /* of tokens only */
    {FMT "%{+X}four", "0004"},
    {FMT "%{+X}mask", "FF000000"},
    {FMT "%{+Q}mask", "\"255.0.0.0\""},
    {FMT "%{+X,+Q}mask", "FF000000"},
    {FMT "%{+Q}[str()]x", "\"\"x"},
    {FMT "'%{+E}[str(\"a\\\"b]\")]'", "a\\\"b\\]"},
    {FMT "'%{+E,+Q}[str(\"a\\\"b]\")]'", "\"a\\\"b\\]\""},
    {FMT "%{+Z}[str(a)]", "a"},
    {FMT "'%\"'", "\""},
    {FMT "%[str(a)]]", "a]"},
    {FMT "%{+Q}o%[str(a)]%{-Q}[str(b)]", "\"a\"b"},
    {FMT "%four%{+Q}four", "44"},
    {FMT "'%[str(\"]\")]'", "]"},
    {FMT "\"%[str(a b)]\"", "a b"},
    /* clang-format on */
};

static void expressions_give_their_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        check_value(values[i].line, values[i].want);
}

/* Each on line 7; the column is that of the first problem. */
static const struct {
    const char *line;
    unsigned column;
    const char *message, *help;
} refusals[] = {
    /* clang-format off */
    {SET "strr(abc)", 36, "unknown fetch method 'strr'", "did you mean 'str'?"},
    {SET "str(abc),uper", 45, "unknown converter 'uper'", "did you mean 'upper'?"},
    {SET "str(abc)upper", 44, "'upper' is not expected here", "a comma stands before a converter"},
    {SET "int", 36, "fetch 'int': a type 'integer' is expected as argument 1", NULL},
    {SET "int()", 40, "fetch 'int': a type 'integer' is expected as argument 1", NULL},
    {SET "two(a)", 36, "fetch 'two': missing arguments (got 1 of 2), a type 'string' is expected next", NULL},
    {SET "none(a)", 41, "fetch 'none': too many arguments", NULL},
    {SET "'str(a\\,b)'", 44, "fetch 'str': too many arguments", NULL},
    {SET "str(a)]", 42, "']' is not expected behind an expression", NULL},
    {SET "str(a) upper,none", 49, "unknown converter 'none'", NULL},
    {FMT "%[str(a),]", 49, "unknown converter ''", NULL},
    {FMT "'%[str(a), upper]'", 50, "unknown converter ''", NULL},
    {FMT "'%[ str(a)]'", 43, "the name of a fetch is missing", NULL},
    {FMT "'%[str(a) ]'", 49, "']' is expected here", "an expression ends with ']'"},
    {FMT "'50% of'", 43, "neither a name nor an expression behind '%'", NULL},
    {"tcp-request content set-var(txn.x,ifsat) int(1)", 21, "unknown condition 'ifsat' for setting a variable", "did you mean 'ifset'?"},
    {SET "int(1),set-var(txn.y,ifsat)", 57, "unknown condition 'ifsat' for setting a variable", NULL},
    {"tcp-request content set-var() int(1)", 21, "the name of a variable is missing", NULL},
    {SET "str(a,b)", 42, "fetch 'str': too many arguments", NULL},
    {SET "str(a", 39, "fetch 'str': this parenthesis is never closed", NULL},
    {SET "'str(\"a)'", 40, "fetch 'str': this parenthesis is never closed", NULL},
    {SET "int(a)", 40, "'a' is no integer", NULL},
    {SET "int(1),add()", 47, "converter 'add': a type 'integer' is expected as argument 1", NULL},
    {SET "uint(-1)", 41, "'-1' is no unsigned integer", NULL},
    {SET "mask(33)", 41, "'33' is no IPv4 mask", NULL},
    {SET "time(5x)", 41, "'5x' is no delay", NULL},
    {SET "int(1),same,bool,upper,add", 59, "converter 'add': a type 'integer' is expected as argument 1", NULL},
    {SET "mask(/8)", 41, "'/8' is no IPv4 mask", NULL},
    {SET "mask(8),bool,add(1),mask", 56, "unknown converter 'mask'", NULL},
    {SET "var(x)", 40, "'x': the name of a variable begins with its scope", NULL},
    {SET "var(txn.a-b)", 40, "'txn.a-b': '-' cannot stand in the name of a variable", NULL},
    {SET "be_index(ap)", 45, "there is no backend 'ap'", "did you mean 'app'?"},
    {SET "be_index", 36, "frontend 'www' is not a backend", "name one in parentheses"},
    {SET "srv_index(app/srv)", 46, "backend 'app' has no server 'srv'", "did you mean 'srv0'?"},
    {SET "of_response", 36, "fetch method 'of_response' looks at the HTTP response, which is not there in 'tcp-request content' rules", NULL},
    {SET, 21, "an expression is missing", NULL},
    {SET "str(a) str(b)", 43, "'str(b)' is not expected here", "a condition begins with 'if' or 'unless'"},
    {FMT "a%[str(b)", 42, "this bracket is not closed", NULL},
    {FMT "a%[strr(b)]c", 43, "unknown fetch method 'strr'", NULL},
    {FMT "100%", 43, "neither a name nor an expression behind '%'", "a percent sign itself is %%"},
    {FMT "%fiv", 40, "unknown format '%fiv'", NULL},
    {FMT "%{+Q", 44, "the brace of flags is not closed", NULL},
    {"tcp-request content set-var str(a)", 21, "the name of a variable is missing", NULL},
    {"tcp-request content set-var(txn.x str(a)", 21, "the parenthesis of 'set-var' is not closed", NULL},
    {"tcp-request content set-vor(txn.x) str(a)", 21, "unknown action 'set-vor' in 'tcp-request content' rules", "did you mean 'set-var'?"},
    {"tcp-request content strict-mode on", 21, "'strict-mode' cannot be used in 'tcp-request content' rules", NULL},
    {"tcp-request content use_backend app", 21, "'use_backend' cannot be used in 'tcp-request content' rules", NULL},
    {"use_backend ap", 13, "there is no backend 'ap'", "did you mean 'app'?"},
    {"stick-table type ip size 1k", 1, "'stick-table' is not supported yet", NULL},
    /* clang-format on */
};

static void mistakes_are_shown_where_they_are(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct conf_report report;
        conf_report_init(&report);
        struct config *config = language_load_line(refusals[i].line, &report);
        if (config != NULL || report.count == 0)
            fail_msg("accepted: %s", refusals[i].line);
        const struct conf_problem *p = &report.problems[0];
        if (strcmp(p->message, refusals[i].message) != 0 || p->place.line != 7 ||
            p->place.column != refusals[i].column)
            fail_msg("%s: %u:%u: %s", refusals[i].line, p->place.line, p->place.column, p->message);
        if (refusals[i].help != NULL)
            assert_string_equal(p->help, refusals[i].help);
        conf_report_clear(&report);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_give_their_value),
        cmocka_unit_test(mistakes_are_shown_where_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
