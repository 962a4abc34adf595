/* SPDX-License-Identifier: Apache-2.0 */
/* Request heads in strict mode: what passes, and what is refused with which answer. RFC 9112. */
#include "test/proxy/http1/h1_check.h"

#include <stdio.h>

#define HOST "Host: a\r\n"
#define GET(fields) "GET / HTTP/1.1\r\nHost: a\r\n" fields "\r\n"
#define POST(fields) "POST / HTTP/1.1\r\nHost: a\r\n" fields "\r\n"
#define LINE(line) line "\r\nHost: a\r\n\r\n"
#define TARGET(target) "GET " target " HTTP/1.1\r\nHost: a\r\n\r\n"
#define HOSTED(host) "GET / HTTP/1.1\r\nHost: " host "\r\n\r\n"
#define ABSOLUTE(target, host) "GET " target " HTTP/1.1\r\nHost: " host "\r\n\r\n"
#define CONNECT(target, host) "CONNECT " target " HTTP/1.1\r\nHost: " host "\r\n\r\n"

#define TEN(x) x x x x x x x x x x

/* clang-format off */
static const struct h1_case start_lines[] = {
    CASE("a plain request", GET(""), "GET / 1.1 keep"),
    CASE("nothing yet", "", "more"),
    CASE("the head is not over", "GET / HTTP/1.1\r\nHost: a\r\n", "more"),
    CASE("bytes behind the head are left", GET("") "GET /b", "GET / 1.1 keep +6"),
    CASE("HTTP/1.0 closes", "GET / HTTP/1.0\r\n\r\n", "GET / 1.0"),
    CASE("HTTP/1.0 with keep-alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET / 1.0 keep"),
    CASE("HTTP/1.2 is read as 1.1", LINE("GET / HTTP/1.2"), "GET / 1.1 keep"),
    CASE("HTTP/1.9 is read as 1.1", LINE("GET / HTTP/1.9"), "GET / 1.1 keep"),
    CASE("HTTP/2.0", LINE("GET / HTTP/2.0"), "400 HTTP version is not 1.0 or 1.1"),
    CASE("HTTP/3.1", LINE("GET / HTTP/3.1"), "400 HTTP version is not 1.0 or 1.1"),
    CASE("HTTP/0.9", LINE("GET / HTTP/0.9"), "400 HTTP version is not 1.0 or 1.1"),
    CASE("HTTP/0.9 without its name", LINE("GET /"), "400 no HTTP version"),
    CASE("HTTP/0.9 and nothing else", "GET /\r\n\r\n", "400 no HTTP version"),
    CASE("two digits of minor version", LINE("GET / HTTP/1.10"), "400 malformed HTTP version"),
    CASE("two digits of major version", LINE("GET / HTTP/11.0"), "400 malformed HTTP version"),
    CASE("no minor version", LINE("GET / HTTP/1"), "400 malformed HTTP version"),
    CASE("a letter for a version", LINE("GET / HTTP/1.x"), "400 malformed HTTP version"),
    CASE("a version in small letters", LINE("GET / http/1.1"), "400 malformed start line"),
    CASE("another protocol", LINE("GET / RTSP/1.0"), "400 malformed start line"),
    CASE("ICE is not HTTP", LINE("SOURCE / ICE/1.0"), "400 malformed start line"),
    CASE("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400 HTTP version is not 1.0 or 1.1"),
    CASE("PRI in HTTP/1.1", LINE("PRI * HTTP/1.1"), "400 the method has no target of this form"),
    CASE("a TLS hello", "\x16\x03\x01\x02\x00\x01", "400 invalid character in the method"),
    CASE("two spaces before the target", LINE("GET  / HTTP/1.1"), "400 more than one space before the target"),
    CASE("two spaces before the version", LINE("GET /  HTTP/1.1"), "400 malformed start line"),
    CASE("a tab before the target", LINE("GET\t/ HTTP/1.1"), "400 invalid character in the method"),
    CASE("a tab before the version", LINE("GET /\tHTTP/1.1"), "400 invalid character in the request target"),
    CASE("a space behind the version", LINE("GET / HTTP/1.1 "), "400 malformed HTTP version"),
    CASE("a space before the method", LINE(" GET / HTTP/1.1"), "400 invalid character in the method"),
    CASE("an empty line before", "\r\n" GET(""), "GET / 1.1 keep"),
    CASE("three empty lines before", "\r\n\r\n\r\n" GET(""), "GET / 1.1 keep"),
    CASE("bare LF before", "\n" GET(""), "400 bare CR or LF before the request line"),
    CASE("bare CR before", "\r" GET(""), "400 bare CR or LF before the request line"),
    CASE("bare LF behind an empty line", "\r\n\n" GET(""), "400 bare CR or LF before the request line"),
    CASE("half an empty line", "\r", "more"),
    CASE("bare LF ends the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", "400 a line does not end in CRLF, or is folded"),
    CASE("bare CR ends the request line", "GET / HTTP/1.1\rHost: a\r\n\r\n", "400 malformed HTTP version"),
    CASE("CR CR LF ends the request line", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", "400 malformed HTTP version"),
    CASE("NUL in the version", "GET / HTTP/1.\0\r\n\r\n", "400 malformed HTTP version"),
};

static const struct h1_case methods[] = {
    CASE("HEAD", LINE("HEAD / HTTP/1.1"), "HEAD / 1.1 keep"),
    CASE("PATCH", LINE("PATCH / HTTP/1.1"), "PATCH / 1.1 keep"),
    CASE("TRACE", LINE("TRACE / HTTP/1.1"), "TRACE / 1.1 keep"),
    CASE("DELETE with a body", "DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n", "DELETE / 1.1 length=1 keep"),
    CASE("a method nobody knows", LINE("FOO / HTTP/1.1"), "FOO / 1.1 keep"),
    CASE("a method of one letter", LINE("X / HTTP/1.1"), "X / 1.1 keep"),
    CASE("small letters are another method", LINE("get / HTTP/1.1"), "get / 1.1 keep"),
    CASE("the beginning of a known method", LINE("GETS / HTTP/1.1"), "GETS / 1.1 keep"),
    CASE("a method of llhttp's other protocols", LINE("PLAY / HTTP/1.1"), "PLAY / 1.1 keep"),
    CASE("M-SEARCH", LINE("M-SEARCH * HTTP/1.1"), "400 the method has no target of this form"),
    CASE("all characters of a token", LINE("!#$%&'*+-.^_`|~09az / HTTP/1.1"), "!#$%&'*+-.^_`|~09az / 1.1 keep"),
    CASE("not a token", LINE("G@T / HTTP/1.1"), "400 invalid character in the method"),
    CASE("a quoted method", LINE("\"G\" / HTTP/1.1"), "400 invalid character in the method"),
    CASE("a colon in the method", LINE("GET: / HTTP/1.1"), "400 invalid character in the method"),
    CASE("NUL in the method", "G\0T / HTTP/1.1\r\n", "400 invalid character in the method"),
    CASE("0x80 in the method", "G\x80T / HTTP/1.1\r\n", "400 invalid character in the method"),
    CASE("no method", LINE("/ HTTP/1.1"), "400 invalid character in the method"),
    CASE("a method of 300 letters", TEN(TEN("XXX")) " / HTTP/1.1\r\n", "400 the method is too long"),
};

static const struct h1_case targets[] = {
    CASE("a path and a query", TARGET("/a/b?c=d&e"), "GET /a/b?c=d&e 1.1 keep"),
    CASE("two slashes", TARGET("//a"), "GET //a 1.1 keep"),
    CASE("percent signs are not judged", TARGET("/%zz%"), "GET /%zz% 1.1 keep"),
    CASE("characters RFC 3986 does not allow, HAProxy does", TARGET("/\"<>\\^`{|}"), "GET /\"<>\\^`{|} 1.1 keep"),
    CASE("dots", TARGET("/../.."), "GET /../.. 1.1 keep"),
    CASE("a fragment", TARGET("/a#b"), "400 fragment in the target"),
    CASE("a fragment of nothing", TARGET("/#"), "400 fragment in the target"),
    CASE("a space", TARGET("/a b"), "400 malformed start line"),
    CASE("NUL", TARGET("/a\0b"), "400 invalid character in the request target"),
    CASE("control A", TARGET("/a\x01""b"), "400 invalid character in the request target"),
    CASE("a tab", TARGET("/a\tb"), "400 invalid character in the request target"),
    CASE("a form feed", TARGET("/a\fb"), "400 invalid character in the request target"),
    CASE("DEL", TARGET("/a\x7f""b"), "400 invalid character in the request target"),
    CASE("0x80", TARGET("/a\x80""b"), "400 invalid character in the request target"),
    CASE("UTF-8", TARGET("/\xc3\xa9"), "400 invalid character in the request target"),
    CASE("0xff", TARGET("/\xff"), "400 invalid character in the request target"),
    CASE("CR", TARGET("/a\rb"), "400 invalid character in the request target"),
    CASE("LF", TARGET("/a\nb:"), "400 no HTTP version"),
    CASE("no slash", TARGET("a"), "400 invalid character in the request target"),
    CASE("a host and a port", TARGET("a:80"), "400 invalid character in the request target"),
    CASE("a question mark alone", TARGET("?a"), "400 invalid character in the request target"),
    CASE("* for GET", TARGET("*"), "400 the method has no target of this form"),
    CASE("* for OPTIONS", LINE("OPTIONS * HTTP/1.1"), "OPTIONS * 1.1 keep"),
    CASE("more than *", LINE("OPTIONS *a HTTP/1.1"), "400 the method has no target of this form"),
    CASE("a path for OPTIONS", LINE("OPTIONS /a HTTP/1.1"), "OPTIONS /a 1.1 keep"),
    CASE("absolute form", ABSOLUTE("http://a/b", "a"), "GET http://a/b 1.1 keep"),
    CASE("absolute form without a path", ABSOLUTE("http://a", "a"), "GET http://a 1.1 keep"),
    CASE("absolute form with a query only", ABSOLUTE("http://a?b", "a"), "GET http://a?b 1.1 keep"),
    CASE("the case of names does not count", ABSOLUTE("HTTP://A/b", "a"), "GET HTTP://A/b 1.1 keep"),
    CASE("the default port is none", ABSOLUTE("http://a:80/", "a"), "GET http://a:80/ 1.1 keep"),
    CASE("the default port of https", ABSOLUTE("https://a/", "a:443"), "GET https://a/ 1.1 keep"),
    CASE("the other scheme's port", ABSOLUTE("http://a:443/", "a"), "400 Host and target name different authorities"),
    CASE("the same port", ABSOLUTE("http://a:81/", "a:81"), "GET http://a:81/ 1.1 keep"),
    CASE("different ports", ABSOLUTE("http://a:81/", "a:82"), "400 Host and target name different authorities"),
    CASE("different hosts", ABSOLUTE("http://b/", "a"), "400 Host and target name different authorities"),
    CASE("one host begins as the other", ABSOLUTE("http://ab/", "a"), "400 Host and target name different authorities"),
    CASE("absolute form and an empty Host", ABSOLUTE("http://a/", ""), "400 Host and target name different authorities"),
    CASE("absolute form in HTTP/1.0", "GET http://b/ HTTP/1.0\r\n\r\n", "GET http://b/ 1.0"),
    CASE("different hosts in HTTP/1.0", "GET http://b/ HTTP/1.0\r\nHost: a\r\n\r\n", "400 Host and target name different authorities"),
    CASE("absolute form without Host", "GET http://b/ HTTP/1.1\r\n\r\n", "400 no Host in HTTP/1.1"),
    CASE("userinfo", ABSOLUTE("http://u@a/", "a"), "400 invalid authority in the target"),
    CASE("no authority", ABSOLUTE("http:///b", "a"), "400 the target lacks a host or a port"),
    CASE("an authority of a port only", ABSOLUTE("http://:80/", "a"), "400 invalid authority in the target"),
    CASE("a port too large", ABSOLUTE("http://a:65536/", "a"), "400 invalid authority in the target"),
    CASE("another scheme", ABSOLUTE("ftp://a/", "a"), "400 the method has no target of this form"),
    CASE("an IPv6 address", ABSOLUTE("http://[::1]:80/", "[::1]"), "GET http://[::1]:80/ 1.1 keep"),
    CASE("a broken IPv6 address", ABSOLUTE("http://[::1/", "[::1]"), "400 invalid authority in the target"),
};

static const struct h1_case tunnels[] = {
    CASE("CONNECT", CONNECT("a:80", "a:80"), "CONNECT a:80 1.1 keep"),
    CASE("CONNECT to 443, Host without", CONNECT("a:443", "a"), "CONNECT a:443 1.1 keep"),
    CASE("CONNECT to an address", CONNECT("[::1]:80", "[::1]:80"), "CONNECT [::1]:80 1.1 keep"),
    CASE("CONNECT to another port, Host without", CONNECT("a:25", "a"), "400 Host and target name different authorities"),
    CASE("CONNECT to another host", CONNECT("a:80", "b:80"), "400 Host and target name different authorities"),
    CASE("CONNECT without a port", CONNECT("a", "a"), "400 the target lacks a host or a port"),
    CASE("CONNECT with half a port", CONNECT("a:", "a"), "400 the target lacks a host or a port"),
    CASE("CONNECT to port 0", CONNECT("a:0", "a:0"), "400 the target lacks a host or a port"),
    CASE("CONNECT to a path", CONNECT("/a", "a"), "400 the method has no target of this form"),
    CASE("CONNECT to a URL", CONNECT("http://a:80/", "a:80"), "400 invalid authority in the target"),
    CASE("CONNECT with a length", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\nContent-Length: 3\r\n\r\n", "400 CONNECT with a body"),
    CASE("CONNECT with a length of 0", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\nContent-Length: 0\r\n\r\n", "CONNECT a:80 1.1 keep"),
    CASE("CONNECT in chunks", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\nTransfer-Encoding: chunked\r\n\r\n", "400 CONNECT with a body"),
};

static const struct h1_case hosts[] = {
    CASE("no Host", "GET / HTTP/1.1\r\n\r\n", "400 no Host in HTTP/1.1"),
    CASE("no Host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "GET / 1.0"),
    CASE("an empty Host", HOSTED(""), "GET / 1.1 keep"),
    CASE("an empty Host without a space", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / 1.1 keep"),
    CASE("the same Host twice", HOSTED("a\r\nHost: a"), "400 several Host fields"),
    CASE("two Hosts", HOSTED("a\r\nhost: b"), "400 several Host fields"),
    CASE("two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "400 several Host fields"),
    CASE("a port", HOSTED("a:8080"), "GET / 1.1 keep"),
    CASE("an empty port", HOSTED("a:"), "GET / 1.1 keep"),
    CASE("port 65535", HOSTED("a:65535"), "GET / 1.1 keep"),
    CASE("port 65536", HOSTED("a:65536"), "400 invalid Host"),
    CASE("a port of letters", HOSTED("a:x"), "400 invalid Host"),
    CASE("a port with a sign", HOSTED("a:+80"), "400 invalid Host"),
    CASE("a blank before the port", HOSTED("a: 80"), "400 invalid Host"),
    CASE("two ports", HOSTED("a:80:80"), "400 invalid Host"),
    CASE("a port only", HOSTED(":80"), "400 invalid Host"),
    CASE("a name with dots, hyphen, underscore", HOSTED("a-b.c_d.example."), "GET / 1.1 keep"),
    CASE("an IPv4 address", HOSTED("127.0.0.1:80"), "GET / 1.1 keep"),
    CASE("an IPv6 address", HOSTED("[fe80::1]:80"), "GET / 1.1 keep"),
    CASE("an IPv6 address not closed", HOSTED("[fe80::1"), "400 invalid Host"),
    CASE("letters behind an IPv6 address", HOSTED("[::1]x"), "400 invalid Host"),
    CASE("nothing between brackets", HOSTED("[]"), "400 invalid Host"),
    CASE("not an address between brackets", HOSTED("[xyz]"), "400 invalid Host"),
    CASE("percent encoding", HOSTED("a%41"), "GET / 1.1 keep"),
    CASE("bad percent encoding", HOSTED("a%4"), "400 invalid Host"),
    CASE("userinfo", HOSTED("u@a"), "400 invalid Host"),
    CASE("a blank", HOSTED("a b"), "400 invalid Host"),
    CASE("a comma", HOSTED("a,b"), "400 invalid Host"),
    CASE("a path", HOSTED("a/b"), "400 invalid Host"),
    CASE("a backslash", HOSTED("a\\b"), "400 invalid Host"),
    CASE("a query", HOSTED("a?b"), "400 invalid Host"),
    CASE("a fragment", HOSTED("a#b"), "400 invalid Host"),
    CASE("a quotation mark", HOSTED("a\"b"), "400 invalid Host"),
    CASE("an angle bracket", HOSTED("a<b"), "400 invalid Host"),
    CASE("UTF-8", HOSTED("\xc3\xa9"), "400 invalid Host"),
};

static const struct h1_case fields[] = {
    CASE("no blank behind the colon", GET("X:y\r\n"), "GET / 1.1 keep"),
    CASE("no value", GET("X:\r\nY: z\r\n"), "GET / 1.1 keep"),
    CASE("a value of blanks", GET("X: \t \r\n"), "GET / 1.1 keep"),
    CASE("blanks around a value", GET("X: \t y \t\r\n"), "GET / 1.1 keep"),
    CASE("a value with bytes from 0x80 on", GET("X: \x80\xff\r\n"), "GET / 1.1 keep"),
    CASE("a tab within a value", GET("X: a\tb\r\n"), "GET / 1.1 keep"),
    CASE("all characters of a name", GET("!#$%&'*+-.^_`|~09AZaz: y\r\n"), "GET / 1.1 keep"),
    CASE("a blank before the colon", GET("X : y\r\n"), "400 invalid character in a header field"),
    CASE("a tab before the colon", GET("X\t: y\r\n"), "400 invalid character in a header field"),
    CASE("a blank before a framing field's colon", POST("Content-Length : 3\r\n"), "400 invalid character in a header field"),
    CASE("a blank before the first name", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "400 white space before a field name"),
    CASE("a tab before the first name", "GET / HTTP/1.1\r\n\tHost: a\r\n\r\n", "400 invalid character in a header field"),
    CASE("a folded line", GET("X: y\r\n z\r\n"), "400 folded header field"),
    CASE("a line folded with a tab", GET("X: y\r\n\tz\r\n"), "400 folded header field"),
    CASE("a folded line with no value before", GET("X:\r\n z\r\n"), "400 folded header field"),
    CASE("a folded line of blanks", GET("X: y\r\n  \r\n"), "400 folded header field"),
    CASE("a folded length", POST("Content-Length:\r\n 3\r\n"), "400 folded header field"),
    CASE("a folded coding", POST("Transfer-Encoding:\r\n chunked\r\n"), "400 folded header field"),
    CASE("no name", GET(": y\r\n"), "400 a field name of no length or of too much"),
    CASE("no colon", GET("X\r\n"), "400 invalid character in a header field"),
    CASE("a name cut in two", GET("X\r\n y: z\r\n"), "400 invalid character in a header field"),
    CASE("a blank in a name", GET("X y: z\r\n"), "400 invalid character in a header field"),
    CASE("NUL in a name", GET("X\0: z\r\n"), "400 invalid character in a header field"),
    CASE("a control character in a name", GET("X\x01: z\r\n"), "400 invalid character in a header field"),
    CASE("DEL in a name", GET("X\x7f: z\r\n"), "400 invalid character in a header field"),
    CASE("0x80 in a name", GET("X\x80: z\r\n"), "400 invalid character in a header field"),
    CASE("an at sign in a name", GET("X@: z\r\n"), "400 invalid character in a header field"),
    CASE("a parenthesis in a name", GET("X(: z\r\n"), "400 invalid character in a header field"),
    CASE("a slash in a name", GET("X/: z\r\n"), "400 invalid character in a header field"),
    CASE("an equals sign in a name", GET("X=: z\r\n"), "400 invalid character in a header field"),
    CASE("a quotation mark in a name", GET("\"X\": z\r\n"), "400 invalid character in a header field"),
    CASE("braces in a name", GET("X{}: z\r\n"), "400 invalid character in a header field"),
    CASE("NUL in a value", GET("X: a\0b\r\n"), "400 invalid character in a header field"),
    CASE("a control character in a value", GET("X: a\x01""b\r\n"), "400 invalid character in a header field"),
    CASE("a vertical tab in a value", GET("X: \x0b\r\n"), "400 invalid character in a header field"),
    CASE("ESC in a value", GET("X: \x1b[m\r\n"), "400 invalid character in a header field"),
    CASE("DEL in a value", GET("X: a\x7f\r\n"), "400 invalid character in a header field"),
    CASE("bare LF behind a value", GET("X: a\nY: b\r\n"), "400 invalid character in a header field"),
    CASE("bare LF behind no value", GET("X:\nY: b\r\n"), "400 invalid character in a header field"),
    CASE("bare LF behind the Host", "GET / HTTP/1.1\r\nHost: a\n\r\n", "400 invalid character in a header field"),
    CASE("bare CR in a value", GET("X: a\rb\r\n"), "400 CR without LF"),
    CASE("bare CR behind a value", GET("X: a\r\r\n"), "400 CR without LF"),
    CASE("bare CR for no value", GET("X:\rb\r\n"), "400 CR without LF"),
    CASE("bare LF for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", "400 a line does not end in CRLF, or is folded"),
    CASE("bare LF for the empty line, no fields", "GET / HTTP/1.0\r\n\n", "400 a line does not end in CRLF, or is folded"),
    CASE("bare CR for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\rX", "400 CR without LF"),
    CASE("only LF everywhere", "GET / HTTP/1.1\nHost: a\n\n", "400 a line does not end in CRLF, or is folded"),
    CASE("101 fields", GET(TEN(TEN("X: y\r\n"))), "GET / 1.1 keep"),
    CASE("102 fields", GET(TEN(TEN("X: y\r\n")) "X: y\r\n"), "431 too many header fields"),
};

static const struct h1_case lengths[] = {
    CASE("a length", POST("Content-Length: 5\r\n"), "POST / 1.1 length=5 keep"),
    CASE("a length of 0", POST("Content-Length: 0\r\n"), "POST / 1.1 keep"),
    CASE("no length", POST(""), "POST / 1.1 keep"),
    CASE("a length for GET", GET("content-length: 5\r\n"), "GET / 1.1 length=5 keep"),
    CASE("leading zeros", POST("Content-Length: 005\r\n"), "POST / 1.1 length=5 keep"),
    CASE("blanks behind", POST("Content-Length: 5 \t\r\n"), "POST / 1.1 length=5 keep"),
    CASE("the largest", POST("Content-Length: 9223372036854775807\r\n"), "POST / 1.1 length=9223372036854775807 keep"),
    CASE("one more", POST("Content-Length: 9223372036854775808\r\n"), "400 invalid Content-Length"),
    CASE("2^64 + 3", POST("Content-Length: 18446744073709551619\r\n"), "400 invalid Content-Length"),
    CASE("thirty digits", POST("Content-Length: 999999999999999999999999999999\r\n"), "400 invalid Content-Length"),
    CASE("a plus sign", POST("Content-Length: +5\r\n"), "400 invalid Content-Length"),
    CASE("a minus sign", POST("Content-Length: -1\r\n"), "400 invalid Content-Length"),
    CASE("hexadecimal", POST("Content-Length: 0x5\r\n"), "400 invalid Content-Length"),
    CASE("a blank within", POST("Content-Length: 5 5\r\n"), "400 invalid Content-Length"),
    CASE("empty", POST("Content-Length:\r\n"), "400 invalid Content-Length"),
    CASE("a letter behind", POST("Content-Length: 5a\r\n"), "400 invalid Content-Length"),
    CASE("a fraction", POST("Content-Length: 5.0\r\n"), "400 invalid Content-Length"),
    CASE("a parameter", POST("Content-Length: 5;a\r\n"), "400 invalid Content-Length"),
    CASE("quoted", POST("Content-Length: \"5\"\r\n"), "400 invalid Content-Length"),
    CASE("the same twice", POST("Content-Length: 5\r\nContent-Length: 5\r\n"), "POST / 1.1 length=5 keep repeated"),
    CASE("the same twice in a list", POST("Content-Length: 5, 5\r\n"), "POST / 1.1 length=5 keep repeated"),
    CASE("the same five times", POST("Content-Length: 5,5 ,5\r\nX: y\r\nContent-Length: 5\r\nContent-Length: 05\r\n"), "POST / 1.1 length=5 keep repeated"),
    CASE("two different", POST("Content-Length: 5\r\nContent-Length: 6\r\n"), "400 two different Content-Length fields"),
    CASE("0 and another", POST("Content-Length: 0\r\nContent-Length: 6\r\n"), "400 two different Content-Length fields"),
    CASE("two different in a list", POST("Content-Length: 5, 6\r\n"), "400 invalid Content-Length"),
    CASE("a list that ends in a comma", POST("Content-Length: 5,\r\n"), "400 invalid Content-Length"),
    CASE("a list that begins with a comma", POST("Content-Length: ,5\r\n"), "400 invalid Content-Length"),
    CASE("an invalid one behind a good one", POST("Content-Length: 5\r\nContent-Length: x\r\n"), "400 invalid Content-Length"),
    CASE("a body for GET in HTTP/1.0", "GET / HTTP/1.0\r\nContent-Length: 3\r\n\r\n", "413 GET, HEAD or DELETE with a body in HTTP/1.0"),
    CASE("a length of 0 for GET in HTTP/1.0", "GET / HTTP/1.0\r\nContent-Length: 0\r\n\r\n", "GET / 1.0"),
    CASE("a body for POST in HTTP/1.0", "POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\n", "POST / 1.0 length=3"),
};

static const struct h1_case codings[] = {
    CASE("chunked", POST("Transfer-Encoding: chunked\r\n"), "POST / 1.1 chunked keep"),
    CASE("chunked in capitals", POST("TRANSFER-ENCODING: CHUNKED\r\n"), "POST / 1.1 chunked keep"),
    CASE("chunked for GET", GET("Transfer-Encoding: chunked\r\n"), "GET / 1.1 chunked keep"),
    CASE("blanks around", POST("Transfer-Encoding: \t chunked \t\r\n"), "POST / 1.1 chunked keep"),
    CASE("with a length", POST("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"), "400 both Content-Length and Transfer-Encoding"),
    CASE("behind a length", POST("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"), "400 both Content-Length and Transfer-Encoding"),
    CASE("with a length of 0", POST("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"), "400 both Content-Length and Transfer-Encoding"),
    CASE("gzip, chunked", POST("Transfer-Encoding: gzip, chunked\r\n"), "400 Transfer-Encoding is not \"chunked\""),
    CASE("chunked, gzip", POST("Transfer-Encoding: chunked, gzip\r\n"), "400 Transfer-Encoding is not \"chunked\""),
    CASE("chunked, chunked", POST("Transfer-Encoding: chunked, chunked\r\n"), "400 Transfer-Encoding is not \"chunked\""),
    CASE("chunked twice", POST("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), "400 several Transfer-Encoding fields"),
    CASE("gzip and chunked", POST("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), "400 several Transfer-Encoding fields"),
    CASE("chunked and identity", POST("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), "400 several Transfer-Encoding fields"),
    CASE("xchunked", POST("Transfer-Encoding: xchunked\r\n"), "400 Transfer-Encoding is not \"chunked\""),
    CASE("chunkedx", POST("Transfer-Encoding: chunkedx\r\n"), "400 Transfer-Encoding is not \"chunked\""),
    CASE("chunked with a parameter", POST("Transfer-Encoding: chunked;a=b\r\n"), "400 Transfer-Encoding is not \"chunked\""),
    CASE("chunked and a comma", POST("Transfer-Encoding: chunked,\r\n"), "400 Transfer-Encoding is not \"chunked\""),
    CASE("a comma and chunked", POST("Transfer-Encoding: ,chunked\r\n"), "400 Transfer-Encoding is not \"chunked\""),
    CASE("quoted", POST("Transfer-Encoding: \"chunked\"\r\n"), "400 Transfer-Encoding is not \"chunked\""),
    CASE("identity", POST("Transfer-Encoding: identity\r\n"), "400 Transfer-Encoding is not \"chunked\""),
    CASE("gzip", POST("Transfer-Encoding: gzip\r\n"), "400 Transfer-Encoding is not \"chunked\""),
    CASE("empty", POST("Transfer-Encoding:\r\n"), "400 Transfer-Encoding is not \"chunked\""),
    CASE("a vertical tab before", POST("Transfer-Encoding: \x0b""chunked\r\n"), "400 invalid character in a header field"),
    CASE("a vertical tab behind", POST("Transfer-Encoding: chunked\x0b\r\n"), "400 invalid character in a header field"),
    CASE("NUL behind", POST("Transfer-Encoding: chunked\0\r\n"), "400 invalid character in a header field"),
    CASE("an underscore is another name", POST("Transfer_Encoding: chunked\r\n"), "POST / 1.1 keep"),
    CASE("in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "400 Transfer-Encoding in HTTP/1.0"),
    CASE("an unknown method in chunks", "FOO / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "FOO / 1.1 chunked keep"),
};

static const struct h1_case connections[] = {
    CASE("close", GET("Connection: close\r\n"), "GET / 1.1"),
    CASE("close in capitals", GET("CONNECTION: CLOSE\r\n"), "GET / 1.1"),
    CASE("keep-alive", GET("Connection: keep-alive\r\n"), "GET / 1.1 keep"),
    CASE("both: close wins", GET("Connection: keep-alive, close\r\n"), "GET / 1.1"),
    CASE("in two fields", GET("Connection: keep-alive\r\nConnection: close\r\n"), "GET / 1.1"),
    CASE("close within a token", GET("Connection: enclose\r\n"), "GET / 1.1 keep other-token"),
    CASE("a list with holes", GET("Connection: , ,x,, close ,\r\n"), "GET / 1.1 other-token"),
    CASE("both in HTTP/1.0", "GET / HTTP/1.0\r\nConnection: close, keep-alive\r\n\r\n", "GET / 1.0"),
    CASE("Proxy-Connection says nothing", GET("Proxy-Connection: close\r\n"), "GET / 1.1 keep"),
    CASE("a WebSocket", GET("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n"), "GET / 1.1 keep upgrade websocket"),
    CASE("a WebSocket without its key", GET("Connection: Upgrade\r\nUpgrade: websocket\r\n"), "400 a WebSocket handshake without Sec-WebSocket-Key"),
    CASE("Upgrade first", GET("Sec-WebSocket-Key: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"), "GET / 1.1 keep upgrade websocket"),
    CASE("Upgrade without its token", GET("Upgrade: websocket\r\n"), "GET / 1.1 keep"),
    CASE("the token without Upgrade", GET("Connection: Upgrade\r\n"), "GET / 1.1 keep"),
    CASE("h2c", GET("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"), "GET / 1.1 keep other-token upgrade h2c"),
    CASE("h2c among others", GET("Connection: Upgrade\r\nUpgrade: foo/2, H2C\r\n"), "GET / 1.1 keep upgrade h2c"),
    CASE("almost h2c", GET("Connection: Upgrade\r\nUpgrade: h2cx\r\n"), "GET / 1.1 keep upgrade"),
    CASE("Upgrade in HTTP/1.0", "GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", "GET / 1.0"),
    CASE("Upgrade with a body", POST("Connection: Upgrade\r\nUpgrade: foo\r\nContent-Length: 3\r\n"), "POST / 1.1 length=3 keep upgrade"),
    CASE("Expect", POST("Expect: 100-Continue\r\nContent-Length: 3\r\n"), "POST / 1.1 length=3 keep expect"),
    CASE("Expect of something else", POST("Expect: 200-ok\r\nContent-Length: 3\r\n"), "POST / 1.1 length=3 keep"),
    CASE("Expect in HTTP/1.0", "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n", "POST / 1.0 length=3"),
};
/* clang-format on */

static void begin(struct h1_parser *p, struct http_msg *msg)
{
    h1_request_init(p, msg, 0);
}

#define TEST(table)                                                                                \
    static void test_##table(void **state)                                                         \
    {                                                                                              \
        (void)state;                                                                               \
        h1_cases_check(begin, table, LEN(table));                                                  \
    }

TEST(start_lines)
TEST(methods)
TEST(targets)
TEST(tunnels)
TEST(hosts)
TEST(fields)
TEST(lengths)
TEST(codings)
TEST(connections)

/* Each byte there is, in each place: what is let through is exactly what should be. */
static void test_every_byte(void **state)
{
    (void)state;
    static const struct {
        const char *before;
        const char *behind;
        const char *also; /* passes besides 0x21 to 0x7e without `not` */
        const char * not ;
        bool high;
    } places[] = {
        {"GET /", " HTTP/1.1\r\nHost: a\r\n\r\n", "", "#", false},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: y", "z\r\n\r\n", " \t", "", true},
        {"GET / HTTP/1.1\r\nHost: a\r\nX", "z: y\r\n\r\n", "", "\"(),/;<=>?@[\\]{}", false},
        {"GET / HTTP/1.1\r\nHost: a", "z\r\n\r\n", "", "\"#%,/:<>?@[\\]^`{|}", false},
    };
    for (size_t i = 0; i < LEN(places); i++) {
        for (int c = 1; c < 256; c++) {
            char text[128];
            char got[H1_SUMMARY_MAX];
            const int len =
                snprintf(text, sizeof(text), "%s%c%s", places[i].before, c, places[i].behind);
            h1_summary_split(begin, text, (size_t)len, (size_t)len, got);
            const bool visible = c > 0x20 && c < 0x7f && strchr(places[i].not, c) == NULL;
            const bool passes =
                visible || strchr(places[i].also, c) != NULL || (c > 0x7f && places[i].high);
            if (passes != (strncmp(got, "GET ", 4) == 0))
                fail_msg("place %zu, byte 0x%02x: %s", i, (unsigned)c, got);
        }
    }
}

static void test_places_of_everything(void **state)
{
    (void)state;
    static const char text[] =
        "\r\nGET http://a/p?q HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: \t1.2.3.4 \r\n"
        "Nobody: knows\r\ncontent-length: 7, 7\r\nContent-Length: 7\r\n\r\n";
    struct http_msg m;
    struct h1_parser p;
    h1_request_init(&p, &m, 0);
    assert_int_equal(h1_head_parse(&p, text, sizeof(text) - 1), H1_DONE);
    assert_int_equal(m.method, HTTP_METHOD_GET);
    assert_int_equal(m.target_form, HTTP_TARGET_ABSOLUTE);
    assert_memory_equal(text + m.authority_off, "a/", 2);
    assert_int_equal(m.authority_len, 1);
    assert_memory_equal(text + m.path_off, "/p?q ", 5);
    assert_int_equal(m.header_count, 5);
    const struct http_header *h = http_msg_first(&m, HTTP_HDR_X_FORWARDED_FOR);
    assert_non_null(h);
    assert_int_equal(h->value_len, 7);
    assert_memory_equal(text + h->value_off, "1.2.3.4", 7);
    assert_null(http_msg_first(&m, HTTP_HDR_COOKIE));
    assert_int_equal(http_msg_find(&m, text, "nobody", 6, 0), 2);
    assert_int_equal(http_msg_find(&m, text, "nobody", 6, 3), -1);
    const struct http_header *length = http_msg_first(&m, HTTP_HDR_CONTENT_LENGTH);
    assert_int_equal(length->value_len, 1);
    assert_int_equal(length->flags, 0);
    assert_int_equal(http_msg_next(&m, length)->flags, HTTP_HEADER_DROP);
    assert_int_equal(m.head_bytes, sizeof(text) - 1);
}

static void test_places_of_errors(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t offset;
    } rows[] = {
        {"GET /a\x01", 6},
        {"GE@ / HTTP/1.1", 2},
        {"GET / HTTP/1.1\r\nHost: a\r\nX y: z\r\n\r\n", 26},
        {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 23},
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 41},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct http_msg m;
        struct h1_parser p;
        h1_request_init(&p, &m, 0);
        assert_int_equal(h1_head_parse(&p, rows[i].text, strlen(rows[i].text)), H1_BAD);
        assert_int_equal(p.error.offset, rows[i].offset);
        assert_int_equal(h1_head_parse(&p, rows[i].text, strlen(rows[i].text)), H1_BAD);
    }
}

static void test_what_is_too_large(void **state)
{
    (void)state;
    struct http_msg m;
    struct h1_parser p;
    h1_request_init(&p, &m, 0);
    assert_int_equal(h1_head_parse(&p, "GET /aaaa", 9), H1_MORE);
    assert_int_equal(h1_too_large(&p).status, 414);
    h1_request_init(&p, &m, 0);
    assert_int_equal(h1_head_parse(&p, "GET /aaaa HTTP/1.1\r\nX: y", 24), H1_MORE);
    assert_int_equal(h1_too_large(&p).status, 431);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start_lines),
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_tunnels),
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_codings),
        cmocka_unit_test(test_connections),
        cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_places_of_everything),
        cmocka_unit_test(test_places_of_errors),
        cmocka_unit_test(test_what_is_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
