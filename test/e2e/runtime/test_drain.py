# SPDX-License-Identifier: Apache-2.0
"""SIGUSR1: nobody new is let in, who is being served is served to the end, and then weir leaves."""
import signal
import threading
import time

import pytest

from harness.instance import site
from harness.client import Client, get
from harness.origin import reply
from harness.waiting import PATIENCE_S, is_listening, wait_for

PROXIED = """
frontend site
    bind 127.0.0.1:{port}
    default_backend slow

backend slow
    server s 127.0.0.1:{server}
"""


@pytest.fixture
def held(serve):
    """A server that answers when told to."""
    go = threading.Event()

    def wait(conn):
        while conn.request():
            go.wait(PATIENCE_S)
            conn.send(reply(b"at last"))

    origin = serve(wait)
    origin.go = go
    yield origin
    go.set()


@pytest.mark.parametrize("flags", [["-db"], ["-W"]], ids=" ".join)
def test_request_in_flight_is_finished(launch, port, held, flags):
    weir = launch(PROXIED.format(port=port, server=held.port), flags=flags)
    with Client(port) as busy:
        busy.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        wait_for(lambda: held.requests)
        weir.send_signal(signal.SIGUSR1)
        wait_for(lambda: not is_listening(port))
        assert weir.is_running()
        held.go.set()
        response = busy.response()
        assert response.body == b"at last"
        assert response.header("Connection") == "close"
    assert weir.wait() == 0


def test_idle_connections_are_closed(launch, port):
    weir = launch(site(port))
    with Client(port) as idle:
        assert idle.request().body == b"hello"
        weir.send_signal(signal.SIGUSR1)
        assert weir.wait() == 0


def test_metrics_say_that_it_drains(launch, port):
    config = """
frontend metrics
    bind 127.0.0.1:%d
    http-request use-service prometheus-exporter
""" % port
    weir = launch(config, extra="    grace 10m")
    assert b"\nhaproxy_process_stopping 0\n" in get(port).body
    weir.send_signal(signal.SIGUSR1)
    wait_for(lambda: b"\nhaproxy_process_stopping 1\n" in get(port).body)
    weir.stop(signal.SIGTERM)  # it would wait for ten minutes


def test_patience_ends_after_hard_stop_after(launch, port, held):
    weir = launch(PROXIED.format(port=port, server=held.port), extra="    hard-stop-after 1s")
    with Client(port) as busy:
        busy.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        wait_for(lambda: held.requests)
        began = time.monotonic()
        weir.send_signal(signal.SIGUSR1)
        assert weir.wait() == 0
        assert time.monotonic() - began > 0.9
