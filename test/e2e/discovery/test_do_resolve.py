# SPDX-License-Identifier: Apache-2.0
"""do-resolve: a rule that waits until name servers have said where the host of a request is."""
import threading

import pytest

from harness.client import Client, get
from harness.dns import A, Dnsmasq, Liar, address
from harness.origin import always, reply
from harness.ports import free_port
from harness.waiting import PATIENCE_S, wait_for

CONFIG = """
resolvers dns
    nameserver one 127.0.0.1:{dns}
    timeout retry {retry}
    resolve_retries 1
    hold valid 0

defaults
    timeout connect 1m
    timeout client 1m
    timeout server 1m

frontend web
    bind 127.0.0.1:{port}
    mode http
    http-request do-resolve(txn.ip,dns,ipv4) hdr(host),host_only
    http-request return status 503 content-type text/plain string "nowhere" unless {{ var(txn.ip) -m found }}
    default_backend clear

backend clear
    mode http
    http-request set-header X-Address %[var(txn.ip)]
    http-request set-dst var(txn.ip)
    http-request set-dst-port int({server})
    server clear 0.0.0.0:0

frontend raw
    bind 127.0.0.1:{raw}
    mode tcp
    tcp-request inspect-delay 1m
    tcp-request content do-resolve(sess.ip,dns,ipv4) req.hdr(host) if {{ req.len gt 0 }}
    tcp-request content set-dst var(sess.ip)
    tcp-request content set-dst-port int({server})
    default_backend raw

backend raw
    mode tcp
    server clear 0.0.0.0:0
"""


class Resolving:
    """A balancer that goes to wherever the host of a request is; where both servers are."""

    def __init__(self, balance, serve, dns, retry="1m"):
        self.port, self.raw, server = free_port(), free_port(), free_port()
        self.origins = {last: serve(always(reply(last.encode())), host="127.0.0." + last, port=server) for last in "19"}
        self.config = CONFIG.format(dns=dns, port=self.port, raw=self.raw, server=server, retry=retry)
        self.balancer = balance(self.config)

    def get(self, host, port=None, **options):
        return get(port or self.port, headers=[("Host", host)], **options)


@pytest.fixture
def slow_dns(closing):
    """A name server that answers when it is let: is_asked, may_answer."""
    is_asked, may_answer = threading.Event(), threading.Event()

    def answer(asked, kind, _):
        is_asked.set()
        may_answer.wait(PATIENCE_S)
        return (0, [address(asked, "127.0.0.9")] if kind == A else [])

    dns = closing(Liar(answer))
    dns.is_asked, dns.may_answer = is_asked, may_answer
    yield dns
    may_answer.set()


def test_requests_go_where_their_host_is(balance, serve, closing, tmp_path):
    dns = closing(Dnsmasq(tmp_path, "127.0.0.1 app.test\n127.0.0.9 other.test\n").start())
    web = Resolving(balance, serve, dns.port)
    assert web.get("app.test").body == b"1"
    assert web.get("other.test:80").body == b"9"
    assert web.origins["9"].requests[0].header("x-address") == "127.0.0.9"
    assert web.get("nothing.test").body == b"nowhere"
    assert web.get("other.test", port=web.raw).body == b"9"
    with Client(web.port) as client:  # one after the other, and with a body behind the head
        for host, body in (("app.test", b"1"), ("other.test", b"9"), ("nothing.test", b"nowhere")):
            assert client.request("POST", headers=[("Host", host), ("Content-Length", "5")], body=b"12345").body == body
    assert web.origins["1"].requests[-1].body == b"12345"


def test_a_name_server_that_is_silent_ends_the_wait(balance, serve, closing):
    dns = closing(Liar(lambda *_: None))
    assert Resolving(balance, serve, dns.port, retry="100ms").get("app.test").body == b"nowhere"


def test_what_comes_meanwhile_is_kept(balance, serve, slow_dns):
    """A body in pieces; a client that has ended its side and waits for its answer."""
    web = Resolving(balance, serve, slow_dns.port)
    with Client(web.port) as one, Client(web.port) as other:
        one.send(b"POST / HTTP/1.1\r\nHost: other.test\r\nContent-Length: 10\r\n\r\n01234")
        assert slow_dns.is_asked.wait(PATIENCE_S)
        one.send(b"56789")
        other.send(b"GET /last HTTP/1.1\r\nHost: other.test\r\n\r\n")
        other.end()
        slow_dns.may_answer.set()
        assert one.response().body == b"9"
        assert other.response().body == b"9"
    assert {request.body for request in web.origins["9"].requests} == {b"0123456789", b""}


@pytest.mark.weir_only
def test_who_waits_outlives_a_reload_and_may_leave(balance, serve, slow_dns):
    """HAProxy's reload is another process."""
    web = Resolving(balance, serve, slow_dns.port)
    with Client(web.port) as one, Client(web.port) as other:
        one.send(b"GET / HTTP/1.1\r\nHost: other.test\r\n\r\n")
        other.send(b"GET / HTTP/1.1\r\nHost: third.test\r\n\r\n")
        assert slow_dns.is_asked.wait(PATIENCE_S)
        other.reset()
        web.balancer.reload_and_wait(web.config.replace("resolve_retries 1", "resolve_retries 2"))
        slow_dns.may_answer.set()
        assert one.response().body == b"9"
    with Client(web.port) as last:  # it is still asked for when all ends
        slow_dns.may_answer.clear()
        asked = slow_dns.questions
        last.send(b"GET / HTTP/1.1\r\nHost: last.test\r\n\r\n")
        wait_for(lambda: slow_dns.questions > asked)
