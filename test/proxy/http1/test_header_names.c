/* SPDX-License-Identifier: Apache-2.0 */
/* The table of names, and the helpers of a message. */
#include "test/proxy/http1/h1_check.h"

#include <ctype.h>
#include <stdio.h>

static void test_every_name_finds_itself(void **state)
{
    (void)state;
    for (unsigned id = HTTP_HDR_OTHER + 1; id < HTTP_HDR_COUNT; id++) {
        const char *name = http_header_name(id);
        const size_t len = http_header_name_len(id);
        char upper[64];
        assert_int_equal(strlen(name), len);
        for (size_t i = 0; i <= len; i++) {
            assert_int_equal(name[i], tolower(name[i]));
            upper[i] = (char)toupper(name[i]);
        }
        if (http_header_find(name, len) != id || http_header_find(upper, len) != id)
            fail_msg("the row of \"%s\" does not stand among those of its length", name);
    }
}

static void test_the_table_is_ordered_by_length(void **state)
{
    (void)state;
    for (unsigned id = HTTP_HDR_OTHER + 1; id < HTTP_HDR_COUNT; id++)
        assert_true(http_header_name_len(id - 1) <= http_header_name_len(id));
}

static void test_other_names_have_no_id(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        "x",
        "hosts",
        "hosT_",
        "content_length",
        "content-lengtx",
        "xontent-length",
        "content-lengthx",
        "sec-fetch-none",
        "a-name-much-longer-than-any-in-the-table",
    };
    for (size_t i = 0; i < LEN(names); i++)
        assert_int_equal(http_header_find(names[i], strlen(names[i])), HTTP_HDR_OTHER);
    assert_string_equal(http_header_name(HTTP_HDR_OTHER), "");
}

static void test_lists(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        const char *want;
    } rows[] = {
        {"", ""},          {" , ,, ", ""},          {"a", "[a]"},
        {"a,b", "[a][b]"}, {" a , b ", "[a][b]"},   {",a,,b,", "[a][b]"},
        {"a b", "[a b]"},  {"\ta\t,\tb", "[a][b]"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        char got[64] = "";
        const char *at = rows[i].list;
        const char *member;
        size_t len;
        for (const char *end = at + strlen(at); http_list_next(&at, end, &member, &len);) {
            const size_t used = strlen(got);
            snprintf(got + used, sizeof(got) - used, "[%.*s]", (int)len, member);
        }
        assert_string_equal(got, rows[i].want);
    }
}

static void test_methods(void **state)
{
    (void)state;
    for (enum http_method m = HTTP_METHOD_GET; m < HTTP_METHODS; m++) {
        const char *name = http_method_name(m);
        assert_int_equal(http_method_find(name, strlen(name)), m);
    }
    assert_int_equal(http_method_find("get", 3), HTTP_METHOD_OTHER);
    assert_int_equal(http_method_find("GE", 2), HTTP_METHOD_OTHER);
    assert_int_equal(http_method_find("", 0), HTTP_METHOD_OTHER);
}

static void test_fields_of_one_name_are_chained(void **state)
{
    (void)state;
    struct http_msg m;
    http_msg_reset(&m);
    static const enum http_header_id ids[] = {HTTP_HDR_VIA, HTTP_HDR_HOST, HTTP_HDR_VIA};
    for (size_t i = 0; i < LEN(ids); i++) {
        if (i == 2)
            assert_null(http_msg_next(&m, &m.headers[0]));
        *http_msg_next_free(&m) = (struct http_header){.id = (uint8_t)ids[i]};
        http_msg_append(&m);
    }
    assert_ptr_equal(http_msg_first(&m, HTTP_HDR_VIA), &m.headers[0]);
    assert_ptr_equal(http_msg_first(&m, HTTP_HDR_HOST), &m.headers[1]);
    assert_ptr_equal(http_msg_next(&m, &m.headers[0]), &m.headers[2]);
    assert_null(http_msg_next(&m, &m.headers[1]));
    assert_null(http_msg_next(&m, &m.headers[2]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_name_finds_itself),
        cmocka_unit_test(test_the_table_is_ordered_by_length),
        cmocka_unit_test(test_other_names_have_no_id),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_fields_of_one_name_are_chained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
