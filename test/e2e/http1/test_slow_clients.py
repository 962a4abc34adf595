# SPDX-License-Identifier: Apache-2.0
"""Many clients that take their time: they cost little and hold up nobody."""
import time

import pytest

from harness.client import Client, get
from harness.ports import free_port
from harness.waiting import PATIENCE_S

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    timeout http-request {request}
    timeout client 10m
    default_backend app

backend app
    server s1 127.0.0.1:{server}
"""

MANY = 400


@pytest.fixture
def way(balance, serve):
    """way(time for a head) -> (port, balancer)"""

    def start(request):
        port = free_port()
        return port, balance(CONFIG.format(port=port, server=serve().port, request=request), threads=1)

    return start


@pytest.mark.memory
@pytest.mark.parametrize("beginning", [
    "", "G", "GET / HTTP/1.1\r\nHost: a\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n1",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
], ids=["silent", "one letter", "half a head", "half a body", "half a chunk"])
def test_clients_that_never_finish_hold_up_nobody(way, beginning):
    port, balancer = way("10m")  # longer than anybody here waits for an answer
    assert get(port).status == 200
    before = balancer.rss_kib()
    slow = [Client(port).send(beginning) for _ in range(MANY)]
    for _ in range(10):  # the first of them is accepted behind all who are slow
        assert get(port).status == 200
    each = (balancer.rss_kib() - before) / MANY
    assert each < 64, "%.1f KiB for each" % each
    for client in slow:
        client.close()


def test_clients_that_drip_their_head_are_ended_in_time(way):
    port, _ = way("4s")
    slow = [Client(port).send("GET / HTTP/1.1\r\n") for _ in range(50)]
    deadline = time.monotonic() + PATIENCE_S
    answered = set()
    while len(answered) < len(slow) and time.monotonic() < deadline:
        for client in slow:
            if client in answered:
                continue
            try:
                client.send("X: y\r\n")
                if not client.is_silent(0.001):
                    answered.add(client)
            except OSError:
                answered.add(client)
        time.sleep(0.2)
    assert len(answered) == len(slow)
    assert get(port).status == 200
