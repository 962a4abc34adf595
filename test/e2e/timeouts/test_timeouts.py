# SPDX-License-Identifier: Apache-2.0
"""Each timeout: what the client sees, when, and the termination code in the log line."""
import socket
import time

import pytest

from harness.client import Client
from harness.http import Cut
from harness.origin import reply
from harness.ports import free_port
from harness.waiting import wait_for

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    timeout client {client}
    timeout http-request {request}
    timeout http-keep-alive {keep_alive}
    timeout client-fin 1s
    default_backend app

backend app
    timeout connect 1s
    timeout server {wait}
    timeout queue 1s
    timeout tunnel {tunnel}
    timeout server-fin 1s
    retries 1
    server s1 127.0.0.1:{server} {words}
"""


@pytest.fixture
def start(balance):
    """start(server port, ...) -> port of the balancer"""

    def run(server, client="3s", request="3s", keep_alive="3s", tunnel="3s",
            wait="1s", words=""):
        port = free_port()
        balance(CONFIG.format(port=port, server=server, client=client, request=request,
                              keep_alive=keep_alive, tunnel=tunnel, wait=wait, words=words))
        return port

    return run


class Clock:
    """How long something took, against what it should take."""

    def __init__(self):
        self.started = time.monotonic()

    def check(self, seconds, slack=1.5):
        took = time.monotonic() - self.started
        assert seconds - 0.1 <= took <= seconds + slack, "%.2f s instead of %s" % (took, seconds)


@pytest.fixture
def full_backlog():
    """A port whose listener never accepts and whose backlog is full: further SYNs get no answer."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", free_port()))
        listener.listen(0)
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
            fillers.append(filler)
        time.sleep(0.2)
        yield listener.getsockname()[1]
        for filler in fillers:
            filler.close()


def test_connect(start, full_backlog, syslog):
    port, clock = start(full_backlog), Clock()
    with Client(port) as client:
        assert client.request().status == 503
    clock.check(2)  # one retry
    line = syslog.http()[0]
    assert (line["termination"], line["status"], line["Tc"]) == ("sC--", "503", "-1")


def test_a_refused_connection(start, syslog):
    port = start(free_port())
    with Client(port) as client:
        assert client.request().status == 503
    line = syslog.http()[0]
    assert (line["termination"], line["status"]) == ("SC--", "503")
    assert line["conns"].endswith("/1"), "one retry: " + line["conns"]


def test_server_that_does_not_answer(start, serve, syslog):
    def silent(conn):
        conn.request()
        conn.wait_closed()

    port, clock = start(serve(silent).port), Clock()
    with Client(port) as client:
        assert client.request().status == 504
    clock.check(1)
    line = syslog.http()[0]
    assert (line["termination"], line["status"], line["Tr"]) == ("sH--", "504", "-1")


def test_server_that_stops_in_its_head(start, serve, syslog):
    def stops(conn):
        conn.request()
        conn.send(b"HTTP/1.1 200 OK\r\nConte")
        conn.wait_closed()

    port = start(serve(stops).port)
    with Client(port) as client:
        assert client.request().status == 504
    assert syslog.http()[0]["termination"] == "sH--"


def test_server_that_stops_in_its_body(start, serve, syslog):
    def stops(conn):
        conn.request()
        conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        conn.wait_closed()

    port, clock = start(serve(stops).port), Clock()
    with Client(port) as client, pytest.raises(Cut):
        client.request()
    clock.check(1)
    line = syslog.http()[0]
    assert (line["termination"], line["status"]) == ("sD--", "200")


def test_a_slow_server_that_never_pauses_long_is_no_timeout(start, serve, syslog):
    def slow(conn):
        conn.request()
        conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        for byte in b"hello":
            time.sleep(0.4)
            conn.send(bytes([byte]))

    port = start(serve(slow).port)
    with Client(port) as client:
        assert client.request().body == b"hello"
    assert syslog.http()[0]["termination"] == "----"


@pytest.mark.parametrize("sent", ["GET", "GET / HTTP/1.1\r\nHost: a\r\n"])
def test_http_request(start, serve, syslog, sent):
    port, clock = start(serve().port, request="1s"), Clock()
    with Client(port) as client:
        client.send(sent)
        assert client.response().status == 408
        assert client.is_closed()
    clock.check(1)
    line = syslog.http()[0]
    assert (line["termination"], line["status"], line["server"]) == ("cR--", "408", "<NOSRV>")
    assert line["request"] == "<BADREQ>"


def test_http_request_counts_the_whole_head(start, serve):
    port, clock = start(serve().port, request="1s"), Clock()
    with Client(port) as client:
        client.send("GET / HTTP/1.1\r\n")
        while not client.stream.buffer and time.monotonic() - clock.started < 3:
            client.send("X: y\r\n")
            client.is_silent(0.1)
        assert client.response().status == 408
    clock.check(1)


def test_a_connection_without_a_byte_is_closed(start, serve, syslog):
    port, clock = start(serve().port, request="1s"), Clock()
    with Client(port) as client:
        client.rest()
    clock.check(1)
    time.sleep(0.2)
    assert not syslog.lines or "web " not in syslog.lines[-1], "dontlognull: " + syslog.lines[-1]


def test_http_keep_alive(start, serve, syslog):
    port = start(serve().port, keep_alive="1s")
    with Client(port) as client:
        assert client.request().status == 200
        clock = Clock()
        assert client.is_closed(4) and not client.stream.buffer
        clock.check(1)
    assert [line["termination"] for line in syslog.http()] == ["----"]


def test_client_that_stops_in_its_body(start, serve, syslog):
    port, clock = start(serve().port, client="1s"), Clock()
    with Client(port) as client:
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf")
        response = client.response()
        assert response.status in (408, 504)
    clock.check(1)
    assert syslog.http()[0]["termination"][0] in "cs"


def test_client_that_does_not_read(start, serve, syslog):
    def floods(conn):
        conn.request()
        conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        for _ in range(100):
            conn.send(bytes(1000000))

    port = start(serve(floods).port, client="1s")
    with Client(port, receive_buffer=65536) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        line = syslog.http(within=8)[0]
    assert line["termination"] in ("cD--", "sD--") and line["status"] == "200"


def test_queue(start, serve, syslog):
    def slow(conn):
        while conn.request():
            time.sleep(2.5)
            conn.send(reply())

    port = start(serve(slow).port, words="maxconn 1", wait="5s")
    with Client(port) as first, Client(port) as second:
        first.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.3)
        clock = Clock()
        assert second.request("GET", "/second").status == 503
        clock.check(1)
    line = next(line for line in syslog.http() if "/second" in line["request"])
    assert (line["termination"], line["status"]) == ("sQ--", "503")


def upgrades(conn):
    conn.request()
    conn.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
    conn.wait_closed()


def test_tunnel(start, serve, syslog):
    port = start(serve(upgrades).port, tunnel="2s")
    with Client(port) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
        assert client.response().status == 101
        clock = Clock()
        assert client.is_closed(6)
        clock.check(2)
    line = syslog.http()[0]
    assert line["status"] == "101" and line["termination"] in ("cD--", "sD--")


def test_client_fin(start, serve, syslog):
    def answers_forever(conn):
        conn.request()
        conn.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
        conn.wait_closed()
        time.sleep(5)

    port = start(serve(answers_forever).port, tunnel="20s")
    with Client(port) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
        assert client.response().status == 101
        clock = Clock()
        client.end()
        assert client.is_closed(6)
        clock.check(1)


def test_server_fin(start, serve):
    def ends_early(conn):
        conn.request()
        conn.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
        conn.sock.shutdown(socket.SHUT_WR)
        conn.wait_closed()
        conn.origin.ended = time.monotonic()

    server = serve(ends_early)
    server.ended = None
    port = start(server.port, tunnel="20s")
    with Client(port) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
        assert client.response().status == 101
        started = time.monotonic()
        wait_for(lambda: server.ended, 6)
    assert server.ended - started < 3


def test_a_client_that_leaves_while_it_waits(start, serve, syslog):
    def slow(conn):
        conn.request()
        time.sleep(0.8)
        conn.send(reply())
        conn.wait_closed()

    port = start(serve(slow).port)
    with Client(port) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.2)
        client.reset()
    line = syslog.http()[0]
    assert line["termination"] in ("CH--", "CD--"), line["termination"]


# HAProxy looks for the client's end where the frontend has the option, too.
ABORTING = """
defaults
    mode http
    log global
    option httplog
    option abortonclose
    timeout connect 3s
    timeout client 10s
    timeout server 10s

frontend web
    bind 127.0.0.1:{port}
    default_backend app

backend app
    retries 20
    timeout queue 60s
    server s1 127.0.0.1:{server} {words}
"""


def test_a_client_that_leaves_between_retries(balance, syslog):
    port = free_port()
    balance(ABORTING.format(port=port, server=free_port(), words=""))
    with Client(port) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    line = syslog.http()[0]
    assert (line["termination"], line["status"], line["server"]) == ("CC--", "-1", "s1")


def test_a_client_that_leaves_in_the_queue(balance, serve, syslog):
    port, server = free_port(), serve(lambda conn: (conn.request(), conn.wait_closed()))
    balance(ABORTING.format(port=port, server=server.port, words="maxconn 1"))
    with Client(port) as first:
        first.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n")
        wait_for(lambda: server.requests)
        with Client(port) as second:
            second.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
            time.sleep(0.2)
        line = syslog.http()[0]
    assert (line["termination"], line["status"], line["server"]) == ("CQ--", "-1", "<NOSRV>")


def test_a_client_that_leaves_in_the_body(start, serve, syslog):
    def floods(conn):
        conn.request()
        conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        for _ in range(100):
            conn.send(bytes(1000000))

    port = start(serve(floods).port)
    with Client(port) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        client.stream.until(b"\r\n\r\n")
        client.reset()
    line = syslog.http()[0]
    assert (line["termination"], line["status"]) == ("CD--", "200")


def test_a_server_that_breaks_its_head_off(start, serve, syslog):
    def breaks(conn):
        conn.request()
        conn.send(b"HTTP/1.1 200 OK\r\nConte")

    port = start(serve(breaks).port)
    with Client(port) as client:
        assert client.request().status == 502
    line = syslog.http()[0]
    assert (line["termination"], line["status"]) == ("SH--", "502")


def test_a_server_that_breaks_its_body_off(start, serve, syslog):
    def breaks(conn):
        conn.request()
        conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")

    port = start(serve(breaks).port)
    with Client(port) as client, pytest.raises(Cut):
        client.request()
    line = syslog.http()[0]
    assert (line["termination"], line["status"]) == ("SD--", "200")


def test_a_server_that_sends_garbage(start, serve, syslog):
    def babbles(conn):
        conn.request()
        conn.send(b"garbage\r\n\r\n")

    port = start(serve(babbles).port)
    with Client(port) as client:
        assert client.request().status == 502
    line = syslog.http()[0]
    assert (line["termination"], line["status"]) == ("PH--", "502")


def test_a_client_that_sends_garbage(start, serve, syslog):
    port = start(serve().port)
    with Client(port) as client:
        client.send("garbage\r\n\r\n")
        assert client.response().status == 400
    line = syslog.http()[0]
    assert (line["termination"], line["status"], line["server"]) == ("PR--", "400", "<NOSRV>")
    assert line["request"] == "<BADREQ>"
