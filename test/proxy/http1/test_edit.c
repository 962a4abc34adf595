/* SPDX-License-Identifier: Apache-2.0 */
/* Changing messages: what becomes of fields and lines, and what happens when the room is used up. */
#include "proxy/http1/edit.h"
#include "proxy/http1/h1.h"
#include "proxy/http1/head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char buffer[4096];
static struct http_msg msg;
static uint32_t top;
static struct http_edit edit;

static void read_request(const char *text, size_t room)
{
    struct h1_parser parser;
    size_t len = strlen(text);
    memcpy(buffer, text, len);
    h1_request_init(&parser, &msg, 0);
    assert_int_equal(h1_head_parse(&parser, buffer, len), H1_DONE);
    top = (uint32_t)(len + room);
    edit = (struct http_edit){&msg, buffer, (uint32_t)len, &top};
}

/* The fields as they would be sent. */
static const char *fields(void)
{
    static struct gather g;
    static char text[4096];
    size_t len = 0;
    gather_init(&g);
    head_add_fields(&g, &msg, buffer, false);
    for (int i = 0; i < g.count; i++) {
        memcpy(text + len, g.pieces[i].iov_base, g.pieces[i].iov_len);
        len += g.pieces[i].iov_len;
    }
    text[len] = '\0';
    return text;
}

static bool add(const char *name, const char *value)
{
    return edit_add(&edit, name, strlen(name), value, strlen(value));
}

#define REQUEST "GET /a/b?c=d HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nX-B: 2 \r\nx-a: 3\r\n\r\n"

static void test_added_fields_are_last(void **state)
{
    (void)state;
    read_request(REQUEST, 200);
    assert_true(add("x-c", " 4 "));
    assert_true(add("host", "other"));
    assert_string_equal(fields(),
                        "Host: h\r\nX-A: 1\r\nX-B: 2\r\nx-a: 3\r\nx-c:  4 \r\nhost: other\r\n");
    assert_non_null(http_msg_next(&msg, http_msg_first(&msg, HTTP_HDR_HOST)));
}

static void test_lines_made_beforehand_are_fields_like_others(void **state)
{
    (void)state;
    char line[64];
    read_request(REQUEST, 20);
    http_field_line(line, "host", 4, "a\r\nb", 4);
    assert_true(edit_add_line(&edit, HTTP_HDR_HOST, line, 4, 4));
    assert_string_equal(fields(), "Host: h\r\nX-A: 1\r\nX-B: 2\r\nx-a: 3\r\nhost: a  b\r\n");
    assert_non_null(http_msg_next(&msg, http_msg_first(&msg, HTTP_HDR_HOST)));
    assert_false(edit_add_line(&edit, HTTP_HDR_HOST, line, 4, 4)); /* no room */
}

static void test_fields_go_and_change_in_their_places(void **state)
{
    (void)state;
    read_request(REQUEST, 200);
    edit_drop_named(&edit, "X-a", 3);
    assert_true(edit_replace(&edit, 2, "a\r\nb", 4));
    assert_string_equal(fields(), "Host: h\r\nX-B: a  b\r\n");
    assert_int_equal(http_msg_find(&msg, buffer, "x-a", 3, 0), -1);
}

static void test_no_room_changes_nothing(void **state)
{
    (void)state;
    read_request(REQUEST, 10);
    assert_false(add("x-long", "0123456789"));
    assert_true(add("x", "12345"));
    assert_false(add("y", "1"));
    assert_string_equal(fields(), "Host: h\r\nX-A: 1\r\nX-B: 2\r\nx-a: 3\r\nx: 12345\r\n");
    assert_false(edit_path(&edit, "/other", 6));
    assert_int_equal(msg.target_len, strlen("/a/b?c=d"));
}

static void test_places_of_dropped_fields_are_used_again(void **state)
{
    (void)state;
    read_request(REQUEST, 4000);
    for (unsigned i = 0; i < 3 * HTTP_FIELDS_MAX; i++) {
        edit_drop_named(&edit, "x-n", 3);
        top = 4000;
        assert_true(add("x-n", "1"));
    }
    assert_string_equal(fields(), "Host: h\r\nX-A: 1\r\nX-B: 2\r\nx-a: 3\r\nx-n: 1\r\n");
    while (add("x-m", "2"))
        continue;
    assert_int_equal(msg.header_count, HTTP_FIELDS_MAX);
}

static const struct {
    const char *name, *target;
    bool (*change)(struct http_edit *e, const char *text, size_t len);
    const char *text;
    const char *want; /* NULL: refused */
} targets[] = {
    {"path", "/a/b?c=d", edit_path, "/x", "/x?c=d"},
    {"path without a query", "/a/b", edit_path, "/x/y/z", "/x/y/z"},
    {"path and query", "/a/b?c=d", edit_pathq, "/x?y", "/x?y"},
    {"query", "/a/b?c=d", edit_query, "?e", "/a/b?e"},
    {"query where none was", "/a/b", edit_query, "?e", "/a/b?e"},
    {"an empty query", "/a/b?c=d", edit_query, "?", "/a/b?"},
    {"an empty query where none was", "/a/b", edit_query, "?", "/a/b"},
    {"no query any more", "/a/b?c=d", edit_query, "", "/a/b"},
    {"target", "/a/b?c=d", edit_target, "/x", "/x"},
    {"path of an absolute target", "http://h/a?c", edit_path, "/x", "http://h/x?c"},
    {"absolute becomes origin", "http://h/a?c", edit_target, "/x", "/x"},
    {"empty target", "/a", edit_target, "", NULL},
    {"blank", "/a", edit_path, "/x y", NULL},
    {"line break", "/a", edit_target, "/x\r\nX: y", NULL},
};

static void test_targets(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        char text[200];
        snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", targets[i].target);
        read_request(text, 200);
        bool done = targets[i].change(&edit, targets[i].text, strlen(targets[i].text));
        const char *want = targets[i].want != NULL ? targets[i].want : targets[i].target;
        if (done != (targets[i].want != NULL) || msg.target_len != strlen(want) ||
            memcmp(buffer + msg.target_off, want, msg.target_len) != 0)
            fail_msg("%s: %.*s", targets[i].name, (int)msg.target_len, buffer + msg.target_off);
    }
}

static void test_methods(void **state)
{
    (void)state;
    read_request(REQUEST, 200);
    assert_true(edit_method(&edit, "PUT", 3));
    assert_int_equal(msg.method, HTTP_METHOD_PUT);
    assert_true(edit_method(&edit, "FOO", 3));
    assert_int_equal(msg.method, HTTP_METHOD_OTHER);
    assert_false(edit_method(&edit, "A B", 3));
    assert_false(edit_method(&edit, "", 0));
}

static void test_a_message_that_moves(void **state)
{
    (void)state;
    read_request(REQUEST, 2000);
    assert_true(add("x-c", "4"));
    assert_true(edit_path(&edit, "/x", 2));
    uint32_t floor = edit.floor, written = (uint32_t)strlen(REQUEST) + 2000 - top;
    memmove(buffer + floor + 100, buffer + top, written);
    edit_moved(&msg, floor, (int64_t)floor + 100 - top);
    assert_string_equal(fields(), "Host: h\r\nX-A: 1\r\nX-B: 2\r\nx-a: 3\r\nx-c: 4\r\n");
    assert_memory_equal(buffer + msg.target_off, "/x?c=d", 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_added_fields_are_last),
        cmocka_unit_test(test_lines_made_beforehand_are_fields_like_others),
        cmocka_unit_test(test_fields_go_and_change_in_their_places),
        cmocka_unit_test(test_no_room_changes_nothing),
        cmocka_unit_test(test_places_of_dropped_fields_are_used_again),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_a_message_that_moves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
