# SPDX-License-Identifier: Apache-2.0
"""TCP proxies: bytes both ways, both ends, and what is said of it in the log and the statistics."""
import os
import re
import socket
import ssl
import threading

import pytest

from harness.behaviours import (close_at_once, count, deaf, echo, greet, reset_later, say_and_end,
                                silent)
from harness.client import Client, tls_client
from harness.ports import free_port
from harness.sockets import wait_taken
from harness.stats import read_stats
from harness.waiting import wait_for


def rows_of(site):
    rows = read_stats(site.stats)
    return rows["web", "FRONTEND"], rows["app", "BACKEND"], rows["app", "s1"]


def is_queued(site):
    """Whether somebody waits, for the server or for any of the backend."""
    return "1" in [row["qcur"] for row in rows_of(site)]


def test_bytes_pass_both_ways(start, syslog):
    site = start(echo)
    with Client(site.port) as client:
        assert client.send(b"ping").stream.exactly(4) == b"ping"
    line = syslog.tcp()[0]
    assert (line["backend"], line["server"]) == ("app", "s1")
    assert (line["bytes"], line["termination"]) == ("4", "--")
    assert line["conns"].endswith("/0") and line["queues"] == "0/0"


def test_a_server_may_speak_first(start, syslog):
    site = start(greet)
    with Client(site.port) as client:
        assert client.stream.exactly(8) == b"welcome\n"
    assert syslog.tcp()[0]["termination"] == "--"


@pytest.mark.parametrize("maximum", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("behaviour, said, answered", [(count, b"", "4"), (greet, b"welcome\n", "1242")])
def test_tls_that_ends_without_a_word_has_ended(start, syslog, authority, behaviour, said, answered, maximum):
    """As HAProxy: FIN without close_notify is the end of that direction, and no fault of the client."""
    site = start(behaviour, bind="ssl crt %s" % authority.pem("a.test"))
    with Client(site.port, tls=tls_client(maximum=maximum)) as client:
        assert client.stream.exactly(len(said)) == said
        client.send(b"x" * 1234)
        client.end()
        line = syslog.tcp()[0]
    assert (line["termination"], line["bytes"]) == ("--", answered)


def test_a_client_that_has_ended_still_gets_its_answer(start, syslog):
    site = start(count)
    with Client(site.port) as client:
        assert client.send(b"x" * 100000).end().rest() == b"100000"
    assert syslog.tcp()[0]["termination"] == "--"


def test_a_server_that_has_ended_still_reads(start, syslog):
    site = start(say_and_end)
    with Client(site.port) as client:
        assert client.rest() == b"that is all"
        wait_taken(client.send(b"and more"))
        client.send(b" of it")
    assert syslog.tcp()[0]["termination"] == "--"
    wait_for(lambda: site.origin.connections[0].received == b"and more of it")


def test_much_passes_both_ways_at_once(start):
    data = os.urandom(1 << 20) * 24
    site = start(echo)
    with Client(site.port, receive_buffer=1 << 16) as client:
        sender = threading.Thread(target=lambda: client.send(data).end())
        sender.start()
        assert client.rest() == data
        sender.join()


# what the client does, what the server does, -> the end in the log
def leave(client, _):
    client.send(b"a").stream.exactly(1)
    client.close()


def reset(client, origin):
    client.send(b"a")
    wait_for(lambda: any(conn.received for conn in list(origin.connections)))
    client.reset()


def talk(client, _):
    client.send(b"talk")
    assert client.is_closed()


def wait(client, _):
    assert client.is_closed()
    client.close()


def end(client, _):
    client.send(b"x").end()


def stay(*_):
    """Until the log has its line."""


ENDS = [
    ("the client leaves", leave, echo, "--"),
    ("the client resets", reset, silent, "CD"),
    ("the server resets", talk, reset_later, "SD"),
    ("the server closes at once", wait, close_at_once, "--"),
]


@pytest.mark.parametrize("act, behaviour, termination", [row[1:] for row in ENDS],
                         ids=[row[0] for row in ENDS])
def test_how_a_connection_ends(start, syslog, act, behaviour, termination):
    site = start(behaviour)
    with Client(site.port) as client:
        act(client, site.origin)
        assert syslog.tcp()[0]["termination"] == termination


TIMEOUTS = [
    ("the client's", ["timeout client 600ms"], ["timeout server 1m"], wait, silent, "cD"),
    ("the server's", ["timeout client 1m"], ["timeout server 600ms"], wait, silent, "sD"),
    ("the tunnel's", ["timeout client 100ms"], ["timeout server 100ms", "timeout tunnel 600ms"],
     wait, silent, "cD"),
    ("the client's after the server's end", ["timeout client 1m", "timeout client-fin 600ms"],
     ["timeout server 1m", "timeout server-fin 1m"], stay, say_and_end, "cD"),
    ("the server's after the client's end", ["timeout client 1m", "timeout client-fin 1m"],
     ["timeout server 1m", "timeout server-fin 600ms"], end, deaf, "sD"),
]


@pytest.mark.parametrize("front, back, act, behaviour, termination", [row[1:] for row in TIMEOUTS],
                         ids=[row[0] for row in TIMEOUTS])
def test_time_outs(start, syslog, front, back, act, behaviour, termination):
    site = start(behaviour, front=front, back=back)
    with Client(site.port) as client:
        act(client, site.origin)
        line = syslog.tcp()[0]
    assert line["termination"] == termination
    assert int(line["Tt"]) >= 550


def test_nobody_listens(start, syslog):
    site = start(server=free_port(), back=["retries 1"])
    with Client(site.port) as client:
        client.send(b"hello")
        assert client.is_closed()
    line = syslog.tcp()[0]
    assert (line["server"], line["termination"]) == ("s1", "SC")
    assert int(line["Tw"]) >= 0 and line["Tc"] == "-1" and line["conns"].endswith("/1")

    def counts():
        _, backend, server = rows_of(site)
        return server["econ"], server["wretr"], backend["econ"]

    wait_for(lambda: counts() == ("1", "1", "1"), what=counts)


def test_no_server_is_up(start, syslog):
    site = start(silent, words="disabled")
    with Client(site.port) as client:
        assert client.is_closed()
    line = syslog.tcp()[0]
    assert (line["server"], line["termination"], line["Tw"]) == ("<NOSRV>", "SC", "-1")


def test_a_server_that_does_not_accept(start, syslog, closing):
    full = closing(socket.socket())
    full.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    full.bind(("127.0.0.1", free_port()))
    full.listen(0)
    fill = [closing(socket.socket()) for _ in range(3)]
    for one in fill:
        one.setblocking(False)
        one.connect_ex(full.getsockname())
    site = start(server=full.getsockname()[1], back=["timeout connect 500ms", "retries 0"])
    with Client(site.port) as client:
        assert client.is_closed()
    line = syslog.tcp()[0]
    assert (line["termination"], line["Tc"]) == ("sC", "-1")


def test_a_client_that_leaves_while_it_waits_for_a_server(start, syslog):
    site = start(silent, words="maxconn 1")
    with Client(site.port) as first:
        first.send(b"x")
        wait_for(lambda: site.origin.connections)
        with Client(site.port):
            wait_for(lambda: is_queued(site))
        line = syslog.tcp()[0]
        assert (line["server"], line["termination"]) == ("<NOSRV>", "CQ")
        assert int(line["Tw"]) >= 0 and line["Tc"] == "-1"


def test_a_queue_ends_by_its_time_out(start, syslog):
    site = start(silent, words="maxconn 1", back=["timeout queue 500ms"])
    with Client(site.port) as first:
        first.send(b"x")
        wait_for(lambda: site.origin.connections)
        with Client(site.port) as second:
            second.send(b"y")
            assert second.is_closed()
    line = syslog.tcp()[0]
    assert (line["server"], line["termination"], line["Tc"]) == ("<NOSRV>", "sQ", "-1")
    assert int(line["Tw"]) >= 450


def test_a_queued_client_gets_the_place_that_is_free(start, syslog):
    site = start(echo, words="maxconn 1")
    first = Client(site.port)
    assert first.send(b"1").stream.exactly(1) == b"1"
    with Client(site.port) as second:
        second.send(b"2")
        wait_for(lambda: is_queued(site))
        first.close()
        assert second.stream.exactly(1) == b"2"
    assert sorted(line["queues"] for line in syslog.tcp(2)) in (["0/0", "0/1"], ["0/0", "1/0"])


def test_another_server_is_tried(balance, serve, syslog):
    port, good = free_port(), serve(echo)
    balance("""
frontend web
    mode tcp
    option tcplog
    bind 127.0.0.1:%d
    default_backend app
backend app
    mode tcp
    retries 2
    option redispatch 1
    server dead 127.0.0.1:%d
    server good 127.0.0.1:%d
""" % (port, free_port(), good.port))
    for _ in range(2):
        with Client(port) as client:
            assert client.send(b"hi").stream.exactly(2) == b"hi"
    lines = syslog.tcp(2)
    assert [line["server"] for line in lines] == ["good", "good"]
    assert "+1" in [line["conns"].rpartition("/")[2] for line in lines]


def test_where_servers_take_turns_the_next_one_is_asked_at_once(balance, serve, syslog):
    """By itself `option redispatch` moves at the last retry only, and whoever stays tries it again."""
    port, stats, good = free_port(), free_port(), serve(echo)
    balance("""
frontend web
    mode tcp
    bind 127.0.0.1:%d
    option tcplog
    default_backend app
backend app
    mode tcp
    retries 3
    option redispatch
    server dead1 127.0.0.1:%d
    server dead2 127.0.0.1:%d
    server good 127.0.0.1:%d
listen stats
    bind 127.0.0.1:%d
    stats enable
    stats uri /stats
""" % (port, free_port(), free_port(), good.port, stats))
    for _ in range(3):
        with Client(port) as client:
            assert client.send(b"hi").stream.exactly(2) == b"hi"
    assert {line["server"] for line in syslog.tcp(3)} == {"good"}

    def tries():
        rows = read_stats(stats)
        return [(rows["app", name]["wretr"], rows["app", name]["wredis"]) for name in ("dead1", "dead2", "good")]

    wait_for(lambda: tries() == [("0", "3"), ("0", "3"), ("0", "0")], what=tries)


def test_statistics_of_a_connection(start):
    site = start(echo)
    with Client(site.port) as client:
        client.send(b"x" * 1000).stream.exactly(1000)
        frontend, backend, server = rows_of(site)
        assert (frontend["scur"], backend["scur"], server["scur"]) == ("1", "1", "1")
    want = {"scur": "0", "mode": "tcp", "stot": "1", "bin": "1000", "bout": "1000", "hrsp_2xx": ""}
    wait_for(lambda: all(row.items() >= want.items() for row in rows_of(site)), what=lambda: rows_of(site))
    assert all(row["req_tot"] in ("", "0") for row in rows_of(site))


def test_maxconn_holds_clients_back(start):
    site = start(echo, front=["maxconn 1"])
    first = Client(site.port)
    assert first.send(b"1").stream.exactly(1) == b"1"
    second = Client(site.port).send(b"2")
    assert second.is_silent()
    first.close()
    assert second.stream.exactly(1) == b"2"
    second.close()


def test_a_server_that_is_marked_down_takes_its_sessions_along(start, syslog):
    site = start(greet, words="check inter 200ms fall 1 on-marked-down shutdown-sessions")
    with Client(site.port) as client:
        assert client.stream.exactly(8) == b"welcome\n"
        site.origin.listener.shutdown(socket.SHUT_RDWR)
        assert client.is_closed()
    assert syslog.tcp()[0]["termination"] == "D-"


def test_the_short_line_is_written_at_once(balance, serve, syslog):
    port = free_port()
    balance("""
defaults plain
    mode tcp
    log global
    timeout connect 3s
    timeout client 10s
    timeout server 10s
frontend web from plain
    bind 127.0.0.1:%d
    default_backend app
backend app from plain
    server s1 127.0.0.1:%d
""" % (port, serve(echo).port), preamble="global\n    {log}\n    nbthread {threads}\n")
    with Client(port) as client:
        assert " (web/TCP)" in syslog.line("Connect from 127.0.0.1:")
        assert client.send(b"a").stream.exactly(1) == b"a"


def test_log_as_soon_as_possible(start, syslog):
    site = start(echo, front=["option logasap"])
    with Client(site.port) as client:
        assert re.search(r"/\+\d+ \+0 -- ", syslog.line(" web app/s1 "))
        assert client.send(b"a").stream.exactly(1) == b"a"
