/* SPDX-License-Identifier: Apache-2.0 */
/* Acls and conditions: what is refused, where, and what gets a warning. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "test/proxy/rules/acl_fixture.h"

static const struct memory_file files[] = {
    {"/list", "# a comment\n\n  alpha\r\n\tbeta gamma \n #not a comment\nlast", 0},
    {"/upper", "ALPHA\n", 0},
    {"/nets", "10.0.0.0/8\n2001:db8::/32\napp.test\n", 0},
    {"/map", "alpha one\nbeta\n", 0},
    {"/bad", "10.0.0.0/8\n  10.0.0.0/40\nfine\n", 0},
    {"/regs", "^a\n(b\n", 0},
    {"/empty", "", 0},
    {NULL, NULL, 0},
};

static const struct conf_problem *first_of(const struct conf_report *report,
                                           enum conf_severity severity)
{
    for (size_t i = 0; i < report->count; i++) {
        if (report->problems[i].severity == severity)
            return &report->problems[i];
    }
    return NULL;
}

static const struct {
    const char *line; /* behind one blank, on line 7 */
    const char *file;
    unsigned at, column;
    const char *message;
} wrong[] = {
    {"acl a", "", 7, 2, "missing fetch method in ACL expression"},
    {"acl a nosuch x", "", 7, 8, "unknown fetch method 'nosuch'"},
    {"acl a,b str(x) x", "", 7, 7, "character ',' is not permitted in acl name 'a,b'"},
    {"acl or str(x) x", "", 7, 6, "acl name 'or' will never match"},
    {"acl a str(x) -z x", "", 7, 15, "'-z' is not a valid ACL option"},
    {"acl a str(x) -m", "", 7, 15, "'-m' needs the name of a matching method"},
    {"acl a str(x) -m foo x", "", 7, 18, "unknown matching method 'foo'"},
    {"acl a str(x) -m regm x", "", 7, 18, "unknown matching method 'regm'"},
    {"acl a str(x) -m method x", "", 7, 18, "unknown matching method 'method'"},
    {"acl a bool(1) -m ip 1.2.3.4", "", 7, 19, "matching method 'ip' cannot be used with fetch"},
    {"acl a str(x) -f /list -m beg y", "", 7, 24, "'-m' must only be specified before"},
    {"acl a bin(41) 41", "", 7, 8, "matching method must be specified first"},
    {"acl a bin(41) -f /list", "", 7, 16, "matching method must be specified first"},
    {"acl a str(x) -f", "", 7, 15, "'-f' needs the name of a file"},
    {"acl a str(x) -f /nofile", "", 7, 18, "cannot read '/nofile'"},
    {"acl a str(x) -u x y", "", 7, 18, "the argument of -u must be an integer"},
    {"acl a str(x) -u 1 y\n acl b str(x) -u 1 y", "", 8, 18, "the id 1 is already used"},
    {"acl a int(1) 5:3", "", 7, 15, "'5:3' is not a valid number range"},
    {"acl a int(1) :", "", 7, 15, "':' is not a valid number range"},
    {"acl a int(1) 0x5", "", 7, 15, "'0x5' is not a number"},
    {"acl a int(1) gt x", "", 7, 18, "'x' is neither a number nor a supported operator"},
    {"acl a int(1) 99999999999999999999", "", 7, 15, "'99999999999999999999' is not a number"},
    {"acl a version 3.x", "", 7, 16, "'3.x' is not a dotted number"},
    {"acl a version gt 3.70000", "", 7, 19, "'3.70000' is neither a number"},
    {"acl a ipv4(1.2.3.4) 10.0.0.0/33", "", 7, 22, "'10.0.0.0/33' is not a valid IPv4 or IPv6"},
    {"acl a ipv4(1.2.3.4) no.test", "", 7, 22, "'no.test' is not a valid IPv4 or IPv6"},
    {"acl a ipv4(1.2.3.4) -n app.test", "", 7, 25, "'app.test' is not a valid IPv4 or IPv6"},
    {"acl a ipv4(1.2.3.4) -n 10.1", "", 7, 25, "'10.1' is not a valid IPv4 or IPv6"},
    {"acl a str(x) -m bin 123", "", 7, 22, "an even number of hex digit is expected"},
    {"acl a str(x) -m bin 12zz", "", 7, 24, "an hex digit is expected (found 'z')"},
    {"acl a hdr_reg(x) (", "", 7, 20, "regex '(' is invalid"},
    {"acl a hdr_foo(x) y", "", 7, 8, "unknown fetch method 'hdr_foo'"},
    {"acl a hdr_beg(x),nosuch y", "", 7, 19, "unknown converter 'nosuch'"},
    {"acl a ipv4(1.2.3.4) -f /bad", "/bad", 2, 3, "'10.0.0.0/40' is not a valid IPv4 or IPv6"},
    {"acl a str(x) -m reg -f /regs", "/regs", 2, 3, "regex '(b' is invalid"},
    {"acl a str(x) -f /map\n acl b str(x) -M -f /map", "", 8, 21, "already used as a file of one"},
    {"tcp-request content accept if nosuch", "", 7, 32, "no such ACL : 'nosuch'"},
    {"tcp-request content accept if !nosuch", "", 7, 33, "no such ACL : 'nosuch'"},
    {"tcp-request content accept if { str(x) x", "", 7, 32, "missing closing '}' in condition"},
    {"tcp-request content accept if }", "", 7, 32, "no such ACL : '}'"},
    {"tcp-request content accept if { }", "", 7, 32, "missing fetch method in ACL expression"},
    {"tcp-request content accept if { str(x) x } }", "", 7, 45, "no such ACL : '}'"},
};

static void what_is_wrong_is_told_at_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct conf_report report;
        char line[256];
        snprintf(line, sizeof line, " %s", wrong[i].line);
        print_message("%s\n", wrong[i].line);
        conf_report_init(&report);
        assert_null(acl_load(line, files, &report));
        const struct conf_problem *problem = first_of(&report, CONF_ERROR);
        assert_non_null(problem);
        assert_non_null(strstr(problem->message, wrong[i].message));
        assert_string_equal(problem->place.file,
                            *wrong[i].file != '\0' ? wrong[i].file : "rules.cfg");
        assert_int_equal(problem->place.line, wrong[i].at);
        assert_int_equal(problem->place.column, wrong[i].column);
        conf_report_clear(&report);
    }
}

static void what_never_matches_gets_a_warning(void **state)
{
    (void)state;
    static const struct {
        const char *line, *message; /* NULL: none */
    } cases[] = {
        {"acl a str(x)", "no pattern to match against was given"},
        {"acl a int(5)", "no pattern to match against was given"},
        {"acl a int(5) \"\"", "no pattern to match against was given"},
        {"acl a str(x) --", NULL},
        {"acl a str(x) -m found", NULL},
        {"acl a bool(1)", NULL},
        {"tcp-request content accept if", "an empty condition never holds"},
        {"acl a of_response x\n tcp-request content accept if a",
         "acl 'a' will never match because it only involves keywords that are incompatible"},
        {"acl a of_response x\n acl a str(a) a\n tcp-request content accept if a", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct conf_report report;
        char line[256];
        snprintf(line, sizeof line, " %s", cases[i].line);
        print_message("%s\n", cases[i].line);
        conf_report_init(&report);
        struct config *config = acl_load(line, files, &report);
        assert_non_null(config);
        const struct conf_problem *problem = first_of(&report, CONF_WARNING);
        assert_int_equal(problem != NULL, cases[i].message != NULL);
        if (problem != NULL)
            assert_non_null(strstr(problem->message, cases[i].message));
        conf_report_clear(&report);
        config_free(config);
    }
}

static void misspelt_names_are_suggested(void **state)
{
    (void)state;
    struct conf_report report;
    conf_report_init(&report);
    assert_null(acl_load(" acl is_static str(x) x\n tcp-request content accept if is_statik\n"
                         " tcp-request content accept if METH_GEt",
                         NULL, &report));
    assert_int_equal(report.errors, 2);
    assert_string_equal(report.problems[0].help, "did you mean 'is_static'?");
    assert_string_equal(report.problems[1].help, "did you mean 'METH_GET'?");
    conf_report_clear(&report);
}

static void an_acl_out_of_sight_is_pointed_at(void **state)
{
    (void)state;
    static const char defaults[] =
        "defaults d\n mode http\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n"
        " acl a always_true\nlisten l from d\n bind :80\n server s 127.0.0.1:80\n"
        " tcp-request content deny if a\n";
    struct conf_report report;
    conf_report_init(&report);
    assert_null(acl_load(" tcp-request content accept if a\n acl a always_true", NULL, &report));
    assert_string_equal(report.problems[0].help, "it stands further down: move it up");
    conf_report_clear(&report);
    conf_report_init(&report);
    assert_null(language_load(defaults, &report));
    assert_string_equal(first_of(&report, CONF_ERROR)->help,
                        "the acls of defaults are theirs alone: write it here as well");
    conf_report_clear(&report);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(what_is_wrong_is_told_at_its_place),
        cmocka_unit_test(what_never_matches_gets_a_warning),
        cmocka_unit_test(misspelt_names_are_suggested),
        cmocka_unit_test(an_acl_out_of_sight_is_pointed_at),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}
