# SPDX-License-Identifier: Apache-2.0
"""explain-secret: the same trace in the event log, for requests that carry the secret."""
import re
import threading

import pytest

from harness.balancer import PREAMBLE
from harness.client import Client
from harness.origin import always, reply
from harness.ports import free_port
from harness.stats import read_stats
from harness.waiting import PATIENCE_S, wait_for

pytestmark = pytest.mark.weir_only

FRONT = """
frontend web
    bind 127.0.0.1:{port}
    http-request deny if {{ path_beg /admin }}
    http-request set-header X-Told %[req.hdr(x-weir-explain)]
    default_backend app
backend app
    http-response set-header X-Frame-Options DENY
    server a1 127.0.0.1:{server}
"""
NUMBERS = """
listen numbers
    bind 127.0.0.1:%d
    stats enable
    stats uri /stats
"""


@pytest.fixture
def live(balance, serve):
    def start(more="explain-secret opensesame"):
        origin = serve(always(reply()))
        port = free_port()
        balancer = balance(FRONT.format(port=port, server=origin.port),
                           preamble=PREAMBLE.replace("maxconn 2000", "maxconn 2000\n    " + more))
        balancer.origin, balancer.port = origin, port
        return balancer

    return start


def ask(balancer, target, *fields):
    lines = ["GET %s HTTP/1.1" % target, "Host: x", *fields]
    with Client(balancer.port) as client:
        client.send(("\r\n".join(lines) + "\r\n\r\n").encode())
        return client.response()


def block(syslog):
    wait_for(lambda: any(" end: " in line and "explain #" in line for line in syslog.lines), what="the block ends")
    return [line[line.index("explain #"):] for line in syslog.lines if "explain #" in line]


def test_a_request_with_the_secret_is_told_of(live, syslog):
    balancer = live()
    ask(balancer, "/x", "X-Weir-Explain: opensesame")
    lines = block(syslog)
    text = "\n".join(re.sub(r"\S+balancer\.\w+:\d+", "FILE", line) for line in lines)
    assert lines[0].endswith("GET /x HTTP/1.1 from 127.0.0.1 at web")
    assert "FILE rule no http-request deny if { path_beg /admin }" in text
    assert "FILE backend app: default_backend" in text
    assert "FILE server yes app/a1: chosen by its turn" in text
    assert "FILE change x-frame-options: DENY" in text
    assert lines[-1].endswith("end: app/a1, status 200")


def test_the_field_is_gone_before_rules_and_servers(live, syslog):
    balancer = live()
    ask(balancer, "/x", "X-Weir-Explain: opensesame", "x-weir-explain: other")
    block(syslog)
    received = balancer.origin.requests[0].raw.lower()
    assert b"x-weir-explain" not in received and b"opensesame" not in received


@pytest.mark.parametrize("field", ["X-Weir-Explain: opensesamE", "X-Weir-Explain: opensesam", "X-Weir-Explain:",
                                   "X-Weir-Explain: opensesame2", "X-Other: opensesame"])
def test_a_wrong_secret_does_nothing(live, syslog, field):
    balancer = live()
    assert ask(balancer, "/x", field).status == 200
    wait_for(lambda: any("GET /x" in line for line in syslog.lines), what="the access line")
    assert not any("explain #" in line for line in syslog.lines)


def test_without_a_secret_the_field_is_like_any_other(live, syslog):
    balancer = live("")
    ask(balancer, "/x", "X-Weir-Explain: opensesame")
    wait_for(lambda: any("GET /x" in line for line in syslog.lines), what="the access line")
    assert not any("explain #" in line for line in syslog.lines)
    assert "x-weir-explain" in balancer.origin.requests[0].raw.decode().lower()


def test_another_name_of_the_field(live, syslog):
    balancer = live("explain-secret opensesame\n    explain-header X-Why")
    ask(balancer, "/admin", "X-Why: opensesame")
    assert block(syslog)[-1].endswith("end: web/<NOSRV>, status 403")


def test_the_block_is_bounded(balance, serve, syslog):
    origin = serve(always(reply()))
    port = free_port()
    rules = "\n".join("    http-request deny if { path /%d }" % i for i in range(1000))
    balancer = balance(FRONT.format(port=port, server=origin.port).replace("    default_backend", rules + "\n    default_backend"),
                       preamble=PREAMBLE.replace("maxconn 2000", "maxconn 2000\n    explain-secret opensesame"))
    balancer.port = port
    ask(balancer, "/x", "X-Weir-Explain: opensesame")
    lines = block(syslog)
    assert len(lines) < 270
    assert "decisions more were left out" in lines[-2]
    assert any("server yes app/a1" in line for line in lines)


def test_servers_that_are_full_and_the_queue(balance, serve, syslog):
    free = threading.Event()

    def slow(conn):
        while conn.request():
            free.wait(PATIENCE_S)
            conn.send(reply())

    origin = serve(slow)
    port, numbers = free_port(), free_port()
    config = FRONT.format(port=port, server="%d maxconn 1" % origin.port)
    balancer = balance(config + NUMBERS % numbers,
                       preamble=PREAMBLE.replace("maxconn 2000", "maxconn 2000\n    explain-secret opensesame"))
    with Client(port) as first, Client(port) as second:
        first.send(b"GET /1 HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_for(lambda: origin.requests, what="the server is busy")
        second.send(b"GET /2 HTTP/1.1\r\nHost: x\r\nX-Weir-Explain: opensesame\r\n\r\n")
        wait_for(lambda: read_stats(numbers)["app", "BACKEND"]["qcur"] == "1", what="the second is in the queue")
        free.set()
        assert first.response().status == second.response().status == 200
    text = "\n".join(block(syslog))
    assert "server no app/a1: full: maxconn is reached" in text
    assert "app: waits in the queue until one is free" in text
    assert "server yes app/a1: it has become free" in text
    assert balancer.is_running()


def test_a_server_that_fails_is_told_of(balance, serve, syslog):
    origin = serve(always(reply()))
    port = free_port()
    config = FRONT.format(port=port, server=origin.port).replace(
        "    server a1", "    option redispatch 1\n    server dead 127.0.0.1:1\n    server a1")
    balance(config, preamble=PREAMBLE.replace("maxconn 2000", "maxconn 2000\n    explain-secret opensesame"))
    with Client(port) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: x\r\nX-Weir-Explain: opensesame\r\n\r\n")
        assert client.response().status == 200
    text = "\n".join(block(syslog))
    assert "server yes app/dead: chosen by its turn" in text
    assert "server no app/dead: it has just failed" in text
    assert text.index("app/dead: it has just failed") < text.index("server yes app/a1: chosen")
