# SPDX-License-Identifier: Apache-2.0
"""check-reuse-pool: probes that go over the connection of the one before, and servers that end it in each way."""
import pytest

from harness.certs import tls_server
from harness.origin import reply
from harness.ports import free_port
from harness.stats import read_stats
from harness.waiting import wait_for

pytestmark = pytest.mark.weir_only  # a word of HAProxy 3.2, where the connections are those of requests

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    default_backend app

backend app
    option log-health-checks
    option httpchk GET /alive HTTP/1.1
    timeout check 1m
    default-server check inter 200ms rise 1 fall 1 verify none check-reuse-pool
    server s1 127.0.0.1:{server} {words}

listen stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
"""
# What each connection of the server does: how many requests it answers, and what comes then.
CLOSES, ADDS, SWALLOWS, LASTS = "closes", "adds bytes that nobody asked for", "takes one more and closes", "lasts"
PLAN = [(3, CLOSES), (2, ADDS), (2, SWALLOWS)]


def by_plan(conn):
    number = len(conn.origin.connections) - 1
    answers, then = PLAN[number] if number < len(PLAN) else (None, LASTS)
    while conn.request():
        is_last = len(conn.requests) == answers
        conn.send(reply() + (reply(status="500 No") if is_last and then == ADDS else b""))
        if is_last:
            break
    if then == ADDS:
        conn.wait_closed()
    elif then == SWALLOWS:
        conn.request()


@pytest.mark.parametrize("words", ["", "check-ssl"])
def test_one_connection_after_the_other_and_no_failed_probe(balance, serve, syslog, authority, words):
    server = serve(by_plan, tls=tls_server(authority.pem("app.test")) if words else None)
    stats = free_port()
    config = CONFIG.format(port=free_port(), server=server.port, stats=stats, words=words)
    balancer = balance(config)

    def lasts(number):
        """The connection of that number, from 0, has served three probes."""
        conns = server.connections
        return len(conns) > number and len(conns[number].requests) >= 3

    wait_for(lambda: lasts(len(PLAN)), what=lambda: [len(conn.requests) for conn in server.connections])
    assert [len(conn.requests) for conn in server.connections[:len(PLAN)]] == [3, 2, 3]
    request = server.requests[0]
    assert (request.start_line, request.header("connection")) == ("GET /alive HTTP/1.1", None)
    balancer.reload_and_wait(config)
    wait_for(lambda: lasts(len(PLAN) + 1), what="after a reload each probe has a new connection")
    row = read_stats(stats)["app", "s1"]
    assert (row["status"], row["chkfail"], row["chkdown"]) == ("UP", "0", "0"), syslog.lines
