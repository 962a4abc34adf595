# SPDX-License-Identifier: Apache-2.0
"""What servers send, and what must become of it: good answers, and every way in which they go wrong.

    passes(200, b"ok")     the client gets that; `reused` tells whether the connection may serve again
    bad_gateway()          502, and the connection is not used again
    cut(200)               the head had gone out: the client's response ends early, and is seen to
    either(...)            one of several; never anything else
"""
from dataclasses import dataclass
from typing import Optional

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
INJECTED = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\ninjected"


@dataclass(frozen=True)
class Want:
    status: int
    body: bytes = b""
    is_cut: bool = False
    reused: Optional[bool] = False
    interim: tuple = ()
    lacks: tuple = ()


def passes(status=200, body=b"", reused=True, **options):
    return (Want(status, body, reused=reused, **options),)


def bad_gateway(status=502):
    return (Want(status),)


def cut(status=200):
    return (Want(status, is_cut=True),)


def either(*wants):
    return sum(wants, ())


ANYTHING = ()  # only as haproxy=


@dataclass(frozen=True)
class Case:
    name: str
    response: bytes
    want: tuple
    close: bool = False  # after the response, by the server
    method: str = "GET"
    haproxy: Optional[tuple] = None


def case(name, response, want, **options):
    return Case(name, response, want, **options)


def head(*fields, line=b"HTTP/1.1 200 OK"):
    return b"\r\n".join([line, *fields]) + b"\r\n\r\n"


def chunked(body):
    return head(b"Transfer-Encoding: chunked") + body


GOOD = [
    case("a length", OK, passes(body=b"ok")),
    case("a length of 0", head(b"Content-Length: 0"), passes()),
    case("the same length twice", head(b"Content-Length: 2", b"Content-Length: 2") + b"ok",
         passes(body=b"ok")),
    case("chunks", chunked(b"2\r\nok\r\n0\r\n\r\n"), passes(body=b"ok")),
    case("chunks with extension and trailer", chunked(b"2;a=b\r\nok\r\n0\r\nX: y\r\n\r\n"),
         passes(body=b"ok")),
    case("chunks without data", chunked(b"0\r\n\r\n"), passes()),
    case("until close", head() + b"ok", passes(body=b"ok", reused=False), close=True),
    case("until close, HTTP/1.0", head(line=b"HTTP/1.0 200 OK") + b"ok", passes(body=b"ok", reused=False),
         close=True),
    case("until close, no byte", head(), passes(reused=False), close=True),
    case("a length, HTTP/1.0", head(b"Content-Length: 2", line=b"HTTP/1.0 200 OK") + b"ok",
         passes(body=b"ok", reused=False), close=True),
    case("Connection: close is the server's affair",
         head(b"Content-Length: 2", b"Connection: close", b"Keep-Alive: timeout=5") + b"ok",
         passes(body=b"ok", reused=False), close=True),
    case("a field that Connection names", head(b"Content-Length: 2", b"Connection: X-Hop", b"X-Hop: 1")
         + b"ok", passes(body=b"ok", lacks=("x-hop",)), haproxy=passes(body=b"ok")),
    case("204", head(line=b"HTTP/1.1 204 No Content"), passes(204)),
    case("304 with a length", head(b"Content-Length: 5", line=b"HTTP/1.1 304 Not Modified"), passes(304)),
    case("HEAD with a length", head(b"Content-Length: 5"), passes(), method="HEAD"),
    case("HEAD with chunks announced", head(b"Transfer-Encoding: chunked"), passes(), method="HEAD"),
    case("a status without reason", b"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok", passes(body=b"ok")),
    case("a status that nobody registered", head(b"Content-Length: 0", line=b"HTTP/1.1 299 Odd"),
         passes(299)),
    case("an error of the server", head(b"Content-Length: 2", line=b"HTTP/1.1 500 Oops") + b"no",
         passes(500, b"no")),
    case("100 before the response", head(line=b"HTTP/1.1 100 Continue") + OK,
         passes(body=b"ok", interim=(100,))),
    case("103 before the response", head(b"Link: </a>", line=b"HTTP/1.1 103 Early Hints") + OK,
         passes(body=b"ok", interim=(103,))),
    case("several interim responses", head(line=b"HTTP/1.1 102 Processing") * 3 + OK,
         passes(body=b"ok", interim=(102, 102, 102))),
]

EARLY_ENDS = [
    case("nothing, then close", b"", bad_gateway(), close=True),
    case("half a status line", b"HTTP/1.1 2", bad_gateway(), close=True),
    case("half a head", b"HTTP/1.1 200 OK\r\nContent-Le", bad_gateway(), close=True),
    case("a head without its end", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", bad_gateway(), close=True),
    case("an interim response only", head(line=b"HTTP/1.1 103 Early Hints"),
         either(bad_gateway(), cut(103)), close=True),
    case("a body shorter than its length", head(b"Content-Length: 9") + b"ok", cut(), close=True),
    case("a head, no body", head(b"Content-Length: 9"), either(cut(), bad_gateway()), close=True),
    case("half a chunk", chunked(b"9\r\nok"), cut(), close=True),
    case("half a chunk size", chunked(b"2\r\nok\r\n1"), cut(), close=True),
    case("no last chunk", chunked(b"2\r\nok\r\n"), cut(), close=True),
    case("half a last chunk", chunked(b"2\r\nok\r\n0\r\n"), cut(), close=True),
    case("half a trailer", chunked(b"2\r\nok\r\n0\r\nX: "), cut(), close=True),
]

BAD_HEADS = [
    case(name, response, bad_gateway(), haproxy=haproxy)
    for name, response, haproxy in (
        ("garbage", b"garbage\r\n\r\n", None),
        ("an SSH banner", b"SSH-2.0-OpenSSH_9.2\r\n\r\n", None),
        ("a binary answer", bytes(range(256)) * 4, None),
        ("a request instead of a response", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", None),
        ("a name in lower case", b"http/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", None),
        ("a status of letters", b"HTTP/1.1 abc OK\r\nContent-Length: 2\r\n\r\nok", None),
        ("a status of two digits", b"HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok", ANYTHING),
        ("a status of four digits", b"HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok", ANYTHING),
        ("a status below 100", b"HTTP/1.1 099 OK\r\nContent-Length: 2\r\n\r\nok", ANYTHING),
        ("HTTP/2.0", b"HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok", ANYTHING),
        ("a space before the colon", head(b"X : y", b"Content-Length: 2") + b"ok", None),
        ("a space before the colon of the length", head(b"Content-Length : 2") + b"ok", None),
        ("a line without colon", head(b"X", b"Content-Length: 2") + b"ok", None),
        ("a NUL in a name", head(b"X\0: y", b"Content-Length: 2") + b"ok", None),
        ("a NUL in a value", head(b"X: y\0", b"Content-Length: 2") + b"ok", ANYTHING),
        ("a bare CR in a value", head(b"X: y\rz", b"Content-Length: 2") + b"ok", None),
        ("a bare LF ends a field", b"HTTP/1.1 200 OK\r\nX: y\nContent-Length: 2\r\n\r\nok", ANYTHING),
        ("a name with bytes above 127", head(b"X\xe9: y", b"Content-Length: 2") + b"ok", None),
        ("two different lengths", head(b"Content-Length: 2", b"Content-Length: 3") + b"ok!", None),
        ("different lengths in a list", head(b"Content-Length: 2, 3") + b"ok!", None),
        ("a negative length", head(b"Content-Length: -2") + b"ok", None),
        ("a length of letters", head(b"Content-Length: two") + b"ok", None),
        ("an empty length", head(b"Content-Length:") + b"ok", None),
        ("a length over 64 bits", head(b"Content-Length: 99999999999999999999") + b"ok", None),
        ("a head larger than the buffer", head(b"X: " + b"y" * 40000, b"Content-Length: 2") + b"ok", None),
        ("2,000 fields", head(*(b"X-%d: y" % i for i in range(2000)), b"Content-Length: 2") + b"ok", None),
        ("a head without end", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20000, None),
        ("an upgrade that nobody asked for", head(b"Upgrade: websocket", b"Connection: upgrade",
                                                  line=b"HTTP/1.1 101 Switching Protocols"), ANYTHING),
        ("an unknown coding", head(b"Transfer-Encoding: x") + b"2\r\nok\r\n0\r\n\r\n", ANYTHING),
        ("chunked twice", head(b"Transfer-Encoding: chunked, chunked") + b"2\r\nok\r\n0\r\n\r\n", ANYTHING),
    )
]

BAD_BODIES = [
    case("a bad chunk size", chunked(b"2\r\nok\r\nzz\r\n"), either(cut(), bad_gateway())),
    case("a first chunk size that is bad", chunked(b"zz\r\nok\r\n"), either(cut(), bad_gateway())),
    case("a negative chunk size", chunked(b"2\r\nok\r\n-2\r\nok\r\n0\r\n\r\n"), either(cut(), bad_gateway())),
    case("no CRLF after a chunk", chunked(b"2\r\nokay\r\n0\r\n\r\n"), either(cut(), bad_gateway())),
    case("a chunk size over 64 bits", chunked(b"2\r\nok\r\n10000000000000002\r\nok\r\n"), either(cut(), bad_gateway())),
    case("a bad trailer", chunked(b"2\r\nok\r\n0\r\nX : y\r\n\r\n"),
         either(bad_gateway(), cut(), passes(body=b"ok", reused=False)),
         haproxy=ANYTHING),
    # two framings: chunked decides, RFC 9112 6.3, or nothing does; but the connection is done
    case("a length and chunks", head(b"Content-Length: 9", b"Transfer-Encoding: chunked")
         + b"2\r\nok\r\n0\r\n\r\n", either(bad_gateway(), passes(body=b"ok", reused=False)),
         haproxy=passes(body=b"ok", reused=None)),
]

TOO_MUCH = [
    case("data after the length", OK + INJECTED, passes(body=b"ok", reused=False)),
    case("data after the last chunk", chunked(b"2\r\nok\r\n0\r\n\r\n") + INJECTED,
         passes(body=b"ok", reused=False)),
    case("data after a length of 0", head(b"Content-Length: 0") + INJECTED, passes(reused=False)),
    case("data after 204", head(line=b"HTTP/1.1 204 No Content") + INJECTED, passes(204, reused=False)),
    case("data after 304", head(line=b"HTTP/1.1 304 Not Modified") + INJECTED, passes(304, reused=False)),
    case("a body for HEAD", OK, passes(reused=False), method="HEAD"),
    case("a second response for HEAD", head(b"Content-Length: 0") + INJECTED, passes(reused=False),
         method="HEAD"),
    case("one byte too much", OK + b"!", passes(body=b"ok", reused=False)),
    case("CRLF too much", OK + b"\r\n", passes(body=b"ok", reused=False)),
    case("a flood of interim responses", head(line=b"HTTP/1.1 103 Early Hints") * 20000 + OK,
         either(bad_gateway(), cut(103)), haproxy=ANYTHING),
]

CASES = GOOD + EARLY_ENDS + BAD_HEADS + BAD_BODIES + TOO_MUCH
