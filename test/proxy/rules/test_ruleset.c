/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of rules: their order, how they end, wait and go on; variables; what is odd and gets a warning. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "proxy/rules/ruleset.h"
#include "proxy/rules/trace.h"
#include "proxy/state/snapshot.h"
#include "test/proxy/rules/fake_language.h"

#define TCP "tcp-request content "

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
    language_env_init(&e);
    return config;
}

static enum rule_verdict run(const struct config *config, unsigned *at)
{
    return ruleset_run(&config->proxies[0].rules->sets[RULES_TCP_CONTENT], &e.env, at);
}

static void rules_run_in_order_until_one_decides(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        enum rule_verdict verdict;
        unsigned at;
    } cases[] = {
        {TCP "allow", RULE_STOPS, 1},
        {TCP "allow if FALSE\n" TCP "deny", RULE_ANSWERS, 2},
        {TCP "allow if TRUE\n" TCP "deny", RULE_STOPS, 1},
        {TCP "set-var(txn.x) str(a)\n" TCP "deny if FALSE", RULE_GOES_ON, 2},
        {TCP "fail\n" TCP "allow", RULE_FAILS, 1},
        {TCP "set-var(txn.x) str(a)\n" TCP "wait\n" TCP "deny", RULE_WAITS, 1},
        {TCP "deny if { maybe }\n" TCP "allow", RULE_WAITS, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned at = 0;
        struct config *config = load(cases[i].lines);
        assert_int_equal(run(config, &at), cases[i].verdict);
        assert_int_equal(at, cases[i].at);
        language_env_clear(&e);
        config_free(config);
    }
}

static void a_list_goes_on_where_it_waited(void **state)
{
    (void)state;
    struct config *config =
        load(TCP "set-var(txn.x) str(a)\n" TCP "deny if { maybe }\n" TCP "wait\n" TCP "allow");
    unsigned at = 0;
    assert_int_equal(run(config, &at), RULE_WAITS);
    assert_int_equal(at, 1);
    e.env.is_final = true;
    assert_int_equal(run(config, &at), RULE_STOPS);
    assert_int_equal(at, 4);
    language_env_clear(&e);
    config_free(config);
}

static void each_rule_begins_with_the_whole_scratch(void **state)
{
    (void)state;
    struct config *config = load(TCP "set-var(txn.x) str(abc),upper,upper\n" TCP
                                     "set-var-fmt(txn.y) a%[str(b),upper]\n" TCP "fail if FALSE");
    unsigned at = 0;
    assert_int_equal(run(config, &at), RULE_GOES_ON);
    assert_int_equal(e.scratch.used, 0);
    language_env_clear(&e);
    config_free(config);
}

static void a_lenient_list_passes_over_failures(void **state)
{
    (void)state;
    struct config *config = load(TCP "fail\n" TCP "allow");
    unsigned at = 0;
    e.env.is_lenient = true;
    assert_int_equal(run(config, &at), RULE_STOPS);
    language_env_clear(&e);
    config_free(config);
}

/* ---- variables ---------------------------------------------------------------------------------------- */

static void variables_change_length_and_go(void **state)
{
    (void)state;
    struct config *config =
        load(TCP "set-var(txn.x) str(short)\n" TCP "set-var(txn.x) str(something-longer)\n" TCP
                 "set-var(txn.y) var(txn.x)\n" TCP "set-var(txn.x) str(s)\n" TCP
                 "unset-var(txn.y)\n" TCP "set-var(proc.p) var(txn.x),upper");
    unsigned at = 0;
    struct sample value;
    assert_int_equal(run(config, &at), RULE_GOES_ON);
    assert_true(var_get(&e.env, (struct var_name){VAR_TXN, var_id("x", 1)}, &value));
    assert_int_equal(value.text.len, 1);
    assert_false(var_get(&e.env, (struct var_name){VAR_TXN, var_id("y", 1)}, &value));
    assert_false(var_get(&e.env, (struct var_name){VAR_RES, var_id("x", 1)}, &value));
    assert_true(var_get(&e.env, (struct var_name){VAR_PROC, var_id("p", 1)}, &value));
    assert_memory_equal(value.text.data, "S", 1);
    language_env_clear(&e);
    assert_int_equal(e.txn.bytes, 0);
    config_free(config);
}

static void a_store_has_a_bound(void **state)
{
    (void)state;
    static char large[VARS_BYTES_MAX];
    struct sample value;
    language_env_init(&e);
    sample_set_text(&value, SAMPLE_STRING, large, sizeof large);
    assert_false(var_set(&e.env, (struct var_name){VAR_TXN, var_id("x", 1)}, &value));
    sample_set_text(&value, SAMPLE_STRING, large, sizeof large / 2);
    assert_true(var_set(&e.env, (struct var_name){VAR_TXN, var_id("x", 1)}, &value));
    assert_false(var_set(&e.env, (struct var_name){VAR_TXN, var_id("y", 1)}, &value));
    language_env_clear(&e);
}

/* ---- traces ------------------------------------------------------------------------------------------- */

struct listener {
    struct rule_trace trace;
    char text[512];
};

static void listen_to(struct rule_trace *trace, const struct trace_record *record)
{
    struct listener *l = (struct listener *)trace;
    size_t len = strlen(l->text);
    snprintf(l->text + len, sizeof l->text - len, "%u:%c:%s\n", record->place.line,
             record->matched ? '+' : '-', record->text);
}

static void a_listener_is_told_of_each_rule(void **state)
{
    (void)state;
    struct listener listener = {.trace = {listen_to}};
    struct config *config =
        load(TCP "deny if FALSE\n" TCP "set-var(txn.x) int(5)\n" TCP "allow if TRUE");
    unsigned at = 0;
    e.env.trace = &listener.trace;
    assert_int_equal(run(config, &at), RULE_STOPS);
    assert_string_equal(listener.text, "7:-:FALSE\n7:-:tcp-request content deny if FALSE\n"
                                       "8:+:tcp-request content set-var(txn.x) int(5)\n"
                                       "0:+:txn.x = 5\n"
                                       "9:+:TRUE\n9:+:tcp-request content allow if TRUE\n");
    language_env_clear(&e);
    config_free(config);
}

/* ---- choice of a backend ------------------------------------------------------------------------------ */

static void a_backend_is_chosen_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        int want; /* -1: none */
    } cases[] = {
        {"use_backend app", 1},
        {"use_backend app if FALSE", -1},
        {"use_backend %[str(app)]", 1},
        {"use_backend a%[str(p)]p if TRUE", 1},
        {"use_backend %[str(none)]\nuse_backend app", -1},
        {"use_backend %[none]", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config *config = load(cases[i].lines);
        struct proxy proxies[2] = {{.conf = &config->proxies[0]}, {.conf = &config->proxies[1]}};
        const struct snapshot snapshot = {.config = config, .proxies = proxies};
        unsigned at = 0;
        e.env.snapshot = &snapshot;
        (void)ruleset_run(&config->proxies[0].rules->sets[RULES_BACKEND], &e.env, &at);
        assert_ptr_equal(e.env.chosen_backend, cases[i].want < 0 ? NULL : &proxies[cases[i].want]);
        language_env_clear(&e);
        config_free(config);
    }
}

/* ---- warnings ----------------------------------------------------------------------------------------- */

static void an_acl_that_nothing_uses_is_noted_once(void **state)
{
    (void)state;
    struct conf_report report;
    conf_report_init(&report);
    struct config *config =
        language_load_line("acl a str(x) y\nacl b str(x) y\nacl b str(y) x\nacl c str(x) y\n" TCP
                           "deny if !a or { str(z) y } !c",
                           &report);
    assert_int_equal(report.notes, 1);
    assert_string_equal(report.problems[0].message, "nothing uses the acl 'b'");
    config_free(config);
    conf_report_clear(&report);
}

static void what_cannot_be_meant_gets_a_warning(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        unsigned line;
        const char *message;
    } cases[] = {
        {TCP "allow\n" TCP "deny if TRUE", 8, "this rule is never reached"},
        {TCP "allow if TRUE\n" TCP "deny", 0, NULL},
        {"use_backend app\n" TCP "deny", 8,
         "a 'tcp-request content' rule placed after a 'use_backend' rule is still run before it"},
        {"mode tcp\nhttp-response allow\nbind :83\ndefault_backend raw\n"
         "backend raw\nmode tcp\nserver s 127.0.0.1:84\nfrontend web",
         8, "'http-response' has no effect in 'www', which is in TCP mode"},
        {"mode tcp\nhttp-response allow", 0, NULL}, /* the backend makes HTTP of it */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct conf_report report;
        conf_report_init(&report);
        struct config *config = language_load_line(cases[i].lines, &report);
        if (report.warnings != (cases[i].message != NULL))
            conf_report_print(stderr, &report, CONF_NOTE);
        assert_int_equal(report.warnings, cases[i].message != NULL);
        if (cases[i].message != NULL) {
            assert_string_equal(report.problems[0].message, cases[i].message);
            assert_int_equal(report.problems[0].place.line, cases[i].line);
        }
        config_free(config);
        conf_report_clear(&report);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_run_in_order_until_one_decides),
        cmocka_unit_test(a_list_goes_on_where_it_waited),
        cmocka_unit_test(each_rule_begins_with_the_whole_scratch),
        cmocka_unit_test(a_lenient_list_passes_over_failures),
        cmocka_unit_test(variables_change_length_and_go),
        cmocka_unit_test(a_store_has_a_bound),
        cmocka_unit_test(a_listener_is_told_of_each_rule),
        cmocka_unit_test(a_backend_is_chosen_by_name),
        cmocka_unit_test(an_acl_that_nothing_uses_is_noted_once),
        cmocka_unit_test(what_cannot_be_meant_gets_a_warning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
