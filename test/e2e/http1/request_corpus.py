# SPDX-License-Identifier: Apache-2.0
"""Requests as raw bytes, and what must become of each: the conformance and smuggling corpus.

A row names what is special about the request, gives the bytes, and says what is wanted:

    seen("POST /a HTTP/1.1", body=b"x")   the server gets exactly that, the client its 200
    refused()                             the client gets 400 and the end, the server not one byte
    spoilt()                              the head may have gone out before the body went wrong: the
                                          server must never get a whole request, the client no 200

`haproxy=` tells what HAProxy 2.6 does where weir is stricter by decision: whatever two readers might
frame in two ways is refused.
"""
from dataclasses import dataclass, field
from typing import Optional

CRLF = b"\r\n"


@dataclass(frozen=True)
class Want:
    statuses: tuple = (200,)
    lines: tuple = ()  # start lines of the requests that the server sees
    body: Optional[bytes] = None  # of the last of them
    has: dict = field(default_factory=dict)  # header fields of the last of them
    lacks: tuple = ()
    trailers: Optional[list] = None
    closed: Optional[bool] = None  # by the balancer, after the last response


def seen(*lines, **options):
    return Want(statuses=options.pop("statuses", (200,) * len(lines)), lines=lines, **options)


def refused(status=400):
    return Want(statuses=(status,), closed=True)


def then_refused(*lines, status=400):
    """The requests before are answered, the one that follows them is refused."""
    return Want(statuses=(200,) * len(lines) + (status,), lines=lines, closed=True)


SPOILT = Want(statuses=(), lines=(), closed=True)
TAKEN = Want(statuses=(200,))  # only as haproxy=: it lets the request through in some shape
ANYTHING = Want(statuses=(-1,))  # only as haproxy=: what it does is nobody's model


def spoilt():
    return SPOILT


@dataclass(frozen=True)
class Case:
    name: str
    request: bytes
    want: Want
    haproxy: Optional[Want] = None


def case(name, request, want, haproxy=None):
    return Case(name, request, want, haproxy)


def head(line, *fields):
    return CRLF.join([line, *fields]) + CRLF + CRLF


def get(*fields, target=b"/", version=b"HTTP/1.1"):
    return head(b"GET " + target + b" " + version, b"Host: a", *fields)


def post(*fields, body=b""):
    return head(b"POST / HTTP/1.1", b"Host: a", *fields) + body


def chunked(body, *fields):
    return post(b"Transfer-Encoding: chunked", *fields, body=body)


GET = "GET / HTTP/1.1"
POST = "POST / HTTP/1.1"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

START_LINES = [
    case("a plain request", get(), seen(GET, has={"host": "a"})),
    case("a method that nobody registered", head(b"BREW /pot HTTP/1.1", b"Host: a"),
         seen("BREW /pot HTTP/1.1")),
    case("methods are case-sensitive", head(b"get / HTTP/1.1", b"Host: a"), seen("get / HTTP/1.1")),
    case("a method with a hyphen", head(b"M-SEARCH / HTTP/1.1", b"Host: a"),
         seen("M-SEARCH / HTTP/1.1")),
    case("a method that is no token", head(b"GE(T / HTTP/1.1", b"Host: a"), refused()),
    case("a method with a colon", head(b"GET: / HTTP/1.1", b"Host: a"), refused()),
    case("no method", head(b" / HTTP/1.1", b"Host: a"), refused()),
    case("two spaces before the target", head(b"GET  / HTTP/1.1", b"Host: a"), refused(),
         seen(GET)),
    case("two spaces before the version", head(b"GET /  HTTP/1.1", b"Host: a"), refused(),
         seen(GET)),
    case("a tab before the target", head(b"GET\t/ HTTP/1.1", b"Host: a"), refused(), TAKEN),
    case("a tab before the version", head(b"GET /\tHTTP/1.1", b"Host: a"), refused(), TAKEN),
    case("a space after the version", head(b"GET / HTTP/1.1 ", b"Host: a"), refused()),
    case("a space before the method", head(b" GET / HTTP/1.1", b"Host: a"), refused()),
    case("no version", head(b"GET /", b"Host: a"), refused()),
    case("no target", head(b"GET HTTP/1.1", b"Host: a"), refused()),
    case("only a method", head(b"GET"), refused()),
    case("a version in lower case", head(b"GET / http/1.1", b"Host: a"), refused()),
    case("HTTP/1.10", head(b"GET / HTTP/1.10", b"Host: a"), refused()),
    case("HTTP/1.", head(b"GET / HTTP/1.", b"Host: a"), refused()),
    case("HTTP/1", head(b"GET / HTTP/1", b"Host: a"), refused()),
    case("HTTP/01.1", head(b"GET / HTTP/01.1", b"Host: a"), refused()),
    case("HTTP/0.9 written out", head(b"GET / HTTP/0.9", b"Host: a"), refused(), TAKEN),
    case("HTTP/2.0 in HTTP/1 clothes", head(b"GET / HTTP/2.0", b"Host: a"), refused(), TAKEN),
    case("HTTP/3.0", head(b"GET / HTTP/3.0", b"Host: a"), refused(), TAKEN),
    case("another protocol's name", head(b"GET / HTTQ/1.1", b"Host: a"), refused()),
    case("RTSP", head(b"GET / RTSP/1.0", b"Host: a"), refused()),
    case("four words", head(b"GET / a HTTP/1.1", b"Host: a"), refused()),
    case("an empty line before the request", CRLF + get(), seen(GET)),
    case("a bare LF before the request", b"\n" + get(), refused(), seen(GET)),
    case("TLS on a plain port", b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + bytes(160), refused()),
    case("an SSH banner", b"SSH-2.0-OpenSSH_9.2\r\n\r\n", refused()),
]

TARGETS = [
    case("a query", get(target=b"/a?b=c&d"), seen("GET /a?b=c&d HTTP/1.1")),
    case("dots are not resolved", get(target=b"/a/../b/./c"), seen("GET /a/../b/./c HTTP/1.1")),
    case("double slashes stay", get(target=b"//a//b"), seen("GET //a//b HTTP/1.1")),
    case("escapes stay", get(target=b"/%2e%2F%00%zz"), seen("GET /%2e%2F%00%zz HTTP/1.1")),
    case("a target of 8 KB", get(target=b"/" + b"a" * 8000), seen("GET /" + "a" * 8000 + " HTTP/1.1")),
    case("a target larger than the buffer", get(target=b"/" + b"a" * 20000), refused(414), refused()),
    case("a target without a slash", get(target=b"foo"), refused()),
    case("a NUL in the target", get(target=b"/a\0b"), refused()),
    case("a control character in the target", get(target=b"/a\x01b"), refused()),
    case("DEL in the target", get(target=b"/a\x7fb"), refused(), ANYTHING),
    case("a bare CR in the target", get(target=b"/a\rb"), refused()),
    case("a raw byte above 127 in the target", get(target=b"/a\xe9b"), refused()),
    case("a fragment in the target", get(target=b"/a#b"), refused()),
    case("OPTIONS *", head(b"OPTIONS * HTTP/1.1", b"Host: a"), seen("OPTIONS * HTTP/1.1")),
    case("GET *", head(b"GET * HTTP/1.1", b"Host: a"), refused(), seen("GET * HTTP/1.1")),
    case("absolute form that agrees with Host", head(b"GET http://a/x HTTP/1.1", b"Host: a"),
         seen("GET http://a/x HTTP/1.1", has={"host": "a"})),
    case("absolute form with another Host", head(b"GET http://a/x HTTP/1.1", b"Host: b"), refused()),
    case("absolute form with a port, Host without", head(b"GET http://a:81/ HTTP/1.1", b"Host: a"),
         refused()),
    case("absolute form without an authority", head(b"GET http:///x HTTP/1.1", b"Host: a"), refused(), TAKEN),
    case("absolute form with user information", head(b"GET http://u@a/x HTTP/1.1", b"Host: a"),
         refused(), TAKEN),
    case("absolute form of another scheme", head(b"GET ftp://a/x HTTP/1.1", b"Host: a"), refused(),
         TAKEN),
    case("authority form outside CONNECT", head(b"GET a:80 HTTP/1.1", b"Host: a:80"), refused(), TAKEN),
    case("CONNECT with a path", head(b"CONNECT /x HTTP/1.1", b"Host: a"), refused()),
    case("CONNECT without a port", head(b"CONNECT a HTTP/1.1", b"Host: a"), refused()),
    case("CONNECT with another Host", head(b"CONNECT a:443 HTTP/1.1", b"Host: b"), refused()),
]

HOSTS = [
    case("no Host in HTTP/1.1", head(b"GET / HTTP/1.1"), refused(), seen(GET)),
    case("no Host in HTTP/1.0", head(b"GET / HTTP/1.0"), seen(GET, lacks=("host",), closed=True)),
    case("the same Host twice", get(b"Host: a"), refused(), seen(GET)),
    case("two different Hosts", get(b"Host: b"), refused()),
    case("an empty Host", head(b"GET / HTTP/1.1", b"Host:"), seen(GET, has={"host": ""})),
    case("a Host with port", head(b"GET / HTTP/1.1", b"Host: a:8080"), seen(GET, has={"host": "a:8080"})),
    case("an IPv6 Host", head(b"GET / HTTP/1.1", b"Host: [::1]:80"), seen(GET, has={"host": "[::1]:80"})),
    case("a Host in capitals", head(b"GET / HTTP/1.1", b"Host: EXAMPLE.org"),
         seen(GET, has={"host": "EXAMPLE.org"})),
    case("a Host with underscore", head(b"GET / HTTP/1.1", b"Host: a_b"), seen(GET, has={"host": "a_b"})),
] + [
    case("a Host that reads %r" % value.decode("latin-1"), head(b"GET / HTTP/1.1", b"Host: " + value),
         refused(), seen(GET))
    for value in (b"a b", b"a, b", b"a/b", b"u@a", b"a:b", b"a:80:80", b"[::1", b"a?b", b"a\\b",
                  b"a:999999", b"a#b", b"http://a")
] + [
    case("a NUL in Host", head(b"GET / HTTP/1.1", b"Host: a\0b"), refused(), TAKEN),
    case("a raw byte above 127 in Host", head(b"GET / HTTP/1.1", b"Host: \xe9"), refused(), seen(GET)),
]

FIELDS = [
    case("a field without space after the colon", get(b"X:y"), seen(GET, has={"x": "y"})),
    case("white space around a value", get(b"X: \t y \t"), seen(GET, has={"x": "y"})),
    case("a tab inside a value", get(b"X: y\tz"), seen(GET, has={"x": "y\tz"})),
    case("an empty value", get(b"X:"), seen(GET, has={"x": ""})),
    case("a value with bytes above 127", get(b"X: \xc3\xa9"), seen(GET, has={"x": "\xc3\xa9"})),
    case("a value with colons", get(b"X: a:b:c"), seen(GET, has={"x": "a:b:c"})),
    case("all characters of a token in a name", get(b"!#$%&'*+-.^_`|~09Az: y"),
         seen(GET, has={"!#$%&'*+-.^_`|~09az": "y"})),
    case("repeated fields keep their order", get(b"X: 1", b"X: 2"), seen(GET, has={"x": "1, 2"})),
    case("a field of 8 KB", get(b"X: " + b"y" * 8000), seen(GET, has={"x": "y" * 8000})),
    case("a field larger than the buffer", get(b"X: " + b"y" * 20000), refused(431), refused()),
    case("90 fields", get(*(b"X-%d: y" % i for i in range(90))), seen(GET, has={"x-89": "y"})),
    case("500 fields", get(*(b"X-%d: y" % i for i in range(500))), refused(431), refused()),
    case("a space before the colon", get(b"X : y"), refused()),
    case("a tab before the colon", get(b"X\t: y"), refused()),
    case("a space inside a name", get(b"X Y: z"), refused()),
    case("a line without colon", get(b"X"), refused()),
    case("an empty name", get(b": y"), refused()),
    case("a name with bytes above 127", get(b"X\xe9: y"), refused()),
    case("obs-fold with a space", get(b"X: y", b" z"), refused(), TAKEN),
    case("obs-fold with a tab", get(b"X: y", b"\tz"), refused(), TAKEN),
    case("obs-fold of the first field", head(b"GET / HTTP/1.1", b" X: y", b"Host: a"), refused()),
    case("obs-fold after the colon", get(b"X:", b" y"), refused(), seen(GET, has={"x": "y"})),
    case("a NUL in a value", get(b"X: y\0z"), refused(), TAKEN),
    case("a NUL in a name", get(b"X\0Y: z"), refused()),
    case("a bare CR in a value", get(b"X: y\rz"), refused()),
    case("a bare CR in a name", get(b"X\rY: z"), refused()),
    case("a bare CR at the end of a value", get(b"X: y\r"), refused()),
    case("a bare LF ends a field", get(b"X: y\nY: z"), refused(), seen(GET, has={"x": "y", "y": "z"})),
    case("a bare LF ends the request line", b"GET / HTTP/1.1\nHost: a\r\n\r\n", refused(), seen(GET)),
    case("bare LFs only", b"GET / HTTP/1.1\nHost: a\n\n", refused(), seen(GET)),
    case("a bare LF ends the head", b"GET / HTTP/1.1\r\nHost: a\r\n\n", refused(), seen(GET)),
    case("LF CR", b"GET / HTTP/1.1\r\nHost: a\n\r\n\r\n", refused(), TAKEN),
] + [
    case("the control character 0x%02x in a value" % code, get(b"X: y%cz" % code), refused(), seen(GET))
    for code in (0x01, 0x08, 0x0b, 0x0c, 0x1b, 0x7f)
] + [
    case("the separator %s in a name" % chr(code), get(b"X%cY: z" % code), refused())
    for code in b"()<>@,;\\\"/[]?={}"
]

LENGTHS = [
    case("a body with its length", post(b"Content-Length: 5", body=b"hello"),
         seen(POST, body=b"hello", has={"content-length": "5"})),
    case("a length of 0", post(b"Content-Length: 0"), seen(POST, body=b"")),
    case("a POST without any length", post(), seen(POST, body=b"")),
    case("a GET with a body", get(b"Content-Length: 5") + b"hello", seen(GET, body=b"hello")),
    case("a body that looks like a request", post(b"Content-Length: %d" % len(SMUGGLED), body=SMUGGLED),
         seen(POST, body=SMUGGLED)),
    case("leading zeros", post(b"Content-Length: 0005", body=b"hello"), seen(POST, body=b"hello")),
    case("the same length twice", post(b"Content-Length: 5", b"Content-Length: 5", body=b"hello"),
         seen(POST, body=b"hello", has={"content-length": "5"})),
    case("the same length in a list", post(b"Content-Length: 5, 5", body=b"hello"),
         seen(POST, body=b"hello", has={"content-length": "5"})),
    case("two different lengths", post(b"Content-Length: 5", b"Content-Length: 6", body=b"hello!"),
         refused()),
    case("two different lengths, first larger", post(b"Content-Length: 6", b"Content-Length: 5",
                                                     body=b"hello!"), refused()),
    case("different lengths in a list", post(b"Content-Length: 5, 6", body=b"hello!"), refused()),
    case("a NUL after the length", post(b"Content-Length: 5\0", body=b"hello"), refused()),
    case("a space before the colon of the length", post(b"Content-Length : 5", body=b"hello"), refused()),
    case("obs-fold before the length", post(b"Content-Length:", b" 5", body=b"hello"),
         refused(), seen(POST, body=b"hello")),
    case("a GET with a body in HTTP/1.0", head(b"GET / HTTP/1.0", b"Content-Length: 5") + b"hello",
         refused(413)),
    case("a CONNECT with a body", head(b"CONNECT a:80 HTTP/1.1", b"Host: a:80", b"Content-Length: 5")
         + b"hello", refused(), ANYTHING),
    case("a CONNECT with chunks", head(b"CONNECT a:80 HTTP/1.1", b"Host: a:80",
                                       b"Transfer-Encoding: chunked") + b"0\r\n\r\n", refused(), ANYTHING),
    case("a length in HTTP/1.0", head(b"POST / HTTP/1.0", b"Content-Length: 5") + b"hello",
         seen(POST, body=b"hello", closed=True)),
] + [
    case("a length that reads %r" % value.decode("latin-1"),
         post(b"Content-Length: " + value, body=b"hello"), refused())
    for value in (b"", b"+5", b"-5", b"0x5", b"5 5", b"5;", b"5.0", b"5e0", b"five", b"5,", b",5",
                  b"'5'", b"5\x0b", b"18446744073709551621", b"99999999999999999999999999",
                  b"\xd9\xa5")
]

ONE_CHUNK = b"5\r\nhello\r\n0\r\n\r\n"

CODINGS = [
    case("a chunked body", chunked(ONE_CHUNK),
         seen(POST, body=b"hello", has={"transfer-encoding": "chunked"}, lacks=("content-length",))),
    case("chunked in capitals", post(b"Transfer-Encoding: CHUNKED", body=ONE_CHUNK),
         seen(POST, body=b"hello")),
    case("white space around chunked", post(b"Transfer-Encoding: \tchunked \t", body=ONE_CHUNK),
         seen(POST, body=b"hello")),
    case("a chunked GET", get(b"Transfer-Encoding: chunked") + ONE_CHUNK, seen(GET, body=b"hello")),
    case("a chunked body that looks like a request",
         chunked(b"%x\r\n%s\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED)), seen(POST, body=SMUGGLED)),
    case("a length, then chunked", post(b"Content-Length: 15", b"Transfer-Encoding: chunked",
                                        body=ONE_CHUNK), refused(), seen(POST, body=b"hello")),
    case("chunked, then a length", chunked(ONE_CHUNK, b"Content-Length: 15"), refused(),
         seen(POST, body=b"hello")),
    case("CL.TE", post(b"Content-Length: 6", b"Transfer-Encoding: chunked",
                       body=b"0\r\n\r\nG" + SMUGGLED), refused(), TAKEN),
    case("TE.CL", chunked(b"%x\r\n%s\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED), b"Content-Length: 4"),
         refused(), seen(POST, body=SMUGGLED)),
    case("a length of 0 and chunked", chunked(ONE_CHUNK, b"Content-Length: 0"), refused(),
         seen(POST, body=b"hello")),
    case("chunked in HTTP/1.0", head(b"POST / HTTP/1.0", b"Transfer-Encoding: chunked") + ONE_CHUNK,
         refused(), TAKEN),
    case("a space before the colon of the coding", post(b"Transfer-Encoding : chunked", body=ONE_CHUNK),
         refused()),
    case("a tab before the colon of the coding", post(b"Transfer-Encoding\t: chunked", body=ONE_CHUNK),
         refused()),
    case("obs-fold before the coding", post(b"Transfer-Encoding:", b" chunked", body=ONE_CHUNK),
         refused(), seen(POST, body=b"hello")),
    case("obs-fold inside a coding list", post(b"Transfer-Encoding: identity,", b" chunked",
                                               body=ONE_CHUNK), refused(), refused(422)),
    case("a coding hidden by a bare LF", post(b"X: y\nTransfer-Encoding: chunked", body=ONE_CHUNK),
         refused(), seen(POST, body=b"hello")),
    case("a coding hidden by a bare CR", post(b"X: y\rTransfer-Encoding: chunked", body=ONE_CHUNK),
         refused()),
    case("a NUL before chunked", post(b"Transfer-Encoding: \0chunked", body=ONE_CHUNK), refused()),
    case("a vertical tab before chunked", post(b"Transfer-Encoding: \x0bchunked", body=ONE_CHUNK),
         refused()),
    case("a coding with underscore is another field", post(b"Transfer_Encoding: chunked",
                                                           b"Content-Length: 5", body=b"hello"),
         seen(POST, body=b"hello")),
    case("two coding fields, both chunked", chunked(ONE_CHUNK, b"Transfer-Encoding: chunked"),
         refused()),
    case("two coding fields, the second unknown", chunked(ONE_CHUNK, b"Transfer-Encoding: x"),
         refused()),
    case("two coding fields, the first unknown", post(b"Transfer-Encoding: x",
                                                      b"Transfer-Encoding: chunked", body=ONE_CHUNK),
         refused(), refused(422)),
    case("two coding fields, the second identity", chunked(ONE_CHUNK, b"Transfer-Encoding: identity"),
         refused()),
] + [
    case("a coding that reads %r" % value.decode("latin-1"),
         post(b"Transfer-Encoding: " + value, body=ONE_CHUNK), refused())
    for value in (b"", b"x", b"gzip", b"identity", b"xchunked", b"chunkedx", b"chunked, chunked",
                  b"chunked, identity", b"chunked, gzip",
                  b"\"chunked\"", b"chunked;q=1", b"chunked;a", b"chunk", b"chunked\x0b", b"c hunked")
] + [
    case("a coding that reads %r" % value.decode("latin-1"),
         post(b"Transfer-Encoding: " + value, body=ONE_CHUNK), refused(), refused(422))
    for value in (b"gzip, chunked", b"identity, chunked")
]


def chunk_cases():
    ok = [
        ("several chunks", b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"),
        ("a size with leading zeros", b"0005\r\nhello\r\n0\r\n\r\n"),
        ("a last chunk of several zeros", b"5\r\nhello\r\n000\r\n\r\n"),
        ("an extension", b"5;a=b\r\nhello\r\n0\r\n\r\n"),
        ("an extension without value", b"5;a\r\nhello\r\n0;b\r\n\r\n"),
        ("a quoted extension", b"5;a=\"b;c\"\r\nhello\r\n0\r\n\r\n"),
        ("CRLF inside the data", b"4\r\nh\r\nl\r\n1\r\no\r\n0\r\n\r\n"),
    ]
    bodies = {"CRLF inside the data": b"h\r\nlo"}
    rows = [case("chunks: " + name, chunked(body), seen(POST, body=bodies.get(name, b"hello")))
            for name, body in ok]
    rows.append(case("chunks: hexadecimal in capitals", chunked(b"A\r\n0123456789\r\n0\r\n\r\n"),
                     seen(POST, body=b"0123456789")))
    rows.append(case("chunks: hexadecimal in lower case", chunked(b"a\r\n0123456789\r\n0\r\n\r\n"),
                     seen(POST, body=b"0123456789")))
    rows.append(case("chunks: none but the last", chunked(b"0\r\n\r\n"), seen(POST, body=b"")))
    bad = [
        ("a size that is no number", b"g\r\nhello\r\n0\r\n\r\n", True),
        ("an empty size", b"\r\nhello\r\n0\r\n\r\n", True),
        ("a negative size", b"-5\r\nhello\r\n0\r\n\r\n", True),
        ("a size with plus", b"+5\r\nhello\r\n0\r\n\r\n", True),
        ("a size with 0x", b"0x5\r\nhello\r\n0\r\n\r\n", True),
        ("a space before the size", b" 5\r\nhello\r\n0\r\n\r\n", True),
        ("a space after the size", b"5 \r\nhello\r\n0\r\n\r\n", False),
        ("a tab after the size", b"5\t\r\nhello\r\n0\r\n\r\n", False),
        ("a size with underscore", b"5_0\r\nhello\r\n0\r\n\r\n", True),
        ("a size over 64 bits", b"10000000000000005\r\nhello\r\n0\r\n\r\n", True),
        ("a size of all ones", b"ffffffffffffffff\r\nhello\r\n0\r\n\r\n", None),
        ("a size followed by garbage", b"5x\r\nhello\r\n0\r\n\r\n", True),
        ("a bare LF after the size", b"5\nhello\r\n0\r\n\r\n", False),
        ("a bare CR after the size", b"5\rhello\r\n0\r\n\r\n", True),
        ("a bare LF after the data", b"5\r\nhello\n0\r\n\r\n", False),
        ("no CRLF after the data", b"5\r\nhello0\r\n\r\n", True),
        ("data longer than its size", b"4\r\nhello\r\n0\r\n\r\n", True),
        ("a bare LF in an extension", b"5;a\nb\r\nhello\r\n0\r\n\r\n", None),
        ("a bare CR in an extension", b"5;a\rb\r\nhello\r\n0\r\n\r\n", None),
        ("a NUL in an extension", b"5;a\0b\r\nhello\r\n0\r\n\r\n", None),
        ("a bare LF after the last chunk", b"5\r\nhello\r\n0\n\r\n", False),
        ("a bare LF ends the body", b"5\r\nhello\r\n0\r\n\n", False),
        ("extensions without end", b"5;" + b"a" * 40000 + b"\r\nhello\r\n0\r\n\r\n", None),
    ]
    # HAProxy: True it refuses too, False it takes it as meant, None it is not asked
    asked = {True: spoilt(), False: seen(POST, body=b"hello"), None: None}
    rows += [Case("chunks: " + name, chunked(body), spoilt(),
                  asked[as_haproxy] if as_haproxy is not None else ANYTHING)
             for name, body, as_haproxy in bad]
    return rows


TRAILERS = [
    case("a trailer", chunked(b"5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n", b"Trailer: X-Sum"),
         seen(POST, body=b"hello", trailers=[("x-sum", "1")])),
    case("two trailers", chunked(b"0\r\nA: 1\r\nB: 2\r\n\r\n"),
         seen(POST, body=b"", trailers=[("a", "1"), ("b", "2")])),
] + [
    Case("a trailer section with " + name, chunked(b"5\r\nhello\r\n0\r\n" + section), spoilt(), ANYTHING)
    for name, section in (
        ("a space before the colon", b"X : y\r\n\r\n"),
        ("obs-fold", b"X: y\r\n z\r\n\r\n"),
        ("a bare LF", b"X: y\nY: z\r\n\r\n"),
        ("a bare CR", b"X: y\rY: z\r\n\r\n"),
        ("a NUL", b"X: y\0\r\n\r\n"),
        ("a line without colon", b"X\r\n\r\n"),
        ("Content-Length", b"Content-Length: 5\r\n\r\n"),
        ("Transfer-Encoding", b"Transfer-Encoding: chunked\r\n\r\n"),
        ("Host", b"Host: b\r\n\r\n"),
        ("a request line", b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("64 KB", b"X: y\r\n" * 11000 + b"\r\n"),
    )
]

HOP_BY_HOP = [
    case("Connection: close goes no further", get(b"Connection: close"), seen(GET, closed=True)),
    case("Connection: keep-alive goes no further", get(b"Connection: keep-alive"),
         seen(GET, closed=False)),
    case("a field that Connection names", get(b"Connection: X-Hop", b"X-Hop: 1", b"X-End: 2"),
         seen(GET, has={"x-end": "2"}, lacks=("x-hop",)), seen(GET)),
    case("several fields that Connection names",
         get(b"Connection: X-A , keep-alive,x-b", b"X-A: 1", b"X-B: 2", b"X-C: 3"),
         seen(GET, has={"x-c": "3"}, lacks=("x-a", "x-b")), seen(GET)),
    case("a field that a second Connection names", get(b"Connection: keep-alive", b"Connection: X-A", b"X-A: 1"),
         seen(GET, lacks=("x-a",)), seen(GET)),
    case("Connection names Host", get(b"Connection: Host"), seen(GET, has={"host": "a"})),
    case("Connection names Content-Length", post(b"Connection: Content-Length", b"Content-Length: 5",
                                                 body=b"hello"), seen(POST, body=b"hello")),
    case("Connection names Transfer-Encoding", chunked(ONE_CHUNK, b"Connection: Transfer-Encoding"),
         seen(POST, body=b"hello")),
    case("Keep-Alive goes no further", get(b"Connection: Keep-Alive", b"Keep-Alive: timeout=5"),
         seen(GET, lacks=("keep-alive",)), seen(GET)),
    case("Proxy-Connection goes no further", get(b"Proxy-Connection: keep-alive"),
         seen(GET, lacks=("proxy-connection",)), seen(GET)),
    case("Upgrade without Connection goes no further", get(b"Upgrade: websocket"),
         seen(GET, lacks=("upgrade",)), seen(GET)),
    case("an upgrade to h2c goes no further",
         get(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__"),
         seen(GET, lacks=("upgrade", "http2-settings")), seen(GET, has={"upgrade": "h2c"})),
    case("TE keeps its trailers alone", get(b"TE: gzip, trailers"), seen(GET, has={"te": "trailers"})),
    case("TE of codings goes no further", get(b"TE: gzip"), seen(GET, lacks=("te",))),
    case("TE of weighed trailers goes no further", get(b"TE: trailers;q=0.5"), seen(GET, lacks=("te",))),
    case("a WebSocket without its key", get(b"Connection: Upgrade", b"Upgrade: websocket"), refused()),
    case("Via is not added", get(), seen(GET, lacks=("via", "forwarded", "x-forwarded-for"))),
    case("Via stays", get(b"Via: 1.1 x"), seen(GET, has={"via": "1.1 x"})),
    case("Max-Forwards stays", get(b"Max-Forwards: 0"), seen(GET, has={"max-forwards": "0"})),
    case("Authorization stays", get(b"Authorization: Basic YTpi"),
         seen(GET, has={"authorization": "Basic YTpi"})),
    case("an expectation that nobody knows stays", get(b"Expect: tea"), seen(GET, has={"expect": "tea"})),
    case("HTTP/1.0 closes", get(version=b"HTTP/1.0"), seen(GET, closed=True)),
    case("HTTP/1.0 with keep-alive stays open", get(b"Connection: keep-alive", version=b"HTTP/1.0"),
         seen(GET, closed=False)),
    case("HTTP/1.1 stays open", get(), seen(GET, closed=False)),
]

PIPELINES = [
    case("two requests", get() + get(target=b"/2"), seen(GET, "GET /2 HTTP/1.1")),
    case("three requests with bodies",
         post(b"Content-Length: 2", body=b"ab") + chunked(ONE_CHUNK) + get(target=b"/3"),
         seen(POST, POST, "GET /3 HTTP/1.1")),
    case("an empty line between two requests", get() + CRLF + get(target=b"/2"),
         seen(GET, "GET /2 HTTP/1.1")),
    case("a body, then garbage", post(b"Content-Length: 2", body=b"ab") + b"garbage\r\n\r\n",
         then_refused(POST)),
    case("one byte too much after the body",
         post(b"Content-Length: 2", body=b"abX") + get(target=b"/2"),
         seen(POST, "XGET /2 HTTP/1.1")),
    case("a second request with two framings",
         get() + post(b"Content-Length: 4", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
         then_refused(GET), TAKEN),
    case("a second request with a space before the colon", get() + get(b"X : y"), then_refused(GET)),
    case("a second request with a bare LF", get() + b"GET /2 HTTP/1.1\nHost: a\r\n\r\n",
         then_refused(GET), seen(GET, "GET /2 HTTP/1.1")),
    case("a second request with obs-fold", get() + get(b"X: y", b" z"), then_refused(GET),
         seen(GET, GET)),
    case("a second request without Host", get() + head(b"GET /2 HTTP/1.1"), then_refused(GET),
         seen(GET, "GET /2 HTTP/1.1")),
    case("a request after the last chunk", chunked(ONE_CHUNK + SMUGGLED),
         seen(POST, "GET /smuggled HTTP/1.1")),
    case("a request after Connection: close", get(b"Connection: close") + SMUGGLED, seen(GET, closed=True)),
    case("a request after HTTP/1.0", get(version=b"HTTP/1.0") + SMUGGLED, seen(GET, closed=True)),
    case("a request after a GET with an unread length", get(b"Content-Length: %d" % len(SMUGGLED)) + SMUGGLED,
         seen(GET, body=SMUGGLED)),
    case("HEAD, then GET", head(b"HEAD /1 HTTP/1.1", b"Host: a") + get(target=b"/2"),
         seen("HEAD /1 HTTP/1.1", "GET /2 HTTP/1.1")),
]

CASES = (START_LINES + TARGETS + HOSTS + FIELDS + LENGTHS + CODINGS + chunk_cases() + TRAILERS
         + HOP_BY_HOP + PIPELINES)
