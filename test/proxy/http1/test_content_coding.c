/* SPDX-License-Identifier: Apache-2.0 */
/* What clients take: Accept-Encoding with its qualities, browsers that claim too much, entity tags. */
#include "proxy/http1/content_coding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

enum { NONE = CONF_CODING_NONE, GZIP = CONF_CODING_GZIP, DEFLATE = CONF_CODING_DEFLATE };

/* A copy without a byte to spare, so that reading past it is noticed. */
static void choose(struct coding_choice *choice, const struct conf_compression *offered,
                   const char *text)
{
    size_t len = strlen(text);
    char *value = malloc(len > 0 ? len : 1);
    assert_non_null(value);
    memcpy(value, text, len);
    coding_choose(choice, offered, value, len);
    free(value);
}

static const struct {
    const char *fields[2];
    unsigned want;
} wishes[] = {
    {{"gzip"}, GZIP},
    {{"GZIP"}, GZIP},
    {{" gzip , deflate"}, GZIP},
    {{"deflate, gzip"}, DEFLATE},
    {{"br, deflate"}, DEFLATE},
    {{"gzip;q=0.5, deflate;q=0.6"}, DEFLATE},
    {{"gzip;q=0.501, deflate;q=0.5019"}, GZIP},
    {{"gzip;q=0.5", "deflate"}, DEFLATE},
    {{"gzip", "deflate"}, GZIP},
    {{"*"}, DEFLATE},
    {{"gzip, *"}, GZIP},
    {{"gzip;q=0.9, *"}, DEFLATE},
    {{"gzip;q=0.9;q=1, deflate;q=0.95"}, DEFLATE},
    {{"gzip;x=1; q=0"}, NONE},
    {{"gzip ; q=0"}, NONE},
    {{"gzip;q=0.0000"}, NONE},
    {{"gzip;q=0.0009"}, NONE},
    {{"gzip;q="}, GZIP},
    {{"gzip;q"}, GZIP},
    {{"gzip;"}, GZIP},
    {{"gzip;q=9.9"}, GZIP},
    {{"gzip;q=-1"}, GZIP},
    {{"gzip q=0"}, GZIP},
    {{"gzip;q=0", "*;q=0.001"}, DEFLATE},
    {{"*;q=0"}, NONE},
    {{"raw-deflate"}, NONE},
    {{"identity"}, NONE},
    {{"gzi"}, NONE},
    {{"gzipp"}, NONE},
    {{"x-gzip"}, NONE},
    {{";q=1"}, NONE},
    {{", ,"}, NONE},
    {{""}, NONE},
};

static void test_wishes(void **state)
{
    const struct conf_compression offered = {.codings = {DEFLATE, GZIP}, .coding_count = 2};
    (void)state;
    for (size_t i = 0; i < LEN(wishes); i++) {
        struct coding_choice choice = {0};
        for (size_t n = 0; n < LEN(wishes[i].fields) && wishes[i].fields[n] != NULL; n++)
            choose(&choice, &offered, wishes[i].fields[n]);
        if (choice.coding != wishes[i].want)
            fail_msg("%s: %u instead of %u", wishes[i].fields[0], choice.coding, wishes[i].want);
    }
}

static void test_names(void **state)
{
    const struct conf_compression offered = {.codings = {CONF_CODING_RAW_DEFLATE},
                                             .coding_count = 1};
    struct coding_choice choice = {0};
    (void)state;
    choose(&choice, &offered, "deflate");
    assert_int_equal(choice.coding, CONF_CODING_RAW_DEFLATE);
    assert_string_equal(coding_name(choice.coding), "raw-deflate");
    assert_string_equal(coding_content_name(choice.coding), "deflate");
}

static const struct {
    const char *text;
    bool want;
} browsers[] =
    {
        {"", false},
        {"Mozilla/", false},
        {"Mozilla/5.0 (X11)", false},
        {"mozilla/4", false},
        {"Mozilla/4", true},
        {"Mozilla/4.0 (compatible; MSIE ", true},
        {"Mozilla/4.0 (compatible; MSIE 5", true},
        {"Mozilla/4.0 (compatible; MSIE 6", true},
        {"Mozilla/4.0 (compatible; MSIE 7", false},
        {"Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1", false},
        {"Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV", true},
        {"Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; NV1", true},
},
  etags[] = {
      {"\"a\"", true}, {"\"\"", true}, {"W/\"a\"", true},  {"", false},   {"\"", false},
      {"W/\"", false}, {"a", false},   {"w/\"a\"", false}, {"W/", false}, {"\"a", false},
};

static void test_browsers(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(browsers); i++)
        if (coding_is_claimed_falsely(browsers[i].text, strlen(browsers[i].text)) !=
            browsers[i].want)
            fail_msg("'%s'", browsers[i].text);
}

static void test_etags(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(etags); i++)
        if (coding_etag_is_valid(etags[i].text, strlen(etags[i].text)) != etags[i].want)
            fail_msg("'%s'", etags[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wishes),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_browsers),
        cmocka_unit_test(test_etags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
