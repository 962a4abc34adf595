/* SPDX-License-Identifier: Apache-2.0 */
/* Maps: which entry is found, what comes out, what changes while running, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/rules/pattern_list.h"
#include "test/proxy/rules/acl_fixture.h"

#define SET "tcp-request content set-var(txn.x) "

static const struct memory_file files[] = {
    {"/names", "a first\n  b\tsecond one \r\n# a third\na fourth\nempty\n/api api\n/api/v2 v2\n",
     0},
    {"/more", "a 1\nab 2\nb 3\n.b 4\n", 0},
    {"/nets",
     "10.0.0.0/8 wide\n10.1.0.0/16 narrow\n10.1.0.0/16 again\n::/0 six\n10.9.0.9/255.0.0.255 odd\n",
     0},
    {"/ranges", "1:10 low\n5 five\n20: high\n", 0},
    {"/regs", "^/(a+)/(b+)$ \\2-\\1-\\3\n^/ slash\n", 0},
    {"/addresses", "a 10.1.2.3\nb 2001:db8::1\n", 0},
    {"/list", "a\nb\n", 0},
    {NULL, NULL, 0},
};

static struct config *load(const char *lines)
{
    struct conf_report report;
    conf_report_init(&report);
    struct config *config = acl_load(lines, files, &report);
    conf_report_print(stderr, &report, CONF_ERROR);
    conf_report_clear(&report);
    assert_non_null(config);
    return config;
}

static void the_entry_is_found_that_haproxy_finds(void **state)
{
    (void)state;
    static const struct {
        const char *expression, *want;
    } cases[] = {
        {"str(a),map(/names)", "first"},
        {"str(b),map_str(/names)", "second one"},
        {"str(empty),map(/names,default)", ""},
        {"str(c),map(/names)", ""},
        {"str(c),map(/names,default)", "default"},
        {"str(A),map(/names,default)", "default"},
        {"str(/api/v2/x),map_beg(/names)", "v2"},
        {"str(/api/x),map_beg(/names)", "api"},
        {"str(xab),map_sub(/more)", "1"},
        {"str(xb),map_sub(/more)", "3"},
        {"str(x.b),map_end(/more)", "3"},
        {"str(x/b),map_dir(/more)", "3"},
        {"str(x.b.a),map_dom(/more)", "1"},
        {"str(a),map_str_int(/more),add(1)", "2"},
        {"str(c),map_str_int(/more,7),add(1)", "8"},
        {"str(a),map_str_ip(/addresses)", "10.1.2.3"},
        {"str(b),map_str_ip(/addresses)", "2001:db8::1"},
        {"str(c),map_str_ip(/addresses,::1)", "::1"},
        {"ipv4(10.1.2.3),map_ip(/nets)", "narrow"},
        {"ipv4(10.2.2.3),map_ip(/nets)", "wide"},
        {"ipv4(11.2.2.3),map_ip(/nets)", "six"},
        {"ipv6(2001:db8::1),map_ip(/nets)", "six"},
        {"str(10.2.2.3),map_ip(/nets)", "wide"},
        {"str(no),map_ip(/nets,default)", ""},
        {"int(7),map_int(/ranges)", "low"},
        {"int(5),map_int(/ranges)", "low"},
        {"int(50),map_int(/ranges)", "high"},
        {"int(15),map_int(/ranges,none)", "none"},
        {"str(/aa/b),map_reg(/regs)", "\\2-\\1-\\3"},
        {"str(/aa/b),map_regm(/regs)", "b-aa-"},
        {"str(/x),map_regm(/regs)", "slash"},
        {"str(/api/v2/x),map_beg_key(/names)", "/api/v2"},
        {"ipv4(10.2.2.3),map_ip_key(/nets)", "10.0.0.0/8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[256];
        snprintf(line, sizeof line, " " SET "%s", cases[i].expression);
        print_message("%s\n", cases[i].expression);
        struct config *config = load(line);
        assert_string_equal(acl_run_rules(config), cases[i].want);
        config_free(config);
    }
}

static void rules_change_lists(void **state)
{
    (void)state;
    static const struct {
        const char *rules, *expression, *want;
    } cases[] = {
        {"set-map(/names) c third", "str(c),map(/names)", "third"},
        {"set-map(/names) a other", "str(a),map(/names)", "other"},
        {"del-map(/names) a", "str(a),map(/names,gone)", "gone"},
        {"del-map(/names) nosuch", "str(a),map(/names)", "first"},
        {"set-map(/nofile) a b", "str(a),map(/names)", "first"},
        {"set-map(/names) %[str(b),upper] %[str(x)]y", "str(B),map(/names)", "xy"},
        {"set-map(/more) a 9", "str(a),map_str_int(/more)", "9"},
        {"set-map(/more) a none", "str(a),map_str_int(/more)", "1"},
        {"set-map(/more) c none", "str(c),map_str_int(/more,0)", "0"},
        {"set-map(/nets) 10.1.2.0/24 lan", "ipv4(10.1.2.3),map_ip(/nets)", "lan"},
        {"del-map(/nets) 10.1.0.0/16", "ipv4(10.1.2.3),map_ip(/nets)", "wide"},
        {"set-map(/nets) 10.1.2.0/99 bad", "ipv4(10.1.2.3),map_ip(/nets)", "narrow"},
        {"set-map(/ranges) 30:40 mid\n del-map(/ranges) 20:", "int(35),map_int(/ranges)", "mid"},
        {"set-map(/regs) ^x(.) \\1", "str(xy),map_regm(/regs)", "y"},
        {"del-map(/names) /api/v2", "str(/api/v2),map_beg(/names)", "api"},
        {"add-acl(/names) zz", "str(zz),map(/names)", "1"},
        {"set-map(/names) %[none] x", "str(zz),map_beg(/names,-)", "-"},
        {"set-map(/names) %[none] x", "str(zz),map_end(/names,-)", "-"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[512], *rules = strdup(cases[i].rules), *more = strchr(rules, '\n');
        if (more != NULL)
            *more++ = '\0';
        snprintf(line, sizeof line, " tcp-request content %s\n%s%s\n " SET "%s", rules,
                 more != NULL ? " tcp-request content" : "", more != NULL ? more : "",
                 cases[i].expression);
        free(rules);
        print_message("%s\n", line);
        struct config *config = load(line);
        assert_string_equal(acl_run_rules(config), cases[i].want);
        assert_string_equal(acl_run_rules(config), cases[i].want);
        config_free(config);
    }
}

static void acls_see_changes_of_their_files(void **state)
{
    (void)state;
    struct config *config = load(" acl a str(new) -f /list\n acl b str(NEW) -i -f /list\n"
                                 " tcp-request content add-acl(/list) new\n"
                                 " " SET "str(both) if a b\n"
                                 " tcp-request content del-acl(/list) new\n"
                                 " " SET "str(still) if a or b");
    assert_string_equal(acl_run_rules(config), "both");
    struct pattern_list *list = pattern_list_find(config->pattern_lists, "/list");
    assert_non_null(list);
    assert_int_equal(list->count, 2);
    assert_true(pattern_list_add(list, "x", NULL));
    assert_true(pattern_list_add(list, "x", NULL));
    assert_true(pattern_list_has(list, "x"));
    assert_int_equal(pattern_list_remove(list, "x"), 2);
    assert_false(pattern_list_has(list, "x"));
    pattern_list_clear(list);
    assert_int_equal(list->count, 0);
    assert_false(pattern_list_has(list, "a"));
    assert_null(pattern_list_find(config->pattern_lists, "/other"));
    config_free(config);
}

static void a_file_is_read_once(void **state)
{
    (void)state;
    struct config *config = load(" acl a str(a) -f /list\n acl b str(a) -f /list\n"
                                 " acl c str(a) -i -f /list\n acl d str(a) -m beg -f /list");
    size_t lists = 0;
    for (struct pattern_list *list = config->pattern_lists; list != NULL; list = list->next)
        lists++;
    assert_int_equal(lists, 5); /* each acl has one for words of its own */
    assert_int_equal(config->files.count, 2);
    config_free(config);
}

static void lists_are_numbered_in_their_order(void **state)
{
    (void)state;
    struct config *config = load(" acl a str(a) x\n acl b str(a) -u 1 x\n acl c str(a) -f /list\n"
                                 " " SET "str(a),map(virt@new,none)\n"
                                 " " SET "str(a),map(opt@/nofile,none)\n"
                                 " " SET "str(a),map(opt@/names)\n");
    static const struct {
        const char *path;
        int id;
        size_t count;
    } want[] = {{NULL, 0, 1},       {NULL, 1, 1},          {"/list", 2, 2},     {NULL, 3, 0},
                {"virt@new", 4, 0}, {"opt@/nofile", 5, 0}, {"opt@/names", 6, 6}};
    size_t i = 0;
    for (struct pattern_list *list = config->pattern_lists; list != NULL; list = list->next, i++) {
        assert_int_equal(list->id, want[i].id);
        assert_int_equal(list->count, want[i].count);
        assert_int_equal(list->path != NULL, want[i].path != NULL);
        if (list->path != NULL)
            assert_string_equal(list->path, want[i].path);
    }
    assert_int_equal(i, sizeof want / sizeof *want);
    assert_int_equal(pattern_list_find(config->pattern_lists, "#3")->count, 0);
    assert_null(pattern_list_find(config->pattern_lists, "#9"));
    assert_null(pattern_list_find(config->pattern_lists, "#"));
    assert_string_equal(acl_run_rules(config), "first");
    config_free(config);
}

static void what_is_wrong_is_told_at_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *line, *file;
        unsigned at, column;
        const char *message;
    } cases[] = {
        {SET "str(a),map", "", 7, 44, "cannot read ''"},
        {SET "str(a),map(/nofile)", "", 7, 48, "cannot read '/nofile'"},
        {SET "str(a),map_str_int(/names)", "/names", 1, 3, "unable to parse 'first' as integer"},
        {SET "str(a),map_str_int(/more,x)", "", 7, 62, "the default 'x' does not read as integer"},
        {SET "str(a),map_str_ip(/addresses,x)", "", 7, 66, "the default 'x' does not read as ip"},
        {SET "str(a),map_ip(/names)", "/names", 1, 1, "'a' is not a valid IPv4 or IPv6 address"},
        {SET "str(a),map_int(/names)", "/names", 1, 1, "'a' is not a number"},
        {SET "str(a),map(/list)\n acl a str(a) -f /list", "", 8, 18,
         "already used as a file of two"},
        {SET "str(a),map_len(/names)", "", 7, 44, "unknown converter 'map_len'"},
        {"tcp-request content set-map(/names) a", "", 7, 22, "a value is missing"},
        {"tcp-request content set-map a b", "", 7, 22, "the name of a file is missing"},
        {"tcp-request content del-acl(/names)", "", 7, 22, "a key is missing"},
        {"tcp-request content del-acl(/names) a b", "", 7, 40, "'b' is not expected here"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct conf_report report;
        char line[256];
        snprintf(line, sizeof line, " %s", cases[i].line);
        print_message("%s\n", cases[i].line);
        conf_report_init(&report);
        assert_null(acl_load(line, files, &report));
        const struct conf_problem *problem = &report.problems[0];
        for (size_t p = 0; p < report.count && problem->severity != CONF_ERROR; p++)
            problem = &report.problems[p];
        print_message("  %s:%u:%u %s\n", problem->place.file, problem->place.line,
                      problem->place.column, problem->message);
        assert_non_null(strstr(problem->message, cases[i].message));
        assert_string_equal(problem->place.file,
                            *cases[i].file != '\0' ? cases[i].file : "rules.cfg");
        assert_int_equal(problem->place.line, cases[i].at);
        assert_int_equal(problem->place.column, cases[i].column);
        conf_report_clear(&report);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_entry_is_found_that_haproxy_finds),
        cmocka_unit_test(rules_change_lists),
        cmocka_unit_test(acls_see_changes_of_their_files),
        cmocka_unit_test(a_file_is_read_once),
        cmocka_unit_test(lists_are_numbered_in_their_order),
        cmocka_unit_test(what_is_wrong_is_told_at_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
