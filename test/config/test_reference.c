/* SPDX-License-Identifier: Apache-2.0 */
/* Rows are complete, and the manual says what they say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "config/keyword.h"
#include "config/manual/reference.h"
#include "test/config/memory_source.h"

static char *read_doc(const char *name)
{
    char path[512], *bytes = NULL;
    size_t len = 0;
    snprintf(path, sizeof path, "%s/%s", WEIR_DOCS, name);
    assert_int_equal(conf_source_disk.read(NULL, path, &bytes, &len), 0);
    bytes = realloc(bytes, len + 1);
    bytes[len] = '\0';
    return bytes;
}

static void check_row(const struct keyword *row)
{
    print_message("%s\n", row->name);
    assert_non_null(row->doc);
    assert_true(strlen(row->doc) > 5 && row->doc[strlen(row->doc) - 1] != ' ');
    assert_non_null(strchr(".)", row->doc[strlen(row->doc) - 1]));
    assert_true(row->scopes != 0);
    assert_true(row->position < KEYWORD_POSITIONS);
    bool has_note = keyword_is_idle(row);
    assert_int_equal(row->note != NULL, has_note);
    if (!has_note)
        assert_true(row->initial != NULL || row->otherwise != NULL || row->required);
    assert_false(row->initial != NULL && row->otherwise != NULL);
    if (row->kind == KW_CHOICE || row->kind == KW_NAME)
        assert_true(row->choices != NULL || row->names != NULL);
    if (row->kind == KW_OWN) {
        assert_non_null(row->set);
        assert_non_null(row->takes);
    }
    if (row->kind == KW_LIST) {
        assert_non_null(row->list);
        assert_non_null(row->plural);
    }
    if (row->max != 0)
        assert_true(row->min <= row->max);
}

static void every_row_is_complete(void **state)
{
    (void)state;
    for (size_t i = 0; config_tables[i] != NULL; i++) {
        for (const struct keyword *row = config_tables[i]->rows; row->name != NULL; row++)
            check_row(row);
    }
}

/* A default that does not parse would be an error in every load. */
static void every_default_parses(void **state)
{
    (void)state;
    struct conf_report report;
    conf_report_init(&report);
    struct config *config = load_text(
        "listens = ( { name = \"l\"; binds = [\"*:80\"]; logs = [\"stdout\"]; option_forwardfor = "
        "true;"
        " option_httpchk = true; errorfiles = ( { status = 503; file = \"/page.http\"; } );"
        " servers = ( { name = \"a\"; address = \"10.0.0.1:80\"; } ); } );"
        "global = { logs = [\"stdout\"]; };",
        &report);
    assert_non_null(config);
    config_free(config);
    conf_report_clear(&report);
}

static void no_two_rows_of_a_level_share_a_name(void **state)
{
    (void)state;
    struct conf_arena *arena = arena_new();
    struct keyword_index index;
    keyword_index_build(arena, &index, config_tables);
    for (int level = 0; level < LEVEL_COUNT; level++) {
        KEYWORDS_OF(&index, level, row)
        {
            print_message("%s\n", row->name);
            const enum keyword_level at = (enum keyword_level)level;
            assert_ptr_equal(keyword_spelt(&index, at, row->name), row);
            if (!keyword_is_idle(row)) /* `errorfiles` is also a plural */
                assert_ptr_equal(keyword_find(&index, arena, at, row->name), row);
        }
    }
    arena_free(arena);
}

static void every_row_is_in_the_manual(void **state)
{
    (void)state;
    char *manual = read_doc("reference.md");
    for (size_t i = 0; config_tables[i] != NULL; i++) {
        for (const struct keyword *row = config_tables[i]->rows; row->name != NULL; row++)
            assert_non_null(strstr(manual, row->doc));
    }
    free(manual);
}

/* If this fails: build weir_reference and run it into docs/reference.md. */
static void the_manual_is_what_the_rows_say(void **state)
{
    (void)state;
    char *made = NULL, *kept = read_doc("reference.md");
    size_t len = 0;
    FILE *out = open_memstream(&made, &len);
    reference_write(out, config_tables);
    fclose(out);
    assert_int_equal(strlen(kept), len);
    assert_memory_equal(made, kept, len);
    free(made);
    free(kept);
}

static void help_finds_a_keyword_in_either_spelling(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool found;
    } cases[] = {{"timeout connect", true}, {"timeout_connect", true}, {"tune.bufsize", true},
                 {"servers", true},         {"server", true},          {"no-such-word", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *made = NULL;
        size_t len = 0;
        FILE *out = open_memstream(&made, &len);
        assert_int_equal(reference_help(out, config_tables, cases[i].name), cases[i].found);
        fclose(out);
        assert_int_equal(len > 0, cases[i].found);
        free(made);
    }
}

static void help_knows_first_words_and_near_misses(void **state)
{
    (void)state;
    char *made = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&made, &len);
    assert_true(reference_help(out, config_tables, "timeout"));
    fflush(out);
    assert_non_null(strstr(made, "timeout connect "));
    rewind(out);
    assert_false(reference_help(out, config_tables, "blance"));
    assert_true(reference_suggest(out, config_tables, "blance"));
    fclose(out);
    assert_string_equal(made, "did you mean 'balance'?\n");
    free(made);
}

static void help_lists_each_keyword_once(void **state)
{
    (void)state;
    char *made = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&made, &len);
    fputc('\n', out);
    reference_words(out, config_tables);
    fclose(out);
    char *first = strstr(made, "\nmaxconn\n");
    assert_non_null(first);
    assert_null(strstr(first + 1, "\nmaxconn\n"));
    assert_non_null(strstr(made, "\ntimeout connect\n"));
    free(made);
}

/* The texts of the guide that are marked as complete. */
static void the_guides_example_loads_without_a_warning(void **state)
{
    (void)state;
    char *guide = read_doc("configuration.md");
    char *start = strstr(guide, "<!-- test: loads -->\n```\n");
    assert_non_null(start);
    start = strstr(start, "```\n") + 4;
    *strstr(start, "```\n") = '\0';
    /* the users of a test machine */
    for (char *user; (user = strstr(start, "\"www-data\"")) != NULL;)
        memcpy(user, "\"web\"     ", 10);
    struct conf_report report;
    conf_report_init(&report);
    struct config *config = load_text(start, &report);
    conf_report_print(stderr, &report, CONF_NOTE);
    assert_non_null(config);
    assert_int_equal(report.warnings + report.notes, 0);
    assert_int_equal(config->proxy_count, 4);
    config_free(config);
    conf_report_clear(&report);
    free(guide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_complete),
        cmocka_unit_test(every_default_parses),
        cmocka_unit_test(no_two_rows_of_a_level_share_a_name),
        cmocka_unit_test(every_row_is_in_the_manual),
        cmocka_unit_test(the_manual_is_what_the_rows_say),
        cmocka_unit_test(help_finds_a_keyword_in_either_spelling),
        cmocka_unit_test(help_knows_first_words_and_near_misses),
        cmocka_unit_test(help_lists_each_keyword_once),
        cmocka_unit_test(the_guides_example_loads_without_a_warning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
