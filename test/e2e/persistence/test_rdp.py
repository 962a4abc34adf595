# SPDX-License-Identifier: Apache-2.0
"""persist rdp-cookie: a client of RDP goes to the server that its cookie tells. --balancer both asks HAProxy as well."""
import socket
import struct

import pytest

from harness.client import Client
from harness.ports import free_port

CONFIG = """
listen rdp
    mode tcp
    bind 127.0.0.1:{port}
    tcp-request inspect-delay 5s
    tcp-request content accept if RDP_COOKIE
    tcp-request content accept if {{ req.len ge 60 }}
    balance rdp-cookie
    persist {method}
    {more}
    server a 127.0.0.1:{a}
    server b 127.0.0.1:{b}
    server c 127.0.0.1:{c} {words}
"""


def named(name):
    """Tells its name once something has come."""
    def serve(conn):
        conn.stream.fill()
        conn.send(name.encode())

    return serve


def hello(cookie):
    """A connection request of RDP: TPKT, X.224, a cookie, and padding."""
    body = b"\x25\xe0\0\0\0\0\0Cookie: " + cookie.encode() + b"\r\n" + b" " * 60
    return b"\x03\0" + struct.pack("!H", len(body) + 4) + body


def place(server, address="127.0.0.1", end=".0000"):
    """As a Windows session broker writes address and port."""
    return "%d.%d%s" % (struct.unpack("<I", socket.inet_aton(address))[0], socket.htons(server), end)


@pytest.fixture
def start(balance, serve):
    """start(method) -> ask(cookie), with the ports of servers a, b and c."""

    def run(method="rdp-cookie", more="", words=""):
        ports = {name: serve(named(name)).port for name in "abc"}
        port = free_port()
        balance(CONFIG.format(port=port, method=method, more=more, words=words, **ports))

        def ask(cookie):
            with Client(port) as client:
                client.send(hello(cookie))
                return client.stream.exactly(1).decode()

        return ask, ports

    return run


def test_a_client_goes_where_its_cookie_says(start):
    ask, ports = start()
    assert [ask("msts=" + place(ports[name])) for name in "abcb"] == list("abcb")


def test_another_cookie_may_be_named(start):
    ask, ports = start("rdp-cookie(Where)")
    assert [ask("where=" + place(ports[name])) for name in "cab"] == list("cab")


@pytest.mark.parametrize("words, address, end", [
    ("", "127.0.0.2", ".0000"),
    ("", "127.0.0.1", ""),
    ("disabled", "127.0.0.1", ".0000"),
])
def test_what_names_no_server_that_lives_does_not_count(start, words, address, end):
    ask, ports = start(words=words)
    assert {ask("msts=" + place(ports["c"], address, end)) for _ in range(6)} == set("ab" if words else "abc")


def test_a_server_that_is_down_may_be_kept(start):
    ask, ports = start(more="option persist", words="disabled")
    assert [ask("msts=" + place(ports["c"])) for _ in range(3)] == list("ccc")
