# SPDX-License-Identifier: Apache-2.0
"""Where lines go: samples of them, rings, servers of rings, this process' descriptors."""
import re

import pytest

from harness.client import Client, get
from harness.origin import Origin
from harness.ports import free_port
from harness.syslog import Syslog
from harness.waiting import wait_for

ANSWERS = """
{rings}
frontend web
    bind 127.0.0.1:{port}
    {words}
    log-format "uri=%HU end"
    http-request return status 200
"""


@pytest.fixture
def start(balance):
    """start(words of the frontend, sections of rings) -> its port"""

    def run(words="", rings=""):
        port = free_port()
        balance(ANSWERS.format(port=port, words=words, rings=rings))
        return port

    return run


@pytest.fixture
def other_log(closing):
    return closing(Syslog())


@pytest.fixture
def collector(closing):
    """collector() is a syslog server over TCP, which listens and says nothing."""
    return lambda **options: closing(Origin(lambda conn: conn.wait_closed(), **options))


def received(server):
    return b"".join(conn.received for conn in server.connections).decode()


def ask(port, path):
    """Its line has been written when this returns: the connection ends behind it, and no sooner."""
    with Client(port) as client:
        assert client.request("GET", path, [("Connection", "close")]).status == 200
        assert client.is_closed()


def ask_often(port, count):
    for number in range(1, count + 1):
        ask(port, "/%d" % number)


def uris(lines):
    return [int(re.search(r"uri=/(\d+)", line)[1]) for line in lines if "uri=" in line]


def test_lines_of_all_threads_are_in_order(start, syslog):
    port = start()
    ask_often(port, 60)
    wait_for(lambda: len(uris(syslog.lines)) == 60)
    assert uris(syslog.lines) == list(range(1, 61))


@pytest.mark.parametrize("sample, want", [
    ("1,3:5", [1, 3, 6, 8, 11]),
    ("2-3:3", [2, 3, 5, 6, 8, 9, 11, 12]),
    ("4,1-2:4", [1, 2, 4, 5, 6, 8, 9, 10, 12]),
    ("1:1", list(range(1, 13))),
])
def test_a_sample_of_lines(start, syslog, other_log, sample, want):
    port = start("log %s sample %s local0" % (other_log.address, sample))
    ask_often(port, 12)
    wait_for(lambda: len(uris(syslog.lines)) == 12)
    wait_for(lambda: len(uris(other_log.lines)) >= len(want))
    assert uris(other_log.lines) == want


def test_each_proxy_counts_its_own_sample(balance, other_log):
    ports = [free_port(), free_port()]
    sections = "".join("""
frontend f%d
    bind 127.0.0.1:%d
    log global
    log-format "uri=%%HU in %%f"
    http-request return status 200
""" % (number, port) for number, port in enumerate(ports))
    balance("\nglobal\n    log %s sample 1:2 local1\n%s" % (other_log.address, sections))
    for number in range(1, 5):
        for port in ports:
            ask(port, "/%d" % number)
    wait_for(lambda: len(uris(other_log.lines)) >= 4)
    # the defaults have named the global targets before, which counts once
    for name in ("f0", "f1"):
        assert uris(line for line in other_log.lines if name in line) == [1, 3]


@pytest.mark.parametrize("wire, want", [
    ("", r"uri=/1 end\n"),
    ("format raw", r"uri=/1 end\n"),
    ("format timed", r"<6>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d uri=/1 end\n"),
    ("format iso", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d uri=/1 end\n"),
    ("format priority", r"<158>uri=/1 end\n"),
    ("format short", r"<6>uri=/1 end\n"),
    ("maxlen 7", r"uri=/1 \n"),
])
def test_a_ring_has_a_form_of_its_own(start, collector, wire, want):
    server = collector()
    port = start("log ring@kept format rfc3164 local3",
                 "ring kept\n    %s\n    timeout connect 1m\n    timeout server 1m\n"
                 "    server one 127.0.0.1:%d" % (wire, server.port))
    get(port, "/1")
    wait_for(lambda: received(server).endswith("\n"))
    assert re.fullmatch(want, received(server))


def test_lines_are_counted_for_servers_that_ask_for_it(start, collector):
    server = collector()
    port = start("log ring@kept local3",
                 "ring kept\n    timeout connect 1m\n    timeout server 1m\n"
                 "    server one 127.0.0.1:%d log-proto octet-count" % server.port)
    ask_often(port, 3)
    wait_for(lambda: len(received(server)) >= 3 * 13)
    assert received(server) == "10 uri=/1 end10 uri=/2 end10 uri=/3 end"


@pytest.mark.weir_only
def test_a_server_that_was_away_gets_what_the_ring_kept(start, collector):
    away = free_port()
    port = start("log ring@kept local3",
                 "ring kept\n    timeout connect 1m\n    timeout server 1m\n"
                 "    server one 127.0.0.1:%d" % away)
    ask_often(port, 3)
    server = collector(port=away)
    wait_for(lambda: received(server) == "uri=/1 end\nuri=/2 end\nuri=/3 end\n")


def test_a_stream_address_makes_its_own_ring(start, collector):
    server = collector()
    port = start("log tcp@127.0.0.1:%d format short local3" % server.port)
    ask_often(port, 2)
    wait_for(lambda: received(server).count("\n") == 2)
    assert received(server) == "<6>uri=/1 end\n<6>uri=/2 end\n"


def test_lines_on_stdout(balance):
    port = free_port()
    balancer = balance(ANSWERS.format(
        port=port, rings="", words="log stdout format raw local0\n    log fd@2 format short local0"))
    get(port, "/1")
    wait_for(lambda: "\nuri=/1 end" in "\n" + balancer.output and "<6>uri=/1 end" in balancer.output)
