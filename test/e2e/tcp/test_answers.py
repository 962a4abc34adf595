# SPDX-License-Identifier: Apache-2.0
"""tcp-response content: rules look at what a server says first."""
import socket
import time

import pytest

from harness.behaviours import echo, greet, reset_later, say_and_end, silent
from harness.certs import tls_server
from harness.client import Client, tls_client
from harness.sockets import wait_taken
from harness.stats import read_stats
from harness.waiting import wait_for

DELAY = "tcp-response inspect-delay 1m"
WELCOME = "{ res.payload(0,7) -m str welcome }"


def slowly(conn):
    """Says a greeting in pieces, then echoes."""
    conn.send(b"wel")
    time.sleep(0.1)
    conn.send(b"come")
    echo(conn)


LONG, SHORT = "1m", "500ms"  # the end of the look is by what is said, or by its time


@pytest.mark.parametrize("rules, delay, server, heard, ends", [
    ([], LONG, greet, b"welcome\nhello", "--"),
    (["accept"], LONG, greet, b"welcome\nhello", "--"),
    (["accept if " + WELCOME, "reject"], LONG, greet, b"welcome\nhello", "--"),
    (["accept if " + WELCOME, "reject"], LONG, slowly, b"welcomehello", "--"),
    (["reject if " + WELCOME], LONG, slowly, b"", "PD"),
    (["reject if { res.len ge 5 }"], LONG, slowly, b"", "PD"),
    (["reject unless " + WELCOME], LONG, greet, b"welcome\nhello", "--"),
    (["accept if " + WELCOME, "reject"], SHORT, echo, b"", "PD"),
    (["reject if " + WELCOME], SHORT, echo, b"hello", "--"),
    (["close if " + WELCOME], LONG, slowly, b"welcome", "--"),
    (["set-var(sess.said) res.payload(0,3) if { res.len ge 3 }", "reject if { var(sess.said) -m str wel }"], LONG, greet,
     b"", "PD"),
    (["silent-drop if " + WELCOME], LONG, greet, None, "PR"),
    (["reject if { res.len gt 0 }"], LONG, say_and_end, b"", "PD"),
    (["accept if " + WELCOME], LONG, reset_later, b"", "SD"),
    (["reject if WAIT_END"], SHORT, silent, b"", "PD"),
])
def test_what_the_server_says_is_looked_at(start, syslog, rules, delay, server, heard, ends):
    site = start(server, back=["tcp-response inspect-delay " + delay] +
                 ["tcp-response content " + rule for rule in rules])
    with Client(site.port) as client:
        client.send(b"hello")
        if heard is not None:
            assert client.stream.exactly(len(heard)) == heard
            if ends == "--" and heard.endswith(b"hello"):
                client.sock.shutdown(socket.SHUT_WR)
            assert client.is_closed()
    assert syslog.tcp()[0]["termination"] == ends


@pytest.mark.weir_only
def test_a_server_that_ends_is_looked_at_once_more(start, syslog):
    """HAProxy loses these bytes now and then."""
    site = start(say_and_end, back=[DELAY, "tcp-response content accept if " + WELCOME])
    with Client(site.port) as client:
        client.send(b"hello")
        assert client.rest() == b"that is all"
    assert syslog.tcp()[0]["termination"] == "--"


def test_the_client_is_heard_while_the_server_is_looked_at(start):
    site = start(echo, back=[DELAY, "tcp-response content accept if { res.len ge 10 }"])
    with Client(site.port) as client:
        wait_taken(client.send(b"12345"))
        client.send(b"67890")
        assert client.stream.exactly(10) == b"1234567890"


def test_much_data_goes_on_after_the_look(start):
    site = start(echo, back=[DELAY, "tcp-response content accept if { res.len ge 3 }"])
    data = bytes(range(256)) * 4096
    with Client(site.port) as client:
        client.send(data[:1000])
        assert client.stream.exactly(1000) == data[:1000]
        for at in range(0, len(data), 65536):
            client.send(data[at:at + 65536])
            assert client.stream.exactly(65536) == data[at:at + 65536]


def test_a_server_hello_is_recognised(start, authority, serve, syslog):
    tls = serve(greet, tls=tls_server(authority.pem("a.test", ["a.test"]))).port
    site = start(server=tls, back=[
        DELAY, "tcp-response content accept if { res.ssl_hello_type 2 }",
        "tcp-response content reject"])
    with Client(site.port, tls=tls_client(), sni="a.test") as client:
        assert client.stream.exactly(8) == b"welcome\n"
    assert syslog.tcp()[0]["termination"] == "--"


def test_what_is_no_server_hello_is_rejected(start, syslog):
    site = start(greet, back=[
        DELAY, "tcp-response content accept if { rep_ssl_hello_type 2 }",
        "tcp-response content reject"])
    with Client(site.port) as client:
        assert client.is_closed()
    assert syslog.tcp()[0]["termination"] == "PD"


def test_clients_that_leave_meanwhile(start, syslog):
    site = start(silent, back=[DELAY, "tcp-response content accept if { res.len gt 3 }"])
    client = Client(site.port).send(b"x")
    wait_for(lambda: any(conn.received for conn in list(site.origin.connections)))
    client.reset()
    assert syslog.tcp()[0]["termination"] == "CD"


def test_rejections_are_counted(start):
    site = start(greet, back=["tcp-response content reject"])
    with Client(site.port) as client:
        assert client.is_closed()
    for name in (("web", "FRONTEND"), ("app", "BACKEND")):
        wait_for(lambda: read_stats(site.stats)[name]["dresp"] == "1")


def test_a_session_id_is_remembered(start, balance, serve, syslog):
    """The manual's example of stick store-response, with plain bytes."""
    site = start(greet, back=[
        "stick-table type string len 8 size 10k", DELAY,
        "tcp-response content accept if " + WELCOME,
        "stick store-response res.payload(0,7)"])
    with Client(site.port) as client:
        assert client.stream.exactly(8) == b"welcome\n"
