# SPDX-License-Identifier: Apache-2.0
"""TCP proxies: bytes both ways, both ends, and what is said of it in the log and the statistics."""
import os
import socket
import ssl
import threading
import time

import pytest

from harness.behaviours import (close_at_once, count, echo, greet, reset_later, say_and_end,
                                silent)
from harness.client import Client, tls_client
from harness.ports import free_port
from harness.stats import read_stats
from harness.waiting import wait_for


def rows_of(site):
    rows = read_stats(site.stats)
    return rows["web", "FRONTEND"], rows["app", "BACKEND"], rows["app", "s1"]


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
        client.send(b"and more")
        time.sleep(0.1)
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
def leave(client):
    client.send(b"a").stream.exactly(1)
    client.close()


def reset(client):
    client.send(b"a")
    time.sleep(0.1)
    client.reset()


def talk(client):
    client.send(b"talk")
    client.is_closed(5)


def wait(client):
    client.is_closed(8)


def stay(client):
    client.rest()
    time.sleep(2)


ENDS = [
    ("the client leaves", leave, echo, "--"),
    ("the client resets", reset, silent, "CD"),
    ("the server resets", talk, reset_later, "SD"),
    ("the server closes at once", wait, close_at_once, "--"),
    ("both are silent", wait, silent, "cD"),
]


@pytest.mark.parametrize("act, behaviour, end", [row[1:] for row in ENDS],
                         ids=[row[0] for row in ENDS])
def test_how_a_connection_ends(start, syslog, act, behaviour, end):
    site = start(behaviour, front=["timeout client 1500ms"])
    act(Client(site.port))
    assert syslog.tcp()[0]["termination"] == end


TIMEOUTS = [
    ("the client's", ["timeout client 600ms"], ["timeout server 5s"], wait, silent, "cD"),
    ("the server's", ["timeout client 5s"], ["timeout server 600ms"], wait, silent, "sD"),
    ("the tunnel's", ["timeout client 100ms"], ["timeout server 100ms", "timeout tunnel 600ms"],
     wait, silent, "cD"),
    ("the client's after the server's end", ["timeout client 5s", "timeout client-fin 600ms"],
     ["timeout server 5s", "timeout server-fin 9s"], stay, say_and_end, "cD"),
    ("the server's after the client's end", ["timeout client 5s", "timeout client-fin 9s"],
     ["timeout server 5s", "timeout server-fin 600ms"], lambda c: wait(c.send(b"x").end()),
     lambda conn: time.sleep(3), "sD"),
]


@pytest.mark.parametrize("front, back, act, behaviour, end", [row[1:] for row in TIMEOUTS],
                         ids=[row[0] for row in TIMEOUTS])
def test_time_outs(start, syslog, front, back, act, behaviour, end):
    site = start(behaviour, front=front, back=back)
    act(Client(site.port))
    line = syslog.tcp(within=8)[0]
    assert line["termination"] == end
    assert 550 <= int(line["Tt"]) <= 1400


def test_nobody_listens(start, syslog):
    site = start(server=free_port(), back=["retries 1"])
    with Client(site.port) as client:
        client.send(b"hello")
        assert client.is_closed(5)
    line = syslog.tcp()[0]
    assert (line["server"], line["termination"]) == ("s1", "SC")
    assert int(line["Tw"]) <= 2 and line["Tc"] == "-1" and line["conns"].endswith("/1")
    _, backend, server = rows_of(site)
    assert (server["econ"], server["wretr"], backend["econ"]) == ("1", "1", "1")


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
        assert client.is_closed(4)
    line = syslog.tcp()[0]
    assert (line["termination"], line["Tc"]) == ("sC", "-1")


def test_a_client_that_leaves_while_it_waits_for_a_server(start, syslog):
    site = start(silent, words="maxconn 1", back=["timeout queue 5s"])
    with Client(site.port) as first:
        first.send(b"x")
        wait_for(lambda: site.origin.connections)
        with Client(site.port) as second:
            assert second.is_silent()
        line = syslog.tcp()[0]
        assert (line["server"], line["termination"]) == ("<NOSRV>", "CQ")
        assert int(line["Tw"]) >= 0 and line["Tc"] == "-1"


def test_a_queue_ends_by_its_time_out(start, syslog):
    site = start(silent, words="maxconn 1", back=["timeout queue 500ms"])
    with Client(site.port) as first, Client(site.port) as second:
        first.send(b"x")
        second.send(b"y")
        assert second.is_closed(3) or first.is_closed(1)
    line = syslog.tcp()[0]
    assert (line["server"], line["termination"], line["Tc"]) == ("<NOSRV>", "sQ", "-1")
    assert 450 <= int(line["Tw"]) <= 900


def test_a_queued_client_gets_the_place_that_is_free(start, syslog):
    site = start(echo, words="maxconn 1")
    first = Client(site.port)
    assert first.send(b"1").stream.exactly(1) == b"1"
    with Client(site.port) as second:
        second.send(b"2")
        assert second.is_silent()
        first.close()
        assert second.stream.exactly(1) == b"2"
    line = syslog.tcp(2)[1]
    assert int(line["Tw"]) >= 150 and line["queues"] == "0/1" or line["queues"] == "1/0"


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
    """By itself `option redispatch` moves at the last retry only, and whoever stays rests for a second."""
    port, good = free_port(), serve(echo)
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
""" % (port, free_port(), free_port(), good.port))
    began = time.monotonic()
    for _ in range(3):
        with Client(port) as client:
            assert client.send(b"hi").stream.exactly(2) == b"hi"
    assert time.monotonic() - began < 0.9
    assert {line["server"] for line in syslog.tcp(3)} == {"good"}


def test_statistics_of_a_connection(start):
    site = start(echo)
    with Client(site.port) as client:
        client.send(b"x" * 1000).stream.exactly(1000)
        frontend, backend, server = rows_of(site)
        assert (frontend["scur"], backend["scur"], server["scur"]) == ("1", "1", "1")
    wait_for(lambda: rows_of(site)[0]["scur"] == "0")
    for row in rows_of(site):
        assert (row["mode"], row["stot"], row["bin"], row["bout"]) == ("tcp", "1", "1000", "1000")
        assert row["hrsp_2xx"] == ""
        assert row["req_tot"] in ("", "0")


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
        assert client.is_closed(5)
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
        line = syslog.line(" web app/s1 ")
        assert "/+0 +0 -- " in line or "/+1 +0 -- " in line
        assert client.send(b"a").stream.exactly(1) == b"a"
