/* SPDX-License-Identifier: Apache-2.0 */
/* Loads the bytes and looks at every message. */
#include "test/config/fuzz_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/config/memory_source.h"

static void check_places(const struct conf_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        const struct conf_problem *problem = &report->problems[i];
        bool whole = problem->place.file == NULL || problem->place.line == 0;
        if (problem->message == NULL ||
            (!whole && problem->source_line == NULL && problem->place.line > 1))
            abort();
    }
}

void fuzz_load(const char *name, const uint8_t *data, size_t size)
{
    if (size == 0)
        return;
    const struct memory_file files[] = {
        {name, (const char *)data, size},
        {"more.conf", "global = { nbthread = 2; };\n", 0},
        {"/page.http", "HTTP/1.0 503 No\r\n\r\n", 0},
        {NULL, NULL, 0},
    };
    const char *const paths[] = {name};
    struct conf_source source = memory_source(files);
    struct conf_input input = {.paths = paths, .path_count = 1, .source = &source};
    struct conf_report report;
    conf_report_init(&report);
    struct config *config = config_load(&input, &report);
    if ((config == NULL) != (report.errors > 0))
        abort();
    check_places(&report);
    FILE *out = fopen("/dev/null", "w");
    if (out != NULL) {
        conf_report_print(out, &report, CONF_NOTE);
        fclose(out);
    }
    config_free(config);
    conf_report_clear(&report);
}
