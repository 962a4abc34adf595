# SPDX-License-Identifier: Apache-2.0
"""Each response of the corpus from a server that may be broken, through the balancer, to a client.

After it a second request of the same client, or of a new one where the first was cut off, must get its
own answer, and over a new connection wherever the state of the old one is in doubt.
"""
import time

import pytest

from harness.balancer import KINDS
from harness.client import Client
from harness.http import Cut
from harness.origin import Origin
from harness.ports import free_port
from http1.records import forget
from http1.response_corpus import CASES, TOO_MUCH, Want

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    default_backend app

backend app
    http-reuse always
    server s1 127.0.0.1:{server}
"""

SECOND = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond"


class Script:
    """Answers the first request with the row's bytes, any other with SECOND."""

    row = None
    pieces = 1

    def send(self, conn, data):
        step = max(1, -(-len(data) // self.pieces))
        for at in range(0, len(data), step):
            conn.send(data[at:at + step])
            if self.pieces > 1:
                time.sleep(0.001)

    def __call__(self, conn):
        while request := conn.request():
            if request.header("x-second"):
                conn.send(SECOND)
                continue
            self.send(conn, self.row.response)
            if self.row.close:
                return


@pytest.fixture(scope="module")
def way(kind, tmp_path_factory):
    port, script = free_port(), Script()
    with Origin(script) as origin:
        config = CONFIG.format(port=port, server=origin.port)
        with KINDS[kind](tmp_path_factory.mktemp("responses"), config, threads=1):
            yield port, origin, script


def first_answer(client, method):
    """What a client makes of the first answer, in the words of the corpus."""
    try:
        response = client.request(method)
    except Cut as error:
        status = int(error.received[9:12]) if error.received.startswith(b"HTTP/1.1 ") else None
        return Want(status, is_cut=True), None
    except ConnectionError:
        return Want(None, is_cut=True), None
    return Want(response.status, response.body), response


def second_answer(client, port):
    """The answer to a second request, on the same connection when it still stands."""
    try:
        return client.request(headers=[("X-Second", "1")])
    except (Cut, ConnectionError):
        with Client(port) as other:
            return other.request(headers=[("X-Second", "1")])


def agrees(want, got, response):
    if want.is_cut or got.is_cut:
        return want.is_cut == got.is_cut and got.status in (want.status, None)
    if want.status == 502:
        return got.status == 502
    return (want.status == got.status and want.body == got.body
            and want.interim == tuple(part.status for part in response.interim)
            and all(response.header(name) is None for name in want.lacks))


# What comes too late belongs, for all that anybody can tell, to the next request: not in pieces.
ROWS = [(row, 1) for row in CASES] + [(row, 10) for row in CASES if row not in TOO_MUCH]


@pytest.mark.parametrize("row, pieces", ROWS, ids=["%s, %d" % (row.name, n) for row, n in ROWS])
def test_response(way, kind, row, pieces):
    port, origin, script = way
    wants = row.haproxy if kind == "haproxy" and row.haproxy is not None else row.want
    if not wants:
        return
    forget(origin)
    script.row, script.pieces = row, pieces
    with Client(port) as client:
        got, response = first_answer(client, row.method)
        chosen = [want for want in wants if agrees(want, got, response)]
        assert chosen, "wanted one of %s, got %s" % (wants, got)
        second = second_answer(client, port)
    assert (second.status, second.body) == (200, b"second")
    if chosen[0].reused is not None:
        assert (len(origin.connections) == 1) == chosen[0].reused
