# SPDX-License-Identifier: Apache-2.0
"""Each request of the corpus through the balancer, to a server that records every byte."""
import time

import pytest

from harness.balancer import KINDS
from harness.client import Client
from harness.http import Cut
from harness.origin import Origin, always, reply
from harness.ports import free_port
from http1.records import forget
from http1.request_corpus import ANYTHING, CASES, SPOILT, TAKEN

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    default_backend app

backend app
    http-reuse never
    server s1 127.0.0.1:{server}
"""


@pytest.fixture(scope="module")
def way(kind, tmp_path_factory):
    """(port of the balancer, the server behind it), shared by all rows."""
    port = free_port()
    with Origin(always(reply())) as origin:
        config = CONFIG.format(port=port, server=origin.port)
        with KINDS[kind](tmp_path_factory.mktemp("corpus"), config, threads=1):
            yield port, origin


def responses(client, request, want):
    """What the client gets, up to the end or, once all that is wanted has come, to a moment of silence: (statuses, closed)."""
    statuses = []
    first = "HEAD" if request.startswith(b"HEAD") else "GET"
    while True:
        has_all = len(statuses) >= len(want.statuses) and not want.closed
        if has_all and not client.stream.buffer and client.is_silent(0.03):
            return statuses, False
        try:
            statuses.append(client.response("GET" if statuses else first).status)
        except (Cut, ConnectionError):
            return statuses, True


def check_refusal(want, statuses, closed, origin):
    if want is SPOILT:
        assert 200 not in statuses
        assert not origin.requests, "the server got a whole request: %r" % origin.requests[0].raw
        assert statuses in ([400], []) and closed
        return
    assert statuses == list(want.statuses)
    assert closed
    assert [request.start_line for request in origin.requests] == list(want.lines)
    leaked = b"".join(conn.received for conn in origin.connections)
    assert leaked == b"".join(request.raw for request in origin.requests)


def check_requests(want, statuses, closed, origin):
    assert statuses == list(want.statuses)
    assert [request.start_line.replace("HTTP/1.0", "HTTP/1.1") for request in origin.requests] \
        == list(want.lines)
    last = origin.requests[-1]
    assert sum(len(conn.received) for conn in origin.connections) \
        == sum(len(request.raw) for request in origin.requests), "bytes outside of any request"
    for name, value in want.has.items():
        assert last.header(name) == value
    for name in want.lacks:
        assert last.header(name) is None, "%s: %s" % (name, last.header(name))
    if want.body is not None:
        assert last.body == want.body
    if want.trailers is not None:
        assert last.trailers == want.trailers
    if want.closed is not None:
        assert closed == want.closed


def send_whole(client, data):
    client.send(data)


def send_in_pieces(client, data):
    """Ten segments, so that the parser meets the ends of its input in odd places."""
    step = max(1, len(data) // 10)
    for at in range(0, len(data), step):
        try:
            client.send(data[at:at + step])
        except ConnectionError:
            return  # refused already
        time.sleep(0.001)


@pytest.mark.parametrize("send", [send_whole, send_in_pieces])
@pytest.mark.parametrize("row", CASES, ids=lambda row: row.name)
def test_request(way, kind, row, send):
    port, origin = way
    want = row.haproxy if kind == "haproxy" and row.haproxy else row.want
    if want is ANYTHING:
        return
    forget(origin)
    with Client(port) as client:
        send(client, row.request)
        statuses, closed = responses(client, row.request, want)
    if want is TAKEN:
        assert statuses and set(statuses) == {200}
        return
    (check_requests if want.lines and set(want.statuses) == {200} else check_refusal)(
        want, statuses, closed, origin)


def test_names_are_unique():
    names = [row.name for row in CASES]
    assert len(names) == len(set(names)) and len(names) >= 200, len(names)
