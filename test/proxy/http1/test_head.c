/* SPDX-License-Identifier: Apache-2.0 */
/* Gathering pieces, and which fields of a head go on in them. */
#include "proxy/http1/h1.h"
#include "proxy/http1/head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct gather g;
static char text[65536];

/* All pieces in a row. */
static const char *gathered(void)
{
    size_t len = 0;
    for (int i = 0; i < g.count; i++) {
        memcpy(text + len, g.pieces[i].iov_base, g.pieces[i].iov_len);
        len += g.pieces[i].iov_len;
    }
    assert_int_equal(len, g.bytes);
    text[len] = '\0';
    return text;
}

static void test_neighbours_are_one_piece(void **state)
{
    (void)state;
    static const char bytes[] = "abcdef";
    gather_init(&g);
    gather_add(&g, bytes, 2);
    gather_add(&g, bytes + 2, 2);
    gather_add(&g, bytes, 0);
    assert_int_equal(g.count, 1);
    gather_add(&g, bytes + 5, 1);
    assert_int_equal(g.count, 2);
    assert_string_equal(gathered(), "abcdf");
}

static void test_text_is_copied(void **state)
{
    (void)state;
    char own[] = "abc";
    gather_init(&g);
    gather_text(&g, own, 3);
    memset(own, 'x', 3);
    gather_text(&g, own, 2);
    gather_literal(&g, "!");
    assert_string_equal(gathered(), "abcxx!");
}

static void test_room(void **state)
{
    (void)state;
    gather_init(&g);
    assert_true(gather_has_room(&g, GATHER_PIECES, GATHER_TEXT));
    assert_false(gather_has_room(&g, GATHER_PIECES + 1, 0));
    gather_text(&g, "x", 1);
    assert_false(gather_has_room(&g, GATHER_PIECES, 0));
    assert_false(gather_has_room(&g, 0, GATHER_TEXT));
    assert_true(gather_has_room(&g, GATHER_PIECES - 1, GATHER_TEXT - 1));
}

#define LINE "GET / HTTP/1.1\r\n"

static const struct {
    const char *fields, *want;
    bool lenient;
    int pieces; /* 0 = do not care */
} heads[] = {
    {"Host: a\r\nA: 1\r\nB: 2\r\n", "Host: a\r\nA: 1\r\nB: 2\r\n", false, 1},
    {"Host: a\r\nConnection: close\r\nB: 2\r\n", "Host: a\r\nB: 2\r\n", false, 2},
    {"Connection: keep-alive\r\nKeep-Alive: 5\r\nHost: a\r\n", "Host: a\r\n", false, 1},
    {"Host: a\r\nB: 2\r\nProxy-Connection: x\r\n", "Host: a\r\nB: 2\r\n", false, 1},
    {"Host: a\r\nConnection: X-A, x-b\r\nX-A: 1\r\nX-B: 2\r\nX-C: 3\r\nx-a: 4\r\n",
     "Host: a\r\nX-C: 3\r\n", false, 2},
    {"Host: a\r\nConnection: x-a\r\nConnection: x-b\r\nX-A: 1\r\nX-B: 2\r\n", "Host: a\r\n", false,
     1},
    {"Host: a\r\nConnection: host, content-length\r\nContent-Length: 0\r\n",
     "Host: a\r\nContent-Length: 0\r\n", false, 0},
    {"Host: a\r\nConnection: close,\r\n", "Host: a\r\n", false, 1},
    {"Host: a\r\nContent-Length: 3, 3\r\n", "Host: a\r\nContent-Length: 3\r\n", false, 0},
    {"Host: a\r\nContent-Length: 3\r\nX: y\r\nContent-Length: 3\r\n",
     "Host: a\r\nContent-Length: 3\r\nX: y\r\n", false, 0},
    {"Host: a\nX:y  \n", "Host: a\r\nX: y\r\n", true, 0},
};

static void test_fields_that_go_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        struct http_msg msg;
        struct h1_parser parser;
        char buf[512];
        int len = snprintf(buf, sizeof(buf), LINE "%s\r\n", heads[i].fields);
        h1_request_init(&parser, &msg, heads[i].lenient ? H1_LENIENT : 0);
        if (h1_head_parse(&parser, buf, (size_t)len) != H1_DONE)
            fail_msg("%s: %s", heads[i].fields, parser.error.reason);
        gather_init(&g);
        head_drop_connection_fields(&msg, buf);
        head_add_fields(&g, &msg, buf, heads[i].lenient);
        assert_string_equal(gathered(), heads[i].want);
        if (heads[i].pieces > 0)
            assert_int_equal(g.count, heads[i].pieces);
    }
}

/* As many fields as there may be, each second one dropped, or each written anew: they fit the
 * gather. */
static void test_the_worst_head_fits(void **state)
{
    (void)state;
    for (int lenient = 0; lenient < 2; lenient++) {
        struct http_msg msg;
        struct h1_parser parser;
        static char buf[16384];
        int len = sprintf(buf, LINE "Host: a\r\n");
        for (int i = 1; i < HTTP_MAX_HEADERS; i++)
            len += sprintf(buf + len, "X%d: y\r\n", i);
        len += sprintf(buf + len, "\r\n");
        h1_request_init(&parser, &msg, lenient ? H1_LENIENT : 0);
        assert_int_equal(h1_head_parse(&parser, buf, (size_t)len), H1_DONE);
        for (unsigned i = 1; !lenient && i < msg.header_count; i += 2)
            msg.headers[i].flags |= HTTP_HEADER_DROP;
        gather_init(&g);
        head_add_fields(&g, &msg, buf, lenient);
        assert_true(
            gather_has_room(&g, 32, GATHER_TEXT)); /* for our own fields and the first chunk */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_neighbours_are_one_piece),
        cmocka_unit_test(test_text_is_copied),
        cmocka_unit_test(test_room),
        cmocka_unit_test(test_fields_that_go_on),
        cmocka_unit_test(test_the_worst_head_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
