# SPDX-License-Identifier: Apache-2.0
"""Rules where messages are long, come in pieces, or follow each other on one connection."""
import time

import pytest

from harness.client import Client
from harness.origin import reply
from harness.ports import free_port
from harness.sockets import wait_taken

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    timeout tarpit 500ms
    {front}
    default_backend app

backend app
    {back}
    server s1 127.0.0.1:{server}
"""
LARGE = bytes(range(256)) * 4096


@pytest.fixture(autouse=True)
def haproxy_words(monkeypatch):
    monkeypatch.setenv("WEIR_SYNTAX", "haproxy")


@pytest.fixture
def start(balance):
    def run(server, *front, back=()):
        port = free_port()
        balance(CONFIG.format(port=port, server=server, front="\n    ".join(front),
                              back="\n    ".join(back)))
        return port

    return run


def test_a_request_that_cannot_be_read_is_answered_without_rules(balance):
    port = free_port()
    balance("""
frontend web
    bind 127.0.0.1:%d
    http-after-response set-header x-after 1
    http-request return status 200
""" % port)
    with Client(port) as client:
        assert client.request().header("x-after") == "1"
    with Client(port) as client:
        client.send(b"\x02\x00 GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        response = client.response()
    assert response.status == 400 and response.header("x-after") is None


def value(message, name):
    return dict((key.lower(), text) for key, text in message.headers).get(name)


def test_a_large_upload_and_download(start, serve):
    origin = serve(lambda conn: [conn.send(reply(LARGE)) for _ in iter(conn.request, None)])
    port = start(origin.port, "http-request set-header x-a %[path]", "http-request set-path /new",
                 "http-response set-header x-b %[status]", "http-response del-header x-none")
    with Client(port) as client:
        for _ in range(3):
            response = client.request("POST", "/old", body=LARGE)
            assert response.body == LARGE and value(response, "x-b") == "200"
    assert [request.start_line.split()[1] for request in origin.requests] == ["/new"] * 3
    assert all(request.body == LARGE and value(request, "x-a") == "/old" for request in origin.requests)


def test_waiting_for_a_part_of_a_large_body(start, serve):
    origin = serve()
    port = start(origin.port, "http-request wait-for-body time 1m at-least 1000",
                 "http-request set-header x-a %[req.body_len]")
    with Client(port) as client:
        assert client.request("POST", "/", body=LARGE).status == 200
    assert origin.requests[0].body == LARGE and int(value(origin.requests[0], "x-a")) >= 1000


def test_requests_of_one_connection(start, serve):
    origin = serve()
    port = start(origin.port, "http-request set-var(sess.first) path if { http_first_req }",
                 "http-request set-var(req.own) path", "http-request set-header x-a %[var(sess.first)],%[var(req.own)]",
                 "http-request return status 201 if { path /own }", "http-request deny if { path /deny }")
    with Client(port) as client:
        client.send(b"".join(b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % path
                             for path in (b"/1", b"/own", b"/2", b"/deny", b"/3")))
        assert [client.response().status for _ in range(5)] == [200, 201, 200, 403, 200]
    assert [value(request, "x-a") for request in origin.requests] == ["/1,/1", "/1,/2", "/1,/3"]


def test_a_head_in_pieces(start, serve):
    def serve_slowly(conn):
        while conn.request():
            for piece in (b"HTTP/1.1 200 OK\r\nX-A: 1", b"\r\nContent-Le", b"ngth: 2\r\n\r\n", b"h", b"i"):
                conn.send(piece)
                time.sleep(0.05)

    origin = serve(serve_slowly)
    port = start(origin.port, "http-response set-header x-b %[res.hdr(x-a)]",
                 "http-after-response set-header x-c %[res.hdr(x-b)]")
    with Client(port) as client:
        for _ in range(2):
            response = client.request()
            assert response.body == b"hi" and value(response, "x-c") == "1"


def test_a_tarpit_ends_in_time(start, serve, syslog):
    origin = serve()
    port = start(origin.port, "http-request tarpit if { path /bad }")
    with Client(port) as client:
        started = time.monotonic()
        assert client.request(path="/bad").status == 500
        assert time.monotonic() - started >= 0.45
    assert syslog.http()[0]["termination"] == "PT--"
    with Client(port) as client:  # a client that leaves a tarpit
        client.send(b"GET /bad HTTP/1.1\r\nHost: a\r\n\r\n")
        wait_taken(client)
        client.reset()
    syslog.http(2)
    with Client(port) as client:
        assert client.request().status == 200


def test_the_room_has_an_end(start, serve):
    """More than a buffer holds: the request fails, and with strict-mode off the rule is passed over."""
    origin = serve()
    rules = ["http-request set-header x-%d %%[req.hdr(x-long)]" % i for i in range(40)]
    port = start(origin.port, "http-request strict-mode off if { path /lenient }", *rules)
    long = ("X-Long", "a" * 1000)
    with Client(port) as client:
        assert client.request(headers=[long]).status == 500
    with Client(port) as client:
        assert client.request(path="/lenient", headers=[long]).status == 200
    assert 5 < len(origin.requests[0].headers) < 40


def test_a_client_that_leaves_while_a_body_is_waited_for(start, serve, syslog):
    origin = serve()
    port = start(origin.port, "option http-buffer-request")
    with Client(port) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
        wait_taken(client)
        client.reset()
    assert syslog.http()[0]["termination"][1] in "DR"
    with Client(port) as client:
        assert client.request("POST", "/", body=b"abc").status == 200
    assert len(origin.requests) == 1
