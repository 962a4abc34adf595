# SPDX-License-Identifier: Apache-2.0
"""`compression`: which responses go compressed, by what, and how their heads change, as with HAProxy."""
import gzip
import socket
import time
import zlib

import pytest
from harness.client import Client
from harness.origin import reply
from harness.ports import free_port
from harness.waiting import PATIENCE_S, wait_for

CONFIG = """
global
    {global_lines}
defaults
    mode http
    timeout connect 1m
    timeout client 1m
    timeout server 1m
frontend web
    bind 127.0.0.1:{port}
    {frontend}
    default_backend app
backend app
    {backend}
    server one 127.0.0.1:{origin}
frontend numbers
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
"""

TEXT = b"".join(b"line %d of a text that repeats itself\n" % i for i in range(400))

DECODERS = {
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "raw-deflate": lambda body: zlib.decompress(body, -15),
    "identity": bytes,
}


def chunked(body, trailers=b"", headers=b"", size=1000):
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part)
                      for part in (body[i:i + size] for i in range(0, len(body), size)))
    return (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + headers + b"\r\n" + chunks + b"0\r\n" + trailers
            + b"\r\n")


@pytest.fixture
def play(serve, balance):
    """play(backend, response) starts both; what it returns asks once, by a new connection, for (response, requests)."""

    def start(backend, response=None, frontend="", global_lines=""):
        answer = {"response": response or reply(TEXT, headers=[("Content-Type", "text/plain")])}

        def behave(conn):
            while conn.request():
                given = answer["response"]
                conn.send(given) if isinstance(given, bytes) else given(conn)

        origin = serve(behave)
        port, stats = free_port(), free_port()
        balance(CONFIG.format(port=port, stats=stats, origin=origin.port, backend=backend, frontend=frontend,
                              global_lines=global_lines))

        def ask(headers=(("Accept-Encoding", "gzip"),), method="GET", version="1.1", response=None):
            if response:
                answer["response"] = response
            with Client(port) as client:
                return client.request(method, "/", headers, version=version)

        ask.origin, ask.port, ask.stats = origin, port, stats
        return ask

    return start


def fields(response):
    return [field for field in response.headers if field[0] not in ("connection",)]


def check_compressed(response, coding="gzip", text=TEXT):
    assert response.header("transfer-encoding") == "chunked"
    assert response.header("content-length") is None
    assert response.header("vary") == "Accept-Encoding"
    name = {"identity": None, "raw-deflate": "deflate"}.get(coding, coding)
    assert response.header("content-encoding") == name
    assert DECODERS[coding](response.body) == text
    if coding != "identity":
        assert len(response.body) < len(text) / 3


def check_plain(response, text=TEXT):
    assert response.header("vary") is None
    assert response.body == text


# Accept-Encoding fields, what the response comes in
WISHES = {
    "gzip": [
        (["gzip"], True), (["GZip"], True), (["deflate, gzip"], True), (["gzip;q=0.5"], True), (["*"], True),
        (["identity", "gzip"], True), (["gzip;q=0.001"], True), (["gzip; level=1; q=0.1"], True),
        (["gzip;q=x"], True), (["gzip;q=7"], True), (["gzip;q=0"], False), (["gzip;q=0.0"], False), ([], False),
        (["identity"], False), (["x-gzip"], False), (["gzipped"], False), (["deflate"], False), ([""], False),
        (["*;q=0"], False), (["*;q=0, gzip"], True), (["gzip;q=0, *"], True), (["gzip ;q=0"], False),
        (["gzip; q=0"], False), (["gzip;Q=0"], True), (["gzip;q=0.0001"], False), (["\"gzip\""], False),
    ],
    "gzip deflate": [
        (["gzip, deflate"], "gzip"), (["deflate, gzip"], "deflate"), (["gzip;q=0.4, deflate;q=0.5"], "deflate"),
        (["gzip;q=0.5, deflate;q=0.4"], "gzip"), (["*"], "deflate"), (["gzip;q=0.5, *"], "deflate"),
    ],
    "deflate gzip": [(["*"], "gzip"), (["deflate"], "deflate"), (["deflate;q=0.9, *;q=0.95"], "gzip")],
    "raw-deflate": [(["deflate"], "raw-deflate"), (["gzip"], False), (["raw-deflate"], False)],
    "identity": [(["gzip"], "identity"), ([], "identity"), (["identity;q=0"], "identity")],
    "identity gzip": [(["gzip"], "gzip"), ([], "identity"), (["identity"], "identity"), (["br"], "identity")],
}


@pytest.mark.parametrize("algorithms", WISHES)
def test_what_the_client_takes(play, algorithms):
    ask = play("compression algo " + algorithms)
    for wishes, expected in WISHES[algorithms]:
        response = ask([("Accept-Encoding", wish) for wish in wishes])
        try:
            if expected:
                check_compressed(response, algorithms if expected is True else expected)
            else:
                check_plain(response)
        except (AssertionError, zlib.error, OSError) as error:
            raise AssertionError("%s of %s" % (wishes, algorithms)) from error


# User-Agent, is it believed?
BROWSERS = [
    ("curl/7.88", True),
    ("Mozilla/5.0 (X11; Linux x86_64)", True),
    ("Mozilla/4.7 [en] (X11; I; Linux)", False),
    ("Mozilla/4.0 (compatible; MSIE 5.5; Windows NT 5.0)", False),
    ("Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)", False),
    ("Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1)", True),
    ("Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1)", True),
    ("Mozilla/4", False),
]


def test_browsers_that_claim_too_much(play):
    ask = play("compression algo gzip")
    for name, is_believed in BROWSERS:
        response = ask([("Accept-Encoding", "gzip"), ("User-Agent", name)])
        (check_compressed if is_believed else check_plain)(response)


# fields of the response, is it compressed?
HEADS = [
    ([], True),
    ([("Content-Type", "text/html; charset=utf-8")], True),
    ([("Content-Type", "multipart/form-data; boundary=x")], False),
    ([("Content-Type", "Multipart/mixed")], False),
    ([("Cache-Control", "no-transform")], False),
    ([("Cache-Control", "max-age=3, No-Transform")], False),
    ([("Cache-Control", "max-age=3"), ("Cache-Control", "no-transform")], False),
    ([("Cache-Control", "no-transforms")], True),
    ([("Content-Encoding", "br")], False),
    ([("Content-Encoding", "identity")], False),
    ([("ETag", '"a"')], True),
    ([("ETag", 'W/"a"')], True),
    ([("ETag", "a")], False),
    ([("ETag", 'w/"a"')], False),
    ([("ETag", '"')], False),
    ([("ETag", '"a"'), ("ETag", '"b"')], False),
    ([("Vary", "Cookie")], "own vary"),
]


def test_responses_that_are_left_alone(play):
    ask = play("compression algo gzip")
    for head, is_fit in HEADS:
        response = ask(response=reply(TEXT, headers=head))
        assert (response.header("content-encoding") == "gzip") == bool(is_fit), head
        if is_fit is True:
            check_compressed(response)
        elif is_fit:
            assert response.header("vary") == "Cookie, Accept-Encoding"
        else:
            check_plain(response)


@pytest.mark.parametrize("status, is_fit", [
    ("200 OK", True), ("201 Created", True), ("202 Accepted", True), ("203 Non-Authoritative Information", True),
    ("206 Partial Content", False), ("404 Not Found", False), ("500 Oh", False), ("204 No Content", None),
    ("304 Not Modified", None)])
def test_statuses(play, status, is_fit):
    ask = play("compression algo gzip")
    if is_fit is None:
        response = ask(response=b"HTTP/1.1 %s\r\nETag: \"a\"\r\n\r\n" % status.encode())
        assert fields(response) == [("etag", '"a"')]
    else:
        (check_compressed if is_fit else check_plain)(ask(response=reply(TEXT, status)))


def test_versions_and_methods(play):
    ask = play("compression algo gzip")
    check_plain(ask(version="1.0"))
    check_plain(ask(response=reply(TEXT, version="1.0")))
    check_compressed(ask(method="POST", response=reply(TEXT)))
    head = ask(method="HEAD", response=reply(TEXT)[:-len(TEXT)])
    assert fields(head) == [("content-length", str(len(TEXT)))]


def test_order_of_fields(play):
    """What is added stands behind what came; a strong ETag becomes a weak one where it is."""
    ask = play("compression algo gzip", frontend="http-response set-header X-Rule 1")
    head = [("ETag", '"abc"'), ("Content-Type", "text/plain"), ("X-Last", "1")]
    response = ask(response=reply(TEXT, headers=head))
    check_compressed(response)
    assert fields(response) == [
        ("etag", 'W/"abc"'), ("content-type", "text/plain"), ("x-last", "1"), ("x-rule", "1"),
        ("transfer-encoding", "chunked"), ("vary", "Accept-Encoding"), ("content-encoding", "gzip")]
    response = ask(response=chunked(TEXT, headers=b"X-Last: 1\r\n"))
    check_compressed(response)
    assert fields(response) == [
        ("transfer-encoding", "chunked"), ("x-last", "1"), ("x-rule", "1"), ("vary", "Accept-Encoding"),
        ("content-encoding", "gzip")]


def test_chunked_bodies_keep_their_trailers(play):
    ask = play("compression algo gzip")
    response = ask(response=chunked(TEXT, trailers=b"X-Sum: 1\r\n"))
    check_compressed(response)
    assert response.trailers == [("x-sum", "1")]


def test_empty_bodies(play):
    ask = play("compression algo gzip")
    response = ask(response=chunked(b""))
    assert response.header("vary") == "Accept-Encoding"
    assert response.body == b"" or gzip.decompress(response.body) == b""


def test_bodies_of_no_length(play):
    ask = play("compression algo gzip")
    assert fields(ask(response=b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) == [("content-length", "0")]

    def close(conn):
        conn.send(b"HTTP/1.1 200 OK\r\n\r\n" + TEXT)
        conn.sock.shutdown(socket.SHUT_RDWR)

    check_plain(ask(response=close))


# lines of the backend, Content-Type, is it compressed?
TYPES = [
    ("type text/html application/json", "text/html", True),
    ("type text/html application/json", "Text/HTML; charset=utf-8", True),
    ("type text/html application/json", "application/json", True),
    ("type text/html application/json", "text/plain", False),
    ("type text/html application/json", None, False),
    ("type text/", "text/plain", True),
    ("type text/html\n    compression type text/css", "text/html", True),
    ("type text/html\n    compression type text/css", "text/css", True),
]


@pytest.mark.parametrize("line, kind_of_text, is_fit", TYPES)
def test_types(play, line, kind_of_text, is_fit):
    ask = play("compression algo gzip\n    compression " + line)
    response = ask(response=reply(TEXT, headers=[("Content-Type", kind_of_text)] if kind_of_text else []))
    (check_compressed if is_fit else check_plain)(response)


@pytest.mark.weir_only
@pytest.mark.parametrize("least, is_fit", [(len(TEXT), True), (len(TEXT) + 1, False)])
def test_words_of_later_versions(play, least, is_fit):
    """HAProxy 2.6 knows none of them."""
    ask = play("compression direction response\n    compression algo-res gzip\n    compression type-res text/plain\n"
               "    compression minsize-res %d" % least)
    (check_compressed if is_fit else check_plain)(ask())
    check_compressed(ask(response=chunked(TEXT, headers=b"Content-Type: text/plain\r\n")))  # of unknown length
    check_plain(ask(response=reply(TEXT, headers=[("Content-Type", "text/html")])))


def test_the_backend_comes_before_the_frontend(play):
    ask = play("compression algo deflate", frontend="compression algo gzip")
    check_compressed(ask([("Accept-Encoding", "gzip, deflate")]), "deflate")
    check_plain(ask([("Accept-Encoding", "gzip")]))


def test_the_frontend_alone(play):
    ask = play("", frontend="compression algo gzip\n    compression type text/plain")
    check_compressed(ask())


@pytest.mark.parametrize("where", ["frontend", "backend"])
def test_offload(play, where):
    lines = "compression algo gzip\n    compression offload"
    ask = play(lines if where == "backend" else "", frontend=lines if where == "frontend" else "")
    check_compressed(ask([("Accept-Encoding", "br"), ("Accept-Encoding", "gzip")]))
    assert ask.origin.requests[-1].header("accept-encoding") is None
    check_plain(ask([("Accept-Encoding", "br")]))
    assert ask.origin.requests[-1].header("accept-encoding") == "br"


def test_without_offload_servers_are_asked_too(play):
    ask = play("compression algo gzip")
    check_compressed(ask())
    assert ask.origin.requests[-1].header("accept-encoding") == "gzip"


def test_rules_know_of_it(play):
    ask = play("compression algo raw-deflate", frontend="""
    http-response set-header X-Comp %[res.comp]
    http-response set-header X-Algo %[res.comp_algo]""")
    response = ask([("Accept-Encoding", "deflate")])
    assert (response.header("x-comp"), response.header("x-algo")) == ("1", "raw-deflate")
    response = ask([("Accept-Encoding", "gzip")])
    assert (response.header("x-comp"), response.header("x-algo")) == ("0", "")


def test_a_rule_may_refuse_what_was_to_be_compressed(play):
    ask = play("compression algo gzip\n    http-response return status 200 content-type text/plain string no")
    response = ask()
    assert (response.body, response.header("content-encoding")) == (b"no", None)


@pytest.mark.weir_only  # HAProxy keeps the last bits back, and with them a letter
def test_pieces_go_on_at_once(play):
    """A server that pauses keeps nobody waiting for what it has sent."""

    def drip(conn):
        conn.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in (b"first", b"second", b"third"):
            conn.send(b"%x\r\n%s\r\n" % (len(piece), piece))
            assert drip.went_on.recv(1) == b"."
        conn.send(b"0\r\n\r\n")

    drip.went_on, go_on = socket.socketpair()
    drip.went_on.settimeout(PATIENCE_S)
    ask = play("compression algo gzip", response=drip)
    inflate = zlib.decompressobj(31)
    with Client(ask.port) as client:
        client.send("GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n")
        stream = client.stream
        assert b"content-encoding: gzip" in stream.until(b"\r\n\r\n").lower()
        for piece in (b"first", b"second", b"third"):
            text = b""
            while text != piece:
                text += inflate.decompress(stream.exactly(int(stream.until(b"\r\n"), 16)))
                assert stream.until(b"\r\n") == b"\r\n"
            go_on.send(b".")


def test_large_bodies_and_slow_clients(play):
    """Some megabytes, through a client that does not read for a while; then another response on its connection."""
    body = TEXT * 400
    ask = play("compression algo gzip", response=reply(body))
    with Client(ask.port, receive_buffer=4096) as client:
        for _ in range(2):
            client.send("GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n")
            time.sleep(0.3)
            check_compressed(client.response(), text=body)


def test_bodies_that_cannot_be_made_smaller(play):
    body = zlib.compress(TEXT * 3) + bytes((i * i * 7919 >> 5) & 255 for i in range(200000))
    response = play("compression algo gzip", response=reply(body))()
    assert gzip.decompress(response.body) == body


def test_a_body_that_is_cut_short(play):
    def cut(conn):
        conn.send(reply(TEXT)[:-10])
        conn.sock.shutdown(socket.SHUT_RDWR)

    ask = play("compression algo gzip", response=cut)
    with Client(ask.port) as client:
        client.send("GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n")
        received = client.stream.rest()
    assert not received.endswith(b"0\r\n\r\n")


def counts(ask, name):
    with Client(ask.stats) as client:
        lines = client.request(path="/stats;csv").body.decode().splitlines()
    names = lines[0].lstrip("# ").split(",")
    rows = [dict(zip(names, line.split(","))) for line in lines[1:]]
    row = next(row for row in rows if row["pxname"] == name and row["svname"] in ("FRONTEND", "BACKEND"))
    return [int(row[column]) for column in ("comp_in", "comp_out", "comp_byp", "comp_rsp")]


def test_counters(play):
    ask = play("compression algo gzip identity")
    sizes = [len(ask().body) for _ in range(2)]
    ask([])
    ask(method="HEAD", response=reply(TEXT)[:-len(TEXT)])
    for name in ("web", "app"):
        wait_for(lambda: counts(ask, name) == [2 * len(TEXT), sum(sizes), len(TEXT), 3],
                 what=lambda: (counts(ask, name), sizes))


def test_a_bound_on_the_rate(play):
    ask = play("compression algo gzip", global_lines="maxcomprate 1")
    check_compressed(ask())

    def is_reached():  # it is of one second: the second of two requests has to be as quick as that
        with Client(ask.port) as client:
            client.send(2 * "GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n")
            for response in (client.response(), client.response()):
                (check_compressed if response.header("content-encoding") else check_plain)(response)
        return response.header("content-encoding") is None

    wait_for(is_reached)
