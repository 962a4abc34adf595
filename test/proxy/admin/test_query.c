/* SPDX-License-Identifier: Apache-2.0 */
/* Words behind the statistics' URI, those of /metrics, and passwords. */
#include "proxy/admin/stats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
    const char *rest;
    struct stats_query want;
} queries[] = {
    {"", {.format = STATS_HTML}},
    {";csv", {.format = STATS_CSV}},
    {";json;norefresh", {.format = STATS_JSON, .no_refresh = true}},
    {"?;csv", {.format = STATS_CSV}},
    {"?csv", {.format = STATS_HTML}},
    {";up;csv?scope=app", {.format = STATS_CSV, .hide_down = true, .scope = "app"}},
    {";csv;scope=app;no-maint", {.format = STATS_CSV, .hide_maint = true, .scope = "app"}},
    {"?scope=a-name-that-is-too-long-for-this", {.scope = "a-name-that-is-too-l"}},
    {"?scope=", {.format = STATS_HTML}},
    {";st=DONE", {.result = STATS_DONE}},
    {";st=PART;up", {.result = STATS_PARTIAL, .hide_down = true}},
    {";st=<b>", {.format = STATS_HTML}},
    {";st=", {.format = STATS_HTML}},
    {";u", {.format = STATS_HTML}},
};

static void understands_the_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(queries); i++) {
        struct stats_query query;
        const struct stats_query *want = &queries[i].want;
        stats_query_parse(&query, queries[i].rest, strlen(queries[i].rest));
        print_message("%s\n", queries[i].rest);
        assert_int_equal(query.format, want->format);
        assert_int_equal(query.result, want->result);
        assert_int_equal(query.hide_down, want->hide_down);
        assert_int_equal(query.hide_maint, want->hide_maint);
        assert_int_equal(query.no_refresh, want->no_refresh);
        assert_string_equal(query.scope, want->scope);
    }
}

static const struct {
    const char *text;
    bool global, frontend, backend, server, no_maint;
} metrics[] = {
    {"", true, true, true, true, false},
    {"scope=global", true, false, false, false, false},
    {"scope=server&scope=frontend", false, true, false, true, false},
    {"no-maint", true, true, true, true, true},
    {"scope=*&no-maint", true, true, true, true, true},
    {"scope=backend&&x", false, false, true, false, false},
    {"scope=", false, false, false, false, false},
    {"scope=global&scope=&scope=server", false, false, false, true, false},
    {"scope=listener", false, false, false, false, false},
};

static const char *const bad_metrics[] = {"scope", "x&scope&scope=global", "scope=backends",
                                          "scope==", "scope=*x"};

static void understands_the_words_of_metrics(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(metrics); i++) {
        struct stats_query query;
        print_message("%s\n", metrics[i].text);
        assert_true(stats_query_parse_metrics(&query, metrics[i].text, strlen(metrics[i].text)));
        assert_int_equal(query.scope_global, metrics[i].global);
        assert_int_equal(query.scope_frontend, metrics[i].frontend);
        assert_int_equal(query.scope_backend, metrics[i].backend);
        assert_int_equal(query.scope_server, metrics[i].server);
        assert_int_equal(query.hide_maint, metrics[i].no_maint);
    }
    for (size_t i = 0; i < LEN(bad_metrics); i++) {
        struct stats_query query;
        print_message("%s\n", bad_metrics[i]);
        assert_false(stats_query_parse_metrics(&query, bad_metrics[i], strlen(bad_metrics[i])));
    }
}

static const struct {
    const char *name, *authorization;
    bool allowed;
} logins[] = {
    {"joe:secret", "Basic am9lOnNlY3JldA==", true},
    {"the scheme in any case", "bAsIc am9lOnNlY3JldA==", true},
    {"ann:x:y", "Basic YW5uOng6eQ==", true},
    {"joe:secre", "Basic am9lOnNlY3Jl", false},
    {"joe:secret!", "Basic am9lOnNlY3JldCE=", false},
    {"joe:secretjoe:secret", "Basic am9lOnNlY3JldGpvZTpzZWNyZXQ=", false},
    {"nothing", "Basic ", false},
    {"no scheme", "am9lOnNlY3JldA==", false},
    {"another scheme", "Bearer am9lOnNlY3JldA==", false},
    {"not base64", "Basic am9lOnNlY3Jld!==", false},
    {"cut off", "Basic am9lOnNlY3Jld", false},
    {"padding in the middle", "Basic am9l=nNlY3JldA==", false},
    {"padding only", "Basic ====", false},
    {"", "", false},
};

static void knows_its_users(void **state)
{
    (void)state;
    static const char *users[] = {"joe:secret", "ann:x:y", NULL};
    struct conf_stats conf = {.auth = {users, 2}};
    for (size_t i = 0; i < LEN(logins); i++) {
        print_message("%s\n", logins[i].name);
        assert_int_equal(
            stats_is_authorised(&conf, logins[i].authorization, strlen(logins[i].authorization)),
            logins[i].allowed);
    }
    char much[4096];
    memset(much, 'A', sizeof(much));
    memcpy(much, "Basic ", 6);
    assert_false(stats_is_authorised(&conf, much, 6 + 4000));
    conf.auth.count = 0;
    assert_true(stats_is_authorised(&conf, "", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(understands_the_words),
        cmocka_unit_test(understands_the_words_of_metrics),
        cmocka_unit_test(knows_its_users),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
