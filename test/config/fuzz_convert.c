/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a text of either syntax: what a conversion writes can be read, and a text that has
 * been through both syntaxes does not change any more.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/convert.h"
#include "test/config/memory_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *convert(const char *text, size_t len)
{
    const struct memory_file files[] = {{"x", text, len}, {NULL, NULL, 0}};
    const char *const paths[] = {"x"};
    struct conf_source source = memory_source(files);
    struct conf_input input = {.paths = paths, .path_count = 1, .source = &source};
    struct conf_report report;
    conf_report_init(&report);
    char *converted = config_convert(&input, &report);
    conf_report_clear(&report);
    return converted;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { TURNS = 4 };
    char *texts[TURNS] = {size > 0 ? convert((const char *)data, size) : NULL};
    if (texts[0] == NULL)
        return 0;
    for (int i = 1; i < TURNS; i++) {
        texts[i] = convert(texts[i - 1], strlen(texts[i - 1]));
        if (texts[i] == NULL)
            abort();
    }
    if (strcmp(texts[1], texts[3]) != 0)
        abort();
    for (int i = 0; i < TURNS; i++)
        free(texts[i]);
    return 0;
}
