/* SPDX-License-Identifier: Apache-2.0 */
/* Escapes and numbers of the statistics' texts, and what happens when the room ends. */
#include "proxy/admin/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
    const char *name;
    void (*put)(struct text *text, const char *string);
    const char *string, *want;
} escapes[] = {
    {"HTML", text_html, "<b a=\"1\" c='2'>&amp;",
     "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;"},
    {"HTML leaves UTF-8 alone", text_html, "Küche", "Küche"},
    {"CSV without need", text_csv, "plain text", "plain text"},
    {"CSV with a comma", text_csv, "a,b", "\"a,b\""},
    {"CSV with a quote", text_csv, "a\"b", "\"a\"\"b\""},
    {"CSV with a line end", text_csv, "a\nb", "\"a\nb\""},
    {"JSON", text_json, "a\"b\\c\n\t\x01", "\"a\\\"b\\\\c\\n\\t\\u0001\""},
    {"a label", text_label, "a\"b\\c\nd", "\"a\\\"b\\\\c\\nd\""},
};

static void escapes_what_it_must(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(escapes); i++) {
        char buf[200];
        struct text text;
        text_init(&text, buf, sizeof(buf));
        escapes[i].put(&text, escapes[i].string);
        print_message("%s\n", escapes[i].name);
        assert_int_equal(text_len(&text), strlen(escapes[i].want));
        assert_memory_equal(buf, escapes[i].want, strlen(escapes[i].want));
    }
}

static const struct {
    void (*put)(struct text *text, uint64_t n);
    uint64_t n;
    const char *want;
} numbers[] = {
    {text_u64, 0, "0"},
    {text_u64, UINT64_MAX, "18446744073709551615"},
    {text_short, 9999, "9999"},
    {text_short, 10000, "10.0k"},
    {text_short, 99999, "100k"},
    {text_short, 999999, "1.0M"},
    {text_short, 1234567, "1.2M"},
    {text_short, 5000000000000, "5.0T"},
    {text_short, UINT64_MAX, "18.4E"},
    {text_duration, 59, "59s"},
    {text_duration, 61, "1m 1s"},
    {text_duration, 3 * 3600 + 120, "3h 2m"},
    {text_duration, 86400 * 12 + 3600, "12d 1h"},
    {text_latency, 999, "999 µs"},
    {text_latency, 1500, "1.5 ms"},
    {text_latency, 123456, "123 ms"},
    {text_latency, 1500000, "1.5 s"},
};

static void writes_numbers_for_people(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(numbers); i++) {
        char buf[64] = "";
        struct text text;
        text_init(&text, buf, sizeof(buf));
        numbers[i].put(&text, numbers[i].n);
        buf[text_len(&text)] = '\0';
        assert_string_equal(buf, numbers[i].want);
    }
}

static void writes_nothing_beyond_its_room(void **state)
{
    (void)state;
    for (size_t room = 0; room < 12; room++) {
        char buf[12];
        struct text text;
        text_init(&text, buf, room);
        text_put(&text, "abc");
        text_printf(&text, "%d", 4567);
        text_html(&text, "<");
        text_s64(&text, -1);
        assert_true(text_len(&text) <= room);
        assert_true(text.full);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_what_it_must),
        cmocka_unit_test(writes_numbers_for_people),
        cmocka_unit_test(writes_nothing_beyond_its_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
