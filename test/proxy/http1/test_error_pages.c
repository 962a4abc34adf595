/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in pages are whole responses, and error files are checked as HAProxy checks them. */
#include "test/proxy/http1/h1_check.h"

#include "proxy/http1/error_pages.h"

static const unsigned statuses[] = {200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 414,
                                    421, 422, 425, 429, 431, 500, 501, 502, 503, 504, 505};

static void test_every_page_is_a_whole_response(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(statuses); i++) {
        const struct error_page *page = error_page_find(statuses[i]);
        assert_non_null(page);
        struct http_msg m;
        struct h1_parser p;
        h1_response_init(&p, &m, HTTP_METHOD_GET, 0);
        assert_int_equal(h1_head_parse(&p, page->bytes, page->len), H1_DONE);
        assert_int_equal(m.status, statuses[i]);
        assert_int_equal(page->status, statuses[i]);
        assert_int_equal(m.head_bytes, page->head_len);
        assert_int_equal(m.body, HTTP_BODY_LENGTH);
        assert_int_equal(m.content_length, page->len - page->head_len);
        assert_int_equal((m.flags & HTTP_MSG_CONN_CLOSE) != 0, page->says_close);
    }
    assert_null(error_page_find(418));
    assert_null(error_page_find(0));
}

static void test_pages_are_haproxys(void **state)
{
    (void)state;
    assert_string_equal(
        error_page_find(400)->bytes,
        "HTTP/1.1 400 Bad request\r\nContent-length: 90\r\n"
        "Cache-Control: no-cache\r\nConnection: close\r\nContent-Type: text/html\r\n\r\n"
        "<html><body><h1>400 Bad request</h1>\n"
        "Your browser sent an invalid request.\n</body></html>\n");
    assert_string_equal(error_page_find(503)->bytes,
                        "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 107\r\n"
                        "cache-control: no-cache\r\ncontent-type: text/html\r\n\r\n"
                        "<html><body><h1>503 Service Unavailable</h1>\n"
                        "No server is available to handle this request.\n</body></html>\n");
}

static void test_reasons(void **state)
{
    (void)state;
    static const struct {
        unsigned status;
        const char *want;
    } rows[] = {
        {100, "Continue"},
        {199, "Informational"},
        {200, "OK"},
        {299, "Success"},
        {302, "Moved Temporarily"},
        {399, "Redirection"},
        {418, "I'm a teapot"},
        {498, "Client Error"},
        {504, "Gateway Time-out"},
        {599, "Server Error"},
        {600, "Other"},
        {0, "Other"},
    };
    for (size_t i = 0; i < LEN(rows); i++)
        assert_string_equal(http_status_reason(rows[i].status), rows[i].want);
}

/* What becomes of an error file; a complaint begins with '!'. */
static const struct {
    const char *name;
    const char *text;
    const char *want;
} files[] = {
    {"as people write them",
     "HTTP/1.0 503 Sorry\nCache-Control: no-cache\nConnection: close\n\n<p>\n",
     "HTTP/1.1 503 Sorry\r\nCache-Control: no-cache\r\ncontent-length: 4\r\n\r\n<p>\n"},
    {"with a length", "HTTP/1.1 503 Sorry\r\nContent-Length: 3\r\nX:y\r\n\r\nabc",
     "HTTP/1.1 503 Sorry\r\ncontent-length: 3\r\nX: y\r\n\r\nabc"},
    {"another status is nobody's business", "HTTP/1.0 200 OK\r\n\r\nhi",
     "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"},
    {"no reason and no body", "HTTP/1.1 503\r\n\r\n", "HTTP/1.1 503 \r\ncontent-length: 0\r\n\r\n"},
    {"HTTP/2.0 by mistake", "HTTP/2.0 503 X\r\n\r\na",
     "HTTP/1.1 503 X\r\ncontent-length: 1\r\n\r\na"},
    {"an empty file", "", ""},
    {"text", "hello world\n\n", "!not an HTTP response: malformed HTTP version (byte 0)"},
    {"a page without its head", "<html><body>503</body></html>\n",
     "!not an HTTP response: malformed HTTP version (byte 0)"},
    {"no empty line", "HTTP/1.0 503 Sorry\r\n", "!no empty line ends the head"},
    {"a length too small", "HTTP/1.0 503 Sorry\r\nContent-Length: 3\r\n\r\nabcd",
     "!the body has 4 bytes, not the 3 of Content-Length"},
    {"a length too large", "HTTP/1.0 503 Sorry\r\nContent-Length: 30\r\n\r\nabcd",
     "!the body has 4 bytes, not the 30 of Content-Length"},
    {"a length of 0", "HTTP/1.0 503 Sorry\r\nContent-Length: 0\r\n\r\nabcd",
     "!status 503 or its Content-Length allows no body"},
    {"chunks", "HTTP/1.1 503 Sorry\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     "!a chunked body is not supported"},
    {"an interim status", "HTTP/1.1 100 Continue\r\n\r\n", "!status 100 cannot end a request"},
    {"a body with 204", "HTTP/1.1 204 X\r\n\r\nabc",
     "!status 204 or its Content-Length allows no body"},
    {"a folded field", "HTTP/1.1 503 X\r\nX: y\r\n z\r\n\r\n",
     "!not an HTTP response: folded header field (byte 22)"},
};

static void test_error_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(files); i++) {
        char room[512];
        char complaint[ERROR_PAGE_COMPLAINT_MAX] = "!";
        struct error_page page;
        const size_t len = strlen(files[i].text);
        assert_true(error_page_room(len) <= sizeof(room));
        char text[ERROR_PAGE_COMPLAINT_MAX];
        const int64_t n =
            error_page_load(files[i].text, len, room, error_page_room(len), &page, text);
        if (n < 0) {
            strncat(complaint, text, sizeof(complaint) - 2);
            assert_string_equal(complaint, files[i].want);
            continue;
        }
        assert_int_equal(n, strlen(files[i].want));
        assert_memory_equal(room, files[i].want, n);
        assert_int_equal(page.len, n);
        assert_false(page.says_close);
        assert_true(n == 0 || memcmp(room + page.head_len - 4, "\r\n\r\n", 4) == 0);
    }
}

static void test_room_is_respected(void **state)
{
    (void)state;
    static const char text[] = "HTTP/1.0 503 Sorry\n\nabc";
    char room[64];
    char complaint[ERROR_PAGE_COMPLAINT_MAX];
    struct error_page page;
    memset(room, '#', sizeof(room));
    assert_int_equal(error_page_load(text, sizeof(text) - 1, room, 43, &page, complaint), -1);
    assert_string_equal(complaint, "the page is too large");
    assert_int_equal(room[43], '#');
    assert_int_equal(error_page_load(text, sizeof(text) - 1, room, 44, &page, complaint), 44);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_page_is_a_whole_response),
        cmocka_unit_test(test_pages_are_haproxys),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_error_files),
        cmocka_unit_test(test_room_is_respected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
