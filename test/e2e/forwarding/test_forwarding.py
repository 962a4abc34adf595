# SPDX-License-Identifier: Apache-2.0
"""What a request meets between its arrival and its server: limits, queues, other servers, headers,
pages of its own; and which connection it travels on."""
import base64
import threading

import pytest

from harness.client import Client, get
from harness.origin import always, reply
from harness.ports import free_port
from harness.stats import read_stats
from harness.waiting import PATIENCE_S, wait_for

FRONTEND = """
frontend web
    bind 127.0.0.1:{port}
    {words}
    default_backend app
"""


def named(name):
    return always(reply(name.encode(), headers=[("X-Server", name)]))


class Gate:
    """A server that keeps requests until it is opened, and knows how many it holds."""

    def __init__(self, name="gate"):
        self.name, self.holding, self.peak, self.open = name, 0, 0, threading.Event()
        self.lock = threading.Lock()

    def __call__(self, conn):
        while conn.request():
            with self.lock:
                self.holding += 1
                self.peak = max(self.peak, self.holding)
            self.open.wait(PATIENCE_S)
            with self.lock:
                self.holding -= 1
            conn.send(reply(headers=[("X-Server", self.name)]))


def ask(ports_of, count):
    """Sends a request on each of `count` connections, without waiting."""
    return [Client(ports_of).send("GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % i) for i in range(count)]


# ---- limits and queues

def test_server_maxconn_holds_the_rest_in_a_queue(balance, serve):
    gate, port, stats = Gate(), free_port(), free_port()
    server = serve(gate)
    balance(FRONTEND.format(port=port, words="") + """
backend app
    server s1 127.0.0.1:%d maxconn 2
listen stats
    bind 127.0.0.1:%d
    stats enable
    stats uri /stats
""" % (server.port, stats))
    clients = ask(port, 6)
    wait_for(lambda: gate.holding == 2)
    wait_for(lambda: read_stats(stats)["app", "s1"]["qcur"] == "4"
             or read_stats(stats)["app", "BACKEND"]["qcur"] == "4", what="4 in the queue")
    assert gate.peak == 2
    gate.open.set()
    assert [client.response().status for client in clients] == [200] * 6
    assert gate.peak == 2


def test_queued_requests_go_to_whichever_server_is_free_first(balance, serve):
    slow, fast, port = Gate("slow"), Gate("fast"), free_port()
    servers = [serve(slow), serve(fast)]
    balance(FRONTEND.format(port=port, words="") + """
backend app
    server slow 127.0.0.1:%d maxconn 1
    server fast 127.0.0.1:%d maxconn 1
""" % tuple(server.port for server in servers))
    clients = ask(port, 6)
    wait_for(lambda: slow.holding == 1 and fast.holding == 1)
    fast.open.set()
    wait_for(lambda: sum(len(server.requests) for server in servers) == 6)
    assert len(servers[0].requests) == 1
    slow.open.set()
    assert [client.response().status for client in clients] == [200] * 6


def test_frontend_maxconn_leaves_the_rest_in_the_backlog(balance, serve):
    port, server = free_port(), serve()
    balance(FRONTEND.format(port=port, words="maxconn 2") + """
backend app
    server s1 127.0.0.1:%d
""" % server.port, threads=1)
    first, second = Client(port), Client(port)
    assert first.request().status == second.request().status == 200
    third = Client(port).send("GET /3 HTTP/1.1\r\nHost: a\r\n\r\n")
    assert third.is_silent(0.4)
    first.close()
    assert third.response().status == 200
    assert second.request().status == 200


# ---- another server

def test_a_refused_connection_is_tried_on_another_server(balance, serve):
    port, server = free_port(), serve(named("alive"))
    balance(FRONTEND.format(port=port, words="") + """
backend app
    option redispatch 1
    server dead 127.0.0.1:%d
    server alive 127.0.0.1:%d
""" % (free_port(), server.port))
    assert [get(port).header("x-server") for _ in range(4)] == ["alive"] * 4


def test_a_post_is_tried_again_too_when_no_byte_was_sent(balance, serve):
    port, server = free_port(), serve(named("alive"))
    balance(FRONTEND.format(port=port, words="") + """
backend app
    option redispatch 1
    server dead 127.0.0.1:%d
    server alive 127.0.0.1:%d
""" % (free_port(), server.port))
    for _ in range(4):
        with Client(port) as client:
            assert client.request("POST", "/", body=b"x" * 20000).status == 200
    assert len(server.requests) == 4
    assert {request.body for request in server.requests} == {b"x" * 20000}


def test_a_request_that_may_have_been_processed_is_not_repeated(balance, serve):
    def dies(conn):
        conn.request()

    port, servers = free_port(), [serve(dies), serve(dies)]
    balance(FRONTEND.format(port=port, words="") + """
backend app
    option redispatch 1
    server s1 127.0.0.1:%d
    server s2 127.0.0.1:%d
""" % tuple(server.port for server in servers))
    assert get(port).status == 502
    assert sum(len(server.requests) for server in servers) == 1


@pytest.mark.parametrize("ending", ["close", "reset"])
@pytest.mark.parametrize("method, wanted", [("GET", 200), ("POST", 502)])
@pytest.mark.weir_only
def test_a_reused_connection_that_closes_without_a_byte(balance, serve, method, wanted, ending):
    def twice(conn):  # answers once, and takes the second request without an answer
        if conn.origin.requests:
            while conn.request():
                conn.send(reply(b"new"))
            return
        conn.request()
        conn.send(reply(b"first"))
        conn.request()
        if ending == "reset":
            conn.reset()

    port, server = free_port(), serve(twice)
    balance(FRONTEND.format(port=port, words="") + """
backend app
    http-reuse always
    server s1 127.0.0.1:%d
""" % server.port, threads=1)
    with Client(port) as client:
        assert client.request().body == b"first"
        assert client.request(method, "/2").status == wanted


def test_no_server_at_all(balance, syslog):
    port = free_port()
    balance(FRONTEND.format(port=port, words="") + "\nbackend app\n")
    assert get(port).status == 503
    line = syslog.http()[0]
    assert (line["termination"], line["server"]) == ("SC--", "<NOSRV>")


def test_all_servers_disabled(balance, syslog):
    port = free_port()
    balance(FRONTEND.format(port=port, words="") + """
backend app
    server s1 127.0.0.1:%d disabled
""" % free_port())
    assert get(port).status == 503
    assert syslog.http()[0]["server"] == "<NOSRV>"


def test_backup_servers_serve_only_when_no_other_can(balance, serve):
    port, spare, main = free_port(), serve(named("spare")), serve(named("main"))
    balance(FRONTEND.format(port=port, words="") + """
backend app
    server main 127.0.0.1:%d check inter 500ms fall 2
    server spare 127.0.0.1:%d backup
    server other 127.0.0.1:%d backup
""" % (main.port, spare.port, spare.port))
    assert {get(port).header("x-server") for _ in range(4)} == {"main"}
    main.close()
    wait_for(lambda: get(port).header("x-server") == "spare")


def test_weights(balance, serve):
    port, servers = free_port(), [serve(named(name)) for name in "abc"]
    balance(FRONTEND.format(port=port, words="") + """
backend app
    balance roundrobin
    server a 127.0.0.1:%d weight 1
    server b 127.0.0.1:%d weight 3
    server c 127.0.0.1:%d weight 0
""" % tuple(server.port for server in servers))
    names = [get(port).header("x-server") for _ in range(16)]
    assert (names.count("a"), names.count("b")) == (4, 12)


def test_leastconn_prefers_the_server_with_fewer(balance, serve):
    gate, port, stats = Gate("busy"), free_port(), free_port()
    busy, idle = serve(gate), serve(named("idle"))

    def wait_idle():  # a stream leaves its server a moment after the client has its last byte
        wait_for(lambda: read_stats(stats)["app", "idle"]["scur"] == "0")

    balance(FRONTEND.format(port=port, words="") + """
backend app
    balance leastconn
    server busy 127.0.0.1:%d
    server idle 127.0.0.1:%d
listen stats
    bind 127.0.0.1:%d
    stats enable
    stats uri /stats
""" % (busy.port, idle.port, stats))
    held = ask(port, 1)
    wait_for(lambda: gate.holding or idle.requests)
    if not gate.holding:  # the first went to the idle one; the next goes to the other
        wait_idle()
        held += ask(port, 1)
        wait_for(lambda: gate.holding == 1)
    names = []
    for _ in range(5):
        wait_idle()
        names.append(get(port).header("x-server"))
    assert names == ["idle"] * 5
    gate.open.set()


# ---- headers

def forwarded(balance, serve, words, headers=(), bind="", backend="", **options):
    """The request as the server saw it."""
    port, server = free_port(), serve()
    balance(FRONTEND.format(port=port, words=words) + """
backend app
    %s
    server s1 127.0.0.1:%d
""" % (backend, server.port))
    assert get(port, "/", headers, **options).status == 200
    return server.requests[0]


FORWARDFOR = [
    ("off", "", [], None),
    ("on", "option forwardfor", [], "127.0.0.1"),
    ("added to what is there", "option forwardfor", [("X-Forwarded-For", "1.2.3.4")],
     "1.2.3.4, 127.0.0.1"),
    ("if-none, absent", "option forwardfor if-none", [], "127.0.0.1"),
    ("if-none, present", "option forwardfor if-none", [("X-Forwarded-For", "1.2.3.4")], "1.2.3.4"),
    ("except this address", "option forwardfor except 127.0.0.1", [], None),
    ("except this network", "option forwardfor except 127.0.0.0/8", [], None),
    ("except another network", "option forwardfor except 10.0.0.0/8", [], "127.0.0.1"),
]


@pytest.mark.parametrize("name, words, headers, wanted", FORWARDFOR, ids=[row[0] for row in FORWARDFOR])
def test_forwardfor(balance, serve, name, words, headers, wanted):
    request = forwarded(balance, serve, words, headers)
    assert request.header("x-forwarded-for") == wanted


BOTH_FORWARDFOR = [
    ("one field for both", "option forwardfor", "option forwardfor", [], "127.0.0.1"),
    ("if-none of the frontend alone", "option forwardfor if-none", "option forwardfor",
     [("X-Forwarded-For", "1.2.3.4")], "1.2.3.4, 127.0.0.1"),
    ("if-none of the backend alone", "option forwardfor", "option forwardfor if-none",
     [("X-Forwarded-For", "1.2.3.4")], "1.2.3.4, 127.0.0.1"),
    ("if-none of both", "option forwardfor if-none", "option forwardfor if-none",
     [("X-Forwarded-For", "1.2.3.4")], "1.2.3.4"),
    ("except of the frontend", "option forwardfor except 127.0.0.0/8", "option forwardfor", [], None),
    ("except of the backend", "option forwardfor", "option forwardfor except 127.0.0.1", [], None),
]


@pytest.mark.parametrize("name, front, back, headers, wanted", BOTH_FORWARDFOR,
                         ids=[row[0] for row in BOTH_FORWARDFOR])
def test_forwardfor_of_both(balance, serve, name, front, back, headers, wanted):
    request = forwarded(balance, serve, front, headers, backend=back)
    assert request.header("x-forwarded-for") == wanted


def test_forwardfor_under_another_name(balance, serve):
    request = forwarded(balance, serve, "option forwardfor header X-Client")
    assert request.header("x-client") == "127.0.0.1"
    assert request.header("x-forwarded-for") is None


def test_forwardfor_of_the_backend(balance, serve):
    request = forwarded(balance, serve, "", backend="option forwardfor")
    assert request.header("x-forwarded-for") == "127.0.0.1"


FORWARDED = [
    ("", "proto=http;for=127.0.0.1"),
    ("host", 'host="www.test:81"'),
    ("for by", "by=127.0.0.1;for=127.0.0.1"),
    ("for-expr str(_me)", "for=_me"),
    ("for-expr str(me)", "for=_me"),
    ("for-expr req.hdr(x-none)", "for=unknown"),
    ("for-expr str(unknown)", "for=unknown"),
    ("for-expr ipv6(2001:db8::1)", 'for="[2001:db8::1]"'),
    ("for-expr src,xxh32,hex", "for=_00000000013FB3EE"),
    ("for for_port-expr int(10)", 'for="127.0.0.1:10"'),
    ("for-expr src for_port-expr str(id) by by_port-expr int(10)",
     'by="127.0.0.1:10";for="127.0.0.1:_id"'),
    ("host-expr str(host.test) by-expr str(_here)", 'host="host.test";by=_here'),
    ("host-expr req.hdr(x-none)", None),
]


@pytest.mark.weir_only
@pytest.mark.parametrize("words, wanted", FORWARDED)
def test_forwarded(balance, serve, words, wanted):
    request = forwarded(balance, serve, "", [("Host", "www.test:81")],
                        backend="option forwarded " + words)
    assert request.header("forwarded") == wanted


@pytest.mark.weir_only
def test_no_forwarded_of_a_backend(balance, serve):
    request = forwarded(balance, serve, "", backend="""no option forwarded
""")
    assert request.header("forwarded") is None


ELEMENTS = [
    ('for="unknown:132";host="[::1]:65535";by="_obfs:_port";proto=https', "1 unknown 132"),
    ('for="127.0.0.1";host=v.test', "1 127.0.0.1 -"),
    ("For=127.0.0.1;PROTO=http", "1 127.0.0.1 -"),
    ('proto=http;for="[::1]:_id"', "1 ::1 _id"),
    ('for="127.0.0.1:8080"', "1 127.0.0.1 8080"),
    ("for=_hidden", "1 _hidden -"),
    ('by="[::1]:3"', "1 - -"),
    ('fore="unknown:132"', "0 - -"),
    ("proto=http;proto=http", "0 - -"),
    ("proto=custom", "0 - -"),
    ('"', "0 - -"),
    ("by=[::1]", "0 - -"),
    ('by="[::1]:"', "0 - -"),
    ('by="[::1]:65536"', "0 - -"),
    ('by="[::1"', "0 - -"),
    ('by="[::1]x:1"', "0 - -"),
    ("for=127.0.0.1:80", "0 127.0.0.1 -"),
    ('for="_"', "0 - -"),
    ("for=127.0.0.1;", "0 127.0.0.1 -"),
    ("for=127.0.0.1 ;by=_a", "0 127.0.0.1 -"),
    ("for=", "0 - -"),
    ("for", "0 - -"),
    ("host=", "0 - -"),
    ('host="a b"', "0 - -"),
    ('host="a:x"', "0 - -"),
]


@pytest.mark.weir_only
@pytest.mark.parametrize("element, wanted", ELEMENTS)
def test_a_forwarded_element_is_read(balance, element, wanted):
    port = free_port()
    balance(FRONTEND.format(port=port, words="""
    http-request set-var(req.valid) req.hdr(forwarded),rfc7239_is_valid
    http-request set-var(req.name) req.hdr(forwarded),rfc7239_field(for),rfc7239_n2nn
    http-request set-var(req.port) req.hdr(forwarded),rfc7239_field(for),rfc7239_n2np
    http-request return hdr x-read "%[var(req.valid,-)] %[var(req.name,-)] %[var(req.port,-)]"
""") + "\nbackend app\n")
    assert get(port, "/", [("Forwarded", element)]).header("x-read") == wanted


@pytest.mark.weir_only
def test_forwarded_proto(balance, serve):
    words = "http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]"
    request = forwarded(balance, serve, words, [("X-Forwarded-Proto", "https")])
    assert request.header("x-forwarded-proto") == "http"


# ---- pages of its own

def test_an_error_file_replaces_the_page(balance, tmp_path):
    page = tmp_path / "503.http"
    page.write_bytes(b"HTTP/1.0 503 Away\r\nContent-Type: text/plain\r\nX-Own: 1\r\n\r\nback soon\n")
    port = free_port()
    balance(FRONTEND.format(port=port, words="errorfile 503 %s" % page) + "\nbackend app\n")
    response = get(port)
    assert (response.status, response.body, response.header("x-own")) == (503, b"back soon\n", "1")


def test_error_pages_say_what_happened(balance):
    port = free_port()
    balance(FRONTEND.format(port=port, words="") + "\nbackend app\n")
    response = get(port)
    assert response.header("cache-control") == "no-cache"
    assert response.header("content-type").startswith("text/html")
    assert b"503 Service Unavailable" in response.body


def test_statistics_ask_for_a_password(balance):
    port = free_port()
    balance("""
listen stats
    bind 127.0.0.1:%d
    stats enable
    stats uri /stats
    stats realm Inner\\ Circle
    stats auth ada:secret
    stats auth bob:other
""" % port)
    denied = get(port, "/stats")
    assert denied.status == 401
    assert denied.header("www-authenticate") == 'Basic realm="Inner Circle"'

    def with_password(password):
        token = base64.b64encode(password.encode()).decode()
        return get(port, "/stats;csv", [("Authorization", "Basic " + token)])

    assert with_password("ada:secret").status == 200
    assert with_password("bob:other").status == 200
    assert with_password("ada:wrong").status == 401
    assert with_password("ada:").status == 401
    assert get(port, "/stats;csv", [("Authorization", "Bearer x")]).status == 401
    assert get(port, "/stats;csv", [("Authorization", "Basic !!!")]).status == 401


# ---- which connection

def connections_used(balance, serve, words, clients, requests):
    port, server = free_port(), serve()
    balance(FRONTEND.format(port=port, words="") + """
backend app
    %s
    server s1 127.0.0.1:%d
""" % (words, server.port), threads=1)
    for _ in range(clients):
        with Client(port) as client:
            for _ in range(requests):
                assert client.request().status == 200
    return len(server.connections)


@pytest.mark.parametrize("words, clients, requests, wanted", [
    ("http-reuse never", 3, 1, 3),
    ("http-reuse never", 1, 3, 1),  # a client's own connection is still kept for it
    ("http-reuse always", 3, 2, 1),
    ("http-reuse aggressive", 3, 2, (1, 2)),
    ("http-reuse safe", 3, 2, (1, 3)),
    ("option http-server-close", 1, 3, 3),
    ("option httpclose", 1, 1, 1),
])
def test_connections_to_a_server(balance, serve, words, clients, requests, wanted):
    low, high = wanted if isinstance(wanted, tuple) else (wanted, wanted)
    assert low <= connections_used(balance, serve, words, clients, requests) <= high


def test_http_reuse_safe_sends_first_requests_on_fresh_connections_only(balance, serve):
    """With "safe" a client's first request never travels on a used connection that might just close."""
    port, server = free_port(), serve()
    balance(FRONTEND.format(port=port, words="") + """
backend app
    http-reuse safe
    server s1 127.0.0.1:%d
""" % server.port, threads=1)
    for _ in range(3):
        assert get(port).status == 200
    assert len(server.connections) == 3
    with Client(port) as client:
        for _ in range(5):
            assert client.request().status == 200
    assert len(server.connections) == 4


def test_httpclose_closes_after_each_response(balance, serve):
    port, server = free_port(), serve()
    balance(FRONTEND.format(port=port, words="option httpclose") + """
backend app
    server s1 127.0.0.1:%d
""" % server.port)
    with Client(port) as client:
        response = client.request()
        assert response.header("connection") == "close"
        assert client.is_closed()


# ---- where the client wanted to

def test_a_port_relative_to_the_clients(balance, serve):
    """Each client port has its server, also where connections are kept and shared."""
    port, other, first, second = next(ports for ports in iter(lambda: [free_port() for _ in range(4)], None)
                                      if ports[1] - ports[0] == ports[3] - ports[2])
    serve(named("one"), port=first)
    serve(named("two"), port=second)
    balance("""
listen l
    bind 127.0.0.1:%d
    bind 127.0.0.1:%d
    http-reuse always
    server s 127.0.0.1:%+d
""" % (port, other, first - port))
    for _ in range(3):
        assert get(port).header("x-server") == "one"
        assert get(other).header("x-server") == "two"


def test_an_address_that_is_the_clients(balance, serve):
    server, port = serve(named("here")), free_port()
    balance("""
listen l
    bind 127.0.0.1:%d
    server s *:%d
""" % (port, server.port))
    assert [get(port).header("x-server") for _ in range(3)] == ["here"] * 3
