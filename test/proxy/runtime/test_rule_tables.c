/* SPDX-License-Identifier: Apache-2.0 */
/* All rows of the language together: a name means one thing, and every row says what it is for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "config/arena.h"
#include "config/names.h"
#include "proxy/rules/pattern.h"
#include "proxy/runtime/rule_tables.h"

static struct conf_arena *arena;
static struct name_map seen;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    seen = (struct name_map){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* How often that went wrong. */
static unsigned check_row(const char *name, const char *doc, const void *row)
{
    bool is_new = names_add(arena, &seen, name, row) == NULL;
    if (!is_new)
        print_error("'%s' has two rows\n", name);
    if (doc == NULL || *doc == '\0')
        print_error("'%s' has no text\n", name);
    return !is_new + (doc == NULL || *doc == '\0');
}

static void fetches_have_one_row_each(void **state)
{
    unsigned wrong = 0;
    (void)state;
    for (const struct fetch *const *table = rule_tables.fetches; *table != NULL; table++) {
        for (const struct fetch *row = *table; row->name != NULL; row++) {
            assert_non_null(row->run);
            wrong += check_row(row->name, row->doc, row);
            if (row->match != NULL)
                assert_int_not_equal(pattern_method_find(row->match), PATTERN_NONE);
        }
    }
    assert_int_equal(wrong, 0);
}

static void converters_have_one_row_each(void **state)
{
    unsigned wrong = 0;
    (void)state;
    for (const struct converter *const *table = rule_tables.converters; *table != NULL; table++) {
        for (const struct converter *row = *table; row->name != NULL; row++) {
            assert_non_null(row->run);
            wrong += check_row(row->name, row->doc, row);
        }
    }
    assert_int_equal(wrong, 0);
}

/* An action may be another one in another list. */
static void actions_have_one_row_in_each_list(void **state)
{
    unsigned wrong = 0;
    (void)state;
    for (const struct action *const *table = rule_tables.actions; *table != NULL; table++) {
        for (const struct action *row = *table; row->name != NULL; row++) {
            assert_non_null(row->run);
            for (unsigned id = 0; id < RULES_COUNT; id++) {
                if ((row->rulesets & IN_RULES(id)) != 0)
                    wrong += check_row(arena_printf(arena, "%s of list %u", row->name, id),
                                       row->doc, row);
            }
        }
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fetches_have_one_row_each, set_up, tear_down),
        cmocka_unit_test_setup_teardown(converters_have_one_row_each, set_up, tear_down),
        cmocka_unit_test_setup_teardown(actions_have_one_row_in_each_list, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
