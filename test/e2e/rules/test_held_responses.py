# SPDX-License-Identifier: Apache-2.0
"""Rules that hold a response: for its body, or for a while."""
import time

import pytest

from harness.client import Client
from harness.origin import reply
from harness.ports import free_port

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    {front}
    default_backend app

backend app
    {back}
    server s1 127.0.0.1:{server}
"""
BODY = b"abcdefghij"


@pytest.fixture
def start(balance, serve):
    """start(rules of the backend, behaviour of the server) -> port"""

    def run(*back, behaviour, front=()):
        port = free_port()
        balance(CONFIG.format(port=port, server=serve(behaviour).port, back="\n    ".join(back),
                              front="\n    ".join(front)))
        return port

    return run


def in_pieces(framing, *pieces):
    """Sends the head, then the body in pieces with a pause between them; None: ends the connection."""

    def behaviour(conn):
        while conn.request():
            fields = {"length": b"Content-Length: %d\r\n" % len(BODY),
                      "chunks": b"Transfer-Encoding: chunked\r\n", "close": b""}[framing]
            conn.send(b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n")
            for number, piece in enumerate(pieces):
                if number > 0:
                    time.sleep(0.15)
                if piece is None:
                    return
                conn.send(b"%x\r\n%s\r\n" % (len(piece), piece) if framing == "chunks" else piece)
            if framing == "chunks":
                conn.send(b"0\r\n\r\n")

    return behaviour


def ask(port, path="/"):
    with Client(port) as client:
        response = client.request("GET", path)
    return response, dict((name.lower(), text) for name, text in response.headers)


@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_the_whole_body_is_waited_for(start, framing):
    port = start("http-response wait-for-body time 10s",
                 "http-response set-header x-body %[res.body]",
                 behaviour=in_pieces(framing, BODY[:3], BODY[3:6], BODY[6:]))
    with Client(port) as client:
        for _ in range(2):  # the connections go on
            response = client.request()
            fields = dict((name.lower(), text) for name, text in response.headers)
            assert (response.status, response.body, fields["x-body"]) == (200, BODY, BODY.decode())


def test_a_body_that_ends_with_the_connection(start):
    port = start("http-response wait-for-body time 10s",
                 "http-response set-header x-body %[res.body]",
                 behaviour=in_pieces("close", BODY[:3], BODY[3:], None))
    response, fields = ask(port)
    assert (response.body, fields["x-body"]) == (BODY, BODY.decode())


def test_a_server_that_leaves_ends_the_wait(start):
    port = start("http-response wait-for-body time 30s",
                 "http-response set-header x-body %[res.body]",
                 behaviour=in_pieces("length", BODY[:3], None))
    with Client(port) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        text = client.stream.rest().lower()
    assert text.startswith(b"http/1.1 200 ") and b"x-body: abc\r\n" in text and text.endswith(b"\r\n\r\nabc")


def test_so_many_bytes_are_waited_for(start):
    port = start("http-response wait-for-body time 10s at-least 5",
                 "http-response set-header x-enough %[res.body_len,sub(4),bool]",
                 behaviour=in_pieces("length", BODY[:3], BODY[3:6], BODY[6:]))
    response, fields = ask(port)
    assert (response.body, fields["x-enough"]) == (BODY, "1")


def test_a_body_that_is_late(start, syslog):
    def half(conn):
        conn.request()
        conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        conn.wait_closed()

    port = start("http-response wait-for-body time 200ms", behaviour=half)
    response, _ = ask(port)
    assert response.status == 504
    assert syslog.http()[0]["termination"] == "sR--"


def test_a_body_larger_than_the_buffer(start):
    large = bytes(range(256)) * 1024
    port = start("http-response wait-for-body time 30s",
                 "http-response set-header x-some %[res.body_len,bool]",
                 "http-response set-header x-a %[status]",
                 behaviour=lambda conn: [conn.send(reply(large)) for _ in iter(conn.request, None)])
    with Client(port) as client:
        for _ in range(3):
            response = client.request()
            fields = dict((name.lower(), text) for name, text in response.headers)
            assert (response.body, fields["x-some"], fields["x-a"]) == (large, "1", "200")


def test_rules_before_and_behind_a_wait_run_once(start):
    port = start("http-response add-header x-order 1",
                 "http-response wait-for-body time 10s if { status 200 }",
                 "http-response add-header x-order 2",
                 front=("http-response add-header x-order 3",
                        "http-response wait-for-body time 10s",
                        "http-response add-header x-order 4",
                        "http-after-response add-header x-order 5"),
                 behaviour=in_pieces("length", BODY[:3], BODY[3:]))
    with Client(port) as client:
        response = client.request()
    assert [text for name, text in response.headers if name.lower() == "x-order"] == list("12345")
    assert response.body == BODY


def test_a_wait_then_a_refusal(start):
    port = start("http-response wait-for-body time 10s",
                 "http-response deny deny_status 403 if { res.body -m sub hij }",
                 behaviour=in_pieces("chunks", BODY[:3], BODY[3:]))
    response, _ = ask(port)
    assert response.status == 403


@pytest.mark.weir_only
def test_a_pause(start):
    port = start("http-response pause 300ms if { capture.req.uri /slow }",
                 "http-response set-header x-a 1",
                 behaviour=in_pieces("length", BODY))
    begin = time.monotonic()
    response, fields = ask(port, "/slow")
    assert time.monotonic() - begin >= 0.3
    assert (response.body, fields["x-a"]) == (BODY, "1")
    assert ask(port, "/fast")[0].body == BODY
