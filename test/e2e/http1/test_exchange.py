# SPDX-License-Identifier: Apache-2.0
"""Exchanges that are more than one request and one response: interim answers, tunnels, long bodies,
clients that are slow, early, half-closed or of HTTP/1.0."""
import hashlib
import os
import threading
import time

import pytest

from harness.client import Client
from harness.http import Cut
from harness.origin import always, once, reply
from harness.ports import free_port
from harness.waiting import PATIENCE_S

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    default_backend app

backend app
    server s1 127.0.0.1:{server}
"""

MEGABYTE = 1 << 20


@pytest.fixture
def way(balance, serve):
    """way(behaviour) -> (port, server, balancer)"""

    def start(behaviour=None):
        server, port = serve(behaviour), free_port()
        return port, server, balance(CONFIG.format(port=port, server=server.port))

    return start


def test_expect_100_continue_is_answered_by_the_server(way):
    def behaviour(conn):
        head = conn.stream.until(b"\r\n\r\n")
        assert b"100-continue" in head
        conn.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = conn.stream.exactly(5)
        conn.send(reply(body))

    port, _, _ = way(behaviour)
    with Client(port) as client:
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        assert client.stream.until(b"\r\n\r\n").startswith(b"HTTP/1.1 100")
        client.send("hello")
        assert client.response().body == b"hello"


def test_expect_100_continue_refused_by_the_server(way):
    def behaviour(conn):
        conn.stream.until(b"\r\n\r\n")
        conn.send(reply(b"no", "417 Expectation Failed", [("Connection", "close")]))

    port, _, _ = way(behaviour)
    with Client(port) as client:
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        response = client.response()
        assert (response.status, response.interim) == (417, [])
        assert client.is_closed(0.2) or not client.stream.buffer, "an answer that nobody asked for"


def test_a_client_that_does_not_wait_for_100(way):
    port, server, _ = way(always(reply()))
    with Client(port) as client:
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello")
        assert client.response().status == 200
        assert client.request("GET", "/2").status == 200
    assert server.requests[0].body == b"hello"


def test_upgrade_becomes_a_tunnel(way):
    def behaviour(conn):
        request = conn.request()
        assert request.header("upgrade") == "websocket"
        assert "upgrade" in request.header("connection").lower()
        conn.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                  b"Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nhi")
        while conn.stream.buffer or conn.stream.fill():
            conn.send(conn.stream.take(len(conn.stream.buffer))[::-1])

    port, _, _ = way(behaviour)
    with Client(port) as client:
        client.send("GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        response = client.response()
        assert response.status == 101
        assert response.header("upgrade") == "websocket"
        assert "upgrade" in response.header("connection").lower()
        assert client.stream.exactly(2) == b"hi"
        for text in (b"abc", b"GET / HTTP/1.1\r\n\r\n", b"\0\xff\r\n"):
            client.send(text)
            assert client.stream.exactly(len(text)) == text[::-1]


def test_a_websocket_that_the_server_half_accepts(way):
    def behaviour(conn):
        conn.request()
        conn.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
        conn.wait_closed()

    port, _, _ = way(behaviour)
    with Client(port) as client:
        client.send("GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        assert client.response().status == 502


def test_an_upgrade_that_the_server_declines(way):
    port, server, _ = way(always(reply(b"plain")))
    with Client(port) as client:
        client.send("GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        assert client.response().body == b"plain"
        assert client.request("GET", "/2").status == 200
    assert len(server.requests) == 2


def test_the_end_of_one_side_of_a_tunnel_ends_it(way):
    def behaviour(conn):
        conn.request()
        conn.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nbye")

    port, _, _ = way(behaviour)
    with Client(port) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
        assert client.response().status == 101
        assert client.rest() == b"bye"


def test_connect_becomes_a_tunnel(way):
    def behaviour(conn):
        request = conn.request()
        assert request.start_line == "CONNECT a:443 HTTP/1.1"
        conn.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        while conn.stream.buffer or conn.stream.fill():
            conn.send(conn.stream.take(len(conn.stream.buffer))[::-1])

    port, _, _ = way(behaviour)
    with Client(port) as client:
        client.send("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n")
        assert client.response("CONNECT").status == 200
        client.send("abc")
        assert client.stream.exactly(3) == b"cba"


def test_connect_that_the_server_declines(way):
    port, server, _ = way(always(reply(b"no", "403 Forbidden")))
    with Client(port) as client:
        client.send("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n")
        assert client.response("CONNECT").status == 403
    assert len(server.requests) == 1


def test_a_response_until_close_reaches_an_http_1_0_client_whole(way):
    body = os.urandom(300000)
    port, _, _ = way(once(b"HTTP/1.1 200 OK\r\n\r\n" + body))
    with Client(port) as client:
        response = client.request("GET", "/", version="1.0")
        assert response.body == body and response.header("transfer-encoding") is None


@pytest.mark.weir_only
def test_a_chunked_response_reaches_an_http_1_0_client_without_chunks(way):
    port, _, _ = way(once(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                          b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"))
    with Client(port) as client:
        response = client.request("GET", "/", version="1.0")
        assert response.header("transfer-encoding") is None
        assert response.body == b"hello world"


def test_a_client_that_has_ended_its_side_still_gets_its_response(way):
    def behaviour(conn):
        conn.request()
        time.sleep(0.3)
        conn.send(reply(b"late"))

    port, _, _ = way(behaviour)
    with Client(port) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").end()
        assert client.response().body == b"late"


def test_a_hundred_requests_in_one_packet_are_answered_in_order(way):
    def behaviour(conn):
        while request := conn.request():
            conn.send(reply(request.start_line.split()[1].encode()))

    port, _, _ = way(behaviour)
    with Client(port) as client:
        client.send("".join("GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % i for i in range(100)))
        assert [client.response().body for _ in range(100)] == [b"/%d" % i for i in range(100)]


def test_a_request_that_comes_byte_by_byte(way):
    port, server, _ = way()
    request = b"POST /slow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    with Client(port) as client:
        for i in range(len(request)):
            client.send(request[i:i + 1])
            time.sleep(0.002)
        assert client.response().status == 200
    assert server.requests[0].body == b"abc"


def test_a_response_that_comes_byte_by_byte(way):
    def behaviour(conn):
        conn.request()
        for byte in b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n":
            conn.send(bytes([byte]))
            time.sleep(0.002)

    port, _, _ = way(behaviour)
    with Client(port) as client:
        assert client.request().body == b"abc"


def test_a_response_before_the_end_of_the_request(way):
    def behaviour(conn):
        conn.stream.until(b"\r\n\r\n")
        conn.send(reply(b"too much", "413 Content Too Large", [("Connection", "close")]))
        conn.wait_closed()

    port, _, _ = way(behaviour)
    with Client(port) as client:
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + "x" * 1000)
        response = client.response()
        assert (response.status, response.body) == (413, b"too much")


def _sink(digests):
    """A server that hashes what it gets instead of keeping it."""

    def behaviour(conn):
        head = conn.stream.until(b"\r\n\r\n").lower()
        digest, got = hashlib.sha256(), 0
        if b"content-length" in head:
            length = int(head.split(b"content-length:")[1].split()[0])
            while got < length:
                if not conn.stream.buffer and not conn.stream.fill():
                    return
                data = conn.stream.take(length - got)
                conn.stream.received.clear()
                digest.update(data)
                got += len(data)
        else:
            while size := int(conn.stream.until(b"\r\n").split(b";")[0], 16):
                digest.update(conn.stream.exactly(size + 2)[:-2])
                conn.stream.received.clear()
            conn.stream.exactly(2)
        digests.append(digest.hexdigest())
        conn.send(reply())

    return behaviour


@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_an_upload_of_50_megabytes(way, framing):
    digests, block = [], os.urandom(MEGABYTE)
    port, _, _ = way(_sink(digests))
    with Client(port) as client:
        if framing == "length":
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % (50 * MEGABYTE))
        else:
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(50):
            client.send(block if framing == "length" else b"%x\r\n%s\r\n" % (len(block), block))
        if framing == "chunks":
            client.send("0\r\n\r\n")
        assert client.response().status == 200
    assert digests == [hashlib.sha256(block * 50).hexdigest()]


def _sends(count, sent):
    """A server that sends `count` megabytes and notes how many it got rid of."""
    block = bytes(MEGABYTE)

    def behaviour(conn):
        conn.request()
        conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (count * MEGABYTE))
        for _ in range(count):
            conn.send(block)
            sent.append(1)
        conn.wait_closed()

    return behaviour


@pytest.mark.memory
def test_a_reader_that_stalls_stops_the_server_and_takes_no_memory(way):
    sent = []
    port, _, balancer = way(_sends(100, sent))
    with Client(port).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") as warm:
        warm.stream.until(b"\r\n\r\n")
    sent.clear()
    before = balancer.rss_kib()
    clients = [Client(port, receive_buffer=65536).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
               for _ in range(5)]
    time.sleep(2)
    assert len(sent) < 5 * 40, "the server could send %d MB to readers that do not read" % len(sent)
    assert balancer.rss_kib() - before < 8192, "memory grew by %d KiB" % (balancer.rss_kib() - before)
    for client in clients:
        client.close()


def test_a_body_of_100_megabytes_to_a_slow_reader_arrives_whole(way):
    port, _, balancer = way(_sends(100, []))
    got = 0
    with Client(port) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        client.stream.until(b"\r\n\r\n")
        got += len(client.stream.buffer)
        for step in range(10 ** 6):
            if got == 100 * MEGABYTE:
                break
            data = client.sock.recv(MEGABYTE)
            assert data, "cut after %d bytes" % got
            got += len(data)
            if step < 50:
                time.sleep(0.01)
    assert got == 100 * MEGABYTE


def test_a_client_that_leaves_ends_the_server_side(way):
    gone = threading.Event()

    def behaviour(conn):
        conn.request()
        try:
            conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            while True:
                conn.send(b"x" * 1000)
                time.sleep(0.01)
        except OSError:
            gone.set()

    port, _, _ = way(behaviour)
    with Client(port) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        client.stream.until(b"\r\n\r\n")
        client.reset()
    assert gone.wait(PATIENCE_S)


def test_bytes_that_a_server_sends_unasked_reach_nobody(way):
    speak, left = threading.Event(), threading.Event()

    def behaviour(conn):
        conn.request()
        conn.send(reply(b"first"))
        speak.wait(PATIENCE_S)
        conn.send(reply(b"unasked"))
        conn.wait_closed()
        left.set()

    port, server, _ = way(behaviour)
    with Client(port) as client:
        assert client.request().body == b"first"
        speak.set()
        assert left.wait(PATIENCE_S), "the connection is kept"
        assert client.request().body == b"first"
    assert len(server.connections) == 2


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_idle_connections_to_servers_serve_any_client(way, version):
    port, server, _ = way()
    for _ in range(3):
        with Client(port) as client:
            headers = [("Connection", "keep-alive")] if version == "1.0" else []
            assert client.request("GET", "/", headers, version=version).status == 200
            assert client.request("GET", "/", headers, version=version).status == 200
    assert len(server.requests) == 6


def test_a_cut_response_is_seen_as_cut(way):
    port, _, _ = way(once(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"))
    with Client(port) as client:
        with pytest.raises(Cut):
            client.request()
