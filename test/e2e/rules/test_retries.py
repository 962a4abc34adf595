# SPDX-License-Identifier: Apache-2.0
"""retry-on: after what a request is sent again, and what is left as it is."""
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
    timeout server {wait}
    retries 2
    {back}
    server s1 127.0.0.1:{server}
"""

GOOD = reply(b"good")
SILENCE = b""


@pytest.fixture(autouse=True)
def haproxy_words(monkeypatch):
    monkeypatch.setenv("WEIR_SYNTAX", "haproxy")


def first(failure):
    """A server that fails its first request, in whatever connection, and then does well."""
    seen = []

    def serve(conn):
        while conn.request():
            seen.append(1)
            if len(seen) > 1:
                conn.send(GOOD)
            elif failure is None:
                return
            elif failure == SILENCE:
                conn.wait_closed()
            else:
                conn.send(failure)
    return serve


# retry-on, what the server does first, request, status that the client gets, requests that the server gets
CASES = [
    ("empty-response", None, "GET", 200, 2),
    ("empty-response", None, "POST", 200, 2),
    ("conn-failure", reply(status="503 No"), "GET", 503, 1),
    ("503", reply(status="503 No"), "GET", 200, 2),
    ("503", reply(status="503 No"), "POST", 200, 2),
    ("503 404", reply(status="404 No"), "GET", 200, 2),
    ("503", reply(status="500 No"), "GET", 500, 1),
    ("all-retryable-errors", reply(status="500 No"), "POST", 200, 2),
    ("junk-response", b"HTTP/1.1 what\r\n\r\n", "GET", 200, 2),
    ("503", b"HTTP/1.1 what\r\n\r\n", "GET", 502, 1),
    ("response-timeout", SILENCE, "GET", 200, 2),
    ("503", SILENCE, "GET", 504, 1),
]


def ask(client, method):
    body = b"a=b" if method == "POST" else b""
    fields = "Content-Length: 3\r\n" if body else ""
    client.send(("%s /x HTTP/1.1\r\nHost: a\r\n%s\r\n" % (method, fields)).encode() + body)
    return client.response(method)


@pytest.mark.parametrize("words, failure, method, status, count", CASES)
def test_words(balance, serve, words, failure, method, status, count):
    port, origin = free_port(), serve(first(failure))
    wait = "2s" if failure == SILENCE else "1m"
    balance(CONFIG.format(port=port, server=origin.port, front="", back="retry-on " + words, wait=wait))
    with Client(port) as client:
        assert ask(client, method).status == status
    # a server that is slow to answer the second one gets the third of the retries
    assert count <= len(origin.requests) <= (3 if failure == SILENCE and count > 1 else count)
    if method == "POST":
        assert origin.requests[-1].body == b"a=b"


def test_disabled_for_a_request(balance, serve):
    port, origin = free_port(), serve(first(reply(status="503 No")))
    balance(CONFIG.format(port=port, server=origin.port, back="retry-on 503",
                          wait="1m", front="http-request disable-l7-retry if METH_POST"))
    with Client(port) as client:
        assert ask(client, "POST").status == 503
    assert len(origin.requests) == 1
