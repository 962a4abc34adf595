# SPDX-License-Identifier: Apache-2.0
"""What becomes of persistence when the server is full, silent or gone. --balancer both asks HAProxy as well."""
import threading

import pytest
from harness.client import Client
from harness.origin import always, reply
from harness.ports import free_port
from harness.stats import read_stats
from harness.waiting import PATIENCE_S, wait_for


@pytest.fixture(autouse=True)
def haproxy_syntax(monkeypatch):
    monkeypatch.setenv("WEIR_SYNTAX", "haproxy")


def ask(port, cookie=None, path="/"):
    with Client(port) as client:
        return client.request("GET", path, [("Cookie", cookie)] if cookie else [])


BACKEND = """
listen web
    bind 127.0.0.1:{port}
    retries 1
    timeout connect 500ms
    cookie SRV insert indirect
    {words}
    server a 127.0.0.1:{a} cookie A {a_words}
    server b 127.0.0.1:{b} cookie B
"""
NUMBERS = """
listen numbers
    bind 127.0.0.1:%d
    stats enable
    stats uri /stats
"""


def test_with_redispatch_a_dead_server_is_left(balance, serve, syslog):
    port = free_port()
    balance(BACKEND.format(port=port, words="option redispatch", a=free_port(), a_words="",
                           b=serve(always(reply(b"b"))).port))
    response = ask(port, "SRV=A")
    assert response.body == b"b"
    assert response.header("set-cookie") == "SRV=B; path=/"
    assert syslog.http()[0]["termination"] == "--DI"


def test_without_redispatch_the_client_stays(balance, serve, syslog):
    port = free_port()
    balance(BACKEND.format(port=port, words="", a=free_port(), a_words="", b=serve(always(reply(b"b"))).port))
    response = ask(port, "SRV=A")
    assert response.status == 503
    assert syslog.http()[0]["termination"] == "SCVN"


class Gate:
    """A server that keeps all requests until it is opened; it says its name."""

    def __init__(self, name):
        self.name, self.open = name, threading.Event()

    def __call__(self, conn):
        while conn.request():
            self.open.wait(PATIENCE_S)
            conn.send(reply(self.name.encode()))


def send(client, cookie="none", path="/"):
    client.send("GET %s HTTP/1.1\r\nHost: a\r\nCookie: %s\r\n\r\n" % (path, cookie))


def wait_queue(port, length, names="a"):
    """Until so many requests wait for these servers."""
    def is_so_long():
        rows = read_stats(port)
        return sum(int(rows["web", name]["qcur"]) for name in names) == length

    wait_for(is_so_long, what="%d in the queue" % length)


def test_a_full_server_is_waited_for(balance, serve, syslog):
    port, numbers, gate = free_port(), free_port(), Gate("a")
    server = serve(gate)
    balance(BACKEND.format(port=port, words="", a=server.port, a_words="maxconn 1",
                           b=serve(always(reply(b"b"))).port) + NUMBERS % numbers)
    with Client(port) as first, Client(port) as second, Client(port) as third:
        send(first, "SRV=A")
        wait_for(lambda: server.requests)
        send(second, "SRV=A")
        wait_queue(numbers, 1)
        send(third, "SRV=A")
        wait_queue(numbers, 2)
        gate.open.set()
        assert [client.response().body for client in (first, second, third)] == [b"a"] * 3
    lines = syslog.http(count=3)
    assert sorted(line["queues"] for line in lines) == ["0/0", "1/0", "2/0"]
    assert all(line["termination"] == "--VN" for line in lines)


@pytest.mark.parametrize("words, status", [("", 503), ("option redispatch", 200)])
def test_maxqueue_bounds_those_who_wait_for_a_server(balance, serve, words, status):
    port, numbers, gate = free_port(), free_port(), Gate("a")
    server = serve(gate)
    balance(BACKEND.format(port=port, words=words, a=server.port, a_words="maxconn 1 maxqueue 1",
                           b=serve(always(reply(b"b"))).port) + NUMBERS % numbers)
    with Client(port) as first, Client(port) as second:
        send(first, "SRV=A")
        wait_for(lambda: server.requests)
        send(second, "SRV=A")
        wait_queue(numbers, 1)
        third = ask(port, "SRV=A")
        assert third.status == status and (status == 503 or third.body == b"b")
        gate.open.set()
        assert [client.response().body for client in (first, second)] == [b"a"] * 2


def test_a_key_waits_for_its_server(balance, serve, syslog):
    port, numbers, gates = free_port(), free_port(), [Gate("a"), Gate("b")]
    servers = [serve(gate) for gate in gates]
    balance("listen web\n bind 127.0.0.1:%d\n balance url_param k\n server a 127.0.0.1:%d maxconn 1\n"
            " server b 127.0.0.1:%d maxconn 1\n" % (port, *(server.port for server in servers)) + NUMBERS % numbers)
    with Client(port) as first, Client(port) as second:
        send(first, path="/?k=x")
        wait_for(lambda: sum(len(server.requests) for server in servers) == 1)
        send(second, path="/?k=x")
        wait_queue(numbers, 1, "ab")
        for gate in gates:
            gate.open.set()
        assert first.response().body == second.response().body
    lines = syslog.http(count=2)
    assert len({line["server"] for line in lines}) == 1
    assert sorted(line["queues"] for line in lines) == ["0/0", "1/0"]


def test_a_probed_server_that_goes_down_loses_its_clients(balance, serve):
    port = free_port()
    a, b = serve(always(reply(b"a"))), serve(always(reply(b"b")))
    balance("listen web\n bind 127.0.0.1:%d\n cookie SRV insert indirect\n default-server check inter 500ms fall 2\n"
            " server a 127.0.0.1:%d cookie A\n server b 127.0.0.1:%d cookie B\n" % (port, a.port, b.port))
    assert ask(port, "SRV=A").body == b"a"
    a.close()
    wait_for(lambda: ask(port, "SRV=A").body == b"b")
    assert ask(port, "SRV=A").header("set-cookie") == "SRV=B; path=/"


@pytest.mark.parametrize("factor, want", [(101, "cddbdcdbad"), (150, "cddddcdcdb"), (300, "cdccddcccd")])
def test_a_balance_factor_passes_on_what_is_too_much(balance, serve, closing, factor, want):
    """Ten requests at a time, all with the same key, to servers of weight 1, 1, 1 and 2."""
    port, gates = free_port(), [Gate(name) for name in "abcd"]
    servers = [serve(gate) for gate in gates]
    lines = "".join(" server %s 127.0.0.1:%d weight %d\n" % (gate.name, server.port, weight)
                    for gate, server, weight in zip(gates, servers, (1, 1, 1, 2)))
    balance("listen web\n bind 127.0.0.1:%d\n balance url_param k\n hash-type consistent\n"
            " hash-balance-factor %d\n%s" % (port, factor, lines), threads=1)
    clients = []
    for number in range(1, 11):
        clients.append(closing(Client(port)))
        send(clients[-1], path="/?k=x")
        wait_for(lambda: sum(len(server.requests) for server in servers) == number)
    for gate in gates:
        gate.open.set()
    assert "".join(client.response().body.decode() for client in clients) == want
