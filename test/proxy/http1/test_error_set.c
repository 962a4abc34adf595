/* SPDX-License-Identifier: Apache-2.0 */
/* The error files of a proxy: found by status, refused with a place and a reason. */
#include "proxy/http1/error_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define PAGE "HTTP/1.0 503 Down\r\nX: y\r\n\r\nsorry"

static struct conf_error_file files[3];
static struct conf_proxy conf;
static struct proxy proxy;
static char text[256];

static int load(const char *first, const char *second)
{
    files[0] = (struct conf_error_file){
        .status = 503, .path = "503.http", .bytes = first, .len = strlen(first)};
    files[1] = (struct conf_error_file){
        .status = 404, .path = "404.http", .bytes = second, .len = strlen(second)};
    conf = (struct conf_proxy){.name = "www",
                               .place = {.file = "x.cfg", .line = 7},
                               .error_files = files,
                               .error_file_count = 2};
    proxy = (struct proxy){.conf = &conf};
    text[0] = '\0';
    return error_set_load(&proxy, text, sizeof(text));
}

static void test_pages_are_found_by_status(void **state)
{
    (void)state;
    assert_int_equal(load(PAGE, "HTTP/1.0 404 Gone fishing\r\n\r\n"), 0);
    const struct error_page *page = error_set_find(proxy.errors, 503);
    assert_non_null(page);
    assert_int_equal(page->status, 503);
    assert_memory_equal(page->bytes + page->head_len, "sorry", 5);
    assert_non_null(error_set_find(proxy.errors, 404));
    assert_null(error_set_find(proxy.errors, 500));
    error_set_free(proxy.errors);
}

static void test_a_file_may_say_another_status(void **state)
{
    (void)state;
    assert_int_equal(load("HTTP/1.0 200 Fine\r\n\r\n", PAGE), 0);
    assert_int_equal(error_set_find(proxy.errors, 503)->status, 200);
    assert_int_equal(error_set_find(proxy.errors, 404)->status, 503);
    error_set_free(proxy.errors);
}

static void test_a_file_that_is_none(void **state)
{
    (void)state;
    assert_true(load(PAGE, "nonsense") < 0);
    assert_null(proxy.errors);
    assert_non_null(strstr(text, "x.cfg:7: proxy www: errorfile 404 404.http: "));
}

static void test_a_proxy_without_files(void **state)
{
    (void)state;
    proxy = (struct proxy){.conf = &(struct conf_proxy){.name = "www"}};
    assert_int_equal(error_set_load(&proxy, text, sizeof(text)), 0);
    assert_null(proxy.errors);
    assert_null(error_set_find(NULL, 503));
    error_set_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages_are_found_by_status),
        cmocka_unit_test(test_a_file_may_say_another_status),
        cmocka_unit_test(test_a_file_that_is_none),
        cmocka_unit_test(test_a_proxy_without_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
