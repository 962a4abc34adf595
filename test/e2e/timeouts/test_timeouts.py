# SPDX-License-Identifier: Apache-2.0
"""Each timeout: what the client sees, not before its time, and the termination code in the log line.

Only the timeout in question is short. All others are longer than a client waits here, so whatever ends a scenario is
the one that should, and nothing depends on how fast the machine is.
"""
import socket
import threading
import time

import pytest

from harness.client import Client, get
from harness.http import Cut
from harness.origin import reply
from harness.ports import free_port
from harness.sockets import wait_taken
from harness.waiting import PATIENCE_S, wait_for

AMPLE = "%ds" % (PATIENCE_S * 3 / 2)
CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    timeout client {client}
    timeout http-request {request}
    timeout http-keep-alive {keep_alive}
    timeout client-fin {client_fin}
    default_backend app

backend app
    timeout connect {connect}
    timeout server {wait}
    timeout queue {queue}
    timeout tunnel {tunnel}
    timeout server-fin {server_fin}
    retries 1
    server s1 127.0.0.1:{server} {words}
"""
TIMEOUTS = ("client", "request", "keep_alive", "client_fin", "connect", "wait", "queue", "tunnel", "server_fin")


@pytest.fixture
def start(balance):
    """start(server port, name of a timeout="1s", ...) -> port of the balancer"""

    def run(server, words="", **timeouts):
        port = free_port()
        times = {name: timeouts.pop(name, AMPLE) for name in TIMEOUTS}
        assert not timeouts
        balance(CONFIG.format(port=port, server=server, words=words, **times))
        return port

    return run


WHILE_OTHERS_ACT = "5s"  # for what a server may be a little late with


class Clock:
    """Begins before what it measures; how much later that ends is the machine's affair."""

    def __init__(self):
        self.started = time.monotonic()

    def check(self, seconds):
        took = time.monotonic() - self.started
        assert took >= seconds - 0.1, "%.2f s instead of %s" % (took, seconds)


def queue_of(listener):
    """How many connections wait for accept(): of a listening socket tcpi_unacked tells."""
    return int.from_bytes(listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 28)[24:28], "little")


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
        wait_for(lambda: queue_of(listener) > 0)
        yield listener.getsockname()[1]
        for filler in fillers:
            filler.close()


def test_connect(start, full_backlog, syslog):
    port, clock = start(full_backlog, connect="1s"), Clock()
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

    port, clock = start(serve(silent).port, wait="1s"), Clock()
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

    port = start(serve(stops).port, wait="1s")
    with Client(port) as client:
        assert client.request().status == 504
    assert syslog.http()[0]["termination"] == "sH--"


def test_server_that_stops_in_its_body(start, serve, syslog):
    def stops(conn):
        conn.request()
        conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        conn.wait_closed()

    port, clock = start(serve(stops).port, wait=WHILE_OTHERS_ACT), Clock()
    with Client(port) as client, pytest.raises(Cut):
        client.request()
    clock.check(5)
    line = syslog.http()[0]
    assert (line["termination"], line["status"]) == ("sD--", "200")


def test_a_slow_server_that_never_pauses_long_is_no_timeout(start, serve, syslog):
    def slow(conn):
        conn.request()
        conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        for byte in b"hello":
            time.sleep(1.1)
            conn.send(bytes([byte]))

    port = start(serve(slow).port, wait=WHILE_OTHERS_ACT)
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
        while not client.stream.buffer and time.monotonic() - clock.started < PATIENCE_S:
            client.send("X: y\r\n")
            client.is_silent(0.1)
        assert client.response().status == 408
    clock.check(1)


def test_a_connection_without_a_byte_is_closed(start, serve, syslog):
    port, clock = start(serve().port, request="1s"), Clock()
    with Client(port) as client:
        client.rest()
    clock.check(1)
    assert get(port, "/later").status == 200
    assert [line["request"] for line in syslog.http()] == ["GET /later HTTP/1.1"]  # dontlognull


def test_http_keep_alive(start, serve, syslog):
    port, clock = start(serve().port, keep_alive="1s"), Clock()
    with Client(port) as client:
        assert client.request().status == 200
        assert client.is_closed() and not client.stream.buffer
        clock.check(1)
    assert [line["termination"] for line in syslog.http()] == ["----"]


def test_client_that_stops_in_its_body(start, serve, syslog):
    port, clock = start(serve().port, client="1s", wait="2s"), Clock()
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
        line = syslog.http()[0]
    assert line["termination"] in ("cD--", "sD--") and line["status"] == "200"


def test_queue(start, serve, syslog):
    release = threading.Event()

    def held(conn):
        while conn.request():
            release.wait(PATIENCE_S)
            conn.send(reply())

    server = serve(held)
    port = start(server.port, words="maxconn 1", queue="1s")
    with Client(port) as first, Client(port) as second:
        first.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
        wait_for(lambda: server.requests)
        clock = Clock()
        assert second.request("GET", "/second").status == 503
        clock.check(1)
        line = syslog.http()[0]
        release.set()
        assert first.response().status == 200
    assert (line["request"], line["termination"], line["status"]) == ("GET /second HTTP/1.1", "sQ--", "503")


def upgrades(conn):
    conn.request()
    conn.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
    conn.wait_closed()


def test_tunnel(start, serve, syslog):
    port, clock = start(serve(upgrades).port, tunnel="2s"), Clock()
    with Client(port) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
        assert client.response().status == 101
        assert client.is_closed()
        clock.check(2)
    line = syslog.http()[0]
    assert line["status"] == "101" and line["termination"] in ("cD--", "sD--")


def test_server_fin_bounds_a_server_that_does_not_end(start, serve, syslog):
    release = threading.Event()

    def stays(conn):
        upgrades(conn)
        release.wait(2 * PATIENCE_S)

    port = start(serve(stays).port, server_fin="1s")
    with Client(port) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
        assert client.response().status == 101
        clock = Clock()
        client.end()
        assert client.is_closed()
        clock.check(1)
    release.set()


def test_client_fin_bounds_a_client_that_does_not_end(start, serve):
    left = threading.Event()

    def ends_early(conn):
        conn.request()
        conn.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
        conn.sock.shutdown(socket.SHUT_WR)
        conn.wait_closed()
        left.set()

    port = start(serve(ends_early).port, client_fin="1s")
    with Client(port) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
        assert client.response().status == 101
        assert left.wait(PATIENCE_S), "the balancer does not let the server go"


def test_a_client_that_leaves_while_it_waits(start, serve, syslog):
    release = threading.Event()

    def slow(conn):
        conn.request()
        release.wait(PATIENCE_S)
        conn.send(reply())
        conn.wait_closed()

    server = serve(slow)
    port = start(server.port)
    with Client(port) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        wait_for(lambda: server.requests)
        client.reset()
    release.set()
    line = syslog.http()[0]
    assert line["termination"] in ("CH--", "CD--"), line["termination"]


# HAProxy looks for the client's end where the frontend has the option, too.
ABORTING = """
defaults
    mode http
    log global
    option httplog
    option abortonclose
    timeout connect {ample}
    timeout client {ample}
    timeout server {ample}

frontend web
    bind 127.0.0.1:{port}
    default_backend app

backend app
    retries 20
    timeout queue {ample}
    server s1 127.0.0.1:{server} {words}
"""


def test_a_client_that_leaves_between_retries(balance, syslog):
    port = free_port()
    balance(ABORTING.format(port=port, server=free_port(), words="", ample=AMPLE))
    with Client(port) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        wait_taken(client)
    line = syslog.http()[0]
    assert (line["termination"], line["status"], line["server"]) == ("CC--", "-1", "s1")


def test_a_client_that_leaves_in_the_queue(balance, serve, syslog):
    port, server = free_port(), serve(lambda conn: (conn.request(), conn.wait_closed()))
    balance(ABORTING.format(port=port, server=server.port, words="maxconn 1", ample=AMPLE))
    with Client(port) as first:
        first.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n")
        wait_for(lambda: server.requests)
        with Client(port) as second:
            second.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
            wait_taken(second)
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
