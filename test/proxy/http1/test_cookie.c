/* SPDX-License-Identifier: Apache-2.0 */
/* Cookies as text: what is found, and what is left when some are taken out. */
#include "proxy/http1/cookie.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/* Takes out all called S; those called P lose what stands before a '~'. */
static const char *filter(const char *text, char *out)
{
    struct cookie_writer w = {.out = out};
    struct cookie c = {0};
    const char *end = text + strlen(text);
    while (cookie_next(&c, text, end)) {
        if (c.name < c.name_end && *c.name == '$') {
            cookie_follow(&w, &c);
        } else if (cookie_has_value(&c) && cookie_is_named(&c, "S")) {
            cookie_remove(&w);
        } else {
            struct cookie_mark mark = {.end = c.value_end};
            if (cookie_has_value(&c) && cookie_is_named(&c, "P"))
                cookie_read_prefix(c.value, c.value_end, &mark);
            cookie_keep(&w, &c, mark.end < c.value_end ? (size_t)(mark.end - c.value) + 1 : 0);
        }
    }
    out[w.len] = '\0';
    return cookie_finish(&w) ? out : NULL;
}

static const struct {
    const char *text, *want; /* NULL: the field goes */
} cases[] = {
    {"a=1; b=2", "a=1; b=2"},
    {"a=1;b=2 ;  c=3", "a=1;b=2 ;  c=3"},
    {"S=x", NULL},
    {"S=x; S=y", NULL},
    {" S = x ", NULL},
    {"S=x; a=1", "a=1"},
    {"a=1; S=x", "a=1"},
    {"a=1 ; S=x", "a=1 "},
    {"a=1; S=x; b=2", "a=1; b=2"},
    {"a=1;S=x;b=2", "a=1; b=2"},
    {"a=1 ;S=x;S=y,  b=2", "a=1, b=2"},
    {"S=x;   a=1; S=y;b=2; S=z", "a=1; b=2"},
    {"s=1; SS=2; S", "s=1; SS=2; S"},
    {"S=; a=1", "a=1"},
    {"a=\"1;S=2\"; S=\"x;y\\\";\"; b=3", "a=\"1;S=2\"; b=3"},
    {"a =  1; b= 2", "a=1; b=2"},
    {"$Version=1; S=x; $Path=/; a=1", "$Version=1; a=1"},
    {"$Version=1; a=1; $Path=/; S=x; $Path=/", "$Version=1; a=1; $Path=/"},
    {"$Version=1; S=x", NULL},
    {"P=srv~real; a=1", "P=real; a=1"},
    {"a=1; P=srv~", "a=1; P="},
    {"P=none", "P=none"},
    {"P=srv~a~b", "P=a~b"},
    {"", NULL},
    {";", ";"},
    {"; S=1;", NULL},
    {"=x; S=1", "=x"},
};

static void test_filtering(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        char out[128];
        const char *got = filter(cases[i].text, out);
        if (cases[i].want == NULL ? got != NULL : got == NULL || strcmp(got, cases[i].want) != 0)
            fail_msg("'%s': '%s', not '%s'", cases[i].text, got != NULL ? got : "(gone)",
                     cases[i].want != NULL ? cases[i].want : "(gone)");
    }
}

static const struct {
    const char *value;
    size_t len; /* of what names the server */
    int64_t last_s, first_s;
} dated[] = {
    {"srv", 3, 0, 0},
    {"srv|", 3, 0, 0},
    {"srv|AAAAB", 3, 4, 0},
    {"srv|AAABA|AAAAB", 3, 256, 4},
    {"srv|AAAB", 3, 0, 0},
    {"srv|AA*AB|AAAAB", 3, 0, 4},
    {"srv||AAAAB", 3, 0, 4},
    {"|AAAAB", 0, 4, 0},
    {"srv|/////|AAA", 3, 4294967292, 0},
};

static void test_dates(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(dated); i++) {
        struct cookie_mark mark;
        const char *value = dated[i].value;
        cookie_read_dates(value, value + strlen(value), &mark);
        if ((size_t)(mark.end - value) != dated[i].len || mark.last_s != dated[i].last_s ||
            mark.first_s != dated[i].first_s)
            fail_msg("'%s': %d %lld %lld", value, (int)(mark.end - value), (long long)mark.last_s,
                     (long long)mark.first_s);
    }
}

static void test_a_date_is_read_as_written(void **state)
{
    (void)state;
    char value[] = "s|12345";
    struct cookie_mark mark;
    for (int64_t date_s = 1; date_s < 4000000000; date_s = date_s * 3 + 1) {
        cookie_write_date(date_s, value + 2);
        cookie_read_dates(value, value + 7, &mark);
        assert_in_range(mark.last_s - date_s, 0, 3);
    }
}

static const struct {
    const char *text, *name, *value;
} sets[] = {
    {"S=x; path=/", "S", "x"},
    {" S = x y ;Secure", "S", "x y"},
    {"S=\"a;b\"", "S", "\"a;b\""},
    {"S=a, T=b", "S", "a"},
    {"S", "S", ""},
    {"S; path=/", "S", ""},
};

static void test_set_cookie(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(sets); i++) {
        struct cookie c;
        const char *text = sets[i].text;
        cookie_of_set(text, text + strlen(text), &c);
        assert_true(cookie_is_named(&c, sets[i].name));
        assert_int_equal(c.value_end - c.value, strlen(sets[i].value));
        assert_memory_equal(c.value, sets[i].value, strlen(sets[i].value));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filtering),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_a_date_is_read_as_written),
        cmocka_unit_test(test_set_cookie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
