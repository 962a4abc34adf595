/* SPDX-License-Identifier: Apache-2.0 */
/* Response heads in strict mode, and how their bodies are framed for each method. RFC 9112 6.3. */
#include "test/proxy/http1/h1_check.h"

#define OK(fields) "HTTP/1.1 200 OK\r\n" fields "\r\n"
#define LINE(line) line "\r\nContent-Length: 3\r\n\r\n"
#define STATUS(line, fields) "HTTP/1.1 " line "\r\n" fields "\r\n"
#define TEN(x) x x x x x x x x x x

/* clang-format off */
static const struct h1_case start_lines[] = {
    CASE("a plain response", LINE("HTTP/1.1 200 OK"), "200 OK 1.1 length=3 keep"),
    CASE("nothing yet", "", "more"),
    CASE("not over", "HTTP/1.1 200 OK\r\n", "more"),
    CASE("the body behind", LINE("HTTP/1.1 200 OK") "abc", "200 OK 1.1 length=3 keep +3"),
    CASE("HTTP/1.0", LINE("HTTP/1.0 200 OK"), "200 OK 1.0 length=3"),
    CASE("HTTP/1.0 with keep-alive", "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 3\r\n\r\n", "200 OK 1.0 length=3 keep"),
    CASE("HTTP/1.2 is read as 1.1", LINE("HTTP/1.2 200 OK"), "200 OK 1.1 length=3 keep"),
    CASE("HTTP/2.0", LINE("HTTP/2.0 200 OK"), "400 HTTP version is not 1.0 or 1.1"),
    CASE("HTTP/0.9", LINE("HTTP/0.9 200 OK"), "400 HTTP version is not 1.0 or 1.1"),
    CASE("two digits of version", LINE("HTTP/1.10 200 OK"), "400 malformed HTTP version"),
    CASE("small letters", LINE("http/1.1 200 OK"), "400 malformed start line"),
    CASE("ICY", LINE("ICY 200 OK"), "400 malformed start line"),
    CASE("RTSP", LINE("RTSP/1.0 200 OK"), "400 malformed start line"),
    CASE("no HTTP at all", "SSH-2.0-OpenSSH\r\n", "400 malformed start line"),
    CASE("an empty line before", "\r\n" LINE("HTTP/1.1 200 OK"), "400 malformed start line"),
    CASE("bare LF before", "\n" LINE("HTTP/1.1 200 OK"), "400 malformed start line"),
    CASE("a blank before", " " LINE("HTTP/1.1 200 OK"), "400 malformed start line"),
    CASE("no reason", LINE("HTTP/1.1 200"), "200  1.1 length=3 keep"),
    CASE("no reason but its blank", LINE("HTTP/1.1 200 "), "200  1.1 length=3 keep"),
    CASE("a reason that begins with a blank", LINE("HTTP/1.1 200  OK"), "200  OK 1.1 length=3 keep"),
    CASE("a long reason", LINE("HTTP/1.1 200 It's all right, really"), "200 It's all right, really 1.1 length=3 keep"),
    CASE("UTF-8 in the reason", LINE("HTTP/1.1 200 \xc3\xa9"), "200 \xc3\xa9 1.1 length=3 keep"),
    CASE("a tab in the reason", LINE("HTTP/1.1 200 a\tb"), "200 a\tb 1.1 length=3 keep"),
    CASE("a control character in the reason", LINE("HTTP/1.1 200 a\x01"), "400 control character in the status line"),
    CASE("NUL in the reason", LINE("HTTP/1.1 200 a\0b"), "400 control character in the status line"),
    CASE("DEL in the reason", LINE("HTTP/1.1 200 \x7f"), "400 control character in the status line"),
    CASE("two blanks before the code", LINE("HTTP/1.1  200 OK"), "400 status code out of range"),
    CASE("a tab before the code", LINE("HTTP/1.1\t200 OK"), "400 malformed HTTP version"),
    CASE("a tab behind the code", LINE("HTTP/1.1 200\tOK"), "400 malformed status code"),
    CASE("no code", "HTTP/1.1 \r\n", "400 status code out of range"),
    CASE("no code, bare LF", "HTTP/1.1 \n", "400 status code out of range"),
    CASE("two digits", LINE("HTTP/1.1 20 OK"), "400 status code out of range"),
    CASE("four digits", LINE("HTTP/1.1 2000 OK"), "400 malformed status code"),
    CASE("four digits with a zero", LINE("HTTP/1.1 0200 OK"), "400 malformed status line"),
    CASE("four digits, no reason", LINE("HTTP/1.1 0200"), "400 a line does not end in CRLF, or is folded"),
    CASE("three digits overflowing", LINE("HTTP/1.1 65736 OK"), "400 malformed status code"),
    CASE("code 099", LINE("HTTP/1.1 099 OK"), "400 status code out of range"),
    CASE("code 000", LINE("HTTP/1.1 000 OK"), "400 status code out of range"),
    CASE("code 600", LINE("HTTP/1.1 600 OK"), "600 OK 1.1 length=3 keep"),
    CASE("code 999", LINE("HTTP/1.1 999 OK"), "999 OK 1.1 length=3 keep"),
    CASE("a letter in the code", LINE("HTTP/1.1 20x OK"), "400 malformed status code"),
    CASE("a sign", LINE("HTTP/1.1 -20 OK"), "400 malformed status code"),
    CASE("bare LF behind the reason", "HTTP/1.1 200 OK\nContent-Length: 3\r\n\r\n", "400 a line does not end in CRLF, or is folded"),
    CASE("bare LF behind the code", "HTTP/1.1 200\nContent-Length: 3\r\n\r\n", "400 a line does not end in CRLF, or is folded"),
    CASE("bare CR in the reason", LINE("HTTP/1.1 200 O\rK"), "400 CR without LF"),
};

static const struct h1_case fields[] = {
    CASE("until the connection closes", OK("X: y\r\n"), "200 OK 1.1 until-close"),
    CASE("keep-alive does not help without a length", OK("Connection: keep-alive\r\n"), "200 OK 1.1 until-close"),
    CASE("a length of 0", OK("Content-Length: 0\r\n"), "200 OK 1.1 keep"),
    CASE("close", OK("Content-Length: 3\r\nConnection: close\r\n"), "200 OK 1.1 length=3"),
    CASE("chunked", OK("Transfer-Encoding: chunked\r\n"), "200 OK 1.1 chunked keep"),
    CASE("chunked and a length", OK("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"), "400 both Content-Length and Transfer-Encoding"),
    CASE("chunked in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "400 Transfer-Encoding in HTTP/1.0"),
    CASE("chunked twice", OK("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), "400 several Transfer-Encoding fields"),
    CASE("gzip", OK("Transfer-Encoding: gzip\r\n"), "400 Transfer-Encoding is not \"chunked\""),
    CASE("gzip, chunked", OK("Transfer-Encoding: gzip, chunked\r\n"), "400 Transfer-Encoding is not \"chunked\""),
    CASE("identity", OK("Transfer-Encoding: identity\r\n"), "400 Transfer-Encoding is not \"chunked\""),
    CASE("the same length twice", OK("Content-Length: 3\r\nContent-Length: 3\r\n"), "200 OK 1.1 length=3 keep repeated"),
    CASE("the same length twice in a list", OK("Content-Length: 3, 3\r\n"), "200 OK 1.1 length=3 keep repeated"),
    CASE("two lengths", OK("Content-Length: 3\r\nContent-Length: 4\r\n"), "400 two different Content-Length fields"),
    CASE("two lengths in a list", OK("Content-Length: 3, 4\r\n"), "400 invalid Content-Length"),
    CASE("a length with a sign", OK("Content-Length: +3\r\n"), "400 invalid Content-Length"),
    CASE("an empty length", OK("Content-Length:\r\n"), "400 invalid Content-Length"),
    CASE("2^64 + 3", OK("Content-Length: 18446744073709551619\r\n"), "400 invalid Content-Length"),
    CASE("a blank before the colon", OK("X : y\r\n"), "400 invalid character in a header field"),
    CASE("a name that is no token", OK("X@: y\r\n"), "400 invalid character in a header field"),
    CASE("a folded line", OK("X: y\r\n z\r\n"), "400 folded header field"),
    CASE("a blank before the first name", OK(" X: y\r\n"), "400 white space before a field name"),
    CASE("a control character", OK("X: \x01\r\n"), "400 invalid character in a header field"),
    CASE("NUL", OK("X: \0\r\n"), "400 invalid character in a header field"),
    CASE("bare LF", OK("X: y\nY: z\r\n"), "400 invalid character in a header field"),
    CASE("bare CR", OK("X: y\rz\r\n"), "400 CR without LF"),
    CASE("no colon", OK("X\r\n"), "400 invalid character in a header field"),
    CASE("no name", OK(": y\r\n"), "400 a field name of no length or of too much"),
    CASE("bare LF for the empty line", "HTTP/1.1 200 OK\r\nX: y\r\n\n", "400 a line does not end in CRLF, or is folded"),
    CASE("Host is a field as any other", OK("Host: a b\r\nHost: c\r\nContent-Length: 0\r\n"), "200 OK 1.1 keep"),
    CASE("102 fields", OK(TEN(TEN("X: y\r\n")) "X: y\r\nX: y\r\n"), "431 too many header fields"),
};

static const struct h1_case bodiless[] = {
    CASE("204", STATUS("204 No Content", ""), "204 No Content 1.1 keep"),
    CASE("204 with a length", STATUS("204 No Content", "Content-Length: 3\r\n"), "204 No Content 1.1 keep"),
    CASE("204 in chunks", STATUS("204 No Content", "Transfer-Encoding: chunked\r\n"), "204 No Content 1.1 keep"),
    CASE("304 with a length", STATUS("304 Not Modified", "Content-Length: 3\r\n"), "304 Not Modified 1.1 keep"),
    CASE("304 in chunks", STATUS("304 Not Modified", "Transfer-Encoding: chunked\r\n"), "304 Not Modified 1.1 keep"),
    CASE("304 with two lengths", STATUS("304 Not Modified", "Content-Length: 3\r\nContent-Length: 4\r\n"), "400 two different Content-Length fields"),
    CASE("205 has a body", STATUS("205 Reset Content", ""), "205 Reset Content 1.1 until-close"),
    CASE("100", STATUS("100 Continue", "") "HTTP/1.1", "100 Continue 1.1 keep +8"),
    CASE("100 with a length", STATUS("100 Continue", "Content-Length: 3\r\n"), "100 Continue 1.1 keep"),
    CASE("103", STATUS("103 Early Hints", "Link: </a>\r\n"), "103 Early Hints 1.1 keep"),
    CASE("101", STATUS("101 Switching Protocols", "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n"), "101 Switching Protocols 1.1 keep upgrade websocket"),
    CASE("101 of a WebSocket without its key", STATUS("101 Switching Protocols", "Connection: upgrade\r\nUpgrade: websocket\r\n"), "502 a WebSocket handshake without Sec-WebSocket-Accept"),
    CASE("101 in chunks", STATUS("101 Switching Protocols", "Transfer-Encoding: chunked\r\n"), "101 Switching Protocols 1.1 keep"),
};

static const struct h1_case to_head[] = {
    CASE("no body", OK("Content-Length: 3\r\n"), "200 OK 1.1 keep"),
    CASE("no body in chunks", OK("Transfer-Encoding: chunked\r\n"), "200 OK 1.1 keep"),
    CASE("no body until the end", OK(""), "200 OK 1.1 keep"),
    CASE("both", OK("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"), "400 both Content-Length and Transfer-Encoding"),
    CASE("404", STATUS("404 Not Found", "Content-Length: 3\r\n"), "404 Not Found 1.1 keep"),
};

static const struct h1_case to_connect[] = {
    CASE("a tunnel", OK(""), "200 OK 1.1 keep"),
    CASE("a tunnel with a length", OK("Content-Length: 3\r\n"), "200 OK 1.1 keep"),
    CASE("a tunnel in chunks", OK("Transfer-Encoding: chunked\r\n"), "200 OK 1.1 keep"),
    CASE("no tunnel", STATUS("403 Forbidden", "Content-Length: 3\r\n"), "403 Forbidden 1.1 length=3 keep"),
    CASE("no tunnel until the end", STATUS("302 Found", ""), "302 Found 1.1 until-close"),
};
/* clang-format on */

static void begin_get(struct h1_parser *p, struct http_msg *msg)
{
    h1_response_init(p, msg, HTTP_METHOD_GET, 0);
}

static void begin_head(struct h1_parser *p, struct http_msg *msg)
{
    h1_response_init(p, msg, HTTP_METHOD_HEAD, 0);
}

static void begin_connect(struct h1_parser *p, struct http_msg *msg)
{
    h1_response_init(p, msg, HTTP_METHOD_CONNECT, 0);
}

static void test_start_lines(void **state)
{
    (void)state;
    h1_cases_check(begin_get, start_lines, LEN(start_lines));
}

static void test_fields(void **state)
{
    (void)state;
    h1_cases_check(begin_get, fields, LEN(fields));
}

static void test_bodiless(void **state)
{
    (void)state;
    h1_cases_check(begin_get, bodiless, LEN(bodiless));
}

static void test_to_head(void **state)
{
    (void)state;
    h1_cases_check(begin_head, to_head, LEN(to_head));
}

static void test_to_connect(void **state)
{
    (void)state;
    h1_cases_check(begin_connect, to_connect, LEN(to_connect));
}

static void test_framing_fields_are_dropped_where_they_lie(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum http_method method;
        bool dropped;
    } rows[] = {
        {STATUS("204 X", "Content-Length: 3\r\n"), HTTP_METHOD_GET, true},
        {STATUS("103 X", "Transfer-Encoding: chunked\r\n"), HTTP_METHOD_GET, true},
        {STATUS("200 X", "Content-Length: 3\r\n"), HTTP_METHOD_CONNECT, true},
        {STATUS("304 X", "Content-Length: 3\r\n"), HTTP_METHOD_GET, false},
        {STATUS("200 X", "Content-Length: 3\r\n"), HTTP_METHOD_HEAD, false},
        {STATUS("200 X", "Content-Length: 3\r\n"), HTTP_METHOD_GET, false},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct http_msg m;
        struct h1_parser p;
        h1_response_init(&p, &m, rows[i].method, 0);
        assert_int_equal(h1_head_parse(&p, rows[i].text, strlen(rows[i].text)), H1_DONE);
        assert_int_equal((m.headers[0].flags & HTTP_HEADER_DROP) != 0, rows[i].dropped);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start_lines),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_bodiless),
        cmocka_unit_test(test_to_head),
        cmocka_unit_test(test_to_connect),
        cmocka_unit_test(test_framing_fields_are_dropped_where_they_lie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
