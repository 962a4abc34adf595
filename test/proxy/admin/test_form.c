/* SPDX-License-Identifier: Apache-2.0 */
/* Forms of the statistics page; the results are HAProxy's for the same bodies. */
#include "test/proxy/admin/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* What was applied, as "web-1:1 web-2:1 ". */
static void note(void *owner, struct server *server, enum stats_order order)
{
    char *log = owner;
    size_t len = strlen(log);
    snprintf(log + len, 200 - len, "%s:%d ", server->name, (int)order);
}

static const struct {
    const char *body;
    enum stats_result result;
    const char *applied;
} forms[] = {
    {"s=web-1&b=app&action=drain", STATS_DONE, "web-1:1 "},
    {"s=web-1&b=%233&action=ready", STATS_DONE, "web-1:0 "},
    {"s=web-1&s=web-2&b=app&action=maint", STATS_DONE, "web-1:2 web-2:2 "},
    {"action=ready&s=web-2&b=app", STATS_DONE, "web-2:0 "},
    {"s=web%2d1&x=1&b=app&action=disable", STATS_DONE, "web-1:2 "},
    {"s=web-1&b=app&action=enable", STATS_DONE, "web-1:0 "},
    {"s=web-1&b=app&action=stop", STATS_DONE, "web-1:1 "},
    {"s=%3Cscript%3Ealert%281%29%3C/script%3E&b=%235&action=maint", STATS_DONE,
     "<script>alert(1)</script>:2 "},
    {"s=web-1&b=app&action=hrunn", STATS_DONE, "web-1:3 "},
    {"s=web-1&b=app&action=hdown", STATS_DONE, "web-1:4 "},
    {"s=web-1&s=nobody&b=app&action=ready", STATS_PARTIAL, "web-1:0 "},
    {"s=nobody&b=app&action=ready", STATS_INVALID, ""},
    {"s=web-1&b=app&action=explode", STATS_INVALID, ""},
    {"s=web-1&b=app&action=", STATS_INVALID, ""},
    {"s=web-1&b=nowhere&action=ready", STATS_INVALID, ""},
    {"s=web-1&b=www&action=ready", STATS_INVALID, ""},
    {"s=web-1&b=%2399&action=ready", STATS_INVALID, ""},
    {"s=web-1%00&b=app&action=ready", STATS_INVALID, ""},
    {"s=web-1%2&b=app&action=ready", STATS_INVALID, ""},
    {"s=web-1&action=ready", STATS_NONE, ""},
    {"b=app&action=ready", STATS_NONE, ""},
    {"s=web-1&b=app", STATS_NONE, ""},
    {"", STATS_NONE, ""},
    {"&&==&s&b&action", STATS_NONE, ""},
};

static void does_what_the_form_says(void **state)
{
    (void)state;
    struct snapshot *snapshot = site_open(0);
    for (size_t i = 0; i < LEN(forms); i++) {
        char applied[200] = "";
        print_message("%s\n", forms[i].body);
        assert_int_equal(
            stats_form_apply(snapshot, forms[i].body, strlen(forms[i].body), note, applied),
            forms[i].result);
        assert_string_equal(applied, forms[i].applied);
    }
    site_close(snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(does_what_the_form_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
