/* SPDX-License-Identifier: Apache-2.0 */
/* What the accept-invalid options let through, as HAProxy 2.6 does, and what stays refused. */
#include "test/proxy/http1/h1_check.h"

#define GET(fields) "GET / HTTP/1.1\r\nHost: a\r\n" fields "\r\n"
#define POST(fields) "POST / HTTP/1.1\r\nHost: a\r\n" fields "\r\n"
#define LINE(line) line "\r\nHost: a\r\n\r\n"
#define OK(fields) "HTTP/1.1 200 OK\r\n" fields "\r\n"
#define TEN(x) x x x x x x x x x x

/* clang-format off */
static const struct h1_case requests[] = {
    CASE("a good request", GET("X: y\r\n"), "GET / 1.1 keep"),
    CASE("a good body", POST("Content-Length: 5\r\n"), "POST / 1.1 length=5 keep"),
    CASE("good chunks", POST("Transfer-Encoding: chunked\r\n"), "POST / 1.1 chunked keep"),
    CASE("no head yet", "GET / HTTP/1.1\r\nHost: a\r\n", "more"),
    CASE("bytes behind", GET("") "abc", "GET / 1.1 keep +3"),
    CASE("empty lines before", "\r\n\n\r\n" GET(""), "GET / 1.1 keep"),
    CASE("blanks in the start line", LINE("GET \t /  HTTP/1.1"), "GET / 1.1 keep"),
    CASE("bare LF everywhere", "GET / HTTP/1.1\nHost: a\nX:\n\n", "GET / 1.1 keep"),
    CASE("HTTP/0.9", "GET /\r\nHost: a\r\n\r\n", "GET / 1.0 odd-version +11"),
    CASE("HTTP/0.9 is for GET", "POST /\r\n\r\n", "400 malformed HTTP version"),
    CASE("HTTP/0.9 by name", LINE("GET / HTTP/0.9"), "GET / 1.0 odd-version"),
    CASE("two digits of version", LINE("GET / HTTP/1.10"), "GET / 1.0 odd-version"),
    CASE("RTSP", LINE("GET / RTSP/1.0"), "GET / 1.0 odd-version"),
    CASE("HTTP/2.0", LINE("GET / HTTP/2.0"), "GET / 1.1 keep"),
    CASE("small letters", LINE("GET / http/1.1"), "400 malformed HTTP version"),
    CASE("a blank behind the version", LINE("GET / HTTP/1.1 "), "400 malformed HTTP version"),
    CASE("a letter for a version", LINE("GET / HTTP/1.x"), "400 malformed HTTP version"),
    CASE("no minor version", LINE("GET / HTTP/1."), "400 malformed HTTP version"),
    CASE("no token for a method", LINE("G@T / HTTP/1.1"), "400 malformed method"),
    CASE("a fragment", LINE("GET /a#b HTTP/1.1"), "GET /a#b 1.1 keep"),
    CASE("bytes from 0x7f on in the target", LINE("GET /\x7f\x80\xff HTTP/1.1"), "GET /\x7f\x80\xff 1.1 keep"),
    CASE("a control character in the target", LINE("GET /\x01 HTTP/1.1"), "400 malformed target"),
    CASE("NUL in the target", LINE("GET /\0 HTTP/1.1"), "400 malformed target"),
    CASE("any target", LINE("GET a:80 HTTP/1.1"), "GET a:80 1.1 keep"),
    CASE("CONNECT to a path", LINE("CONNECT / HTTP/1.1"), "CONNECT / 1.1 keep"),
    CASE("no Host", "GET / HTTP/1.1\r\n\r\n", "GET / 1.1 keep"),
    CASE("any Host", "GET / HTTP/1.1\r\nHost: u@a b/c\r\n\r\n", "GET / 1.1 keep"),
    CASE("Host and target differ", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://b/ 1.1 keep"),
    CASE("the same Host twice", GET("Host: A\r\n"), "GET / 1.1 keep"),
    CASE("two Hosts", GET("Host: b\r\n"), "400 two different Host fields"),
    CASE("any character in a name", GET("X@(y)\x01\x80 z: a\r\n"), "GET / 1.1 keep"),
    CASE("NUL in a name", GET("X\0: a\r\n"), "GET / 1.1 keep"),
    CASE("a blank before the colon", GET("X : a\r\n"), "GET / 1.1 keep"),
    CASE("a blank behind a framing field's name", POST("Content-Length : 5\r\n"), "400 an invalid name close to a framing field's"),
    CASE("a control character behind it", POST("Transfer-Encoding\x0b: chunked\r\n"), "400 an invalid name close to a framing field's"),
    CASE("NUL before it", POST("\0Host: b\r\n"), "400 an invalid name close to a framing field's"),
    CASE("control characters in a value", GET("X: a\0b\x01\x7f\r\n"), "GET / 1.1 keep"),
    CASE("a long value", GET("X: " TEN(TEN(TEN("y"))) "\x01\r\n"), "GET / 1.1 keep"),
    CASE("bare CR in a value", GET("X: a\rb\r\n"), "400 CR without LF"),
    CASE("bare CR behind a value", GET("X: a\r\r\n"), "400 CR without LF"),
    CASE("a folded line", GET("X: y\r\n z\r\n"), "400 folded header field"),
    CASE("no name", GET(": y\r\n"), "400 a header field without a name"),
    CASE("no colon", GET("X\r\n"), "400 a header field without a name"),
    CASE("102 fields", GET(TEN(TEN("X: y\r\n")) "X: y\r\n"), "431 too many header fields"),
    CASE("length and coding", POST("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"), "POST / 1.1 chunked"),
    CASE("different lengths and a coding", POST("Content-Length: 3\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n"), "400 two different Content-Length fields"),
    CASE("two lengths", POST("Content-Length: 3\r\nContent-Length: 4\r\n"), "400 two different Content-Length fields"),
    CASE("a length with NUL", POST("Content-Length: 3\0\r\n"), "400 invalid Content-Length"),
    CASE("a coding with a control character", POST("Transfer-Encoding: chunked\x0b\r\n"), "400 Transfer-Encoding is not \"chunked\""),
    CASE("a coding in another protocol", "POST / RTSP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "400 Transfer-Encoding in HTTP/1.0"),
};

static const struct h1_case responses[] = {
    CASE("a good response", OK("Content-Length: 3\r\n") "abc", "200 OK 1.1 length=3 keep +3"),
    CASE("bare LF", "HTTP/1.1 200 OK\nContent-Length: 3\n\n", "200 OK 1.1 length=3 keep"),
    CASE("an empty line before", "\r\n" OK("Content-Length: 3\r\n"), "200 OK 1.1 length=3 keep"),
    CASE("two digits of version", "HTTP/1.10 200 OK\r\n\r\n", "200 OK 1.0 until-close odd-version"),
    CASE("ICY", "ICY 200 OK\r\n\r\n", "200 OK 1.0 until-close odd-version"),
    CASE("tabs", "HTTP/1.1\t200\tOK\r\n\r\n", "200 OK 1.1 until-close"),
    CASE("no reason", "HTTP/1.1 204\r\n\r\n", "204  1.1 keep"),
    CASE("any character in the reason", "HTTP/1.1 204 a\x01\x80\r\n\r\n", "204 a\x01\x80 1.1 keep"),
    CASE("any character in a name", OK("X y@: z\r\n"), "200 OK 1.1 until-close"),
    CASE("a code of two digits", "HTTP/1.1 20 OK\r\n\r\n", "400 malformed status code"),
    CASE("a code of four digits", "HTTP/1.1 2000 OK\r\n\r\n", "400 malformed status code"),
    CASE("a code of letters", "HTTP/1.1 20x OK\r\n\r\n", "400 malformed status code"),
    CASE("a code below 100", "HTTP/1.1 099 OK\r\n\r\n", "400 malformed status code"),
    CASE("a version in small letters", "http/1.1 200 OK\r\n\r\n", "400 malformed HTTP version"),
    CASE("a folded line", OK("X: y\r\n z\r\n"), "400 folded header field"),
    CASE("two lengths", OK("Content-Length: 3\r\nContent-Length: 4\r\n"), "400 two different Content-Length fields"),
    CASE("length and coding", OK("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"), "200 OK 1.1 chunked"),
    CASE("another coding", OK("Transfer-Encoding: gzip\r\n"), "400 Transfer-Encoding is not \"chunked\""),
};
/* clang-format on */

static void begin_request(struct h1_parser *p, struct http_msg *msg)
{
    h1_request_init(p, msg, H1_LENIENT);
}

static void begin_response(struct h1_parser *p, struct http_msg *msg)
{
    h1_response_init(p, msg, HTTP_METHOD_GET, H1_LENIENT);
}

static void begin_relaxed(struct h1_parser *p, struct http_msg *msg)
{
    h1_response_init(p, msg, HTTP_METHOD_GET, H1_RELAXED);
}

static void test_requests(void **state)
{
    (void)state;
    h1_cases_check(begin_request, requests, LEN(requests));
}

static void test_responses(void **state)
{
    (void)state;
    h1_cases_check(begin_response, responses, LEN(responses));
}

static void test_who_only_looks_takes_no_odd_names(void **state)
{
    (void)state;
    static const struct h1_case relaxed[] = {
        CASE("lines of a shell", "HTTP/1.1 200 OK\r\n\nA: b\r\n\n", "200 OK 1.1 until-close +7"),
        CASE("blanks and control characters", "HTTP/1.1  200 OK\nA: \x01\n\n",
             "200 OK 1.1 until-close"),
        CASE("an odd name", OK("A b: c\r\n"), "400 invalid character in a header field"),
        CASE("half a WebSocket handshake",
             "HTTP/1.1 101 Up\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
             "101 Up 1.1 keep upgrade websocket"),
        CASE("a bare name for a version", "ICY 200 OK\r\n\r\n", "400 malformed HTTP version"),
    };
    h1_cases_check(begin_relaxed, relaxed, LEN(relaxed));
}

static void test_odd_names_have_no_id(void **state)
{
    (void)state;
    /* 0x0d and '-' differ in the bit that tells upper from lower case, and so do 0x12 and '2' */
    static const char text[] =
        "GET / HTTP/1.1\r\nHost: a\r\nhttp\x12-settings: b\r\nX y: \x01 \r\n\r\n";
    struct http_msg m;
    struct h1_parser p;
    h1_request_init(&p, &m, H1_LENIENT);
    assert_int_equal(h1_head_parse(&p, text, sizeof(text) - 1), H1_DONE);
    assert_int_equal(m.header_count, 3);
    assert_int_equal(m.headers[0].id, HTTP_HDR_HOST);
    assert_int_equal(m.headers[1].id, HTTP_HDR_OTHER);
    assert_int_equal(m.headers[2].name_len, 3);
    assert_int_equal(m.headers[2].value_len, 1);
    assert_int_equal(text[m.headers[2].value_off], 1);
}

static void test_a_repeated_host_is_dropped(void **state)
{
    (void)state;
    struct http_msg m;
    struct h1_parser p;
    h1_request_init(&p, &m, H1_LENIENT);
    assert_int_equal(h1_head_parse(&p, GET("Host: a\r\n"), sizeof(GET("Host: a\r\n")) - 1),
                     H1_DONE);
    assert_int_equal(m.headers[0].flags, 0);
    assert_int_equal(m.headers[1].flags, HTTP_HEADER_DROP);
    assert_int_equal(h1_too_large(&p).status, 431);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_responses),
        cmocka_unit_test(test_who_only_looks_takes_no_odd_names),
        cmocka_unit_test(test_odd_names_have_no_id),
        cmocka_unit_test(test_a_repeated_host_is_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
