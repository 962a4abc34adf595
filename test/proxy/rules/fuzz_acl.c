/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as lines of rules, and behind a line "--" as the file that they may name: they load or are
 * explained; what loads runs, before and after changes to the lists.
 */
#include <stdlib.h>
#include <string.h>

#include "proxy/rules/pattern_list.h"
#include "test/proxy/rules/acl_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *copy(const char *bytes, size_t len)
{
    char *text = malloc(len + 1);
    if (text == NULL)
        abort();
    memcpy(text, bytes, len);
    text[len] = '\0';
    return text;
}

/* With a text that may or may not read as a key. */
static void change(struct pattern_list *list, const char *text)
{
    size_t before = list->count;
    if (pattern_list_add(list, text, NULL) &&
        (list->count != before + 1 || !pattern_list_has(list, text)))
        abort();
    if (pattern_list_set(list, text, "5") && !pattern_list_has(list, text))
        abort();
    if (pattern_list_remove(list, text) > 0 && pattern_list_has(list, text))
        abort();
    while (list->first != NULL && list->count > before / 2)
        (void)pattern_list_remove(list, list->first->text);
}

static void try_all(const char *lines, const char *file)
{
    const struct memory_file files[] = {{"/file", file, 0}, {NULL, NULL, 0}};
    struct conf_report report;
    conf_report_init(&report);
    struct config *config = acl_load(lines, files, &report);
    if ((config == NULL) != (report.errors > 0))
        abort();
    if (config != NULL && config->proxies[0].rules != NULL) {
        (void)acl_run_rules(config);
        for (struct pattern_list *list = config->pattern_lists; list != NULL; list = list->next)
            change(list, *file != '\0' ? file : "x");
        (void)acl_run_rules(config);
    }
    config_free(config);
    conf_report_clear(&report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char mark[] = "\n--\n";
    const char *bytes = (const char *)data;
    const char *at = memmem(bytes, size, mark, sizeof mark - 1);
    size_t lines_len = at != NULL ? (size_t)(at - bytes) : size;
    const char *rest = at != NULL ? at + sizeof mark - 1 : bytes + size;
    char *lines = copy(bytes, lines_len), *file = copy(rest, (size_t)(bytes + size - rest));
    try_all(lines, file);
    free(lines);
    free(file);
    return 0;
}
