/* SPDX-License-Identifier: Apache-2.0 */
/* The intrusive list: order, and that a node may be removed twice. */
#include "proxy/base/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

struct item {
    char name;
    struct list node;
};

static struct list list;
static struct item a, b, c;

static int set_up(void **state)
{
    (void)state;
    list_init(&list);
    a.name = 'a', b.name = 'b', c.name = 'c';
    list_init(&a.node);
    list_init(&b.node);
    list_init(&c.node);
    return 0;
}

static void expect(const char *names)
{
    char found[8] = "";
    size_t n = 0;
    for (struct list *node = list.next; node != &list; node = node->next)
        found[n++] = LIST_ITEM(node, struct item, node)->name;
    assert_string_equal(found, names);
    for (struct list *node = list.prev; node != &list; node = node->prev)
        assert_int_equal(LIST_ITEM(node, struct item, node)->name, found[--n]);
    assert_int_equal(n, 0);
}

static void test_a_new_list_is_empty(void **state)
{
    (void)state;
    assert_true(list_is_empty(&list));
    assert_null(list_pop_front(&list));
}

static void test_both_ends(void **state)
{
    (void)state;
    list_push_back(&list, &b.node);
    list_push_back(&list, &c.node);
    list_push_front(&list, &a.node);
    expect("abc");
    assert_ptr_equal(list_pop_front(&list), &a.node);
    expect("bc");
    assert_true(list_is_empty(&a.node)); /* detached */
}

static void test_insertion_in_the_middle(void **state)
{
    (void)state;
    list_push_back(&list, &a.node);
    list_push_back(&list, &c.node);
    list_insert_after(&a.node, &b.node);
    expect("abc");
}

static void test_removal_and_again(void **state)
{
    (void)state;
    list_push_back(&list, &a.node);
    list_push_back(&list, &b.node);
    list_push_back(&list, &c.node);
    list_remove(&b.node);
    list_remove(&b.node);
    expect("ac");
    list_remove(&a.node);
    list_remove(&c.node);
    assert_true(list_is_empty(&list));
}

#define CASE(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_a_new_list_is_empty),
        CASE(test_both_ends),
        CASE(test_insertion_in_the_middle),
        CASE(test_removal_and_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
