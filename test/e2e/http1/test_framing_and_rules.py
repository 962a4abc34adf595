# SPDX-License-Identifier: Apache-2.0
"""Where a message ends is ours to tell, whatever rules make of its fields, its status or its method: else the rest of a
body is read as the next message."""
import pytest

from harness.client import Client
from harness.ports import free_port

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    {rule}
    http-request return status 200 content-type text/plain string own if {{ path /own }}
    http-request return status 204 if {{ path /none }}
    default_backend app

backend app
    server s1 127.0.0.1:{server}
"""
RULES = ["%s %s" % (stage, rule) for stage in ("http-request", "http-response", "http-after-response")
         for rule in ("del-header content-length", "set-header content-length 2", "add-header content-length 2",
                      "del-header transfer-encoding")]
RULES += ["%s set-status %d" % (stage, status) for stage in ("http-response", "http-after-response")
          for status in (200, 204, 304)]
RULES += ["http-request set-method HEAD", "http-request set-method GET"]
RESPONSES = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\n\r\n",
]
BODY = b"some body"


@pytest.fixture(autouse=True)
def haproxy_words(monkeypatch):
    monkeypatch.setenv("WEIR_SYNTAX", "haproxy")


class Server:
    """Gives each request the same response, without its body where HEAD asks."""

    response = b""

    def __call__(self, conn):
        while request := conn.request():
            head = self.response.split(b"\r\n\r\n")[0] + b"\r\n\r\n"
            conn.send(head if request.start_line.startswith("HEAD ") else self.response)


@pytest.mark.weir_only  # HAProxy closes connections after some of these
@pytest.mark.parametrize("rule", RULES)
def test_messages_end_where_they_are_said_to(balance, serve, rule):
    port, behaviour = free_port(), Server()
    server = serve(behaviour)
    balance(CONFIG.format(port=port, server=server.port, rule=rule))
    for behaviour.response in RESPONSES:
        with Client(port) as client:
            for path in ("/1", "/own", "/2", "/none", "/3"):
                response = client.request("POST", path, body=BODY)
                says_no_body = response.status in (204, 304)
                assert response.body in ((b"",) if says_no_body else (b"hello", b"own", b"")), path
                names = [name.lower() for name, _ in response.headers]
                assert names.count("content-length") + names.count("transfer-encoding") <= 1
    assert [request.body for request in server.requests] == [BODY] * 3 * len(RESPONSES)
