# SPDX-License-Identifier: Apache-2.0
"""h1-case-adjust: names of fields in the case that clients and servers want. --balancer both asks HAProxy as well."""
from harness.client import Client
from harness.origin import reply
from harness.ports import free_port

CONFIG = """
global
    h1-case-adjust x-client X-CLIENT
    h1-case-adjust content-length Content-length
    h1-case-adjust connection CONNECTION
    h1-case-adjust x-from X-FROM
    h1-case-adjust x-srv X-SRV
    h1-case-adjust link LINK
    h1-case-adjust-file {file}

defaults named
    mode http
    timeout client 10s
    timeout server 10s
    timeout connect 10s

frontend web from named
    bind 127.0.0.1:{port}
    option h1-case-adjust-bogus-client
    http-request return status 200 hdr x-server none if {{ path /own }}
    http-response set-header x-told %[res.hdr(x-client)]
    default_backend app

frontend plain from named
    bind 127.0.0.1:{plain}
    default_backend app

backend app from named
    option h1-case-adjust-bogus-server
    http-request set-header x-added 1
    http-request early-hint link </a>
    option forwardfor header x-from
    http-send-name-header x-srv
    option http-server-close
    server s1 127.0.0.1:{server}
"""
NAMES = """
# two words a line
x-server  X-ServeR
	x-added	X-Added

x-told X-TOLD
"""


def names_of(message):
    return {line.split(b":")[0].decode() for line in message.head.split(b"\r\n")[1:] if line}


def test_names_are_written_as_asked_for(balance, serve, tmp_path):
    seen, port, plain = [], free_port(), free_port()

    def answer(conn):
        while request := conn.request():
            seen.append(names_of(request))
            conn.send(b"HTTP/1.1 103 Early Hints\r\nx-client: 2\r\n\r\n")
            conn.send(reply(b"ok", headers=[("x-client", "1"), ("x-other", "1")]))

    (tmp_path / "names").write_text(NAMES)
    balance(CONFIG.format(port=port, plain=plain, server=serve(answer).port, file=tmp_path / "names"))

    def names(at, path="/"):
        with Client(at) as client:
            return names_of(client.request("GET", path, [("x-server", "1"), ("x-rest", "1")]))

    assert {"X-CLIENT", "Content-length", "X-TOLD", "x-other"} <= names(port)
    assert {"X-ServeR", "X-Added", "x-rest"} <= seen[-1]
    assert {"x-client", "x-other"} <= names(plain)
    assert {"X-ServeR", "X-Added", "x-rest"} <= seen[-1]
    assert {"X-ServeR"} <= names(port, "/own")
    with Client(port) as client:  # what the balancer adds by itself, and heads before the answer
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        answer = client.response()
        assert [names_of(head) for head in answer.interim] == [{"LINK"}, {"X-CLIENT"}]
        assert "CONNECTION" in names_of(answer)
    assert {"X-FROM", "X-SRV", "CONNECTION"} <= seen[-1]
    with Client(port) as client:
        client.send(b"GET /own HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert "CONNECTION" in names_of(client.response())
