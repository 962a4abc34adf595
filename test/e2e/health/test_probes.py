# SPDX-License-Identifier: Apache-2.0
"""Probes: what is asked, when a server counts as up or down, and the words in log and statistics."""
import re
import threading
import time

import pytest

from harness.certs import tls_server
from harness.client import Client, get
from harness.origin import always, once, reply
from harness.ports import free_port
from harness.stats import read_stats
from harness.waiting import PATIENCE_S, wait_for

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    default_backend app

backend app
    timeout check 1m
    {backend}
    server s1 127.0.0.1:{server} check inter 300ms fastinter 100ms downinter 200ms rise 2 fall 2 {words}

listen stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
"""


class Way:
    """A balancer in front of one probed server."""

    def __init__(self, balance, server_port, backend="", words=""):
        self.port, self.stats = free_port(), free_port()
        self.balancer = balance(CONFIG.format(port=self.port, server=server_port, stats=self.stats,
                                              backend=backend, words=words))

    def row(self, server="s1"):
        row = read_stats(self.stats)["app", server]
        row["check_status"] = row["check_status"].removeprefix("* ")  # the next probe is under way
        return row

    def becomes(self, status, **values):
        """The row, once it has that status and these values besides."""
        return self.row_with(status=status, **values)

    def row_with(self, **values):
        def found():
            row = self.row()
            return row if row.items() >= values.items() else None

        return wait_for(found, what=lambda: "%s, not %s" % (self.row(), values))


def probe_answers(response, seen=None):
    """A server that answers probes (and anything else) so."""

    def behaviour(conn):
        request = conn.request()
        if request and seen is not None:
            seen.append(request)
        conn.send(response)

    return behaviour


# ---- the words of a transition

TCP_DOWN = (r"Server app/s1 is DOWN, reason: Layer4 connection problem, info: \"Connection refused( at "
            r"[^\"]*)?\", check duration: \d+ms\. 0 active and 0 backup servers left\. \d+ sessions active, "
            r"\d+ requeued, \d+ remaining in queue\.$")
UP = (r"Server app/s1 is UP, reason: Layer4 check passed, check duration: \d+ms\. 1 active and 0 backup "
      r"servers online\. 0 sessions requeued, 0 total in queue\.$")


def test_the_words_when_a_server_goes_down_and_comes_back(balance, serve, syslog):
    server = serve()
    way = Way(balance, server.port)
    way.becomes("UP")
    server.close()
    way.becomes("DOWN", check_status="L4CON", chkdown="1", act="1")
    assert re.search(TCP_DOWN, syslog.line("s1 is DOWN")), syslog.lines
    assert "backend app has no server available!" in syslog.line("has no server available")
    wait_for(lambda: read_stats(way.stats)["app", "BACKEND"]["status"] == "DOWN")
    assert get(way.port).status == 503
    serve(port=server.port)
    way.becomes("UP")
    assert re.search(UP, syslog.line("s1 is UP")), syslog.lines
    assert get(way.port).status == 200


def test_a_tcp_probe_that_passes_says_so(balance, serve):
    way = Way(balance, serve().port)
    row = way.row_with(check_status="L4OK")
    assert (row["last_chk"], row["check_desc"], row["check_code"]) == ("", "Layer4 check passed", "")
    assert (row["check_rise"], row["check_fall"], row["check_health"]) == ("2", "2", "3")


def test_a_server_counts_as_up_until_a_probe_says_otherwise(balance):
    way = Way(balance, free_port())
    assert way.row()["status"] in ("UP", "UP 1/2", "DOWN")
    way.becomes("DOWN")


def test_a_first_failed_probe_is_shown_as_going_down(balance, serve):
    server = serve()
    way = Way(balance, server.port, words="inter 500ms fastinter 10m fall 3")
    way.becomes("UP")
    server.close()
    way.becomes("UP 2/3")


def test_a_server_without_probe_has_no_verdict(balance, serve):
    port, stats = free_port(), free_port()
    balance(CONFIG.format(port=port, server=serve().port, stats=stats, backend="", words="")
            .replace("check inter", "inter"))
    assert read_stats(stats)["app", "s1"]["status"] == "no check"


def test_rise_takes_as_many_probes_as_it_says(balance, serve, syslog):
    server = serve()
    way = Way(balance, server.port, "option log-health-checks", "rise 5")
    way.becomes("UP")
    server.close()
    way.becomes("DOWN")
    serve(port=server.port)
    syslog.line("s1 is UP")
    told = [line.rpartition("status: ")[2] for line in syslog.lines if "Health check" in line and "succeeded" in line]
    assert told[-5:] == ["1/5 DOWN.", "2/5 DOWN.", "3/5 DOWN.", "4/5 DOWN.", "2/2 UP."], told


# ---- HTTP

@pytest.mark.parametrize("check, first_line, fields", [
    ("option httpchk", "OPTIONS / HTTP/1.0", {}),
    ("option httpchk /health", "OPTIONS /health HTTP/1.0", {}),
    ("option httpchk GET /health", "GET /health HTTP/1.0", {}),
    ("option httpchk\n    http-check send meth GET uri /health ver HTTP/1.1 hdr Host app.test",
     "GET /health HTTP/1.1", {"host": "app.test"}),
])
def test_what_an_http_probe_asks(balance, serve, check, first_line, fields):
    seen = []
    server = serve(probe_answers(reply(), seen))
    Way(balance, server.port, backend=check)
    wait_for(lambda: seen)
    assert seen[0].start_line == first_line
    for name, value in fields.items():
        assert seen[0].header(name) == value
    assert len(seen[0].headers) <= len(fields) + 1, seen[0].headers


HTTP_VERDICTS = [
    # response, expectation, status in the CSV, check_status, check_code
    (reply(status="200 OK"), "", "UP", "L7OK", "200"),
    (reply(status="302 Found"), "", "UP", "L7OK", "302"),
    (reply(status="404 Not Found"), "", "DOWN", "L7STS", "404"),
    (reply(status="500 Oops"), "", "DOWN", "L7STS", "500"),
    (reply(status="404 Not Found"), "http-check expect status 404", "UP", "L7OK", "404"),
    (reply(status="200 OK"), "http-check expect status 404", "DOWN", "L7STS", "200"),
    (reply(status="204 No Content"), "http-check expect status 200-299", "UP", "L7OK", "204"),
    (b"garbage\r\n\r\n", "", "DOWN", "L7RSP", ""),
    (b"", "", "DOWN", "L7RSP", ""),
]


@pytest.mark.parametrize("response, expect, status, check_status, code", HTTP_VERDICTS,
                         ids=["%s %s" % (row[0][9:12].decode(), row[1]) for row in HTTP_VERDICTS])
def test_the_verdict_of_an_http_probe(balance, serve, response, expect, status, check_status, code):
    server = serve(probe_answers(response))
    way = Way(balance, server.port, backend="option httpchk GET /\n    " + expect)
    way.becomes(status, check_status=check_status, check_code=code)


HTTP_DOWN = (r"Server app/s1 is DOWN, reason: Layer7 wrong status, code: 500, info: \"(.*)\", check "
             r"duration: \d+ms\. 0 active and 0 backup servers left\.")


def test_the_words_of_a_wrong_status(balance, serve, syslog):
    way = Way(balance, serve(probe_answers(reply(status="500 Oops"))).port, backend="option httpchk")
    row = way.becomes("DOWN")
    line = re.search(HTTP_DOWN, syslog.line("is DOWN"))
    assert line, syslog.lines
    assert row["last_chk"] in (line[1], "")


def test_a_probe_that_gets_no_answer_times_out(balance, serve, syslog):
    def silent(conn):
        conn.request()
        conn.wait_closed()

    way = Way(balance, serve(silent).port, backend="option httpchk\n    timeout check 300ms")
    row = way.becomes("DOWN")
    assert row["check_status"] == "L7TOUT"
    assert "reason: Layer7 timeout" in syslog.line("is DOWN")


def test_every_probe_has_its_own_connection(balance, serve):
    server = serve(always(reply()))
    Way(balance, server.port, backend="option httpchk")
    wait_for(lambda: len(server.requests) >= 3)
    assert len(server.connections) >= 3


# ---- elsewhere and over TLS

def test_a_probe_of_another_port(balance, serve):
    serving, probed = serve(), serve()
    way = Way(balance, serving.port, "option httpchk", "port %d" % probed.port)
    way.becomes("UP")
    wait_for(lambda: probed.requests)
    probed.close()
    way.becomes("DOWN")
    assert not serving.requests


def test_a_probe_of_another_address(balance, serve):
    port = free_port()
    serve(port=port, host="127.0.0.1")
    probed = serve(port=port, host="127.0.0.9")
    way = Way(balance, port, "option httpchk", "addr 127.0.0.9")
    way.becomes("UP")
    wait_for(lambda: probed.requests)


def test_a_probe_over_tls(balance, serve, authority):
    server = serve(probe_answers(reply()), tls=tls_server(authority.pem("s.test")))
    way = Way(balance, server.port, backend="option httpchk", words="check-ssl verify none")
    way.becomes("UP", check_status="L7OK")


def test_a_tls_probe_of_a_server_that_speaks_none(balance, serve):
    way = Way(balance, serve(once(b"garbage\r\n\r\n" * 20)).port, "timeout check 300ms", "check-ssl verify none")
    row = way.becomes("DOWN")
    assert row["check_status"] in ("L6RSP", "L6TOUT")


# ---- what a verdict does

def test_sessions_are_shut_down_with_their_server_if_asked(balance, serve, syslog):
    def streams(conn):
        conn.request()
        conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        conn.wait_closed()

    server, probed = serve(streams), serve()
    way = Way(balance, server.port, words="port %d on-marked-down shutdown-sessions" % probed.port)
    way.becomes("UP")
    with Client(way.port) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        client.stream.until(b"\r\n\r\n")
        probed.close()
        way.becomes("DOWN")
        client.rest()
    assert syslog.http()[0]["termination"] == "DD--"


def test_sessions_of_a_server_that_goes_down_go_on_otherwise(balance, serve):
    go = threading.Event()

    def waits(conn):
        while conn.request():
            go.wait(PATIENCE_S)
            conn.send(reply(b"late"))

    server, probed = serve(waits), serve()
    way = Way(balance, server.port, words="port %d" % probed.port)
    way.becomes("UP")
    with Client(way.port) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        wait_for(lambda: server.requests)
        probed.close()
        way.becomes("DOWN")
        go.set()
        assert client.response().body == b"late"


def test_a_disabled_server_is_in_maintenance_and_not_probed(balance, serve):
    server = serve()
    way = Way(balance, server.port, words="disabled")
    assert way.row()["status"] == "MAINT"
    time.sleep(0.8)
    row = way.row()
    assert [row[field] for field in ("check_status", "check_desc", "check_rise", "check_fall", "check_health")] == [""] * 5
    assert not server.connections
    assert get(way.port).status == 503


def test_maintenance_by_the_statistics_page(balance, serve, syslog):
    server, port, stats = serve(), free_port(), free_port()
    balance(CONFIG.format(port=port, server=server.port, stats=stats, backend="", words="")
            + "    stats admin if TRUE\n")

    def action(name):
        with Client(stats) as client:
            response = client.request(
                "POST", "/stats", [("Content-Type", "application/x-www-form-urlencoded")],
                b"s=s1&action=%s&b=app" % name)
            assert response.status == 303
            return response.header("location")

    assert action(b"maint").startswith("/stats;st=DONE")
    wait_for(lambda: read_stats(stats)["app", "s1"]["status"] == "MAINT")
    assert "Server app/s1 is going DOWN for maintenance." in syslog.line("maintenance")
    assert get(port).status == 503
    action(b"ready")
    wait_for(lambda: read_stats(stats)["app", "s1"]["status"] == "UP")
    assert "Server app/s1 is UP/READY (leaving forced maintenance)." in syslog.line("UP/READY")
    assert get(port).status == 200
    action(b"drain")
    wait_for(lambda: read_stats(stats)["app", "s1"]["status"] == "DRAIN")
    assert get(port).status == 503


def test_probes_are_spread_over_time(balance, serve):
    """Not all servers are asked in the same moment, in whichever round."""

    def note(times):
        def behaviour(conn):
            times.append(time.monotonic())
            conn.request()
            conn.send(reply())

        return behaviour

    times = [[] for _ in range(10)]
    servers = [serve(note(of_server)) for of_server in times]
    port = free_port()
    balance("""
frontend web
    bind 127.0.0.1:%d
    default_backend app
backend app
    option httpchk
    default-server check inter 2s
%s""" % (port, "\n".join("    server s%d 127.0.0.1:%d" % (i, server.port)
                         for i, server in enumerate(servers)) + "\n"))
    # where those who note the times are held up, a round seems to be at once
    wait_for(lambda: any(max(each) - min(each) > 0.5 for each in zip(*times)), what=lambda: times)
