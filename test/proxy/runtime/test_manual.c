/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of the manual say what the tables say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "config/source.h"
#include "proxy/runtime/commands.h"
#include "proxy/runtime/manual.h"
#include "proxy/runtime/options.h"
#include "proxy/runtime/rule_words.h"

static char *write_form(const char *name)
{
    char *text = NULL;
    size_t len = 0;
    const struct manual_form *form = manual_forms;
    while (strcmp(form->name, name) != 0)
        form++;
    FILE *out = open_memstream(&text, &len);
    form->write(out, "2026-01-01");
    fclose(out);
    return text;
}

/* If this fails: build weir_manual; weir_manual FORM - > docs/FORM */
static void the_documents_are_what_the_tables_say(void **state)
{
    (void)state;
    static const char *const names[] = {"coming-from-haproxy.md", "rules.md"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[512], *made = write_form(names[i]), *kept = NULL;
        size_t len = 0;
        snprintf(path, sizeof path, "%s/%s", WEIR_DOCS, names[i]);
        assert_int_equal(conf_source_disk.read(NULL, path, &kept, &len), 0);
        print_message("%s\n", path);
        assert_int_equal(strlen(made), len);
        assert_memory_equal(made, kept, len);
        free(made);
        free(kept);
    }
}

static void check_word(void *ctx, const struct rule_word *word)
{
    const char *manual = ctx;
    print_message("%s\n", word->name);
    assert_non_null(word->doc);
    assert_true(strlen(word->doc) > 4);
    assert_non_null(strstr(manual, word->name));
}

static void every_word_of_rules_is_explained(void **state)
{
    (void)state;
    char *manual = write_form("rules.md");
    for (int kind = 0; kind < WORD_KINDS; kind++)
        rule_words_each((enum rule_word_kind)kind, check_word, manual);
    free(manual);
}

static void every_option_and_command_is_in_the_manual_and_the_shells(void **state)
{
    (void)state;
    static const char *const forms[] = {"weir.8", "weir.bash", "_weir"};
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        char *text = write_form(forms[f]);
        struct option_words option;
        for (size_t i = 0; options_at(i, &option); i++) {
            bool is_man = f == 0, is_long = *option.name == '-';
            char name[64];
            snprintf(name, sizeof name, "%s%s%s", is_man ? "\\-" : "-",
                     is_man && is_long ? "\\-" : "", option.name + (is_man && is_long));
            name[strcspn(name, "*")] = '\0';
            assert_non_null(strstr(text, name));
        }
        for (const struct command *c = commands; c->name != NULL; c++) {
            assert_non_null(strstr(text, c->name));
            for (size_t i = 0; c->option_at != NULL && c->option_at(i, &option); i++) {
                char word[64]; /* its first part: pages write a hyphen as they must */
                snprintf(word, sizeof word, "%s", option.name + (*option.name == '-'));
                word[strcspn(word, "-")] = '\0';
                assert_non_null(strstr(text, word));
            }
        }
        free(text);
    }
}

static void keywords_can_be_completed(void **state)
{
    (void)state;
    static const char *const forms[] = {"weir.bash", "_weir"};
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        char *text = write_form(forms[f]);
        assert_non_null(strstr(text, "\ntimeout connect\n"));
        assert_non_null(strstr(text, "\nbalance\n"));
        free(text);
    }
}

static void a_command_is_found_by_its_name_alone(void **state)
{
    (void)state;
    char weir[] = "weir", help[] = "help", file[] = "-f", other[] = "hel";
    char *asks[] = {weir, help, NULL}, *serves[] = {weir, file, help, NULL},
         *misspelt[] = {weir, other, NULL}, *alone[] = {weir, NULL};
    assert_non_null(command_find(2, asks));
    assert_null(command_find(3, serves));
    assert_null(command_find(2, misspelt));
    assert_null(command_find(1, alone));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_documents_are_what_the_tables_say),
        cmocka_unit_test(every_word_of_rules_is_explained),
        cmocka_unit_test(every_option_and_command_is_in_the_manual_and_the_shells),
        cmocka_unit_test(keywords_can_be_completed),
        cmocka_unit_test(a_command_is_found_by_its_name_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
