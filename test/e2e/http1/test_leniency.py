# SPDX-License-Identifier: Apache-2.0
"""What option accept-invalid-http-request and -response let through, for those who need it."""
import pytest

from harness.client import Client
from harness.origin import once
from harness.ports import free_port

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    option accept-invalid-http-request
    default_backend app

backend app
    option accept-invalid-http-response
    server s1 127.0.0.1:{server}
"""

LET_THROUGH = [
    ("a name with a separator", b"GET / HTTP/1.1\r\nHost: a\r\nX(Y: z\r\n\r\n"),
    ("a name with bytes above 127", b"GET / HTTP/1.1\r\nHost: a\r\nX\xe9: z\r\n\r\n"),
    ("a raw byte above 127 in the target", b"GET /a\xe9 HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("no Host in HTTP/1.1", b"GET / HTTP/1.1\r\n\r\n"),
    ("an odd version", b"GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
]

STILL_REFUSED = [
    ("two different lengths", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
    ("a length of letters", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"),
]


def answer(balance, serve, request):
    port, server = free_port(), serve()
    balance(CONFIG.format(port=port, server=server.port))
    with Client(port) as client:
        return client.send(request).response().status


@pytest.mark.parametrize("name, request_bytes", LET_THROUGH, ids=[row[0] for row in LET_THROUGH])
def test_let_through(balance, serve, name, request_bytes):
    assert answer(balance, serve, request_bytes) == 200


@pytest.mark.parametrize("name, request_bytes", STILL_REFUSED, ids=[row[0] for row in STILL_REFUSED])
def test_still_refused(balance, serve, name, request_bytes):
    assert answer(balance, serve, request_bytes) == 400


def test_a_response_with_an_odd_name(balance, serve):
    port = free_port()
    server = serve(once(b"HTTP/1.1 200 OK\r\nX(Y: z\r\nContent-Length: 2\r\n\r\nok"))
    balance(CONFIG.format(port=port, server=server.port))
    with Client(port) as client:
        assert client.request().body == b"ok"


@pytest.mark.weir_only
def test_the_names_of_later_versions(balance, serve):
    port, server = free_port(), serve()
    balance(CONFIG.replace("accept-invalid-", "accept-unsafe-violations-in-").format(port=port, server=server.port))
    with Client(port) as client:
        assert client.send(b"GET / HTTP/1.1\r\n\r\n").response().status == 200
