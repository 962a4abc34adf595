# SPDX-License-Identifier: Apache-2.0
"""A hundred reloads under continuous load: no request is lost and no counter is reset."""
import signal
import time

import pytest

from harness.client import Client, get, tls_client
from harness.load import Load
from harness.origin import always, reply
from harness.ports import free_port
from harness.stats import read_stats
from harness.waiting import is_listening, wait_for

pytestmark = pytest.mark.weir_only

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    bind 127.0.0.1:{tls} ssl crt {pem}
    {bind}
    default_backend app

backend app
    balance roundrobin
    option redispatch 1
    timeout server 10s
{servers}

listen stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
"""

RELOADS = 100


class Site:
    def __init__(self, balance, serve, authority, tmp_path):
        self.servers = {name: serve(always(reply(name.encode(), headers=[("X-Server", name)])))
                        for name in "abcd"}
        self.port, self.tls, self.stats, self.extra = (free_port() for _ in range(4))
        self.pems = [authority.pem("one.test"), authority.pem("two.test")]
        self.pem = tmp_path / "site.pem"
        self.balancer = None
        self.balance = balance

    def config(self, names="abc", weights=None, extra=False, certificate=0):
        self.pem.write_bytes(self.pems[certificate].read_bytes())
        lines = "\n".join("    server %s 127.0.0.1:%d weight %d" % (
            name, self.servers[name].port, (weights or {}).get(name, 1)) for name in names)
        bind = "bind 127.0.0.1:%d" % self.extra if extra else ""
        return CONFIG.format(port=self.port, tls=self.tls, stats=self.stats, pem=self.pem,
                             bind=bind, servers=lines)

    def start(self):
        self.balancer = self.balance(self.config())
        return self

    def counters(self):
        """What may only grow: totals of what stays over all reloads."""
        rows = read_stats(self.stats)
        return {(row, field): int(rows[row][field])
                for row in (("web", "FRONTEND"), ("app", "BACKEND"), ("app", "a"), ("app", "b"))
                for field in ("stot", "bin", "bout", "hrsp_2xx") if rows[row][field]}


@pytest.fixture
def site(balance, serve, authority, tmp_path):
    return Site(balance, serve, authority, tmp_path).start()


# What changes from one reload to the next; each step is the whole configuration anew.
STEPS = [
    {"names": "abcd"},
    {"names": "abcd", "weights": {"a": 3}},
    {"names": "abd", "certificate": 1},
    {"names": "ab", "extra": True},
    {"names": "abc", "extra": True, "weights": {"b": 5}},
    {"names": "abc"},
]


def test_a_hundred_reloads_lose_nothing(site):
    before = site.counters()
    plain = Load(site.port, clients=3)
    fresh = Load(site.port, clients=1, requests_per_connection=1)
    secure = Load(site.tls, clients=2, tls=tls_client(), requests_per_connection=50)
    with plain, fresh, secure:
        for number in range(RELOADS):
            site.balancer.reload(site.config(**STEPS[number % len(STEPS)]))
            time.sleep(0.06)
            if number % 10 == 9:
                now = site.counters()
                shrunk = {key: (before[key], now[key]) for key in now if now[key] < before.get(key, 0)}
                assert not shrunk, "counters went back: %s" % shrunk
                before = now
        wait_for(lambda: min(load.total for load in (plain, fresh, secure)) >= 50)
    for load in (plain, fresh, secure):
        load.check(50)
    total = plain.total + fresh.total + secure.total
    wait_for(lambda: site.counters()[("app", "BACKEND"), "hrsp_2xx"] == total,
             what=lambda: "the backend counted %s of %d answers" % (
                 site.counters()[("app", "BACKEND"), "hrsp_2xx"], total))


def test_a_server_that_joins_and_leaves(site):
    assert {get(site.port).header("x-server") for _ in range(12)} == set("abc")
    site.balancer.reload_and_wait(site.config("abcd"))
    assert {get(site.port).header("x-server") for _ in range(12)} == set("abcd")
    site.balancer.reload_and_wait(site.config("ab"))
    assert {get(site.port).header("x-server") for _ in range(4)} == set("ab")
    assert ("app", "d") not in read_stats(site.stats)


def test_a_weight_that_changes(site):
    site.balancer.reload_and_wait(site.config("ab", {"a": 3}))
    assert read_stats(site.stats)["app", "a"]["weight"] == "3"
    names = [get(site.port).header("x-server") for _ in range(16)]
    assert (names.count("a"), names.count("b")) == (12, 4)


def test_an_address_that_joins_and_leaves(site):
    assert not is_listening(site.extra)
    site.balancer.reload(site.config(extra=True))
    wait_for(lambda: is_listening(site.extra))
    assert get(site.extra).status == 200
    with Client(site.extra) as client:
        assert client.request().status == 200
        site.balancer.reload(site.config())
        wait_for(lambda: not is_listening(site.extra))
        assert client.request().status == 200, "what was open goes on"


def test_a_session_keeps_its_place_over_a_reload(site):
    with Client(site.port) as client:
        assert client.request().status == 200
        site.balancer.reload_and_wait(site.config("d"))
        assert client.request().header("x-server") == "d"


@pytest.mark.parametrize("broken", ["frontend {", "nonsense = 1;", "\x00"])
def test_a_broken_file_changes_nothing(site, broken):
    good = site.balancer.config_path.read_text()
    site.balancer.config_path.write_text(broken)
    site.balancer.send_signal(signal.SIGHUP)
    path = str(site.balancer.config_path)
    wait_for(lambda: path in site.balancer.output, what="the reason on stderr")
    assert {get(site.port).header("x-server") for _ in range(12)} == set("abc")
    site.balancer.config_path.write_text(good)
    site.balancer.send_signal(signal.SIGHUP)
    assert get(site.port).status == 200


def test_an_address_that_cannot_be_had_changes_nothing(site, serve):
    taken = serve()
    config = site.config("d").replace("default_backend", "bind 127.0.0.1:%d\n    default_backend"
                                      % taken.port)
    site.balancer.reload(config)
    wait_for(lambda: str(taken.port) in site.balancer.output, what="the reason on stderr")
    assert {get(site.port).header("x-server") for _ in range(12)} == set("abc")


def test_a_long_download_over_many_reloads(balance, serve):
    def slow(conn):
        conn.request()
        conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n")
        for _ in range(20):
            conn.send(b"x" * 100000)
            time.sleep(0.1)

    port, server = free_port(), serve(slow)
    config = """
frontend web
    bind 127.0.0.1:%d
    default_backend app
backend app
    server %%s 127.0.0.1:%d
""" % (port, server.port)
    balancer = balance(config % "s0")
    with Client(port) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        for number in range(10):
            time.sleep(0.1)
            balancer.reload(config % ("s%d" % (number + 1)))
        assert client.response().body == b"x" * 2000000
