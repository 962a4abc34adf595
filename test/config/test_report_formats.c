/* SPDX-License-Identifier: Apache-2.0 */
/* The same report as text, JSON and SARIF. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "config/report_formats.h"

typedef void print_report(FILE *out, const struct conf_report *report);

static char *print(print_report *format, const struct conf_report *report)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    format(out, report);
    fclose(out);
    return text;
}

static void an_empty_report_is_well_formed(void **state)
{
    (void)state;
    struct conf_report report;
    conf_report_init(&report);
    char *json = print(conf_report_print_json, &report);
    char *sarif = print(conf_report_print_sarif, &report);
    assert_string_equal(json, "{\n  \"errors\": 0, \"warnings\": 0, \"notes\": 0,\n"
                              "  \"problems\": []\n}\n");
    assert_non_null(strstr(sarif, "\"results\": []\n  }]\n}\n"));
    free(json);
    free(sarif);
    conf_report_clear(&report);
}

static void a_problem_keeps_its_place_and_its_bytes(void **state)
{
    (void)state;
    struct conf_report report;
    conf_report_init(&report);
    conf_report_add_text(&report, "a.cfg", "\tx \"\xc3\xa4\" \xff\n", 9);
    conf_report_add(&report, CONF_ERROR, (struct conf_span){{"a.cfg", 1, 2}, 3}, "b\\c", "no '%s'",
                    "\x01");
    conf_report_add(&report, CONF_WARNING, (struct conf_span){0}, NULL, "all of it");
    char *json = print(conf_report_print_json, &report);
    char *sarif = print(conf_report_print_sarif, &report);
    assert_string_equal(
        json, "{\n  \"errors\": 1, \"warnings\": 1, \"notes\": 0,\n  \"problems\": [\n"
              "    {\"severity\": \"error\", \"file\": \"a.cfg\", \"line\": 1, \"column\": 2, "
              "\"width\": 3, \"message\": \"no '\\u0001'\", \"help\": \"b\\\\c\", "
              "\"source\": \"\\u0009x \\\"\xc3\xa4\\\" \\u00ff\"},\n"
              "    {\"severity\": \"warning\", \"file\": null, \"line\": 0, \"column\": 0, "
              "\"width\": 1, \"message\": \"all of it\", \"help\": null, \"source\": null}\n"
              "  ]\n}\n");
    assert_non_null(strstr(sarif, "\"region\": {\"startLine\": 1, \"startColumn\": 2, "
                                  "\"endColumn\": 5}"));
    assert_non_null(
        strstr(sarif, "{\"level\": \"warning\", \"message\": {\"text\": \"all of it\"}}"));
    free(json);
    free(sarif);
    conf_report_clear(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_report_is_well_formed),
        cmocka_unit_test(a_problem_keeps_its_place_and_its_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
