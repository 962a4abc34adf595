# SPDX-License-Identifier: Apache-2.0
"""What becomes of persistence when the server is full, silent or gone. --balancer both asks HAProxy as well."""
import threading
import time

import pytest
from harness.client import Client
from harness.origin import always, reply
from harness.ports import free_port
from harness.waiting import wait_for


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


def slow(conn):
    while conn.request():
        time.sleep(0.5)
        conn.send(reply(b"a"))


def test_a_full_server_is_waited_for(balance, serve, syslog):
    port = free_port()
    balance(BACKEND.format(port=port, words="", a=serve(slow).port, a_words="maxconn 1",
                           b=serve(always(reply(b"b"))).port))
    bodies = []
    threads = [threading.Thread(target=lambda: bodies.append(ask(port, "SRV=A").body)) for _ in range(3)]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert bodies == [b"a"] * 3
    lines = syslog.http(count=3)
    assert sorted(line["queues"] for line in lines) == ["0/0", "1/0", "2/0"]
    assert all(line["termination"] == "--VN" for line in lines)


@pytest.mark.parametrize("words, statuses", [("", [200, 200, 503]), ("option redispatch", [200, 200, 200])])
def test_maxqueue_bounds_those_who_wait_for_a_server(balance, serve, words, statuses):
    port = free_port()
    balance(BACKEND.format(port=port, words=words, a=serve(slow).port, a_words="maxconn 1 maxqueue 1",
                           b=serve(always(reply(b"b"))).port))
    got = []
    threads = [threading.Thread(target=lambda: got.append(ask(port, "SRV=A").status)) for _ in range(3)]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert sorted(got) == statuses


def test_a_key_waits_for_its_server(balance, serve, syslog):
    port = free_port()
    balance("listen web\n bind 127.0.0.1:%d\n balance url_param k\n server a 127.0.0.1:%d maxconn 1\n"
            " server b 127.0.0.1:%d maxconn 1\n" % (port, serve(slow).port, serve(slow).port))
    threads = [threading.Thread(target=lambda: ask(port, path="/?k=x")) for _ in range(2)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert time.monotonic() - started > 0.9
    lines = syslog.http(count=2)
    assert len({line["server"] for line in lines}) == 1
    assert sorted(line["queues"] for line in lines) == ["0/0", "1/0"]


def test_a_probed_server_that_goes_down_loses_its_clients(balance, serve):
    port = free_port()
    a, b = serve(always(reply(b"a"))), serve(always(reply(b"b")))
    balance("listen web\n bind 127.0.0.1:%d\n cookie SRV insert indirect\n default-server check inter 100ms fall 1\n"
            " server a 127.0.0.1:%d cookie A\n server b 127.0.0.1:%d cookie B\n" % (port, a.port, b.port))
    assert ask(port, "SRV=A").body == b"a"
    a.close()
    wait_for(lambda: ask(port, "SRV=A").body == b"b")
    assert ask(port, "SRV=A").header("set-cookie") == "SRV=B; path=/"


@pytest.mark.parametrize("factor, want", [(101, "cddbdcdbad"), (150, "cddddcdcdb"), (300, "cdccddcccd")])
def test_a_balance_factor_passes_on_what_is_too_much(balance, serve, factor, want):
    """Ten requests at a time, all with the same key, to servers of weight 1, 1, 1 and 2."""
    def slow_one(name):
        def run(conn):
            while conn.request():
                time.sleep(0.8)
                conn.send(reply(name.encode()))
        return run

    port = free_port()
    servers = "".join(" server %s 127.0.0.1:%d weight %d\n" % (name, serve(slow_one(name)).port, weight)
                      for name, weight in zip("abcd", (1, 1, 1, 2)))
    balance("listen web\n bind 127.0.0.1:%d\n balance url_param k\n hash-type consistent\n"
            " hash-balance-factor %d\n%s" % (port, factor, servers), threads=1)
    got = [None] * 10

    def one(number):
        got[number] = ask(port, path="/?k=x").body.decode()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
        time.sleep(0.03)
    for thread in threads:
        thread.join()
    assert "".join(got) == want
